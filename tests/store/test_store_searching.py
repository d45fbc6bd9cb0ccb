"""The same searches find the same sources on both databases."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.model import Condition, Search
from catalog.store import fulltext_postgres
from catalog.store.filtering import looks_elsewhere
from catalog.store.indexing import fulltext
from catalog.terms import terms_of
from schema.errors import InvalidInput


@pytest.fixture(scope="module")
def catalog(shared_store, make):
    """A small catalog that the tests read only, described by what they look for."""
    store = shared_store
    make.record(
        store,
        "/data/flights",
        profile=make.profile(make.column("carrier", "UA", "Delta", "JetBlue"), rows=336776),
        schema=make.schema("year", "arr_delay", "tailnum", carrier="airline_iata"),
        description="Departures from New York",
        quality=make.report(95),
    )
    make.record(
        store,
        "/data/weather.parquet",
        "tempF",
        "windSpeed",
        "origin",
        format="parquet",
        quality=make.report(72),
        profile=make.profile(rows=26115),
    )
    make.record(
        store,
        "/data/airports.csv",
        schema=make.schema("name", "tz", faa="airport_iata", mail="email"),
        description="Airports where flights depart, with their weather station",
        profile=make.profile(make.column("mail", "ada@example.org"), rows=1458),
    )
    make.record(
        store,
        "airlines",
        namespace="sqlite:///db",
        uri="sqlite:////db#airlines",
        schema=make.schema("name", carrier="airline_iata"),
        format="sqlite",
        quality=make.report(40),
        profile=make.profile(make.column("name", "Delta Air Lines Inc."), rows=16),
    )
    make.record(store, "/data/planeRegistry_v2", "tailnum", "year", "seats", format="jsonl")
    return store


def labels(page) -> list[str]:
    return [hit.source.label for hit in page.hits]


def found(store, query: str, **filters: object) -> list[str]:
    return labels(store.search(Search(text=query, **filters)))


@pytest.mark.parametrize(
    ("query", "expected", "matched"),
    [
        ("flights", ["flights", "airports"], ("name",)),  # a name ranks above a description
        ("flight", ["flights", "airports"], ("name",)),  # plural
        ("FLIGHTS", ["flights", "airports"], ("name",)),
        ("fli", ["flights", "airports"], ("name",)),  # while typing
        ("weather", ["weather", "airports"], ("name",)),
        ("weather.parquet", ["weather", "airports"], ("name", "format")),
        ("arr_delay", ["flights"], ("columns",)),
        ("delay", ["flights"], ("columns",)),
        ("wind speed", ["weather"], ("columns",)),  # camelCase
        ("windSpeed", ["weather"], ("columns",)),
        ("plane registry", ["planeRegistry_v2"], ("name",)),
        ("planeRegistry_v2", ["planeRegistry_v2"], ("name",)),
        ("new york", ["flights"], ("description",)),
        ("jetblue", ["flights"], ("values",)),
        ("parquet", ["weather"], ("name", "format")),
        ("email", ["airports"], ("semanticTypes",)),
        ("airline iata", ["flights", "airlines", "airports"], ("semanticTypes",)),
        ("seats", ["planeRegistry_v2"], ("columns",)),
    ],
)
def test_a_query_finds(catalog, query, expected, matched):
    page = catalog.search(Search(text=query))
    assert sorted(labels(page)) == sorted(expected)
    assert page.total == len(expected)
    if query != "airline iata":
        assert labels(page) == expected
        assert page.hits[0].matched_fields == matched
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True)


def test_more_of_the_words_rank_higher(catalog):
    assert found(catalog, "weather station") == ["airports", "weather"]
    assert found(catalog, "tailnum year seats")[0] == "planeRegistry_v2"
    assert set(found(catalog, "tailnum year seats")) == {"planeRegistry_v2", "flights"}


def test_personal_data_is_not_indexed(catalog):
    assert found(catalog, "ada@example.org") == []
    assert found(catalog, "ada") == []


def test_columns_of_many_values_are_not_indexed(store, make):
    many = make.column("note", "Zanzibar", distinct=51)
    make.record(store, "/data/a", profile=make.profile(many))
    assert found(store, "zanzibar") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("flihgts", "flights"),  # swapped
        ("fligts", "flights"),  # left out
        ("flightss", "flights"),  # doubled
        ("wether", "weather"),
        ("airprots", "airports"),
        ("descriptoin depratures", "flights"),
        ("planeregistri", "planeRegistry_v2"),
    ],
)
def test_typing_errors_are_forgiven(catalog, typed, expected):
    page = catalog.search(Search(text=typed))
    assert page.hits[0].source.label == expected
    assert page.corrections


def test_what_is_spelt_right_is_not_corrected(catalog):
    page = catalog.search(Search(text="flights seats"))
    assert page.corrections == {}
    assert set(labels(page)) == {"flights", "planeRegistry_v2", "airports"}
    assert catalog.search(Search(text="xyzzyx")).total == 0


def test_a_better_source_wins_among_equal_texts(store, make):
    make.record(store, "/a/report", quality=make.report(20))
    make.record(store, "/b/report", quality=make.report(90))
    make.record(store, "/c/report")
    names = [hit.source.name for hit in store.search(Search(text="report")).hits]
    assert names == ["/b/report", "/c/report", "/a/report"]


def test_the_newer_source_wins_among_equals(store, make):
    for name in ("/a/report", "/b/report", "/c/report"):
        make.record(store, name)
    make.record(store, "/a/report", stamps={"a.csv": "2"})
    names = [hit.source.name for hit in store.search(Search(text="report")).hits]
    assert names == ["/a/report", "/c/report", "/b/report"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"format": "csv"}, ["airports", "flights"]),
        ({"namespace": "sqlite:///db"}, ["airlines"]),
        ({"namespace": "sqlite:///d"}, []),
        ({"semantic_type": "airline_iata"}, ["flights", "airlines"]),
        ({"column": "TAILNUM"}, ["flights", "planeRegistry_v2"]),
        ({"column": "tail"}, []),
        ({"min_quality": 72}, ["flights", "weather"]),
        ({"format": "csv", "column": "faa"}, ["airports"]),
    ],
)
def test_filters_narrow_with_and_without_words(catalog, filters, expected):
    page = catalog.search(Search(**filters))
    assert labels(page) == expected
    assert page.total == len(expected)
    for label in expected:
        assert found(catalog, label, **filters)[0] == label


def test_facets_count_what_was_found(catalog):
    everything = catalog.search(Search()).facets
    assert everything["format"] == (("csv", 2), ("jsonl", 1), ("parquet", 1), ("sqlite", 1))
    assert everything["namespace"] == (("file", 4), ("sqlite:///db", 1))
    assert everything["semanticType"] == (("airline_iata", 2), ("airport_iata", 1), ("email", 1))
    assert everything["quality"] == (("A", 1), ("C", 1), ("D", 1))
    assert everything["tag"] == ()
    some = catalog.search(Search(text="flights", first=1)).facets
    assert some["format"] == (("csv", 2),)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("NAME", ["airports", "flights", "planeRegistry_v2", "weather", "airlines"]),
        ("ROWS", ["flights", "weather", "airports", "planeRegistry_v2", "airlines"]),
        ("QUALITY", ["flights", "weather", "airlines", "airports", "planeRegistry_v2"]),
        ("CHANGED", ["planeRegistry_v2", "airlines", "airports", "weather", "flights"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_pages_join_to_the_whole(catalog, order, expected, size):
    got, after, more = [], None, True
    while more:
        page = catalog.search(Search(order=order, first=size, after=after))
        got += labels(page)
        assert page.total == 5
        more, after = page.has_next, page.hits[-1].cursor
    assert got == expected


def test_pages_by_relevance_join_to_the_whole(store, make):
    for number in range(23):
        make.record(
            store, f"/data/report{number % 3}/part{number}", "report" if number % 2 else "x"
        )
    whole = [hit.source.pk for hit in store.search(Search(text="report", first=100)).hits]
    got, after, more = [], None, True
    while more:
        page = store.search(Search(text="report", first=4, after=after))
        got += [hit.source.pk for hit in page.hits]
        more, after = page.has_next, page.hits[-1].cursor
    assert got == whole
    assert len(got) == 23


def test_nothing_asked_for_still_counts(catalog):
    page = catalog.search(Search(first=0))
    assert (page.hits, page.total, page.has_next) == ((), 5, True)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "????",
        "A" * 10_000,
        encoded(["NAME"]),
        encoded(["NAME", 1, 1]),
        encoded(["NAME", "a", "b"]),
        encoded(["NAME", "a", True]),
        encoded(["NAME", "a", 2**63]),
        encoded(["NAME", "a", 1, 1]),
        encoded(["ROWS", 1, 1]),
        encoded({"NAME": 1}),
        encoded(5),
        encoded("NAME"),
        "[" * 2000,
    ],
)
def test_a_garbage_cursor_is_refused(catalog, cursor):
    with pytest.raises(InvalidInput, match="cursor"):
        catalog.search(Search(after=cursor))


def test_a_cursor_of_another_order_is_refused(catalog):
    cursor = catalog.search(Search(first=1)).hits[0].cursor
    with pytest.raises(InvalidInput, match="cursor"):
        catalog.search(Search(first=1, order="ROWS", after=cursor))


@pytest.mark.parametrize(
    "wrong",
    [{"order": "BEST"}, {"first": -1}, {"first": 100_000}, {"min_quality": 101.0}],
)
def test_the_impossible_is_refused(catalog, wrong):
    with pytest.raises(InvalidInput):
        catalog.search(Search(**wrong))


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        '"flights',
        "flights*",
        "flights AND",
        "NEAR(flights, 2)",
        "name:flights",
        "{name}: flights",
        "flights & | !",
        "-flights",
        "flights:*",
        "^flights",
        "(flights",
        "flights\x00",
        "flights\ud800",
        "fl\\ights; DROP TABLE",
        "%s %(pk)s :some ?",
    ],
)
def test_syntax_of_the_databases_means_nothing(catalog, query):
    page = catalog.search(Search(text=query))
    assert "flights" in labels(page) or "flights" not in query


@settings(max_examples=150)
@given(st.text(max_size=30), st.sampled_from(["flights", ""]))
def test_no_text_breaks_a_search(catalog, text, beside):
    page = catalog.search(Search(text=f"{beside} {text}"))
    assert page.total == len(page.hits)
    if beside:
        assert "flights" in labels(page)


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_no_text_lists_all_by_name(catalog, blank):
    assert labels(catalog.search(Search(text=blank)))[0] == "airports"
    assert catalog.search(Search(text=blank)).total == 5


def test_text_without_a_word_finds_nothing(catalog):
    assert catalog.search(Search(text="!!! --")).total == 0


def test_accents_and_other_alphabets(store, make):
    make.record(store, "/données/Été_Ventes", "größe", "Περιοχή")
    make.record(store, "/данные/продажи", "数量")
    for query in ("ete ventes", "ÉTÉ", "donnees", "grosse", "περιοχη", "ΠΕΡΙΟΧΗ"):
        assert [hit.source.pk for hit in store.search(Search(text=query)).hits] == [1], query
    for query in ("Продажи", "прод", "数量"):
        assert [hit.source.pk for hit in store.search(Search(text=query)).hits] == [2], query


def test_a_source_is_found_by_what_it_is_now(store, make):
    make.record(store, "/data/a", "oldcolumn")
    make.record(store, "/data/a", "newcolumn")
    assert found(store, "oldcolumn") == []
    assert found(store, "newcolumn") == ["a"]
    assert store.search(Search(column="oldcolumn")).total == 0


def test_gone_sources_are_found_only_when_asked_for(store, make):
    make.record(store, "/data/flights")
    make.record(store, "/data/airports", description="Where flights depart")
    store.mark_gone("file", "/data/flights", [])
    assert found(store, "flights") == ["airports"]
    assert found(store, "flights", include_gone=True) == ["flights", "airports"]


def test_facets_leave_out_what_is_gone(store, make):
    for name in ("kept", "lost"):
        fields = make.schema("day", mail="email", **({"tz": "time_zone"} if name == "lost" else {}))
        make.record(store, f"/data/{name}.csv", schema=fields)
    lost = store.source("/data/lost.csv")
    store.mark_gone(lost.namespace, "/data/lost.csv", set())
    assert store.search(Search()).facets["semanticType"] == (("email", 1),)
    every = store.search(Search(include_gone=True)).facets["semanticType"]
    assert every == (("email", 2), ("time_zone", 1))


def test_a_filter_that_looks_elsewhere_is_seen_wherever_it_stands():
    plain = Condition(format="csv", not_=Condition(owner="ada"))
    assert not looks_elsewhere(Search(where=plain))
    for where in (
        Condition(tag="gold"),
        Condition(all_of=(plain, Condition(column="day"))),
        Condition(any_of=(plain, Condition(semantic_type="email"))),
        Condition(not_=Condition(not_=Condition(tag="gold"))),
    ):
        assert looks_elsewhere(Search(where=where))


def test_rarities_by_the_planner_rank_alike(store, make, monkeypatch):
    monkeypatch.setattr(fulltext_postgres, "_COUNTED_IN", 5)
    for number in range(40):
        make.record(store, f"/data/{number}_log.csv", "day", "rare" if number == 7 else "often")
    if store._database.dialect == "postgresql":
        with store._database.engine.connect() as connection:
            whole = connection.execution_options(isolation_level="AUTOCOMMIT")
            whole.exec_driver_sql("ANALYZE search_documents")
    with store._database.read() as connection:
        rarities = fulltext(connection).rarities(connection, terms_of("rare often "))
    assert rarities[0] > 1.5 * rarities[1] > 0
    assert labels(store.search(Search(text="often rare ")))[0] == "7_log"


def test_annotations_are_found_and_kept_over_crawls(store, make):
    source = make.record(store, description="From the file").source
    noted = store.annotate(
        source.pk, description="Verspätungen", tags=["gold", "x", "gold "], owner="ada"
    )
    assert (noted.description, noted.tags, noted.owner) == ("Verspätungen", ("gold", "x"), "ada")
    make.record(store, description="Of the file again", stamps={"a.csv": "2"})
    after = store.source(source.pk)
    assert (after.description, after.tags, after.owner) == ("Verspätungen", ("gold", "x"), "ada")
    assert found(store, "verspatungen") == ["flights"]
    assert store.search(Search(text="gold")).hits[0].matched_fields == ("tags",)
    assert found(store, "", tag="gold", owner="ada") == ["flights"]
    assert store.search(Search()).facets["tag"] == (("gold", 1), ("x", 1))
    assert store.search(Search()).facets["owner"] == (("ada", 1),)
    assert store.search(Search(text="gold")).facets["owner"] == (("ada", 1),)
    cleared = store.annotate(source.pk, description="", tags=[], owner="")
    assert (cleared.description, cleared.tags, cleared.owner) == ("Of the file again", (), None)
    assert found(store, "verspatungen") == []
    assert found(store, "", tag="gold") == []


def test_annotating_one_thing_leaves_the_others(store, make):
    pk = make.record(store, description="Made").source.pk
    store.annotate(pk, tags=["a"])
    store.annotate(pk, owner="me")
    after = store.annotate(pk)
    assert (after.description, after.tags, after.owner) == ("Made", ("a",), "me")


@pytest.mark.parametrize("tag", ["", "  ", "x" * 101])
def test_what_is_no_tag_is_refused(store, make, tag):
    pk = make.record(store).source.pk
    with pytest.raises(InvalidInput, match="tag"):
        store.annotate(pk, tags=["fine", tag])
    assert store.source(pk).tags == ()


def test_the_number_of_statements_does_not_grow_with_the_page(store, make, statements):
    def count(first: int) -> int:
        with statements() as seen:
            assert len(store.search(Search(text="data thigns", first=first)).hits) == min(first, 30)
        return len(seen)

    for number in range(30):
        make.record(store, f"/data/things{number}", quality=make.report(50))
        store.annotate(number + 1, tags=["a", "b"])
    assert count(3) == count(30) <= 12
