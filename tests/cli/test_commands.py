"""Every command on the sample data: its JSON document, what it prints, and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.model import parse_id

Answer = Callable[..., Any]


# --- crawl


def test_crawl_tells_each_source_and_its_findings(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    told = answer(
        "crawl", tmp_path, "--include", "*.csv", "--include", "*.parquet", catalog=catalog
    )
    assert set(told) >= {"sources", "counts", "bytesRead", "seconds"}
    assert told["counts"] == {"NEW": 1, "CHANGED": 0, "UNCHANGED": 0, "FAILED": 1, "GONE": 0}
    by_name = {Path(source["name"]).name: source for source in told["sources"]}
    good, broken = by_name["a.csv"], by_name["b.parquet"]
    assert set(good) >= {"id", "name", "uri", "format", "status", "findings"}
    assert (good["status"], good["format"], good["findings"]) == ("NEW", "csv", [])
    assert good["uri"] == f"file://{tmp_path}/a.csv"
    assert parse_id(good["id"])[0] == "Source"
    assert broken["status"] == "FAILED"
    assert set(broken["findings"][0]) >= {"code", "message", "place"}
    assert told["bytesRead"] == 8
    again = answer("crawl", tmp_path, "--include", "*.csv", catalog=catalog)
    assert (again["counts"]["UNCHANGED"], again["bytesRead"]) == (1, 0)


def test_crawl_tells_people_what_is_new_and_what_is_wrong(
    headwater: Answer, tmp_path: Path
) -> None:
    (tmp_path / "odd[red].csv").write_text("a,b\n1,2\n1\n")
    shown = headwater("crawl", tmp_path, catalog=f"sqlite:///{tmp_path / 'c.db'}").stdout
    assert "odd[red]" in shown
    assert "csv-ragged-row" in shown
    assert "NEW" in shown


def test_crawl_tells_the_gravest_first_and_of_many_alike_one(
    headwater: Answer, tmp_path: Path
) -> None:
    (tmp_path / "coded.csv").write_text("a,b,c\n" + "1,2,3\n" * 50 + "NA,NA,NA\n")
    (tmp_path / "torn.parquet").write_bytes(b"PAR1torn")
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    told = headwater("--catalog", catalog, "crawl", str(tmp_path)).output
    lines = [line for line in told.splitlines() if "codes" in line or "torn: " in line]
    assert lines[0].startswith("torn: error ")
    assert len(lines) == 2
    assert "'a' is int64, and 1 value is a code for missing ('NA')" in lines[1]
    assert lines[1].endswith("; 2 more like it")


def test_crawl_of_nothing_there_is_a_fault_that_names_it(headwater: Answer, tmp_path: Path) -> None:
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    done = headwater("crawl", tmp_path / "nowhere", catalog=catalog, status=1)
    assert f"{tmp_path}/nowhere" in done.stderr
    assert done.stderr.startswith("headwater: ")
    done = headwater("crawl", "gopher://x/y", catalog=catalog, status=1)
    assert "gopher" in done.stderr


def test_crawl_refuses_an_option_without_a_value(headwater: Answer, tmp_path: Path) -> None:
    assert "NAME=VALUE" in headwater("crawl", tmp_path, "--option", "x", status=2).stderr


# --- search


def test_search_finds_by_column_and_tells_why(answer: Answer) -> None:
    told = answer("search", "arr_delay", "--limit", 3)
    assert told["totalCount"] >= 1
    first = told["sources"][0]
    assert set(first) >= {"id", "name", "uri", "format", "score", "rowCount", "quality"}
    assert len(told["sources"]) <= 3
    assert "flights" in {
        Path(source["name"]).name for source in answer("search", "arr_delay")["sources"]
    }
    assert {"name", "values"} == set(told["facets"][0])


def test_search_filters(answer: Answer) -> None:
    told = answer("search", "--format", "parquet")
    assert {source["format"] for source in told["sources"]} == {"parquet"}
    told = answer("search", "--column", "tailnum", "--format", "jsonl")
    assert [Path(source["name"]).stem for source in told["sources"]] == ["planes"]
    assert answer("search", "--min-quality", "100.0")["totalCount"] < answer("search")["totalCount"]


def test_search_without_a_hit_says_so(headwater: Answer, answer: Answer) -> None:
    assert answer("search", "zzzyyyxxx")["sources"] == []
    assert "nothing found" in headwater("search", "zzzyyyxxx").stdout


# --- show


def test_show_is_the_source_as_graphql_has_it(answer: Answer) -> None:
    told = answer("show", "flights")
    assert told["name"].endswith("/sample_data/flights")
    assert told["format"] == "csv"
    types = {field["name"]: field["type"] for field in told["schema"]["fields"]}
    assert types["arr_delay"] == "int64"
    assert types["carrier"] == "string"
    assert types["month"] == "int64"
    profile = next(one for one in told["profile"]["columns"] if one["name"] == "arr_delay")
    assert profile["nullCount"] > 0
    assert profile["min"] < 0 < profile["max"]
    assert told["profile"]["rowCount"] == 33678
    assert told["quality"]["score"] > 90
    assert told["evidence"][0].keys() == {"choice", "value", "reason"}


@pytest.mark.parametrize("way", ["id", "uri", "name", "label"])
def test_a_source_is_named_by_id_uri_name_or_label(answer: Answer, way: str) -> None:
    assert answer("show", answer("show", "planes")[way])["label"] == "planes"


def test_show_tells_people_schema_figures_quality_and_evidence(headwater: Answer) -> None:
    shown = headwater("show", "flights", "--evidence").stdout
    for word in ("33,678 rows", "arr_delay", "int64", "quality", "delimiter = ,"):
        assert word in shown


def test_show_prints_hostile_names_as_they_are_and_steers_no_terminal(
    headwater: Answer, answer: Answer
) -> None:
    names = [field["name"] for field in answer("show", "hostile/names.csv")["schema"]["fields"]]
    assert any("\n" in name for name in names)
    shown = headwater("show", "hostile/names.csv").stdout
    assert "\x1b" not in shown
    for name in names:
        visible = name.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        assert visible[:20] in shown, name


def test_what_is_not_there_is_told_with_names_that_are_near(headwater: Answer) -> None:
    told = headwater("show", "flihgts", status=1).stderr
    assert "flihgts" in told
    assert "flights" in told
    assert "v1/monthly" in headwater("show", "monthly", status=1).stderr


def test_show_of_what_could_never_be_read_tells_why(headwater: Answer, answer: Answer) -> None:
    assert "parquet-corrupt" in headwater("show", "truncated").stdout
    told = answer("show", "truncated")
    assert (told["status"], told["schema"]) == ("FAILED", None)
    assert "nothing of it could be read" in headwater("diff", "truncated", status=1).stderr


# --- diff


@pytest.fixture
def evolved(sample_data: Path, tmp_path: Path, headwater: Answer) -> str:
    """A catalog that has seen both versions of the evolving sample at one place."""
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    place = tmp_path / "data" / "monthly.csv"
    place.parent.mkdir()
    for version in ("v1", "v2"):
        shutil.copy(sample_data / "evolving" / version / "monthly.csv", place)
        headwater("crawl", place.parent, catalog=catalog)
    return catalog


def test_diff_tells_what_changed_and_what_breaks(
    answer: Answer, headwater: Answer, evolved: str
) -> None:
    told = answer("diff", "monthly", catalog=evolved)
    assert told["compatibility"] in {"FULL", "BACKWARD", "FORWARD", "BREAKING"}
    assert told["changes"]
    assert set(told["changes"][0]) == {"kind", "field", "before", "after", "breaking", "reason"}
    assert answer("diff", "monthly", "1", "2", catalog=evolved) == told
    assert answer("diff", "monthly", told["from"], told["to"], catalog=evolved) == told
    same = answer("diff", "monthly", "v2", "2", catalog=evolved)
    assert (same["compatibility"], same["changes"]) == ("FULL", [])
    shown = headwater("diff", "monthly", catalog=evolved).stdout
    assert told["compatibility"] in shown
    assert told["changes"][0]["field"] in shown


def test_diff_with_a_version_that_is_not_there_says_which_are(
    headwater: Answer, evolved: str
) -> None:
    told = headwater("diff", "monthly", "7", catalog=evolved, status=1).stderr
    assert "no version 7" in told
    assert "1 to 2" in told


# --- connect


def test_connect_gives_code_with_its_fingerprint(answer: Answer, headwater: Answer) -> None:
    told = answer("connect", "flights", "--target", "pyspark")
    assert set(told) >= {"target", "filename", "fingerprint", "code"}
    assert told["fingerprint"] == answer("show", "flights")["schema"]["fingerprint"]
    assert told["fingerprint"] in told["code"]
    assert headwater("connect", "flights", "--target", "pyspark").stdout == told["code"]


def test_connect_writes_a_file_that_reads_the_source(
    answer: Answer, tmp_path: Path, headwater: Answer
) -> None:
    headwater("connect", "airports", "--target", "arrow", "-o", tmp_path / "deep" / "a.py")
    code = "import a; t = a.read(); print(t.num_rows, t.schema.field('faa').type)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "deep", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1458", "string"]
    told = answer("connect", "airports", "--target", "arrow", "-o", tmp_path)
    assert (tmp_path / told["filename"]).read_text() == told["code"]


def test_connect_to_a_target_that_is_not_there_lists_those_that_are(headwater: Answer) -> None:
    told = headwater("connect", "flights", "--target", "cobol", status=1).stderr
    assert "cobol" in told
    assert "pyspark" in told


# --- lineage and runs of sources that no run has touched


def test_lineage_of_a_source_by_itself(answer: Answer, headwater: Answer) -> None:
    told = answer("lineage", "flights")
    assert [Path(node["name"]).name for node in told["nodes"]] == ["flights"]
    assert told["edges"] == []
    assert "no run" in headwater("lineage", "flights").stdout


def test_runs_when_there_are_none(answer: Answer, headwater: Answer) -> None:
    assert answer("runs") == {"runs": []}
    assert "no runs yet" in headwater("runs").stdout


# --- serve


def test_serve_refuses_an_address_that_others_can_reach(headwater: Answer) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):
        assert host in headwater("serve", "--host", host, "--port", 0, status=1).stderr


def test_serve_answers_on_a_free_port_until_it_is_told_to_stop(sample_catalog: str) -> None:
    import signal
    import urllib.request

    program = [sys.executable, "-m", "catalog.cli.main"]
    command = [*program, "--catalog", sample_catalog, "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        line = service.stderr.readline()
        url = next(word for word in line.split() if word.startswith("http://"))
        body = json.dumps({"query": '{ source(name: "flights") { profile { rowCount } } }'})
        request = urllib.request.Request(
            f"{url}graphql", body.encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            told = json.load(response)
        service.send_signal(signal.SIGINT)
        assert service.wait(timeout=30) == 0
    assert told["data"]["source"]["profile"]["rowCount"] == 33678


# --- joins


def test_joins_are_told(answer: Answer, headwater: Answer) -> None:
    told = answer("joins", "routes", "--column", "carrier")["joins"]
    found = {(one["source"]["name"].rsplit(".", 1)[-1], one["otherField"]): one for one in told}
    one = found["airlines", "carrier"]
    assert (one["field"], one["kind"]) == ("carrier", "FOREIGN_KEY")
    assert (one["cardinality"], one["containment"], one["jaccard"]) == ("MANY_TO_ONE", 1.0, 1.0)
    assert one["score"] == max(join["score"] for join in told)
    shown = headwater("joins", "routes").stdout
    assert "refers to" in shown
    assert "airlines" in shown
    assert len(answer("joins", "routes", "--limit", "3")["joins"]) == 3


def test_unions_and_additions_are_told(answer: Answer, headwater: Answer) -> None:
    told = answer("joins", "flights", "--unions")
    gained = {one["join"]["source"]["uri"].rsplit("/", 1)[-1]: one for one in told["additions"]}
    airports = gained["airports.csv"]
    assert (airports["join"]["field"], airports["join"]["otherField"]) == ("dest", "faa")
    assert "lat" in airports["columns"]
    assert "dest = faa" in headwater("joins", "flights", "--unions").stdout
    unions = answer("joins", "bom", "--unions")["unions"]
    assert [pair["field"] for pair in unions[0]["fields"]][:2] == ["faa", "name"]


def test_joins_of_what_is_not_there_are_a_fault(headwater: Answer) -> None:
    done = headwater("joins", "routes", "--column", "nothing", status=1)
    assert "routes has no column 'nothing'; its columns are" in done.stderr
    assert "no column of another source joins" in headwater("joins", "header_only").stdout
