"""SQLite: tables and views by reflection, dynamic typing, read-only, found in folders."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import registry
from connectors.model import ForeignKey, Limits
from connectors.sources import sqlite as sqlite_connections
from schema.errors import SourceError


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE airlines (carrier TEXT PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE flights (
                id INTEGER PRIMARY KEY, carrier TEXT REFERENCES airlines (carrier),
                delay REAL, seats INT, cancelled BOOLEAN, raw BLOB, day DATE
            );
            CREATE VIEW late AS SELECT id, delay FROM flights WHERE delay > 10;
            CREATE TABLE "odd ""name"" #?%.x" ("a b" INTEGER, "'; DROP TABLE airlines;--" TEXT);
            CREATE TABLE mixed (n INTEGER, s TEXT, anything);
            CREATE TABLE empty (a INTEGER);
            INSERT INTO airlines VALUES ('AA', 'American'), ('UA', 'United');
            INSERT INTO flights VALUES
                (1, 'AA', 1.5, 100, 0, x'00ff', '2013-01-01'), (2, 'UA', NULL, NULL, 1, NULL, NULL),
                (3, 'UA', 20, 7, NULL, x'', '2013-01-03');
            INSERT INTO "odd ""name"" #?%.x" VALUES (1, 'x');
            INSERT INTO mixed VALUES (1, 'a', 1), ('two', 2.5, 'b'), (x'03', NULL, 3.5);
            """
        )
    connection.close()
    return path


@pytest.fixture
def tables(database: Path, read_source: Callable) -> dict:
    return read_source(f"sqlite:///{database}")


def test_every_table_and_view_is_a_dataset(database, tables) -> None:
    assert set(tables) == {
        "airlines", "empty", "flights", "late", "mixed", 'odd "name" #?%.x',
    }  # fmt: skip
    dataset = tables["airlines"].dataset
    assert dataset.namespace == f"sqlite://{database}"
    assert dataset.uri == f"sqlite:///{database}#airlines"
    assert dataset.format == "sqlite"


def test_types_and_values(tables) -> None:
    found = tables["flights"]
    assert found.batches[0].schema == pa.schema(
        [
            ("id", pa.int64()),
            ("carrier", pa.string()),
            ("delay", pa.float64()),
            ("seats", pa.int64()),
            ("cancelled", pa.bool_()),
            ("raw", pa.binary()),
            ("day", pa.string()),
        ]
    )
    assert list(found.rows[0].values()) == [1, "AA", 1.5, 100, False, b"\x00\xff", "2013-01-01"]
    assert list(found.rows[1].values()) == [2, "UA", None, None, True, None, None]
    assert found.rows[2]["delay"] == 20.0
    assert found.codes == set()


def test_keys(tables) -> None:
    dataset = tables["flights"].dataset
    assert dataset.declared is not None
    assert dataset.declared.primary_key == ("id",)
    assert dataset.foreign_keys == (ForeignKey(("carrier",), "airlines", ("carrier",)),)
    assert not tables["airlines"].dataset.declared.field("name").nullable


def test_values_that_are_not_as_declared_make_the_column_text(tables) -> None:
    found = tables["mixed"]
    assert [row["n"] for row in found.rows] == ["1", "two", "\x03"]
    assert [row["s"] for row in found.rows] == ["a", "2.5", None]
    assert [row["anything"] for row in found.rows] == ["1", "b", "3.5"]
    finding = found.finding("declared-type-misfit")
    assert finding.message.startswith("2 values are not int64")
    assert finding.place == "mixed, n"


def test_a_view_and_an_empty_table(tables) -> None:
    assert tables["late"].rows == [{"id": 3, "delay": 20.0}]
    assert tables["empty"].rows == []
    assert tables["empty"].columns == ["a"]


def test_hostile_names(tables) -> None:
    found = tables['odd "name" #?%.x']
    assert found.rows == [{"a b": 1, "'; DROP TABLE airlines;--": "x"}]
    (again,) = registry.open_source(found.dataset.uri).datasets()
    assert again.name == found.dataset.name


def test_columns_are_selected(database) -> None:
    source = registry.open_source(f"sqlite:///{database}#flights")
    (dataset,) = source.datasets()
    batches = list(source.batches(dataset, dataset.entries[0], columns=["seats", "id"]))
    assert batches[0].schema.names == ["id", "seats"]


def test_nothing_can_be_written(database) -> None:
    before = database.stat().st_mtime_ns, database.read_bytes()
    source = registry.open_source(f"sqlite:///{database}")
    with source._database.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM airlines")
    assert (database.stat().st_mtime_ns, database.read_bytes()) == before
    assert sorted(path.name for path in database.parent.iterdir()) == ["shop.db"]


def test_the_stamp_changes_with_the_content(database) -> None:
    def stamps() -> set[str]:
        found = registry.open_source(f"sqlite:///{database}").datasets()
        return {entry.stamp for one in found for entry in one.entries}

    first = stamps()
    assert stamps() == first
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    second = stamps()
    with connection:  # stays in the write-ahead log while the connection is open
        connection.execute("INSERT INTO airlines VALUES ('DL', 'Delta')")
    third = stamps()
    connection.close()
    assert len({*first, *second, *third}) == 3


def test_a_database_is_opened_once_for_all_of_its_tables(database, monkeypatch) -> None:
    opened: list[str] = []
    connect = sqlite3.connect

    def counted(path: str, **how: object) -> sqlite3.Connection:
        opened.append(path)
        return connect(path, **how)

    monkeypatch.setattr(sqlite3, "connect", counted)
    source = registry.open_source(f"sqlite:///{database}")
    found = [source.examine(dataset) for dataset in source.datasets()]
    rows = [sum(map(len, source.batches(one, one.entries[0]))) for one in found]
    assert len(found) == 6
    assert sum(rows) == 2 + 3 + 1 + 3 + 1
    assert len(opened) == 1
    waiting = [one for one in sqlite_connections._idle if one.state[2] == database.stat().st_ino]
    assert len(waiting) == 1
    del source
    gc.collect()
    assert waiting[0] not in sqlite_connections._idle
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        waiting[0].execute("SELECT 1")


def test_a_database_that_is_replaced_is_opened_anew(database) -> None:
    source = registry.open_source(f"sqlite:///{database}#airlines")
    (dataset,) = source.datasets()
    assert sum(map(len, source.batches(dataset, dataset.entries[0]))) == 2
    other = database.with_name("other.db")
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE airlines (carrier TEXT PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute("INSERT INTO airlines VALUES ('LH', 'Lufthansa')")
    connection.close()
    other.replace(database)
    (batch,) = source.batches(dataset, dataset.entries[0])
    assert batch.to_pydict() == {"carrier": ["LH"], "name": ["Lufthansa"]}


def test_few_connections_wait(tmp_path: Path) -> None:
    sources = []
    for number in range(sqlite_connections.MOST_IDLE + 4):
        path = tmp_path / f"{number}.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE a (b INTEGER)")
        connection.close()
        sources.append(registry.open_source(f"sqlite:///{path}"))
        assert [dataset.name for dataset in sources[-1].datasets()] == ["a"]
    assert len(sqlite_connections._idle) == sqlite_connections.MOST_IDLE


def test_rows_in_the_write_ahead_log_are_read(database, read_source) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("INSERT INTO airlines VALUES ('DL', 'Delta')")
    assert len(read_source(f"sqlite:///{database}")["airlines"].rows) == 3
    connection.close()


def test_a_database_in_a_folder_is_its_tables(database, read_source) -> None:
    (database.parent / "fake.sqlite").write_bytes(b"SQLite format 3, or not")
    (database.parent / "a.csv").write_text("x,y\n1,2\n")
    found = read_source(str(database.parent))
    assert {"airlines", "flights", "late"} <= set(found)
    assert found["airlines"].rows[0] == {"carrier": "AA", "name": "American"}
    assert found[f"{database.parent}/a.csv"].rows == [{"x": "1", "y": "2"}]
    fake = found[f"{database.parent}/fake.sqlite"]
    assert fake.findings
    source = registry.open_source(str(database.parent))
    list(source.datasets())
    assert set(source.areas) == {("file", str(database.parent)), (f"sqlite://{database}", "")}


def test_a_database_that_is_broken_is_told(tmp_path, read_source) -> None:
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + b"\x99" * 5000)
    (found,) = read_source(str(tmp_path)).values()
    assert found.codes == {"database-unreadable"}


def test_text_that_is_not_utf8(database, read_source) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO airlines VALUES ('CA', CAST(x'636166e9' AS TEXT))")
    connection.close()
    rows = read_source(f"sqlite:///{database}")["airlines"].rows
    assert {"carrier": "CA", "name": "café"} in rows


@pytest.mark.parametrize("uri", ["sqlite:////no/such/file.db", "sqlite://"])
def test_no_such_database(uri) -> None:
    with pytest.raises(SourceError, match="file"):
        list(registry.open_source(uri).datasets())


def test_path_with_characters_that_urls_give_a_meaning(tmp_path, read_source) -> None:
    path = tmp_path / "what? #1 100%41.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
    connection.close()
    (found,) = read_source(str(tmp_path)).values()
    assert found.columns == ["a"]
    (again,) = registry.open_source(found.dataset.uri).datasets()
    assert again.uri == found.dataset.uri


def test_globs_choose_tables(database) -> None:
    limits = Limits(include=("*a*",), exclude=("flights",))
    found = registry.open_source(f"sqlite:///{database}", limits).datasets()
    assert sorted(one.name for one in found) == ["airlines", "late", 'odd "name" #?%.x']
