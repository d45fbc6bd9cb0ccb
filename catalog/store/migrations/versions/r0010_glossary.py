"""The terms of the glossary, and what users say of them for columns."""

import sqlalchemy as sa
from alembic import op

from catalog.store.columns import AnyText, Json, Time

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "terms",
        sa.Column("pk", Id, autoincrement=True, nullable=False),
        sa.Column("key", AnyText(), nullable=False),
        sa.Column("name", AnyText(), nullable=False),
        sa.Column("definition", AnyText(), nullable=True),
        sa.Column("synonyms", Json(), nullable=False),
        sa.Column("semantic_type", AnyText(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_terms")),
        sa.UniqueConstraint("key", name=op.f("uq_terms_key")),
    )
    op.create_table(
        "term_choices",
        sa.Column("source_pk", Id, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("field", AnyText(), nullable=False),
        sa.Column("term_pk", Id, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("chosen_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"],
            ["sources.pk"],
            name=op.f("fk_term_choices_source_pk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["term_pk"], ["terms.pk"], name=op.f("fk_term_choices_term_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", "key", name=op.f("pk_term_choices")),
    )
    op.create_index(op.f("ix_term_choices_term_pk"), "term_choices", ["term_pk"])


def downgrade() -> None:
    op.drop_index(op.f("ix_term_choices_term_pk"), table_name="term_choices")
    op.drop_table("term_choices")
    op.drop_table("terms")
