"""A real PostgreSQL: schemas, types as declared, comments, keys, stamps, secrets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import event, make_url

from connectors import registry
from connectors.model import Dataset, ForeignKey, Limits
from connectors.sources import sql_reflection
from connectors.sources.sql import SqlSource
from schema.errors import MissingDependency, SourceError

SCRIPT = """
CREATE SCHEMA ops;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE airlines (carrier text PRIMARY KEY, name varchar(80) NOT NULL);
COMMENT ON TABLE airlines IS 'Who flies';
COMMENT ON COLUMN airlines.name IS 'As it is printed';
INSERT INTO airlines VALUES ('AA', 'American'), ('UA', 'United');
CREATE TABLE ops."odd ""name"".x" (id bigserial PRIMARY KEY,
    carrier text REFERENCES airlines (carrier), "a b" int);
INSERT INTO ops."odd ""name"".x" (carrier, "a b") VALUES ('AA', 1);
CREATE VIEW ops.names AS SELECT name FROM airlines;
CREATE MATERIALIZED VIEW ops.kept AS SELECT carrier FROM airlines;
CREATE TABLE kinds (
    i2 smallint, i4 int, i8 bigint, d numeric(10, 2), n numeric, f4 real, f8 double precision,
    t text, c char(3), b boolean, day date, at timestamp, atz timestamptz, tm time, u uuid,
    j jsonb, raw bytea, a int[], ip inet, gap interval, m mood);
INSERT INTO kinds VALUES (1, 2, 3, 4.50, 12345678901234567890.123, 1.5, 2.5, 'x', 'ab', true,
    '2013-01-02', '2013-01-02 03:04:05.678', '2013-01-02 03:04:05+02', '03:04:05',
    'c56a4180-65aa-42ec-a945-5fd21dec0538', '{"k": [1]}', '\\x00ff', '{1,null,3}', '10.0.0.1/8',
    '1 mon 2 days', 'good'), (null, null, null, null, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null, null, null);
CREATE TABLE times (day date, at timestamptz);
INSERT INTO times VALUES ('2013-01-01', '2013-01-01 00:00+00'), ('infinity', '-infinity'),
    ('10000-01-01', '0044-03-15 BC');
CREATE TABLE empty (a int);
CREATE TABLE many AS SELECT n, md5(n::text) AS h FROM generate_series(1, 150000) AS n;
"""


@pytest.fixture(scope="module")
def url(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SCRIPT)
    return postgres_url


@pytest.fixture(scope="module")
def tables(url: str, read_source: Callable) -> dict:
    found = read_source(url)
    return {name.partition(".")[2]: one for name, one in found.items()}


def test_tables_and_views_of_every_schema(url, tables) -> None:
    assert set(tables) == {
        "ops.kept",
        "ops.names",
        'ops.odd "name".x',
        "public.airlines",
        "public.empty",
        "public.kinds",
        "public.many",
        "public.times",
    }
    dataset = tables["public.airlines"].dataset
    assert dataset.namespace == "postgres://localhost:5432"
    assert dataset.name == f"{make_url(url).database}.public.airlines"
    assert dataset.uri.endswith("#public.airlines")
    assert dataset.format == "postgresql"


def test_types_as_declared(tables) -> None:
    found = tables["public.kinds"]
    assert found.batches[0].schema == pa.schema(
        [
            ("i2", pa.int16()),
            ("i4", pa.int32()),
            ("i8", pa.int64()),
            ("d", pa.decimal128(10, 2)),
            ("n", pa.string()),
            ("f4", pa.float64()),
            ("f8", pa.float64()),
            ("t", pa.string()),
            ("c", pa.string()),
            ("b", pa.bool_()),
            ("day", pa.date32()),
            ("at", pa.timestamp("us")),
            ("atz", pa.timestamp("us", tz="UTC")),
            ("tm", pa.time64("us")),
            ("u", pa.string()),
            ("j", pa.string()),
            ("raw", pa.binary()),
            ("a", pa.list_(pa.int32())),
            ("ip", pa.string()),
            ("gap", pa.string()),
            ("m", pa.string()),
        ]
    )
    first, second = found.rows
    assert list(first.values()) == [
        *(1, 2, 3, Decimal("4.50"), "12345678901234567890.123", 1.5, 2.5, "x", "ab ", True),
        *(date(2013, 1, 2), datetime(2013, 1, 2, 3, 4, 5, 678000)),  # noqa: DTZ001
        *(datetime(2013, 1, 2, 1, 4, 5, tzinfo=UTC), time(3, 4, 5)),
        *("c56a4180-65aa-42ec-a945-5fd21dec0538", '{"k": [1]}', b"\x00\xff", [1, None, 3]),
        *("10.0.0.1/8", "1 mon 2 days", "good"),
    ]
    assert set(second.values()) == {None}
    assert found.codes == set()


def test_times_that_python_cannot_hold_are_text(tables) -> None:
    found = tables["public.times"]
    assert [row["day"] for row in found.rows] == ["2013-01-01", "infinity", "10000-01-01"]
    assert found.rows[1]["at"] == "-infinity"
    assert found.rows[2]["at"].endswith("BC")
    assert found.codes == {"declared-type-misfit"}


def test_comments_and_keys(tables) -> None:
    airlines = tables["public.airlines"].dataset
    assert airlines.description == "Who flies"
    assert airlines.declared.field("name").description == "As it is printed"
    assert not airlines.declared.field("name").nullable
    assert airlines.declared.primary_key == ("carrier",)
    odd = tables['ops.odd "name".x'].dataset
    assert odd.foreign_keys == (ForeignKey(("carrier",), airlines.name, ("carrier",)),)


def test_hostile_names_are_found_again(url, tables) -> None:
    found = tables['ops.odd "name".x']
    assert found.rows == [{"id": 1, "carrier": "AA", "a b": 1}]
    source = registry.open_source(url + "#" + found.dataset.uri.partition("#")[2])
    (again,) = source.datasets()
    assert again.name == found.dataset.name


def test_large_tables_stream(url) -> None:
    (dataset, *_), source = datasets(url, "many")
    sizes = [batch.num_rows for batch in source.batches(dataset, dataset.entries[0])]
    assert sum(sizes) == 150_000
    assert max(sizes) <= 1 << 16
    stream = source.batches(dataset, dataset.entries[0])
    assert next(stream).num_rows > 0
    stream.close()
    assert source._database.engine.pool.checkedout() == 0


def test_many_tables_are_asked_about_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[int, list[Dataset]] = {}
    statements: dict[int, int] = {}
    for most in (0, 1000):
        monkeypatch.setattr(sql_reflection, "MOST_ALONE", most)
        source = SqlSource(url, Limits())
        listed = list(source.datasets())
        asked: list[str] = []
        event.listen(
            source._database.engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_, asked=asked: asked.append(statement),
        )
        said[most] = [source.examine(dataset) for dataset in listed]
        statements[most] = sum("pg_catalog" in statement for statement in asked)
    assert said[0] == said[1000]
    assert any(dataset.foreign_keys for dataset in said[0])
    schemas = {dataset.name.split(".")[1] for dataset in said[0]}
    assert len(said[0]) > 2 * len(schemas)
    assert 2 * statements[0] < statements[1000]


def test_an_empty_table_has_its_columns(tables) -> None:
    assert tables["public.empty"].columns == ["a"]
    assert tables["public.empty"].rows == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO stamped VALUES (4, 'd')",
        "UPDATE stamped SET b = 'z' WHERE a = 1",
        "DELETE FROM stamped WHERE a = 1",
    ],
)
def test_the_stamp_changes_with_the_content(url, statement) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS stamped CASCADE")
        connection.execute("CREATE TABLE stamped AS VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        connection.execute("ALTER TABLE stamped RENAME column1 TO a")
        connection.execute("ALTER TABLE stamped RENAME column2 TO b")
        connection.execute("CREATE VIEW stamped_view AS SELECT a, b FROM stamped")
        before = stamps(url)
        assert stamps(url) == before
        connection.execute(statement)
        after = stamps(url)
        connection.execute("DROP TABLE stamped CASCADE")
    assert before["stamped"] != after["stamped"]
    assert before["stamped_view"] != after["stamped_view"]


def datasets(url: str, *names: str) -> tuple:
    source = registry.open_source(url, Limits(include=tuple(f"public/{name}" for name in names)))
    return list(source.datasets()), source


def stamps(url: str) -> dict[str, str]:
    found, _ = datasets(url, "stamped", "stamped_view")
    return {one.name.rpartition(".")[2]: one.entries[0].stamp for one in found}


def test_nothing_can_be_written(url) -> None:
    source = registry.open_source(url)
    with pytest.raises(SourceError, match="read-only"), source._database.connect() as connection:
        connection.exec_driver_sql("DELETE FROM airlines")


def test_a_table_that_vanishes_after_it_was_listed(url) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE short_lived (a int)")
        (dataset,), source = datasets(url, "short_lived")
        connection.execute("DROP TABLE short_lived")
    with pytest.raises(SourceError, match="short_lived"):
        list(source.batches(dataset, dataset.entries[0]))
    assert source.examine(dataset).findings[-1].code == "table-unreadable"


def test_secrets_are_used_and_not_kept(url, monkeypatch, tmp_path) -> None:
    made = make_url(url).set(username="reader", password="p@ss/w:rd")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'p@ss/w:rd'")
        connection.execute("GRANT pg_read_all_data TO reader")
    full = made.render_as_string(hide_password=False)
    bare = made._replace(username=None, password=None).render_as_string()
    monkeypatch.setenv("LOGIN", "reader:p@ss/w:rd")
    (tmp_path / "url").write_text(full + "\n")
    ways = [(full, None), (bare, "env:LOGIN"), (bare, f"file:{tmp_path}/url")]
    for uri, reference in ways:
        source = registry.open_source(uri, Limits(credentials=reference))
        found = [one for one in source.datasets() if one.name.endswith("public.airlines")]
        (dataset,) = map(source.examine, found)
        assert dataset.credentials == reference
        assert dataset.uri == bare.replace("postgresql+psycopg", "postgresql") + "#public.airlines"
        shown = repr(dataset) + repr(source._database) + str(list(source.areas))
        assert "p@ss" not in shown
        assert "reader" not in shown
        (batch,) = source.batches(dataset, dataset.entries[0])
        assert batch.num_rows == 2


def test_a_refused_connection_is_told_in_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="check that the server runs") as raised:
        list(registry.open_source(f"postgresql://me:hunter2@127.0.0.1:{port}/db").datasets())
    told = str(raised.value)
    assert "\n" not in told
    assert "hunter2" not in told
    assert f"127.0.0.1:{port}/db" in told


@pytest.mark.parametrize("scheme", ["oracle", "snowflake", "mssql+pymssql"])
def test_a_driver_that_is_not_installed(scheme) -> None:
    with pytest.raises(MissingDependency, match="pip install"):
        registry.open_source(f"{scheme}://me:hunter2@host/db")
