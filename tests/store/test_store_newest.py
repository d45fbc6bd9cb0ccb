"""What a page of sources shows of each, the same by one statement as one source at a time."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from catalog.model import Condition, RunState, Search, Status
from schema.errors import NotFound


@pytest.fixture
def pks(store, make):
    """Three sources with 1, 2 and 3 versions, as many reports and twice as many runs."""
    found = []
    for number in (1, 2, 3):
        for version in range(number):
            outcome = make.record(
                store,
                f"/data/source{number}",
                stamps={"a.csv": str(version)},
                quality=make.report(50.0 + version),
            )
        found.append(outcome.source.pk)
    for number, pk in enumerate(found, 1):
        for step in range(number):
            for kind in ("in", "out"):
                uuid = f"{number}-{step}-{kind}"
                store.start_run(
                    uuid=uuid,
                    pipeline="p",
                    master=None,
                    parameters={},
                    code_hash=None,
                    inputs=(pk,) if kind == "in" else (),
                )
                if kind == "out":
                    store.add_output(uuid, pk)
                store.end_run(uuid, RunState.COMPLETE)
    return found


def test_many_are_as_one_by_one(store, pks):
    newest = store.newest
    for first, after in ((1, None), (2, None), (9, 3), (2, 2)):
        assert newest.versions(pks, first=first, after=after) == {
            pk: store.versions(pk, first=first, after=after) for pk in pks
        }
        assert newest.runs(pks, first=first, after=after) == {
            pk: store.runs(pk, first=first, after=after) for pk in pks
        }
        assert newest.reports(pks, first=first) == {
            pk: store.quality_history(pk, first=first) for pk in pks
        }
    assert newest.version_counts([*pks, 999]) == {
        **{pk: store.version_count(pk) for pk in pks},
        999: 0,
    }
    assert [len(found) for found in newest.runs(pks).values()] == [2, 4, 6]


def test_outlines_are_the_schemas_of_the_current_versions(store, pks):
    versions = store.current_versions(pks)
    outlines = store.newest.outlines([*pks, 999])
    assert {pk: (one.fingerprint, one.shape) for pk, one in outlines.items()} == {
        pk: (one.fingerprint, one.shape) for pk, one in versions.items()
    }
    assert len(outlines) == len(pks)
    assert store.newest.outlines([]) == {}


def test_many_take_as_many_statements_as_one(store, pks, statements):
    for ask in (store.newest.versions, store.newest.reports, store.newest.runs):
        counts = []
        for some in (pks[:1], pks):
            with statements() as seen:
                ask(some)
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_a_deleted_source_leaves_nothing(store, pks):
    gone, other = pks[2], pks[1]
    assert store.delete_source(gone).pk == gone
    with pytest.raises(NotFound):
        store.delete_source(gone)
    assert store.versions(gone) == []
    assert store.runs(gone) == []
    assert store.search(Search(text="source3")).total == 0
    assert len(store.versions(other)) == 2
    assert store.last_run("p").outputs == ()


def test_conditions_are_the_same_on_both_databases(store, pks, make):
    make.record(store, "/data/other", format="parquet")

    def found(**where):
        hits = store.search(Search(where=Condition(**where))).hits
        return [hit.source.name.rsplit("/", 1)[1] for hit in hits]

    csv, good = Condition(format="csv"), Condition(min_quality=51)
    assert found(all_of=(csv, good)) == ["source2", "source3"]
    assert found(not_=good) == ["other", "source1"]
    assert found(not_=Condition(owner="me")) == ["other", "source1", "source2", "source3"]
    assert found(any_of=(Condition(format="parquet"), Condition(min_quality=52))) == [
        "other",
        "source3",
    ]
    assert found(any_of=()) == []
    assert found(status=Status.NEW) == ["other", "source1"]


def test_a_stored_version_is_as_it_was_recorded(store, pks, make):
    profile = make.profile(make.column("origin", "EWR", "JFK"), make.column("dest", "ORD"))
    pk = make.record(store, "/data/kept", profile=profile, findings=(make.finding(),)).source.pk
    kept = store.current_versions([pk])[pk]
    assert kept.figures["columns"][0]["name"] == "origin"
    assert [field["name"] for field in kept.shape["fields"]] == list(kept.schema.names)
    assert (kept.profile, kept.findings) == (profile, (make.finding(),))
    assert kept == store.version(kept.pk)
    other = replace(kept, number=9)
    assert (other.shape, other.figures) == (kept.shape, profile.to_dict())
    shown = kept.showing(lambda figures: {**figures, "rows_seen": 7})
    again = shown.showing(lambda figures: {**figures, "row_count": figures["rows_seen"]})
    assert (again.profile.rows_seen, again.profile.row_count) == (7, 7)
    assert (kept.profile.rows_seen, again.schema) == (100, kept.schema)
    assert pickle.loads(pickle.dumps(again)).profile == again.profile
