"""Values of nested personal columns leave the search of catalogs that were filled while it knew
them. Words that no document has any more leave the vocabulary, which would suggest them.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from catalog.quality.personal import personal_in
from catalog.search import document
from catalog.store import codec
from catalog.store.columns import loads
from catalog.store.indexing import fulltext
from catalog.store.relevance import LABEL
from schema.model import Schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MANY = 1000
_NEXT = """
SELECT sources.pk, versions.pk, versions.schema FROM sources
JOIN versions ON versions.pk = sources.version_pk
WHERE sources.pk > :last ORDER BY sources.pk LIMIT :many"""
_SAID = {
    "sqlite": [
        "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_documents, row)",
        f"""CREATE TEMPORARY TABLE said AS
        SELECT DISTINCT ltrim(term, '{LABEL}') AS word FROM temp.terms""",
        "DROP TABLE terms",
        "CREATE INDEX temp.ix_said ON said (word)",
    ],
    "postgresql": [
        f"""CREATE TEMPORARY TABLE said AS SELECT DISTINCT ltrim(word, '{LABEL}') AS word
        FROM ts_stat('SELECT vector FROM search_documents')""",
        "ANALYZE said",
    ],
}
_FORGET = """
DELETE FROM words WHERE NOT EXISTS (SELECT 1 FROM said WHERE said.word = words.word)"""


def upgrade() -> None:
    connection = op.get_bind()
    last, forgotten = 0, False
    while rows := connection.execute(text(_NEXT), {"last": last, "many": _MANY}).all():
        last = rows[-1][0]
        personal = {
            pk: (version, packed)
            for pk, version, packed in rows
            if _holds_personal(loads(zlib.decompress(packed)))
        }
        if personal:
            forgotten |= _forget(connection, personal)
    if forgotten:
        for statement in (*_SAID[connection.dialect.name], _FORGET, "DROP TABLE said"):
            connection.execute(text(statement))


def _holds_personal(shape: dict[str, Any]) -> bool:
    """Whether a schema has a nested column with personal fields; others were never indexed."""
    nested = [field for field in shape["fields"] if not isinstance(field["type"], str)]
    return bool(nested) and bool(personal_in({"fields": nested}))


def _forget(connection: Connection, personal: dict[int, tuple[int, bytes]]) -> bool:
    """Index the frequent values of those sources anew; the other words stay as they are. Returns
    whether some are found by less now.
    """
    store = fulltext(connection)
    known = store.documents(connection, personal)
    changed = {}
    for pk, before in known.items():
        version, packed = personal[pk]
        query = text("SELECT profile FROM versions WHERE pk = :pk")
        figures = connection.execute(query, {"pk": version}).scalar_one()
        told = document(
            "",
            schema=Schema.from_dict(loads(zlib.decompress(packed))),
            profile=codec.decode_profile(loads(zlib.decompress(figures))),
        )
        if told.frequent != before.frequent:
            changed[pk] = replace(before, frequent=told.frequent)
    if changed:
        store.put(connection, changed, replaced=changed)
    return bool(changed)


def downgrade() -> None:
    """What nobody may find stays out."""
