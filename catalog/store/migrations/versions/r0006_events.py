"""What happens to sources, for those who follow it."""

import sqlalchemy as sa
from alembic import op

from catalog.store.columns import Time

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column("at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_events")),
    )


def downgrade() -> None:
    op.drop_table("events")
