"""Text in columns of fixed width, which blank columns divide that all lines have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from connectors.formats.csv_header import has_header
from connectors.formats.csv_names import column_names, name_findings
from connectors.formats.encoding import UTF8, Utf8Stream, detect
from connectors.formats.lines import blocks
from connectors.model import Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import read_up_to
from schema.model import Finding
from schema.summary import RAW

EXAMINED_BYTES = 512 * 1024
RECOGNISED_BYTES = 32 * 1024
BLOCK_BYTES = 2 << 20
LONGEST_LINE_BYTES = 16 << 20
LONGEST_LINE = 100_000
FEWEST_LINES = 5
MOST_LINES = 5000
_DELIMITERS = ",;|\t"

Cut = tuple[int, int | None]


class FixedWidth:
    """Aligned text."""

    name = "fixed-width"
    suffixes = (".fwf", ".fixed", ".prn")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:
        """By blank columns that all lines have, some of them wider than one character."""
        part = head[:RECOGNISED_BYTES]
        if not part.strip() or b"\0" in part:
            return 0.0, "empty or binary"
        least = 0.25 if file.uri.lower().endswith(self.suffixes) else 0.0
        text = part.decode(detect(part, complete=False).name, "replace")
        lines = _lines(text, complete=len(head) <= RECOGNISED_BYTES)
        if len(lines) < FEWEST_LINES or any(_delimited(lines, one) for one in _DELIMITERS):
            return least, "few lines, or a delimiter in all of them"
        cuts = columns_of(lines)
        if len(cuts) < 2:
            return least, "no blank column that all lines have"
        why = f"{len(lines)} lines with the same {len(cuts) - 1} blank columns"
        padded = sum("  " in line.strip() for line in lines)
        filled = _filled(lines, cuts)
        if padded * 2 < len(lines) or filled < 0.6:
            return max(least, 0.2), why
        return 0.96, why

    def examine(self, file: File, options: Options) -> Examined:
        """Encoding, where columns begin and end, and whether the first line is names."""
        given = dict(options)
        with file.open() as stream:
            head = read_up_to(stream, EXAMINED_BYTES + 1, file.uri)
        if not head.strip():
            finding = Finding("empty-file", "the file holds nothing; there is no table to read")
            return Examined(options, findings=(finding,))
        complete = len(head) <= EXAMINED_BYTES
        detected = detect(head, complete=complete)
        encoding = given.get("encoding", detected.name)
        lines = _lines(head.decode(encoding, "replace").removeprefix("\ufeff"), complete=complete)
        cuts = _parsed(given["positions"]) if "positions" in given else columns_of(lines)
        rows = [_cells(line, cuts) for line in lines[:200]]
        found, reason = has_header(rows)
        header = given.get("header", "true" if found else "false")
        raw = tuple(rows[0]) if rows and header == "true" else ()
        positions = ",".join(f"{first}-{'' if last is None else last}" for first, last in cuts)
        evidence = (
            Evidence("encoding", encoding, detected.reason),
            Evidence("positions", positions, "blank columns that all lines have in common"),
            Evidence("header", header, reason),
        )
        findings = [*name_findings(raw, column_names(raw, len(cuts)))]
        if encoding != UTF8:
            message = f"the text is {encoding}, not UTF-8; it is read as such"
            findings.append(Finding("fixed-width-encoding", message, severity="info"))
        kept = {**given, "encoding": encoding, "positions": positions, "header": header}
        return Examined(tuple(sorted(kept.items())), None, evidence, tuple(findings))

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Batches of text, cells without the blanks around them."""
        findings: list[Finding] = []
        return Reading(_read(file, dict(options), columns, findings), findings)


def columns_of(lines: Sequence[str]) -> list[Cut]:
    """Where columns begin and end (exclusive, None for the last one), in characters."""
    width = max(map(len, lines), default=0)
    if not width:
        return []
    filled = np.zeros(width, dtype=np.bool_)
    for line in lines:
        codes = np.frombuffer(line.encode("utf-32-le"), dtype=np.uint32)
        filled[: len(codes)] |= codes != 32
    edges = np.flatnonzero(np.diff(np.concatenate(([False], filled, [False])).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    starts = [int(run[0]) for at, run in enumerate(runs) if not at or not _goes_on(lines, runs, at)]
    return [
        (start, starts[at + 1] if at + 1 < len(starts) else None) for at, start in enumerate(starts)
    ]


def _goes_on(lines: Sequence[str], runs: npt.NDArray[np.intp], at: int) -> bool:
    """Whether a run is more words of the one before: one blank stands between them, where others
    stand further apart, and the first line, if it is names, has none for it or goes on there.
    """
    first = lines[0]
    start, end = int(runs[at][0]), int(runs[at - 1][1])
    if start - end != 1 or any(character.isdigit() for character in first):
        return False
    above = first[start : runs[at][1]].strip()
    wide = bool((runs[1:, 0] - runs[:-1, 1] > 1).any())
    words = " " not in first[end - 1 : end] + first[start : start + 1]
    return not above or (wide and words)


def _read(
    file: File, options: dict[str, str], columns: Sequence[str] | None, findings: list[Finding]
) -> Iterator[pa.RecordBatch]:
    cuts = _parsed(options.get("positions", ""))
    header = options.get("header") == "true"
    names: tuple[str, ...] | None = None
    given = too_long = 0
    with Utf8Stream(file.open(), options.get("encoding", UTF8)) as stream:
        for block in blocks(stream, BLOCK_BYTES, LONGEST_LINE_BYTES):
            if block.too_long:
                too_long += 1
                continue
            lines = _lines(block.data.decode("utf-8", "replace"), complete=True)
            if names is None and lines:
                raw = _cells(lines[0], cuts) if header else []
                names = column_names(raw, len(cuts))
                lines = lines[int(header) :]
            if lines and names is not None:
                given += len(lines)
                yield _batch(lines, cuts, names, columns)
    if not given:
        yield _batch([], cuts, names or column_names((), len(cuts)), columns)
    if too_long:
        message = f"{too_long} lines are longer than {LONGEST_LINE_BYTES >> 20} MiB and set aside"
        findings.append(Finding("fixed-width-long-line", message))


def _batch(
    lines: Sequence[str], cuts: Sequence[Cut], names: Sequence[str], columns: Sequence[str] | None
) -> pa.RecordBatch:
    kept = [at for at, name in enumerate(names) if columns is None or name in columns]
    if not kept:
        return pa.record_batch([pa.nulls(len(lines))], ["none"]).select([])
    arrays = [
        pa.array([line[cuts[at][0] : cuts[at][1]].strip() or None for line in lines], pa.string())
        for at in kept
    ]
    fields = [pa.field(names[at], pa.string(), metadata=RAW) for at in kept]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _lines(text: str, *, complete: bool) -> list[str]:
    """Lines that hold something, a few thousand where more are looked at only; the last is left
    out where it may be cut off.
    """
    lines = text.split("\n")
    if not complete:
        lines = list(islice(lines[:-1], MOST_LINES))
    return [line for one in lines if (line := one.rstrip("\r")) and not line.isspace()]


def _delimited(lines: Sequence[str], delimiter: str) -> bool:
    """Whether most lines hold a delimiter as often as the first does."""
    often = lines[0].count(delimiter)
    return often > 0 and sum(line.count(delimiter) == often for line in lines) * 2 > len(lines)


def _filled(lines: Sequence[str], cuts: Sequence[Cut]) -> float:
    cells = [cell for line in lines[:200] for cell in _cells(line, cuts)]
    return sum(map(bool, cells)) / max(len(cells), 1)


def _cells(line: str, cuts: Sequence[Cut]) -> list[str]:
    return [line[first:last].strip() for first, last in cuts]


def _parsed(columns: str) -> list[Cut]:
    """`0-5,5-` as places; what is no place is left out."""
    found: list[Cut] = []
    for part in columns.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal():
            found.append((int(first), int(last) if last.isdecimal() else None))
    return found or [(0, None)]
