"""Spreadsheets: a source for each table on a sheet, types as the cells have them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.model import Limits
from connectors.reading import open_dataset
from schema.model import Finding
from tests.connectors import workbooks

TABLE = [["id", "name", "share"], [1, "a", 0.5], [2, None, 1.25], [3, "c", None]]
ROWS = [
    {"id": 1, "name": "a", "share": 0.5},
    {"id": 2, "name": None, "share": 1.25},
    {"id": 3, "name": "c", "share": None},
]
LOCAL = datetime(2024, 1, 31, 5, 6)  # noqa: DTZ001 (a sheet knows no zone)
KINDS: dict[str, Callable[[Any], bytes]] = {
    "ods": workbooks.ods,
    "xls": workbooks.xls,
    "xlsb": workbooks.xlsb,
    "xlsx": workbooks.xlsx,
}


@pytest.fixture
def examined(tmp_path: Path) -> Callable[[bytes, str], dict[str, Finding]]:
    """What is found wrong with a file from its bytes, by code."""

    def call(content: bytes, name: str) -> dict[str, Finding]:
        path = tmp_path / name
        path.write_bytes(content)
        source = registry.open_source(str(path))
        (dataset,) = source.datasets()
        return {finding.code: finding for finding in source.examine(dataset).findings}

    return call


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_for_each_sheet(kind: str, tmp_path: Path, read_source: Callable) -> None:
    path = tmp_path / f"it's 50% #1.{kind}"
    path.write_bytes(KINDS[kind]({"First sheet": TABLE, "Zweite & Ł": TABLE[:3], "none": []}))
    found = read_source(str(tmp_path))
    assert list(found) == [f"{path}#First sheet", f"{path}#Zweite & Ł"]
    first, second = found.values()
    assert first.dataset.format == "excel"
    assert first.dataset.uri.endswith(f".{kind}#First%20sheet")
    assert [str(field.type) for field in first.batches[0].schema] == ["int64", "string", "double"]
    assert first.rows == ROWS
    assert second.rows == ROWS[:2]
    assert first.findings == []


def test_a_table_is_opened_again_by_its_own_address(tmp_path: Path, read_source: Callable) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbooks.xlsx({"a": TABLE, "b": TABLE[:2]}))
    found = read_source(str(tmp_path))
    source = open_dataset(found[f"{tmp_path}/book.xlsx#b"].dataset)
    (dataset,) = source.datasets()
    assert dataset.name == f"{tmp_path}/book.xlsx#b"
    assert dataset.entries == found[f"{tmp_path}/book.xlsx#b"].dataset.entries
    assert source.areas == (("file", f"{tmp_path}/book.xlsx#b"),)
    assert list(read_source(f"{tmp_path}/book.xlsx#b")) == [f"{tmp_path}/book.xlsx#b"]


def test_a_table_that_is_there_no_more(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbooks.xlsx({"a": TABLE}))
    source = registry.open_source(f"{tmp_path}/book.xlsx#gone")
    (finding,) = source.examine(*source.datasets()).findings
    assert "no table 'gone' any more" in finding.message


def test_types_are_those_of_the_cells(read_bytes: Callable) -> None:
    rows = [
        ["day", "at", "clock", "flag", "code", "mixed", "year", 2024],
        [date(2024, 1, 31), LOCAL, time(5, 6), True, "007", 1, 2020, 1],
        [date(2024, 2, 29), date(2024, 1, 1), time(23, 59), False, "010", "n/a", 2021, 2.5],
        [None, None, None, None, "x", 2.5, None, None],
    ]
    read = read_bytes(workbooks.xlsx({"S": rows}), "types.xlsx")
    types = {field.name: str(field.type) for field in read.batches[0].schema}
    assert types == {
        "day": "date32[day]",
        "at": "timestamp[us]",
        "clock": "time64[us]",
        "flag": "bool",
        "code": "string",
        "mixed": "string",
        "year": "int64",
        "2024": "double",
    }
    assert read.rows[1]["at"] == LOCAL.replace(day=1, hour=0, minute=0)
    assert [row["mixed"] for row in read.rows] == ["1", "n/a", "2.5"]
    assert read.rows[0]["clock"] == time(5, 6)
    assert read.codes == {"excel-mixed-types"}


def test_tables_side_by_side_and_below(tmp_path: Path, read_source: Callable) -> None:
    rows = [
        ["Quarterly report"],
        ["made on Friday"],
        [],
        [None, "id", "n", None, "code", "label"],
        [None, 1, 2.5, None, "x", "ex"],
        [None, 2, 3.5, None, "y", "why"],
        [None, 3, None, None, "z", "zed"],
        [],
        [None, "city", "people"],
        [None, "Köln", 1_000_000],
        [None, "Łódź", 700_000],
        [],
        ["a note that stands below"],
    ]
    (tmp_path / "book.xlsx").write_bytes(workbooks.xlsx({"S": rows}))
    found = {name.rpartition("#")[2]: one for name, one in read_source(str(tmp_path)).items()}
    assert {name: one.columns for name, one in found.items()} == {
        "S": ["id", "n"],
        "S!E4": ["code", "label"],
        "S!B9": ["city", "people"],
    }
    assert found["S!B9"].rows[1] == {"city": "Łódź", "people": 700_000}
    assert found["S!E4"].rows[2] == {"code": "z", "label": "zed"}
    told = {one.choice: one.value for one in found["S"].dataset.evidence}
    assert told["table"] == "S B4:C7"
    assert told["title"] == "Quarterly report made on Friday"


def test_titles_above_names_and_notes_below_rows(read_bytes: Callable) -> None:
    rows = [["Sales of 2024"], *TABLE, ["Source: the accounts"]]
    read = read_bytes(workbooks.xlsx({"S": rows}), "titled.xlsx")
    assert read.rows == ROWS
    assert {one.value for one in read.dataset.evidence} >= {"Sales of 2024"}


def test_a_blank_row_does_not_end_a_table(tmp_path: Path, read_source: Callable) -> None:
    rows = [*TABLE, [], [4, "d", 2.0], [5, "e", 3.0]]
    (tmp_path / "book.xlsx").write_bytes(workbooks.xlsx({"S": rows}))
    (read,) = read_source(str(tmp_path)).values()
    assert [row["id"] for row in read.rows] == [1, 2, 3, 4, 5]


def test_a_sheet_without_names(read_bytes: Callable) -> None:
    read = read_bytes(workbooks.xlsx({"S": [[1, "a"], [2, "b"], [3, "a"]]}), "bare.xlsx")
    assert read.columns == ["column1", "column2"]
    assert len(read.rows) == 3


def test_books_that_differ_in_a_date_are_one_source(tmp_path: Path, read_source: Callable) -> None:
    for month, sheets in (("01", ("Jan",)), ("02", ("Feb",))):
        book = workbooks.xlsx(dict.fromkeys(sheets, TABLE))
        (tmp_path / f"sales_2024-{month}.xlsx").write_bytes(book)
    (read,) = read_source(str(tmp_path)).values()
    assert read.dataset.pattern == "sales_*.xlsx"
    assert len(read.rows) == 6
    extra = workbooks.xlsx({"Mar": TABLE, "Codes": TABLE[:2]})
    (tmp_path / "sales_2024-03.xlsx").write_bytes(extra)
    found = read_source(str(tmp_path))
    assert [name.rpartition("#")[2] for name in found] == ["Jan", "Feb", "Mar", "Codes"]


def test_text_that_is_called_a_book(read_bytes: Callable) -> None:
    read = read_bytes(b"a,b\n1,2\n3,4\n5,6\n", "data.xls")
    assert read.dataset.format == "csv"
    assert read.codes == {"format-mismatch"}


def test_a_book_under_another_name(read_bytes: Callable) -> None:
    read = read_bytes(workbooks.xlsx({"S": TABLE}), "data.csv")
    assert read.dataset.format == "excel"
    assert read.rows == ROWS


def test_a_protected_book(examined: Callable) -> None:
    names = ["Root Entry", "EncryptedPackage", "EncryptionInfo"]
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<H", 2 * len(name) + 2)
        + b"\0" * 62
        for name in names
    )
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    head[30:32] = struct.pack("<H", 9)
    found = examined(bytes(head) + entries.ljust(512, b"\0"), "secret.xlsx")
    assert "protected by a password" in found["excel-protected"].message


def test_far_cells_are_told_before_they_take_all_memory(
    examined: Callable, read_bytes: Callable
) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active["XFD1048576"] = 2
    sink = io.BytesIO()
    book.save(sink)
    message = examined(sink.getvalue(), "far.xlsx")["excel-corrupt"].message
    assert "spans 1,048,576 rows and 16,384 columns" in message
    row = '<table:table-row table:number-rows-repeated="900000">%s</table:table-row>'
    cell = '<table:table-cell table:number-columns-repeated="9000" office:value-type="float"/>'
    content = workbooks.ods({"S": TABLE}, more=row % cell)
    assert "too many" in examined(content, "far.ods")["excel-corrupt"].message
    blank = row.replace("900000", "1048000") % "<table:table-cell/>"
    assert read_bytes(workbooks.ods({"S": TABLE}, more=blank), "fine.ods").rows == ROWS
    far = workbooks.xlsb({"S": [[1]]})
    assert read_bytes(far, "near.xlsb").codes == set()


def test_a_book_that_unpacks_to_too_much(tmp_path: Path, examined: Callable) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbooks.xlsx({"S": TABLE}))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as book:
        book.writestr("xl/sharedStrings.xml", bytes(100 << 20))
    message = examined(path.read_bytes(), "bomb.xlsx")["excel-corrupt"].message
    assert "unpacks to more than 64 MiB" in message


def test_hostile_and_repeated_names(read_bytes: Callable) -> None:
    rows = [["a", "a", None, '"); import os #'], [1, 2, 3, 4], [5, 6, 7, 8]]
    read = read_bytes(workbooks.xlsx({"S": rows}), "names.xlsx")
    assert read.columns == ["a", "a_2", "column3", '"); import os #']
    assert read.codes == {"duplicate-name", "empty-name", "hostile-name"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_book_that_is_cut_off(kind: str, share: float, examined: Callable) -> None:
    content = KINDS[kind]({"S": TABLE})
    found = examined(content[: int(share * len(content))], f"cut.{kind}")
    assert found.keys() & {"excel-corrupt", "empty-file", "unknown-format"}


def test_a_limit_of_columns_and_rows(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(workbooks.xlsx({"S": TABLE}))
    source = registry.open_source(str(tmp_path), Limits(include=("*.xlsx",)))
    (dataset,) = map(source.examine, source.datasets())
    (batch,) = source.batches(dataset, dataset.entries[0], columns=["share", "id"])
    assert batch.to_pydict() == {"id": [1, 2, 3], "share": [0.5, 1.25, None]}
