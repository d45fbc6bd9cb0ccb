"""The terms of the glossary, and what users say of them for columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from catalog.glossary import MOST_TERMS, Decided, State, Term, checked
from catalog.store.columns import digest
from catalog.store.database import Database
from catalog.store.rows import chunks, now, source_by_pk, upsert
from catalog.store.tables import term_choices, terms
from schema.errors import InvalidInput, NotFound


class Glossary:
    """Every method is one transaction and raises CatalogError in one line when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def terms(self) -> list[Term]:
        """All terms, by name."""
        with self._database.read() as connection:
            return _terms(connection)

    def term(self, name: str) -> Term:
        """Raises NotFound with names that there are."""
        with self._database.read() as connection:
            return _term(connection, name)

    def put(self, given: Sequence[Term]) -> list[Term]:
        """Keep terms, in place of those of the same name. Raises InvalidInput."""
        wanted = {_key(one.name): checked(one, "glossary") for one in given}

        def write(connection: Connection) -> list[Term]:
            known = {_key(one.name): one.pk for one in _terms(connection)}
            if len(known.keys() | wanted.keys()) > MOST_TERMS:
                raise InvalidInput(f"a glossary has at most {MOST_TERMS:,} terms")
            for key, one in wanted.items():
                values = {
                    "name": one.name,
                    "definition": one.definition,
                    "synonyms": list(one.synonyms),
                    "semantic_type": one.semantic_type,
                }
                if key in known:
                    changed = update(terms).where(terms.c.pk == known[key])
                    connection.execute(changed.values(**values))
                else:
                    connection.execute(insert(terms).values(key=key, **values))
            _reindex(connection, [known[key] for key in wanted if key in known])
            return [one for one in _terms(connection) if _key(one.name) in wanted]

        return self._database.write(write)

    def remove(self, name: str) -> Term:
        """Forget a term, with what was said of it. Raises NotFound."""

        def write(connection: Connection) -> Term:
            term = _term(connection, name)
            touched = _sources_of(connection, [term.pk])
            connection.execute(delete(terms).where(terms.c.pk == term.pk))
            _reindex_sources(connection, touched)
            return term

        return self._database.write(write)

    def choose(self, source_pk: int, field: str, name: str, state: State) -> Term:
        """Accept or decline a term for a column; SUGGESTED takes back what was said.

        Raises NotFound when there is no such source or term.
        """

        def write(connection: Connection) -> Term:
            term = _term(connection, name)
            source_by_pk(connection, source_pk)
            key = digest(field, str(term.pk))
            column = term_choices.c
            if state is State.SUGGESTED:
                chosen = (column.source_pk == source_pk) & (column.key == key)
                connection.execute(delete(term_choices).where(chosen))
            else:
                values = {"state": state.value, "chosen_at": now()}
                made = upsert(connection, term_choices).values(
                    source_pk=source_pk, key=key, field=field, term_pk=term.pk, **values
                )
                connection.execute(
                    made.on_conflict_do_update(index_elements=["source_pk", "key"], set_=values)
                )
            _reindex_sources(connection, [source_pk])
            return term

        return self._database.write(write)

    def decided(self, source_pks: Collection[int]) -> dict[int, Decided]:
        """What was said of the columns of each source; one statement."""
        found: dict[int, dict[tuple[str, int], State]] = {pk: {} for pk in source_pks}
        with self._database.read() as connection:
            for chunk in chunks(source_pks):
                query = select(term_choices).where(term_choices.c.source_pk.in_(chunk))
                for row in connection.execute(query):
                    found[row.source_pk][row.field, row.term_pk] = State(row.state)
        return dict(found)

    def uses(self) -> dict[int, int]:
        """How many columns each term was accepted for, by its primary key."""
        query = (
            select(term_choices.c.term_pk, func.count().label("columns"))
            .where(term_choices.c.state == State.ACCEPTED.value)
            .group_by(term_choices.c.term_pk)
        )
        with self._database.read() as connection:
            return {row.term_pk: row.columns for row in connection.execute(query)}


def words_of_sources(connection: Connection, source_pks: Collection[int]) -> dict[int, list[str]]:
    """What the terms accepted for columns of each source are called, for the search."""
    found: dict[int, list[str]] = {}
    query = (
        select(term_choices.c.source_pk, terms.c.name, terms.c.synonyms)
        .join(terms, terms.c.pk == term_choices.c.term_pk)
        .where(term_choices.c.state == State.ACCEPTED.value)
        .order_by(terms.c.key)
    )
    for chunk in chunks(source_pks):
        for pk, name, synonyms in connection.execute(
            query.where(term_choices.c.source_pk.in_(chunk))
        ):
            found.setdefault(pk, []).extend((name, *synonyms))
    return found


def _reindex(connection: Connection, term_pks: Collection[int]) -> None:
    _reindex_sources(connection, _sources_of(connection, term_pks))


def _sources_of(connection: Connection, term_pks: Collection[int]) -> list[int]:
    found: set[int] = set()
    for chunk in chunks(term_pks):
        query = select(term_choices.c.source_pk).where(term_choices.c.term_pk.in_(chunk))
        found.update(connection.execute(query.distinct()).scalars())
    return sorted(found)


def _reindex_sources(connection: Connection, source_pks: Collection[int]) -> None:
    from catalog.store.annotating import reindex

    for pk in source_pks:
        reindex(connection, source_by_pk(connection, pk))


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _terms(connection: Connection) -> list[Term]:
    return [_of(row) for row in connection.execute(select(terms).order_by(terms.c.key))]


def _term(connection: Connection, name: str) -> Term:
    row = connection.execute(select(terms).where(terms.c.key == _key(name))).first()
    if row is None:
        some = connection.execute(select(terms.c.name).order_by(terms.c.key).limit(20)).scalars()
        known = ", ".join(some) or "none yet (headwater glossary import FILE.csv)"
        raise NotFound(f"the glossary has no term {name[:80]!r}; there are: {known}")
    return _of(row)


def _of(row: Row[Any]) -> Term:
    return Term(row.name, row.definition, tuple(row.synonyms), row.semantic_type, row.pk)
