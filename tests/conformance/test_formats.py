"""What every registered format must do. A new format adds its line to the registry and a sample
here, and is tested from then on.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import registry, sniff
from connectors.model import Format
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import SourceError
from schema.model import Finding
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

OF_THEIR_OWN = {"spark-ml-model": "no table is written as one; tested with the runs that save it"}
"""Formats that cannot hold the rows, and why."""

NAMES = sorted(registry.table("formats").keys() - OF_THEIR_OWN)


@pytest.fixture(params=NAMES)
def form(request: pytest.FixtureRequest) -> Format:
    return registry.load("formats", request.param)


@pytest.fixture
def sample(form: Format) -> bytes:
    return SAMPLES[form.name]()


@pytest.fixture
def file(sample: bytes, tmp_path: Path) -> StoredFile:
    return written(tmp_path / "sample", sample)


def written(path: Path, content: bytes) -> StoredFile:
    path.write_bytes(content)
    return StoredFile(file_uri(str(path)), str(path), len(content))


def read(form: Format, file: StoredFile, **arguments: Any) -> tuple[pa.Table, list[Finding]]:
    reading = form.batches(file, form.examine(file, ()).options, **arguments)
    table = pa.Table.from_batches(reading.batches)
    return table, reading.findings


def test_names_and_suffixes() -> None:
    suffixes: list[str] = []
    for name in NAMES:
        form = registry.load("formats", name)
        assert form.name == name
        assert form.suffixes
        assert all(one.startswith(".") and one == one.lower() for one in form.suffixes)
        suffixes += form.suffixes
    assert len(set(suffixes)) == len(suffixes)


def test_every_format_has_a_sample() -> None:
    assert sorted(SAMPLES) == NAMES


def test_a_sample_is_recognised_by_its_content(form, file) -> None:
    found, evidence, findings = sniff.recognise(file.head(), file, "no_suffix")
    assert found is not None
    assert found.name == form.name
    assert evidence[0].choice == "format"
    assert evidence[0].reason
    assert findings == ()


def test_a_sample_under_another_formats_name_is_read_as_what_it_is(form, file) -> None:
    for name in NAMES:
        other = registry.load("formats", name)
        found, _, findings = sniff.recognise(file.head(), file, f"x{other.suffixes[0]}")
        if other.name != form.name and form.name != "csv":  # any text may be a CSV
            assert found is not None
            assert found.name == form.name
            told = [] if (name, form.name) == ("json", "jsonl") else ["format-mismatch"]
            assert [one.code for one in findings] == told


def test_all_rows_are_read(form, file) -> None:
    table, findings = read(form, file)
    assert findings == []
    assert table.column_names == ["id", "name", "city"]
    assert [str(one) for one in table["id"].to_pylist()] == [str(row["id"]) for row in ROWS]
    assert table["city"].to_pylist() == [row["city"] for row in ROWS]
    table.validate(full=True)


def test_columns_reach_the_reader(form, file) -> None:
    whole, _ = read(form, file)
    for columns in (["city"], ["id", "city"], ["name", "absent"]):
        some, _ = read(form, file, columns=columns)
        kept = [name for name in columns if name != "absent"]
        assert set(some.column_names) == set(kept)
        assert some.select(kept).equals(whole.select(kept))


def test_no_columns_is_the_number_of_rows(form, file) -> None:
    reading = form.batches(file, form.examine(file, ()).options, columns=[])
    batches = list(reading.batches)
    assert sum(batch.num_rows for batch in batches) == len(ROWS)
    assert all(batch.num_columns == 0 for batch in batches)


def test_it_is_read_from_a_stream_as_from_a_path(form, file) -> None:
    class Stream(StoredFile):
        local_path = None

    stream = Stream(file.uri, file.path, file.size)
    assert read(form, stream)[0].equals(read(form, file)[0])


def test_reading_stops_when_its_reader_is_closed(form, file) -> None:
    batches = form.batches(file, form.examine(file, ()).options).batches
    assert next(batches).num_rows > 0
    batches.close()  # type: ignore[attr-defined]


def test_what_the_user_fixed_is_returned(form, file) -> None:
    options = (("other", "kept"),)
    assert set(options) <= set(form.examine(file, options).options)
    assert list(form.examine(file, options).options) == sorted(form.examine(file, options).options)


def test_an_empty_file_is_a_finding(form, tmp_path) -> None:
    file = written(tmp_path / "empty", b"")
    assert form.recognise(b"", file)[0] < sniff.LEAST
    examined = form.examine(file, ())
    assert {one.code for one in examined.findings} & {"empty-file", f"{form.name}-corrupt"}


def test_a_file_that_vanished(form, file) -> None:
    options = form.examine(file, ()).options
    Path(file.path).unlink()
    with pytest.raises(SourceError, match="gone since it was listed"):
        list(form.batches(file, options).batches)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_damage_never_crashes(form, sample, tmp_path, data) -> None:
    """Cut off anywhere or with bits flipped: rows, findings or a SourceError, nothing else."""
    content = bytearray(sample[: data.draw(st.integers(0, len(sample)), label="length")])
    for place in data.draw(st.lists(st.integers(0, len(sample) - 1), max_size=5), label="flips"):
        if place < len(content):
            content[place] ^= 1 << data.draw(st.integers(0, 7))
    file = written(tmp_path / "damaged", bytes(content))
    with contextlib.suppress(SourceError):
        sniff.recognise(file.head(), file, "no_suffix")
        examined = form.examine(file, ())
        for batch in form.batches(file, examined.options).batches:
            batch.validate()
