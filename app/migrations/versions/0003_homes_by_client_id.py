"""homes by client id"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('studio_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('home_client_id', sa.String(length=255), nullable=True))
    # Until now a whole issuer was at home: it was that of the platform that came first.
    op.execute("""
        UPDATE studio_account SET home_client_id = (
            SELECT client_id FROM platform WHERE issuer = home_issuer ORDER BY id LIMIT 1
        )
    """)
    # Where that platform is gone, nobody is at home, as before.
    op.execute("""
        UPDATE studio_account SET home_client_id = ''
        WHERE home_issuer IS NOT NULL AND home_client_id IS NULL
    """)


def downgrade() -> None:
    with op.batch_alter_table('studio_account', schema=None) as batch_op:
        batch_op.drop_column('home_client_id')
