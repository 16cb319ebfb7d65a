"""launches that write once

A used nonce is one leaf of one tree, and tells at the same time whether anything was changed. The
nonces that were used before need not be kept: no state of before is read any more.
"""

import sqlalchemy as sa
from alembic import op
import app.models

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision'))
    )
    op.bulk_insert(table, [{'id': 1, 'number': 0}])
    op.drop_table('used_nonce')
    op.create_table('used_nonce',
    sa.Column('nonce', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('nonce', name=op.f('pk_used_nonce')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('used_nonce')
    op.create_table('used_nonce',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', app.models.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_used_nonce'))
    )
    with op.batch_alter_table('used_nonce', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_used_nonce_expires_at'), ['expires_at'], unique=False)
    op.drop_table('revision')
