"""Validation of catalogued sources, from the crawl to the stored report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
from quality_cases import FAULTS, failed, flights

from catalog.crawl import crawl
from catalog.model import Source
from catalog.quality import derive, validate
from catalog.quality.choices import chosen
from catalog.quality.validate import expectations_of
from catalog.store import Store
from schema.errors import InvalidInput, NotFound, SourceError


@pytest.fixture
def store(catalog_url: str) -> Iterator[Store]:
    with Store.open(catalog_url) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "raw"
    made.mkdir()
    return made


def crawled(store: Store, folder: Path, table: pa.Table | None, name: str = "flights") -> Source:
    """Write a table as CSV and crawl the folder; the source that it is."""
    if table is not None:
        pyarrow.csv.write_csv(table.drop_columns(["legs"]), folder / f"{name}.csv")
    list(crawl([str(folder)], store))
    return store.source(name)


@pytest.mark.parametrize("data", [True, False])
def test_a_source_is_validated_and_the_report_stored(store, folder, data):
    source = crawled(store, folder, flights(300))
    report = validate(store, source, data=data)
    assert report.engine == "great_expectations"
    assert report.success
    assert report.rows_seen == 300
    assert len(report.results) > 30
    store.record_quality(report)
    assert store.quality([source.pk])[source.pk].results == report.results
    assert store.source(source.pk).quality == report.score


def test_a_crawl_judges_as_great_expectations_does(store, folder):
    crawled(store, folder, flights(300))
    source = crawled(store, folder, FAULTS["new category"][0](flights(300, seed=2)))
    at_crawl = store.quality([source.pk])[source.pk]
    assert at_crawl.engine == "summary"
    assert failed(at_crawl) == {("expect_column_values_to_be_in_set", "origin")}
    for data in (True, False):
        report = validate(store, source, data=data)
        assert failed(report) == failed(at_crawl)
        assert report.score == at_crawl.score


def test_the_data_is_what_is_validated(store, folder):
    """By the data, what changed since the crawl is seen; by the summary it is not."""
    source = crawled(store, folder, flights(300))
    path = folder / "flights.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"EWR"', '"XXX"'), encoding="utf-8")
    seen = failed(validate(store, source, data=True))
    assert ("expect_column_values_to_be_in_set", "origin") in seen
    assert {field for _, field in seen} == {"origin"}
    assert failed(validate(store, source, data=False)) == set()


def test_large_sources_are_judged_by_their_summary_unless_data_is_asked_for(store, folder):
    source = crawled(store, folder, flights(300))
    for file in folder.iterdir():
        file.unlink()  # whoever reads it now, fails
    report = validate(store, source, most_cells=300 * 12 - 1)
    assert (report.rows_seen, report.success) == (300, True)
    with pytest.raises(InvalidInput, match=r"3,600 cells .* 3,599"):
        validate(store, source, data=True, most_cells=300 * 12 - 1)
    with pytest.raises(SourceError):
        validate(store, source, most_cells=300 * 12)


def test_a_source_that_was_never_read_says_so(store, folder):
    (folder / "broken.parquet").write_bytes(b"PAR1 this is no Parquet")
    source = crawled(store, folder, None, "broken")
    with pytest.raises(NotFound, match=r"broken\.parquet: nothing of it could be read"):
        validate(store, source)


def test_expectations_come_from_the_versions_before(store, folder):
    first = crawled(store, folder, flights(300))
    version = store.version(first.version)
    assert expectations_of(store, version) == chosen(derive(version), {})
    second = crawled(store, folder, flights(310, seed=2))
    assert second.version != first.version
    found = expectations_of(store, store.version(second.version))
    assert {one.reason for one in found if "rows" in one.reason} == {
        "300 rows in the version before"
    }


def test_a_key_of_several_columns_is_checked_on_the_data(store, sample_data):
    list(crawl([str(sample_data / "reference.db")], store))
    source = store.source("routes")
    kinds = {one.expectation.type for one in validate(store, source, data=True).results}
    assert "expect_compound_columns_to_be_unique" in kinds
    kinds = {one.expectation.type for one in validate(store, source, data=False).results}
    assert "expect_compound_columns_to_be_unique" not in kinds
