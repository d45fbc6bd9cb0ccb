"""CSV and its relatives: delimited text with or without a header. Every column is read as text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from connectors.formats.csv_dialect import Dialect
from connectors.formats.csv_extent import after_lines, table_width
from connectors.formats.csv_header import joined
from connectors.formats.csv_names import column_names, name_findings
from connectors.formats.csv_read import Table
from connectors.formats.csv_sniff import sniff
from connectors.formats.encoding import UTF8, Utf8Stream, detect
from connectors.model import SET_BY_USER, Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import read_up_to
from schema.model import Finding
from schema.notation import check_notations

EXAMINED_BYTES = 512 * 1024
ENDING_BYTES = 32 * 1024
RECOGNISED_BYTES = 16 * 1024

TEXT = 0.25
"""How sure it is that text is a CSV when nothing but its name speaks for it."""

FEWEST_ROWS = 3
"""Fewer rows than this agree by chance."""

_MARKUP = re.compile(r"\s*(?:<[!?a-zA-Z]|[\[{]\s*(?:[\[{\]}\"]|$))")


def _unprintable(text: str) -> int:
    if text.isascii() and "".join(text.split()).isprintable():
        return 0
    return sum(not (char.isprintable() or char.isspace()) for char in text)


class Csv:
    """Delimited text."""

    name = "csv"
    suffixes = (".csv", ".tsv", ".psv", ".tab")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """Text whose rows agree on more than one cell. Never sure, since any text is a CSV; text
        that is called one is taken for one.
        """
        if not head.strip():
            return 0.0, "empty"
        encoding = detect(head[:RECOGNISED_BYTES], complete=False)
        text = head[:RECOGNISED_BYTES].decode(encoding.name, "replace").removeprefix("\ufeff")
        if _unprintable(text) > 0.1 * len(text):
            return 0.0, "binary"
        if _MARKUP.match(text):
            return 0.1, "text of JSON, XML or HTML"
        found = sniff(text, {}, text if len(head) < RECOGNISED_BYTES else None)
        if found.width < 2 or found.rows < FEWEST_ROWS:
            return TEXT, f"text of {found.rows} rows with {found.width} cells"
        usual = 0.8 if found.dialect.delimiter in ",;\t|" else 0.6
        why = f"{found.agreement:.0%} of rows have {found.width} cells"
        return max(TEXT, usual * found.agreement**2), why

    def examine(self, file: File, options: Options) -> Examined:
        """Encoding, dialect, header and preamble, from the first 512 KiB."""
        given = dict(options)
        check_notations(given)
        with file.open() as stream:
            head = read_up_to(stream, EXAMINED_BYTES + 1, file.uri)
        complete = len(head) <= EXAMINED_BYTES
        if not head:
            finding = Finding("empty-file", "the file holds nothing; there is no table to read")
            return Examined(Dialect().fixed(options).to_options(), findings=(finding,))
        detected = detect(head, complete=complete)
        fixed = Dialect().fixed(options)
        encoding = fixed.encoding if "encoding" in given else detected.name
        text = head.decode(encoding, "replace").removeprefix("\ufeff")
        if not complete:
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        sniffed = sniff(text, given, text if complete else _end(file, encoding))
        dialect = replace(sniffed.dialect, encoding=encoding)
        evidence = (Evidence("encoding", encoding, detected.reason), *sniffed.evidence)
        found = tuple(one for one in evidence if one.choice not in given)
        told = tuple(Evidence(name, value, SET_BY_USER) for name, value in options)
        names, raw = names_of(text, dialect)
        findings = [*name_findings(raw, names)]
        if detected.bom:
            message = f"starts with a byte order mark of {encoding}; it was left out"
            findings.append(Finding("csv-bom", message, severity="info"))
        if not dialect.quote and '"' in text and "quote" not in given:
            line = text.count("\n", 0, text.index('"')) + 1
            message = "quotes do not pair up around cells; they are read as part of the text"
            findings.append(Finding("csv-unclosed-quote", message, f"line {line}"))
        if encoding != UTF8:
            message = f"the text is {encoding}, not UTF-8; it is read as such"
            findings.append(Finding("csv-encoding", message, severity="info"))
        if complete and _row_count(text, dialect, most=dialect.heading + 1) <= dialect.heading:
            findings.append(Finding("no-rows", "a header and no rows below it"))
        kept = {**dict(dialect.to_options()), **given}
        return Examined(tuple(sorted(kept.items())), None, found + told, tuple(findings))

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Batches of text columns; names are read from this file's own header."""
        dialect = Dialect().fixed(options)
        with Utf8Stream(file.open(), dialect.encoding) as stream:
            text = read_up_to(stream, EXAMINED_BYTES, file.uri).decode("utf-8", "replace")  # type: ignore[arg-type]
        findings: list[Finding] = []
        names, _ = names_of(text, dialect)
        if not names:
            findings.append(
                Finding("empty-file", "the file holds nothing; there is no table to read")
            )
            return Reading(iter(()), findings)
        return Reading(Table(file, dialect, names).batches(columns, findings), findings)


def names_of(text: str, dialect: Dialect) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Unique names of the columns, and the header's cells as the file has them."""
    rows = list(islice(dialect.rows(after_lines(text, dialect.skip)), 1000))
    if not rows:
        return (), ()
    if not dialect.header:
        return column_names((), table_width(rows)), ()
    raw = joined(rows[: dialect.heading]) if dialect.heading > 1 else tuple(rows[0])
    return column_names(raw, max(len(raw), _usual_width(rows[dialect.heading :]))), raw


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """The width that more than half of the rows have, 0 when there is none."""
    width = table_width(rows)
    return width if sum(len(row) == width for row in rows) * 2 > len(rows) else 0


def _end(file: File, encoding: str) -> str | None:
    """The last lines of a file that can be read from any place, None of others."""
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    if file.local_path is None or file.size is None or wide:
        return None
    with file.open() as stream:
        stream.seek(max(0, file.size - ENDING_BYTES))
        text = stream.read(ENDING_BYTES).decode(encoding, "replace")
    return text[text.find("\n") + 1 :]


def _row_count(text: str, dialect: Dialect, *, most: int) -> int:
    return sum(1 for _ in islice(dialect.rows(after_lines(text, dialect.skip)), most))
