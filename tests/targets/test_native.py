"""What is read by an engine itself, what through Headwater, and that the code says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.model import Dataset
from connectors.targets.arrow import ArrowTarget
from connectors.targets.native import ARROW, PYSPARK, reads_natively
from connectors.targets.pyspark import PySparkTarget
from schema.model import Field, Finding, Schema

CSV = Dataset(
    "file",
    "/data/flights.csv",
    "file:///data/flights.csv",
    (),
    "csv",
    (
        *(("delimiter", ","), ("encoding", "utf-8"), ("escape", ""), ("header", "true")),
        *(("quote", '"'), ("skip", "0")),
    ),
)
PARQUET = replace(CSV, uri="file:///data/a.parquet", format="parquet", options=())
TWO = Schema((Field("a", pa.int64()), Field("b", pa.string())))


def test_clean_files_are_native_in_both() -> None:
    for dataset in (CSV, PARQUET, replace(CSV, uri="file:///a.jsonl", format="jsonl", options=())):
        for target in (ARROW, PYSPARK):
            assert reads_natively(dataset, TWO, target).native


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"uri": "s3://bucket/flights.csv"}, "not in a local file (s3)"),
        ({"format": "sqlite"}, "no reader of its own for sqlite"),
        ({"findings": (Finding("csv-ragged-row", "…"),)}, "it has findings (csv-ragged-row)"),
        ({"options": (("encoding", "cp1252"),)}, "its encoding is 'cp1252'"),
        ({"options": (("skip", "3"),)}, "its skip is '3'"),
        ({"options": (("quote", "'"),)}, """its quote is "'\""""),
        ({"options": (("decimal", ","),)}, "its decimal is ','"),
        ({"uri": "file:///data/flights.csv.gz"}, "its name does not say what it holds"),
    ],
)
def test_doubts_are_told(changes: dict[str, Any], reason: str) -> None:
    dataset = replace(CSV, **changes)
    for target, generator in ((ARROW, ArrowTarget()), (PYSPARK, PySparkTarget())):
        way = reads_natively(dataset, TWO, target)
        assert not way.native
        assert any(reason in told for told in way.reasons)
        code = generator.generate(TWO, dataset)
        assert "# Read through Headwater, since " in code
        assert "from connectors import runtime" in code


@pytest.mark.parametrize("kind", [pa.time64("us"), pa.timestamp("ns"), pa.decimal256(50, 2)])
def test_types_that_csv_readers_do_not_give(kind: pa.DataType) -> None:
    schema = Schema((*TWO.fields, Field("odd", kind)))
    assert any("'odd'" in told for told in reads_natively(CSV, schema, ARROW).reasons)


@pytest.mark.parametrize(
    "kind", [pa.float16(), pa.time32("s"), pa.timestamp("ns"), pa.duration("us"), pa.null()]
)
def test_types_that_spark_reads_otherwise_from_parquet(kind: pa.DataType) -> None:
    schema = Schema((*TWO.fields, Field("odd", kind)))
    assert reads_natively(PARQUET, schema, ARROW).native
    assert not reads_natively(PARQUET, schema, PYSPARK).native


@pytest.mark.parametrize(
    "name", ["a*b.csv", "[x].csv", "a,b.csv", "_hidden.csv", "Größe.csv", "a:b.csv"]
)
def test_paths_that_spark_reads_otherwise(name: str) -> None:
    from connectors.uri import file_uri

    dataset = replace(CSV, uri=file_uri(f"/data/{name}"))
    assert reads_natively(dataset, TWO, ARROW).native
    assert not reads_natively(dataset, TWO, PYSPARK).native


def test_names_that_differ_in_case_alone_are_not_for_spark() -> None:
    schema = Schema((Field("a", pa.int64()), Field("A", pa.int64())))
    assert not reads_natively(CSV, schema, PYSPARK).native


def test_one_column_of_text_is_read_through_headwater() -> None:
    schema = Schema((Field("a", pa.int64()),))
    assert not reads_natively(CSV, schema, ARROW).native
    assert reads_natively(PARQUET, schema, ARROW).native


def test_lines_that_end_in_cells_are_looked_for_where_there_may_be_some(tmp_path: Path) -> None:
    """The quicker way of cutting a file is for the bytes that were read, and no others."""
    path = tmp_path / "a.csv"
    whole = "a,b\n" + "".join(f'{n},"x{n}"\n' for n in range(200_000))
    path.write_text(whole)
    dataset = replace(CSV, name=str(path), uri=path.as_uri())
    known = replace(dataset, read_bytes=len(whole))
    broken = replace(known, findings=(Finding("csv-line-breaks", "…"),))
    codes = [ArrowTarget().generate(TWO, each) for each in (dataset, known, broken)]
    assert ["CRAWLED" in code for code in codes] == [False, True, False]
    assert not reads_natively(broken, TWO, PYSPARK).native
    module: dict[str, Any] = {}
    exec(codes[1], module)
    assert module["read"]().num_rows == 200_000
    path.write_text("a,b\n" + "".join(f'{n},"x\n{n},{n}"\n' for n in range(200_000)))
    assert module["read"]()["b"][-1].as_py() == "x\n199999,199999"


def test_parts_of_several_types_are_for_arrow_while_it_promotes_them() -> None:
    widened = replace(PARQUET, pattern="*.parquet", findings=(Finding("types-widened", "…"),))
    assert reads_natively(widened, TWO, ARROW).native
    assert not reads_natively(widened, TWO, PYSPARK).native
    conflict = replace(widened, findings=(Finding("types-conflict", "…"),))
    assert not reads_natively(conflict, TWO, ARROW).native
