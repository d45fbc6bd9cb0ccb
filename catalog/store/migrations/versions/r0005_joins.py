"""The columns that can be joined by, and the index that finds them."""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "join_columns",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("theta", sa.BigInteger(), nullable=False),
        sa.Column("facts", columns.Json(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_join_columns_source_pk_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_pk", "position", name=op.f("pk_join_columns")),
    )
    op.create_table(
        "join_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "rank", "source_pk", "position", name=op.f("pk_join_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "join_shapes",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("found_by", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_join_shapes_source_pk_sources"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_pk", name=op.f("pk_join_shapes")),
    )


def downgrade() -> None:
    for table in ("join_shapes", "join_keys", "join_columns"):
        op.drop_table(table)
