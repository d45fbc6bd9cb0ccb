"""What a person writes for a source, and which one is meant."""

from __future__ import annotations

import pytest

from schema.errors import Ambiguous, NotFound

POSTGRES = "postgresql://host:5432/db"


@pytest.fixture(scope="module")
def catalog(shared_store, make, tmp_path_factory):
    store = shared_store
    make.record(store, "/data/flights")
    make.record(store, "/data/weather.parquet")
    make.record(store, "/data/weather.csv")
    make.record(
        store, "/data/with space/Ünï.csv.gz", uri="file:///data/with%20space/%C3%9Cn%C3%AF.csv.gz"
    )
    make.record(
        store,
        "raw/flights/2013.csv",
        namespace="s3://bucket",
        uri="s3://bucket/raw/flights/2013.csv",
    )
    make.record(store, "airlines", namespace="sqlite:///d.db", uri="sqlite:////d.db#airlines")
    for schema in ("public", "old"):
        make.record(
            store,
            f"db.{schema}.trips",
            namespace="postgres://host:5432",
            uri=f"{POSTGRES}#{schema}.trips",
        )
    make.record(store, "top.csv", namespace="s3://bucket", uri="s3://bucket/top.csv")
    for folder in "abcdefg":
        make.record(store, f"/{folder}/many.csv")
    make.record(store, "/gone/kept")
    make.record(store, "/there/kept")
    make.record(store, "/gone/only")
    store.mark_gone("file", "/gone", [])
    return store


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("/data/flights", "/data/flights"),
        ("/data/flights/", "/data/flights"),
        ("/data/../data/flights", "/data/flights"),
        ("file:///data/flights", "/data/flights"),
        ("file:///data/flights/", "/data/flights"),
        ("flights", "/data/flights"),
        ("FLIGHTS", "/data/flights"),
        ("data/flights", "/data/flights"),
        ("weather.parquet", "/data/weather.parquet"),
        ("Weather.Parquet", "/data/weather.parquet"),
        ("data/weather.csv", "/data/weather.csv"),
        ("/data/with space/Ünï.csv.gz", "/data/with space/Ünï.csv.gz"),
        ("file:///data/with%20space/Ünï.csv.gz", "/data/with space/Ünï.csv.gz"),
        ("file:///data/with space/%c3%9cnï.csv.gz", "/data/with space/Ünï.csv.gz"),
        ("ünï", "/data/with space/Ünï.csv.gz"),
        ("s3://bucket/raw/flights/2013.csv", "raw/flights/2013.csv"),
        ("raw/flights/2013.csv", "raw/flights/2013.csv"),
        ("flights/2013.csv", "raw/flights/2013.csv"),
        ("flights/2013", "raw/flights/2013.csv"),
        ("airlines", "airlines"),
        ("sqlite:////d.db#airlines", "airlines"),
        ("public.trips", "db.public.trips"),
        ("db.old.trips", "db.old.trips"),
        (f"{POSTGRES}#old.trips", "db.old.trips"),
        ("postgresql://me:secret@host:5432/db#old.trips", "db.old.trips"),
        ("top", "top.csv"),
        ("top.csv", "top.csv"),
        ("kept", "/there/kept"),  # of two, the one that is still there
        ("only", "/gone/only"),  # and what is gone is known
        ("/gone/kept", "/gone/kept"),
    ],
)
def test_a_source_is_meant_by(catalog, ref, name):
    assert catalog.source(ref).name == name


def test_a_number_and_an_id(catalog):
    flights = catalog.source("/data/flights")
    for ref in (flights.pk, str(flights.pk), flights.id):
        assert catalog.source(ref) == flights


def test_a_source_called_like_a_number_is_found_where_no_number_is_that(store, make):
    made = make.record(store, "/data/2013").source
    assert store.source("2013") == made
    assert store.source("1").name == "/data/2013"


def test_a_path_is_taken_from_where_one_stands(store, make, tmp_path, monkeypatch):
    made = make.record(store, str(tmp_path / "here" / "a.csv")).source
    monkeypatch.chdir(tmp_path)
    assert store.source("./here/a.csv") == made
    assert store.source("here/../here/a.csv") == made


def test_several_sources_of_a_name_are_told(catalog):
    with pytest.raises(Ambiguous) as caught:
        catalog.source("many")
    said = str(caught.value)
    assert "'many'" in said
    assert said.count("file:///") == 5
    assert "and 2 more" in said
    with pytest.raises(Ambiguous, match=r"weather\.parquet.*weather\.csv"):
        catalog.source("weather")
    with pytest.raises(Ambiguous, match=r"public\.trips.*old\.trips"):
        catalog.source("trips")


@pytest.mark.parametrize(
    ("ref", "near"), [("flihgts", "flights"), ("airline", "airlines"), ("/data/wether", "weather")]
)
def test_near_names_are_told(catalog, ref, near):
    with pytest.raises(NotFound, match=f"near to it: .*{near}"):
        catalog.source(ref)


@pytest.mark.parametrize(
    "ref",
    [
        "nothing like it",
        "",
        " ",
        0,
        -1,
        10**18,
        10**30,
        "9" * 40,
        "lights",  # a part of a part is no part
        "\x00",
        "\ud800",
        "~nobody/x",
        "x" * 5000,
        "/" * 5000,
        "://",
        "postgresql://[::bad/x",
        "UnVuOjE",  # the id of a run
        "²",
    ],
)
def test_what_there_is_not_is_told(catalog, ref):
    with pytest.raises(NotFound) as caught:
        catalog.source(ref)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_look_up_is_no_scan(store, make):
    """Every step of resolving goes through an index, on the database that tells so plainly."""
    make.record(store)
    if store._database.dialect != "sqlite":
        pytest.skip("PostgreSQL scans a table of one row whatever its indexes")
    plans = []
    with store._database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        statements: list[str] = []
        raw.set_trace_callback(statements.append)
        from catalog.store import resolving

        for step in (resolving._by_number, resolving._by_full_name, resolving._by_last_part):
            step(connection, "1")
        resolving._by_address(connection, "file:///x")
        resolving._by_address(connection, "/x/y")
        raw.set_trace_callback(None)
        for statement in statements:
            if statement.startswith("SELECT"):
                plan = raw.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
                plans += [row[3] for row in plan]
    assert len(statements) >= 5
    assert not [plan for plan in plans if plan.startswith("SCAN")]
