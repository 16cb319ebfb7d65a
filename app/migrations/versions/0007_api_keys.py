"""api keys"""

import sqlalchemy as sa
from alembic import op
import app.models

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('api_key',
    sa.Column('id', sa.String(length=8), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('created_at', app.models.Utc(timezone=True), nullable=False),
    sa.Column('last_used_at', app.models.Utc(timezone=True), nullable=True),
    sa.Column('revoked_at', app.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_api_key_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('hash', name=op.f('uq_api_key_hash'))
    )
    op.create_table('returned_embed',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.BigInteger(), nullable=False),
    sa.Column('embed_type', sa.String(length=16), nullable=False),
    sa.Column('downloadable', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_returned_embed_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'media_id', 'embed_type', 'downloadable', name=op.f('pk_returned_embed'))
    )


def downgrade() -> None:
    op.drop_table('returned_embed')
    op.drop_table('api_key')
