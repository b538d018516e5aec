"""What was not understood, masked and sealed, for the people who extend the examples."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unclear",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclear")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_unclear_day"), "unclear", ["day"])


def downgrade() -> None:
    op.drop_table("unclear")
