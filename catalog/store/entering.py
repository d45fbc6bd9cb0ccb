"""The entries of what was read, with the summary of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select

from catalog.store import codec
from catalog.store.columns import digest
from catalog.store.rows import chunks
from catalog.store.tables import entries, summaries
from catalog.store.work import Row, Work
from connectors.model import Entry


def write_entries(connection: Connection, work: Sequence[Work]) -> None:
    """Entries that are listed no more go, with their summaries; changed ones keep theirs only if
    the record has a new one, so that a summary never stands for content that it is not of.
    """
    stored = _stored_stamps(connection, [one.pk for one in work if not one.claim.made])
    for one in work:
        before = stored.get(one.pk)
        if before:
            gone = before.keys() - {digest(entry.uri) for entry in one.record.dataset.entries}
            _drop(connection, one.pk, sorted(gone))
    for rows in chunks(_fresh_entries(connection, work, stored), 1000):
        connection.execute(insert(entries), [row for row, _ in rows])
        if blobs := [blob for _, blob in rows if blob is not None]:
            connection.execute(insert(summaries), blobs)


def _stored_stamps(connection: Connection, pks: Collection[int]) -> dict[int, dict[bytes, str]]:
    found: dict[int, dict[bytes, str]] = {}
    query = select(entries.c.source_pk, entries.c.key, entries.c.stamp)
    for chunk in chunks(pks):
        for pk, key, stamp in connection.execute(query.where(entries.c.source_pk.in_(chunk))):
            found.setdefault(pk, {})[key] = stamp
    return found


def _fresh_entries(
    connection: Connection, work: Sequence[Work], stored: Mapping[int, Mapping[bytes, str]]
) -> Iterator[tuple[Row, Row | None]]:
    """Rows of `entries` to insert, each with its row of `summaries`; what they replace goes."""
    for one in work:
        before, parts = stored.get(one.pk, {}), one.record.parts
        for listed in chunks(one.record.dataset.entries, 1000):
            keyed = {digest(entry.uri): entry for entry in listed}
            fresh = {
                key: entry
                for key, entry in keyed.items()
                if before.get(key) != entry.stamp or entry.uri in parts
            }
            _drop(connection, one.pk, [key for key in fresh if key in before])
            for key, entry in fresh.items():
                summary = parts.get(entry.uri)
                blob = {"source_pk": one.pk, "key": key, "summary": summary}
                yield _entry_row(one.pk, key, entry), blob if summary is not None else None


def _drop(connection: Connection, source_pk: int, keys: Sequence[bytes]) -> None:
    for chunk in chunks(keys):
        connection.execute(
            delete(entries).where(entries.c.source_pk == source_pk, entries.c.key.in_(chunk))
        )


def _entry_row(source_pk: int, key: bytes, entry: Entry) -> Row:
    return {
        "source_pk": source_pk,
        "key": key,
        "uri": entry.uri,
        "size": entry.size,
        "stamp": entry.stamp,
        "modified": entry.modified,
        "partition": codec.encode_partition(entry.partition),
    }
