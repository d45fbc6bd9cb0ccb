"""Outputs: all of them or none, files and tables, and what readers see meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
import sqlalchemy as sa

from catalog.crawl import crawl
from catalog.model import Run, RunState
from catalog.runs import run
from catalog.store import Store
from connectors.spark.cluster import Cluster
from connectors.spark.outputs import Output, moved, outputs_of
from connectors.spark.tables import Transactions, staged_table
from connectors.spark.writing import write
from schema.errors import RunError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"uri": "ftp://host/x"}, "not ftp://"),
        ({"uri": "s3://bucket/x", "mode": "upsert", "key": "id"}, "upsert needs a database table"),
        ({"uri": "postgresql://u:secret@host/db"}, r"not postgresql://"),
        ({"uri": "x", "format": "xls"}, "no format 'xls'"),
        ({"uri": "x", "mode": "merge"}, "'merge' is none of overwrite, append, upsert"),
        ({"uri": "x", "mode": "upsert", "key": "id"}, "upsert needs a database table"),
        ({"uri": "sqlite:///a.db#t", "mode": "upsert"}, "and a key="),
        ({"uri": "sqlite:///a.db#t", "partition_by": ("a",)}, "for files, not for tables"),
        ({"uri": "x", "breaking": "maybe"}, "'maybe' is none of fail, warn"),
    ],
)
def test_what_cannot_be_written_is_told_at_once(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(RunError, match=told) as raised:
        Output(**fields)
    assert "secret" not in str(raised.value)


def test_outputs_have_names_and_can_be_moved() -> None:
    one = outputs_of("out/a.csv", "mine", mode="append")
    assert one == {"mine": Output("out/a.csv", mode="append")}
    assert moved(one, "b")["mine"] == Output("b", "csv", mode="append")
    assert moved(one, "sqlite:///x.db#t")["mine"].format == "table"
    two = outputs_of({"a": "x", "b": Output("y", "orc")}, "mine")
    assert moved(two, {"b": "z"}) == {"a": Output("x"), "b": Output("z", "orc")}
    for wrong, told in (("z", "--output NAME=PATH"), ({"c": "z"}, "no output 'c'")):
        with pytest.raises(RunError, match=told):
            moved(two, wrong)
    with pytest.raises(RunError, match="mode= beside several outputs"):
        outputs_of({"a": "x", "b": "y"}, "mine", mode="append")


@pytest.mark.spark
def test_appending_adds_files_and_refuses_other_columns(spark: Any, tmp_path: Path) -> None:
    output = Output(str(tmp_path / "log"), mode="append", partition_by="odd")
    frame = spark.range(4).selectExpr("id", "id % 2 as odd")
    write(frame, output)
    written = write(frame, output)
    assert written.rows == 4
    assert written.files >= 2, "one a partition at least"
    ids = ds.dataset(tmp_path / "log").to_table()["id"].to_pylist()
    assert sorted(ids) == [0, 0, 1, 1, 2, 2, 3, 3]
    files = sorted((tmp_path / "log").rglob("*.parquet"))
    assert write(frame.where("id > 9"), output).rows == 0
    assert sorted((tmp_path / "log").rglob("*.parquet")) == files
    with pytest.raises(RunError, match=r"another schema \(no longer id bigint, now id string\)"):
        write(frame.selectExpr("cast(id as string) id", "odd"), output)
    with pytest.raises(RunError, match="is not orc"):
        write(frame, Output(str(tmp_path / "log"), "orc", mode="append"))
    assert sorted((tmp_path / "log").rglob("*.parquet")) == files
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


@pytest.mark.spark
def test_the_current_folder_is_not_replaced(spark: Any, here: Path) -> None:
    for place in (".", "..", str(Path.home())):
        with pytest.raises(RunError, match="name a folder of its own"):
            write(spark.range(1), Output(place))
    assert here.is_dir()


COLUMNS = "id long, name string, at timestamp"
AT = datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


@pytest.mark.spark
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_table_is_overwritten_appended_to_and_upserted(
    spark: Any, tmp_path: Path, zone: str
) -> None:
    uri = f"sqlite:///{tmp_path / 'shop.db'}#orders"
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        first = spark.createDataFrame([(1, "a", AT), (2, 'b"; --', None)], COLUMNS)
        put(first, Output(uri, key="id"))
        assert told(uri) == [(1, "a", AT.replace(tzinfo=None)), (2, 'b"; --', None)]
    finally:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
    more = spark.createDataFrame([(2, "B", AT), (3, "c", None)], COLUMNS)
    put(more, Output(uri, mode="upsert", key="id"))
    assert [row[:2] for row in told(uri)] == [(1, "a"), (2, "B"), (3, "c")]
    with pytest.raises(RunError, match=r"UNIQUE constraint failed: orders.id"):
        put(more, Output(uri, mode="append"))
    put(spark.createDataFrame([(4, "d")], "id long, name string"), Output(uri, mode="append"))
    assert [row[0] for row in told(uri)] == [1, 2, 3, 4]
    for frame, mode, wrong in (
        (more.withColumnRenamed("name", "called"), "append", r"another schema \(it has no called"),
        (more.unionAll(more), "upsert", r"the key id=\d stands 2 times"),
        (more.selectExpr("cast(null as long) id"), "upsert", "key id is null"),
        (more.selectExpr("array(id) ids", "id"), "append", "'ids': array<bigint> has no place"),
    ):
        with pytest.raises(RunError, match=wrong):
            put(frame, Output(uri, mode=mode, key="id"))
    assert [row[0] for row in told(uri)] == [1, 2, 3, 4]
    put(spark.range(1).withColumnRenamed("id", "n"), Output(uri))
    assert told(uri) == [(0,)]


def put(frame: Any, output: Output) -> None:
    with Transactions() as transactions, staged_table(frame, output, transactions) as staged:
        before = told(output.uri) if staged.rows else None
        staged.commit()
        assert before is None or told(output.uri) == before, "seen before it was committed"
        transactions.commit()


def told(uri: str) -> list[tuple[Any, ...]]:
    """What another connection reads, the times as SQLAlchemy reads them."""
    address, _, name = uri.partition("#")
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(name):
            return []
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        rows = [tuple(row) for row in connection.execute(sa.select(table).order_by(table.c[0]))]
    engine.dispose()
    return rows


@pytest.mark.spark
def test_of_several_outputs_all_are_written_or_none(
    spark: Any, store: Store, here: Path, local: Cluster, written: Callable[..., Path]
) -> None:
    outputs = (
        'output={"files": Output("out/files"), "one": Output("sqlite:///shop.db#one"), '
        '"two": Output("sqlite:///shop.db#two")}'
    )
    body = (
        'frame = airports.select("faa", "name")\nreturn {"files": frame, "one": frame, "two": %s}'
    )
    good = run(written(outputs, body % "frame.limit(3)"), store, local)
    assert (good.state, good.error) == (RunState.COMPLETE, None)
    assert [store.sources([pk])[pk].row_count for pk in good.outputs] == [1458, 1458, 3]
    broken = body % "frame.select(F.raise_error(F.lit('boom')))"
    bad = run(written(outputs, broken.replace('("faa", "name")', '("faa")')), store, local)
    assert bad.state is RunState.FAIL
    assert "boom" in str(bad.error)
    assert ds.dataset(here / "out/files").schema.names == ["faa", "name"]
    with closing(sqlite3.connect(here / "shop.db")) as connection:
        assert connection.execute("select count(name) from one").fetchone() == (1458,)
    wrong = run(written(outputs, 'return {"files": airports}'), store, local)
    assert "returned files; one value for each of its outputs" in str(wrong.error)


@pytest.mark.spark
def test_a_contract_keeps_what_readers_rely_on(
    spark: Any, store: Store, here: Path, local: Cluster, written: Callable[..., Path]
) -> None:
    def go(how: str, columns: str, uri: str = "out/kept.csv") -> tuple[Run, list[str]]:
        steps: list[str] = []
        body = f"return airports.selectExpr({columns})"
        path = written(f'output="{uri}", breaking="{how}"', body)
        return run(path, store, local, on_step=steps.append), steps

    for uri in ("out/kept.csv", "sqlite:///kept.db#kept"):
        first, _ = go("fail", '"faa", "alt"', uri)
        assert (first.state, first.error) == (RunState.COMPLETE, None)
        (pk,) = first.outputs
        more, _ = go("fail", '"faa", "alt", "lat"', uri)
        assert more.state is RunState.COMPLETE
        bad, _ = go("fail", '"faa", "concat(alt, \'m\') alt"', uri)
        assert bad.state is RunState.FAIL
        assert "alt: type" in str(bad.error)
        assert "lat is gone" in str(bad.error)
        assert "old output stays" in str(bad.error)
        assert store.version_count(pk) == 2
        (seen,) = list(crawl([store.source(pk).uri], store))
        assert seen.status.value == "UNCHANGED"
    warned, steps = go("warn", '"faa"')
    assert warned.state is RunState.COMPLETE
    assert any("breaks its readers: alt is gone" in step for step in steps)


KILLED = """
import os, signal, sys
from connectors.spark import placing, writing
from catalog.cli.main import main
def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)
writing.exchange = killed
sys.argv = ["headwater", *sys.argv[1:]]
main()
"""


@pytest.mark.spark
def test_a_run_that_is_killed_leaves_the_old_output_and_the_next_one_no_orphans(
    store: Store,
    here: Path,
    spark: Any,
    local: Cluster,
    written: Callable[..., Path],
    catalog_url: str,
) -> None:
    path = written('output="out/kept"', "return airports.limit(5)")
    assert run(path, store, local).state is RunState.COMPLETE
    before = sorted((here / "out" / "kept").iterdir())
    told = headwater(KILLED, catalog_url, "run", path, "--master", "local[1]")
    assert told.returncode == -signal.SIGKILL
    assert sorted((here / "out" / "kept").iterdir()) == before
    left = {one.name.rpartition("-")[0] for one in (here / "out").iterdir() if one.name != "kept"}
    assert left == {".kept.headwater", ".kept.headwater-new"}, "lock and half an output"
    assert run(path, store, local).state is RunState.COMPLETE
    assert [one.name for one in (here / "out").iterdir()] == ["kept"]


def test_a_master_that_is_not_there_is_told_at_once(
    store: Store, here: Path, written: Callable[..., Path], catalog_url: str
) -> None:
    path = written('output="out/x"', "return airports")
    words = ("run", path, "--master", "spark://127.0.0.1:9")
    told = headwater("from catalog.cli.main import main\nmain()", catalog_url, *words)
    assert told.returncode == 1
    assert "no Spark master answers" in told.stderr
    assert [one.state for one in store.runs()] == [RunState.FAIL]
    assert not (here / "out").exists()


@pytest.mark.spark
def test_an_input_that_vanished_is_told(
    spark: Any,
    store: Store,
    here: Path,
    local: Cluster,
    written: Callable[..., Path],
    tmp_path: Path,
) -> None:
    data = tmp_path / "brief"
    data.mkdir()
    for name, text in (("brief.csv", "id,x\n1,2\n"), ("odd.csv", "id;x\n1;2\n1\n")):
        (data / name).write_text(text)
    list(crawl([str(data)], store))
    for name in ("brief", "odd"):
        path = written('output="out/x"', "return airports")
        path.write_text(path.read_text().replace('"airports"}', f'"{name}"}}'))
        (data / f"{name}.csv").unlink()
        ended = run(path, store, local)
        assert ended.state is RunState.FAIL
        assert f"{name}.csv" in str(ended.error)
        assert "\n" not in str(ended.error)
    assert not (here / "out").exists() or list((here / "out").iterdir()) == []


def headwater(code: str, catalog: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", code, "--catalog", catalog, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
