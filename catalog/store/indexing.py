"""Keeps full text and vocabulary in step with what is recorded, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from types import ModuleType

from sqlalchemy import Connection

from catalog.model import Source
from catalog.search import Document, document
from catalog.store import fulltext_postgres, fulltext_sqlite
from catalog.store.rows import chunks, upsert
from catalog.store.tables import words
from schema.model import Schema
from schema.profile import TableProfile


def fulltext(connection: Connection) -> ModuleType:
    """The full text of the database at hand: `put`, `documents`, `relevance`, `has`."""
    return fulltext_postgres if connection.dialect.name == "postgresql" else fulltext_sqlite


Indexed = tuple[Source, Schema | None, TableProfile | None, Iterable[str]]
"""A source, and what it is found by: schema, figures, and words that are said of it."""


def index(
    connection: Connection,
    source: Source,
    schema: Schema | None,
    profile: TableProfile | None,
    said: Iterable[str] = (),
) -> None:
    """`index_many` of one source that may be known."""
    index_many(connection, [(source, schema, profile, said)], known={source.pk})


def index_many(connection: Connection, told: Sequence[Indexed], *, known: Collection[int]) -> None:
    """Make sources findable by what they now are; nothing is written of what is as before.

    `known` are those that may have been indexed before.
    """
    from catalog.store.glossary import words_of_sources  # which indexes what changes

    store = fulltext(connection)
    old: dict[int, Document] = store.documents(connection, known) if known else {}
    called = words_of_sources(connection, known) if known else {}
    new = {
        source.pk: document(
            source.name,
            label=source.label,
            format=source.format,
            description=source.description,
            tags=source.tags,
            schema=schema,
            profile=profile,
            said=(*called.get(source.pk, ()), *said),
        )
        for source, schema, profile, said in told
    }
    changed = {pk: one for pk, one in new.items() if one != old.get(pk)}
    if changed:
        store.put(connection, changed, replaced=changed.keys() & old.keys())
        before = {word for pk in changed if pk in old for word in old[pk].words()}
        learn(connection, {word for one in changed.values() for word in one.words()} - before)


def forget(connection: Connection, source_pk: int) -> None:
    """Make a source findable no more."""
    fulltext(connection).remove(connection, source_pk)


def learn(connection: Connection, found: Iterable[str]) -> None:
    """Add words to the vocabulary, in one order, so that two writers cannot block each other."""
    for chunk in chunks(sorted(found), 1000):
        rows = [{"word": word, "reversed": word[::-1]} for word in chunk]
        connection.execute(upsert(connection, words).on_conflict_do_nothing(), rows)
