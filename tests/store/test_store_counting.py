"""The counts of facets that are kept, and listings that stop counting."""

from __future__ import annotations

from collections import Counter

import pytest

from catalog.model import Condition, Search
from catalog.search import grade
from catalog.store import counting, listing


def counted(store) -> dict[str, dict[str, int]]:
    """The facets of all sources, counted one by one."""
    found = {name: Counter() for name in ("format", "namespace", "quality", "tag", "owner")}
    found["semanticType"] = Counter()
    for hit in store.search(Search(first=1000, counted=False)).hits:
        source = hit.source
        version = store.current_versions([source.pk]).get(source.pk)
        found["format"].update([source.format] if source.format else [])
        found["namespace"][source.namespace] += 1
        found["owner"].update([source.owner] if source.owner else [])
        found["tag"].update(source.tags)
        found["quality"].update([grade(source.quality)] if source.quality is not None else [])
        if version:
            found["semanticType"].update({one.semantic_type for one in version.schema} - {None})
    return {name: dict(values) for name, values in found.items()}


def kept(store) -> dict[str, dict[str, int]]:
    page = store.search(Search())
    assert page.total == len(page.hits)
    assert page.total_is_exact
    return {name: dict(values) for name, values in page.facets.items()}


def test_counts_follow_what_is_written(store, make):
    assert kept(store)["format"] == {}
    first = make.record(store, "/data/a", schema=make.schema(mail="email")).source.pk
    second = make.record(store, "/data/b", format="parquet", quality=make.report(95)).source.pk
    make.record(store, "/other/c", namespace="s3://b", schema=make.schema(mail="email", at="date"))
    assert kept(store) == counted(store)
    store.annotate(first, tags=["gold", "x"], owner="ada")
    store.annotate(second, tags=["gold"], owner="bob")
    assert kept(store) == counted(store)
    assert kept(store)["tag"] == {"gold": 2, "x": 1}
    store.annotate(second, tags=["silver"], owner="")
    make.record(store, "/data/b", quality=make.report(30), stamps={"a.csv": "2"})
    make.record(store, "/data/a", schema=make.schema(code="airport_iata"), stamps={"a.csv": "2"})
    assert kept(store) == counted(store)
    assert kept(store)["quality"] == {"D": 1}
    store.mark_gone("file", "/data", [second])
    assert kept(store) == counted(store)
    assert kept(store)["owner"] == {}
    make.record(store, "/data/a", schema=make.schema(code="email"), stamps={"a.csv": "3"})
    assert kept(store) == counted(store)
    assert kept(store)["tag"] == {"gold": 1, "silver": 1, "x": 1}
    store.delete_source(first)
    store.mark_gone("s3://b", "/other", [])
    assert kept(store) == counted(store)
    assert kept(store)["format"] == {"csv": 1}
    assert kept(store)["semanticType"] == {}


def test_counts_are_summed_up_now_and_then(store, make, monkeypatch):
    monkeypatch.setattr(counting, "PENDING", 10)
    for number in range(12):
        make.record(store, f"/data/{number}", format="csv" if number % 2 else "parquet")
    assert kept(store)["format"] == {"csv": 6, "parquet": 6}
    with store._database.read() as connection:
        rows = connection.execute(counting.facet_counts.select()).all()
    assert sum(not row.settled for row in rows) <= 20
    assert sum(row.settled for row in rows) >= 3
    totals = [row.number for row in rows if row.facet == "total"]
    assert sum(totals) == 12


@pytest.fixture
def stopping(monkeypatch):
    """Listings that count up to three sources only."""

    def clear() -> None:
        listing._few.cache_clear()

    monkeypatch.setattr(listing, "LISTED", 3)
    clear()
    yield
    clear()


@pytest.mark.parametrize("order", ["NAME", "ROWS", "QUALITY", "CHANGED", "RELEVANCE"])
@pytest.mark.parametrize("counting_too", [True, False])
def test_pages_of_many_join_to_the_whole(store, make, stopping, order, counting_too):
    for number in range(9):
        make.record(
            store,
            f"/data/{number * 7 % 9}",
            "id" if number % 3 else "other",
            profile=make.profile(rows=number % 4),
            quality=make.report(number % 3 * 30) if number % 2 else None,
        )
    filters = Condition(column="id", any_of=(Condition(format="csv"), Condition(tag="none")))
    asked = {"where": filters, "order": order, "counted": counting_too}
    everything = [hit.source.pk for hit in store.search(Search(order=order)).hits]
    got, after, more = [], None, True
    while more:
        page = store.search(Search(first=2, after=after, **asked))
        got += [hit.source.pk for hit in page.hits]
        assert not page.total_is_exact
        more, after = page.has_next, page.hits[-1].cursor
    assert got == [pk for pk in everything if pk in got]
    assert len(got) == 6
    if counting_too:
        assert page.total == 3
        assert sum(number for _, number in page.facets["format"]) >= 3


def test_few_are_counted_to_the_last(store, make, stopping):
    for number in range(5):
        make.record(store, f"/data/{number}", "id" if number < 3 else "other")
    page = store.search(Search(column="id", first=2))
    assert (page.total, page.total_is_exact, page.has_next) == (3, True, True)
    assert page.facets["format"] == (("csv", 3),)
    rest = store.search(Search(column="id", first=2, after=page.hits[-1].cursor, counted=False))
    assert [hit.source.name for hit in rest.hits] == ["/data/2"]
    assert not rest.has_next
