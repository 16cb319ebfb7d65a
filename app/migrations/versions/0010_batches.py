"""batches"""

import sqlalchemy as sa
from alembic import op
import app.utc

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('api_key_id', sa.String(length=8), nullable=True),
    sa.Column('name', sa.String(length=255), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('created_at', app.utc.Utc(timezone=True), nullable=False),
    sa.Column('started_at', app.utc.Utc(timezone=True), nullable=True),
    sa.Column('finished_at', app.utc.Utc(timezone=True), nullable=True),
    sa.Column('trouble', sa.Text(), nullable=True),
    sa.Column('resumes_at', app.utc.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_batch_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_key.id'], name=op.f('fk_batch_api_key_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batch_account_id_status'), ['account_id', 'status'], unique=False)

    op.create_table('batch_item',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('media_id', sa.BigInteger(), nullable=False),
    sa.Column('course_id', sa.BigInteger(), nullable=False),
    sa.Column('embed_type', sa.String(length=16), nullable=False),
    sa.Column('downloadable', sa.Boolean(), nullable=False),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('start_at', sa.Integer(), nullable=True),
    sa.Column('more', sa.Text(), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('due_at', app.utc.Utc(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('embed_id', sa.Integer(), nullable=True),
    sa.Column('made', sa.Boolean(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('done_at', app.utc.Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_item_batch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('batch_id', 'number', name=op.f('pk_batch_item'))
    )
    with op.batch_alter_table('batch_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batch_item_batch_id_done_at'), ['batch_id', 'done_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_batch_item_batch_id_status_due_at_number'), ['batch_id', 'status', 'due_at', 'number'], unique=False)

    op.create_table('idempotency_key',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('created_at', app.utc.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_idempotency_key_batch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_idempotency_key'))
    )
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_idempotency_key_created_at'), ['created_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('idempotency_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotency_key_created_at'))

    op.drop_table('idempotency_key')
    with op.batch_alter_table('batch_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batch_item_batch_id_status_due_at_number'))
        batch_op.drop_index(batch_op.f('ix_batch_item_batch_id_done_at'))

    op.drop_table('batch_item')
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batch_account_id_status'))

    op.drop_table('batch')
