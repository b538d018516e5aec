"""Who may register people for others, and who did."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "helpers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(6), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_idx", sa.LargeBinary(32), nullable=True),
        sa.Column("agent_id", sa.String(32), nullable=True),
        sa.Column("regency", sa.String(5), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpers")),
        sa.UniqueConstraint("number", name=op.f("uq_helpers_number")),
    )
    op.add_column("registrations", sa.Column("helper_id", sa.String(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("registrations") as table:
        table.drop_column("helper_id")
    op.drop_table("helpers")
