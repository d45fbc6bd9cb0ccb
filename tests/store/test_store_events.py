"""Events are told in the transaction that makes them, the same in both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from catalog.events import EventKind
from catalog.store import events as log
from catalog.store.tables import events


@pytest.fixture
def told(store):
    """Call it for the kinds and sources of the events since the last call."""
    seen: set[int] = set()

    def fresh() -> list[tuple[str, int | None]]:
        found = [event for event in store.events.since(0) if event.pk not in seen]
        seen.update(event.pk for event in found if event.pk is not None)
        return [(event.kind.value, event.source_pk) for event in found]

    return fresh


def test_what_a_crawl_records_is_told(store, make, told):
    pk = make.record(store, "/data/a", quality=make.report(80.0)).source.pk
    assert told() == [("SOURCE_FOUND", pk)]
    make.record(store, "/data/a", quality=make.report(80.0))
    store.record_unchanged([pk])
    assert told() == []
    make.record(store, "/data/a", stamps={"a.csv": "2"}, quality=make.report(60.0))
    assert told() == [("SOURCE_CHANGED", pk), ("QUALITY_CHANGED", pk)]
    store.record_quality(make.report(60.0, source=pk, version=store.source(pk).version))
    assert told() == []
    store.record_quality(make.report(61.0, source=pk, version=store.source(pk).version))
    assert told() == [("QUALITY_CHANGED", pk)]
    store.mark_gone("file", "/data", seen=())
    assert told() == [("SOURCE_GONE", pk)]
    store.mark_gone("file", "/data", seen=())
    assert told() == []


def test_a_source_that_cannot_be_read_is_found_once(store, make, told):
    dataset = make.dataset("/data/broken")
    pk = store.record_failure(dataset, (make.finding(),)).source.pk
    store.record_failure(dataset, (make.finding(),))
    assert told() == [("SOURCE_FOUND", pk)]


def test_events_are_asked_for_from_a_number_on(store, make):
    assert store.events.last() == 0
    first = make.record(store, "/data/a").source.pk
    mark = store.events.last()
    second = make.record(store, "/data/b").source.pk
    later = [event for event in store.events.since(mark) if event.pk is not None]
    assert [event.source_pk for event in later if event.pk > mark] == [second]
    whole = store.events.since(0)
    assert [event.source_pk for event in whole] == [first, second]
    assert {event.kind for event in whole} == {EventKind.SOURCE_FOUND}


def test_an_event_that_is_committed_late_is_still_seen(store, make):
    """PostgreSQL numbers it before its transaction ends; meanwhile later ones can be seen."""
    if store._database.dialect != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    pks = [make.record(store, f"/data/{name}").source.pk for name in "abc"]
    numbers = [event.pk for event in store.events.since(0)]
    found = store.events.since(numbers[-1])
    assert [event.source_pk for event in found] == pks


def test_old_events_are_forgotten(store, make, monkeypatch):
    monkeypatch.setattr(log, "KEPT", 2)
    pks = [make.record(store, f"/data/{name}").source.pk for name in "abcd"]
    store.mark_gone("file", "/nowhere", seen=())
    assert [event.source_pk for event in store.events.since(0)] == pks[-2:]
    store._database.write(lambda connection: connection.execute(delete(events)))
    store.mark_gone("file", "/nowhere", seen=())
    assert store.events.last() == 0
