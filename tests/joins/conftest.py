"""A small shop as SQLite, with keys that count from one, and files that speak of the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from catalog.crawl import crawl
from catalog.model import Source
from catalog.store import Store

TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, country TEXT, visits INTEGER);
CREATE TABLE products (product_id INTEGER PRIMARY KEY, title TEXT, unit_price REAL, stock INTEGER);
CREATE TABLE warehouses (code TEXT PRIMARY KEY, city TEXT);
CREATE TABLE staff (id INTEGER PRIMARY KEY, reports_to INTEGER, nickname TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, billing_customer_id INTEGER,
    warehouse TEXT, approved_by INTEGER, rating INTEGER);
CREATE TABLE order_lines (line INTEGER, ordr_id INTEGER, product INTEGER, quantity INTEGER);
"""

KEYS = {
    ("orders", "customer_id", "customers", "id"),
    ("orders", "billing_customer_id", "customers", "id"),
    ("orders", "warehouse", "warehouses", "code"),
    ("orders", "approved_by", "staff", "id"),
    ("order_lines", "ordr_id", "orders", "id"),
    ("order_lines", "product", "products", "product_id"),
    ("staff", "reports_to", "staff", "id"),
}
"""What refers to what. All but the warehouses count from one, and so do quantities and ratings."""


def rows(count: int, *columns: str) -> list[tuple[object, ...]]:
    """Rows of the values of Python expressions in `n`, which counts from 1."""
    codes = [compile(column, "column", "eval") for column in columns]
    return [tuple(eval(code, {"n": n}) for code in codes) for n in range(1, count + 1)]


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, Source]]]:
    """The catalog, and its sources by label."""
    folder: Path = tmp_path_factory.mktemp("joins") / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.db")) as database, database:
        database.executescript(TABLES)
        for table, values in {
            "customers": rows(90, "n", "f'Customer {n}'", "'DE FR IT ES'.split()[n % 4]", "n % 31"),
            "products": rows(40, "n", "f'Thing {n}'", "n * 1.25", "n * 3 % 50"),
            "warehouses": rows(12, "f'WH-{n * 7:03}'", "f'Town {n}'"),
            "staff": rows(9, "n", "n // 2 or None", "f'nick{n}'"),
            "orders": rows(
                300, "n", "n * 7 % 90 + 1", "n * 11 % 90 + 1", "f'WH-{(n % 12 + 1) * 7:03}'",
                "n % 9 + 1", "n % 5 + 1",
            ),
            "order_lines": rows(
                900, "n % 3 + 1", "(n + 2) // 3", "n * 13 % 40 + 1", "n % 17 + 1"
            ),
        }.items():  # fmt: skip
            marks = ", ".join("?" * len(values[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    stock = "".join(f"wh {n * 7:03},{n * 100}\n" for n in range(1, 13))
    (folder / "stock.csv").write_text("Warehouse,pieces\n" + stock)
    for year in ("alpha", "beta"):
        lines = "".join(f"2024-01-{n:02},sensor{n % 3},{n * 1.5}\n" for n in range(1, 29))
        (folder / f"readings_{year}.csv").write_text("taken,Sensor_ID,value\n" + lines)
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        found = list(crawl([str(folder)], store))
        yield store, {outcome.source.label: outcome.source for outcome in found}
