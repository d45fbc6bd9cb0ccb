"""JSON Lines: native types, conflicts as text, broken lines set aside."""

from __future__ import annotations

import json

import orjson
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.formats import jsonl
from connectors.formats.jsonl import JsonLines


def lines(*rows: object) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def test_native_types(read_bytes) -> None:
    rows = [
        {"id": 1, "x": 1.5, "name": "a", "ok": True, "at": {"lat": 1.0, "tags": ["x"]}},
        {"id": 2, "x": 2, "name": None, "ok": False, "at": {"lat": None, "tags": []}},
    ]
    found = read_bytes(lines(*rows), "data.jsonl")
    assert found.dataset.format == "jsonl"
    assert found.rows == rows
    assert found.batches[0].schema == pa.schema(
        [
            ("id", pa.int64()),
            ("x", pa.float64()),
            ("name", pa.string()),
            ("ok", pa.bool_()),
            ("at", pa.struct([("lat", pa.float64()), ("tags", pa.list_(pa.string()))])),
        ]
    )
    assert found.codes == set()


def test_text_that_looks_like_a_time_stays_text(read_bytes) -> None:
    found = read_bytes(lines({"t": "2013-01-01"}, {"t": "2013-01-02T05:00:00Z"}), "data.jsonl")
    assert [row["t"] for row in found.rows] == ["2013-01-01", "2013-01-02T05:00:00Z"]


def test_keys_that_come_later(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", 200)
    rows = [{"a": n} if n < 50 else {"a": n, "b": str(n)} for n in range(100)]
    found = read_bytes(lines(*rows), "data.jsonl")
    assert [row["a"] for row in found.rows] == list(range(100))
    assert [row.get("b") for row in found.rows] == [None] * 50 + [str(n) for n in range(50, 100)]


def test_values_of_several_kinds_become_text(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", 100)
    values = [*range(20), "unknown", {"k": [1]}, None, 7.5]
    found = read_bytes(lines(*({"v": value, "n": 1} for value in values)), "data.jsonl")
    texts = [row["v"] for row in found.rows]
    assert [str(text) for text in texts[:20]] == [str(n) for n in range(20)]
    assert texts[20:] == ["unknown", '{"k":[1]}', None, "7.5"]
    assert "'v'" in found.finding("json-mixed-types").message


def test_whole_numbers_then_fractions(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", 60)
    found = read_bytes(lines(*({"v": n} for n in [*range(20), 0.5, 3])), "data.jsonl")
    assert [row["v"] for row in found.rows] == [*range(20), 0.5, 3]
    assert found.codes == set()


def test_broken_lines_are_set_aside(read_bytes) -> None:
    content = b'{"a": 1}\n{"a": 2,}\n\n[1]\n{"a": 3}\n\xff\xfe\n{"a": 4}'
    found = read_bytes(content, "data.jsonl")
    assert [row["a"] for row in found.rows] == [1, 3, 4]
    finding = found.finding("json-bad-line")
    assert finding.message.startswith("3 lines are")
    assert finding.place == "data.jsonl, line 2"


def test_broken_lines_in_a_later_block_have_their_number(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", 128)
    content = b"".join(b'{"a": %d}\n' % n for n in range(100)) + b"oops\n" + b'{"a": 100}\n'
    found = read_bytes(content, "data.jsonl")
    assert len(found.rows) == 101
    assert found.finding("json-bad-line").place == "data.jsonl, line 101"


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_deep_nesting_does_not_crash(read_bytes, opening) -> None:
    deep = opening * 100_000
    content = b'{"a": 1}\n' * 3 + deep.encode() + b'\n{"a": 2}\n'
    found = read_bytes(content, "data.jsonl")
    assert [row["a"] for row in found.rows] == [1, 1, 1, 2]
    assert "json-bad-line" in found.codes


def test_nesting_beyond_what_arrow_should_hold_is_text(read_bytes) -> None:
    deep = "[" * 200 + "]" * 200
    found = read_bytes(f'{{"a": {deep}}}\n{{"a": {deep}}}\n'.encode(), "data.jsonl")
    assert [row["a"] for row in found.rows] == [deep, deep]


def test_a_line_beyond_the_limit(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", 1 << 10)
    monkeypatch.setattr(jsonl, "LONGEST_LINE_BYTES", 1 << 13)
    content = b'{"a": "x"}\n{"a": "' + b"y" * 50_000 + b'"}\n{"a": "z"}\n'
    found = read_bytes(content, "data.jsonl")
    assert [row["a"] for row in found.rows] == ["x", "z"]
    assert found.finding("json-bad-line").place == "data.jsonl, line 2"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(read_bytes, encoding) -> None:
    content = '{"a": "Zoë"}\n{"a": "✈"}\n'.encode(encoding)
    found = read_bytes(content, "data.jsonl")
    assert [row["a"] for row in found.rows] == ["Zoë", "✈"]


def test_hostile_keys(read_bytes) -> None:
    keys = ['say "hi"', "two\nlines", "a.b", "", "<script>", '"); import os #']
    found = read_bytes(lines(*[dict.fromkeys(keys, n) for n in range(3)]), "data.jsonl")
    assert found.columns == keys
    assert found.rows[2] == dict.fromkeys(keys, 2)


def test_repeated_keys_in_one_object(read_bytes) -> None:
    found = read_bytes(b'{"a": 1}\n{"a": 2, "a": 3}\n{"a": 4}\n', "data.jsonl")
    assert [row["a"] for row in found.rows] == [1, 3, 4]


def test_columns(read_bytes) -> None:
    found = read_bytes(lines({"a": 1, "b": 2}, {"a": 3, "b": 4}), "data.jsonl", columns=["b"])
    assert found.rows == [{"b": 2}, {"b": 4}]


def test_empty_and_blank(read_bytes) -> None:
    assert read_bytes(b"", "data.jsonl").codes == {"empty-file"}
    assert read_bytes(b"\n \n", "data.jsonl").rows == []


def test_an_array_is_not_json_lines(read_bytes) -> None:
    found = read_bytes(b'[\n  {"a": 1},\n  {"a": 2}\n]\n', "data.json")
    assert found.dataset.format == "json"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c d"]), JSON, max_size=3), max_size=12),
    st.sampled_from([40, 1 << 20]),
)
@example([{}, {}, {"a": [], "b": None}, {"a": [None, None]}], 40)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_every_object_comes_back(stored, monkeypatch, rows, block) -> None:
    """As it was, or as the JSON text of it, with nulls for keys that are not there."""
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", block)
    reading = JsonLines().batches(stored(lines(*rows)), ())
    got = [row for batch in reading.batches for row in batch.to_pylist()]
    assert len(got) == sum(1 for row in rows if row) or not all(rows)
    if all(rows):
        for row, back in zip(rows, got, strict=True):
            for key, value in row.items():
                assert same(value, back[key]), (value, back[key])


def same(value: object, back: object) -> bool:
    if value is None or back is None:
        return not value and not back
    if isinstance(back, str) and not isinstance(value, str):
        return json.loads(back) == value
    if isinstance(value, dict) and isinstance(back, dict):
        return all(same(inner, back.get(key)) for key, inner in value.items())
    if isinstance(value, list) and isinstance(back, list):
        return len(value) == len(back) and all(map(same, value, back))
    return value == back
