"""Whether the first row of CSV text names columns, and how many rows do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from connectors.formats.csv_values import is_missing, is_moment, is_value

MOST_HEADER_ROWS = 3
FEWEST_STEPS = 4
"""Fewer numbers follow each other by chance."""

FEWEST_YEARS = 2
LONGEST_NUMBER = 10
_YEAR = re.compile("(?:1[5-9]|20)[0-9]{2}")
_RULE = re.compile(r"[\s|+]*[-=_:][-=_:\s|+]*")
_UNIT = re.compile(
    r"[\[(][^\[\]()]{1,20}[\])]|%|‰|ppm|°\s?[CFK]?|[mkcµu]?[ms]|[kmµ]?g|[kMG]?[WVA]h?|[hk]?Pa|[kM]?Hz"
    r"|in|ft|lbs?|mi|km|[kcm]?m/h|km/h|[cmk]?m/s2?|[ck]?m[²³23]|min|h|d|[kmcd]?l|[kM]?B|[kM]?J|kcal"
    r"|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|[$€£¥]|T?(?:EUR|USD)|Mio\.?"
)
DAYS = ("%Y-%m-%d", "%m/%d/%y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d")
VALUES = 0.7
"""The share of a column's cells that must be values for it to tell a name from them."""


def has_header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether the first row names columns: texts above values, or texts found nowhere below."""
    if not rows:
        return True, "no rows"
    names = [cell.strip() for cell in rows[0]]
    values = sum(1 for name in names if is_value(name))
    body = rows[1:]
    if not body:
        return not values, "only one row, " + ("with values in it" if values else "all text")
    if is_sequence(names) and not is_sequence([cell.strip() for cell in body[0]]):
        return True, "the first row counts up over the columns, the rows below it do not"
    if _are_years_above(names, body):
        return True, "years stand in the first row, and no years below them"
    votes = sum(_vote(name, _column(body, at)) for at, name in enumerate(names))
    if votes > 0:
        return True, "texts in the first row stand above values of another kind"
    if votes < 0:
        return False, "the first row looks like the rows below it"
    if values:
        return False, "the first row holds values"
    if len(set(names)) == len(names) and all(names):
        return True, "the first row is all text, and no cell of it is repeated"
    return False, "nothing tells the first row from the others"


def is_sequence(row: Sequence[str]) -> bool:
    """Whether the numbers or dates of a row, most of its cells, follow each other as those over
    columns of years or days do: with equal steps, several of them.
    """
    cells = [cell for cell in row if cell]
    first = next((at for at, cell in enumerate(cells) if is_value(cell)), len(cells))
    told = cells[first:]
    if len(told) < FEWEST_STEPS or len(told) * 2 < len(cells):
        return False
    steps = [_step(one, other) for one, other in pairwise(told)]
    return steps[0] not in (None, 0) and len(set(steps)) == 1


def _are_years_above(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether texts and then years with equal steps stand above rows that have none there."""
    first = next((at for at, name in enumerate(names) if is_value(name)), 0)
    years = names[first:]
    if not first or len(years) < FEWEST_YEARS or not all(map(_YEAR.fullmatch, years)):
        return False
    steps = {int(other) - int(one) for one, other in pairwise(years)}
    below = [cell.strip() for row in body for cell in row[first:]]
    return len(steps) == 1 and steps != {0} and not any(map(_YEAR.fullmatch, below))


def _step(one: str, other: str) -> int | None:
    """How much greater a number or date is, in units or days; None where there is no such."""
    if one.isdecimal() and other.isdecimal() and len(one) < LONGEST_NUMBER > len(other):
        return int(other) - int(one)
    days = [_day(text) for text in (one, other)]
    return (days[1] - days[0]).days if days[0] and days[1] else None


def _day(text: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows name columns: further ones hold texts above columns of values."""
    count = 1
    while count < MOST_HEADER_ROWS and len(rows) > count + 2 and _is_header_too(rows, count):
        count += 1
    return count


def _is_header_too(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a row below the header has names too: no value, and texts over the values."""
    row, body = rows[at], rows[at + 1 :]
    if is_rule(row):
        return True
    if len(row) != len(rows[0]) or any(is_value(cell.strip()) for cell in row):
        return False
    above = [
        cell.strip()
        for place, cell in enumerate(row)
        if (column := _column(body, place)) and sum(map(is_value, column)) >= VALUES * len(column)
        if cell.strip() not in column
    ]
    named = [cell for cell in above if not is_missing(cell)]
    if named and all(_UNIT.fullmatch(cell) for row_cell in row if (cell := row_cell.strip())):
        return True
    if len(named) <= len(above) / 2:
        return False
    return len(set(named)) * 2 > len(named) or _differ(rows[: at + 1])


def _differ(rows: Sequence[Sequence[str]]) -> bool:
    """Whether names that repeat (sales and cost of two years) differ by those that span them."""
    spanning = [cell.strip() for cell in rows[0]]
    together = joined(rows)
    return len(set(spanning)) < len(spanning) and len(set(together)) == len(together)


def is_rule(row: Sequence[str]) -> bool:
    """Whether a row only draws a line below the header, as `---+---` does."""
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all(_RULE.fullmatch(cell) and len(cell) > 1 for cell in filled)


def joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One name a column from several rows of a header; a name that stands over several columns
    (its cells to the right are empty) is of all of them.
    """
    width = max(map(len, rows), default=0)
    rows = [row for at, row in enumerate(rows) if not at or not is_rule(row)]
    parts: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        spans = number + 1 < len(rows) and sum(1 for cell in row if cell.strip()) < len(row)
        carried = ""
        for at in range(width):
            cell = row[at].strip() if at < len(row) else ""
            carried = cell or (carried if spans else "")
            if carried and carried not in parts[at]:
                parts[at].append(carried)
    return tuple(" ".join(part) for part in parts)


def _column(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return [cell for row in rows if at < len(row) and (cell := row[at].strip())]


def _vote(name: str, column: Sequence[str]) -> int:
    """What one column says: positive when its first cell is a name, negative when a value."""
    column = [cell for cell in column if not is_missing(cell)]
    if not column or not name:
        return 0
    share = sum(map(is_value, column)) / len(column)
    if is_moment(name) and share > VALUES and sum(map(is_moment, column)) * 2 < len(column):
        return 2
    if is_value(name):
        return -2 if share > 0.5 else 0
    if share > VALUES:
        return 0 if is_missing(name) else 2
    if name in column:
        return -1
    lengths = {len(cell) for cell in column}
    return 1 if len(column) > 2 and len(lengths) == 1 and len(name) not in lengths else 0
