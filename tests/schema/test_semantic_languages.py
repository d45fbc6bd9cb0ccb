"""Meanings of columns from all over: countries in their languages, names by pairs, odd headers."""

from __future__ import annotations

import pyarrow as pa
import pytest

from schema.infer import infer
from schema.model import Schema
from schema.semantics.country_names import is_country, is_country_anywhere
from schema.semantics.detect import meaning_of_number, meaning_of_text
from schema.semantics.hints import hinted_words
from schema.summary import RAW, summarise


def told(columns: dict[str, list[str]]) -> dict[str, str | None]:
    """What the columns of a table of raw texts mean."""
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
    batch = pa.RecordBatch.from_pydict(columns, schema=pa.schema(fields))
    read: Schema = infer(summarise([batch]))
    return {field.name: field.semantic_type for field in read}


@pytest.mark.parametrize(
    "value",
    ["Deutschland", "Ελλάδα", "Vereinigtes Königreich", "Sri.Lanka", "United-States", "日本"],
)
def test_countries_are_known_in_their_languages(value: str) -> None:
    assert is_country_anywhere(value)
    assert not is_country(value)


@pytest.mark.parametrize("value", ["Berlin", "Bayern", "Europe", ""])
def test_what_is_no_country_is_none_in_any_language(value: str) -> None:
    assert not is_country_anywhere(value)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("Land", ["Dänemark", "Malta", "Schweden", "Österreich"], "country"),
        ("word", ["Dänemark", "Schweden", "Österreich"], None),
        ("ім'я", ["Франц Ярош", "Валентина Скиба"], "person_name"),
        ("имя", ["Франц", "Валентина"], "first_name"),
        ("이름", ["배은지", "송도현", "이서연"], "person_name"),
        ("姓名", ["张健", "吴彬", "周桂英"], "person_name"),
        ("地址", ["潮州街V座", "乌鲁木齐路i座", "长安街100号"], "street_address"),
        ("puhelin", ["(+358) 582477009", "031 055 3853"], "phone"),
        ("τηλέφωνο", ["2510 916654", "+30 2323 025405"], "phone"),
        ("ταχυδρομικός_κώδικας", ["513 26", "ΤΚ 095 34"], "postal_code"),
        ("kullanıcı_adı", ["ayse.k", "mehmet7"], "username"),
        ("straat", ["Dorpsstraat 12", "Kerkplein 3"], "street_address"),
        ("gsm", ["0470 12 34 56", "+32 470 98 76 54"], "phone"),
        ("מדינה", ["ישראל", "יוון", "גרמניה"], "country"),
        ("emp_sex", ["Żeński", "Męski", "Nijaki"], "gender"),
        ("tag", ["Czwartek", "Wtorek", "Poniedziałek", "Środa"], "weekday"),
        ("x", ["Luty", "Listopad", "Styczeń", "Maj"], "month"),
        ("language", ["English", "French", "Other", "unknown"], "language"),
        ("lang", ["Malay", "Nepali", "Swahili", "Mandarin"], "language"),
        ("author", ["Langren", "Mercator"], "person_name"),
        ("author", ["jdoe", "asmith7"], None),
        ("group", ["50s", "20s", "70s"], None),
        ("wait", ["45s", "30s", "90s", "25s", "15s"], "duration"),
        ("wait", ["45s", "75s", "95s", "25s", "15s"], "duration"),
        ("emp_full_nm", ["Ada Lovelace", "Alan Turing"], "person_name"),
        ("bank", ["DEUTDEFF", "COBADEFFXXX", "BYLADEM1001", "GENODEF1M03", "PBNKDEFF"], "bic"),
    ],
)
def test_meaning_of_columns_of_many_languages(
    name: str, values: list[str], expected: str | None
) -> None:
    found = meaning_of_text(name, values)
    assert (found.name if found else None) == expected


def test_an_address_takes_the_test_that_more_values_pass() -> None:
    values = ["Tharsanderweg 1180", "Rue Dominique Larrey 356", "Am Bach 3", "Zur Rose 77"]
    found = meaning_of_text("Bill_Addr", values)
    assert found is not None
    assert found.name == "street_address"


def test_names_of_columns_are_read_whole() -> None:
    assert hinted_words("Total_Amt") == ("total", "amount")
    assert hinted_words("Literacy (%)") == ("literacy", "percent")


def test_what_counts_or_numbers_a_thing_is_not_the_thing() -> None:
    share = meaning_of_number("Literacy (%)", 17.6, 100, whole=False)
    assert share is not None
    assert share.name == "percentage"
    assert meaning_of_number("payment_id", 1, 16_000, whole=True) is None
    assert meaning_of_number("price_count", 1, 12, whole=True) is None
    assert meaning_of_number("price_eur", 1, 12, whole=True) is not None


def test_years_written_as_decimals_are_years() -> None:
    meant = told({"discovery_year": ["1920.0", "1965.0", "2008.0"], "share": ["1.5", "2.0", "3.1"]})
    assert meant == {"discovery_year": "year", "share": None}


def test_neighbours_tell_what_a_short_name_means() -> None:
    meant = told(
        {
            "emp_first": ["Valrie", "Werner", "Claud"],
            "emp_last": ["Everett", "Meyers", "Chan"],
            "usuario": ["camila.n", "osorioz", "hfig"],
            "correo": ["a@example.org", "b@example.org", "c@example.org"],
            "province": ["Seoul", "Busan", "Daegu"],
            "country": ["Korea", "Korea", "Canada"],
        }
    )
    assert meant["emp_first"] == "first_name"
    assert meant["emp_last"] == "last_name"
    assert meant["usuario"] == "username"
    assert meant["province"] == "subdivision_name"
    assert told({"usuario": ["camila.n", "osorioz", "hfig"]}) == {"usuario": None}
