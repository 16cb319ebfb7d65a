"""several Studio accounts, each with its launch mode, and how they are connected

SQLite adds a column that refers to another table only in plain SQL, unless the table is made anew,
which would empty those that refer to it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
import app.models

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column('connected_at', app.models.Utc(timezone=True), nullable=True),
        sa.Column('launch_mode', sa.String(length=16), server_default='canvas', nullable=False),
        sa.Column('lti_key', sa.String(length=255), nullable=True),
        sa.Column('lti_secret', sa.LargeBinary(), nullable=True),
        sa.Column('lti_client_id', sa.String(length=255), nullable=True),
        sa.Column('lti_deployment_id', sa.String(length=255), nullable=True),
        sa.Column('lti_login_url', sa.Text(), nullable=True),
        sa.Column('lti_redirect_uris', sa.Text(), nullable=True),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column('studio_account', column)
    op.create_index(op.f('ix_studio_account_lti_client_id'), 'studio_account', ['lti_client_id'], unique=True)
    op.execute('ALTER TABLE platform ADD COLUMN account_id INTEGER CONSTRAINT fk_platform_account_id REFERENCES studio_account (id)')
    op.create_table('studio_connection',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=True),
    sa.Column('browser_hash', sa.String(length=64), nullable=True),
    sa.Column('expires_at', app.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_studio_connection_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_studio_connection')),
    sa.UniqueConstraint('browser_hash', name=op.f('uq_studio_connection_browser_hash')),
    sa.UniqueConstraint('link_hash', name=op.f('uq_studio_connection_link_hash'))
    )


def downgrade() -> None:
    op.drop_table('studio_connection')
    op.drop_column('platform', 'account_id')
    op.drop_index(op.f('ix_studio_account_lti_client_id'), table_name='studio_account')
    for column in _columns():
        op.drop_column('studio_account', column.name)
