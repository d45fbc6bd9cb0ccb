"""Sources that have an owner in an index, to count those of each owner."""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OWNED = text("owner IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_sources_owned", "sources", ["pk"], sqlite_where=_OWNED, postgresql_where=_OWNED
    )


def downgrade() -> None:
    op.drop_index("ix_sources_owned", "sources")
