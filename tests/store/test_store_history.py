"""When columns came and changed: kept as versions are recorded, for both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from catalog.cli.told import changed
from catalog.crawl import crawl
from catalog.graphql.execution import execute
from catalog.store.history import histories, history_of
from catalog.store.tables import versions

TEXTS = (
    "a,b,c\n1,x,5\n2,y,6\n",
    "a,b,c\n1,x,5\n2,z,6\n",
    "a,b\n1,x\n2,z\n",
    "a,b,c,d\n1.5,x,5,9\n2,z,6,9\n",
)


@pytest.fixture
def file(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder / "letters.csv"


def crawled(store, file, texts):
    for text in texts:
        file.write_text(text)
        (outcome,) = crawl(str(file.parent), store)
    return outcome.source


def told(version):
    return {
        name: (one.first_version, one.last_version, one.changes, one.type_version)
        for (name, _), one in histories(version.figures).items()
    }


LAST = {"a": (1, 4, 1, 4), "b": (1, 2, 1, None), "c": (1, 4, 1, None), "d": (4, 4, 0, None)}
"""First and last version, changes and version of the type of each column in the end: `c` was gone
in between, and came again.
"""


def test_columns_are_followed_over_versions(store, file):
    source = crawled(store, file, TEXTS)
    newest, *older = store.versions(source.pk)
    assert told(newest) == LAST
    assert [told(one) for one in reversed(older)] == [
        {"a": (1, 1, 0, None), "b": (1, 1, 0, None), "c": (1, 1, 0, None)},
        {"a": (1, 1, 0, None), "b": (1, 2, 1, None), "c": (1, 1, 0, None)},
        {"a": (1, 1, 0, None), "b": (1, 2, 1, None)},
    ]
    kept = histories(newest.figures)["a", 0]
    assert kept.previous_type == "int64"
    first = older[-1].created_at
    assert (kept.first_seen, kept.type_changed) == (
        first.isoformat(),
        newest.created_at.isoformat(),
    )
    assert newest.profile.column("a").mean == 1.75  # what is beside the figures is none of them


def test_people_are_told_what_came_and_what_changed(store, file):
    source = crawled(store, file, TEXTS)
    newest, *older = store.versions(source.pk)
    assert [line.plain for line in changed(newest)] == [
        "came later: version 4: d",
        "type changed: a (version 4, int64 before)",
        "content changed last: version 4: a, c; version 2: b; never: d",
    ]
    assert not list(changed(older[-1]))


def test_the_same_content_read_again_changes_nothing(store, file):
    source = crawled(store, file, TEXTS)
    before = store.version(source.version).figures
    (again,) = crawl([str(file.parent)], store, force=True)
    assert again.source.version == source.version
    assert histories(store.version(source.version).figures) == histories(before)


def test_what_was_not_kept_is_made_of_all_versions(store, file):
    source = crawled(store, file, TEXTS[:3])
    for version in store.versions(source.pk):
        figures = dict(version.figures)
        figures["columns"] = [
            {name: item for name, item in column.items() if name != "history"}
            for column in figures["columns"]
        ]
        figures.pop("gone", None)
        assert history_of(figures["columns"][0]) is None
        change = update(versions).where(versions.c.pk == version.pk).values(profile=figures)
        store._database.write(lambda connection, change=change: connection.execute(change))
    source = crawled(store, file, TEXTS[3:])
    assert told(store.version(source.version)) == LAST


def test_the_api_tells_it(store, file):
    source = crawled(store, file, TEXTS)
    query = """query ($id: ID!) { source(id: $id) { versions { nodes { createdAt } }
      schema { fields { name profile { history {
        firstVersion firstSeen lastVersion lastChanged changes
        typeVersion typeChanged previousType } } } } } }"""
    answer = execute(store, query, {"id": source.id})
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    times = [one["createdAt"] for one in reversed(found["versions"]["nodes"])]
    fields = {one["name"]: one["profile"]["history"] for one in found["schema"]["fields"]}
    assert fields["a"] == {
        "firstVersion": 1,
        "firstSeen": times[0],
        "lastVersion": 4,
        "lastChanged": times[3],
        "changes": 1,
        "typeVersion": 4,
        "typeChanged": times[3],
        "previousType": "int64",
    }
    assert (fields["b"]["lastChanged"], fields["b"]["typeChanged"]) == (times[1], None)
