"""What a crawl records, and what it finds again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalog.model import Record, Search, Status
from catalog.store.stamps import content_stamp
from connectors.model import Entry, Evidence
from schema.errors import CatalogError


def test_a_new_source_has_all_that_was_recorded(store, make):
    dataset = make.dataset(
        options=(("delimiter", ";"),),
        pattern="*.csv",
        partition_keys=("year",),
        credentials="env:S3",
        declared=make.schema("x"),
        description="Departures",
        evidence=(Evidence("delimiter", ";", "13 in each row"),),
        findings=(make.finding("dialect"),),
    )
    schema, profile = (
        make.schema("origin", code="airport"),
        make.profile(make.column("origin", "a")),
    )
    before = datetime.now(UTC)
    outcome = store.record(
        dataset,
        schema,
        profile,
        parts={dataset.entries[0].uri: b"\x00summary"},
        findings=(make.finding(),),
        quality=make.report(81.5),
        bytes_read=10,
    )
    source = outcome.source
    assert (outcome.status, outcome.bytes_read) == (Status.NEW, 10)
    assert (source.namespace, source.name, source.uri) == ("file", dataset.name, dataset.uri)
    assert (source.format, source.description, source.quality) == ("csv", "Departures", 81.5)
    assert (source.row_count, source.byte_count) == (100, 1000)
    assert source.findings == outcome.findings == (make.finding(),)
    assert before <= source.first_seen == source.changed_at <= datetime.now(UTC)

    version = store.version(source.version)
    assert (version.number, version.schema, version.profile) == (1, schema, profile)
    assert version.fingerprint == schema.fingerprint
    assert version.findings == (make.finding(),)
    without_entries = make.dataset(
        options=dataset.options,
        pattern=dataset.pattern,
        partition_keys=dataset.partition_keys,
        credentials=dataset.credentials,
        declared=dataset.declared,
        description=dataset.description,
        evidence=dataset.evidence,
        findings=dataset.findings,
    )
    assert version.dataset.entries == ()
    assert (version.dataset.options, version.dataset.declared) == (
        without_entries.options,
        without_entries.declared,
    )
    assert version.dataset.evidence == dataset.evidence
    assert version.dataset.findings == dataset.findings
    assert store.entries(source.pk) == dataset.entries
    assert list(store.part_summaries(source.pk, [dataset.entries[0].uri])) == [
        (dataset.entries[0].uri, b"\x00summary")
    ]
    report = store.quality([source.pk])[source.pk]
    assert (report.version, report.source_pk) == (version.pk, source.pk)
    assert report.results == make.report(81.5).results


def test_nothing_is_known_of_what_was_never_recorded(store):
    assert store.known("file", "/nowhere") is None


def test_the_same_again_makes_no_version(store, make):
    first = make.record(store)
    again = make.record(store, profile=make.profile(rows=7), findings=(make.finding(),))
    assert again.status is Status.UNCHANGED
    assert store.version_count(first.source.pk) == 1
    assert store.version(first.source.version).profile.rows_seen == 7  # the newest figures
    assert again.source.changed_at == first.source.changed_at


@pytest.mark.parametrize("change", [{"stamps": {"a.csv": "2"}}, {"stamps": {"b.csv": "1"}}])
def test_other_content_makes_a_version(store, make, change):
    first = make.record(store)
    second = make.record(store, **change)
    assert second.status is Status.CHANGED
    assert [version.number for version in store.versions(first.source.pk)] == [2, 1]
    assert second.source.version == store.versions(first.source.pk)[0].pk


def test_another_schema_makes_a_version(store, make):
    first = make.record(store, "/a", "x")
    assert make.record(store, "/a", "x", "y").status is Status.CHANGED
    before, after = store.versions(first.source.pk)[::-1]
    assert (before.schema.names, after.schema.names) == (("x",), ("x", "y"))


def test_content_that_comes_back_is_a_version_of_its_own(store, make):
    for stamp in "121":
        outcome = make.record(store, stamps={"a.csv": stamp})
    assert outcome.status is Status.CHANGED
    assert store.version_count(outcome.source.pk) == 3


def test_versions_are_paged_newest_first(store, make):
    for stamp in range(5):
        outcome = make.record(store, stamps={"a.csv": str(stamp)})
    pk = outcome.source.pk
    page = store.versions(pk, first=2)
    assert [version.number for version in page] == [5, 4]
    assert [version.number for version in store.versions(pk, first=9, after=4)] == [3, 2, 1]


def test_only_entries_read_now_get_a_new_summary(store, make):
    stamps = {"a.csv": "1", "b.csv": "1"}
    pk = make.record(store, stamps=stamps).source.pk
    dataset = make.dataset(stamps={"a.csv": "1", "b.csv": "2"})
    changed = dataset.entries[1].uri
    store.record(dataset, make.schema(), make.profile(), parts={changed: b"new"})
    uris = [entry.uri for entry in dataset.entries]
    assert sorted(store.part_summaries(pk, uris)) == [(uris[0], b"1"), (changed, b"new")]


def test_entries_that_left_take_their_summaries_along(store, make):
    pk = make.record(store, stamps={"a.csv": "1", "b.csv": "1"}).source.pk
    make.record(store, stamps={"a.csv": "1"})
    assert [entry.uri for entry in store.entries(pk)] == ["file:///data/flights/a.csv"]
    assert list(store.part_summaries(pk, ["file:///data/flights/b.csv"])) == []


def test_a_summary_never_stands_for_other_content(store, make):
    """A crawl that took an entry for unchanged while another one recorded a newer stamp."""
    pk = make.record(store, stamps={"a.csv": "newer"}).source.pk
    stale = make.dataset(stamps={"a.csv": "older"})
    store.record(stale, make.schema(), make.profile(), parts={})
    assert store.known("file", "/data/flights").stamps == {stale.entries[0].uri: "older"}
    assert list(store.part_summaries(pk, [stale.entries[0].uri])) == []


def test_a_failure_keeps_the_last_good_version(store, make):
    good = make.record(store)
    failed = store.record_failure(make.dataset(stamps={"a.csv": "2"}), (make.finding(),))
    assert (failed.status, failed.source.status) == (Status.FAILED, Status.FAILED)
    assert failed.source.version == good.source.version
    assert failed.source.row_count == 100
    assert failed.source.findings == (make.finding(),)
    known = store.known("file", "/data/flights")
    assert (known.status, known.findings) == (Status.FAILED, (make.finding(),))
    assert list(known.stamps.values()) == ["2"]
    assert list(store.part_summaries(good.source.pk, known.stamps)) == []  # it is of stamp 1
    recovered = make.record(store, stamps={"a.csv": "2"})
    assert recovered.status is Status.CHANGED
    assert recovered.source.findings == ()


def test_a_failure_without_a_listing_keeps_the_entries(store, make):
    pk = make.record(store).source.pk
    dataset = make.dataset()
    unlisted = type(dataset)(dataset.namespace, dataset.name, dataset.uri, (), format="csv")
    store.record_failure(unlisted, (make.finding(),))
    assert store.entries(pk) == dataset.entries


def test_what_failed_from_the_start_is_a_source_too(store, make):
    failed = store.record_failure(make.dataset("/data/broken", format=None), (make.finding(),))
    assert (failed.source.version, failed.source.status) == (None, Status.FAILED)
    assert store.search(Search(text="broken")).hits[0].source == failed.source
    assert make.record(store, "/data/broken").status is Status.NEW


def test_unchanged_sources_were_seen(store, make):
    first = make.record(store).source
    broken = store.record_failure(make.dataset("/data/broken"), ()).source
    store.record_unchanged([first.pk, broken.pk])
    after = store.sources([first.pk, broken.pk])
    assert after[first.pk].status is Status.UNCHANGED
    assert after[first.pk].last_seen > first.last_seen
    assert after[broken.pk].status is Status.FAILED
    assert after[broken.pk].last_seen > broken.last_seen


def test_only_what_is_below_the_prefix_and_unseen_is_gone(store, make):
    names = ["/data/a", "/data/b", "/data", "/data2/c", "/data.csv", "/dat"]
    pks = {name: make.record(store, name).source.pk for name in names}
    gone = store.mark_gone("file", "/data/", [pks["/data/a"]])
    assert {one.source.name for one in gone} == {"/data/b", "/data"}
    assert {one.status for one in gone} == {one.source.status for one in gone} == {Status.GONE}
    assert store.mark_gone("file", "/data", [pks["/data/a"]]) == []  # told once
    assert store.source(pks["/data/b"]).version is not None  # history is kept
    assert store.mark_gone("s3://other", "", []) == []


def test_what_came_back_is_there_again(store, make):
    pk = make.record(store).source.pk
    store.mark_gone("file", "", [])
    assert store.search(Search()).total == 0
    assert store.search(Search(include_gone=True)).total == 1
    store.record_unchanged([pk])
    assert store.source(pk).status is Status.UNCHANGED
    assert store.version_count(pk) == 1


def test_tables_below_a_schema_are_gone_by_their_dots(store, make):
    url = "postgresql://h/db"
    for name in ("db.public.a", "db.public2.b"):
        _, rest = name.split(".", 1)
        make.record(store, name, namespace="postgres://h:5432", uri=f"{url}#{rest}")
    gone = store.mark_gone("postgres://h:5432", "db.public", [])
    assert [one.source.name for one in gone] == ["db.public.a"]


def test_known_of_many_at_once(store, make, statements):
    for number in range(30):
        make.record(store, f"/data/{number}", stamps={"a": str(number), "b": "0"})
    with statements() as seen:
        known = store.known_many([("file", f"/data/{number}") for number in range(40)])
    assert len([one for one in seen if one.startswith("SELECT")]) == 2
    assert len(known) == 30
    assert known["file", "/data/7"].stamps == {
        "file:///data/7/a": "7",
        "file:///data/7/b": "0",
    }
    assert known["file", "/data/7"] == store.known("file", "/data/7")
    everything = {one.dataset.name: one for one in store.known_all("file", "/data")}
    assert everything == {one.dataset.name: one for one in known.values()}
    assert list(store.known_all("file", "/data/7")) == [known["file", "/data/7"]]


def test_namespaces_by_what_they_begin_with(store, make):
    for namespace in ("sqlite:///a/x.db", "sqlite:///a/y.db", "sqlite:///b.db", "file"):
        make.record(store, "t", namespace=namespace)
    assert store.namespaces("sqlite:///a/") == ["sqlite:///a/x.db", "sqlite:///a/y.db"]
    assert len(store.namespaces()) == 4


HOSTILE = [
    "/data/nul\x00byte",
    "/data/\ud800lone",
    "/data/\ue000private\ue0000000",
    "/data/'; DROP TABLE sources; --",
    "/data/" + "é" * 4000,
    '/data/<script>\n\r\t"%s :x {y}',
    "/data/%41%00",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back_as_they_were(store, make, name):
    stamp = "stamp\x00\udfff"
    dataset = make.dataset(
        name,
        namespace=f"file{name}",
        uri=f"file://{name}",
        stamps={name: stamp},
        description=name,
        format=name[:40],
        options=((name, name),),
    )
    schema = make.schema(name, other="kind")
    profile = make.profile(make.column(name, name, "b"))
    outcome = store.record(
        dataset, schema, profile, parts={dataset.entries[0].uri: b"x"}, findings=(make.finding(),)
    )
    source = store.source(outcome.source.pk)
    assert (source.name, source.namespace, source.uri) == (name, f"file{name}", f"file://{name}")
    assert source.description == name
    version = store.version(source.version)
    assert (version.schema, version.profile) == (schema, profile)
    assert version.dataset.options == ((name, name),)
    assert store.entries(source.pk) == dataset.entries
    assert store.known(f"file{name}", name).stamps == {dataset.entries[0].uri: stamp}
    assert store.source(name) == source
    assert store.source(f"file://{name}/") == source
    found = store.search(Search(format=name[:40], namespace=f"file{name}", column=name))
    assert [hit.source for hit in found.hits] == [source]
    assert found.facets["namespace"] == ((f"file{name}", 1),)
    store.search(Search(text=name))
    tagged = store.annotate(source.pk, tags=[name[:50]], owner=name, description=name)
    assert (tagged.owner, tagged.tags) == (name.strip(), (name[:50].strip(),))
    assert store.search(Search(tag=name[:50].strip(), owner=name.strip())).total == 1
    assert store.mark_gone(f"file{name}", name, [])[0].source.pk == source.pk


def test_thousands_of_entries_and_their_summaries(store, make):
    stamps = {f"part-{number}.csv": str(number) for number in range(6000)}
    pk = make.record(store, stamps=stamps).source.pk
    entries = store.entries(pk)
    assert len(entries) == 6000
    found = dict(store.part_summaries(pk, [entry.uri for entry in entries]))
    assert found == {entry.uri: entry.stamp.encode() for entry in entries}
    dataset = make.dataset(stamps={**stamps, "part-7.csv": "new"})
    fresh = next(entry.uri for entry in dataset.entries if entry.stamp == "new")
    store.record(dataset, make.schema(), make.profile(), parts={fresh: b"new"})
    assert dict(store.part_summaries(pk, [fresh])) == {fresh: b"new"}
    assert store.counts()["entries"] == 6000


def test_a_record_that_fails_leaves_nothing(store, make, monkeypatch):
    make.record(store)

    def fail(*_arguments, **_more):
        raise CatalogError("no")

    monkeypatch.setattr("catalog.store.recording.indexing.index_many", fail)
    with pytest.raises(CatalogError):
        make.record(store, stamps={"a.csv": "2"})
    with pytest.raises(CatalogError):
        make.record(store, "/data/other")
    assert store.known("file", "/data/other") is None
    assert list(store.known("file", "/data/flights").stamps.values()) == ["1"]
    assert store.counts() == {"sources": 1, "entries": 1, "versions": 1, "runs": 0}


def test_times_keep_their_microseconds_in_utc(store, make):
    zone = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    entry = Entry("file:///t", None, "1", zone.astimezone(tz=None))
    dataset = make.dataset("/t")
    dataset = type(dataset)("file", "/t", "file:///t", (entry,), format="csv")
    pk = store.record(dataset, make.schema(), make.profile(), parts={}).source.pk
    assert store.entries(pk)[0].modified == zone
    assert store.entries(pk)[0].modified.utcoffset() == timedelta(0)
    assert store.entries(pk)[0].size is None


def test_what_another_crawl_saw_after_a_listing_began_is_not_gone(store, make):
    """A crawl that listed before a file was there must not take for gone what another found."""
    old = make.record(store, "/data/old").source
    began = datetime.now(UTC)
    new = make.record(store, "/data/new").source
    gone = store.mark_gone("file", "/data", [], since=began)
    assert [one.source.pk for one in gone] == [old.pk]
    assert store.source(new.pk).status is Status.NEW
    later = store.mark_gone("file", "/data", [], since=datetime.now(UTC))
    assert [one.source.pk for one in later] == [new.pk]


def test_records_of_one_transaction_are_each_as_if_alone(store, make):
    """New, changed, unchanged and unreadable sources together; entries that left are gone."""
    make.record(store, "/data/same")
    make.record(store, "/data/other", stamps={"a.csv": "1", "b.csv": "1"})
    schema, profile = make.schema(), make.profile()

    def read(name: str, **more: object) -> Record:
        dataset = make.dataset(name, **more)
        parts = {entry.uri: entry.stamp.encode() for entry in dataset.entries}
        return Record(dataset, schema, profile, parts, quality=make.report(70))

    outcomes = store.record_many(
        [
            read("/data/first"),
            read("/data/same"),
            Record(make.dataset("/data/broken"), None, None, findings=(make.finding(),)),
            read("/data/other", stamps={"b.csv": "2"}),
        ]
    )
    statuses = [one.status for one in outcomes]
    assert statuses == [Status.NEW, Status.UNCHANGED, Status.FAILED, Status.CHANGED]
    assert [entry.stamp for entry in store.entries(outcomes[3].source.pk)] == ["2"]
    found = dict(
        store.part_summaries(outcomes[3].source.pk, [f"file:///data/other/{n}.csv" for n in "ab"])
    )
    assert found == {"file:///data/other/b.csv": b"2"}
    assert [one.source.quality for one in outcomes] == [70, 70, None, 70]
    assert store.search(Search(text="first")).hits[0].source.pk == outcomes[0].source.pk
    settled = store.settled([("file", f"/data/{name}") for name in ("first", "broken", "none")])
    assert settled["file", "/data/first"].content_stamp == content_stamp(
        make.dataset("/data/first").entries
    )
