"""What people would type over public data sets finds what they mean, on both databases."""

from __future__ import annotations

import pytest

from benchmarks.relevance import rank, reciprocal
from benchmarks.sought.queries import PACKAGED
from benchmarks.sought.sets import packaged
from catalog.crawl import crawl
from catalog.model import Search
from catalog.store import Store
from connectors.model import Limits


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a crawl of the sets that wheels bring, and of the samples, tells a store."""
    folder = tmp_path_factory.mktemp("public")
    told = []
    with (
        Store.open(f"sqlite:///{folder / 'catalog.db'}") as store,
        pytest.MonkeyPatch.context() as patch,
    ):
        record_many = store.record_many

        def noted(records):
            told.append(records := list(records))
            return record_many(records)

        patch.setattr(store, "record_many", noted)
        list(crawl(packaged(folder / "sets"), store, Limits()))
    return told


@pytest.fixture(scope="module")
def public(shared_store, told):
    """A catalog of them."""
    for records in told:
        shared_store.record_many(records)
    return shared_store


def test_the_right_source_comes_first(public):
    ranks = {query: rank(public, query, wanted) for query, wanted in PACKAGED.items()}
    assert len(ranks) >= 40
    assert reciprocal(ranks) >= 0.95, {query: at for query, at in ranks.items() if at != 1}


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("airtime", "flights"),  # one word in place of two
        ("wind speed", "weather"),
        ("tail number", "flights"),  # two in place of one, and a word for its abbreviation
        ("maximum temperature", "seattle-weather"),
        ("riots in the LA", "la-riots"),  # words that only join others
        ("penicilin", "burtin"),  # a typing error
    ],
)
def test_words_are_found_however_written(public, query, label):
    assert public.search(Search(text=query)).hits[0].source.label == label


def test_what_has_more_of_the_words_comes_first(public):
    first, *others = public.search(Search(text="seattle temperature riots")).hits
    assert first.source.label == "seattle-temps"
    assert "la-riots" in [hit.source.label for hit in others]
