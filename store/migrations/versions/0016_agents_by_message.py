"""From which phone a member of staff works by message, and which way something was done to a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.add_column(sa.Column("phone_idx", sa.LargeBinary(32), nullable=True))
        table.create_unique_constraint(op.f("uq_agents_phone_idx"), ["phone_idx"])
    op.add_column("ticket_events", sa.Column("channel", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("ticket_events") as table:
        table.drop_column("channel")
    with op.batch_alter_table("agents") as table:
        table.drop_constraint(op.f("uq_agents_phone_idx"), type_="unique")
        table.drop_column("phone_idx")
