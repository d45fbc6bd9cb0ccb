"""Jobs of services, so that one which ended with its service is told as failed."""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("uris", columns.Json(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("host", columns.AnyText(), nullable=False),
        sa.Column("created_at", columns.Time(), nullable=False),
        sa.Column("started_at", columns.Time()),
        sa.Column("ended_at", columns.Time()),
        sa.Column("error", columns.AnyText()),
        sa.Column("counts", columns.Json(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])


def downgrade() -> None:
    op.drop_table("jobs")
