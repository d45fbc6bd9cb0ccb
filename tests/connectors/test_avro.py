"""Avro: logical types, unions, enums and nesting as Arrow types; what is broken."""

from __future__ import annotations

import contextlib
import io
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import fastavro
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.formats.avro import Avro
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import CorruptData, MissingDependency
from schema.summary import summarise

AT = datetime(2013, 1, 2, 3, 4, 5, 678000, UTC)
ONE = UUID(int=1)
KINDS = {
    "small": ("int", pa.int32(), 7),
    "maybe": (["null", "long"], pa.int64(), None),
    "share": (["int", "double"], pa.float64(), 0.5),
    "mixed": (["null", "string", "int"], pa.string(), 5),
    "raw": ("bytes", pa.binary(), b"\0\xff"),
    "fixed": ({"type": "fixed", "name": "f", "size": 2}, pa.binary(2), b"ab"),
    "exact": (
        {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2},
        pa.decimal128(20, 2),
        Decimal("1.50"),
    ),
    "day": ({"type": "int", "logicalType": "date"}, pa.date32(), date(2020, 1, 2)),
    "clock": ({"type": "int", "logicalType": "time-millis"}, pa.time32("ms"), time(1, 2, 3)),
    "fine": ({"type": "long", "logicalType": "time-micros"}, pa.time64("us"), time(1, 2, 3, 4)),
    "at": (
        {"type": "long", "logicalType": "timestamp-millis"},
        pa.timestamp("ms", "UTC"),
        AT,
    ),
    "local": (
        {"type": "long", "logicalType": "local-timestamp-micros"},
        pa.timestamp("us"),
        AT.replace(tzinfo=None),
    ),
    "id": ({"type": "string", "logicalType": "uuid"}, pa.string(), ONE),
    "colour": (
        {"type": "enum", "name": "colour", "symbols": ["red", "green"]},
        pa.dictionary(pa.int32(), pa.string()),
        "green",
    ),
    "again": (["null", "colour"], pa.dictionary(pa.int32(), pa.string()), "red"),
    "words": (
        {"type": "array", "items": ["null", "string"]},
        pa.list_(pa.string()),
        ["a", None],
    ),
    "map": (
        {"type": "map", "values": "int"},
        pa.map_(pa.string(), pa.field("value", pa.int32(), nullable=False)),
        {"k": 1},
    ),
    "inner": (
        [
            "null",
            {
                "type": "record",
                "name": "r",
                "fields": [{"name": "u", "type": {"type": "string", "logicalType": "uuid"}}],
            },
        ],
        pa.struct([pa.field("u", pa.string(), nullable=False)]),
        {"u": ONE},
    ),
}
SCHEMA = {
    "type": "record",
    "name": "row",
    "fields": [
        {"name": name, "type": kind, "doc": f"the {name}"} for name, (kind, _, _) in KINDS.items()
    ],
}
ROW = {name: value for name, (_, _, value) in KINDS.items()}


def _content(schema: object = SCHEMA, rows: object = (ROW,) * 3, codec: str = "null") -> bytes:
    sink = io.BytesIO()
    fastavro.writer(sink, schema, rows, codec=codec)
    return sink.getvalue()


def _file(folder: Path, content: bytes) -> StoredFile:
    path = folder / "x.avro"
    path.write_bytes(content)
    return StoredFile(file_uri(str(path)), str(path), len(content))


def _table(file: StoredFile) -> pa.Table:
    return pa.Table.from_batches(Avro().batches(file, ()).batches)


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_types_and_values(tmp_path: Path, codec: str) -> None:
    file = _file(tmp_path, _content(codec=codec))
    table = _table(file)
    table.validate(full=True)
    assert {one.name: one.type for one in table.schema} == {n: k for n, (_, k, _) in KINDS.items()}
    expected = ROW | {"mixed": "5", "map": [("k", 1)], "id": str(ONE), "inner": {"u": str(ONE)}}
    assert table.to_pylist() == [expected] * 3
    declared = Avro().examine(file, ()).declared
    assert declared is not None
    fields = {one.name: one for one in declared}
    assert fields["maybe"].nullable
    assert not fields["small"].nullable
    assert fields["small"].description == "the small"
    assert summarise(Avro().batches(file, ()).batches).rows == 3


def test_no_rows(tmp_path: Path) -> None:
    table = _table(_file(tmp_path, _content(rows=())))
    assert table.num_rows == 0
    assert table.column_names == list(KINDS)


@pytest.mark.parametrize(
    ("schema", "values", "kind"),
    [
        ("long", [1, 2], pa.int64()),
        ("null", [None], pa.null()),
        (["null", "string"], ["a", None], pa.string()),
        ({"type": "array", "items": ["null", "int"]}, [[1, None], []], pa.list_(pa.int32())),
    ],
)
def test_values_that_are_no_records_are_a_column(
    tmp_path: Path, schema: object, values: list, kind: pa.DataType
) -> None:
    file = _file(tmp_path, _content(schema, values))
    table = _table(file)
    assert table.schema.field("value").type == kind
    assert table.to_pydict() == {"value": values}
    assert not Avro().examine(file, ()).findings


def test_a_record_in_itself_is_json_text(tmp_path: Path) -> None:
    link = {"name": "next", "type": ["null", "r"]}
    fields = [{"name": "at", "type": "int"}, link]
    rows = [{"at": 1, "next": {"at": 2, "next": None}}, {"at": 3, "next": None}]
    schema = {"type": "record", "name": "r", "fields": fields}
    table = _table(_file(tmp_path, _content(schema, rows)))
    assert table.to_pydict() == {"at": [1, 3], "next": ['{"at": 2, "next": null}', None]}


def test_a_schema_that_is_nested_too_deep(tmp_path: Path) -> None:
    schema: object = "int"
    for _ in range(70):
        schema = {"type": "array", "items": schema}
    file = _file(tmp_path, _content(schema, []))
    (finding,) = Avro().examine(file, ()).findings
    assert finding.code == "avro-corrupt"
    with pytest.raises(CorruptData, match="deeper than 64"):
        _table(file)


def test_a_schema_that_fastavro_refuses(tmp_path: Path) -> None:
    file = _file(tmp_path, _content().replace(b'"name": "small"', b'"nome": "small"'))
    (finding,) = Avro().examine(file, ()).findings
    assert finding.code == "avro-corrupt"


def test_a_missing_package_is_told_with_its_extra(tmp_path: Path, monkeypatch) -> None:
    file = _file(tmp_path, _content())
    monkeypatch.setitem(sys.modules, "fastavro", None)
    with pytest.raises(MissingDependency, match=r"headwater\[avro\]"):
        Avro().examine(file, ())


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_damage_is_told_and_harms_nothing(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(_content(codec=data.draw(st.sampled_from(["null", "deflate"]))))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = _file(tmp_path, bytes(content[: data.draw(st.integers(4, len(content)))]))
    Avro().examine(file, ())
    with contextlib.suppress(CorruptData):
        summarise(Avro().batches(file, ()).batches)
