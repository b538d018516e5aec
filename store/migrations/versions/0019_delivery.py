"""Receipts that overtake their message, and messages that could not be taken however often they came."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "early_receipts",
        sa.Column("gateway", sa.String(24), nullable=False),
        sa.Column("provider_id", sa.String(80), nullable=False),
        sa.Column("delivery", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("gateway", "provider_id", name=op.f("pk_early_receipts")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_early_receipts_at"), "early_receipts", ["at"])
    op.create_table(
        "untaken",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gateway", sa.String(24), nullable=False),
        sa.Column("sender_idx", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_untaken")),
    )
    op.create_index(op.f("ix_untaken_at"), "untaken", ["at"])


def downgrade() -> None:
    op.drop_table("untaken")
    op.drop_table("early_receipts")
