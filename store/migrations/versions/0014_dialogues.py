"""Who began a dialogue, where the gateway names the phone only once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dialogues",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("caller", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dialogues")),
    )
    with op.batch_alter_table("dialogues") as table:
        table.create_index(op.f("ix_dialogues_at"), ["at"])
        table.create_index(op.f("ix_dialogues_caller"), ["caller"])


def downgrade() -> None:
    op.drop_table("dialogues")
