"""The files of `hostile/`: real rows in the states that data arrives in. One fault a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, str]

HOSTILE_NAMES = (
    'say "hi"',
    "it's",
    "two\nlines",
    "tab\there",
    "`tick`",
    "back\\slash",
    "dotted.name",
    "trailing ",
    "a,comma",
    "Robert'); DROP TABLE airports;--",
    '"); import os #',
    "__import__('os').abort()",
    '"""',
    "{braces} %s ${dollar}",
    "<script>alert(1)</script>",
    "class",
    "Größe ✈",
)

EUROPEAN_AIRPORTS = (
    ("ZRH", "Zürich", "Schweiz"),
    ("DUS", "Düsseldorf", "Deutschland"),
    ("AGP", "Málaga", "España"),
    ("CDG", "Aéroport de Paris-Charles-de-Gaulle", "France"),
    ("OPO", "Aeroporto Francisco Sá Carneiro", "Portugal"),
    ("ARN", "Märsta", "Sverige"),
    ("CPH", "København", "Danmark"),
)

# The first bytes of a PNG picture: no table whatever its name says.
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61") * 8


def write(
    folder: Path, airlines: Sequence[Row], airports: Sequence[Row], flights: Sequence[Row]
) -> None:
    """Write every hostile file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    carriers = as_csv([list(airlines[0]), *(list(row.values()) for row in airlines)])
    fields = [list(airports[0]), *(list(row.values()) for row in airports[:60])]
    stations = as_csv(fields)

    def put(name: str, content: str | bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    put("empty.csv", b"")
    put("header_only.csv", stations.splitlines()[0] + "\n")
    put("bom.csv", stations.encode("utf-8-sig"))
    put("utf16.csv", b"\xff\xfe" + stations.encode("utf-16-le"))
    put("latin1.csv", as_csv([("faa", "name", "country"), *EUROPEAN_AIRPORTS]).encode("latin-1"))
    put("ragged.csv", as_csv(ragged(fields)))
    put("it's 50% odd #1.csv", as_csv(ragged(fields[:20])))
    put("truncated.parquet", truncated(airlines))
    put("data.csv/part-00000.csv", carriers)
    put("data.csv/part-00001.csv", second_part(airlines))
    put("names.csv", as_csv([HOSTILE_NAMES, *hostile_rows()]))
    put("nul_bytes.csv", carriers.replace("Inc.", "Inc\0."))
    put("duplicate_columns.csv", carriers.replace("carrier,name", "name,name"))
    put("lone_value.csv", as_csv(lone_value(flights)))
    put("missing_codes.csv", as_csv(missing_codes(flights)))
    put("unclosed_quote.csv", carriers.replace("Endeavor Air Inc.", '"Endeavor Air Inc.'))
    put("picture.csv", PICTURE)
    put("wrong_suffix.csv", parquet(airlines))
    put("broken_lines.jsonl", broken_lines(airlines))
    put("conflicting.jsonl", conflicting(flights))


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def ragged(rows: list[list[str]]) -> list[list[str]]:
    """Row 5 lacks its last two cells, row 12 has one too many."""
    return [
        row[:-2] if number == 5 else [*row, "surplus"] if number == 12 else row
        for number, row in enumerate(rows)
    ]


def second_part(airlines: Sequence[Row]) -> str:
    """A part file whose columns stand in another order than in the first."""
    return as_csv([("name", "carrier"), *((f"{r['name']} (old)", r["carrier"]) for r in airlines)])


def hostile_rows() -> list[list[str]]:
    return [[f"{row}{column}" for column in range(len(HOSTILE_NAMES))] for row in (1, 2, 3)]


def lone_value(flights: Sequence[Row]) -> list[list[str]]:
    """2,000 arrival delays in minutes, one of which is a word."""
    known = [row for row in flights if row["arr_delay"] != "NA"][:2000]
    rows = [[row["carrier"], row["flight"], row["arr_delay"]] for row in known]
    rows[1203][2] = "unknown"
    return [["carrier", "flight", "arr_delay"], *rows]


def missing_codes(flights: Sequence[Row]) -> list[list[str]]:
    """Departures of which the cancelled ones are marked NA, N/A, null or - in turn."""
    codes = ("NA", "N/A", "null", "-")
    cancelled = [row for row in flights if row["dep_time"] == "NA"][:40]
    flown = [row for row in flights if row["dep_time"] != "NA"][:160]
    rows = [
        [row["carrier"], row["flight"], codes[number % 4], codes[number % 4]]
        for number, row in enumerate(cancelled)
    ]
    rows += [[row["carrier"], row["flight"], row["dep_time"], row["dep_delay"]] for row in flown]
    rows.sort(key=lambda row: (int(row[1]), row[0]))
    return [["carrier", "flight", "dep_time", "dep_delay"], *rows]


def parquet(airlines: Sequence[Row]) -> bytes:
    buffer = io.BytesIO()
    table = pa.table({name: [row[name] for row in airlines] for name in airlines[0]})
    pq.write_table(table, buffer, compression="none")
    return buffer.getvalue()


def truncated(airlines: Sequence[Row]) -> bytes:
    """A Parquet file whose upload broke off: its footer, and so its schema, is missing."""
    content = parquet(airlines)
    return content[: len(content) // 2]


def broken_lines(airlines: Sequence[Row]) -> str:
    """Two lines that are not JSON: one cut off, one a stray word."""
    lines = [json.dumps(row) for row in airlines]
    lines[3] = lines[3][:20]
    lines[9] = "oops"
    return "\n".join(lines) + "\n"


def conflicting(flights: Sequence[Row]) -> str:
    """`delay` is a number, a text or an object; `tags` a list or a single text."""
    records: list[dict[str, object]] = []
    for number, row in enumerate(row for row in flights[:60] if row["arr_delay"] != "NA"):
        minutes = int(row["arr_delay"])
        delay = (minutes, f"{minutes} min", {"minutes": minutes})[0 if number % 20 else number % 3]
        tags: object = row["origin"] if number == 7 else [row["origin"], row["dest"]]
        records.append({"flight": int(row["flight"]), "delay": delay, "tags": tags})
    return "".join(json.dumps(record) + "\n" for record in records)
