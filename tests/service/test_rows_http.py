"""Rows over HTTP: the same rows in every format, only what was asked for, personal data masked."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import anyio
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from catalog.access.encoders import ENCODINGS
from catalog.access.http import _drawn
from catalog.access.masking import MASK, mask
from catalog.access.plain import plain
from catalog.access.rows import first_rows, open_rows
from catalog.quality.personal import is_personal, personal_in
from schema.model import Field, Schema


def rows(served, made, name: str = "flights", **asked):
    return served.http.get(f"/api/v1/rows/{made.id(name)}", params=asked)


def decode(content: bytes, form: str) -> list[dict]:
    if form == "arrow":
        return pa.ipc.open_stream(content).read_all().to_pylist()
    if form == "parquet":
        return pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    if form == "csv":
        return pyarrow.csv.read_csv(io.BytesIO(content)).to_pylist()
    if form == "jsonl":
        return [json.loads(line) for line in content.splitlines()]
    document = json.loads(content)
    return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]


@pytest.mark.parametrize("form", ENCODINGS)
def test_every_format_has_the_same_rows(served, made, form):
    found = rows(served, made, format=form)
    assert found.status_code == 200
    assert found.headers["content-type"] == ENCODINGS[form].media
    assert f'filename="flights.{ENCODINGS[form].suffix}"' in found.headers["content-disposition"]
    decoded = decode(found.content, form)
    expected = pa.Table.from_batches(
        open_rows(made.store, made.store.source("flights")).batches
    ).to_pylist()
    assert len(decoded) == 168
    assert [{key: str(value) for key, value in row.items()} for row in decoded] == [
        {key: str(value) for key, value in row.items()} for row in expected
    ]


@pytest.mark.parametrize("form", ENCODINGS)
def test_columns_and_limit(served, made, form):
    found = rows(served, made, format=form, columns="carrier,day", limit=3)
    decoded = decode(found.content, form)
    assert [list(row) for row in decoded] == [["carrier", "day"]] * 3
    assert [row["carrier"] for row in decoded] == ["UA", "DL", "AA"]


@pytest.mark.parametrize("form", ENCODINGS)
def test_no_rows_are_still_an_answer(served, made, form):
    found = rows(served, made, format=form, limit=0)
    assert found.status_code == 200
    assert decode(found.content, form) == []


@pytest.mark.parametrize("form", ["json", "arrow"])
def test_any_column_name_can_be_asked_for(served, made, form):
    source = made.ask('{ sources(filter: {column: "it\'s"}) { nodes { id } } }')
    path = f"/api/v1/rows/{source['sources']['nodes'][0]['id']}"
    name = "x; DROP TABLE sources"
    found = served.http.get(path, params={"format": form, "columns": json.dumps(["a\nb", name])})
    assert decode(found.content, form) == [{"a\nb": "<b>bold</b>", name: "<b>bold</b>"}] * 2
    assert "\n" not in found.headers["content-disposition"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/csv;q=0.9", "csv"),
        ("application/vnd.apache.arrow.stream, */*", "arrow"),
        ("application/vnd.apache.parquet", "parquet"),
        ("application/x-ndjson", "jsonl"),
    ],
)
def test_the_format_can_be_accepted(served, made, accept, form):
    found = served.http.get(f"/api/v1/rows/{made.id('flights')}", headers={"accept": accept})
    assert found.headers["content-type"] == ENCODINGS[form].media


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("flights", {"format": "xml"}, 400),
        ("flights", {"columns": "nothing"}, 400),
        ("flights", {"columns": "[1"}, 400),
        ("flights", {"limit": "-1"}, 400),
        ("flights", {"limit": "many"}, 400),
        ("empty", {}, 404),
    ],
)
def test_what_cannot_be_given_is_told_with_a_status(served, made, name, asked, status):
    found = rows(served, made, name, **asked)
    assert found.status_code == status
    (error,) = found.json()["errors"]
    assert error["message"]
    assert error["extensions"]["code"]


def test_unknown_sources_and_media_types(served, made):
    assert served.http.get("/api/v1/rows/nothing").status_code == 404
    path = f"/api/v1/rows/{made.id('flights')}"
    assert served.http.get(path, headers={"accept": "image/png"}).status_code == 406
    assert served.http.post(path).status_code == 405


def test_a_source_that_went_away_is_told(fresh):
    from tests.service.made_catalog import serving

    (fresh.folder / "birds.csv").unlink()
    with serving(fresh.store) as service:
        found = service.http.get(f"/api/v1/rows/{fresh.id('birds')}")
        page = service.http.get(f"/sources/{fresh.id('birds')}/sample")
    assert found.status_code == 502
    assert page.status_code == 200
    assert "could not be read now" in page.text


def test_personal_data_is_masked_and_nulls_stay():
    schema = Schema(
        (
            Field("mail", pa.string(), semantic_type="email"),
            Field("age", pa.int64()),
            Field("phone", pa.int64(), semantic_type="phone"),
        )
    )
    batch = pa.record_batch(
        {"mail": ["a@b.c", None], "age": [1, 2], "phone": [555, None]}, schema=schema.to_arrow()
    )
    assert mask(batch, schema).to_pylist() == [
        {"mail": MASK, "age": 1, "phone": MASK},
        {"mail": None, "age": 2, "phone": None},
    ]


@pytest.mark.parametrize(
    ("field", "personal"),
    [
        (Field("contact", pa.struct([("first_name", pa.string())])), True),
        (Field("all", pa.list_(pa.struct([("a", pa.map_(pa.string(), pa.string()))]))), False),
        (Field("all", pa.list_(pa.struct([("deep", pa.struct([("iban", pa.string())]))]))), True),
        (Field("carrier", pa.string(), semantic_type="airline_iata"), False),
        (Field("x", pa.string(), semantic_type="ipv4"), True),
    ],
)
def test_what_is_personal_is_so_by_meaning_or_name_however_deep(field, personal):
    assert is_personal(field) is personal
    assert personal_in(Schema((field,)).to_dict()) == ({field.name} if personal else frozenset())


def test_rows_of_a_source_with_personal_data_are_masked(fresh):
    store = fresh.store
    source = store.source("birds")

    class Marked:
        """The store, whose species are people's names."""

        def current_versions(self, pks):
            version = store.current_versions(pks)[source.pk]
            first, *rest = version.schema.fields
            fields = (replace(first, semantic_type="person_name"), *rest)
            return {source.pk: replace(version, schema=replace(version.schema, fields=fields))}

        entries = staticmethod(store.entries)

    found = open_rows(Marked(), source)  # type: ignore[arg-type]
    assert found.masked == ("species",)
    table = pa.Table.from_batches(found.batches, found.schema)
    assert table["species"].to_pylist() == [MASK, MASK]
    shown = open_rows(Marked(), source, unmask=True)  # type: ignore[arg-type]
    assert pa.Table.from_batches(shown.batches)["species"].to_pylist() == ["wren", "heron"]


def test_the_source_is_closed_once_enough_rows_are_read():
    closed = []

    def batches():
        try:
            for _ in range(100):
                yield pa.record_batch({"x": [1, 2, 3]})
        finally:
            closed.append(True)

    found = list(first_rows(batches(), 4))
    assert [batch.num_rows for batch in found] == [3, 1]
    assert closed == [True]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1 << 60, "1152921504606846976"),
        (float("nan"), None),
        (b"\x00\xff", "AP8="),
        ([("k", 1)], [["k", 1]]),
        ({"a": [None, 1.5]}, {"a": [None, 1.5]}),
        (True, True),
    ],
)
def test_values_as_json_has_them(value, expected):
    assert plain(value) == expected


def test_a_source_is_closed_when_its_reader_goes_away():
    closed = []

    def body():
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    async def read_one() -> bytes:
        drawn = _drawn(body(), anyio.CapacityLimiter(1))
        part = await anext(drawn)
        await drawn.aclose()
        return part

    assert anyio.run(read_one) == b"x"
    assert closed == [True]
