"""Counts of the values of facets, kept by triggers; indexes that orders and filters are read off.

Triggers append what a change adds or takes away (`catalog.store.counting` sums it up), so that no
writer waits for another; sources that are gone are not counted.
"""

import sqlalchemy as sa
from alembic import op

from catalog.store import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PENDING = sa.text("NOT settled")
_GONE = sa.text("status = 'GONE'")
_ORDERS = {
    "ix_sources_by_rows": "coalesce(row_count, -1) DESC, pk",
    "ix_sources_by_quality": "coalesce(quality, -1.0) DESC, pk",
    "ix_sources_by_change": "coalesce(changed_at, 0) DESC, pk",
}
_FACTS = (
    *("pk", "status", "format", "namespace_pk", "grade", "quality", "row_count", "changed_at"),
    "sort_name",
)

_NAMESPACE = "SELECT namespace FROM namespaces WHERE pk ="
_LINKED = {"tags": ("tag", "tag"), "semantics": ("semanticType", "semantic_type")}


def _source_counts(row: str, by: str) -> str:
    """Appends what a row of `sources` counts for, `by` times."""
    return f"""
        INSERT INTO facet_counts (facet, value, number, settled)
        SELECT facet, value, {by}, false FROM (
            SELECT 'total' AS facet, '' AS value
            UNION ALL SELECT 'format', {row}.format
            UNION ALL SELECT 'namespace', ({_NAMESPACE} {row}.namespace_pk)
            UNION ALL SELECT 'quality', {row}.grade
            UNION ALL SELECT 'owner', {row}.owner
        ) AS counted WHERE value IS NOT NULL"""


def _linked_counts(row: str, by: str) -> str:
    """Appends what the tags and semantic types of a source count for."""
    return f"""
        INSERT INTO facet_counts (facet, value, number, settled)
        SELECT 'tag', tag, {by}, false FROM tags WHERE source_pk = {row}.pk
        UNION ALL
        SELECT 'semanticType', semantic_type, {by}, false
        FROM semantics WHERE source_pk = {row}.pk"""


def _link_count(row: str, table: str, by: str) -> str:
    """Appends what a row of `tags` or `semantics` counts for, if its source is there."""
    facet, column = _LINKED[table]
    return f"""
        INSERT INTO facet_counts (facet, value, number, settled)
        SELECT '{facet}', {row}.{column}, {by}, false FROM sources
        WHERE pk = {row}.source_pk AND status <> 'GONE'"""


_COUNTED = ("format", "namespace_pk", "grade", "owner")
_CHANGED = " OR ".join(
    ["(OLD.status = 'GONE') <> (NEW.status = 'GONE')"]
    + [f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _COUNTED]
)
_TURNED = "(OLD.status = 'GONE') <> (NEW.status = 'GONE')"


def _sqlite() -> list[str]:
    changed = _CHANGED.replace("IS DISTINCT FROM", "IS NOT")
    there = "status <> 'GONE'"
    triggers = {
        "made AFTER INSERT ON sources": (f"NEW.{there}", [_source_counts("NEW", "1")]),
        f"changed AFTER UPDATE OF status, {', '.join(_COUNTED)} ON sources": (
            changed,
            [
                f"{_source_counts('OLD', '-1')} AND OLD.{there};",
                f"{_source_counts('NEW', '1')} AND NEW.{there}",
            ],
        ),
        "turned AFTER UPDATE OF status ON sources": (
            _TURNED,
            [_linked_counts("NEW", "CASE WHEN NEW.status = 'GONE' THEN -1 ELSE 1 END")],
        ),
        # before: what refers to the source is deleted with it
        "deleted BEFORE DELETE ON sources": (
            f"OLD.{there}",
            [f"{_source_counts('OLD', '-1')};", _linked_counts("OLD", "-1")],
        ),
    }
    for table in _LINKED:
        triggers[f"{table}_added AFTER INSERT ON {table}"] = (
            "true", [_link_count("NEW", table, "1")],
        )  # fmt: skip
        triggers[f"{table}_taken AFTER DELETE ON {table}"] = (
            "true", [_link_count("OLD", table, "-1")],
        )  # fmt: skip
    return [
        f"CREATE TRIGGER facets_{head} WHEN {when} BEGIN {' '.join(body)}; END"
        for head, (when, body) in triggers.items()
    ]


def _postgresql() -> list[str]:
    made = [
        f"""
        CREATE FUNCTION facets_of_source() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN IF OLD.status <> 'GONE' THEN
                {_source_counts("OLD", "-1")};
            END IF; END IF;
            IF TG_OP <> 'DELETE' THEN IF NEW.status <> 'GONE' THEN
                {_source_counts("NEW", "1")};
            END IF; END IF;
            IF TG_OP = 'DELETE' THEN
                IF OLD.status <> 'GONE' THEN {_linked_counts("OLD", "-1")}; END IF;
                RETURN OLD;
            END IF;
            IF TG_OP = 'UPDATE' THEN IF {_TURNED} THEN
                {_linked_counts("NEW", "CASE WHEN NEW.status = 'GONE' THEN -1 ELSE 1 END")};
            END IF; END IF;
            RETURN NEW;
        END $$""",
        (
            "CREATE TRIGGER facets_made AFTER INSERT ON sources FOR EACH ROW"
            " EXECUTE FUNCTION facets_of_source()"
        ),
        (
            f"CREATE TRIGGER facets_changed AFTER UPDATE OF status, {', '.join(_COUNTED)}"
            f" ON sources FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION facets_of_source()"
        ),
        (
            "CREATE TRIGGER facets_deleted BEFORE DELETE ON sources FOR EACH ROW"
            " EXECUTE FUNCTION facets_of_source()"
        ),
    ]
    for table in _LINKED:
        made += [
            f"""
            CREATE FUNCTION facets_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'INSERT' THEN {_link_count("NEW", table, "1")};
                ELSE {_link_count("OLD", table, "-1")}; END IF;
                RETURN NULL;
            END $$""",
            (
                f"CREATE TRIGGER facets_{table} AFTER INSERT OR DELETE ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION facets_of_{table}()"
            ),
        ]
    return made


_COUNTS_NOW = """
    INSERT INTO facet_counts (facet, value, number, settled)
    SELECT facet, value, count(*), true FROM (
        SELECT 'total' AS facet, '' AS value FROM sources WHERE status <> 'GONE'
        UNION ALL SELECT 'format', format FROM sources WHERE status <> 'GONE'
        UNION ALL SELECT 'namespace', namespace FROM sources
            JOIN namespaces ON namespaces.pk = namespace_pk WHERE status <> 'GONE'
        UNION ALL SELECT 'quality', grade FROM sources WHERE status <> 'GONE'
        UNION ALL SELECT 'owner', owner FROM sources WHERE status <> 'GONE'
        UNION ALL SELECT 'tag', tag FROM tags
            JOIN sources ON pk = source_pk WHERE status <> 'GONE'
        UNION ALL SELECT 'semanticType', semantic_type FROM semantics
            JOIN sources ON pk = source_pk WHERE status <> 'GONE'
    ) AS counted WHERE value IS NOT NULL GROUP BY facet, value"""


def upgrade() -> None:
    op.create_table(
        "facet_counts",
        sa.Column("pk", _ID, autoincrement=True, nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("value", columns.AnyText(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_facet_counts")),
    )
    op.create_index(
        "ix_facet_counts_pending", "facet_counts", ["pk"],
        sqlite_where=_PENDING, postgresql_where=_PENDING,
    )  # fmt: skip
    op.create_index("ix_sources_facts", "sources", list(_FACTS))
    for name, columns_ in _ORDERS.items():
        op.execute(f"CREATE INDEX {name} ON sources ({columns_})")
    op.create_index("ix_fields_name_key_source_pk", "fields", ["name_key", "source_pk"])
    op.drop_index("ix_fields_name_key", "fields")
    op.drop_index("ix_sources_gone", "sources")
    op.execute(_COUNTS_NOW)
    for statement in _sqlite() if _dialect() == "sqlite" else _postgresql():
        op.execute(statement)


def downgrade() -> None:
    if _dialect() == "sqlite":
        for name in ("made", "changed", "turned", "deleted"):
            op.execute(f"DROP TRIGGER facets_{name}")
        for table in _LINKED:
            op.execute(f"DROP TRIGGER facets_{table}_added")
            op.execute(f"DROP TRIGGER facets_{table}_taken")
    else:
        for name in ("source", *_LINKED):
            op.execute(f"DROP FUNCTION facets_of_{name}() CASCADE")
    op.create_index(
        "ix_sources_gone", "sources", ["pk"], sqlite_where=_GONE, postgresql_where=_GONE
    )
    op.create_index("ix_fields_name_key", "fields", ["name_key"])
    op.drop_index("ix_fields_name_key_source_pk", "fields")
    for name in (*_ORDERS, "ix_sources_facts"):
        op.drop_index(name, "sources")
    op.drop_table("facet_counts")


def _dialect() -> str:
    return op.get_bind().dialect.name
