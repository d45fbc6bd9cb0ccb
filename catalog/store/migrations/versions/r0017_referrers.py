"""Which sources refer to which, by their last reports: who is judged anew when keys change."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "referrers",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("refers_to", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_referrers_source_pk_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_pk", "refers_to", name=op.f("pk_referrers")),
    )
    op.create_index(op.f("ix_referrers_refers_to"), "referrers", ["refers_to"])


def downgrade() -> None:
    op.drop_table("referrers")
