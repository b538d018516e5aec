"""The number on an agent's card, by which anybody may ask whether the agent is a real one."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("badge", sa.String(4), nullable=False, server_default=""))
    op.create_index(op.f("ix_agents_badge"), "agents", ["badge"])
    _number()


def downgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.drop_index(op.f("ix_agents_badge"))
        table.drop_column("badge")


def _number() -> None:
    """A number for everybody who has none: random, and each once in its regency."""
    agents = sa.table("agents", *(sa.column(name) for name in ("id", "regency", "badge")))
    connection, taken = op.get_bind(), set[tuple[str, str]]()
    for id, regency in connection.execute(sa.select(agents.c.id, agents.c.regency)).all():
        badge = f"{secrets.randbelow(10_000):04}"
        while (regency, badge) in taken:
            badge = f"{secrets.randbelow(10_000):04}"
        taken.add((regency, badge))
        connection.execute(sa.update(agents).where(agents.c.id == id).values(badge=badge))
