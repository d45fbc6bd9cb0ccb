"""Tuning proposes by what is known; the command shows and applies it, and tries grids."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.model import RunState
from catalog.planning import plan
from catalog.store import Store
from catalog.tuning import known, tuned
from connectors.spark.cluster import Cluster
from connectors.spark.tuning import BROADCAST, Known, Proposal, propose

GIGABYTE = 1 << 30
FACTS = Known("facts", 50_000_000, 2 * GIGABYTE, 10, 0.6, "shop")
SHOPS = Known("shops", 100_000, 5_000_000, 5, 0.01, "region")


def settings(proposals: tuple[Proposal, ...]) -> dict[str, str]:
    return {one.setting: one.value for one in proposals}


def test_small_inputs_beside_large_ones_are_sent_whole() -> None:
    proposed = propose([FACTS, SHOPS], {}, 4, GIGABYTE)
    assert (proposed[0].setting, proposed[0].value) == (BROADCAST, "shops")
    assert "100,000 rows" in proposed[0].reason
    assert BROADCAST not in settings(propose([SHOPS, SHOPS], {}, 4, GIGABYTE))
    assert BROADCAST not in settings(propose([SHOPS], {}, 4, GIGABYTE))
    tight = propose([FACTS, SHOPS], {}, 4, 16 << 20)
    assert BROADCAST not in settings(tight), "an executor of 16 MB cannot hold it"


def test_partitions_follow_what_is_shuffled_and_fill_the_cores() -> None:
    name = "spark.sql.shuffle.partitions"
    estimated = int(settings(propose([FACTS, SHOPS], {}, 3, GIGABYTE))[name])
    assert estimated % 3 == 0
    assert estimated * (64 << 20) >= FACTS.memory
    seen = propose([FACTS], {"shuffleWriteBytes": 640 << 20}, 4, GIGABYTE)
    assert settings(seen)[name] == "12"
    assert settings(propose([SHOPS], {"shuffleWriteBytes": 0}, 4, GIGABYTE))[name] == "4"


def test_skew_is_parted_where_both_sides_are_large() -> None:
    other = Known("other", 10_000_000, GIGABYTE, 10, 0.05, "id")
    proposed = propose([FACTS, other], {}, 4, GIGABYTE)
    skew = [one for one in proposed if "skewJoin" in one.setting]
    assert len(skew) == 2
    assert "facts.shop has 60%" in skew[0].reason
    assert not any("skew" in one.setting for one in propose([FACTS, SHOPS], {}, 4, GIGABYTE))


def test_memory_grows_when_the_last_run_spilled() -> None:
    assert "spark.executor.memory" not in settings(propose([FACTS], {}, 4, GIGABYTE))
    grown = settings(propose([FACTS], {"spilledBytes": 5e6}, 4, GIGABYTE))
    assert grown["spark.executor.memory"] == "2048m"


def test_what_the_user_says_wins() -> None:
    proposed = (
        Proposal("spark.sql.shuffle.partitions", "8", ""),
        Proposal("spark.executor.memory", "2048m", ""),
        Proposal(BROADCAST, "shops", ""),
    )
    said = Cluster("local[2]", memory="3g", configuration=(("spark.sql.shuffle.partitions", "5"),))
    assert tuned(said, proposed) == said
    free = tuned(Cluster("local[2]"), proposed)
    assert free.memory == "2048m"
    assert free.configuration == (("spark.sql.shuffle.partitions", "8"),)


def test_profiles_tell_rows_and_the_share_of_the_most_frequent(
    store: Store, here: Path, sample_data: Path
) -> None:
    job = plan(sample_data / "pipelines" / "delays.py", store)
    flights, airports = map(known, job.inputs)
    assert (airports.rows, airports.columns) == (1458, 8)
    assert flights.top_column == "year" or 0 < flights.top_share <= 1
    assert airports.top_column in {"dst", "tz", "tzone"}


def invoke(catalog: str, *arguments: object) -> Any:
    return CliRunner().invoke(main, ["--catalog", catalog, *map(str, arguments)])


def answer(catalog: str, *arguments: object) -> Any:
    done = invoke(catalog, "--json", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.spark
def test_the_command_tunes_tries_and_compares(
    spark: Any, store: Store, here: Path, catalog_url: str, written: Callable[..., Path]
) -> None:
    path = written(
        'output="out/tried"',
        'if high < 0:\n    raise ValueError("too low")\n'
        'frame = airports.where(F.col("alt") > high)\n'
        'log_metric("rows_of", frame.count() % modulus)\nreturn frame',
        "airports, *, high: int = 0, modulus: int = 10000",
    )
    dry = answer(catalog_url, "run", path, "--tune", "--dry-run")["proposals"]
    assert "spark.sql.shuffle.partitions" in {one["setting"] for one in dry}
    assert store.runs() == []
    base = ("run", path, "--master", "local[2]")
    grid = ("--grid", "high=-1,0,5000", "--grid", "modulus=10000", "--minimize", "rows_of")
    tried = answer(catalog_url, *base, *grid)
    assert [one["state"] for one in tried["runs"]] == ["FAIL", "COMPLETE", "COMPLETE"]
    assert tried["run"]["parameters"] == {"high": 5000, "modulus": 10000}
    assert tried["run"]["metrics"]["rowsWritten"] == tried["run"]["metrics"]["rows_of"]
    assert [len(one["outputs"]) for one in tried["runs"]] == [0, 0, 1]
    assert store.source("tried").row_count == tried["run"]["metrics"]["rows_of"]

    shown = invoke(catalog_url, *base, *grid)
    assert shown.exit_code == 0, shown.output
    assert "kept" in shown.stdout
    ended = answer(catalog_url, *base, "--tune", "--param", "high=9000")["run"]
    assert ended["state"] == RunState.COMPLETE.value
    newest = store.runs()[0].pk
    failed = store.run(tried["runs"][0]["id"]).pk
    one = answer(catalog_url, "runs", newest)["run"]
    assert {"environment", "inputs", "outputs", "tuning"} <= set(one["details"])
    text = invoke(catalog_url, "runs", newest).stdout
    assert "set spark.sql.shuffle.partitions" in text
    assert "python version" in text
    compared = invoke(catalog_url, "runs", newest, failed).stdout
    assert "parameter high" in compared
    assert "too low" in compared
    assert "parameter modulus" not in compared, "the same in both"
    nothing = invoke(catalog_url, *base, "--grid", "high=1,2", "--maximize", "nothing")
    assert nothing.exit_code == 1
    assert "logs no metric 'nothing'" in nothing.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--grid", "a=1"), "--maximize METRIC or --minimize METRIC"),
        (("--maximize", "r2"), "--grid goes with"),
        (("--dry-run",), "--dry-run goes with --tune"),
        (("--grid", "a=1", "--maximize", "x", "--tune"), "neither --tune nor --full"),
        (("--output", "a", "--output", "b"), "several are NAME=PATH"),
    ],
)
def test_options_that_do_not_go_together(catalog_url: str, words: Any, told: str) -> None:
    done = invoke(catalog_url, "run", "x.py", *words)
    assert done.exit_code == 2
    assert told in done.output
