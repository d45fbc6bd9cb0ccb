"""Records of an XML document as they stream by: elements as values, without a tree of all of it.

Entities that a document declares are never expanded; a document that declares some is refused.
"""

from __future__ import annotations

import pyexpat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

DEEPEST = 48
"""Elements nested deeper than this in a record are kept as their text."""

MOST_ELEMENTS = 1_000_000
LONGEST_RECORD = 64 << 20
CHUNK_BYTES = 256 * 1024
TEXT = "#text"

Path = tuple[str, ...]


class BrokenXml(ValueError):
    """The text is no XML, or XML that is not read; the message says why and where."""


def parser(
    start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]
) -> pyexpat.XMLParserType:
    """A parser that refuses entities."""
    made = pyexpat.ParserCreate()
    made.buffer_text = True
    made.StartElementHandler = start
    made.EndElementHandler = end
    made.EntityDeclHandler = _refuse
    return made


def feed(made: pyexpat.XMLParserType, data: bytes, *, last: bool = False) -> None:
    """Parse on. Raises BrokenXml."""
    try:
        made.Parse(data, last)
    except pyexpat.ExpatError as error:
        message = pyexpat.errors.messages.get(error.code, "not well-formed")
        raise BrokenXml(f"{message} at line {error.lineno}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, BrokenXml):
            raise
        raise BrokenXml(str(error)) from error


def _refuse(*_: object) -> None:
    raise BrokenXml("the document declares entities, which are not expanded")


@dataclass(slots=True)
class Shape:
    """How often each path of elements occurs, and which elements repeat within one parent."""

    counts: Counter[Path] = field(default_factory=Counter)
    siblings: Counter[Path] = field(default_factory=Counter)
    """The most elements of a path that one parent holds."""

    @property
    def record(self) -> Path:
        """The path of the records: the least deep one that repeats, of equals the most frequent;
        the root where none does.
        """
        repeated = [path for path, count in self.siblings.items() if count > 1]
        if not repeated:
            return next(iter(self.counts), ())
        return min(repeated, key=lambda path: (len(path), -self.counts[path]))

    def lists(self, record: Path) -> frozenset[Path]:
        """The paths below a record whose elements repeat within one parent."""
        size = len(record)
        return frozenset(
            path[size:]
            for path, count in self.siblings.items()
            if count > 1 and len(path) > size and path[:size] == record
        )


class Shaping:
    """Learns the shape of a document while its bytes pass."""

    def __init__(self) -> None:
        self.shape = Shape()
        self._path: list[str] = []
        self._children: list[Counter[str]] = [Counter()]
        self._parser = parser(self._start, self._end)

    def feed(self, data: bytes, *, last: bool = False) -> None:
        feed(self._parser, data, last=last)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        self._children[-1][name] += 1
        self._children.append(Counter())
        if len(self._path) <= DEEPEST and len(self.shape.counts) < MOST_ELEMENTS:
            path = tuple(self._path)
            self.shape.counts[path] += 1
            seen = self._children[-2][name]
            self.shape.siblings[path] = max(self.shape.siblings[path], seen)

    def _end(self, _: str) -> None:
        self._path.pop()
        self._children.pop()


class Records:
    """Collects the records at a path; `lists` are the paths below it that become lists."""

    def __init__(self, record: Path, lists: frozenset[Path]) -> None:
        self.rows: list[dict[str, Any]] = []
        self.too_deep = 0
        self._record = record
        self._lists = lists
        self._prefix = record[-1].rpartition(":")[0] + ":" if record and ":" in record[-1] else None
        self._path: list[str] = []
        self._open: list[tuple[dict[str, Any], list[str]]] = []
        self._skipped = 0
        self._held = 0
        self._parser = parser(self._start, self._end)
        self._parser.CharacterDataHandler = self._text

    def feed(self, data: bytes, *, last: bool = False) -> list[dict[str, Any]]:
        """The records that end in these bytes. Raises BrokenXml; `rows` has those before it."""
        self.rows = []
        feed(self._parser, data, last=last)
        return self.rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if not self._open:
            if len(self._path) != len(self._record) or tuple(self._path) != self._record:
                return
        elif self._skipped or len(self._open) >= DEEPEST:
            self._skipped += 1
            return
        named = {
            "@" + key: value for key, value in attributes.items() if not key.startswith("xmlns")
        }
        self._open.append((named, []))

    def _text(self, text: str) -> None:
        if self._open:
            self._held += len(text)
            if self._held > LONGEST_RECORD:
                raise BrokenXml(f"a record of more than {LONGEST_RECORD >> 20} MiB")
            self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        if not self._open or self._skipped:
            self._path.pop()
            if self._skipped:
                self._skipped -= 1
                self.too_deep += 1
            return
        path = tuple(self._path[len(self._record) :])
        self._path.pop()
        value = _value(*self._open.pop())
        if not self._open:
            self._held = 0
            row = value if isinstance(value, dict) else {self._named(name): value}
            self.rows.append({} if value is None else row)
            return
        above, key = self._open[-1][0], self._named(name)
        if path in self._lists:
            above.setdefault(key, []).append(value)
        else:
            above[key] = value

    def _named(self, name: str) -> str:
        """The name without the prefix that the records have too."""
        return name.removeprefix(self._prefix) if self._prefix else name


def _value(fields: dict[str, Any], texts: list[str]) -> Any:
    text = "".join(texts).strip()
    if not fields:
        return text or None
    return {**fields, TEXT: text} if text else fields


def chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Bytes of a stream, and whether they are the last ones."""
    data = stream.read(CHUNK_BYTES)
    while True:
        following = stream.read(CHUNK_BYTES)
        yield data, not following
        if not following:
            return
        data = following
