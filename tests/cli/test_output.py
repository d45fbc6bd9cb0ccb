"""Printing: hostile names cannot steer a terminal, figures read well, JSON is JSON."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from catalog.cli import output
from catalog.cli.table import Table

HOSTILE = [
    "\x1b[2J\x1b]0;pwned\x07",
    "a\nb\rc\td",
    "\u202egnp.exe",
    "\ud800",
    "\x9b31m",
    "\u2028",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_steers_a_terminal_is_printed(name: str) -> None:
    shown = output.printable(name)
    assert shown.isprintable()
    assert shown.encode()
    assert "\\" in shown


@given(st.text())
def test_what_is_printed_is_one_printable_line(name: str) -> None:
    shown = output.printable(name)
    assert bool(shown.encode()) == bool(name)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_is_harmless_is_printed_as_it_is(name: str) -> None:
    assert output.printable(name) == name


def drawn(made: Table, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    with console.capture() as captured:
        console.print(made)
    return captured.get().splitlines()


def test_markup_in_names_is_text() -> None:
    made = Table(("source", "[bold]x"))
    made.add("[red]name[/red]", "[link=http://evil]click[/link]")
    lines = drawn(made, 200)
    assert "[bold]x" in lines[0]
    assert "[red]name[/red]  [link=http://evil]click[/link]" in lines[2]


def test_a_table_cuts_texts_and_never_figures() -> None:
    made = Table(("name", "rows", "uri"), frozenset({"rows"}))
    made.add("flights", "12,345,678", "file:///" + "x" * 100)
    for width in (200, 60, 40):
        lines = drawn(made, width)
        assert max(map(len, lines)) <= width
        assert "12,345,678" in lines[2]
    assert "…" in drawn(made, 40)[2]
    assert "x" * 50 + "…" in drawn(made, 200)[2]


def test_a_table_leaves_out_what_is_optional_and_what_is_empty() -> None:
    made = Table(("name", "more", "meaning", "rows"), frozenset({"rows"}), ("more",))
    made.add("a" * 12, "b" * 12, None, "1")
    assert drawn(made, 80)[0].split() == ["name", "more", "rows"]
    assert drawn(made, 20)[0].split() == ["name", "rows"]


@given(
    st.lists(st.tuples(st.text(max_size=90), st.text(max_size=90), st.integers()), max_size=5),
    st.integers(40, 120),
)
def test_a_table_fits_whatever_it_holds(rows: list[tuple[str, str, int]], width: int) -> None:
    made = Table(("first", "second", "figure"), frozenset({"figure"}))
    for one, two, three in rows:
        made.add(one, two, three % 1000)
    lines = list(made.lines(width))
    assert len(lines) == len(rows) + 2
    assert all(line.cell_len <= width for line in lines)


def test_long_cells_are_cut() -> None:
    assert output.text("x" * 4000, width=20).plain == "x" * 19 + "…"


@pytest.mark.parametrize(
    ("byte_count", "shown"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_200_000, "4.2 MB"),
     (999_960, "1.0 MB"), (123_456_789, "123 MB"), (10**18, "1000 PB")],
)  # fmt: skip
def test_sizes_are_in_the_unit_that_people_use(byte_count: int | None, shown: str) -> None:
    assert output.size(byte_count) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (1.0, "1"), (0.1 + 0.2, "0.3"), (12345.678, "12,345.7"), (7, "7"),
     (True, "True"), (1e300, "1e+300"), (math.nan, "nan"), ("text", "text")],
)  # fmt: skip
def test_figures_read_well(value: object, shown: str) -> None:
    assert output.figure(value) == shown


def test_json_holds_times_and_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"at": datetime(2026, 1, 2, tzinfo=UTC), "x": math.nan, "t": (1, {"b"})})
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-01-02T00:00:00+00:00",
        "x": None,
        "t": [1, ["b"]],
    }


def test_json_holds_any_name(capsys: pytest.CaptureFixture[str]) -> None:
    for name in HOSTILE:
        output.print_json({"name": name})
        assert json.loads(capsys.readouterr().out)["name"] == name.replace("\ud800", "\\ud800")
