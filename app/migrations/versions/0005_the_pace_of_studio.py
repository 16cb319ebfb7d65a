"""the pace of Studio"""

import sqlalchemy as sa
from alembic import op
import app.models

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('studio_pace',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('next_slot_us', sa.BigInteger(), nullable=False),
    sa.Column('held_until_us', sa.BigInteger(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('open_until', app.models.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_studio_pace_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_studio_pace'))
    )


def downgrade() -> None:
    op.drop_table('studio_pace')
