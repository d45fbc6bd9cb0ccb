"""The rows of datasets' sources: found or made, and locked until the transaction ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from catalog.model import Status
from catalog.store.columns import digest
from catalog.store.naming import Keys
from catalog.store.rows import chunks, upsert
from catalog.store.tables import listings, namespaces, sources, versions
from connectors.model import Dataset


@dataclass(frozen=True, slots=True)
class Claim:
    """The row of a source and its current version; `made` when there was none before."""

    pk: int
    made: bool
    user_owner: str | None = None
    version_pk: int | None = None
    number: int = 0
    fingerprint: str | None = None
    content_stamp: str | None = None


def claim_many(connection: Connection, datasets: Sequence[Dataset], at: datetime) -> list[Claim]:
    """The row of each dataset's source, made where there is none, locked until the transaction
    ends: of two crawls of one source the second waits and sees what the first recorded.
    """
    wanted = {digest(one.namespace, one.name): one for one in datasets}
    found = _locked(connection, list(wanted))
    missing = {key: one for key, one in wanted.items() if key not in found}
    if missing:
        made = _make(connection, missing, at)
        found |= _locked(connection, list(missing), frozenset(made))
    return [found[digest(one.namespace, one.name)] for one in datasets]


def _locked(
    connection: Connection, keys: Sequence[bytes], made: frozenset[bytes] = frozenset()
) -> dict[bytes, Claim]:
    """By key, in one order, so that two crawls rarely wait for each other both ways.

    Versions are asked for by themselves: PostgreSQL would join those of before the wait.
    """
    query = (
        select(sources.c.key, sources.c.pk, sources.c.version_pk, sources.c.user_owner)
        .order_by(sources.c.pk)
        .with_for_update()
    )
    rows = [
        row
        for chunk in chunks(keys)
        for row in connection.execute(query.where(sources.c.key.in_(chunk)))
    ]
    current = _versions(connection, [row.version_pk for row in rows if row.version_pk is not None])
    return {
        row.key: Claim(
            row.pk,
            row.key in made,
            row.user_owner,
            row.version_pk,
            *current.get(row.version_pk, ()),
        )
        for row in rows
    }


def _versions(connection: Connection, pks: Sequence[int]) -> dict[int, tuple[int, str, str]]:
    """Number, fingerprint and content stamp of each."""
    columns = versions.c
    query = select(columns.pk, columns.number, columns.fingerprint, columns.content_stamp)
    return {
        pk: (number, fingerprint, stamp)
        for chunk in chunks(pks)
        for pk, number, fingerprint, stamp in connection.execute(query.where(columns.pk.in_(chunk)))
    }


def _make(connection: Connection, missing: dict[bytes, Dataset], at: datetime) -> list[bytes]:
    """New sources; the keys of those that nobody else made meanwhile."""
    places = _namespaces(connection, {one.namespace for one in missing.values()})
    rows = [
        {
            "namespace_pk": places[one.namespace],
            "name": one.name,
            "uri": one.uri,
            "format": one.format,
            "status": Status.NEW,
            "first_seen": at,
            "last_seen": at,
            "tags": [],
            **Keys.of(one.namespace, one.name, one.uri).columns(),
        }
        for one in missing.values()
    ]
    made = (
        upsert(connection, sources).on_conflict_do_nothing().returning(sources.c.key, sources.c.pk)
    )
    found = {row.key: row.pk for row in connection.execute(made, rows)}
    if found:
        empty: list[dict[str, Any]] = [
            {"source_pk": pk, "dataset": {}, "findings": []} for pk in found.values()
        ]
        connection.execute(upsert(connection, listings).on_conflict_do_nothing(), empty)
    return list(found)


def _namespaces(connection: Connection, wanted: set[str]) -> dict[str, int]:
    """The numbers of namespaces, made where they are new."""
    keys = {digest(one): one for one in wanted}
    query = select(namespaces.c.key, namespaces.c.pk).where(namespaces.c.key.in_(list(keys)))
    found = {keys[key]: pk for key, pk in connection.execute(query)}
    if len(found) < len(keys):
        rows = [{"key": key, "namespace": keys[key]} for key in keys if keys[key] not in found]
        connection.execute(upsert(connection, namespaces).on_conflict_do_nothing(), rows)
        found = {keys[key]: pk for key, pk in connection.execute(query)}
    return found
