"""A crawl of the samples finds each once, tells every fault, and is cheap to repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SOUND = {
    "airports.csv": 1458,
    "evolving/v1/monthly.csv": 92,
    "evolving/v2/monthly.csv": 185,
    "flights": 33678,
    "planes.jsonl": 3322,
    "weather.parquet": 26115,
}
TABLES = {"airlines": 16, "routes": 441}
UNREADABLE = {"empty.csv", "picture.csv", "truncated.parquet"}


def below(sample_data: Path, sources: list[dict[str, Any]], folder: str) -> dict[str, Any]:
    """The sources below a folder of the samples, by their path in it."""
    start = f"{sample_data / folder}/"
    return {s["name"].removeprefix(start): s for s in sources if s["name"].startswith(start)}


def test_each_data_set_is_one_source(crawled: Any, sample_data: Path) -> None:
    sources = crawled.first["sources"]
    found = below(sample_data, sources, ".")
    sound = {path: s for path, s in found.items() if not path.startswith("hostile/")}
    assert {path: source["rowCount"] for path, source in sound.items()} == SOUND
    tables = {s["name"]: s["rowCount"] for s in sources if s["namespace"].startswith("sqlite:")}
    assert tables == TABLES
    assert {s["status"] for s in sound.values()} == {"NEW"}
    assert not [s for s in sound.values() if s["findings"]]


def test_no_hostile_file_is_lost_and_each_has_a_finding(crawled: Any, sample_data: Path) -> None:
    found = below(sample_data, crawled.first["sources"], "hostile")
    assert set(found) == {path.name for path in (sample_data / "hostile").iterdir()}
    assert not [path for path, source in found.items() if not source["findings"]]
    for source in found.values():
        for finding in source["findings"]:
            assert finding["code"]
            assert finding["message"]
    assert {path for path, s in found.items() if s["status"] == "FAILED"} == UNREADABLE


def test_crawling_counts_what_it_did(crawled: Any) -> None:
    statuses = [source["status"] for source in crawled.first["sources"]]
    for status in ("NEW", "FAILED"):
        assert crawled.first["counts"][status] == statuses.count(status)
    assert crawled.first["bytesRead"] > 3_000_000


def test_crawling_again_reads_nothing_and_mints_no_version(crawled: Any) -> None:
    assert crawled.again["bytesRead"] == 0
    states = {s["name"]: s["status"] for s in crawled.again["sources"]}
    assert set(states.values()) == {"UNCHANGED", "FAILED"}
    assert len(states) == len(crawled.first["sources"])
    for name in ("flights", "routes", "hostile/ragged"):
        assert crawled.terminal.json("show", name)["version"]["number"] == 1


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("hostile/latin1.csv", "name", "Zürich"),
        ("hostile/utf16.csv", "name", "Ashland County Airport"),
        ("hostile/bom.csv", "faa", "04G"),
        ("hostile/nul_bytes.csv", "name", "Endeavor Air Inc\0."),
    ],
)
def test_what_hostile_files_hold_is_kept(crawled: Any, name: str, column: str, value: str) -> None:
    fields = crawled.terminal.json("show", name)["schema"]["fields"]
    (profile,) = (field["profile"] for field in fields if field["name"] == column)
    values = [top["value"] for top in profile["topValues"]] + [profile["min"], profile["max"]]
    assert value in values


def test_a_second_delivery_is_a_second_version(terminal: Any, sample_data: Path) -> None:
    place = terminal.folder / "monthly.csv"
    for delivery in ("v1", "v2"):
        place.write_bytes((sample_data / "evolving" / delivery / "monthly.csv").read_bytes())
        outcome = terminal.json("crawl", place)
    assert [source["status"] for source in outcome["sources"]] == ["CHANGED"]
    diff = terminal.json("diff", "monthly")
    changes = {(change["kind"], change["field"]): change for change in diff["changes"]}
    assert changes["TYPE", "mean_delay"]["after"] == "double"
    assert changes["ADDED", "cancelled"]["breaking"] is False
    assert changes["REMOVED", "late"]["breaking"] is True
    assert changes["RENAMED", "name"]["after"] == "airline"
    assert "of the content" in changes["RENAMED", "name"]["reason"]
    assert diff["compatibility"] == "BREAKING"
    assert terminal.json("show", "monthly")["version"]["number"] == 2
