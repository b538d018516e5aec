"""Which visits somebody has to make, without reading through those of all the others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_visits_agent_id_day"), "visits", ["agent_id", "day"])


def downgrade() -> None:
    op.drop_index(op.f("ix_visits_agent_id_day"), "visits")
