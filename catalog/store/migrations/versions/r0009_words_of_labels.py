"""Marked are the words of labels, no longer all those of names."""

from dataclasses import replace

from alembic import op
from sqlalchemy import Connection, text

from catalog.model import label_of
from catalog.search import document
from catalog.store.indexing import fulltext

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MANY = 1000


def upgrade() -> None:
    connection = op.get_bind()
    last = 0
    while found := _next(connection, last):
        store = fulltext(connection)
        known = store.documents(connection, found)
        marked = {
            pk: replace(known[pk], label=document("", label=label_of(name, uri)).label)
            for pk, (name, uri) in found.items()
            if pk in known
        }
        if marked:
            store.put(connection, marked, replaced=marked)
        last = max(found)


def _next(connection: Connection, last: int) -> dict[int, tuple[str, str]]:
    query = "SELECT pk, name, uri FROM sources WHERE pk > :last ORDER BY pk LIMIT :many"
    rows = connection.execute(text(query), {"last": last, "many": _MANY})
    return {pk: (name, uri) for pk, name, uri in rows}


def downgrade() -> None:
    """Catalogs are found as well with the marks of labels alone."""
