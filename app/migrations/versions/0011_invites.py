"""invites"""

import sqlalchemy as sa
from alembic import op
import app.utc

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('invite',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=True),
    sa.Column('expires_at', app.utc.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_invite'))
    )


def downgrade() -> None:
    op.drop_table('invite')
