"""Changes in people's data, the questions that people are asked, and the digits that prove a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "updates",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("case_ref", sa.String(12), nullable=False),
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("registration_id", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.String(32), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("confirmed_by", sa.String(16), nullable=False),
        sa.Column("update_id", sa.String(64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_updates_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
        sa.UniqueConstraint("ref", name=op.f("uq_updates_ref")),
    )
    op.create_index(op.f("ix_updates_case_ref"), "updates", ["case_ref"])
    op.create_table(
        "inquiries",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ref", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_inquiries_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiries")),
        sa.UniqueConstraint(
            "subject", "kind", "period", "contact_id", name=op.f("uq_inquiries_subject_kind_period_contact_id")
        ),
    )
    op.create_index(op.f("ix_inquiries_contact_id"), "inquiries", ["contact_id"])
    op.create_table(
        "proofs",
        sa.Column("ref", sa.String(12), nullable=False),
        sa.Column("idx", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_proofs")),
    )


def downgrade() -> None:
    for table in ("proofs", "inquiries", "updates"):
        op.drop_table(table)
