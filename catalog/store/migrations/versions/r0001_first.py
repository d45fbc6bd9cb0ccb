"""The catalog's first tables, and its full text."""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_FULL_TEXT = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_documents USING fts5(
            name, fields, description, tags, semantic_types, format, frequent,
            tokenize = 'ascii', prefix = '2 3')""",
    ),
    "postgresql": (
        """CREATE TABLE search_documents (
            source_pk BIGINT PRIMARY KEY REFERENCES sources (pk) ON DELETE CASCADE,
            name TEXT NOT NULL, fields TEXT NOT NULL, description TEXT NOT NULL,
            tags TEXT NOT NULL, semantic_types TEXT NOT NULL, format TEXT NOT NULL,
            frequent TEXT NOT NULL, vector TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_search_documents_vector ON search_documents USING GIN (vector)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "namespaces",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("namespace", columns.AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_namespaces")),
        sa.UniqueConstraint("key", name=op.f("uq_namespaces_key")),
    )
    op.create_table(
        "runs",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("uuid", columns.AnyText(), nullable=False),
        sa.Column("pipeline", columns.AnyText(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", columns.Time(), nullable=False),
        sa.Column("ended_at", columns.Time(), nullable=True),
        sa.Column("master", columns.AnyText(), nullable=True),
        sa.Column("parameters", columns.Json(), nullable=False),
        sa.Column("metrics", columns.Json(), nullable=False),
        sa.Column("code_hash", columns.AnyText(), nullable=True),
        sa.Column("error", columns.AnyText(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_runs")),
        sa.UniqueConstraint("uuid", name=op.f("uq_runs_uuid")),
    )
    op.create_table(
        "words",
        sa.Column("word", columns.AnyText(), nullable=False),
        sa.Column("reversed", columns.AnyText(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_words")),
    )
    op.create_index(op.f("ix_words_reversed"), "words", ["reversed"], unique=False)
    op.create_table(
        "sources",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("namespace_pk", _ID, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("uri_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sort_name", columns.AnyText(), nullable=False),
        sa.Column("last_key", columns.AnyText(), nullable=False),
        sa.Column("label_key", columns.AnyText(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("format", columns.AnyText(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("quality", sa.Float(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("byte_count", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", columns.Time(), nullable=False),
        sa.Column("last_seen", columns.Time(), nullable=False),
        sa.Column("changed_at", columns.Time(), nullable=True),
        sa.Column("version_pk", _ID, nullable=True),
        sa.Column("report_pk", _ID, nullable=True),
        sa.Column("owner", columns.AnyText(), nullable=True),
        sa.Column("tags", columns.Json(), nullable=False),
        sa.Column("name", columns.AnyText(), nullable=False),
        sa.Column("uri", columns.AnyText(), nullable=False),
        sa.Column("description", columns.AnyText(), nullable=True),
        sa.Column("user_description", columns.AnyText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["namespace_pk"],
            ["namespaces.pk"],
            name=op.f("fk_sources_namespace_pk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_sources")),
        sa.UniqueConstraint("key", name=op.f("uq_sources_key")),
    )
    op.create_index(
        "ix_sources_facets", "sources", ["format", "namespace_pk", "grade", "status"], unique=False
    )
    op.create_index(op.f("ix_sources_label_key"), "sources", ["label_key"], unique=False)
    op.create_index(op.f("ix_sources_last_key"), "sources", ["last_key"], unique=False)
    op.create_index(op.f("ix_sources_name_key"), "sources", ["name_key"], unique=False)
    op.create_index(
        "ix_sources_namespace_pk_sort_name", "sources", ["namespace_pk", "sort_name"], unique=False
    )
    op.create_index("ix_sources_sort_name", "sources", ["sort_name", "pk"], unique=False)
    op.create_index(op.f("ix_sources_uri_key"), "sources", ["uri_key"], unique=False)
    op.create_table(
        "edges",
        sa.Column("upstream_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("downstream_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("run_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("fields", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["downstream_pk"],
            ["sources.pk"],
            name=op.f("fk_edges_downstream_pk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_pk"], ["runs.pk"], name=op.f("fk_edges_run_pk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["upstream_pk"], ["sources.pk"], name=op.f("fk_edges_upstream_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upstream_pk", "downstream_pk", "run_pk", name=op.f("pk_edges")),
    )
    op.create_index("ix_edges_downstream_pk", "edges", ["downstream_pk"], unique=False)
    op.create_index("ix_edges_run_pk", "edges", ["run_pk"], unique=False)
    op.create_table(
        "entries",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("uri", columns.AnyText(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("stamp", columns.AnyText(), nullable=False),
        sa.Column("modified", columns.Time(), nullable=True),
        sa.Column("partition", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_entries_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", "key", name=op.f("pk_entries")),
    )
    op.create_table(
        "fields",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_key", columns.AnyText(), nullable=False),
        sa.Column("name", columns.AnyText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_fields_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", "position", name=op.f("pk_fields")),
    )
    op.create_index(op.f("ix_fields_name_key"), "fields", ["name_key"], unique=False)
    op.create_table(
        "listings",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("dataset", columns.Json(), nullable=False),
        sa.Column("findings", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_listings_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", name=op.f("pk_listings")),
    )
    op.create_table(
        "run_inputs",
        sa.Column("run_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_pk"], ["runs.pk"], name=op.f("fk_run_inputs_run_pk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_run_inputs_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_pk", "source_pk", name=op.f("pk_run_inputs")),
    )
    op.create_index("ix_run_inputs_source_pk", "run_inputs", ["source_pk"], unique=False)
    op.create_table(
        "run_outputs",
        sa.Column("run_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fields", columns.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_pk"], ["runs.pk"], name=op.f("fk_run_outputs_run_pk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_run_outputs_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_pk", "source_pk", name=op.f("pk_run_outputs")),
    )
    op.create_index("ix_run_outputs_source_pk", "run_outputs", ["source_pk"], unique=False)
    op.create_table(
        "semantics",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("semantic_type", columns.AnyText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_semantics_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", "semantic_type", name=op.f("pk_semantics")),
    )
    op.create_index(
        "ix_semantics_semantic_type", "semantics", ["semantic_type", "source_pk"], unique=False
    )
    op.create_table(
        "tags",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("tag", columns.AnyText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_tags_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_pk", "tag", name=op.f("pk_tags")),
    )
    op.create_index("ix_tags_tag", "tags", ["tag", "source_pk"], unique=False)
    op.create_table(
        "versions",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("source_pk", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("content_stamp", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Time(), nullable=False),
        sa.Column("run_pk", _ID, nullable=True),
        sa.Column("dataset", columns.Json(), nullable=False),
        sa.Column("findings", columns.Json(), nullable=False),
        sa.Column("schema", columns.PackedJson(), nullable=False),
        sa.Column("profile", columns.PackedJson(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_versions_source_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_versions")),
        sa.UniqueConstraint("source_pk", "number", name=op.f("uq_versions_source_pk_number")),
    )
    op.create_table(
        "reports",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("source_pk", _ID, nullable=False),
        sa.Column("version_pk", _ID, nullable=False),
        sa.Column("engine", columns.AnyText(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("checked_at", columns.Time(), nullable=False),
        sa.Column("results", columns.PackedJson(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_reports_source_pk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_pk"], ["versions.pk"], name=op.f("fk_reports_version_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_source_pk"), "reports", ["source_pk"], unique=False)
    op.create_index(op.f("ix_reports_version_pk"), "reports", ["version_pk"], unique=False)
    op.create_table(
        "summaries",
        sa.Column("source_pk", _ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_pk", "key"],
            ["entries.source_pk", "entries.key"],
            name=op.f("fk_summaries_source_pk_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_pk", "key", name=op.f("pk_summaries")),
    )

    for statement in _FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_documents")
    op.drop_table("summaries")
    op.drop_table("reports")
    op.drop_table("versions")
    op.drop_table("tags")
    op.drop_table("semantics")
    op.drop_table("run_outputs")
    op.drop_table("run_inputs")
    op.drop_table("listings")
    op.drop_table("fields")
    op.drop_table("entries")
    op.drop_table("edges")
    op.drop_table("sources")
    op.drop_table("words")
    op.drop_table("runs")
    op.drop_table("namespaces")
