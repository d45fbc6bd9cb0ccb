"""Words, queries, near words and cursors, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.lineage import walk
from catalog.model import Edge
from catalog.search import Document, decode_cursor, encode_cursor, grade, matched_fields
from catalog.spelling import edit_distance, near
from catalog.store.columns import dumps, escape, loads, unescape
from catalog.terms import Term, terms_of
from catalog.words import words_of
from schema.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arr_delay", ["arr", "delay"]),
        ("/data/new-york.csv", ["data", "new", "york", "csv"]),
        ("arrDelay", ["arrdelay", "arr", "delay"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("q4Sales", ["q4sales", "q4sale", "q4", "sales", "sale", "q", "4"]),
        ("q4sales", ["q4sales", "q4sale", "q", "4", "sales", "sale"]),
        ("flights", ["flights", "flight"]),
        ("countries", ["countries", "country"]),
        ("boxes", ["boxes", "box"]),
        ("status", ["status"]),
        ("class", ["class"]),
        ("Größe", ["grosse"]),
        ("ÉtéÀMidi", ["eteamidi", "ete", "a", "midi"]),
        ("planesXL", ["planesxl", "planes", "plane", "xl"]),
        ("", []),
        ("!?\x00 \ud800", []),
    ],
)
def test_words_of_a_name(text, words):
    assert words_of(text) == tuple(words)


@given(st.text())
def test_words_are_what_both_databases_can_hold(text):
    for word in words_of(text):
        assert word == word.casefold()
        assert word.isalnum()
        assert len(word) <= 64


@given(st.text(), st.text())
def test_words_of_two_texts_are_those_of_each(one, other):
    assert words_of(f"{one} {other}") == words_of(one) + words_of(other)


@given(st.text(min_size=1, max_size=20))
def test_a_query_matches_the_text_that_it_is(text):
    words = words_of(text)
    assert all(term.matches(words) for term in terms_of(text))


def test_the_last_word_is_a_prefix_until_it_ends():
    assert terms_of("new yo") == (Term(("new",)), Term(("yo",), prefix=True))
    assert terms_of("new yo ") == (Term(("new",)), Term(("yo",)))
    assert len(terms_of("a " * 100)) == 12


def test_matched_fields_are_told_by_their_public_names():
    found = Document(name="flights", fields="delay", frequent="delta", semantic_types="email")
    assert matched_fields(found, terms_of("del")) == ("columns", "values")
    assert matched_fields(found, terms_of("email ")) == ("semanticTypes",)
    assert matched_fields(found, terms_of("none")) == ()


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("flights", "flights", 0),
        ("flihgts", "flights", 1),
        ("fligts", "flights", 1),
        ("flxghts", "flights", 1),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),  # optimal string alignment edits no piece twice
    ],
)
def test_edit_distance(one, other, distance):
    assert edit_distance(one, other, 5) == distance
    assert edit_distance(other, one, 5) == distance


@given(st.text("ab", max_size=6), st.text("ab", max_size=6), st.integers(0, 3))
def test_edit_distance_is_cut_off_only(one, other, most):
    assert edit_distance(one, other, most) == min(edit_distance(one, other, 99), most + 1)


def test_near_words():
    words = {"flights", "flight", "lights", "weather", "fright"}
    assert near("flihgts", words) == ("flights",)
    assert near("fligt", words) == ("flight",)
    assert near("descriptoin", {"description", "descriptions"}) == ("description", "descriptions")
    assert near("abc", {"abd"}) == ()  # too short to tell


@given(
    st.sampled_from(["NAME", "ROWS"]),
    st.lists(
        st.integers(-(2**63), 2**63 - 1) | st.text() | st.floats(-1e18, 1e18, allow_nan=False),
        min_size=1,
        max_size=3,
    ),
)
def test_a_cursor_says_what_it_was_given(order, key):
    cursor = encode_cursor(order, key)
    assert cursor.isascii()
    assert decode_cursor(cursor, order, [type(value) for value in key]) == tuple(key)
    with pytest.raises(InvalidInput):
        decode_cursor(cursor, "OTHER", [type(value) for value in key])


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True))
def test_no_text_is_taken_for_a_cursor(text):
    with pytest.raises(InvalidInput):
        decode_cursor(text, "NAME", [str, int])


@pytest.mark.parametrize(
    ("score", "letter"), [(100, "A"), (90, "A"), (89.9, "B"), (60, "C"), (0, "D"), (None, None)]
)
def test_grades(score, letter):
    assert grade(score) == letter


SURROGATES = st.characters() | st.characters(categories=["Cs"])


@given(st.text(SURROGATES))
def test_any_text_can_be_escaped_and_back(text):
    escaped = escape(text)
    assert unescape(escaped) == text
    escaped.encode("utf-8")
    assert "\x00" not in escaped


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.text(SURROGATES)
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(SURROGATES), inner),
    )
)
def test_any_json_can_be_packed_and_back(value):
    packed = dumps(value)
    assert loads(packed) == value
    assert b"\x00" not in packed
    packed.decode("utf-8")


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=25),
    st.integers(0, 7),
    st.integers(0, 9),
)
def test_a_walk_reaches_what_paths_of_that_length_reach(pairs, start, depth):
    edges = {pair: Edge(*pair, 1, {}) for pair in pairs}
    reached: set[int] = set()
    level = {start}
    for _ in range(depth):
        level = {after for before, after in edges if before in level}
        reached |= level
    asked: list[list[int]] = []

    def edges_of(pks):
        asked.append(list(pks))
        return [edge for edge in edges.values() if edge.upstream in pks]

    found, passed = walk(edges_of, start, depth, lambda edge: edge.downstream)
    assert found == reached
    assert len({(edge.upstream, edge.downstream) for edge in passed}) == len(passed)
    assert len(asked) <= depth
    flat = [pk for level in asked for pk in level]
    assert len(flat) == len(set(flat))  # nobody is asked about twice
