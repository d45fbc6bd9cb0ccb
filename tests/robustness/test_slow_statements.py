"""A view that gives no row is ended, told, and takes no other table of the crawl with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from catalog.crawl import crawl
from catalog.model import Status
from catalog.store import Store
from connectors.sources import database

ENDLESS = (
    "CREATE VIEW slow AS WITH RECURSIVE n (i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0) SELECT count(*) AS c FROM n"
)


def _sqlite(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute(ENDLESS)
        connection.execute("CREATE TABLE sound AS SELECT 1 AS a")
    connection.close()
    return f"sqlite:///{path}"


def _duckdb(path: Path) -> str:
    with duckdb.connect(str(path)) as connection:
        product = "range(1000000000) a, range(1000000000) b"
        connection.execute(f"CREATE VIEW slow AS SELECT sum(sin(a.range * b.range)) FROM {product}")
        connection.execute("CREATE TABLE sound AS SELECT 1 AS a")
    return f"duckdb:///{path}"


@pytest.mark.parametrize("make", [_sqlite, _duckdb])
def test_it_is_ended_and_the_others_are_read(tmp_path, monkeypatch, catalog_url, make) -> None:
    uri = make(tmp_path / "data.db")
    monkeypatch.setattr(database, "STATEMENT_TIMEOUT_SECONDS", 0.2)
    with Store.open(catalog_url) as store:
        found = {one.source.name.rpartition(".")[2]: one for one in crawl([uri], store)}
    assert found["slow"].status is Status.FAILED
    assert "gave no row for 0.2 s" in found["slow"].findings[0].message
    assert found["sound"].status is Status.NEW
