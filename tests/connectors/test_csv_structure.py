"""How messy CSV is written and where its table stands is found out, and told with reasons."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("delimiter", ["||", "::", "~|~", "\t\t", "¦", "§", "#", "^", "\x1f"])
def test_unusual_delimiters_are_found_and_read(read_bytes, delimiter) -> None:
    rows = [["id", "name", "note"]]
    rows += [[str(n), f"n{n}", "a b" if n % 3 else ""] for n in range(40)]
    quoted = delimiter.join(["40", f'"x{delimiter}y"', "z"])
    text = "\n".join([*(delimiter.join(row) for row in rows), quoted, ""])
    found = read_bytes(text.encode())
    assert found.dataset.option("delimiter") == delimiter
    assert found.columns == rows[0]
    expected = [[cell or None for cell in row] for row in rows[1:]]
    assert [list(row.values()) for row in found.rows[:40]] == expected
    assert list(found.rows[40].values()) == ["40", f"x{delimiter}y", "z"]
    assert read_bytes(text.encode(), columns=["name"]).rows[40] == {"name": f"x{delimiter}y"}


def test_a_long_delimiter_across_the_ends_of_blocks(read_bytes, monkeypatch) -> None:
    from connectors.formats import csv_read

    monkeypatch.setattr(csv_read, "BLOCKS", (256, 1 << 16))
    lines = [b"id~|~name"] + [b"%d~|~n%d" % (n, n) for n in range(30_000)]
    found = read_bytes(b"\n".join(lines))
    assert [row["name"] for row in found.rows] == [f"n{n}" for n in range(30_000)]


def test_lines_of_comments_between_rows_are_left_out(read_bytes) -> None:
    found = read_bytes(b"a,b\n1,2\n# a note, of three, cells\n3,4\n# the end\n5,6\n")
    assert [row["a"] for row in found.rows] == ["1", "3", "5"]
    assert found.dataset.option("comment") == "#"
    assert found.codes == set()


def test_a_header_behind_a_mark_of_comments_stays_one(read_bytes) -> None:
    found = read_bytes(b"#id,name\n1,a\n2,b\n3,c\n")
    assert found.columns == ["#id", "name"]
    assert len(found.rows) == 3


@pytest.mark.parametrize(
    ("before", "skip"),
    [
        (b"Sales of the year\n", "1"),
        (b"Sales of the year;;\n;;\n", "2"),
        (b"# made by hand\n# in 2013\n", "2"),
        (b"Sales\nUnit: thousands\n\n", "3"),
    ],
)
def test_what_stands_before_the_table_is_left_out(read_bytes, before, skip) -> None:
    found = read_bytes(before + b"day;shop;sum\n2013-01-01;A;5\n2013-01-02;B;7\n2013-01-03;A;2\n")
    assert found.dataset.option("skip") == skip
    assert found.columns == ["day", "shop", "sum"]
    assert len(found.rows) == 3


@pytest.mark.parametrize("behind", [b"Source: survey\n", b"\n* provisional\nNotes\n", b"Total;;\n"])
def test_notes_behind_the_table_are_left_out(read_bytes, behind) -> None:
    rows = b"".join(b"2013-01-%02d;A;%d\n" % (n, n * n) for n in range(1, 20))
    found = read_bytes(b"day;shop;sum\n" + rows + behind)
    assert len(found.rows) == 19
    assert found.codes == set()
    reason = next(one.reason for one in found.dataset.evidence if one.choice == "footer")
    assert "one cell" in reason
    kept = read_bytes(b"day;shop;sum\n" + rows + behind, footer="0")
    assert len(kept.rows) > 19


def test_a_last_row_of_sums_is_left_out_and_one_that_does_not_add_up_stays(read_bytes) -> None:
    rows = b"shop,sales\nA,10\nB,20\nC,12\n"
    assert len(read_bytes(rows + b"Total,42\n").rows) == 3
    assert len(read_bytes(rows + b"Total,41\n").rows) == 4


def test_a_header_of_two_rows(read_bytes) -> None:
    rows = b"".join(b"A,%d,%d,%d\n" % (n, n + 1, n + 2) for n in range(9))
    found = read_bytes(b",2019,,2020\nshop,net,gross,net\n" + rows)
    assert found.columns == ["shop", "2019 net", "2019 gross", "2020 net"]
    assert len(found.rows) == 9
    units = read_bytes(b"shop,weight,length,price\n,kg,cm,EUR\n" + rows)
    assert units.columns == ["shop", "weight kg", "length cm", "price EUR"]
    assert units.rows[0]["weight kg"] == "0"


@pytest.mark.parametrize(
    "header",
    [
        b"shop,2019,2020,2021,2022",
        b"shop,1/22/20,1/23/20,1/24/20,1/25/20",
        b"shop,2015-01-01,2015-02-01,2015-03-01,2015-04-01",
    ],
)
def test_years_and_days_over_columns_of_numbers_are_names(read_bytes, header) -> None:
    rows = b"".join(b"A,%d,%d,%d,7\n" % (n, n * 7, n * n) for n in range(9))
    found = read_bytes(header + b"\n" + rows)
    assert found.columns == header.decode().split(",")
    assert len(read_bytes(rows).rows) == 9


@pytest.mark.parametrize(
    "values",
    [
        ["07:46 AM", "12:01 PM", "03:15 PM"],
        ["2013-01-01 10:00:00", "2013-01-01 10:05:00", "2013-01-02 07:30:00"],
        ["1,234", "987", "12,345,678"],
        ["+49 30 6616407", "+49 30 4245778", "+49 30 4400479"],
        ["12 Jan 2013", "Feb 1, 2014", "3 Mar 2015"],
    ],
)
def test_one_column_of_values_that_hold_delimiters(read_bytes, values) -> None:
    found = read_bytes("\n".join(["name", *values, *values]).encode())
    assert found.columns == ["name"]
    assert [row["name"] for row in found.rows] == values * 2


def test_each_choice_has_a_reason_with_figures(read_bytes) -> None:
    found = read_bytes(b"# a\nx||y\n" + b"".join(b"%d||%d\n" % (n, n) for n in range(30)))
    told = {one.choice: one.reason for one in found.dataset.evidence}
    assert told["delimiter"].startswith("100% of rows have 2 cells")
    assert "scores" in told["delimiter"]
    assert told["skip"] == "1 lines stand before the first row of the table"
