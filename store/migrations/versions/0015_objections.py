"""Objections."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False),
        sa.Column("whose", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("registration_id", sa.String(length=32), nullable=True),
        sa.Column("case_ref", sa.String(length=12), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("regency", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("standing", sa.String(length=24), nullable=False),
        sa.Column("joins", sa.String(length=12), nullable=False),
        sa.Column("answer_by", sa.String(length=10), nullable=False),
        sa.Column("portal_id", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("standing_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("ref", name=op.f("uq_objections_ref")),
    )
    op.create_index(op.f("ix_objections_registration_id"), "objections", ["registration_id"], unique=False)
    op.create_index(op.f("ix_objections_contact_id"), "objections", ["contact_id"], unique=False)


def downgrade() -> None:
    op.drop_table("objections")
