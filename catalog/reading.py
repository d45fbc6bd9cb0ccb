"""What a crawl reads of one dataset: its changed entries, summarised and merged with the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from catalog.gathering import Encoded, Gathered
from catalog.parting import DIFFERING, differences
from catalog.store.stamps import RETRIED, limited_stamp, marks
from connectors import crashes
from connectors.apart import Apart, read_apart
from connectors.model import SET_BY_USER, Dataset, Entry, Source
from connectors.parts import OnBatch, Summaries, place_in, read_parts
from schema.errors import SummaryError
from schema.infer import MISFIT
from schema.model import Finding
from schema.notation import apart
from schema.summary import Summary

if TYPE_CHECKING:
    from catalog.model import Known
    from catalog.store import Store

UNREAD = ";unread"
"""At the end of a stamp: this entry could not be reached, and is tried again by the next crawl."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was read of one dataset, and what is stored of the rest.

    `summary` is None when nothing of it can be read. `parts` are the summaries of the entries
    read now. `complete` is False when a limit kept rows unread.
    """

    dataset: Dataset
    summary: Summary | None
    parts: Mapping[str, bytes]
    findings: tuple[Finding, ...]
    bytes_read: int
    complete: bool = True


def with_fixed_options(
    dataset: Dataset, known: Known | None, unfixed: Collection[str] = ()
) -> Dataset:
    """The dataset with the reader options that a user fixed earlier and does not take back
    (`unfixed`); those of now win. What lies beside it is as it was where nobody looked.
    """
    if known is None:
        return dataset
    if dataset.beside is None:
        dataset = replace(dataset, beside=known.dataset.beside)
    fixed = {name: value for name, value in _fixed(known).items() if name not in unfixed}
    return replace(dataset, options=tuple(sorted((fixed | dict(dataset.options)).items())))


def _fixed(known: Known) -> dict[str, str]:
    """The reader options that a user fixed."""
    evidence = known.dataset.evidence
    return {one.choice: one.value for one in evidence if one.reason == SET_BY_USER}


def unchanged(
    dataset: Dataset, known: Known | None, rows: int | None, unfixed: Collection[str] = ()
) -> bool:
    """Whether a dataset is as the catalog knows it, so that nothing of it need be read.

    Options that the user fixes must be those that it was read with. What could not be reached
    the last time is tried again; what was seen to be broken is not.
    """
    if known is None or known.stamps.keys() != {entry.uri for entry in dataset.entries}:
        return False
    fixed = set(dataset.options) - set(known.dataset.options)
    if any(name in unfixed for name in _fixed(known)):
        return False
    asked = dict(dataset.options)
    if any(one.choice in asked and one.reason != SET_BY_USER for one in known.dataset.evidence):
        return False  # what was found out is fixed from now on
    if marks(dataset.beside or ()) != marks(known.dataset.beside or ()):
        return False
    if fixed or any(finding.code in RETRIED for finding in known.findings):
        return False
    if known.version is None and not known.findings:  # known by lineage only
        return False
    return all(
        known.stamps[entry.uri] in {entry.stamp, limited_stamp(entry, rows)}
        for entry in dataset.entries
    )


def read(
    source: Source,
    dataset: Dataset,
    known: Known | None,
    store: Store,
    *,
    rows: int | None,
    on_batch: OnBatch,
    summaries: Summaries = read_parts,
) -> Content:
    """Read the entries that changed and merge them with the stored summaries of the others.

    `summaries` reads entries, here or elsewhere. Never raises for what is wrong with data: that
    becomes findings.
    """
    if crashes.is_suspect(dataset.uri):
        source, summaries = Apart(source), read_apart
    with crashes.reading(dataset.uri):
        return _read(
            source, dataset, known, store, rows=rows, on_batch=on_batch, summaries=summaries
        )


def _read(
    source: Source,
    dataset: Dataset,
    known: Known | None,
    store: Store,
    *,
    rows: int | None,
    on_batch: OnBatch,
    summaries: Summaries,
) -> Content:
    stored = Gathered() if rows is not None else _stored(dataset, known, store)
    changed = [entry for entry in dataset.entries if entry.uri not in stored.parts]
    examined = source.examine(replace(dataset, entries=tuple(changed or dataset.entries)))
    if stored.parts and known is not None and not _read_alike(examined, known.dataset):
        stored, changed = Gathered(), list(dataset.entries)  # others were read in another way
        examined = source.examine(dataset)
    dataset = replace(examined, entries=dataset.entries)
    if dataset.format is None:
        return Content(_stamped(dataset, rows, {}), None, {}, dataset.findings, 0)
    fresh, encoded, unreached, told = Gathered(), Encoded(), set[str](), list[Finding]()
    bytes_read = rows_read = 0
    for part in summaries(source, dataset, changed, rows=rows, on_batch=on_batch):
        if part.summary is not None:
            fresh.add(part.uri, part.summary)
            encoded.add(part.uri, part.summary.thin(len(dataset.entries)).to_bytes())
        if not RETRIED.isdisjoint(part.faults):
            unreached.add(part.uri)
        told.extend(part.findings)
        bytes_read += part.bytes_read
        rows_read += part.rows
    if known is not None and (stored.parts or fresh.parts):
        # Of a part that is out of reach now, what was known stays.
        for uri, summary in _decoded(store, known.source_pk, unreached):
            stored.add(uri, summary)
    places = {entry.uri: entry for entry in dataset.entries}
    parts = {**stored.parts, **fresh.parts}
    findings = (
        *dataset.findings,
        *_kept_findings(known, stored.parts.keys() - fresh.parts.keys()),
        *told,
        *differences(parts, lambda uri: place_in(dataset, places[uri])),
    )
    old = {uri: known.stamps[uri] for uri in unreached & stored.parts.keys()} if known else {}
    return Content(
        _stamped(dataset, rows, dict.fromkeys(unreached) | old),
        stored.total + fresh.total if parts else None,
        encoded,
        tuple(dict.fromkeys(findings)),
        bytes_read,
        complete=rows is None or rows_read < rows,
    )


def _kept_findings(known: Known | None, uris: Collection[str]) -> Iterator[Finding]:
    """What the last crawl found in entries that are not read again; misfits, and how parts differ,
    are told anew, from all summaries.
    """
    if known is None or not uris:
        return
    paths: dict[str, list[str]] = {}
    for uri in uris:
        path = unquote(uri)
        paths.setdefault(path.rsplit("/", 1)[-1], []).append(path)
    for finding in known.findings:
        if finding.place is None or finding.code in {MISFIT, *DIFFERING}:
            continue
        places = (finding.place, finding.place.rsplit(", ", 1)[0])  # `a.csv` of `a.csv, line 6`
        if any(
            path.endswith(place)
            for place in places
            for path in paths.get(place.rsplit("/", 1)[-1], ())
        ):
            yield finding


def _read_alike(one: Dataset, other: Dataset) -> bool:
    """Whether two datasets are read by the same options; notations are found out after reading."""
    return [*apart(one.options)] == [*apart(other.options)]


def _stored(dataset: Dataset, known: Known | None, store: Store) -> Gathered:
    """The stored summaries of entries that have not changed."""
    found = Gathered()
    if known is None:
        return found
    same = [entry.uri for entry in dataset.entries if known.stamps.get(entry.uri) == entry.stamp]
    for uri, summary in _decoded(store, known.source_pk, same):
        found.add(uri, summary)
    return found


def _decoded(store: Store, source_pk: int, uris: Collection[str]) -> Iterator[tuple[str, Summary]]:
    """Stored summaries; one of another version of Headwater is left out, and so read again."""
    for uri, data in store.part_summaries(source_pk, uris):
        try:
            yield uri, Summary.from_bytes(data)
        except SummaryError:
            continue


def _stamped(dataset: Dataset, rows: int | None, unreached: Mapping[str, str | None]) -> Dataset:
    """The dataset with the stamps under which its entries are recorded: those out of reach under
    their old one, where something is known of them, so that the next crawl tries again.
    """
    if rows is None and not unreached:
        return dataset

    def stamp(entry: Entry) -> str:
        if entry.uri in unreached:
            return unreached[entry.uri] or entry.stamp + UNREAD
        return limited_stamp(entry, rows)

    entries = tuple(replace(entry, stamp=stamp(entry)) for entry in dataset.entries)
    return replace(dataset, entries=entries)
