"""platforms for good: homes by client id, numbers never used again"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

CHILDREN = ('deployment', 'course')


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        _number_for_good()
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


def _number_for_good() -> None:
    """Make the table anew with AUTOINCREMENT; dropping the old one empties those that refer to it."""
    for name in CHILDREN:
        op.execute(f'CREATE TEMPORARY TABLE kept_{name} AS SELECT * FROM {name}')
    with op.batch_alter_table(
        'platform', recreate='always', table_kwargs={'sqlite_autoincrement': True}
    ):
        pass
    for name in CHILDREN:
        op.execute(f'DELETE FROM {name}')
        op.execute(f'INSERT INTO {name} SELECT * FROM kept_{name}')
        op.execute(f'DROP TABLE kept_{name}')


def downgrade() -> None:
    with op.batch_alter_table('studio_account', schema=None) as batch_op:
        batch_op.drop_column('home_client_id')
