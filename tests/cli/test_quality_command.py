"""`headwater quality`: Great Expectations' verdict, stored, as JSON and as a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog.store import Store


def test_quality_validates_stores_and_writes_a_page(
    answer: Callable[..., Any], headwater: Callable[..., Any], sample_data: Path, tmp_path: Path
) -> None:
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    (tmp_path / "data").mkdir()
    shutil.copy(sample_data / "airports.csv", tmp_path / "data")
    headwater("crawl", tmp_path / "data", catalog=catalog)
    told = answer("quality", "airports", "--html", tmp_path / "page", catalog=catalog)
    assert set(told) >= {"success", "score", "results"}
    assert told["engine"] == "great_expectations"
    assert 0 < told["score"] <= 100
    scores = [one["score"] for one in told["dimensions"]]
    assert told["score"] == round(sum(scores) / len(scores), 2)
    assert sum(one["expected"] for one in told["dimensions"]) == len(told["results"])
    assert set(told["results"][0]) >= {
        "expectation", "field", "success", "observed", "unexpectedCount",
    }  # fmt: skip
    assert {result["field"] for result in told["results"]} >= {"faa", "lat", None}
    assert "airports" in (tmp_path / "page" / "index.html").read_text()
    with Store.open(catalog) as store:
        pk = store.source("airports").pk
        assert store.quality([pk])[pk].engine == "great_expectations"
        assert [one.engine for one in store.quality_history(pk)] == [
            "great_expectations",
            "summary",
        ]
    shown = headwater("quality", "airports", "--engine", "summary", catalog=catalog).stdout
    assert "quality" in shown
    assert "not_be_null" in shown
