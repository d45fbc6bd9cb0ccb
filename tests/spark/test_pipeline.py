"""Pipelines: loaded from files, executed, and their outputs put in place at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from connectors.spark.execution import execute
from connectors.spark.loading import load
from connectors.spark.outputs import Output, moved
from connectors.spark.pipeline import Input, Pipeline, log_metric, pipeline
from connectors.spark.writing import write
from schema.errors import InvalidInput, RunError

DOUBLED = '''
from beside import FACTOR
from connectors.spark.pipeline import log_metric, pipeline
from pyspark.sql import functions as F
from pyspark.sql import types as T


@F.udf(T.LongType())
def scaled(value):
    return value * FACTOR


@pipeline(inputs={"numbers": "some source"}, output="out/doubled")
def doubled(numbers, *, least: int = 0):
    """Numbers, doubled in Python by the workers."""
    log_metric("least", least)
    return numbers.where(F.col("id") >= least).select(scaled("id").alias("twice"))
'''


@pytest.fixture
def doubled(tmp_path: Path) -> Pipeline:
    (tmp_path / "beside.py").write_text("FACTOR = 2\n")
    (tmp_path / "doubled.py").write_text(DOUBLED)
    try:
        return load(tmp_path / "doubled.py")
    finally:
        sys.modules.pop("beside", None)
        sys.path.remove(str(tmp_path))


def test_a_file_is_loaded_as_a_value(doubled: Pipeline) -> None:
    assert (doubled.name, dict(doubled.inputs)) == ("doubled", {"numbers": Input("some source")})
    assert doubled.doc == "Numbers, doubled in Python by the workers."
    assert {name: (one.uri, one.format) for name, one in doubled.outputs.items()} == {
        "doubled": ("out/doubled", "parquet")
    }
    assert [parameter.name for parameter in doubled.parameters] == ["least"]
    assert len(doubled.code_hash) == 64
    assert doubled.arguments({}) == {"least": 0}
    assert doubled.arguments({"least": "3"}) == {"least": 3}
    with pytest.raises(InvalidInput, match=r"no parameter 'most'; its parameters: least"):
        doubled.arguments({"most": "3"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def broken(:\n", r"a\.py, line 1: "),
        ("x = 1\n", "defines no pipeline"),
        ("import nowhere_at_all\n", r"ModuleNotFoundError.*nowhere_at_all.*line 1"),
        ("raise ValueError('two\\nlines')\n", r"ValueError: two \(a\.py, line 1\)"),
        (DOUBLED + DOUBLED.replace("def doubled", "def again"), "defines doubled, again"),
        (DOUBLED.replace('"numbers":', '"figures":'), "takes numbers, but inputs names figures"),
        (DOUBLED.replace("out/doubled", "ftp://host/x"), "only local paths"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "beside.py").write_text("FACTOR = 2\n")
    path = tmp_path / "a.py"
    path.write_text(text)
    with pytest.raises(RunError, match=told) as raised:
        load(path)
    sys.path.remove(str(tmp_path))
    sys.modules.pop("beside", None)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No such file"):
        load(tmp_path / "none.py")


def test_metrics_outside_a_run_are_no_fault() -> None:
    log_metric("r2", 0.9)


@pytest.mark.spark
def test_an_execution_writes_and_tells(doubled: Pipeline, spark: Any, tmp_path: Path) -> None:
    target = tmp_path / "out" / "doubled"
    outputs = moved(doubled.outputs, str(target))
    result = execute(doubled, {"numbers": spark.range(10)}, {"least": 4}, outputs=outputs)
    written = result.outputs["doubled"].written
    assert (result.rows, written.rows) == (6, 6)
    assert written.uri == target.as_uri()
    assert written.bytes > 0
    assert result.metrics == {"least": 4.0}
    assert sorted(ds.dataset(target).to_table()["twice"].to_pylist()) == [8, 10, 12, 14, 16, 18]
    again = execute(doubled, {"numbers": spark.range(10)}, {"least": 9}, outputs=outputs)
    assert again.rows == 1
    assert ds.dataset(target).to_table()["twice"].to_pylist() == [18]
    assert [path.name for path in target.parent.iterdir()] == ["doubled"]


@pytest.mark.spark
def test_a_failure_keeps_the_old_output_and_says_where(spark: Any, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    write(spark.range(3), Output(str(target)))

    def broken(value: int) -> int:
        raise ValueError(f"bad value {value}")

    @pipeline(inputs={"numbers": "n"}, output=str(target))
    def failing(numbers: Any) -> Any:
        from pyspark.sql.functions import udf

        return numbers.select(udf(broken, "long")("id"))

    @pipeline(inputs={"numbers": "n"}, output=str(target))
    def missing(numbers: Any) -> Any:
        return numbers.select("no_such_column")

    @pipeline(inputs={"numbers": "n"}, output=str(target))
    def nothing(numbers: Any) -> Any:
        return None

    for value, told in (
        (failing, r"^pipeline failing: ValueError: bad value \d \(test_pipeline\.py, line"),
        (missing, r"no_such_column.*test_pipeline\.py, line"),
        (nothing, "returned NoneType for nothing, not a Spark"),
    ):
        with pytest.raises(RunError, match=told) as raised:
            execute(value, {"numbers": spark.range(3)}, {})
        assert "\n" not in str(raised.value)
    assert ds.dataset(target).count_rows() == 3
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.spark
@pytest.mark.parametrize(
    ("name", "format_name", "files"),
    [
        ("a.csv", None, "csv"),
        ("b", "jsonl", "json"),
        ("c.orc", None, "orc"),
        ("d", None, "parquet"),
    ],
)
def test_formats(
    spark: Any, tmp_path: Path, name: str, format_name: str | None, files: str
) -> None:
    frame = spark.sql(
        "select 1 as id, 'a \"b\"' as text union all select 2, null union all select 3, ''"
    )
    written = write(frame, Output(str(tmp_path / name), format_name or ""))
    assert (written.rows, written.format) == (3, files)
    found = list((tmp_path / name).glob(f"part-*.{files}")) or list(
        (tmp_path / name).glob("part-*." + f"*.{files}")
    )
    assert len(found) == written.files


@pytest.mark.spark
def test_partitions_become_folders(spark: Any, tmp_path: Path) -> None:
    frame = spark.range(4).selectExpr("id", "id % 2 as odd")
    write(frame, Output(str(tmp_path / "parted"), partition_by=("odd",)))
    assert sorted(path.name for path in (tmp_path / "parted").glob("odd=*")) == ["odd=0", "odd=1"]


@pytest.mark.spark
def test_what_a_killed_run_left_is_cleaned_and_mended(spark: Any, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.parquet").write_bytes(b"old")
    target.rename(tmp_path / ".out.headwater-old-abc")  # killed between moving away and in
    half = tmp_path / ".out.headwater-new-def"
    half.mkdir()
    with (
        held_lock(tmp_path / ".out.headwater-lock"),
        pytest.raises(RunError, match="another run is writing"),
    ):
        write(spark.range(1), Output(str(target)))
    assert half.exists()
    with pytest.raises(Exception, match="no_such_column"):
        write(spark.range(1).select("no_such_column"), Output(str(target)))
    with pytest.raises(Exception, match="boom"):
        write(spark.range(1).selectExpr("raise_error('boom')"), Output(str(target)))
    assert (target / "old.parquet").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_output_is_relative_to_the_folder_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = Output("out/x.csv")
    monkeypatch.chdir(tmp_path)
    assert output.folder() == tmp_path / "out" / "x.csv"
    assert Output((tmp_path / "a b").as_uri()).folder() == tmp_path / "a b"
    with pytest.raises(RunError, match="no format 'xls'"):
        Output("a", "xls")


class held_lock:  # noqa: N801 (used as a with statement)
    """Hold a lock from another process, as another run does."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        script = (
            "import fcntl, sys\nhandle = open(sys.argv[1], 'w')\n"
            "fcntl.flock(handle, fcntl.LOCK_EX)\nprint(1, flush=True)\nsys.stdin.read()\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, os.fspath(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def __exit__(self, *_: object) -> None:
        self.process.communicate()
