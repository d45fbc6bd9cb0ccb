"""CSV files as offices make them: years as names, units, drawn lines, totals, old encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.formats.csv import Csv
from connectors.formats.csv_header import has_header, header_rows, joined
from connectors.formats.encoding import detect
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri


def options(folder: Path, text: str | bytes) -> dict[str, str]:
    """What is found of a file's form."""
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return dict(Csv().examine(StoredFile(file_uri(str(path)), str(path), None), ()).options)


def test_two_years_above_numbers_are_names() -> None:
    body = [["Peru", "12", "30"], ["Chad", "7", "55"], ["Peru", "40", "81"]]
    assert has_header([["country", "2023", "2024"], *body])[0]
    assert not has_header([["Peru", "2023", "2024"], ["Chad", "1999", "2020"], *body[:1]])[0]
    assert not has_header([["Peru", "2023", "2023"], *body])[0]


def test_names_that_repeat_below_years_are_names() -> None:
    rows = [["", "2023", "", "2024", ""], ["region", "sales", "cost", "sales", "cost"]]
    rows += [
        ["north", "1", "2", "3", "4"],
        ["south", "5", "6", "7", "8"],
        ["east", "3", "4", "1", "2"],
    ]
    assert header_rows(rows) == 2
    assert joined(rows[:2]) == ("region", "2023 sales", "2023 cost", "2024 sales", "2024 cost")


@pytest.mark.parametrize("unit", [["", "EUR"], ["", "m/s"], ["", "[kg]"], ["s", "°C"]])
def test_units_below_names_are_of_the_header(unit: list[str]) -> None:
    rows = [["no", "amount"], unit, ["1", "2.5"], ["2", "3.5"], ["3", "9.1"]]
    assert header_rows(rows) == 2


def test_a_word_in_one_of_the_columns_of_numbers_is_no_unit() -> None:
    rows = [["no", "amount"], ["", "unknown"], ["1", "2.5"], ["2", "3.5"], ["3", "9.1"]]
    assert header_rows(rows) == 1


def test_a_drawn_line_is_below_the_names_and_no_row(tmp_path: Path) -> None:
    lines = ["| id | region |", "|----|--------|", *(f"| {at} | north |" for at in range(9))]
    found = options(tmp_path, "\n".join(lines))
    assert (found["header"], found["header_rows"]) == ("true", "2")
    assert joined([["", " id ", ""], ["", "---", ""]]) == ("", "id", "")


@pytest.mark.parametrize(
    "end", ["Total,,999\n", "Total:,,999\n\nSource: the office\n", "Grand total,,12.5\n"]
)
def test_a_total_that_does_not_add_up_is_none_of_the_rows(tmp_path: Path, end: str) -> None:
    rows = "".join(f"{at},n{at % 3},{at}.5\n" for at in range(20))
    found = options(tmp_path, "id,region,amount\n" + rows + end)
    assert int(found["footer"]) == len([line for line in end.splitlines() if line])


def test_a_region_called_all_is_a_row(tmp_path: Path) -> None:
    rows = "".join(
        f"{name},{at},{at}.5\n" for at, name in enumerate(("north", "south", "east") * 4)
    )
    assert "footer" not in options(tmp_path, "region,id,amount\n" + rows + "all,,99\n")


def test_a_count_of_rows_with_the_delimiter_in_it_is_no_row(tmp_path: Path) -> None:
    rows = "".join(f"{at}:n{at % 3}:{at}.5:x\n" for at in range(20))
    assert options(tmp_path, "id:region:amount:y\n" + rows + "Total rows: 20\n")["footer"] == "1"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Ayşe Iğdır İzmir Şırnak Çankırı Eskişehir", "cp1254"),
        ("ירושלים חיפה אילת נתניה אשדוד עכו צפת רמלה לוד טבריה באר שבע חולון רחובות", "cp1255"),
        ("þorlákur maður það ný þýðing góðan daginn við hið háa fjall", "cp1252"),
        ("Москва это Тверь и Ярославль, яблоко, мыло, соль, эхо, юла и объём без конца", "cp1251"),
        ("Москва и Тула", "utf-16-le"),
        ("Москва и Тула", "utf-16-be"),
        ("Oslo and Köln", "utf-32-le"),
        ("Oslo and Köln", "utf-32-be"),
    ],
)
def test_encodings_that_look_like_others(words: str, encoding: str) -> None:
    text = "".join(f"{at};{words}\n" for at in range(12))
    assert text.encode(encoding).decode(detect(text.encode(encoding), complete=True).name) == text
