"""What a crawl learned of many sources, in one transaction: a few statements for all of them.

Recording them one by one costs some twenty statements each; the fixed cost of a statement is
twenty times that of one more row in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from catalog.alerts.model import Event
from catalog.context import owner, words
from catalog.events import EventKind
from catalog.joins.keys import place_of
from catalog.model import Outcome, Record, Status
from catalog.store import codec, counting, events, history, indexing, joining, referrers, reports
from catalog.store.alerts import enqueue
from catalog.store.claiming import claim_many
from catalog.store.entering import write_entries
from catalog.store.naming import Keys, folded
from catalog.store.rows import chunks, now, sources_by_pk, upsert
from catalog.store.stamps import content_stamp, settled_stamp
from catalog.store.tables import fields, listings, semantics, sources, versions
from catalog.store.tables import reports as report_table
from catalog.store.work import Row, Work
from schema.model import Schema


def record_many(connection: Connection, records: Sequence[Record]) -> list[Outcome]:
    """See `Store.record_many`."""
    at = now()
    claims = claim_many(connection, [one.dataset for one in records], at)
    work = [Work(one, claim, Status.FAILED) for one, claim in zip(records, claims, strict=True)]
    read = [one for one in work if one.record.schema is not None]
    _write_versions(connection, read, at)
    _write_reports(connection, read)
    write_entries(connection, [one for one in work if one.record.dataset.entries])
    _write_fields(connection, read)
    _write_listings(connection, work)
    _write_events(connection, work, at)
    broken = _newly_broken(connection, work)
    _write_sources(connection, work, at)
    recorded = sources_by_pk(connection, [one.pk for one in work])
    for one in work:
        enqueue(connection, recorded[one.pk], one.record.events, stamp=str(one.version_pk))
        if one.pk in broken:
            told = one.record.findings[0].message if one.record.findings else "it cannot be read"
            failed = [Event("failed", "", told)]
            enqueue(connection, recorded[one.pk], failed, stamp=at.isoformat())
    indexing.index_many(
        connection,
        [
            (
                recorded[one.pk],
                one.record.schema or one.record.dataset.declared,
                one.record.profile,
                words(one.record.dataset),
            )
            for one in work
            if one.record.schema is not None or one.claim.version_pk is None
        ],
        known={one.pk for one in work if not one.claim.made},
    )
    joining.write_many(
        connection,
        {
            one.pk: joining.Joinable(
                place_of(one.record.dataset.namespace, one.record.dataset.name),
                one.record.joinable,
                one.record.schema.names,
            )
            for one in read
            if one.record.schema is not None
        },
    )
    counting.settle(connection)
    return [
        Outcome(
            recorded[one.pk],
            one.status,
            one.record.findings,
            one.record.bytes_read,
            one.record.unsettled,
        )
        for one in work
    ]


def _newly_broken(connection: Connection, work: Sequence[Work]) -> set[int]:
    """The sources that cannot be read now and could be, or were not known, before."""
    failed = [one.pk for one in work if one.record.schema is None]
    if not failed:
        return set()
    query = select(sources.c.pk).where(sources.c.pk.in_(failed))
    before = connection.execute(query.where(sources.c.status == Status.FAILED)).scalars()
    made = {one.pk for one in work if one.claim.made}
    return set(failed) - (set(before) - made)


def _write_versions(connection: Connection, read: Sequence[Work], at: datetime) -> None:
    """A new version where fingerprint or content are new; else the current one is told anew."""
    changed: list[Row] = []
    same: list[Row] = []
    current = (one.claim.version_pk for one in read)
    figures = history.before(connection, [pk for pk in current if pk is not None])
    for one in read:
        record, before = one.record, one.claim
        assert record.schema is not None
        assert record.profile is not None
        shape = (record.schema.fingerprint, content_stamp(record.dataset.entries))
        anew = before.version_pk is not None and shape == (
            before.fingerprint,
            before.content_stamp,
        )
        last = figures.get(before.version_pk) if before.version_pk is not None else None
        profile = codec.encode_profile(record.profile)
        number = before.number + (not anew)
        content = {
            "schema": record.schema.to_dict(),
            "profile": history.told(profile, last, number, at, anew=anew),
            "dataset": codec.encode_dataset(record.dataset),
            "findings": codec.encode_findings(record.findings),
        }
        if anew:
            one.status, one.version_pk = Status.UNCHANGED, before.version_pk
            same.append({"version": before.version_pk, **content})
            continue
        one.status = Status.NEW if before.version_pk is None else Status.CHANGED
        numbered = {"source_pk": one.pk, "number": number, "run_pk": record.run}
        shaped = {"created_at": at, "fingerprint": shape[0], "content_stamp": shape[1]}
        changed.append({**numbered, **shaped, **content})
    if same:
        _update(connection, versions, "version", same)
    made = _inserted(connection, versions, changed)
    for one in read:
        one.version_pk = made.get(one.pk, one.version_pk)


def _write_reports(connection: Connection, read: Sequence[Work]) -> None:
    rows = [
        reports.row(one.record.quality, one.pk, one.version_pk)
        for one in read
        if one.record.quality is not None and one.version_pk is not None
    ]
    made = _inserted(connection, report_table, rows)
    judged = {one.pk: one.record.quality for one in read if one.record.quality is not None}
    referrers.write_many(connection, judged)
    for one in read:
        one.report_pk = made.get(one.pk)


def _inserted(connection: Connection, table: Any, rows: list[Row]) -> dict[int, int]:
    """Insert rows, one a source; the key of each by its source."""
    if not rows:
        return {}
    made = insert(table).returning(table.c.source_pk, table.c.pk)
    return {row.source_pk: row.pk for row in connection.execute(made, rows)}


def _update(connection: Connection, table: Any, key: str, rows: list[Row]) -> None:
    """Update rows by primary key, which stands in each under `key`."""
    columns: Row = {name: bindparam(name) for name in rows[0] if name != key}
    primary = next(iter(table.primary_key))
    connection.execute(update(table).where(primary == bindparam(key)).values(**columns), rows)


def _write_fields(connection: Connection, read: Sequence[Work]) -> None:
    """The fields of each source and the semantic types among them, as they are now."""
    shown = [one.pk for one in read if one.claim.version_pk is not None]
    for table in (fields, semantics):
        for chunk in chunks(shown):
            connection.execute(delete(table).where(table.c.source_pk.in_(chunk)))
    schemas = [(one.pk, one.record.schema) for one in read if one.record.schema is not None]
    for rows in chunks(_field_rows(schemas)):
        connection.execute(insert(fields), rows)
    kinds = [
        {"source_pk": pk, "semantic_type": kind}
        for pk, schema in schemas
        for kind in sorted({field.semantic_type for field in schema if field.semantic_type})
    ]
    if kinds:
        connection.execute(insert(semantics), kinds)


def _field_rows(schemas: Sequence[tuple[int, Schema]]) -> Iterator[Row]:
    for pk, schema in schemas:
        for position, field in enumerate(schema):
            key = folded(field.name)
            yield {"source_pk": pk, "position": position, "name": field.name, "name_key": key}


def _write_listings(connection: Connection, work: Sequence[Work]) -> None:
    rows = [
        {
            "source_pk": one.pk,
            "dataset": codec.encode_dataset(one.record.dataset),
            "findings": codec.encode_findings(one.record.findings),
            "settled": _settled(one.record),
        }
        for one in work
    ]
    made = upsert(connection, listings)
    told = {name: made.excluded[name] for name in ("dataset", "findings", "settled")}
    connection.execute(made.on_conflict_do_update(index_elements=["source_pk"], set_=told), rows)


def _settled(record: Record) -> str | None:
    """Of a dataset without entries the stored ones stay, so that what is listed tells nothing."""
    return settled_stamp(record.dataset, record.findings) if record.dataset.entries else None


def _write_sources(connection: Connection, work: Sequence[Work], at: datetime) -> None:
    """One statement for each set of columns that is written: few differ."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for one in work:
        row = {"source": one.pk, **_values(one, at)}
        by_columns.setdefault(tuple(row), []).append(row)
    for rows in by_columns.values():
        _update(connection, sources, "source", sorted(rows, key=itemgetter("source")))


def _write_events(connection: Connection, work: Sequence[Work], at: datetime) -> None:
    """Before the sources are written, whose quality until now is compared."""
    found = [
        one.pk
        for one in work
        if one.status is Status.NEW or (one.claim.made and one.status is Status.FAILED)
    ]
    events.note(connection, EventKind.SOURCE_FOUND, found, at)
    changed = [one.pk for one in work if one.status is Status.CHANGED]
    events.note(connection, EventKind.SOURCE_CHANGED, changed, at)
    scores = {one.pk: one.record.quality.score for one in work if one.record.quality is not None}
    known = {one.pk for one in work if one.claim.version_pk is not None}
    told = {pk: score for pk, score in scores.items() if pk in known}
    events.note_verdicts(connection, told, at)


def _values(one: Work, at: datetime) -> Row:
    """The columns of a source that a record changes."""
    dataset, profile, quality = one.record.dataset, one.record.profile, one.record.quality
    values: Row = {"status": one.status, "last_seen": at}
    described = {
        "format": dataset.format,
        "description": dataset.description,
        "owner": one.claim.user_owner or owner(dataset),
    }
    if one.record.schema is None or profile is None:
        return values | (described if one.claim.version_pk is None else {})
    values |= described
    values |= {
        "version_pk": one.version_pk,
        "row_count": profile.row_count,
        "byte_count": profile.byte_count,
        "uri": dataset.uri,
        **Keys.of(dataset.namespace, dataset.name, dataset.uri).columns(),
    }
    if one.status is not Status.UNCHANGED:
        values["changed_at"] = at
    if quality is not None:
        values |= reports.verdict(quality, one.report_pk)
    return values
