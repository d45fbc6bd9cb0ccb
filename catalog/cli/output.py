"""How commands print: one JSON document, or text for people from names that may be hostile."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from catalog.model import Source
    from schema.model import Finding

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
PIPED_WIDTH = 240
CELL_WIDTH = 60
NOTHING = "–"
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def print_json(document: Any) -> None:
    """One JSON document on standard output; times in ISO 8601, NaN as null."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
    try:
        text = orjson.dumps(document, default=_plain, option=options)
    except TypeError:  # a name that is not UTF-8
        text = orjson.dumps(_encodable(document), default=_plain, option=options)
    sys.stdout.write(text.decode())
    sys.stdout.flush()


def printable(text: object) -> str:
    """`text` on one line; what could steer a terminal or reorder what is read is escaped."""
    raw = str(text)
    if raw.isascii() and raw.isprintable():
        return raw
    return "".join(_escaped(character) for character in raw)


def text(value: object, style: str = "", *, width: int | None = None) -> Text:
    """Data as it is: no markup is read, nothing steers the terminal, long ones are cut with `…`."""
    from rich.text import Text

    content = printable(value)
    if width is not None and len(content) > width:
        content = content[: width - 1] + "…"
    return Text.assemble((content, style))


def console(*, error: bool = False) -> Console:
    """Where people read: as wide as the terminal, or wide enough for whole rows in a pipe."""
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:  # rich would end the process with status 1
            raise BrokenPipeError

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Quiet(file=stream, width=width, highlight=False, emoji=False, soft_wrap=False)


def finding_line(finding: Finding) -> Text:
    """How grave, code, what and where."""
    from rich.text import Text

    styles = {"error": "red", "warning": "yellow", "info": "dim"}
    place = f" ({printable(finding.place)})" if finding.place else ""
    return Text.assemble(
        (f"{finding.severity} ", styles.get(finding.severity, "")),
        (printable(finding.code), "bold"),
        f": {printable(finding.message)}{place}",
    )


def short_names(sources: Collection[Source]) -> dict[int, str]:
    """The label of each source by primary key; of those with one label, as much of the path
    before it as tells them apart (`v1/monthly.csv`, `v2/monthly.csv`).
    """
    names = {source.pk: source.label for source in sources}
    alike = Counter(names.values())
    for source in sources:
        if alike[names[source.pk]] > 1:
            names[source.pk] = "/".join(source.name.rstrip("/").split("/")[-2:])
    return names


def count(value: float | None) -> str:
    """`336,776`; a dash when unknown."""
    return NOTHING if value is None else f"{value:,.0f}"


def size(byte_count: float | None) -> str:
    """Bytes in the unit that people use: `4.2 MB`; a dash when unknown."""
    if byte_count is None:
        return NOTHING
    amount, unit = float(byte_count), 0
    while amount >= 999.5 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return (
        f"{amount:.0f} {UNITS[unit]}"
        if unit == 0 or amount >= 99.5
        else f"{amount:.1f} {UNITS[unit]}"
    )


def figure(value: Any) -> str:
    """A statistic: numbers to six significant digits, all else as it is; a dash when unknown."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e15 else f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(value)


def when(moment: datetime | None) -> str:
    """A time in the reader's zone, to the second; a dash when there is none."""
    return NOTHING if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def grade(score: float | None) -> Text:
    """A quality score with its colour."""
    if score is None:
        return text(NOTHING)
    return text(f"{score:.0f}", "green" if score >= 90 else "yellow" if score >= 70 else "red")


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in UNSAFE:
        return character
    return repr(character)[1:-1] if not character.isprintable() else character


def _encodable(value: Any) -> Any:
    """The same with lone surrogates in texts written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(one) for one in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
