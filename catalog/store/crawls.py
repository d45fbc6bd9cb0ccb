"""What a crawl tells: records, failures, sources unchanged and gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, insert, select, update

from catalog.model import Outcome, QualityReport, Status
from catalog.store import codec, indexing, known, reports
from catalog.store.columns import digest
from catalog.store.naming import Keys, folded
from catalog.store.rows import chunks, now, source_by_pk, sources_by_pk, upsert
from catalog.store.tables import (
    entries,
    fields,
    listings,
    namespaces,
    semantics,
    sources,
    summaries,
    versions,
)
from connectors.model import Dataset, Entry
from schema.model import Finding, Schema
from schema.profile import TableProfile


def record(
    connection: Connection,
    dataset: Dataset,
    schema: Schema,
    profile: TableProfile,
    *,
    parts: Mapping[str, bytes],
    findings: tuple[Finding, ...],
    quality: QualityReport | None,
    run: int | None,
    bytes_read: int,
) -> Outcome:
    """See `Store.record`."""
    at = now()
    source = claim(connection, dataset, at)
    before = _current(connection, source.version_pk)
    shape = {"fingerprint": schema.fingerprint, "content_stamp": content_stamp(dataset.entries)}
    content = {
        "schema": schema.to_dict(),
        "profile": codec.encode_profile(profile),
        "dataset": codec.encode_dataset(dataset),
        "findings": codec.encode_findings(findings),
    }
    if before is not None and all(getattr(before, key) == value for key, value in shape.items()):
        status, version_pk = Status.UNCHANGED, before.pk
        connection.execute(update(versions).where(versions.c.pk == before.pk).values(**content))
    else:
        status = Status.NEW if before is None else Status.CHANGED
        made = insert(versions).values(
            source_pk=source.pk,
            number=1 if before is None else before.number + 1,
            created_at=at,
            run_pk=run,
            **shape,
            **content,
        )
        version_pk = connection.execute(made.returning(versions.c.pk)).scalar_one()
    _write_entries(connection, source.pk, dataset.entries, parts)
    _write_fields(connection, source.pk, schema)
    _write_listing(connection, source.pk, dataset, findings)
    values: dict[str, Any] = {
        "status": status,
        "version_pk": version_pk,
        "format": dataset.format,
        "row_count": profile.row_count,
        "byte_count": profile.byte_count,
        "last_seen": at,
        "description": dataset.description,
        "uri": dataset.uri,
        **Keys.of(dataset.namespace, dataset.name, dataset.uri).columns(),
    }
    if status is not Status.UNCHANGED:
        values["changed_at"] = at
    connection.execute(update(sources).where(sources.c.pk == source.pk).values(**values))
    if quality is not None:
        reports.add(connection, quality, source_pk=source.pk, version_pk=version_pk)
    recorded = source_by_pk(connection, source.pk)
    indexing.index(connection, recorded, schema, profile)
    return Outcome(recorded, status, findings, bytes_read)


def record_failure(
    connection: Connection, dataset: Dataset, findings: tuple[Finding, ...]
) -> Outcome:
    """See `Store.record_failure`."""
    at = now()
    source = claim(connection, dataset, at)
    if dataset.entries:
        _write_entries(connection, source.pk, dataset.entries, {})
    _write_listing(connection, source.pk, dataset, findings)
    values: dict[str, Any] = {"status": Status.FAILED, "last_seen": at}
    if source.version_pk is None:
        values |= {"format": dataset.format, "description": dataset.description}
    connection.execute(update(sources).where(sources.c.pk == source.pk).values(**values))
    failed = source_by_pk(connection, source.pk)
    if failed.version is None:
        indexing.index(connection, failed, dataset.declared, None)
    return Outcome(failed, Status.FAILED, findings)


def record_unchanged(connection: Connection, source_pks: Collection[int]) -> None:
    """See `Store.record_unchanged`."""
    at = now()
    readable = case((sources.c.version_pk.is_(None), Status.FAILED), else_=Status.UNCHANGED)
    status = case((sources.c.status == Status.FAILED, Status.FAILED), else_=readable)
    for chunk in chunks(sorted(source_pks)):
        connection.execute(
            update(sources).where(sources.c.pk.in_(chunk)).values(last_seen=at, status=status)
        )


def mark_gone(
    connection: Connection, namespace: str, name_prefix: str, seen: Collection[int]
) -> list[Outcome]:
    """See `Store.mark_gone`."""
    kept = set(seen)
    gone = [
        pk
        for pk, status in known.pks_below(connection, namespace, name_prefix)
        if status != Status.GONE and pk not in kept
    ]
    for chunk in chunks(gone):
        connection.execute(
            update(sources).where(sources.c.pk.in_(chunk)).values(status=Status.GONE)
        )
    return [Outcome(source, Status.GONE, ()) for source in sources_by_pk(connection, gone).values()]


def claim(connection: Connection, dataset: Dataset, at: datetime) -> Any:
    """The row of a dataset's source, made where there is none, locked until the transaction ends:
    of two crawls of one source the second waits and sees what the first recorded.
    """
    query = (
        select(sources.c.pk, sources.c.version_pk, sources.c.status)
        .where(sources.c.key == digest(dataset.namespace, dataset.name))
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is not None:
        return row
    made = upsert(connection, sources).values(
        namespace_pk=_namespace(connection, dataset.namespace),
        name=dataset.name,
        uri=dataset.uri,
        format=dataset.format,
        status=Status.NEW,
        first_seen=at,
        last_seen=at,
        tags=[],
        **Keys.of(dataset.namespace, dataset.name, dataset.uri).columns(),
    )
    connection.execute(made.on_conflict_do_nothing())
    row = connection.execute(query).one()
    empty = upsert(connection, listings).values(source_pk=row.pk, dataset={}, findings=[])
    connection.execute(empty.on_conflict_do_nothing())
    return row


def content_stamp(listed: tuple[Entry, ...]) -> str:
    """32 hexadecimal digits over the URIs and stamps of entries, in any order."""
    pairs = sorted((entry.uri, entry.stamp) for entry in listed)
    return digest(*(part for pair in pairs for part in pair)).hex()


def _namespace(connection: Connection, namespace: str) -> int:
    query = select(namespaces.c.pk).where(namespaces.c.key == digest(namespace))
    found = connection.execute(query).scalar()
    if found is None:
        made = upsert(connection, namespaces).values(key=digest(namespace), namespace=namespace)
        connection.execute(made.on_conflict_do_nothing())
        found = connection.execute(query).scalar_one()
    return int(found)


def _current(connection: Connection, version_pk: int | None) -> Any:
    if version_pk is None:
        return None
    query = select(
        versions.c.pk, versions.c.number, versions.c.fingerprint, versions.c.content_stamp
    )
    return connection.execute(query.where(versions.c.pk == version_pk)).one()


def _write_entries(
    connection: Connection,
    source_pk: int,
    listed: tuple[Entry, ...],
    parts: Mapping[str, bytes],
) -> None:
    """Entries that are listed no more go, with their summaries; changed ones keep theirs only if
    `parts` has a new one, so that a summary never stands for content that it is not of.
    """
    stored = {
        row.key: row.stamp
        for row in connection.execute(
            select(entries.c.key, entries.c.stamp).where(entries.c.source_pk == source_pk)
        )
    }
    present = {digest(entry.uri): entry for entry in listed}
    fresh = {
        key: entry
        for key, entry in present.items()
        if stored.get(key) != entry.stamp or entry.uri in parts
    }
    stale = [key for key in stored if key not in present or key in fresh]
    for chunk in chunks(stale):
        connection.execute(
            delete(entries).where(entries.c.source_pk == source_pk, entries.c.key.in_(chunk))
        )
    for rows in chunks(_entry_row(source_pk, key, entry) for key, entry in fresh.items()):
        connection.execute(insert(entries), rows)
    blobs = (
        {"source_pk": source_pk, "key": key, "summary": parts[entry.uri]}
        for key, entry in fresh.items()
        if entry.uri in parts
    )
    for rows in chunks(blobs, 500):
        connection.execute(insert(summaries), rows)


def _entry_row(source_pk: int, key: bytes, entry: Entry) -> dict[str, Any]:
    return {
        "source_pk": source_pk,
        "key": key,
        "uri": entry.uri,
        "size": entry.size,
        "stamp": entry.stamp,
        "modified": entry.modified,
        "partition": codec.encode_partition(entry.partition),
    }


def _write_fields(connection: Connection, source_pk: int, schema: Schema) -> None:
    rows = [
        {
            "source_pk": source_pk,
            "position": position,
            "name": field.name,
            "name_key": folded(field.name),
        }
        for position, field in enumerate(schema)
    ]
    connection.execute(delete(fields).where(fields.c.source_pk == source_pk))
    if rows:
        connection.execute(insert(fields), rows)
    found = {field.semantic_type for field in schema if field.semantic_type}
    connection.execute(delete(semantics).where(semantics.c.source_pk == source_pk))
    if found:
        kinds = [{"source_pk": source_pk, "semantic_type": kind} for kind in sorted(found)]
        connection.execute(insert(semantics), kinds)


def _write_listing(
    connection: Connection, source_pk: int, dataset: Dataset, findings: tuple[Finding, ...]
) -> None:
    values = {
        "dataset": codec.encode_dataset(dataset),
        "findings": codec.encode_findings(findings),
    }
    connection.execute(update(listings).where(listings.c.source_pk == source_pk).values(**values))
