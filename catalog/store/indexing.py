"""Keeps full text and vocabulary in step with what is recorded, in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from types import ModuleType

from sqlalchemy import Connection, func, select

from catalog.model import Source
from catalog.search import Document, Term, document, near
from catalog.store import fulltext_postgres, fulltext_sqlite
from catalog.store.rows import begins, chunks, upsert
from catalog.store.tables import words
from schema.model import Schema
from schema.profile import TableProfile

_CANDIDATES = 5000


def fulltext(connection: Connection) -> ModuleType:
    """The full text of the database at hand: `put`, `documents`, `relevance`, `has`."""
    return fulltext_postgres if connection.dialect.name == "postgresql" else fulltext_sqlite


Indexed = tuple[Source, Schema | None, TableProfile | None]


def index(
    connection: Connection,
    source: Source,
    schema: Schema | None,
    profile: TableProfile | None,
) -> None:
    """`index_many` of one source that may be known."""
    index_many(connection, [(source, schema, profile)], known={source.pk})


def index_many(connection: Connection, told: Sequence[Indexed], *, known: Collection[int]) -> None:
    """Make sources findable by what they now are; nothing is written of what is as before.

    `known` are those that may have been indexed before.
    """
    from catalog.quality.personal import is_personal  # whose package needs the store

    store = fulltext(connection)
    old: dict[int, Document] = store.documents(connection, known) if known else {}
    new = {
        source.pk: document(
            source.name,
            format=source.format,
            description=source.description,
            tags=source.tags,
            schema=schema,
            profile=profile,
            is_personal=is_personal,
        )
        for source, schema, profile in told
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


def corrections(connection: Connection, terms: Iterable[Term]) -> dict[str, tuple[str, ...]]:
    """For each term that no source has: the words near to it that some source has."""
    unknown = _unknown(connection, terms)
    found = {word: near(word, _candidates(connection, word)) for word in unknown}
    return {word: other for word, other in found.items() if other}


def _unknown(connection: Connection, terms: Iterable[Term]) -> list[str]:
    asked = {term.words[0]: term for term in terms}
    spellings = [word for term in asked.values() for word in term.words]
    present = set(
        connection.execute(select(words.c.word).where(words.c.word.in_(spellings))).scalars()
    )
    return [
        word
        for word, term in asked.items()
        if present.isdisjoint(term.words) and not (term.prefix and _has_prefix(connection, word))
    ]


def _has_prefix(connection: Connection, word: str) -> bool:
    query = select(words.c.word).where(begins(words.c.word, word)).limit(1)
    return connection.execute(query).first() is not None


def _candidates(connection: Connection, word: str) -> set[str]:
    """Words that share the beginning or the end: one error leaves one half whole, two errors
    mostly a third at either end.
    """
    if len(word) < 4:
        return set()
    errors = 1 if len(word) < 8 else 2
    whole = max(1, (len(word) - 1) // (errors + 1))
    length = func.length(words.c.word)
    query = select(words.c.word).where(length.between(len(word) - errors, len(word) + errors))
    ends = (
        begins(words.c.word, word[:whole]),
        begins(words.c.reversed, word[::-1][:whole]),
    )
    return {
        found
        for end in ends
        for found in connection.execute(query.where(end).limit(_CANDIDATES)).scalars()
    }
