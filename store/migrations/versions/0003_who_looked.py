"""How many tickets somebody has opened lately, without reading through all of the audit."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_audit_actor_at"), "audit", ["actor", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_actor_at"), "audit")
