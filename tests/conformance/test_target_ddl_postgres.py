"""The DDL of every sample, run by a real PostgreSQL."""

from __future__ import annotations

import psycopg

from tests.conformance.target_samples import EDGES, SAMPLES, Written, load
from tests.postgresql import Server


def test_postgresql_makes_the_tables(written: Written, postgres: Server) -> None:
    url = postgres.database()
    with psycopg.connect(url) as connection:
        for sample in SAMPLES + EDGES:
            connection.execute(written[sample, "ddl"][1].code)
            found = connection.execute(
                "select column_name from information_schema.columns"
                " where table_schema = 'public' order by ordinal_position"
            ).fetchall()
            assert [name for (name,) in found] == load(written[sample, "arrow"][0]).SCHEMA.names
            connection.rollback()
    postgres.drop(url)
