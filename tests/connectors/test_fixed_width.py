"""Text in columns of fixed width."""

from __future__ import annotations

from collections.abc import Callable

ROWS = [("1", "Anna Maria", "Köln", "1.5"), ("22", "Bo", "", "10.25"), ("333", "Ćao", "Łódź", "")]
TEXT = "".join(f"{a:>5}  {b:<12}{c:<10}{d:>8}\n" for a, b, c, d in ROWS * 3)
HEAD = f"{'id':>5}  {'full name':<12}{'city':<10}{'share':>8}\n"


def test_columns_are_found_by_blanks_that_all_lines_have(read_bytes: Callable) -> None:
    read = read_bytes((HEAD + TEXT).encode(), "table.txt")
    assert read.dataset.format == "fixed-width"
    assert read.columns == ["id", "full name", "city", "share"]
    assert [tuple(value or "" for value in row.values()) for row in read.rows] == ROWS * 3
    assert read.findings == []


def test_without_names(read_bytes: Callable) -> None:
    rows = "".join(f"{n:>6}   {n * 1.5:>8}   2013-01-{n:02}\n" for n in range(1, 10))
    read = read_bytes(rows.encode(), "table.fwf")
    assert read.columns == ["column1", "column2", "column3"]
    assert len(read.rows) == 9


def test_the_user_says_where_columns_are(read_bytes: Callable) -> None:
    packed = "".join(f"{n:03}AB{n:04}\n" for n in range(9))
    read = read_bytes(packed.encode(), "packed.fwf", positions="0-3,3-5,5-", header="false")
    assert read.dataset.format == "fixed-width"
    assert read.rows[1] == {"column1": "001", "column2": "AB", "column3": "0001"}


def test_other_encodings(read_bytes: Callable) -> None:
    read = read_bytes((HEAD + TEXT).encode("cp1250"), "table.txt", encoding="cp1250")
    assert read.rows[2]["city"] == "Łódź"
    assert read.rows[1]["full name"] == "Bo"


def test_a_long_line_and_a_cut_one(read_bytes: Callable) -> None:
    read = read_bytes((HEAD + TEXT + " " * 3 + "7").encode(), "table.txt")
    assert read.rows[-1] == {"id": "7", "full name": None, "city": None, "share": None}


def test_delimited_text_stays_csv(read_bytes: Callable) -> None:
    rows = "".join(f"{n:>3},  {n:>5},  x\n" for n in range(9))
    assert read_bytes(rows.encode(), "table.txt").dataset.format == "csv"
