"""Semantic types: every row by its own examples, and whole columns by name and values."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from schema.infer import infer
from schema.semantics.detect import meaning_of_number, meaning_of_text
from schema.semantics.hints import moment_of, name_words
from schema.semantics.model import SemanticType
from schema.semantics.moments import MomentType
from schema.semantics.registry import MOMENT_TYPES, NUMERIC_TYPES, TEXT_TYPES, personal_types
from schema.summary import RAW, summarise


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=lambda kind: kind.name)
def test_a_type_takes_its_yes_and_refuses_its_no_examples(kind: SemanticType) -> None:
    assert kind.yes
    assert kind.no
    for text in kind.yes:
        assert kind.test(text), text
    for text in kind.no:
        assert not kind.test(text), text


@pytest.mark.parametrize("kind", MOMENT_TYPES, ids=lambda kind: kind.name)
def test_a_moment_takes_the_names_that_say_it(kind: MomentType) -> None:
    assert all(moment_of(name) is kind for name in kind.yes)
    assert all(moment_of(name) is not kind for name in kind.no)


def test_dates_of_birth_are_told_by_name_and_are_personal() -> None:
    cells = [f"19{50 + n}-03-0{n % 9 + 1}" for n in range(20)]
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in ("birth_date", "due_date")]
    batch = pa.RecordBatch.from_arrays([pa.array(cells)] * 2, schema=pa.schema(fields))
    found = {field.name: field.semantic_type for field in infer(summarise([batch]))}
    assert found == {"birth_date": "date_of_birth", "due_date": None}
    assert personal_types()["date_of_birth"] == "quasi"
    written = [f"{n}. März 19{n + 50}" for n in range(1, 18)]
    batch = pa.RecordBatch.from_arrays([pa.array(written)], schema=pa.schema(fields[:1]))
    assert infer(summarise([batch])).fields[0].semantic_type == "date_of_birth"


def test_national_numbers_say_of_which_country() -> None:
    found = meaning_of_text("pesel", ["44051401359", "02070803628"])
    assert found is not None
    assert found.name == "national_id"
    assert "of Poland (PESEL)" in found.reason


def test_names_are_unique_and_many() -> None:
    text = [kind.name for kind in TEXT_TYPES]
    assert len(text) == len(set(text))
    assert len({*text, *(kind.name for kind in NUMERIC_TYPES)}) >= 80
    assert {"email", "iban", "ssn", "first_name"} <= personal_types().keys()


def _luhn(digits: str) -> str:
    """The digits with the check digit of ISO/IEC 7812 behind them."""
    total = sum(
        sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(digits[::-1])
    )
    return f"{digits}{-total % 10}"


IMEIS = [_luhn(f"35{n:012}") for n in range(209900176148, 209900176148 + 12)]


def test_column_names_are_parted_into_words() -> None:
    assert name_words("destAirport_code") == ("dest", "airport", "code")
    assert name_words("HTTPStatus 2") == ("http", "status", "2")


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("contact", ["ada@example.org", "bob@example.com", " eve@example.net "], "email"),
        ("x", ["DE89370400440532013000", "GB82WEST12345698765432"], "iban"),
        ("x", ["4006381333931", "9780306406157", "5901234123457", "4012345678901"], "ean"),
        ("isbn", ["9780306406157", "9783161484100"], "isbn"),
        ("origin", ["JFK", "LGA", "EWR"], "airport_iata"),
        ("tzone", ["America/New_York", "America/Chicago"], "time_zone"),
        ("carrier", ["UA", "9E", "B6"], "airline_code"),
        ("state", ["CA", "NY", "TX", "WA"], "us_state"),
        ("country", ["Germany", "France", "Japan"], "country"),
        ("note", ["a tale", "another story", "word &amp; word"], None),
        ("code", ["A1", "B7", "C9"], None),
        ("x", ["JFK", "LGA", "EWR"], None),
        (
            "tailnum",
            ["N14228", "N723MQ", "N0EGMQ", *(f"N{n}AA" for n in range(101, 130))],
            "aircraft_registration",
        ),
        ("msg", ["fine", "see AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"], "credential"),
        ("amount", ["$1,200.00", "$5.10", "$7"], "money"),
        ("x", ["490154203237518", *IMEIS], "imei"),
        ("x", ["490154203237518", *IMEIS[:5]], None),
        ("x", [f"{n}. März 19{n + 50}" for n in range(1, 18)] + ["bald", "??"], "date"),
        ("x", [f"{n}. März 19{n + 50}" for n in range(1, 18)] + ["bald"] * 1 + list("abcd"), None),
    ],
)
def test_meaning_of_columns_of_text(name: str, values: list[str], expected: str | None) -> None:
    meaning = meaning_of_text(name, values)
    assert (meaning.name if meaning else None) == expected
    if meaning:
        assert 0.6 <= meaning.confidence <= 1


def test_a_number_means_what_its_name_says_where_its_bounds_allow_it() -> None:
    latitude = meaning_of_number("lat", -34.5, 70.1, whole=False)
    assert latitude
    assert latitude.name == "latitude"
    assert meaning_of_number("lat", 0, 500, whole=False) is None
    assert meaning_of_number("month", 1, 12, whole=False) is None
    assert meaning_of_number("flight", 1, 12, whole=True) is None
    assert meaning_of_number("miles", 1, 12, whole=True)
    assert meaning_of_number("Miles_per_Gallon", 1, 12, whole=False) is None


def test_inference_tells_meanings() -> None:
    rows = {
        "mail": ["a@example.org", "b@example.org", "c@example.org"],
        "year": ["2013", "2014", "2015"],
        "free": ["some words", "others here", "and more"],
    }
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in rows]
    batch = pa.RecordBatch.from_pydict(rows, schema=pa.schema(fields))
    schema = infer(summarise([batch]))
    assert [field.semantic_type for field in schema] == ["email", "year", None]
    assert schema.field("mail").semantic_confidence


def test_the_docs_show_every_type(root: Path) -> None:
    text = (root / "docs" / "semantics.md").read_text("utf-8")
    for kind in (*TEXT_TYPES, *NUMERIC_TYPES, *MOMENT_TYPES):
        row = re.search(rf"^\| `{kind.name}` \| .* \| (\w*) ?\|$", text, re.MULTILINE)
        assert row, kind.name
        assert kind.title in row.group()
        assert row.group(1) == (kind.personal or "")
