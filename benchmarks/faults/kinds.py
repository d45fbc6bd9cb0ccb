"""Kinds of faults, each planted into a share of the rows of a table of raw cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

Cells = list[str | None]


@dataclass(slots=True)
class Patient:
    """A table whose cells are changed; `rows` are those that the fault strikes."""

    names: list[str]
    columns: list[Cells]
    before: pa.Table
    rows: np.ndarray
    random: np.random.Generator
    parents: Mapping[str, tuple[str, frozenset[str]]]

    def table(self) -> pa.Table:
        schema = self.before.schema
        kept = [schema.field(schema.get_field_index(name)) for name in self.names]
        arrays = [pa.array(column, pa.string()) for column in self.columns]
        return pa.Table.from_arrays(arrays, schema=pa.schema(kept))

    def choose(self, fits: Callable[[Cells], bool]) -> Cells | None:
        """A random column that fits, None without one."""
        fitting = [column for column in self.columns if fits(column)]
        return fitting[self.random.integers(len(fitting))] if fitting else None


Cure = Callable[[Patient], bool]
"""Changes a patient; False where the fault makes no sense in the table."""


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    strike: Cure
    whole: bool = False
    """It strikes the whole table, whatever the share."""


def plant(
    fault: Fault,
    table: pa.Table,
    share: float,
    random: np.random.Generator,
    parents: Mapping[str, tuple[str, frozenset[str]]],
) -> pa.Table | None:
    """The table with the fault in that share of its rows, at least one; None where it cannot be.
    `parents` are the columns that refer to other tables, with the names and keys of these.
    """
    count = max(1, round(share * table.num_rows))
    rows = np.sort(random.choice(table.num_rows, count, replace=False))
    columns = [column.to_pylist() for column in table.columns]
    patient = Patient(table.column_names, columns, table, rows, random, parents)
    if not fault.strike(patient):
        return None
    found = patient.table()
    return None if found.equals(table) else found


def present(column: Cells) -> list[str]:
    return [cell for cell in column if cell is not None and cell != "NA"]


NUMBER = re.compile(r"-?\d+(\.\d+)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def numeric(column: Cells) -> bool:
    found = present(column)
    return len(found) > len(column) / 2 and all(NUMBER.fullmatch(cell) for cell in found[:500])


def measured(column: Cells) -> bool:
    """Numbers of which most are not zero, and which are not all one."""
    found = present(column)
    return (
        numeric(column)
        and len(set(found)) > 5
        and sum(float(cell) != 0 for cell in found) > len(found) / 2
    )


def textual(column: Cells) -> bool:
    found = present(column)
    return len(found) > len(column) / 2 and sum(
        not re.match(r"[-\d]", c) for c in found
    ) > 0.9 * len(found)


def dated(column: Cells) -> bool:
    found = present(column)
    return bool(found) and all(DATE.fullmatch(cell) for cell in found[:500])


def categorical(column: Cells) -> bool:
    found = Counter(present(column))
    return textual(column) and 2 <= len(found) <= 50 and min(found.values()) >= 3


def each(fits: Callable[[Cells], bool], change: Callable[[str], str | None]) -> Cure:
    """A fault that changes single cells of one column."""

    def strike(patient: Patient) -> bool:
        column = patient.choose(fits)
        if column is None:
            return False
        for row in patient.rows:
            cell = column[row]
            if cell is not None and cell != "NA":
                column[row] = change(cell)
        return True

    return strike


def times(factor: float) -> Callable[[str], str]:
    return lambda cell: f"{float(cell) * factor:.10g}"


def duplicate(patient: Patient) -> bool:
    for column in patient.columns:
        column.extend([column[row] for row in patient.rows])
    return True


def swap(patient: Patient) -> bool:
    """Two neighbouring columns of one kind change places."""
    pairs = [
        (a, b)
        for a, b in zip(patient.columns, patient.columns[1:], strict=False)
        if (measured(a) and measured(b)) or (textual(a) and textual(b))
    ]
    if not pairs:
        return False
    a, b = pairs[patient.random.integers(len(pairs))]
    for row in patient.rows:
        a[row], b[row] = b[row], a[row]
    return True


def slide(patient: Patient) -> bool:
    """The cells after one stand one column further right: a separator too many."""
    if len(patient.columns) < 3:
        return False
    start = int(patient.random.integers(len(patient.columns) - 2))
    for row in patient.rows:
        cells = [column[row] for column in patient.columns]
        for column, cell in zip(
            patient.columns, [*cells[:start], None, *cells[start:-1]], strict=True
        ):
            column[row] = cell
    return True


def never_zero(column: Cells) -> bool:
    """Numbers far from zero, all of them."""
    if not measured(column):
        return False
    found = [abs(float(cell)) for cell in present(column)]
    return one_sign(column) and min(found) > (max(found) - min(found)) / 2


def one_sign(column: Cells) -> bool:
    return measured(column) and len({cell[0] == "-" for cell in present(column)}) == 1


def header(patient: Patient) -> bool:
    """Rows that repeat the header, from files put together."""
    for name, column in zip(patient.names, patient.columns, strict=True):
        for row in patient.rows:
            column[row] = name
    return True


def lose_rows(patient: Patient) -> bool:
    for column in patient.columns:
        del column[len(column) // 2 :]
    return True


def lose_column(patient: Patient) -> bool:
    at = int(patient.random.integers(len(patient.columns)))
    del patient.columns[at], patient.names[at]
    return bool(patient.columns)


def empty_column(patient: Patient) -> bool:
    column = patient.choose(lambda c: len(present(c)) > len(c) / 2)
    if column is None:
        return False
    column[:] = [None] * len(column)
    return True


def another_unit(patient: Patient) -> bool:
    """All values in miles where they were kilometres."""
    column = patient.choose(measured)
    if column is None:
        return False
    column[:] = [cell if cell in (None, "NA") else times(0.621371)(cell) for cell in column]
    return True


def mixed(text: str) -> str:
    return text.swapcase()


def misread(text: str) -> str:
    return text.encode("utf-8").decode("cp1252", "replace")


def escaped(text: str) -> str:
    return re.sub("[aeiouAEIOU]", "&#97;", text, count=1)


def free(column: Cells) -> bool:
    return textual(column) and not categorical(column)


def fractions(column: Cells) -> bool:
    return measured(column) and any("." in cell for cell in present(column)[:50])


def foreign(column: Cells) -> bool:
    return textual(column) and sum(not cell.isascii() for cell in present(column)) > 20


def misread_rows(patient: Patient) -> bool:
    """Cells with letters beyond ASCII are read in the wrong encoding, as many as were struck."""
    column = patient.choose(foreign)
    if column is None:
        return False
    those = [row for row, cell in enumerate(column) if cell and not cell.isascii()]
    for row in those[: len(patient.rows)]:
        column[row] = misread(column[row] or "")
    return True


def orphan(patient: Patient) -> bool:
    """Values that look like keys and are none, in a column that refers to another table."""
    if not patient.parents:
        return False
    name = sorted(patient.parents)[patient.random.integers(len(patient.parents))]
    column, keys = patient.columns[patient.names.index(name)], patient.parents[name][1]
    for row in patient.rows:
        made = "".join(patient.random.permutation(list(column[row] or "ZZ")))
        while made in keys:
            made = f"{made[1:]}Z" if made[0] != "Z" else f"Q{made[1:]}"
        column[row] = made
    return True


FAULTS: tuple[Fault, ...] = (
    Fault("nulls", each(lambda c: len(present(c)) > len(c) / 2, lambda _: None)),
    Fault("duplicate rows", duplicate),
    Fault("another unit (× 1,000)", each(measured, times(1000))),
    Fault("amounts in cents (× 100)", each(measured, times(100))),
    Fault("swapped columns", swap),
    Fault("cells one column on", slide),
    Fault("truncated text", each(free, lambda t: t[: len(t) // 3])),
    Fault("wrong encoding", misread_rows),
    Fault("replaced letters (�)", each(textual, lambda t: re.sub("[aeiouAEIOU]", "�", t, count=1))),
    Fault("escaped text (&amp;#39;)", each(textual, escaped)),
    Fault("padded text", each(textual, lambda t: f" {t} ")),
    Fault("other case", each(textual, mixed)),
    Fault("new category", each(categorical, lambda _: "Brand-new")),
    Fault("orphans", orphan),
    Fault("-999 for missing", each(measured, lambda _: "-999")),
    Fault("sign lost or turned", each(one_sign, lambda t: t[1:] if t[0] == "-" else f"-{t}")),
    Fault("1900-01-01 for missing", each(dated, lambda t: "1900-01-01" + t[10:])),
    Fault("dates to come (9999)", each(dated, lambda t: "9999" + t[4:])),
    Fault("dates in another form", each(dated, lambda t: f"{t[8:10]}/{t[5:7]}/{t[:4]}")),
    Fault("decimal commas", each(fractions, lambda t: t.replace(".", ","))),
    Fault("words among numbers", each(numeric, lambda _: "unknown")),
    Fault("header repeated", header),
    Fault("0 for missing", each(never_zero, lambda _: "0")),
    Fault("half the rows", lose_rows, whole=True),
    Fault("column gone", lose_column, whole=True),
    Fault("column empty", empty_column, whole=True),
    Fault("miles for kilometres", another_unit, whole=True),
    Fault("stale partition", lambda _: False, whole=True),
)  # fmt: skip


def stale(tables: Sequence[pa.Table], number: int, *, grows: bool) -> pa.Table:
    """The version whose newest part is the one before once more."""
    before = tables[number - 1]
    if not grows:
        return before
    last = before.slice(len(tables[number - 2]) if number > 1 else 0)
    return pa.concat_tables([before, last.slice(0, len(tables[number]) - len(before))])
