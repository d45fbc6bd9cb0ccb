"""Literals and comments are what they were made of, whatever the data calls its columns."""

from __future__ import annotations

import ast
import io
import tokenize

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.targets.python_source import (
    WIDTH,
    assignment,
    call,
    comment,
    docstring_line,
    identifier,
    text,
    value,
    width,
)

HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="\"'\\\n\r\t {}#`$%;()\0\u2028\u202e\ud800日é"),
    st.sampled_from(['"); import os #', "'''", '"""', "\\", "fmt: off", "type: ignore", "# noqa"]),
)


@given(HOSTILE)
@example("\\'")
@example("a\"'\\\"'")
def test_a_text_literal_evaluates_to_its_text_and_stays_on_its_line(data: str) -> None:
    literal = text(data)
    assert ast.literal_eval(literal) == data
    assert literal.isprintable()


@given(st.dictionaries(HOSTILE, st.one_of(HOSTILE, st.integers(), st.booleans(), st.none())))
def test_a_value_evaluates_to_its_data(data: dict[str, object]) -> None:
    holder: dict[str, object] = {}
    exec(assignment("DATA", value(data)), holder)
    assert holder["DATA"] == data


@given(HOSTILE)
def test_a_comment_is_nothing_but_comments(words: str) -> None:
    source = "\n".join(comment(words)) + "\n"
    kinds = {token.type for token in tokenize.generate_tokens(io.StringIO(source).readline)}
    assert kinds <= {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER}


def test_a_comment_speaks_to_no_tool() -> None:
    for words in ("fmt: off", "type: ignore", "noqa", "mypy: ignore-errors", "ruff: noqa", "!x"):
        (line,) = comment(words)
        assert line == f"# “{words}”"


@given(HOSTILE)
def test_a_docstring_ends_where_it_should(words: str) -> None:
    source = f'"""Reads {docstring_line(words)} as Arrow.\n\nMore.\n"""\nX = 1\n'
    tree = ast.parse(source.encode("utf-8"))
    assert len(tree.body) == 2
    assert (ast.get_docstring(tree) or "").endswith("More.")


@given(HOSTILE)
def test_an_identifier_is_one(words: str) -> None:
    assert identifier(words).isidentifier()
    ast.parse(f"import {identifier(words)}")


def test_identifiers_stay_readable() -> None:
    assert identifier("Größe 2") == "groe_2"
    assert identifier("2013 flights") == "source_2013_flights"
    assert identifier("class") == "source_class"
    assert identifier("日本") == "source"


def test_calls_break_where_the_line_ends() -> None:
    short = assignment("X", call("f", "1", name=text("a")))
    assert short == 'X = f(1, name="a")'
    long = assignment("X", call("f", *(text("word" * 5) for _ in range(5))))
    assert long.startswith("X = f(\n    ")
    assert long.endswith(",\n)")
    assert max(map(width, long.splitlines())) <= WIDTH
