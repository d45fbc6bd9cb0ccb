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
from schema.errors import CorruptData, InvalidInput


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


_COUNTRIES = {code: {"name": f"name of {code}", "area": at} for at, code in enumerate("ABCDE")}


@pytest.mark.parametrize(
    ("content", "items", "rows"),
    [
        (_COUNTRIES, "entries", [{"key": k, **v} for k, v in _COUNTRIES.items()]),
        (
            {c: {"key": at} for at, c in enumerate("ABCDE")},
            "entries",
            [{"key": c, "key_2": at} for at, c in enumerate("ABCDE")],
        ),
        (
            {"0": {"x": 5, "y": "a"}, "1": {"x": 6, "y": "b"}},
            "entries",
            [{"key": "0", "x": 5, "y": "a"}, {"key": "1", "x": 6, "y": "b"}],
        ),
        (
            {f"word {at}": at for at in range(100)},
            "pairs",
            [{"key": f"word {at}", "value": at} for at in range(100)],
        ),
        (
            {"t": list(range(10)), "x": [at / 2 for at in range(10)]},
            "columns",
            [{"t": at, "x": at / 2} for at in range(10)],
        ),
        (
            {"city": {"0": "Lyon", "1": "Bonn"}, "people": {"0": 5, "1": None}},
            "columns",
            [{"city": "Lyon", "people": 5}, {"city": "Bonn", "people": None}],
        ),
        (
            {"city": {"a": "Lyon", "b": "Bonn"}, "people": {"a": 5, "b": 3}},
            "columns",
            [{"key": "a", "city": "Lyon", "people": 5}, {"key": "b", "city": "Bonn", "people": 3}],
        ),
        (
            {"columns": ["n", "s"], "index": [0, 1], "data": [[1, "x"], [2, None]]},
            "split",
            [{"n": 1, "s": "x"}, {"n": 2, "s": None}],
        ),
        (
            [["NAME", "POP", "state"], ["Alabama", "49", "01"], ["Alaska", "7", "02"]],
            "header",
            [
                {"NAME": "Alabama", "POP": "49", "state": "01"},
                {"NAME": "Alaska", "POP": "7", "state": "02"},
            ],
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_tables_that_are_no_arrays_of_objects(
    read, tmp_path: Path, content, items, rows, indent
) -> None:
    text = json.dumps(content, indent=indent)
    assert read(text)[:2] == (rows, [])
    path = tmp_path / "x.json"
    file = StoredFile(file_uri(str(path)), str(path), len(text))
    assert dict(Json().examine(file, ()).options)["items"] == items
    form, _, _ = sniff.recognise(file.head(), file, "x.json")
    assert form is not None
    assert form.name == "json"
    as_document = read(text, (("items", "document"),))[0]
    assert len(as_document) == (0 if isinstance(content, list) else 1)


@pytest.mark.parametrize(
    "content",
    [
        {"development": {"host": "a", "port": 1}, "production": {"host": "b", "port": 2}},
        {"a": {"x": 1}, "b": {"y": 2}, "c": {"z": 3}, "d": {"u": 4}, "e": {"v": 5}},
        {"include": ["a", "b"], "exclude": ["c", "d"]},
        {"columns": ["n", "s"], "data": [1, 2]},
        {f"k{at}": at if at % 2 else "text" for at in range(200)},
        {"name": "x", "values": {"0": 1, "1": 2}},
    ],
)
def test_one_object_stays_one_row(read, content) -> None:
    assert read(json.dumps(content))[:2] == ([content], [])


def test_a_document_of_columns_whose_rows_lie_beyond_its_head(read) -> None:
    content = {"t": list(range(200_000)), "x": ["text of some length"] * 200_000}
    rows, codes, _ = read(json.dumps(content))
    assert (len(rows), rows[-1], codes) == (200_000, {"t": 199_999, "x": content["x"][0]}, [])


def test_a_shape_that_there_is_not_is_refused(read) -> None:
    with pytest.raises(InvalidInput, match="it may be columns, document, entries"):
        read("{}", (("items", "wrong"),))


def test_a_table_beside_what_describes_it(read) -> None:
    content = {"schema": {"fields": [{"name": "a"}]}, "data": [{"a": 1}, {"a": 2}]}
    rows, codes, path = read(json.dumps(content))
    assert (rows, codes, path) == (content["data"], ["json-many-tables"], "$.data")


def test_objects_with_very_many_keys_are_json_text(read) -> None:
    shapes = {f"Shape{at}": {"type": "text", f"only{at}": at} for at in range(600)}
    rows, codes, _ = read(json.dumps({"version": 1, "shapes": shapes}))
    assert (rows[0]["version"], codes) == (1, ["json-many-keys"])
    assert json.loads(rows[0]["shapes"]) == shapes
    rows, codes, _ = read(json.dumps({"version": 1, "shapes": shapes}), (("path", "$.shapes"),))
    assert (len(rows), codes) == (600, [])


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
