"""Keys: normal forms of text, and what two columns have of each other."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from schema.hashing import hash_values
from schema.keys import keys_of
from schema.normal import hash_normal
from schema.sketches import KEYS_SIZE, Keys
from schema.summary import RAW, Summary, summarise

TEXTS = st.text(st.sampled_from("abzXY019 .-_/éÉ,"), max_size=12)


def normal(*texts: str) -> list[int]:
    with np.errstate(over="ignore"):
        return list(hash_normal(pa.array(texts, pa.string())).tolist())


def one(text: str) -> int | None:
    found = normal(text)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ABC-12", "abc 12"), ("U.S.A.", "usa"), ("007", "7"), ("Élan", "éLAN"), ("0", "000"),
        ("(555) 12-34", "555-12-34"), ("1.50", " 1.50 "), ("O'Hara", "ohara"),
    ],
)  # fmt: skip
def test_same_normal_form(text, same):
    assert one(text) == one(same)


@pytest.mark.parametrize(
    ("text", "other"), [("1.5", "15"), ("10.0.0.1", "1001"), ("a1", "1a"), ("5-12", "512")]
)
def test_other_normal_form(text, other):
    assert one(text) != one(other)


def test_digits_are_the_number_that_they_stand_for():
    with np.errstate(over="ignore"):
        numbers = hash_values(pa.array([7, 0, 123456789012345678])).tolist()
    assert normal("0007", "0", "123456789012345678") == numbers
    assert normal("", " ", "--") == []


@given(st.lists(TEXTS, max_size=8), st.integers(0, 8))
def test_a_hash_depends_on_nothing_but_its_text(texts, start):
    apart = [found for text in texts for found in normal(text)]
    assert normal(*texts) == apart
    with np.errstate(over="ignore"):
        sliced = hash_normal(pa.array(texts, pa.string()).slice(start)).tolist()
    assert sliced == [found for text in texts[start:] for found in normal(text)]


@given(TEXTS)
def test_case_spaces_and_commas_change_nothing(text):
    assert one(text) == one(" " + text.upper().replace("a", "A,")) or not text.isascii()


def column(values: list[str | None]) -> pa.Table:
    field = pa.field("a", pa.string(), metadata=RAW)
    return pa.table([pa.array(values, pa.string())], schema=pa.schema([field]))


@given(st.lists(st.one_of(TEXTS, st.none()), max_size=60), st.integers(1, 30))
def test_keys_do_not_depend_on_the_parts(values, size):
    wide = [f"Key {number}" for number in range(1500)]
    table = column([*values, *wide])
    whole = summarise(table.to_batches())
    parts = [summarise(column(values).slice(at, size).to_batches()) for at in range(0, 60, size)]
    merged = sum([*parts, summarise(column(wide).to_batches())], Summary())
    keys = [keys_of(summary.columns["a"]) for summary in (whole, merged)]
    np.testing.assert_array_equal(keys[0].hashes, keys[1].hashes)
    restored = Summary.from_bytes(merged.to_bytes()).columns["a"]
    np.testing.assert_array_equal(keys_of(restored).hashes, keys[1].hashes)


def test_containment_is_estimated_within_its_spread():
    with np.errstate(over="ignore"):
        mine, theirs = (
            Keys.of(hash_values(pa.array(range(low, high))))
            for low, high in ((0, 40_000), (10_000, 90_000))
        )
    found = mine.overlap(theirs)
    assert len(mine.hashes) == KEYS_SIZE
    assert found.containment == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / found.mine) ** 0.5)
    assert found.jaccard == pytest.approx(30 / 90, abs=0.08)
    assert mine.estimate == pytest.approx(40_000, rel=0.15)
    assert Keys().overlap(mine).containment is None
    some = Keys.of(np.arange(10, dtype=np.uint64))
    assert (some.overlap(some).containment, some.overlap(Keys()).reverse) == (1.0, None)
