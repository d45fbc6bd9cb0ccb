"""Every registered target over every sample source: formatted, typed, run, and equal rows.

A target that is registered is generated, formatted and typed here from then on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from catalog.connect import Connector, targets
from catalog.model import Version
from connectors.spark.cluster import Cluster
from connectors.spark.distribute import spark_batch
from connectors.spark.session import session
from connectors.targets.spark_types import arrow_field
from tests.conformance.target_samples import EDGES, SAMPLES, load, same

LINT = (
    "--line-length=100",
    "--select=A,ANN,B,E,F,I,N,PIE,RET,SIM,UP,W",
    "--ignore=ANN401,E501,N812,N818",
)
TYPES = (f"--config-file={os.devnull}", "--ignore-missing-imports", "--follow-imports=silent")

NATIVE = (
    *("airports.csv", "flights", "planes.jsonl", "v1/monthly.csv", "weather.parquet"),
    *("headerless.csv", "quotes.csv", "types.csv", "tabs.tsv", "nested.jsonl", "deep.parquet"),
)
"""Clean local files: their connectors need nothing of Headwater."""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with session(Cluster("local[2]"), "conformance") as running:
        yield running


def test_every_sample_that_can_be_read_is_tested(versions: dict[str, Version]) -> None:
    assert set(versions) == {*SAMPLES, *EDGES}


def test_generated_python_is_formatted_and_typed(
    written: dict[tuple[str, str], tuple[Path, Connector]], root: Path, tmp_path: Path
) -> None:
    files = [path for path, made in written.values() if made.language == "python"]
    copies = []
    for number, file in enumerate(files):  # mypy wants module names that differ
        copies.append(str(tmp_path / f"connector_{number}.py"))
        shutil.copy(file, copies[-1])
    ruff = ("-m", "ruff")
    run(*ruff, "format", "--diff", "--isolated", "--line-length=100", "--no-cache", *copies)
    run(*ruff, "check", "--isolated", "--no-cache", "--target-version=py311", *LINT, *copies)
    run("-m", "mypy", "--strict", *TYPES, "--cache-dir", str(tmp_path / "mypy"), *copies, cwd=root)


@pytest.mark.parametrize("sample", NATIVE)
def test_clean_files_are_read_without_headwater(
    written: dict[tuple[str, str], tuple[Path, Connector]], sample: str
) -> None:
    """A fresh interpreter that cannot import Headwater reads the source by the connector."""
    frames = ("arrow", "duckdb", "pandas", "polars")
    paths = [str(written[sample, target][0]) for target in frames]
    script = (
        "import sys, importlib.util\n"
        "for name in ('schema', 'connectors', 'catalog'): sys.modules[name] = None\n"
        "for path in sys.argv[1:]:\n"
        "    spec = importlib.util.spec_from_file_location('made', path)\n"
        "    made = importlib.util.module_from_spec(spec); spec.loader.exec_module(made)\n"
        "    print(made.read().shape[0])\n"
    )
    counts = set(run("-W", "error", "-c", script, *paths).split())
    assert len(counts) == 1
    assert counts != {"0"}
    for target in targets():
        if (sample, target) in written:  # what is not is a gap that the fixture declares
            assert "runtime" not in written[sample, target][1].code


@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_arrow_reads_all_rows_in_the_types_of_its_schema(
    written: dict[tuple[str, str], tuple[Path, Connector]],
    versions: dict[str, Version],
    sample: str,
) -> None:
    path, made = written[sample, "arrow"]
    module = load(path)
    table = module.read()
    version = versions[sample]
    assert module.FINGERPRINT == made.fingerprint == version.fingerprint
    assert module.SCHEMA.equals(version.schema.to_arrow())
    assert table.schema.equals(module.SCHEMA)
    assert table.num_rows == version.profile.rows_seen
    for column in version.profile.columns:
        if column.name in table.column_names:
            unread = column.null_count + column.misfit_count
            assert table[column.name].null_count == unread, column.name
    assert same(pa.Table.from_batches(module.batches(), module.SCHEMA), table)


@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_arrow_chooses_columns_and_rows(
    written: dict[tuple[str, str], tuple[Path, Connector]], sample: str
) -> None:
    module = load(written[sample, "arrow"][0])
    table = module.read()
    name = table.column_names[-1]
    first = table.column_names[0]
    wanted = list(dict.fromkeys((name, first)))
    assert same(module.read(columns=wanted), table.select(wanted))
    present = pc.field(name).is_valid()
    assert same(module.read(where=present), table.filter(present))
    assert same(module.read([first], present), table.filter(present).select([first]))


@pytest.mark.spark
@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_spark_reads_the_rows_of_arrow(
    written: dict[tuple[str, str], tuple[Path, Connector]], spark: Any, sample: str
) -> None:
    expected, module = as_spark(written, sample)
    frame = module.read(spark)
    assert [(f["name"], f["type"]) for f in frame.schema.jsonValue()["fields"]] == [
        (f["name"], f["type"]) for f in module.SCHEMA.jsonValue()["fields"]
    ]
    assert rows_of(collected(frame, expected.schema)) == rows_of(expected)


@pytest.mark.spark
@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_spark_chooses_columns_and_rows(
    written: dict[tuple[str, str], tuple[Path, Connector]], spark: Any, sample: str
) -> None:
    expected, module = as_spark(written, sample)
    last = expected.column_names[-1]
    wanted = list(dict.fromkeys((last, expected.column_names[0])))
    quoted = "`" + last.replace("`", "``") + "`"
    frame = module.read(spark, columns=wanted, where=f"{quoted} is not null")
    chosen = expected.filter(pc.field(last).is_valid()).select(wanted)
    assert rows_of(collected(frame, chosen.schema)) == rows_of(chosen)


def run(*arguments: str, cwd: Path | None = None) -> str:
    """What a fresh interpreter prints; it has to end well."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def as_spark(
    written: dict[tuple[str, str], tuple[Path, Connector]], sample: str
) -> tuple[pa.Table, ModuleType]:
    """What Arrow reads, in the types that Spark holds it in, and the module for Spark."""
    module = load(written[sample, "pyspark"][0])
    fields = module.SCHEMA.jsonValue()["fields"]
    struct = pa.schema([arrow_field({**field, "nullable": True}) for field in fields])
    batches = load(written[sample, "arrow"][0]).read().to_batches()
    return pa.Table.from_batches([spark_batch(batch, struct) for batch in batches], struct), module


def collected(frame: Any, schema: pa.Schema) -> pa.Table:
    batches = frame._collect_as_arrow()
    table = pa.Table.from_batches(batches) if batches else schema.empty_table()
    return table.cast(schema)


def rows_of(table: pa.Table) -> list[str]:
    """Rows as text, sorted: Spark promises no order."""
    return sorted(map(repr, table.to_pylist()))
