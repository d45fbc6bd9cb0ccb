"""Summaries of the parts of a dataset, added up as they come: little is kept of each, so that there
may be a million of them.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Mapping
from typing import IO

from catalog.parting import MOST_COMPARED
from schema.sketches import RowSample
from schema.summary import Summary

MOST_HELD = 32 << 20
"""Bytes of encoded summaries that stay in memory; more are written to a temporary file."""

_NO_ROWS = RowSample()


class Gathered:
    """The sum of the summaries of parts, and of each part what tells how it differs from others:
    all of it while they are few, else its names and number of rows.
    """

    def __init__(self) -> None:
        self.total = Summary()
        self.parts: dict[str, Summary] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._with_rows = 0

    def add(self, uri: str, summary: Summary) -> None:
        """Add the summary of one part."""
        self.total += summary
        self._with_rows += bool(summary.rows)
        if self._with_rows == MOST_COMPARED + 1:
            self.parts = {each: self._outline(part) for each, part in self.parts.items()}
        many = self._with_rows > MOST_COMPARED
        self.parts[uri] = self._outline(summary) if many else summary

    def _outline(self, summary: Summary) -> Summary:
        names = self._names.setdefault(summary.names, summary.names)
        return Summary(summary.rows, names, {}, _NO_ROWS)


class Encoded(Mapping[str, bytes]):
    """Encoded summaries by the URI of their part; those that come when many are held lie in a file
    that is gone with them.
    """

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._bytes = 0
        self._places: dict[str, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None

    def add(self, uri: str, data: bytes) -> None:
        """Keep the summary of one part. Raises OSError when the disk is full."""
        if self._bytes + len(data) <= MOST_HELD:
            self._held[uri] = data
            self._bytes += len(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="headwater-")  # noqa: SIM115  lives as we do
            weakref.finalize(self, self._file.close)
        start = self._file.seek(0, 2)
        self._file.write(data)
        self._places[uri] = start, len(data)

    def __getitem__(self, uri: str) -> bytes:
        if uri in self._held:
            return self._held[uri]
        start, size = self._places[uri]
        assert self._file is not None
        self._file.seek(start)
        return self._file.read(size)

    def __contains__(self, uri: object) -> bool:
        return uri in self._held or uri in self._places

    def __iter__(self) -> Iterator[str]:
        yield from self._held
        yield from self._places

    def __len__(self) -> int:
        return len(self._held) + len(self._places)
