"""The index of columns to join by, in both databases."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from catalog.joins.asking import joins
from catalog.joins.keys import question_keys
from catalog.joins.model import Family, JoinKind, KeyColumn
from catalog.store.joining import MOST_PER_KEY
from schema.sketches import Keys


def key_column(name: str, start: int, count: int, *, unique: bool = False, position: int = 0):
    """A column whose values hash to `count` numbers spread over all, from the `start`-th on."""
    spread = np.arange(start, start + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return KeyColumn(
        name, (name,), ("table",), Family.TEXT, count, count, unique, Keys.of(spread),
        length=8.0, key=unique, position=position,
    )  # fmt: skip


def index_rows(store) -> int:
    with store._database.read() as connection:
        return connection.execute(text("SELECT count(*) FROM join_keys")).scalar_one()


def test_columns_are_kept_and_found(store, make):
    key = key_column("code", 0, 3000, unique=True)
    mine = make.record(store, "/a/airports", "code", joinable=(key,)).source
    user = key_column("stop", 100, 400)
    other = make.record(store, "/b/routes", "stop", joinable=(user,)).source
    (kept,) = store.joins.columns(mine.pk)
    assert kept.facts() == key.facts()
    assert (kept.source, kept.position, kept.keys.theta) == (mine.pk, 0, key.keys.theta)
    np.testing.assert_array_equal(kept.keys.hashes, key.keys.hashes)
    (found,) = joins(store, other)
    assert (found.other, found.other_field, found.kind) == (mine.pk, "code", JoinKind.FOREIGN_KEY)
    assert found.containment == 1.0
    (back,) = joins(store, mine)
    assert (back.other, back.kind) == (other.pk, JoinKind.REFERENCED_BY)


def test_what_changed_is_found_by_what_it_is_now(store, make):
    source = make.record(store, "/a/t", "x", joinable=(key_column("x", 0, 50),)).source
    ask = key_column("y", 0, 50)
    question = dict(question_keys(ask, "elsewhere"))
    assert store.joins.near([question], most=9) == [[(source.pk, 0)]]
    assert set(store.joins.at([(source.pk, 0), (source.pk, 1)])) == {(source.pk, 0)}
    before = index_rows(store)
    make.record(store, "/a/t", "x", joinable=(key_column("x", 0, 50),), stamps={"a.csv": "2"})
    assert index_rows(store) == before
    make.record(store, "/a/t", "x", joinable=(key_column("x", 9000, 50),), stamps={"a.csv": "3"})
    assert store.joins.near([question], most=9) == [[]]
    assert index_rows(store) == before
    store.delete_source(source.pk)
    assert index_rows(store) == 0


def test_a_value_of_many_columns_costs_no_more(store, make):
    """Those that can be referred to come first."""
    columns = tuple(key_column(f"c{n}", 0, 5, position=n) for n in range(MOST_PER_KEY + 20))
    make.record(store, "/a/wide", *(column.name for column in columns), joinable=columns)
    last = make.record(store, "/a/key", "k", joinable=(key_column("k", 0, 5, unique=True),)).source
    question = dict(question_keys(key_column("q", 0, 5), "elsewhere"))
    (found,) = store.joins.near([question], most=500)
    assert len(found) == MOST_PER_KEY
    assert (last.pk, 0) in found


def test_sources_alike_by_their_columns(store, make):
    one = make.record(store, "/a/one", "id", "name", "city", "zip").source
    two = make.record(store, "/b/two", "ID", "Name", "City", "ZIP").source
    make.record(store, "/c/other", "depth", "width").source  # noqa: B018
    from catalog.joins.asking import unions

    assert [(union.other, union.share) for union in unions(store, one)] == [(two.pk, 1.0)]
    make.record(store, "/b/two", "depth", "width", "name", stamps={"a.csv": "2"})
    assert unions(store, one) == []


@pytest.mark.parametrize("gone", [False, True])
def test_gone_sources_are_not_joined_with(store, make, gone):
    joinable = (key_column("code", 0, 30, unique=True),)
    mine = make.record(store, "/a/t", "code", joinable=joinable).source
    make.record(store, "/b/u", "code", joinable=joinable)
    if gone:
        store.mark_gone("file", "/b", set())
    assert bool(joins(store, mine)) is not gone
