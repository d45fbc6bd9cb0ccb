"""Foreign keys that a database declares come first, whatever columns are called and hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from catalog.crawl import crawl
from catalog.joins.asking import joins
from catalog.joins.model import JoinKind
from catalog.store import Store

SCRIPT = """
CREATE TABLE lines (number INTEGER, place INTEGER, PRIMARY KEY (number, place));
CREATE TABLE zeta (id INTEGER PRIMARY KEY, what TEXT);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, x INTEGER REFERENCES zeta, n INTEGER, p INTEGER,
    FOREIGN KEY (n, p) REFERENCES lines
);
"""


def test_declared_keys_come_first_those_of_several_columns_too(catalog_url: str, tmp_path: Path):
    for name in ("one", "two"):  # the same tables elsewhere are not what is declared
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as database, database:
            database.executescript(SCRIPT)
            lines = [(n, n % 3) for n in range(30)]
            database.executemany("INSERT INTO lines VALUES (?, ?)", lines)
            zetas = [(n, f"w{n}") for n in range(30)]
            database.executemany("INSERT INTO zeta VALUES (?, ?)", zetas)
            events = [(n, n % 25, n % 30, n % 30 % 3) for n in range(90)]
            database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", events)
    with Store.open(catalog_url) as store:
        found = [outcome.source for outcome in crawl([str(tmp_path)], store)]
        events, zeta = (
            next(one for one in found if one.label == label and "one.db" in one.uri)
            for label in ("events", "zeta")
        )
        told = joins(store, events)
        named = {one.pk: one.label for one in found if one.namespace == events.namespace}
        first = [(join.field, named.get(join.other), join.other_field) for join in told[:3]]
        assert first == [("n", "lines", "number"), ("p", "lines", "place"), ("x", "zeta", "id")]
        assert {(join.kind, join.score) for join in told[:3]} == {(JoinKind.FOREIGN_KEY, 1.0)}
        assert told[0].reasons == ("it is declared as a foreign key, together with 'p' → 'place'",)
        assert not any(join.declared for join in told[3:])
        back = joins(store, zeta)[0]
        assert (back.field, back.kind, back.declared) == ("id", JoinKind.REFERENCED_BY, True)
        assert (named[back.other], back.other_field) == ("events", "x")
