"""DuckDB files, by DuckDB itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors import registry
from schema.errors import SourceError

ODD = '"odd "" name"'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "it's a 50% shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in (
            "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, words VARCHAR[])",
            "COMMENT ON TABLE buyer IS 'Who buys'",
            "COMMENT ON COLUMN buyer.name IS 'as on the invoice'",
            "INSERT INTO buyer VALUES (1, 'Anna', ['a', 'b']), (2, 'Bo', NULL)",
            "CREATE SCHEMA sales",
            f"CREATE TABLE {ODD} (price DECIMAL(9, 2), time TIMESTAMPTZ, who STRUCT(a INT))",
            f"INSERT INTO {ODD} VALUES (1.5, '2013-01-01T00:00:00+01', {{'a': 1}})",
            "CREATE TABLE bought (buyer INTEGER REFERENCES buyer (id))",
            "CREATE VIEW sales.names AS SELECT name FROM main.buyer",
        ):
            connection.execute(statement)
    return path


def test_tables_and_views_with_what_is_declared(shop: Path, read_source: Callable) -> None:
    found = read_source(f"duckdb:///{shop}")
    assert list(found) == ["main.bought", "main.buyer", 'main.odd " name', "sales.names"]
    buyer = found["main.buyer"].dataset
    assert buyer.format == "duckdb"
    assert buyer.description == "Who buys"
    assert buyer.declared is not None
    assert buyer.declared.primary_key == ("id",)
    assert buyer.declared.field("name").description == "as on the invoice"
    assert not buyer.declared.field("name").nullable
    (key,) = found["main.bought"].dataset.foreign_keys
    assert (key.columns, key.referred, key.referred_columns) == (("buyer",), "main.buyer", ("id",))
    assert found["main.buyer"].rows[0] == {"id": 1, "name": "Anna", "words": ["a", "b"]}
    odd = found['main.odd " name'].batches[0]
    assert [str(field.type) for field in odd.schema] == [
        "decimal128(9, 2)",
        "timestamp[us, tz=UTC]",
        "struct<a: int32>",
    ]
    assert odd.to_pylist()[0]["price"] == Decimal("1.50")
    assert found["sales.names"].rows == [{"name": "Anna"}, {"name": "Bo"}]
    assert ("estimated rows", "2") in {(one.choice, one.value) for one in buyer.evidence}


def test_a_view_reads_no_other_file(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    with duckdb.connect(str(shop)) as connection:
        connection.execute(f"CREATE VIEW spy AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    source = registry.open_source(f"duckdb:///{shop}")
    spy = next(one for one in source.datasets() if one.name == "main.spy")
    (finding,) = source.examine(spy).findings
    assert finding.code == "table-unreadable"


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"\0" * 5000)
    with pytest.raises(SourceError, match=r"x\.duckdb") as raised:
        list(registry.open_source(f"duckdb:///{tmp_path}/x.duckdb").datasets())
    assert "\n" not in str(raised.value)
