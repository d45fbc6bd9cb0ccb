"""Python source text that the formatter would leave as it is: literals, calls, comments.

Everything that a generated module says about data passes through here, since names and
descriptions from data are hostile: a literal always evaluates to the text that it was made of,
and a comment never leaves its line nor speaks to a tool (`fmt: off`, `type: ignore`).
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

WIDTH = 100

_DIRECTIVE = re.compile(r"[A-Za-z][\w-]*\s*:|noqa\b|pragma\b|pylint\b|%%|!|:", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Call:
    """A call or a display: `opening`, items, `closing`; each item may have comment lines above.

    It stands on one line when that is short enough and nothing in it is commented, else one
    item a line with a trailing comma, which is what keeps the formatter from joining it again.
    """

    opening: str
    items: tuple[Item, ...]
    closing: str

    def one_line(self) -> str | None:
        """The text on one line, None when a comment forbids it."""
        texts = []
        for item in self.items:
            text = None if item.comments else _one_line(item.value)
            if text is None:
                return None
            texts.append(item.prefix + text)
        return self.opening + ", ".join(texts) + self.closing


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a call; `prefix` is `name=` or `"key": `, `comments` are whole lines."""

    value: Expression
    prefix: str = ""
    comments: tuple[str, ...] = ()


Expression = str | Call
"""Source text that needs no breaking, or a call that may be broken."""


def call(function: str, *items: Expression | Item, **keywords: Expression) -> Call:
    """`function(items, keyword=value)`."""
    named = tuple(Item(value, f"{key}=") for key, value in keywords.items())
    return Call(f"{function}(", (*map(_item, items), *named), ")")


def listing(items: Iterable[Expression | Item]) -> Call:
    """`[items]`."""
    return Call("[", tuple(map(_item, items)), "]")


def value(data: Any) -> Expression:
    """A literal of text, numbers, booleans, None, sequences and mappings with text keys."""
    if isinstance(data, str):
        return text(data)
    if isinstance(data, Mapping):
        items = (Item(value(item), f"{text(key)}: ") for key, item in data.items())
        return Call("{", tuple(items), "}")
    if isinstance(data, Sequence):
        return listing(value(item) for item in data)
    return repr(data)


def text(data: str) -> str:
    """A string literal that evaluates to `data`, quoted as the formatter quotes.

    Escapes are those of `repr`, so that nothing unprintable (line ends, control and
    bidirectional characters, lone surrogates) stands in the source.
    """
    body = repr('"' + data)[2:-1]  # a leading double quote makes repr choose single quotes
    unquoted = body.replace("\\'", "'")
    if data.count('"') > data.count("'"):
        return f"'{body}'"
    return '"' + unquoted.replace('"', '\\"') + '"'


def render(expression: Expression, indent: int = 0, *, before: int = 0, after: int = 0) -> str:
    """Source text of `expression`, broken where it does not fit in the line.

    `indent` is the column of the line that it starts on, `before` and `after` the widths of
    what stands on that line to its left (without the indent) and right.
    """
    flat = _one_line(expression)
    if isinstance(expression, str):
        return expression
    if flat is not None and indent + before + width(flat) + after <= WIDTH:
        return flat
    if not expression.items:
        return expression.opening + expression.closing
    lines = [expression.opening]
    inner = indent + 4
    for item in expression.items:
        lines.extend(" " * inner + comment for comment in item.comments)
        shown = render(item.value, inner, before=width(item.prefix), after=1)
        lines.append(f"{' ' * inner}{item.prefix}{shown},")
    return "\n".join([*lines, " " * indent + expression.closing])


def assignment(name: str, expression: Expression) -> str:
    """`name = expression` at the top of a module."""
    prefix = f"{name} = "
    if isinstance(expression, str) and width(prefix + expression) > WIDTH:
        # A line too long by its literal alone is left; one that fits in parentheses is not.
        return (
            f"{prefix}(\n    {expression}\n)"
            if width(expression) + 4 <= WIDTH
            else (prefix + expression)
        )
    return prefix + render(expression, before=width(prefix))


def comment(words: str, indent: int = 4) -> tuple[str, ...]:
    """Comment lines (`# …`) that say `words`, wrapped for `indent`, harmless to every tool."""
    lines = textwrap.wrap(
        printable(words), WIDTH - indent - 4, break_long_words=False, break_on_hyphens=False
    )
    return tuple(f"# {_harmless(line)}" for line in lines)


def docstring_line(words: str) -> str:
    """`words` on one line, fit to stand inside a triple-quoted docstring."""
    return printable(words).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').strip()


def printable(words: str) -> str:
    """`words` on one line: white space made single blanks, what cannot be printed escaped."""
    shown = "".join(
        letter
        if letter.isprintable()
        else (" " if letter.isspace() else letter.encode("unicode_escape").decode())
        for letter in words
    )
    return " ".join(shown.split())


def identifier(words: str, default: str = "source") -> str:
    """A module name made of `words`: ASCII, lower case, never a keyword."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    name = "_".join(_WORD.findall(plain))[:60].strip("_") or default
    return f"{default}_{name}" if name[0].isdigit() or iskeyword(name) else name


def width(line: str) -> int:
    """Columns that `line` takes: two for each wide letter, as the formatter counts."""
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)


def _one_line(expression: Expression) -> str | None:
    return expression if isinstance(expression, str) else expression.one_line()


def _item(given: Expression | Item) -> Item:
    return given if isinstance(given, Item) else Item(given)


def _harmless(line: str) -> str:
    return f"“{line}”" if _DIRECTIVE.match(line) else line
