"""Owners that are told beside the data, apart from those that users set."""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("user_owner", columns.AnyText()))
    op.execute("UPDATE sources SET user_owner = owner WHERE owner IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE sources SET owner = user_owner")
    op.drop_column("sources", "user_owner")
