"""One clean table, polluted in one way at a time, with the cells that must come out.

The idea is of G. Vitagliano et al., «Pollock: a data loading benchmark» (2023): what does a reader
lose of a file that differs from the standard in one thing? Everything here is made anew.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.made.columns import WORDS

HEADER = ["DATE", "TIME", "COUNT", "ARTICLE", "PRICE", "KIND", "DESCRIPTION", "ADDRESS", "NOTE"]
ROWS = 83


@dataclass(frozen=True, slots=True)
class Polluted:
    """A file; the header's cells and the rows that it holds; how often such files are met."""

    name: str
    content: bytes
    header: list[str]
    rows: list[list[str]]
    weight: float = 1.0


def _clean() -> list[list[str]]:
    chance = Random(5)
    rows = []
    for number in range(ROWS):
        words = chance.choices(WORDS, k=5)
        note = " ".join(words).title()
        rows.append(
            [
                f"{chance.randint(1, 12)}/{chance.randint(1, 28)}/2018",
                f"{chance.randint(1, 12):02}:{chance.randint(0, 59):02}:00 PM",
                str(chance.randint(1, 500)),
                f"A{number:04}",
                f"{chance.uniform(1, 90):.2f}",
                chance.choice(("Tool", "Toy", "Book")),
                note if number % 9 else f'{note}, "{words[0]}" and more',
                f"http://{words[1]}.example/{number}",
                f"{note}\r\nsecond line" if number % 17 == 3 else note.lower(),
            ]
        )
    return rows


def _text(
    rows: list[list[str]],
    delimiter: str = ",",
    quote: str = '"',
    ends: str = "\r\n",
    escape: str = "",
    everything: bool = True,  # noqa: FBT001, FBT002  one of csv's own switches
) -> str:
    single = delimiter if len(delimiter) == 1 else "\x1f"
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=single, quotechar=quote, lineterminator=ends,
        quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL,
        doublequote=not escape, escapechar=escape or None,
    )  # fmt: skip
    writer.writerows(rows)
    return out.getvalue().replace(single, delimiter)


def polluted() -> Iterator[Polluted]:
    """Every pollution of the clean table."""
    rows = _clean()
    whole = [HEADER, *rows]
    plain = _text(whole)

    def one(name: str, text: str, header: list[str] = HEADER, body: list[list[str]] = rows,
            weight: float = 1.0, encoding: str = "utf-8") -> Polluted:  # fmt: skip
        return Polluted(name, text.encode(encoding, "replace"), header, body, weight)

    yield one("clean", plain, weight=5)
    yield one("minimal quotes", _text(whole, everything=False), weight=5)
    for mark in (";", "|", "\t", " ", ":", ", ", "\t\t", "||"):
        yield one(f"delimiter {mark!r}", _text(whole, delimiter=mark))
    for ends in ("\n", "\r"):
        yield one(f"record ends with {ends!r}", _text(whole, ends=ends), weight=3)
    yield one("quote '", _text(whole, quote="'"))
    yield one("escape \\", _text(whole, escape="\\"))
    for encoding in ("utf-8-sig", "utf-16", "latin-1"):
        yield one(f"encoding {encoding}", plain, encoding=encoding)
    yield one("empty", "", [], [])
    yield one("no end of line", plain.removesuffix("\r\n"), weight=3)
    yield one("two ends of line", plain + "\r\n", weight=3)
    yield one("no header", _text(rows), [], rows, 2)
    yield one("header alone", _text([HEADER]), HEADER, [])
    yield one("one row", _text([HEADER, rows[0]]), HEADER, rows[:1])
    yield one("two rows", _text([HEADER, *rows[:2]]), HEADER, rows[:2])
    one_column = [[row[6]] for row in rows]
    yield one("one column", _text([["DESCRIPTION"], *one_column]), ["DESCRIPTION"], one_column)
    for cells in (["PREAMBLE"], ["PREAMBLE", *[""] * 8]):
        for gap in ("", "\r\n"):
            before = _text([cells] * 3) + gap
            yield one(f"preamble {len(cells)} {gap!r}", before + plain)
            yield one(f"footer {len(cells)} {gap!r}", plain + gap + before.replace("PRE", "FOOT"))
    second = [["GROUP", *[""] * 8], HEADER]
    yield one("header of two rows", _text([*second, *rows]), [*second[0], *HEADER])
    doubled = ["DATE", "DATE", *HEADER[2:]]
    yield one("names repeated", _text([doubled, *rows]), doubled)
    yield one("name empty", _text([["", *HEADER[1:]], *rows]), ["", *HEADER[1:]])
    table = [["a", "b"], ["1", "2"]]
    yield one("second table", plain + "\r\n" + _text(table), HEADER, [*rows, *table])
    lines = [_text([row]) for row in whole]
    for at in range(1, ROWS + 1, 9):
        row = rows[at - 1]

        def changed(line: str, at: int = at) -> str:
            return "".join([*lines[:at], line, *lines[at + 1 :]])

        def instead(cells: list[list[str]], at: int = at) -> list[list[str]]:
            return [*rows[: at - 1], *cells, *rows[at:]]

        for column in range(1, 9, 2):
            line = lines[at]
            marks = [place for place in range(len(line)) if line.startswith('","', place)]
            place = marks[min(column, len(marks)) - 1] + 1
            cells = [*row[:column], "", *row[column:]]
            name = f"row {at} column {column}"
            yield one(f"delimiter more, {name}", changed(line[:place] + "," + line[place:]),
                      body=instead([cells]))  # fmt: skip
            merged = [*row[: column - 1], row[column - 1] + '"' + row[column], *row[column + 1 :]]
            yield one(f"delimiter less, {name}", changed(line[:place] + line[place + 1 :]),
                      body=instead([merged]))  # fmt: skip
            wild = [*row[:column], '"' + row[column], *row[column + 1 :]]
            yield one(f"quote more, {name}", changed(line[: place + 2] + '"' + line[place + 2 :]),
                      body=instead([wild]))  # fmt: skip
        yield one(f"row {at} of 5 cells", changed(_text([row[:5]])), body=instead([row[:5]]))
        yield one(f"row {at} of 15 cells", changed(_text([row + [row[-1]] * 6])),
                  body=instead([row + [row[-1]] * 6]))  # fmt: skip
        yield one(f"row {at} empty", changed("\r\n"), body=instead([]))
        yield one(f"row {at} by ;", changed(_text([row], delimiter=";")))
        yield one(f"row {at} in '", changed(_text([row], quote="'")))
