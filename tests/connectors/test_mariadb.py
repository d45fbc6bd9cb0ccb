"""A real MariaDB: types as declared, comments, keys, zero dates, ranges, read-only, stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pymysql
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from connectors import registry
from connectors.key_ranges import KeyRanges
from connectors.model import ForeignKey, Limits
from connectors.sources import sql_reflection
from connectors.sources.database import open_database
from connectors.sources.sql import SqlSource
from schema.errors import SourceError
from tests import mariadb

SCRIPT = """
CREATE DATABASE shop CHARACTER SET utf8mb4;
USE shop;
SET sql_mode = '', time_zone = '+00:00';
CREATE TABLE airlines (carrier char(2) PRIMARY KEY, name varchar(80) NOT NULL COMMENT 'As printed')
    COMMENT 'Who flies';
INSERT INTO airlines VALUES ('AA', 'Américan ✈'), ('UA', 'United');
CREATE TABLE `odd ``name``.x` (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, carrier char(2),
    `a b` int, FOREIGN KEY (carrier) REFERENCES airlines (carrier));
INSERT INTO `odd ``name``.x` (carrier, `a b`) VALUES ('AA', 1);
CREATE VIEW names AS SELECT name FROM airlines;
CREATE TABLE kinds (t1 tinyint, flag tinyint(1), u1 tinyint unsigned, i2 smallint unsigned,
    i3 mediumint, i4 int unsigned, i8 bigint, u8 bigint unsigned, d decimal(10, 2), f float,
    g double, y year, day date, at datetime(6), ts timestamp NULL, tm time, e enum('good', 'bad'),
    s set('a', 'b'), j json, t longtext, raw varbinary(8), blobs longblob, b bit(9));
INSERT INTO kinds VALUES (-1, 1, 255, 65535, -8388608, 4294967295, -9, 18446744073709551615, 4.50,
    1.5, 2.5, 2013, '2013-01-02', '2013-01-02 03:04:05.678', '2013-01-02 03:04:05', '-25:00:01',
    'good', 'a,b', '{"k": [1]}', 'ü', x'00ff', x'01', b'100000001');
INSERT INTO kinds (day, at) VALUES ('0000-00-00', '0000-00-00 00:00:00'), (NULL, '2013-00-00');
CREATE TABLE empty (a int);
CREATE TABLE many (n int PRIMARY KEY, h varchar(32))
    SELECT seq AS n, md5(seq) AS h FROM seq_1_to_50000
"""


def connected(place: str) -> pymysql.Connection:
    found = make_url(place)
    login = {"user": found.username, "password": found.password or ""}
    return pymysql.connect(host=found.host, port=found.port or 0, **login)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = mariadb.executable()
    if server is None:
        pytest.skip(f"no MariaDB: apt-get install mariadb-server, or set {mariadb.VARIABLE}")
    with mariadb.started(server) as place:
        connection = connected(place)
        with connection, connection.cursor() as cursor:
            for statement in SCRIPT.split(";\n"):
                cursor.execute(statement)
            connection.commit()
        yield f"{place}/shop"


@pytest.fixture(scope="module")
def tables(url: str, read_source: Callable) -> dict:
    return {name.partition(".")[2]: one for name, one in read_source(url).items()}


def test_tables_views_comments_and_keys(tables: dict, url: str) -> None:
    assert set(tables) == {"airlines", "odd `name`.x", "names", "kinds", "empty", "many"}
    airlines = tables["airlines"].dataset
    port = make_url(url).port
    assert airlines.namespace == f"mysql://127.0.0.1:{port}"
    assert airlines.uri == f"mariadb://127.0.0.1:{port}/shop#shop.airlines"
    assert airlines.description == "Who flies"
    assert airlines.declared.primary_key == ("carrier",)
    assert airlines.declared.field("name").description == "As printed"
    assert not airlines.declared.field("name").nullable
    assert tables["airlines"].rows[0] == {"carrier": "AA", "name": "Américan ✈"}
    odd = tables["odd `name`.x"]
    assert odd.dataset.foreign_keys == (ForeignKey(("carrier",), airlines.name, ("carrier",)),)
    told = {(one.what, one.value) for one in odd.dataset.context}
    assert ("foreign key", "carrier → shop.airlines (carrier)") in told
    assert odd.rows == [{"id": 1, "carrier": "AA", "a b": 1}]
    assert [row["name"] for row in tables["names"].rows] == ["Américan ✈", "United"]
    assert tables["empty"].rows == []


def test_many_tables_are_asked_about_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for most in (0, 1000):
        monkeypatch.setattr(sql_reflection, "MOST_ALONE", most)
        source = SqlSource(url, Limits())
        said.append([source.examine(dataset) for dataset in source.datasets()])
    assert said[0] == said[1]


def test_types_as_declared(tables: dict) -> None:
    kinds = tables["kinds"]
    first = kinds.rows[0]
    types = {field.name: field.type for field in kinds.dataset.declared}
    expected = {
        "t1": (pa.int8(), -1),
        "flag": (pa.int8(), 1),
        "u1": (pa.uint8(), 255),
        "i2": (pa.uint16(), 65535),
        "i3": (pa.int32(), -8388608),
        "i4": (pa.uint32(), 4294967295),
        "i8": (pa.int64(), -9),
        "u8": (pa.uint64(), 2**64 - 1),
        "d": (pa.decimal128(10, 2), Decimal("4.50")),
        "f": (pa.float64(), 1.5),
        "g": (pa.float64(), 2.5),
        "y": (pa.int16(), 2013),
        "day": (pa.date32(), date(2013, 1, 2)),
        "at": (pa.timestamp("us"), datetime(2013, 1, 2, 3, 4, 5, 678000)),  # noqa: DTZ001
        "ts": (pa.timestamp("us", "UTC"), datetime(2013, 1, 2, 3, 4, 5, tzinfo=UTC)),
        "tm": (pa.duration("us"), -timedelta(hours=25, seconds=1)),
        "e": (pa.string(), "good"),
        "s": (pa.string(), "a,b"),
        "j": (pa.string(), '{"k": [1]}'),
        "t": (pa.string(), "ü"),
        "raw": (pa.binary(), b"\x00\xff"),
        "blobs": (pa.binary(), b"\x01"),
        "b": (pa.binary(), b"\x01\x01"),
    }
    assert {name: (types[name], first[name]) for name in expected} == expected


def test_days_that_no_calendar_has_are_null_and_told(tables: dict) -> None:
    kinds = tables["kinds"]
    assert [(row["day"], row["at"]) for row in kinds.rows[1:]] == [(None, None), (None, None)]
    message = kinds.finding("zero-dates").message
    assert "'day' (1)" in message
    assert "'at' (2)" in message


def test_ranges_of_a_key_hold_every_row_once(url: str) -> None:
    from dataclasses import replace

    source = registry.open_source(f"{url}#shop.many")
    (listed,) = source.datasets()
    dataset = source.examine(listed)
    (entry,) = dataset.entries
    found: list[int] = []
    for part in KeyRanges("n", (10_000, 30_000)):
        for batch in source.batches(dataset, replace(entry, range=part), columns=["n"]):
            found += batch["n"].to_pylist()
    assert len(found) == 50_000
    assert set(found) == set(range(1, 50_001))


def test_nothing_can_be_written_and_statements_end(url: str) -> None:
    database = open_database(url, None)
    with pytest.raises(SourceError, match="READ ONLY"), database.connect() as connection:
        connection.exec_driver_sql("DELETE FROM many")
    with database.connect() as connection:
        limit = connection.exec_driver_sql("SELECT @@max_statement_time").scalar()
        connection.exec_driver_sql("SET SESSION max_statement_time = 0.05")
        with pytest.raises(SQLAlchemyError, match="max_statement_time"):
            connection.exec_driver_sql("SELECT count(*) FROM many a, many b, many c").scalar()
    assert limit > 0
    database.engine.dispose()


def test_stamps_change_with_what_is_in_a_table(url: str) -> None:
    def stamps() -> dict[str, str]:
        source = registry.open_source(url, Limits(include=("shop/airlines", "shop/names")))
        return {one.name: one.entries[0].stamp for one in source.datasets()}

    before = stamps()
    assert before == stamps()
    with connected(url) as connection:
        connection.cursor().execute("INSERT INTO shop.airlines VALUES ('ZZ', 'Zeta')")
        connection.commit()
    after = stamps()
    assert all(before[name] != after[name] for name in before)


def test_a_wrong_password_is_told_in_one_line(url: str) -> None:
    wrong = make_url(url).set(password="guess").render_as_string(hide_password=False)
    with pytest.raises(SourceError, match=r"(?i)access denied.*--credentials") as told:
        list(registry.open_source(wrong).datasets())
    assert "guess" not in str(told.value)
