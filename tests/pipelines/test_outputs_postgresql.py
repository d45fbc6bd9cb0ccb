"""Tables of a real PostgreSQL as outputs: one transaction, types and logins as declared."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from catalog.crawl import crawl
from catalog.store import Store
from connectors.spark.outputs import Output
from connectors.spark.tables import Transactions, staged_table
from schema.errors import RunError
from tests.postgresql import Server

AT = datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
COLUMNS = "id long, price decimal(10,2), at timestamp, ok boolean, raw binary"


@pytest.fixture(scope="module")
def server(postgres: Server) -> str:
    return postgres.database()


def put(frame: Any, output: Output) -> str:
    with Transactions() as transactions, staged_table(frame, output, transactions) as staged:
        written = staged.commit()
        transactions.commit()
    return written.uri


@pytest.mark.spark
def test_a_table_of_postgresql(
    spark: Any, server: str, catalog_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{server}#orders"
    first = spark.createDataFrame(
        [(1, Decimal("1.50"), AT, True, b"\0"), (2, None, None, None, None)], COLUMNS
    )
    uri = put(first, Output(place, key="id"))
    assert uri.endswith("#public.orders")
    assert (make_url(server).password or "@") not in uri
    changed = spark.createDataFrame([(2, Decimal("2.50"), AT, False, None)], COLUMNS)
    put(changed, Output(place, mode="upsert", key="id"))
    with psycopg.connect(server) as connection:
        rows = connection.execute("select id, price, at, raw from orders order by id").fetchall()
        assert rows == [(1, Decimal("1.50"), AT, b"\0"), (2, Decimal("2.50"), AT, None)]
    with pytest.raises(RunError, match="orders_pkey"):
        put(changed, Output(place, mode="append"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create view totals as select sum(price) from orders")
        put(changed, Output(place, key="id"))
        assert connection.execute("select sum from totals").fetchone() == (Decimal("2.50"),)
        with pytest.raises(RunError, match="totals"):
            put(changed.drop("price"), Output(place))
        assert connection.execute("select sum from totals").fetchone() == (Decimal("2.50"),)
    with Store.open(catalog_url) as store:
        list(crawl([f"{server}#public.orders"], store))
        version = store.version(store.source("orders").version or 0)
        types = {field.name: str(field.type) for field in version.schema}
    assert types["price"] == "decimal128(10, 2)"
    assert types["at"] == "timestamp[us, tz=UTC]"
    monkeypatch.setenv("LOGIN", server)
    put(first, Output("postgresql://nowhere/db#other", credentials="env:LOGIN"))
    with psycopg.connect(server) as connection:
        assert connection.execute("select count(*) from other").fetchone() == (2,)
