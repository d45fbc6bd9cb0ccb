"""CSV files with what is wrong with them in the wild, and the truth about each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.made.columns import WORDS, Column, column


@dataclass(frozen=True, slots=True)
class Case:
    """A file, how it is written, and what its table is."""

    name: str
    content: bytes
    encoding: str
    delimiter: str
    quote: str
    header: bool
    skip: int
    """Lines before the header, or before the first row where there is none."""

    columns: tuple[Column, ...]
    quirks: frozenset[str]


DELIMITERS = (",",) * 8 + (";",) * 5 + ("\t",) * 3 + ("|",) * 2 + (":", "^", "~", " ", "#", "||")
ENCODINGS = ("utf-8",) * 6 + ("utf-8-sig", "cp1252", "utf-16")


def cases(count: int, seed: int = 1) -> Iterator[Case]:
    """So many files, the same each time."""
    chance = Random(seed)
    for number in range(count):
        yield _case(chance, number)


def _case(chance: Random, number: int) -> Case:
    delimiter = chance.choice(DELIMITERS)
    quote = "'" if chance.random() < 0.06 else '"'
    rows = chance.choice((3, 6, 12, 40, 120))
    width = chance.choice((1, 2, 3, 5, 8, 14)) if delimiter in ",;\t|" else chance.randint(3, 9)
    columns = tuple(column(chance, rows, at) for at in range(width))
    quirks = set()
    header = chance.random() < 0.85
    ends = chance.choice(("\n", "\n", "\n", "\r\n", "\r\n", "\r"))
    if ends == "\r":  # csv.writer leaves a lone line feed bare then
        columns = tuple(
            Column(one.name, one.label, [text.replace("\n", " ") for text in one.texts])
            for one in columns
        )
    table = list(zip(*(one.texts for one in columns), strict=True))
    if chance.random() < 0.05:
        columns = tuple(Column("", one.label, one.texts) if not at else one
                        for at, one in enumerate(columns))  # fmt: skip
    head = [[one.name for one in columns]] if header else []
    before: list[str] = []
    if width > 1 and chance.random() < 0.2:
        quirks.add("preamble")
        before = _preamble(chance, delimiter, width)
    written = io.StringIO()
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    if quoting == csv.QUOTE_ALL:
        quirks.add("quote-all")
    single = delimiter if len(delimiter) == 1 else "\x1f"
    escaped = chance.random() < 0.08
    writer = csv.writer(
        written, delimiter=single, quotechar=quote, quoting=quoting, lineterminator=ends,
        doublequote=not escaped, escapechar="\\" if escaped else None,
    )  # fmt: skip
    writer.writerows([*head, *table])
    body = written.getvalue().replace(single, delimiter)
    after = ""
    if width > 2 and rows > 3 and chance.random() < 0.12:
        quirks.add("footer")
        after = chance.choice(("Source: national survey", "* provisional", "Total rows: 12")) + ends
        after = chance.choice(("", ends)) + after
    if width > 2 and rows > 6 and chance.random() < 0.12:
        quirks.add("ragged")
        lines = body.split(ends)
        at = chance.randrange(len(head) + 1, len(lines) - 1)
        lines[at] = chance.choice((lines[at] + delimiter, lines[at].rsplit(delimiter, 1)[0]))
        body = ends.join(lines)
    text = "".join(line + ends for line in before) + body + after
    if chance.random() < 0.2:
        text = text.removesuffix(ends)
    encoding = chance.choice(ENCODINGS)
    return Case(
        f"made{number}.csv",
        text.encode(encoding, "replace"),
        encoding,
        delimiter,
        quote,
        header,
        len(before),
        columns,
        frozenset(quirks),
    )


def _preamble(chance: Random, delimiter: str, width: int) -> list[str]:
    """Lines before a table: a title, facts, comments; with the table's empty cells or without."""
    title = " ".join(chance.choices(WORDS, k=4)).title()
    kinds = (
        [title],
        [title, ""],
        [f"# {title}", f"# made by {chance.choice(WORDS)}"],
        [title + delimiter * (width - 1), delimiter * (width - 1)],
        [title, f"Created: {chance.randint(1990, 2024)}-01-31", "Unit: thousands", ""],
    )
    return list(chance.choice(kinds))
