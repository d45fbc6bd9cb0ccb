"""JSON documents: where the rows are, what breaks off, deep and odd values, bounded memory."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import sniff
from connectors.formats.json import Json
from connectors.model import Options
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import CorruptData


@pytest.fixture
def read(tmp_path: Path):
    def reading(
        content: str | bytes, options: Options = ()
    ) -> tuple[list[dict[str, object]], list[str], str]:
        path = tmp_path / "x.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        file = StoredFile(file_uri(str(path)), str(path), path.stat().st_size)
        examined = Json().examine(file, options)
        reading = Json().batches(file, examined.options)
        rows = [row for batch in reading.batches for row in batch.to_pylist()]
        codes = [one.code for one in (*examined.findings, *reading.findings)]
        return rows, codes, dict(examined.options).get("path", "")

    return reading


@pytest.mark.parametrize(
    ("content", "path", "rows"),
    [
        ('[{"a": 1}, {"a": 2}]', "$", [{"a": 1}, {"a": 2}]),
        ('\ufeff [ {"a": 1} ] [{"a": 2}]', "$", [{"a": 1}, {"a": 2}]),
        ('{"n": [1, 2], "rows": [{"a": 1}], "z": {}}', "$.rows", [{"a": 1}]),
        (
            '{"d": {"m": 1, "items": [{"a": "x"}, {"a": null}]}}',
            "$.d.items",
            [{"a": "x"}, {"a": None}],
        ),
        ('{"a": 1,\n "b": {"c": "é"}}', "$", [{"a": 1, "b": {"c": "é"}}]),
        ('{"a": 1}\n\n{\n"a": 2}', "$", [{"a": 1}, {"a": 2}]),
        ('[{"a": 1}, {"a": 1e3, "b": true}]', "$", [{"a": 1.0}, {"a": 1000.0, "b": True}]),
    ],
)
def test_rows_are_found(read, content, path, rows) -> None:
    got, codes, found = read(content)
    assert [{k: v for k, v in row.items() if v is not None or k in rows[0]} for row in got] == [
        dict.fromkeys(rows[0]) | row for row in rows
    ]
    assert found == path
    assert codes == []


@pytest.mark.parametrize(
    ("content", "values", "codes"),
    [
        ("[1, 2.5, null]", [1.0, 2.5, None], []),
        ('["a", "b"]', ["a", "b"], []),
        ("[[1], [], [2, 3]]", [[1], [], [2, 3]], []),
        ('[null, 1, "1", {}]', [None, "1", "1", "{}"], ["json-mixed-types"]),
        (" 42 ", [42], []),
        ("[]", [], []),
        ("[true, false", [True, False], ["json-broken"]),
        ("[1, NaN]", [1.0, "nan"], ["json-not-standard"]),
        ("[1][2]", [1, 2], ["json-many-documents"]),
    ],
)
def test_values_that_are_no_objects_are_rows_of_one_column(read, content, values, codes) -> None:
    rows, told, _ = read(content)
    got = [row["value"] for row in rows]
    assert ["nan" if one != one else one for one in got] == values
    assert told == codes


@pytest.mark.parametrize("content", ["[1, 2", '["a"]', "[[1]]", "[]", "[", "42", '"x"', "null"])
def test_any_document_is_taken_for_json_by_its_name(content, tmp_path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    file = StoredFile(file_uri(str(path)), str(path), len(content))
    form, _, findings = sniff.recognise(file.head(), file, "x.json")
    assert form is not None
    assert (form.name, findings) == ("json", ())


@pytest.mark.parametrize("content", ["[INFO] a line of a log\n", "42\n43\n44\n", "a,b\n1,2\n"])
def test_text_is_no_json(content) -> None:
    assert Json().recognise(content.encode(), None)[0] < sniff.LEAST  # type: ignore[arg-type]


def test_several_arrays_are_told_and_one_can_be_chosen(read) -> None:
    content = '{"a": [{"x": 1}], "b": [{"y": 1}, {"y": 2}]}'
    rows, codes, path = read(content)
    assert (len(rows), codes, path) == (1, ["json-many-tables"], "$")
    rows, codes, path = read(content, (("path", "$.b"),))
    assert (rows, codes, path) == ([{"y": 1}, {"y": 2}], [], "$.b")


@pytest.mark.parametrize(
    ("content", "count", "code"),
    [
        ('[{"a": 1}, {"a": 2}, {"a"', 2, "json-broken"),
        ('[{"a": 1}, {"a": }]', 1, "json-broken"),
        ('[{"a": 1}, 5, {"a": 2}, [1]]', 2, "json-bad-value"),
        ('[{"a": 1}, {"a": "\\ud800"}]', 1, "json-broken"),
        ('[{"a": 1}, {"a": "x"}]', 2, "json-mixed-types"),
        ('[{"a": 1}, {"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", 1, "json-broken"),
        ('[{"a": 1}, {"a": ' + "[" * 400 + "]" * 400 + "}]", 2, "json-mixed-types"),
        ('[{"a": 1}] {"a": 2} x', 2, "json-broken"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_is_read(read, content, count, code) -> None:
    rows, codes, _ = read(content)
    assert len(rows) == count
    assert codes == [code]


@pytest.mark.parametrize("content", ["[", "[{", '{"rows": [', "nonsense", "[" * 100_000])
def test_nothing_to_read_is_corrupt(read, content) -> None:
    with pytest.raises(CorruptData, match="broken JSON"):
        read(content)


def test_numbers_of_any_length(read) -> None:
    rows, codes, _ = read('[{"a": 9007199254740993, "b": 1' + "0" * 5000 + ', "c": 0.1}]')
    assert rows == [{"a": 9007199254740993, "b": float("inf"), "c": 0.1}]
    assert codes == []


def test_rows_beyond_a_block(read) -> None:
    many = [{"id": at, "text": "é" * (at % 50), "list": [at, None]} for at in range(60_000)]
    for indent in (None, 1):
        rows, codes, _ = read(json.dumps({"n": 1, "rows": many}, indent=indent))
        assert rows == many
        assert codes == []


def test_other_encodings(read) -> None:
    rows, codes, _ = read('[{"a": "Łódź"}]'.encode("utf-16"))
    assert rows == [{"a": "Łódź"}]
    assert codes == ["json-encoding"]


@given(content=st.text('[]{}",:\\ux0d8e1.-ntrue \n"', max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_any_text_is_rows_or_told(read, content) -> None:
    for text in (content, '[{"a": ' + content, '{"a": [{"b": 1}, ' + content):
        with contextlib.suppress(CorruptData):
            read(text)


def test_columns_are_native(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[{"a": 1, "b": {"c": [true]}}]')
    file = StoredFile(file_uri(str(path)), str(path), None)
    declared = Json().examine(file, ()).declared
    assert declared is not None
    kinds = {"a": pa.int64(), "b": pa.struct([("c", pa.list_(pa.bool_()))])}
    assert declared.to_arrow().equals(pa.schema(kinds))
