"""Validation of catalogued sources, from the crawl to the stored report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
import sqlalchemy as sa
from quality_cases import FAULTS, failed, flights

from catalog.crawl import crawl
from catalog.model import Source
from catalog.quality import derive, validate
from catalog.quality.choices import chosen
from catalog.quality.validate import expectations_of
from catalog.store import Store
from connectors.model import Limits
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


@pytest.mark.parametrize("engine", ["pandas", "summary"])
def test_a_source_is_validated_and_the_report_stored(store, folder, engine):
    source = crawled(store, folder, flights(300))
    report = validate(store, source, engine=engine)
    assert report.engine.startswith("great_expectations")
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
    for engine in ("pandas", "summary"):
        report = validate(store, source, engine=engine)
        assert failed(report) == failed(at_crawl)
        assert report.score == at_crawl.score


def test_the_data_is_what_is_validated(store, folder):
    """By the data, what changed since the crawl is seen; by the summary it is not."""
    source = crawled(store, folder, flights(300))
    path = folder / "flights.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"EWR"', '"XXX"'), encoding="utf-8")
    seen = failed(validate(store, source, engine="pandas"))
    assert ("expect_column_values_to_be_in_set", "origin") in seen
    assert {field for _, field in seen} == {"origin"}
    assert failed(validate(store, source, engine="summary")) == set()


def test_the_summary_is_asked_unless_data_is(store, folder):
    source = crawled(store, folder, flights(300))
    for file in folder.iterdir():
        file.unlink()  # whoever reads it now, fails
    report = validate(store, source)
    assert (report.rows_seen, report.success) == (300, True)
    with pytest.raises(InvalidInput, match=r"3,600 cells .* 3,599"):
        validate(store, source, engine="pandas", most_cells=300 * 12 - 1)
    with pytest.raises(SourceError):
        validate(store, source, engine="pandas", most_cells=300 * 12)
    with pytest.raises(InvalidInput, match="not a table of a database"):
        validate(store, source, engine="sql")
    with pytest.raises(InvalidInput, match="'duckdb': not one of summary, pandas"):
        validate(store, source, engine="duckdb")


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


def verdicts(store: Store, source: Source, engine: str) -> dict[str | None, bool]:
    report = validate(store, source, engine=engine)
    return {one.expectation.key: one.success for one in report.results}


@pytest.mark.parametrize("name", ["routes", "airlines"])
def test_the_engines_agree_on_a_table_of_a_database(store, sample_data, name):
    list(crawl([str(sample_data / "reference.db")], store))
    source = store.source(name)
    by_sql, by_pandas = (verdicts(store, source, engine) for engine in ("sql", "pandas"))
    by_summary = verdicts(store, source, "summary")
    assert by_sql == by_pandas == by_summary
    assert len(by_sql) >= 8


@pytest.mark.parametrize("name", ["airports.csv", "weather.parquet", "planes.jsonl"])
def test_summary_and_pandas_agree_on_samples(store, sample_data, name):
    list(crawl([str(sample_data / name)], store))
    source = store.source(name.partition(".")[0])
    by_summary = verdicts(store, source, "summary")
    assert by_summary == verdicts(store, source, "pandas")
    assert len(by_summary) > 15


HOSTILE = ["a:b", "a\\:b", "100%", 'say "x"', "Name", "name", "new\nline"]


def test_a_table_of_postgresql_is_judged_where_it_is(store, postgres, tmp_path):
    url = postgres.database()
    engine = sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool
    )
    columns = [sa.Column(name, sa.Integer) for name in HOSTILE]
    table = sa.Table('odd "table"', sa.MetaData(), *columns, sa.Column("day", sa.Date))
    with engine.begin() as connection:
        table.create(connection)
        day = date(2026, 1, 1)
        rows = [dict.fromkeys(HOSTILE, n) | {"day": day + timedelta(n)} for n in range(120)]
        connection.execute(sa.insert(table), rows)
    (tmp_path / "url").write_text(url)
    list(crawl([url], store, Limits(credentials=f"file:{tmp_path / 'url'}")))
    source = store.source('odd "table"')
    assert verdicts(store, source, "sql") == verdicts(store, source, "pandas")
    with engine.begin() as connection:
        connection.execute(sa.update(table).values({"a:b": None}).where(table.c["new\nline"] < 30))
    by_sql = verdicts(store, source, "sql")
    assert [key for key, met in by_sql.items() if not met] == ["not_be_null:a:b"]


def test_what_the_summary_cannot_answer_is_asked_of_the_data(store, sample_data):
    list(crawl([str(sample_data / "reference.db")], store))
    source = store.source("routes")
    report = validate(store, source)
    kinds = {one.expectation.type: one for one in report.results}
    assert kinds["expect_compound_columns_to_be_unique"].success
