"""Messages both ways: on which channel a contact wrote last, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("channel", sa.String(16), nullable=False, server_default="sms"))
    op.add_column("contacts", sa.Column("wrote_at", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("contacts") as table:
        table.drop_column("wrote_at")
        table.drop_column("channel")
