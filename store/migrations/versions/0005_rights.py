"""Who wants no messages, what people ask by right about their data, and what is done once in a while."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("opted_out_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(12), nullable=False),
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("case_ref", sa.String(12), nullable=False),
        sa.Column("about", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_subject_requests_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_requests")),
        sa.UniqueConstraint("ref", name=op.f("uq_subject_requests_ref")),
    )
    op.create_index(op.f("ix_subject_requests_contact_id"), "subject_requests", ["contact_id"])
    op.create_index(op.f("ix_subject_requests_state_due_at"), "subject_requests", ["state", "due_at"])
    op.create_table(
        "chores",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )


def downgrade() -> None:
    op.drop_table("chores")
    op.drop_table("subject_requests")
    op.drop_column("contacts", "opted_out_at")
