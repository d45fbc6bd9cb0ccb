"""The catalog's tables. A change here needs a migration; a test compares both.

Texts of any length are never indexed themselves: their `*_key` digest or a shortened lower-case
copy is. The full-text tables differ by database and are made in the migrations, as are the indexes
that sources are listed in order by.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from catalog.store.columns import AnyText, Json, PackedJson, Time

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _pk() -> Column[int]:
    return Column("pk", _Id, primary_key=True, autoincrement=True)


def _of(target: str, name: str, *, index: bool = False, nullable: bool = False) -> Column[int]:
    reference = ForeignKey(f"{target}.pk", ondelete="CASCADE")
    return Column(name, _Id, reference, index=index, nullable=nullable)


def _key_of(target: str, name: str) -> Column[int]:
    reference = ForeignKey(f"{target}.pk", ondelete="CASCADE")
    return Column(name, _Id, reference, primary_key=True, autoincrement=False)


namespaces = Table(
    "namespaces",
    metadata,
    _pk(),
    Column("key", LargeBinary(16), nullable=False, unique=True),
    Column("namespace", AnyText, nullable=False),
)

_OWNED = text("owner IS NOT NULL")

sources = Table(
    "sources",
    metadata,
    _pk(),
    _of("namespaces", "namespace_pk"),
    Column("key", LargeBinary(16), nullable=False, unique=True),  # of namespace and name
    Column("name_key", LargeBinary(16), nullable=False, index=True),
    Column("uri_key", LargeBinary(16), nullable=False, index=True),
    Column("sort_name", AnyText, nullable=False),  # the first 200 characters of the name
    Column("last_key", AnyText, nullable=False, index=True),  # last part, lower case, shortened
    Column("label_key", AnyText, nullable=False, index=True),  # label, likewise
    Column("status", String(16), nullable=False),
    Column("format", AnyText),
    Column("grade", String(1)),  # of quality: A to D
    Column("quality", Float),
    Column("row_count", BigInteger),
    Column("byte_count", BigInteger),
    Column("first_seen", Time, nullable=False),
    Column("last_seen", Time, nullable=False),
    Column("changed_at", Time),
    Column("version_pk", _Id),  # the current one; no foreign key, since versions refer to sources
    Column("report_pk", _Id),  # the latest quality report, likewise
    Column("owner", AnyText),  # by a user, else by the data's makers
    Column("user_owner", AnyText),
    Column("tags", Json, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("uri", AnyText, nullable=False),
    Column("description", AnyText),  # by the data's makers
    Column("user_description", AnyText),  # by a user; wins
    Index("ix_sources_namespace_pk_sort_name", "namespace_pk", "sort_name"),
    Index("ix_sources_sort_name", "sort_name", "pk"),
    Index("ix_sources_facets", "format", "namespace_pk", "grade", "status"),
    # what ranking and facets take of a source: a third of its row, so that more are read at once
    Index(
        "ix_sources_facts",
        *("pk", "status", "format", "namespace_pk", "grade", "quality", "row_count", "changed_at"),
        "sort_name",
    ),
    Index("ix_sources_owned", "pk", sqlite_where=_OWNED, postgresql_where=_OWNED),
)

# What the last crawl saw of a source, apart from `sources` to keep that narrow.
listings = Table(
    "listings",
    metadata,
    _key_of("sources", "source_pk"),
    Column("dataset", Json, nullable=False),
    Column("findings", Json, nullable=False),
    Column("settled", String(32)),  # the content stamp that alone tells that nothing changed
)

entries = Table(
    "entries",
    metadata,
    _key_of("sources", "source_pk"),
    Column("key", LargeBinary(16), primary_key=True),  # of the URI
    Column("uri", AnyText, nullable=False),
    Column("size", BigInteger),
    Column("stamp", AnyText, nullable=False),
    Column("modified", Time),
    Column("partition", Json),
)

# Apart from `entries`, which is read as a whole whenever a source is crawled again.
summaries = Table(
    "summaries",
    metadata,
    Column("source_pk", _Id, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(16), primary_key=True),
    Column("summary", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["source_pk", "key"], ["entries.source_pk", "entries.key"], ondelete="CASCADE"
    ),
)

versions = Table(
    "versions",
    metadata,
    _pk(),
    _of("sources", "source_pk"),
    Column("number", Integer, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("content_stamp", String(32), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("run_pk", _Id),  # the run that wrote it, where known
    Column("dataset", Json, nullable=False),
    Column("findings", Json, nullable=False),
    Column("schema", PackedJson, nullable=False),
    Column("profile", PackedJson, nullable=False),
    UniqueConstraint("source_pk", "number"),
)

fields = Table(
    "fields",
    metadata,
    _key_of("sources", "source_pk"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name_key", AnyText, nullable=False),  # lower case, shortened
    Column("name", AnyText, nullable=False),
    Index("ix_fields_name_key_source_pk", "name_key", "source_pk"),
)

# The semantic types among a source's fields, each once.
semantics = Table(
    "semantics",
    metadata,
    _key_of("sources", "source_pk"),
    Column("semantic_type", AnyText, primary_key=True),
    Index("ix_semantics_semantic_type", "semantic_type", "source_pk"),
)

tags = Table(
    "tags",
    metadata,
    _key_of("sources", "source_pk"),
    Column("tag", AnyText, primary_key=True),
    Index("ix_tags_tag", "tag", "source_pk"),
)

# The columns that can be joined by, each with the least hashes of its values.
referrers = Table(
    "referrers",
    metadata,
    _key_of("sources", "source_pk"),
    Column("refers_to", _Id, primary_key=True, autoincrement=False, index=True),
)

join_columns = Table(
    "join_columns",
    metadata,
    _key_of("sources", "source_pk"),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("theta", BigInteger, nullable=False),  # of the sketch, as a signed number
    Column("facts", Json, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)

# Columns by what they are found by: hashes of values and of names. Keys of sources that are gone
# find nothing in `join_columns`, so no foreign key is worth its index.
join_keys = Table(
    "join_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", SmallInteger, primary_key=True, autoincrement=False),  # 0 unique, 1 not
    Column("source_pk", _Id, primary_key=True, autoincrement=False),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# The keys among those above that a source has as a whole: what its column names are like.
join_shapes = Table(
    "join_shapes",
    metadata,
    _key_of("sources", "source_pk"),
    Column("found_by", Json, nullable=False),
)

# Every word that was ever indexed, and its mirror image: near words of a mistyped one share its
# beginning or its end.
words = Table(
    "words",
    metadata,
    Column("word", AnyText, primary_key=True),
    Column("reversed", AnyText, nullable=False, index=True),
)

reports = Table(
    "reports",
    metadata,
    _pk(),
    _of("sources", "source_pk", index=True),
    _of("versions", "version_pk", index=True),
    Column("engine", AnyText, nullable=False),
    Column("score", Float, nullable=False),
    Column("success", Boolean, nullable=False),
    Column("checked_at", Time, nullable=False),
    Column("results", PackedJson, nullable=False),
    Column("rows_seen", BigInteger),
)

# What users say of expectations: kept over crawls. The key is that of the expectation.
choices = Table(
    "choices",
    metadata,
    _key_of("sources", "source_pk"),
    Column("key", AnyText, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("expectation", Json),
    Column("reason", AnyText),
    Column("chosen_at", Time, nullable=False),
)

# The glossary, and what users say of its terms for columns.
terms = Table(
    "terms",
    metadata,
    _pk(),
    Column("key", AnyText, nullable=False, unique=True),  # of the name
    Column("name", AnyText, nullable=False),
    Column("definition", AnyText),
    Column("synonyms", Json, nullable=False),
    Column("semantic_type", AnyText),
)

term_choices = Table(
    "term_choices",
    metadata,
    _key_of("sources", "source_pk"),
    Column("key", LargeBinary(16), primary_key=True),  # of field and term
    Column("field", AnyText, nullable=False),
    _of("terms", "term_pk", index=True),
    Column("state", String(16), nullable=False),
    Column("chosen_at", Time, nullable=False),
)

# Rules of alerts, and the outbox of what they tell.
rules = Table(
    "rules",
    metadata,
    _pk(),
    Column("name", AnyText, nullable=False, unique=True),
    Column("kinds", Json, nullable=False),
    Column("source", AnyText),  # a glob
    Column("channel", String(16), nullable=False),
    Column("target", AnyText, nullable=False),
    Column("threshold", Float),
    Column("after", BigInteger),  # seconds
    Column("secret", AnyText),  # a reference
    Column("server", AnyText),
    Column("silenced_until", Time),
    Column("created_at", Time, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    _pk(),
    _of("rules", "rule_pk"),
    _of("sources", "source_pk", index=True, nullable=True),
    Column("key", LargeBinary(16), nullable=False),  # of the event
    Column("kind", String(16), nullable=False),
    Column("message", AnyText, nullable=False),
    Column("details", Json, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("delivery", String(32)),
    Column("lease", Time),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Time, index=True),
    Column("sent_at", Time),
    Column("error", AnyText),
    UniqueConstraint("rule_pk", "key"),
)

runs = Table(
    "runs",
    metadata,
    _pk(),
    Column("uuid", AnyText, nullable=False, unique=True),
    Column("pipeline", AnyText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("master", AnyText),
    Column("parameters", Json, nullable=False),
    Column("metrics", Json, nullable=False),
    Column("code_hash", AnyText),
    Column("error", AnyText),
    Column("details", Json),  # environment, versions read and written; revision 0002
)

run_inputs = Table(
    "run_inputs",
    metadata,
    _key_of("runs", "run_pk"),
    _key_of("sources", "source_pk"),
    Column("position", Integer, nullable=False),
    Index("ix_run_inputs_source_pk", "source_pk"),
)

run_outputs = Table(
    "run_outputs",
    metadata,
    _key_of("runs", "run_pk"),
    _key_of("sources", "source_pk"),
    Column("position", Integer, nullable=False),
    Column("fields", Json, nullable=False),
    Index("ix_run_outputs_source_pk", "source_pk"),
)

# The lineage of today: of each pipeline that writes a source, its last run.
edges = Table(
    "edges",
    metadata,
    _key_of("sources", "upstream_pk"),
    _key_of("sources", "downstream_pk"),
    _key_of("runs", "run_pk"),
    Column("fields", Json, nullable=False),
    Index("ix_edges_downstream_pk", "downstream_pk"),
    Index("ix_edges_run_pk", "run_pk"),
)

# Who may ask; the secret itself is shown once and never kept. Revision 0003.
tokens = Table(
    "tokens",
    metadata,
    _pk(),
    Column("key", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the secret
    Column("name", AnyText, nullable=False),
    Column("role", String(16), nullable=False),
    Column("unmask", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
    Column("revoked_at", Time),
    Column("used_at", Time),  # to the hour
)

# Browsers that have signed in with a token.
sessions = Table(
    "sessions",
    metadata,
    _pk(),
    Column("key", LargeBinary(32), nullable=False, unique=True),  # SHA-256 of the cookie
    _of("tokens", "token_pk", index=True),
    Column("expires_at", Time, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _pk(),
    Column("at", Time, nullable=False),
    Column("caller", AnyText, nullable=False),  # the name of the token, or who else it was
    Column("token_pk", _Id),  # no foreign key: what was done stays told
    Column("action", AnyText, nullable=False),
    Column("target", AnyText),
    Column("outcome", AnyText, nullable=False),  # `done`, or the code of an error
    Column("details", Json, nullable=False),
)

# What happened to sources, for those who follow it; only the latest are kept.
events = Table(
    "events",
    metadata,
    _pk(),
    Column("kind", String(24), nullable=False),
    Column("source_pk", _Id, nullable=False),  # no foreign key: a source may be deleted
    Column("at", Time, nullable=False),
)

# Crawls that services were asked for; only the latest are kept. Revision 0015.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("uris", Json, nullable=False),  # without logins
    Column("state", String(16), nullable=False),
    Column("holder", String(64), nullable=False),  # whose lock tells that the service lives
    Column("host", AnyText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("started_at", Time),
    Column("ended_at", Time),
    Column("error", AnyText),
    Column("counts", Json, nullable=False),
    Column("bytes_read", BigInteger, nullable=False),
    Index("ix_jobs_created_at", "created_at"),
)
