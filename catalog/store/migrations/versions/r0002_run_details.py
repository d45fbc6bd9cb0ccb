"""What a run ran with and which versions it read and wrote."""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("details", columns.Json(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("details")
