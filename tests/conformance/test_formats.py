"""What every registered format must do. A new format adds its line to the registry and a sample
here, and is tested from then on.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import registry, sniff
from connectors.model import Format
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import SourceError
from schema.model import Finding
from tests.conformance.samples import ROWS, SAMPLES

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
