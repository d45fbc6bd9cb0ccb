"""What names in several languages and neighbouring columns tell of a column's meaning."""

from __future__ import annotations

import pyarrow as pa
import pytest

from schema.infer import infer
from schema.model import Field, Schema
from schema.semantics.detect import meaning_of_number, meaning_of_text
from schema.semantics.hints import hinted_words, hints
from schema.semantics.registry import NUMERIC_TYPES, TEXT_TYPES
from schema.semantics.vocabulary import _SAID
from schema.summary import RAW, summarise


def told(**columns: list[str | None]) -> Schema:
    """The schema of a table of raw texts."""
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
    batch = pa.RecordBatch.from_pydict(columns, schema=pa.schema(fields))
    return infer(summarise([batch]))


def meaning(schema: Schema, name: str) -> str | None:
    return schema.field(name).semantic_type


@pytest.mark.parametrize(
    ("name", "words"),
    [("Prénom2", ("prenom", "2")), ("zip5", ("zip", "5")), ("生年月日", ("生年月日",))],
)
def test_names_are_read_without_accents_and_with_numbers_apart(
    name: str, words: tuple[str, ...]
) -> None:
    assert hinted_words(name) == words


def test_a_name_hints_by_its_words_and_by_how_a_word_ends() -> None:
    assert hints("libprice")["money"].heads
    assert "city" not in hints("velocity")
    assert not hints("company_size")["organisation"].heads
    assert hints("employer_name")["organisation"].words == 2


def test_the_vocabulary_names_only_types_that_there_are() -> None:
    assert _SAID.keys() <= {kind.name for kind in (*TEXT_TYPES, *NUMERIC_TYPES)}


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("telefono", ["0541710673", "+39 0922502598"], "phone"),
        ("tlf", ["4111 6289", "+45 1448 0013"], "phone"),
        ("kod_pocztowy", ["46-441", "47-094"], "postal_code"),
        ("phone_model", ["Pixel", "Galaxy"], None),
        ("company_size", ["small crowd", "large crowd"], None),
        ("firma", ["Metz", "Rörricht Rogge"], "organisation"),
        ("plaka", ["35 PFH 599", "01 K 9556"], "licence_plate"),
        ("staat", ["Bayern", "Sachsen"], "subdivision_name"),
        ("x", ["DarkOrange", "Beige", "navy", "teal", "red"], "color"),
        ("iso_num", ["004", "276", "840"], "country_numeric"),
        ("nation", ['"Germany"', ' "France"', "&quot;Japan&quot;"], "country"),
        ("home", ["en.wikipedia.org/wiki/Asia", "example.org/a"], "url"),
        (
            "ehead",
            ["John Smith", "Mary Ann Lee", "Peter Pan", "Anna Bell", "Ivan Ov"],
            "person_name",
        ),
        ("label", ["San Francisco", "New York", "Los Angeles", "Las Vegas", "St. Paul"], None),
    ],
)
def test_columns_are_known_by_names_of_many_languages(
    name: str, values: list[str], expected: str | None
) -> None:
    found = meaning_of_text(name, values)
    assert (found.name if found else None) == expected
    if found:
        assert found.reason


def test_numbers_are_known_by_lists_and_refused_when_a_measure_is_made_of_them() -> None:
    known = meaning_of_number("sex", 1, 2, whole=True, numbers=[1, 2])
    assert known
    assert known.name == "gender"
    assert meaning_of_number("sex", 1, 5, whole=True, numbers=[1, 5]) is None
    assert meaning_of_number("numeric", 166, 439, whole=True, numbers=[166, 439]) is None
    assert meaning_of_number("delta_lat", -1, 1, whole=False) is None
    year = meaning_of_number("year", 1950, 1952, whole=False, numbers=[1950.0, 1952.0])
    assert year
    assert year.name == "year"
    assert meaning_of_number("year", 1950, 1952, whole=False, numbers=[1950.5, 1952.0]) is None


def test_a_name_is_told_by_what_stands_beside_it() -> None:
    names = ["Rossi", "Bianchi", "Verdi"]
    bank = told(name=["Deutsche Bank", "UBS", "Coba"], bic=["DEUTDEFF", "UBSWCHZH", "COBADEFF"])
    assert meaning(bank, "name") == "organisation"
    assert "'bic'" in (bank.field("name").semantic_reason or "")
    people = told(nome=["Luigi", "Enzo", "Bo"], cognome=names, CAP=["89819", "10093", "00184"])
    assert [field.semantic_type for field in people][:2] == ["first_name", "last_name"]
    assert meaning(told(name=names, price=["1.5", "2.5", "3.5"]), "name") is None
    patients = told(name=["Lee, Zoë", "Ng, Bo", "Wu, Li"], age=["29", "0", "58"])
    assert meaning(patients, "name") == "person_name"


def test_places_prices_and_spans_are_told_by_their_neighbours() -> None:
    quakes = told(lat=["-20.4", "-17.9"], long=["181.6", "165.2"], depth=["5", "9"])
    assert meaning(quakes, "long") == "longitude"
    assert meaning(told(long=["181.6", "165.2"]), "long") is None
    bars = {name: ["118.56", "123.5", "130.63"] for name in ("Open", "High", "Low", "Close")}
    assert {field.semantic_type for field in told(**bars)} == {"money"}
    assert meaning(told(High=["118.56", "123.5"], Low=["1.5", "2.5"]), "High") is None
    reigns = told(name=["A", "B"], start=["1565", "1603"], end=["1603", "1625"])
    assert meaning(reigns, "start") == "year"
    paid = told(value=["1.5", "2.5"], currency=["EUR", "USD"])
    assert meaning(paid, "value") == "money"


def test_a_type_is_surer_beside_one_that_it_goes_with() -> None:
    city = ["Berlin", "Paris", "Rome"]
    alone = told(city=city).field("city")
    beside = told(city=city, country=["Germany", "France", "Italy"]).field("city")
    assert (beside.semantic_confidence or 0) >= (alone.semantic_confidence or 0)
    assert "beside 'country'" in (beside.semantic_reason or "")


def test_codes_that_were_read_as_numbers_keep_their_check_digits() -> None:
    cards = ["4111111111111111", "5500000000000004", "4012888888881881", "5105105105105100"]
    assert meaning(told(x=cards), "x") == "credit_card"
    assert meaning(told(x=[str(4111111111111112 + n * 7) for n in range(9)]), "x") is None


def test_a_field_keeps_what_told_its_meaning() -> None:
    field = Field("a", pa.string(), True, None, "email", 0.9, "its name says so")
    assert Field.from_dict(field.to_dict()) == field
