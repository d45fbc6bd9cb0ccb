"""Why a source was found: the places of the words, in texts that may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.highlighting import highlights, marked
from catalog.model import Search
from catalog.terms import terms_of


def shown(text: str, query: str, *, name: bool = True) -> str:
    return "".join(
        f"[{piece.text}]" if piece.matched else piece.text
        for piece in marked(text, terms_of(query), name=name)
    )


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("arr_delay", "delay ", "arr_[delay]"),
        ("arr_delay", "del", "arr_[del]ay"),  # while typing
        ("arr_delay", "arrival ", "[arr]_delay"),
        ("windSpeed", "speed ", "wind[Speed]"),
        ("windSpeed", "windspeed ", "[windSpeed]"),
        ("air_time", "airtime ", "[air_time]"),
        ("flights", "flight ", "[flights]"),
        ("Größe in cm", "grosse", "[Größe] in cm"),
        ("year2013", "2013 ", "year[2013]"),
        ("<b>bold</b>", "bold ", "<b>[bold]</b>"),
        ("delayed", "lay ", "delayed"),
        ("the air", "the ", "[the] air"),  # there is nothing else to look for
    ],
)
def test_what_matches_is_marked(text, query, expected):
    assert shown(text, query) == expected


@given(st.text(), st.text(max_size=20))
def test_pieces_are_the_text(text, query):
    pieces = marked(text, terms_of(query), name=True)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(st.text(min_size=1, max_size=20))
def test_a_text_is_found_by_itself(text):
    terms = terms_of(text)
    assert any(piece.matched for piece in marked(text, terms)) == bool(terms)


def test_highlights_tell_where_it_was_found(store, make):
    long = "Words. " * 60 + "Departures from New York" + " and more" * 60
    make.record(
        store,
        schema=make.schema("dep_delay", "mail", carrier="airline_iata"),
        description=long,
        profile=make.profile(make.column("carrier", "Delta", "UA"), rows=5),
    )
    page = store.search(Search(text="departures delta delay airline"))
    source = page.hits[0].source
    found = highlights(source, store.current_versions([source.pk])[source.pk], page.terms)
    assert [one.field for one in found] == ["columns", "description", "semanticTypes", "values"]
    texts = {one.field: "".join(piece.text for piece in one.pieces) for one in found}
    assert texts["columns"] == "dep_delay"
    assert len(texts["description"]) <= 250
    assert "Departures" in texts["description"]
    assert texts["values"] == "Delta"
    assert {one.field for one in found} == set(page.hits[0].matched_fields)
    assert highlights(source, None, ()) == ()
