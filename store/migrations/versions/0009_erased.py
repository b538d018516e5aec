"""Which registrations tell of nobody any more."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registrations", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.add_column("disputes", sa.Column("erased_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("disputes", "erased_at")
    op.drop_column("registrations", "erased_at")
