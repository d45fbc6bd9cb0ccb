"""Arrow IPC and ORC: types kept as declared, streams, compressed files, what is broken."""

from __future__ import annotations

import contextlib
import gzip
import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.orc as pa_orc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import registry, sniff
from connectors.model import Dataset, Limits
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import CorruptData
from schema.infer import infer
from schema.summary import summarise

AT = datetime(2013, 1, 2, 3, 4, 5, 678000)  # noqa: DTZ001 (a local time)
COMMON = {
    "small": pa.array([1, None, 3], pa.int8()),
    "exact": pa.array([Decimal("1.50"), None, Decimal("-2")], pa.decimal128(20, 2)),
    "day": pa.array([date(2020, 1, 1), None, date(1, 1, 1)]),
    "nested": pa.array([{"a.b": [{"c": "x"}]}, None, {"a.b": None}]),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int16())),
    "nested.a": pa.array(["é", None, ""]),
}
DEEP = pa.table(COMMON | {"at": pa.array([AT, None, AT], pa.timestamp("us"))})
RICH = DEEP.append_column("word", pa.array(["a", None, "a"]).dictionary_encode()).append_column(
    "id",
    pa.ExtensionArray.from_storage(
        pa.uuid(), pa.array([b"0" * 16, None, b"1" * 16], pa.binary(16))
    ),
)


def _ipc(table: pa.Table, make: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> bytes:
    sink = io.BytesIO()
    with make(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue()


def _orc(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pa_orc.write_table(table, sink)
    return sink.getvalue()


CONTENTS = {
    "file.arrow": _ipc(RICH, pa.ipc.new_file),
    "stream.arrows": _ipc(RICH, pa.ipc.new_stream),
    "table.orc": _orc(DEEP),
}


def _opened(folder: Path, name: str, content: bytes) -> tuple[StoredFile, str]:
    path = folder / name
    path.write_bytes(content)
    file = StoredFile(file_uri(str(path)), str(path), len(content))
    form, _, _ = sniff.recognise(file.head(), file, name)
    assert form is not None
    return file, form.name


def _table(file: StoredFile, name: str, columns: list[str] | None = None) -> pa.Table:
    batches = registry.load("formats", name).batches(file, (), columns=columns).batches
    return pa.Table.from_batches(batches)


@pytest.mark.parametrize("name", ["file.arrow", "stream.arrows"])
def test_arrow_keeps_every_type(tmp_path: Path, name: str) -> None:
    file, form = _opened(tmp_path, name, CONTENTS[name])
    assert form == "arrow"
    assert _table(file, form).equals(RICH)
    assert _table(file, form)["id"].to_pylist()[0] == UUID(bytes=b"0" * 16)
    schema = registry.load("formats", form).examine(file, ()).declared
    assert schema is not None
    assert schema.to_arrow().equals(RICH.schema)


def test_orc_keeps_what_it_can_hold(tmp_path: Path) -> None:
    file, form = _opened(tmp_path, "table.orc", CONTENTS["table.orc"])
    assert form == "orc"
    expected = DEEP.set_column(6, "at", DEEP["at"].cast(pa.timestamp("ns")))
    assert _table(file, form).equals(expected)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_name_is_no_path_into_another(tmp_path: Path, name: str) -> None:
    file, form = _opened(tmp_path, name, CONTENTS[name])
    assert _table(file, form, ["nested"]).column_names == ["nested"]
    assert _table(file, form, ["nested.a"])["nested.a"].to_pylist() == ["é", None, ""]


@pytest.mark.parametrize("name", CONTENTS)
def test_a_compressed_file_is_read_as_the_file(tmp_path: Path, name: str) -> None:
    plain, form = _opened(tmp_path, name, CONTENTS[name])
    packed, same = _opened(tmp_path, f"{name}.gz", gzip.compress(CONTENTS[name]))
    assert same == form
    assert _table(packed, form).equals(_table(plain, form))
    path = tmp_path / f"cut.{name}.gz"
    path.write_bytes(gzip.compress(CONTENTS[name])[:-300])
    cut = StoredFile(file_uri(str(path)), str(path), None)
    with pytest.raises(CorruptData):
        _table(cut, form)


@pytest.mark.parametrize("name", CONTENTS)
def test_its_types_are_those_of_the_schema(tmp_path: Path, name: str) -> None:
    file, form = _opened(tmp_path, name, CONTENTS[name])
    source = registry.open_source(str(tmp_path), Limits())
    (dataset,) = map(source.examine, source.datasets())
    assert isinstance(dataset, Dataset)
    assert dataset.format == form
    assert dataset.findings == ()
    summary = summarise(source.batches(dataset, dataset.entries[0]))
    assert summary.rows == 3
    schema = infer(summary, dataset.declared).to_arrow()
    assert schema.field("exact").type == pa.decimal128(20, 2)
    assert schema.field("nested").type == RICH.schema.field("nested").type
    assert schema.names == _table(file, form).column_names


@pytest.mark.parametrize("name", CONTENTS)
def test_no_rows_is_told(tmp_path: Path, name: str) -> None:
    write = {"file.arrow": pa.ipc.new_file, "stream.arrows": pa.ipc.new_stream}.get(name)
    empty = (RICH if write else DEEP).slice(0, 0)
    file, form = _opened(tmp_path, name, _ipc(empty, write) if write else _orc(empty))
    codes = [one.code for one in registry.load("formats", form).examine(file, ()).findings]
    assert codes == ([] if name == "stream.arrows" else ["no-rows"])
    assert _table(file, form).schema.names == empty.column_names
    assert _table(file, form).num_rows == 0


def test_feather_1_is_told(tmp_path: Path) -> None:
    file, form = _opened(tmp_path, "old.feather", b"FEA1" + b"\0" * 100)
    assert form == "arrow"
    (finding,) = registry.load("formats", form).examine(file, ()).findings
    assert finding.code == "arrow-corrupt"
    assert "Feather version 1" in finding.message


@pytest.mark.parametrize("name", CONTENTS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_damage_is_told_and_harms_nothing(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """Bits flipped anywhere, more often in the parts that say where everything lies."""
    content = bytearray(CONTENTS[name])
    ends = st.integers(-400, 400).map(lambda place: place % len(content))
    for place in data.draw(st.lists(ends | st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(content)
    file = StoredFile(file_uri(str(path)), str(path), len(content))
    form = registry.load("formats", "orc" if name.endswith("orc") else "arrow")
    form.examine(file, ())
    with contextlib.suppress(CorruptData):
        summarise(form.batches(file, ()).batches)
