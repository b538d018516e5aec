"""The intent as it was first sent to the portal."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registrations", sa.Column("sealed_intent", sa.LargeBinary(), nullable=True))
