"""Formats by content first and name second; what is not data is left alone."""

from __future__ import annotations

import pytest

PROSE = (
    "Call me Ishmael. Some years ago, never mind how long precisely, having little\n"
    "or no money in my purse, and nothing particular to interest me on shore, I\n"
    "thought I would sail about a little and see the watery part of the world.\n"
    "It is a way I have of driving off the spleen, and regulating the circulation.\n"
) * 5


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "id,name\n1,a\n2,b\n", "csv"),
        ("a.tsv", "id\tname\n1\ta\n2\tb\n", "csv"),
        ("a", "id;name\n1;a\n2;b\n", "csv"),
        ("a.txt", "id|name|x\n1|a|y\n2|b|z\n", "csv"),
        ("one.csv", "name\nanna\nbert\n", "csv"),
        ("ragged.csv", "a,b\n1\n2,3,4\n5,6,7,8\nx\n", "csv"),
        ("a.dat", '{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("a.csv", '{"a": 1}\n{"a": 2}\n', "jsonl"),
        ("one.json", '{"a": 1, "b": [1, 2]}', "jsonl"),
        ("array.json", '[\n  {"a": 1},\n  {"a": 2}\n]\n', "json"),
        ("array.json", '[{"a": 1}, {"a": 2}]', "json"),
        ("pretty.json", '{\n  "a": 1,\n  "b": 2\n}\n', "json"),
        ("page.csv", "<!DOCTYPE html>\n<html><body>a, b</body></html>\n", None),
        ("feed", "<?xml version='1.0'?>\n<r><a>1</a><a>2</a></r>\n", "xml"),
        ("scalar.json", "[1, 2, 3]", "json"),
        ("two.csv", "a,b\n1,2\n", "csv"),
        ("novel.txt", PROSE, "files"),
        ("novel", PROSE, "files"),
        ("blob", "\x00\x01\x02\x03\x80" * 200, "files"),
        ("paper", "%PDF-1.7\n1 0 obj\n", "files"),
        ("blank.csv", "\n\n \n", None),
        ("empty.csv", "", None),
        ("py.typed", "", "files"),
    ],
)
def test_format(read_bytes, name, content, expected) -> None:
    found = read_bytes(content.encode("latin-1"), name)
    assert found.dataset.format == expected
    if expected in {None, "files"}:
        (finding,) = found.findings
        assert finding.code in {"unstructured", "unknown-format", "empty-file"}
        assert finding.place == name


def test_what_its_name_denies_is_told(read_bytes) -> None:
    found = read_bytes(b'{"a": 1}\n{"a": 2}\n', "a.csv")
    assert found.codes == {"format-mismatch"}
    unknown = read_bytes(b"\x00\x01\x02\xff" * 99, "a.parquet")
    (finding,) = unknown.findings
    assert (finding.code, finding.severity) == ("unknown-format", "error")


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t\n"])
def test_a_file_of_blanks_is_told_as_empty(read_bytes, content) -> None:
    (finding,) = read_bytes(content, "data.csv").findings
    assert (finding.code, finding.severity) == ("empty-file", "warning")


def test_a_fits_file_is_no_csv(read_bytes) -> None:
    header = "".join(f"{card:80}" for card in ("SIMPLE  =  T", "NAXIS   =  0", "END"))
    content = f"{header:2880}".encode() + b"1.5,2\n3,4\n" * 50
    assert read_bytes(content, "sky.fits").dataset.format == "files"
