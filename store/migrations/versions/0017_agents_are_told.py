"""Where a member of staff is written to, and up to when they have heard of what was given to them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("sealed_phone", sa.LargeBinary, nullable=True))
    op.add_column("agents", sa.Column("told_at", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.drop_column("told_at")
        table.drop_column("sealed_phone")
