"""The dialect of a CSV file as a value, and as the reader options that are stored."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace

from connectors.model import Options
from schema.errors import InvalidInput

csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written. `quote` and `escape` are empty where there is none; a quote
    inside quotes is always doubled, or follows `escape`. `skip` lines stand before the header.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    header: bool = True
    skip: int = 0

    def to_options(self) -> Options:
        """Sorted name and value pairs, all text."""
        return (
            ("delimiter", self.delimiter),
            ("encoding", self.encoding),
            ("escape", self.escape),
            ("header", "true" if self.header else "false"),
            ("quote", self.quote),
            ("skip", str(self.skip)),
        )

    def fixed(self, options: Options) -> Dialect:
        """This dialect with what `options` fix put in. Raises InvalidInput on unusable values."""
        given = dict(options)
        dialect = self
        for name in ("delimiter", "quote", "escape"):
            if name in given:
                dialect = replace(dialect, **{name: _character(name, given[name])})
        if "encoding" in given:
            dialect = replace(dialect, encoding=_encoding(given["encoding"]))
        if "header" in given:
            dialect = replace(dialect, header=_truth(given["header"]))
        if "skip" in given:
            dialect = replace(dialect, skip=_count(given["skip"]))
        return dialect

    def rows(self, text: str) -> Iterator[list[str]]:
        """Records of text by Python's csv module, blank ones left out."""
        lines = text.splitlines(keepends=True) if "\r" not in text else _lines(text)
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
        )
        return (row for row in reader if row)


def _lines(text: str) -> list[str]:
    """Lines ended by `\\n`, `\\r\\n` or `\\r`, only those."""
    import io

    return list(io.StringIO(text, newline=""))


def _character(name: str, value: str) -> str:
    value = {
        "\\t": "\t",
        "tab": "\t",
        "space": " ",
        "none": "",
        "comma": ",",
        "semicolon": ";",
        "pipe": "|",
    }.get(value, value)
    if (
        len(value) > 1
        or not value.isascii()
        or (name == "delimiter" and not value)
        or value in {"\n", "\r"}
    ):
        raise InvalidInput(f"csv: {name} must be one ASCII character, not {value!r}")
    return value


def _encoding(value: str) -> str:
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise InvalidInput(f"csv: no encoding called {value!r}") from None


def _truth(value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    try:
        return known[value.lower()]
    except KeyError:
        raise InvalidInput(f"csv: header must be true or false, not {value!r}") from None


def _count(value: str) -> int:
    if not value.isdecimal():
        raise InvalidInput(f"csv: skip must be a number of lines, not {value!r}")
    return int(value)
