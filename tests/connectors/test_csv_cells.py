"""What csv.writer writes is read back cell by cell, whatever the cells, dialect and block size."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.formats import csv_read
from connectors.formats.csv import Csv
from connectors.formats.csv_dialect import Dialect
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri

TEXT = st.text(
    st.one_of(
        st.sampled_from(list(",;|\t\"' \r\n\\\x00aé€😀")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], dict[str, str], bool]:
    """Rows of one width, csv.writer's arguments, and whether all cells are quoted."""
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=30))
    style = {
        "delimiter": draw(st.sampled_from(",;|\t")),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n"])),
    }
    quote_all = draw(st.booleans())
    if not quote_all:  # csv.writer of Python 3.11 leaves a lone carriage return bare
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    return rows, style, quote_all


def written(path: Path, header: list[str], rows: list[list[str]], style: dict, quote_all: bool):
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(text, quoting=quoting, **style)
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
    return StoredFile(file_uri(str(path)), str(path), None)


@given(tables(), st.sampled_from([48, 1 << 20]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_cells_come_back(tmp_path, monkeypatch, table, block) -> None:
    rows, style, quote_all = table
    monkeypatch.setattr(csv_read, "BLOCKS", (block, 1 << 20))
    width = len(rows[0]) if rows else 2
    header = [f"name {at}" for at in range(width)]
    file = written(tmp_path / "t.csv", header, rows, style, quote_all)
    options = Dialect(delimiter=style["delimiter"]).to_options()
    reading = Csv().batches(file, options)
    batches = list(reading.batches)
    assert batches[0].schema == pa.schema([(name, pa.string()) for name in header])
    got = [list(row.values()) for batch in batches for row in batch.to_pylist()]
    empty = "" if quote_all else None
    # csv.writer quotes a lone empty cell, since the line would be blank.
    expected = [[cell or ("" if width == 1 else empty) for cell in row] for row in rows]
    assert got == expected
    broken = any("\n" in cell or "\r" in cell for row in rows for cell in row)
    codes = {finding.code for finding in reading.findings} - {"csv-zero-byte"}
    assert codes == ({"csv-line-breaks"} if broken else set())


@given(tables())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_columns_are_selected_by_name(tmp_path, table) -> None:
    rows, style, quote_all = table
    width = len(rows[0]) if rows else 2
    header = [f"c{at + 7}" for at in range(width)]
    file = written(tmp_path / "t.csv", header, rows, style, quote_all)
    options = Dialect(delimiter=style["delimiter"]).to_options()
    everything = pa.Table.from_batches(Csv().batches(file, options).batches)
    chosen = header[::-2]
    some = pa.Table.from_batches(Csv().batches(file, options, columns=chosen).batches)
    assert some.equals(everything.select(chosen))


@pytest.mark.parametrize(
    ("encoding", "detected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(read_bytes, encoding, detected) -> None:
    lines = ["name,city"] + [f"Zoë {n},Überlingen am See Nr. {n} für alle Gäste" for n in range(50)]
    found = read_bytes("\n".join(lines).encode(encoding))
    assert found.dataset.option("encoding") == detected
    assert found.rows[3] == {"name": "Zoë 3", "city": "Überlingen am See Nr. 3 für alle Gäste"}
    assert len(found.rows) == 50
    assert ("csv-encoding" in found.codes) == (detected != "utf-8")
    assert ("csv-bom" in found.codes) == (encoding in {"utf-8-sig", "utf-16", "utf-32"})


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst", "lz4"])
def test_compressed(read_bytes, suffix) -> None:
    plain = b"a,b\n" + b"".join(b"%d,x%d\n" % (n, n) for n in range(5000))
    codec = {"gz": "gzip", "bz2": "bz2", "zst": "zstd", "lz4": "lz4"}
    if suffix == "xz":
        import lzma

        packed = lzma.compress(plain)
    else:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec[suffix]) as stream:
            stream.write(plain)
        packed = sink.getvalue().to_pybytes()
    found = read_bytes(packed, f"data.csv.{suffix}")
    assert len(found.rows) == 5000
    assert found.rows[-1] == {"a": "4999", "b": "x4999"}
