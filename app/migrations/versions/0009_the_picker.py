"""the picker"""

import sqlalchemy as sa
from alembic import op
import app.models

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('page_session',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', app.models.Utc(timezone=True), nullable=False),
    sa.Column('used_at', app.models.Utc(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_page_session'))
    )
    with op.batch_alter_table('page_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_page_session_used_at'), ['used_at'], unique=False)

    op.create_table('media_fact',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.BigInteger(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('asked_at', app.models.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_media_fact_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'media_id', name=op.f('pk_media_fact'))
    )
    with op.batch_alter_table('media_fact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_fact_asked_at'), ['asked_at'], unique=False)

    op.create_table('picker_choice',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.BigInteger(), nullable=False),
    sa.Column('choice', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['studio_account.id'], name=op.f('fk_picker_choice_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'course_id', name=op.f('pk_picker_choice'))
    )
    with op.batch_alter_table('embed', schema=None) as batch_op:
        batch_op.add_column(sa.Column('made_by', sa.String(length=16), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('embed', schema=None) as batch_op:
        batch_op.drop_column('made_by')

    op.drop_table('picker_choice')
    with op.batch_alter_table('media_fact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_fact_asked_at'))

    op.drop_table('media_fact')
    with op.batch_alter_table('page_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_session_used_at'))
        batch_op.drop_index(batch_op.f('ix_page_session_expires_at'))

    op.drop_table('page_session')
