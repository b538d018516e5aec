"""Payments as they were last seen; and the question for them of everybody who is eligible already."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("registration_id", sa.String(32), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("period", sa.String(24), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name=op.f("fk_payments_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "registration_id", "programme", "period", name=op.f("uq_payments_registration_id_programme_period")
        ),
    )
    op.execute(
        "INSERT INTO outbox (key, kind, subject, state, due_at, attempt, failures, leased_until, error, created_at) "
        "SELECT 'payments:' || id, 'portal.payments', id, 'due', stage_at, 0, 0, 0, '', stage_at "
        "FROM registrations WHERE stage = 'eligible'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'portal.payments'")
    op.drop_table("payments")
