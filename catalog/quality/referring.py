"""What a source refers to: as its database declares, as it did before, and as its keys tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.joins.asking import joins
from catalog.joins.model import JoinKind, KeyColumn
from catalog.model import Status, Version
from catalog.quality.choices import PINNED, Choice
from catalog.quality.evidence import Evidence
from catalog.quality.past import NEW_NORMAL, lasting
from catalog.quality.references import Reference, Referral, references_in, referral
from schema.profile import TableProfile

if TYPE_CHECKING:
    from catalog.store import Store
    from connectors.model import Dataset

WHOLE = 1.0
"""Only a column of which every key was there is expected to stay so."""


def learned(
    store: Store, source_pk: int, versions: Sequence[Version], choices: Mapping[str, Choice]
) -> list[Reference]:
    """What a source referred to as the catalog has it (its current keys, its last report, what
    users pinned), given its newest versions; one reference a column, without what is declared.
    """
    pinned = [one.expectation for one in choices.values() if one.state == PINNED]
    found = references_in(pinned)
    if not versions or f"version:{versions[0].number}" not in choices:
        unmet = store.unmet(source_pk)
        given_up = lasting([unmet.get(one.pk, frozenset()) for one in versions])
        last = store.quality([source_pk]).get(source_pk)
        every = references_in(one.expectation for one in last.results) if last else []
        found += [one for one in every if not one.declared and one.fields[0] not in given_up]
    found += _found(store, source_pk)
    return _each_once(found)


def declared(store: Store, dataset: Dataset) -> list[Reference]:
    """What its database declares, as far as the tables referred to are in the catalog."""
    names = [(dataset.namespace, one.referred) for one in dataset.foreign_keys]
    known = store.known_many(names) if names else {}
    sources = store.sources({one.source_pk for one in known.values()})
    return [
        Reference(one.columns, parent.pk, parent.label, one.referred_columns, declared=True)
        for name, one in zip(names, dataset.foreign_keys, strict=True)
        if name in known
        and len(one.columns) == len(one.referred_columns)
        and (parent := sources[known[name].source_pk]).status is not Status.GONE
    ]


def referrals(
    store: Store,
    references: Iterable[Reference],
    columns: Sequence[KeyColumn],
    profile: TableProfile,
    source_pk: int | None = None,
) -> tuple[Referral, ...]:
    """How references stand for a source with those columns, beside the keys that are stored of
    the sources referred to (but its own, which are `columns`). Those to what is gone are left out.
    """
    asked = _each_once(references)
    there = {
        pk
        for pk, one in store.sources({one.source for one in asked}).items()
        if one.status is not Status.GONE
    }
    others = store.joins.columns_of(there - {source_pk}) | {source_pk: list(columns)}
    keyed = {(pk, column.name): column for pk, some in others.items() for column in some}
    mine = {column.name: column for column in columns}
    figures = {column.name: column for column in profile.columns}
    made = []
    for one in asked:
        if one.source in there and len(one.fields) == len(one.key) == 1:
            field = one.fields[0]
            theirs = keyed.get((one.source, one.key[0]))
            made.append(referral(one, mine.get(field), theirs, figures.get(field)))
        elif one.source in there:
            made.append(Referral(one))
    return tuple(made)


def with_references(store: Store, version: Version) -> Evidence:
    """The evidence of a stored current version, with how all that it refers to stands."""
    pk = version.source_pk
    versions = store.versions(pk, first=NEW_NORMAL)
    known = learned(store, pk, versions, store.choices(pk))
    columns = store.joins.columns(pk)
    every = [*declared(store, version.dataset), *known]
    found = referrals(store, every, columns, version.profile, pk)
    return replace(Evidence.of(version), references=found)


def _found(store: Store, source_pk: int) -> list[Reference]:
    """The columns that refer to another source by their stored keys, names and meanings."""
    source = store.sources([source_pk])[source_pk]
    refers = [
        join
        for join in joins(store, source)
        if join.kind is JoinKind.FOREIGN_KEY and join.containment == WHOLE and not join.declared
    ]
    labels = {pk: one.label for pk, one in store.sources({one.other for one in refers}).items()}
    return [
        Reference((one.field,), one.other, labels[one.other], (one.other_field,)) for one in refers
    ]


def _each_once(references: Iterable[Reference]) -> list[Reference]:
    """The first reference of each column or set of columns."""
    found: dict[tuple[str, ...], Reference] = {}
    for one in references:
        found.setdefault(one.fields, one)
    return list(found.values())
