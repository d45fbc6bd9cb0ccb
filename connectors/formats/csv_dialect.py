"""The dialect of a CSV file as a value, and as the reader options that are stored."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connectors.model import Options
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

csv.field_size_limit(1 << 30)

UNIT = "\x1f"
"""ASCII's own unit separator, put in the place of a delimiter that is longer or not ASCII."""

LONGEST_DELIMITER = 8


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written. `quote` and `escape` are empty where there is none; a quote
    inside quotes is always doubled, or follows `escape`. `skip` lines stand before the header,
    which has `header_rows` rows; `footer` records stand behind the table. Lines that begin with
    `comment` are no part of it. `initial_space`: white space between a delimiter and a quote is
    no part of the cell.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    header: bool = True
    skip: int = 0
    initial_space: bool = False
    header_rows: int = 1
    footer: int = 0
    comment: str = ""

    def to_options(self) -> Options:
        """Sorted name and value pairs, all text; what is rare only where it is so."""
        pairs = {
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "escape": self.escape,
            "header": "true" if self.header else "false",
            "quote": self.quote,
        }
        if self.initial_space:
            pairs["initial_space"] = "true"
        if self.skip:
            pairs["skip"] = str(self.skip)
        if self.header and self.header_rows != 1:
            pairs["header_rows"] = str(self.header_rows)
        if self.footer:
            pairs["footer"] = str(self.footer)
        if self.comment:
            pairs["comment"] = self.comment
        return tuple(sorted(pairs.items()))

    def fixed(self, options: Options) -> Dialect:
        """This dialect with what `options` fix put in. Raises InvalidInput on unusable values."""
        given = dict(options)
        return Dialect(
            _encoding(given["encoding"]) if "encoding" in given else self.encoding,
            _delimiter(given.get("delimiter", self.delimiter)),
            _character("quote", given.get("quote", self.quote)),
            _character("escape", given.get("escape", self.escape)),
            _truth(given["header"]) if "header" in given else self.header,
            _count("skip", given["skip"]) if "skip" in given else self.skip,
            _truth(given["initial_space"]) if "initial_space" in given else self.initial_space,
            max(1, _count("header_rows", given.get("header_rows", str(self.header_rows)))),
            _count("footer", given.get("footer", str(self.footer))),
            _character("comment", given.get("comment", self.comment)),
        )

    @property
    def heading(self) -> int:
        """How many records the header has."""
        return self.header_rows if self.header else 0

    @property
    def is_plain(self) -> bool:
        """Whether text can be split as it stands, by one ASCII character."""
        return len(self.delimiter) == 1 and self.delimiter.isascii() and not self.comment

    @property
    def plain(self) -> Dialect:
        """The dialect of text that `simplified` gave."""
        if self.is_plain:
            return self
        one = len(self.delimiter) == 1 and self.delimiter.isascii()
        return replace(self, delimiter=self.delimiter if one else UNIT, comment="")

    def simplified(self, text: str) -> str:
        """Whole lines with one ASCII character as their delimiter, those of comments blank."""
        if self.is_plain:
            return text
        if self.comment:
            text = re.sub(rf"(?m)^{re.escape(self.comment)}[^\r\n]*", "", text)
        return text.replace(self.delimiter, self.plain.delimiter)

    def rows(self, text: str) -> Iterator[list[str]]:
        """Records of text by Python's csv module, blank ones left out."""
        plain = self.plain
        lines = io.StringIO(self.simplified(text), newline="")
        found = (row for row in plain.reader(lines) if row)
        if plain.delimiter == self.delimiter:
            return found
        return ([cell.replace(UNIT, self.delimiter) for cell in row] for row in found)

    def reader(
        self, lines: Iterable[str], *, quoted: bool = True, strict: bool = False
    ) -> CsvReader:
        """Python's csv reader of a plain dialect; `quoted` False takes quotes as they stand."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if quoted and self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            skipinitialspace=self.initial_space,
            strict=strict,
        )


_NAMED = {
    "\\t": "\t",
    "comma": ",",
    "none": "",
    "pipe": "|",
    "semicolon": ";",
    "space": " ",
    "tab": "\t",
}


def _character(name: str, value: str) -> str:
    value = _NAMED.get(value, value)
    if value and not (len(value) == 1 and value.isascii() and value not in "\r\n"):
        raise InvalidInput(f"csv: {name} must be one ASCII character, not {value!r}")
    return value


def _delimiter(value: str) -> str:
    value = _NAMED.get(value, value)
    if not 0 < len(value) <= LONGEST_DELIMITER or set(value) & set("\r\n\"'"):
        message = f"one to {LONGEST_DELIMITER} characters, no quote or line break"
        raise InvalidInput(f"csv: delimiter must be {message}, not {value!r}")
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
        raise InvalidInput(f"csv: expected true or false, not {value!r}") from None


def _count(name: str, value: str) -> int:
    if not value.isdecimal():
        raise InvalidInput(f"csv: {name} must be a number of lines, not {value!r}")
    return int(value)
