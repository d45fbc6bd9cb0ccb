"""The same rows in every registered format, as bytes."""

from __future__ import annotations

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pq

from tests.connectors import workbooks

ROWS = [{"id": n, "name": f"name {n}", "city": "Köln" if n % 2 else "Łódź"} for n in range(300)]


def _arrow() -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(ROWS)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    return sink.getvalue()


def _avro() -> bytes:
    import fastavro

    kinds = {"id": "long", "name": "string", "city": ["null", "string"]}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    schema = {"type": "record", "name": "row", "fields": fields}
    sink = io.BytesIO()
    fastavro.writer(sink, schema, ROWS, codec="deflate", sync_interval=1000)
    return sink.getvalue()


def _csv() -> bytes:
    lines = [f"{row['id']},{row['name']},{row['city']}" for row in ROWS]
    return ("id,name,city\n" + "\n".join(lines) + "\n").encode()


def _excel() -> bytes:
    return workbooks.xlsx({"rows": [list(ROWS[0]), *(list(row.values()) for row in ROWS)]})


def _fixed_width() -> bytes:
    lines = [f"{row['id']:>5}  {row['name']:<12}{row['city']:<8}" for row in ROWS]
    return ("   id  name        city    \n" + "\n".join(lines) + "\n").encode()


def _xml() -> bytes:
    from xml.sax.saxutils import escape

    rows = [
        "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in row.items())
        for row in ROWS
    ]
    made = "".join(f"<row>{row}</row>\n" for row in rows)
    return f"<?xml version='1.0'?>\n<rows about='these'>{made}</rows>".encode()


def _json() -> bytes:
    import json

    return json.dumps({"count": len(ROWS), "rows": ROWS}, indent=1, ensure_ascii=False).encode()


def _jsonl() -> bytes:
    import orjson

    return b"".join(orjson.dumps(row) + b"\n" for row in ROWS)


def _orc() -> bytes:
    sink = io.BytesIO()
    pa_orc.write_table(pa.Table.from_pylist(ROWS), sink, compression="zstd")
    return sink.getvalue()


def _parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink, row_group_size=100)
    return sink.getvalue()


SAMPLES: dict[str, Callable[[], bytes]] = {
    "arrow": _arrow,
    "avro": _avro,
    "csv": _csv,
    "excel": _excel,
    "fixed-width": _fixed_width,
    "json": _json,
    "jsonl": _jsonl,
    "orc": _orc,
    "parquet": _parquet,
    "xml": _xml,
}
"""The same rows in every format."""
