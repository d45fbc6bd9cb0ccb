"""Faults in CSV are told and cost as little as can be; nothing crashes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.formats import csv_read, csv_recover
from connectors.formats.csv import Csv
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import CorruptData, InvalidInput


def test_empty_file(read_bytes) -> None:
    found = read_bytes(b"")
    assert found.codes == {"empty-file"}
    assert found.dataset.format is None


def test_header_only(read_bytes) -> None:
    found = read_bytes(b"id,name\n")
    assert found.codes == {"no-rows"}
    assert found.columns == ["id", "name"]
    assert found.rows == []


def test_short_rows_are_padded_in_their_place(read_bytes) -> None:
    found = read_bytes(b'a,b,c\n1,2,3\n4,5\n"6",7,8\n9\n10,11,12\n')
    assert [row["a"] for row in found.rows] == ["1", "4", "6", "9", "10"]
    assert found.rows[1] == {"a": "4", "b": "5", "c": None}
    finding = found.finding("csv-ragged-row")
    assert finding.place == "data.csv, line 3"
    assert finding.message.startswith("2 rows are shorter")


def test_long_rows_are_set_aside_unless_their_end_is_empty(read_bytes) -> None:
    found = read_bytes(b"a,b\n1,2\n3,4,5\n6,7,,\n8,9\n")
    assert [row["a"] for row in found.rows] == ["1", "6", "8"]
    told = {(one.place, one.severity) for one in found.findings if one.code == "csv-ragged-row"}
    assert told == {("data.csv, line 3", "warning"), ("data.csv, line 4", "info")}


@pytest.mark.parametrize("blocks", [(1 << 20,), ()])
def test_cells_beyond_the_columns_are_shown(read_bytes, monkeypatch, blocks) -> None:
    monkeypatch.setattr(csv_read, "BLOCKS", blocks)
    rows = b"1,2,3\n" * 20 + b'1,2,3,"x, y",z,zz,zzz\n1,2,3,4\n'
    found = read_bytes(b"a,b,c\n" + rows).finding("csv-ragged-row")
    assert found.place.endswith("line 22")
    assert "2 rows" in found.message
    assert "7 cells; too many: 'x, y', 'z', 'zz' and 1 more" in found.message


def test_ragged_rows_across_blocks_keep_their_order(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(csv_read, "BLOCKS", (256, 1 << 16))
    lines = [b"a,b,c"] + [
        b"%d,x" % n if n % 7 == 3 else b"%d,x,y,z" % n if n % 11 == 5 else b"%d,x,y" % n
        for n in range(2000)
    ]
    found = read_bytes(b"\n".join(lines))
    kept = [str(n) for n in range(2000) if n % 7 == 3 or n % 11 != 5]
    assert [row["a"] for row in found.rows] == kept
    assert len({len(batch) for batch in found.batches}) > 1


@pytest.mark.parametrize("quote", [None, '"'])
def test_quote_that_never_closes(read_bytes, quote) -> None:
    lines = [b"id,name"] + [b"%d,n%d" % (n, n) for n in range(500)]
    lines[101] = b'100,"stray'
    options = {} if quote is None else {"quote": quote}
    found = read_bytes(b"\n".join(lines) + b"\n", **options)
    assert [row["id"] for row in found.rows] == [str(n) for n in range(500)]
    assert found.rows[100]["name"] == '"stray'
    assert found.finding("csv-unclosed-quote").place == "data.csv, line 102"


def test_quote_that_never_closes_when_some_columns_are_read(read_bytes) -> None:
    content = b'id,name\n1,a\n2,"b\n3,c\n4,d\n'
    found = read_bytes(content, columns=["id"])
    assert [row["id"] for row in found.rows] == ["1", "2", "3", "4"]


def test_line_break_at_the_end_of_the_last_cell_is_no_fault(read_bytes) -> None:
    found = read_bytes(b'id,name\n1,a\n2,"b\nc"')
    assert found.rows[1] == {"id": "2", "name": "b\nc"}
    assert found.codes == {"csv-line-breaks"}


def test_record_longer_than_a_block(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(csv_read, "BLOCKS", (1 << 10, 1 << 14))
    found = read_bytes(b"id,name\n1,a\n2," + b"b" * 9000 + b"\n3,c\n")
    assert [len(row["name"]) for row in found.rows] == [1, 9000, 1]
    assert found.codes == set()


def test_line_longer_than_all_blocks_is_left_out(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(csv_read, "BLOCKS", (1 << 10,))
    monkeypatch.setattr(csv_recover, "MOST_CHARACTERS", 1 << 12)
    found = read_bytes(b"id,name\n1,a\n2," + b"b" * 20000 + b"\n3,c\n")
    assert [row["id"] for row in found.rows] == ["1", "3"]
    assert found.finding("csv-long-line").place == "data.csv, line 3"


def test_bytes_that_are_not_utf8_late_in_the_file(read_bytes) -> None:
    content = b"id,name\n" + b"1,caf\xc3\xa9\n" * 100_000 + b"2,caf\xe9\n3\n" + b"\xff\n"
    found = read_bytes(content)
    assert found.dataset.option("encoding") == "utf-8"
    assert found.rows[-3:] == [
        {"id": "2", "name": "café"},
        {"id": "3", "name": None},
        {"id": "ÿ", "name": None},
    ]
    assert "2 characters are not valid utf-8" in found.finding("csv-encoding").message


def test_zero_bytes_are_kept_and_told(read_bytes) -> None:
    found = read_bytes(b"a,b\n1\x00,2\n3,4\n")
    assert found.rows[0] == {"a": "1\x00", "b": "2"}
    assert "csv-zero-byte" in found.codes


def test_hostile_names_are_kept_and_told(read_bytes) -> None:
    names = ['say "hi"', "two\nlines", "'); DROP TABLE x;--", '"); import os #', "<script>"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    found = read_bytes(f"{header}\n1,2,3,4,5\n6,7,8,9,0\n".encode())
    assert found.columns == names
    assert len(found.rows) == 2
    assert "hostile-name" in found.codes


def test_repeated_and_missing_names(read_bytes) -> None:
    found = read_bytes(b"a,a,,a_2,a\n1,2,3,4,5\n6,7,8,9,10\n")
    assert found.columns == ["a", "a_3", "column3", "a_2", "a_4"]
    assert {"duplicate-name", "empty-name"} <= found.codes
    assert list(found.rows[0].values()) == ["1", "2", "3", "4", "5"]


def test_rows_wider_than_the_header(read_bytes) -> None:
    found = read_bytes(b"a,b\n1,2,3\n4,5,6\n7,8,9\n")
    assert found.columns == ["a", "b", "column3"]
    assert "header-short" in found.codes
    assert len(found.rows) == 3


def test_lines_before_the_table(read_bytes) -> None:
    found = read_bytes(b"\nA report\nof 2013\n\nid,name,city\n1,a,x\n2,b,y\n3,c,z\n")
    assert found.columns == ["id", "name", "city"]
    assert len(found.rows) == 3
    assert found.dataset.option("skip") == "4"


def test_without_header(read_bytes) -> None:
    found = read_bytes(b"1,2.5,2013-01-01\n2,3.5,2013-01-02\n3,4.5,2013-01-03\n")
    assert found.columns == ["column1", "column2", "column3"]
    assert len(found.rows) == 3


def test_spaces_before_quotes(read_bytes) -> None:
    found = read_bytes(b'"id", "name"\n"1", "a, b"\n"2", "c"\n')
    assert found.rows == [{"id": "1", "name": "a, b"}, {"id": "2", "name": "c"}]


def test_options_of_the_user_win(read_bytes) -> None:
    content = b"a;b,c\n1;2,3\n4;5,6\n"
    assert read_bytes(content, delimiter=";").columns == ["a", "b,c"]
    assert read_bytes(content, delimiter=",").columns == ["a;b", "c"]
    kept = read_bytes(content, delimiter="semicolon", header="no")
    assert kept.dataset.option("delimiter") == "semicolon"
    assert kept.rows[0] == {"column1": "a", "column2": "b,c"}


@pytest.mark.parametrize(
    "options", [{"delimiter": '"'}, {"encoding": "klingon"}, {"header": "maybe"}, {"skip": "-1"}]
)
def test_unusable_options_are_refused(read_bytes, options) -> None:
    with pytest.raises(InvalidInput, match="csv: "):
        read_bytes(b"a,b\n1,2\n", **options)


def test_evidence_gives_a_reason_for_each_choice(read_bytes) -> None:
    found = read_bytes(b"id;name\n1;a\n2;b\n")
    choices = {one.choice: one for one in found.dataset.evidence}
    assert {"format", "encoding", "delimiter", "quote", "header"} <= choices.keys()
    assert choices["delimiter"].value == ";"
    assert all(one.reason for one in choices.values())


@given(st.binary(max_size=400) | st.text('",;\n\r a1\\\x00é', max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_no_bytes_crash_the_reader(tmp_path, content) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    file = StoredFile(file_uri(str(path)), str(path), len(content))
    try:
        examined = Csv().examine(file, ())
    except CorruptData:  # what starts like a compressed file, and is none
        return
    reading = Csv().batches(file, examined.options)
    batches = list(reading.batches)
    assert len({batch.schema for batch in batches}) <= 1
    for batch in batches:
        batch.validate(full=True)


def test_the_first_line_break_in_a_cell_is_told(read_bytes, monkeypatch) -> None:
    monkeypatch.setattr(csv_read, "BLOCKS", (256, 1 << 16))
    lines = [b'%d,"plain, %d"' % (n, n) for n in range(100)]
    assert "csv-line-breaks" not in read_bytes(b"\n".join([b"a,b", *lines, b""])).codes
    for text, place in ((b'"two\nlines"', 70), (b'"two\r lines"', 70), (b'"at the end\n"', 100)):
        broken = [*lines[: place - 1], b"0," + text, *lines[place:]]
        found = read_bytes(b"\n".join([b"a,b", *broken]))
        assert len(found.rows) == 100
        finding = found.finding("csv-line-breaks")
        assert (finding.place, finding.severity) == (f"data.csv, row {place}", "info")
