"""How figures are written for people."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

LONGEST_VALUE = 80
_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where two words are joined in one name."""
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Characters that show as nothing, or turn what is beside them."""


def number(value: float | None) -> str:
    """`1234567` → `1,234,567`; fractions with four figures; nothing known is a dash."""
    if value is None:
        return "–"
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}" if abs(value) < 1e15 else f"{value:.3e}"
    if not math.isfinite(value):
        return str(value)
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def compact(value: float | None) -> str:
    """`336776` → `336.8 k`: for places where space is short."""
    if value is None:
        return "–"
    for size, suffix in ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= size:
            divisor = 1e3 if suffix == " k" else size
            return f"{value / divisor:.1f}{suffix}"
    return number(value)


def size(count: int | None) -> str:
    """Bytes in decimal units: `1.2 MB`."""
    if count is None:
        return "–"
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(value) < 1000 or unit == "TB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def share(part: float | None, whole: float | None) -> str:
    """A share in percent; the smallest that is not nothing is `< 0.1 %`."""
    if not whole or part is None:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    whole_number = percent in (0, 100) or 10 <= percent < 99.5
    return f"{percent:.0f} %" if whole_number else f"{percent:.1f} %"


def score(value: float) -> str:
    """A score of 0 to 100: `98.2`, `100`."""
    return f"{round(value, 1):g}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago: `3 minutes ago`."""
    if moment is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for length, unit in (
        (86400 * 365, "year"),
        (86400 * 30, "month"),
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def moment(value: datetime | None) -> str:
    """`2026-11-22 15:04 UTC`."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if value else "–"


def seconds(start: datetime, end: datetime | None) -> str:
    """How long from start to end."""
    if end is None:
        return "running"
    length = (end - start).total_seconds()
    if length < 60:
        return f"{length:.1f} s"
    return f"{int(length // 60)} min {int(length % 60)} s"


def metric(name: str, figure: Any) -> tuple[str, str]:
    """What a run measured, in words: `peakMemoryBytes` of 3000000 is `peak memory`, `3.0 MB`."""
    words = _JOINT.sub(" ", name).lower()
    if not isinstance(figure, int | float):
        return words, value(figure)
    if "bytes" in words.split():
        return words.removesuffix(" bytes"), size(round(figure))
    if words.endswith("seconds"):
        return words.removesuffix("seconds").strip() or "in all", f"{figure:.1f} s"
    return words, number(figure)


def pace(rate: float | None, left: float | None) -> str:
    """`12 MB/s, about 3 min left`, as far as that is known."""
    if rate is None:
        return ""
    told = f"{size(round(rate))}/s"
    if left is None:
        return told
    length = f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"
    return f"{told}, about {length} left"


def value(value: Any) -> str:
    """A value out of data as one short line."""
    return _short(whole(value))


def whole(value: Any) -> str:
    """A value out of data as one line, however long. What turns or hides text is written out."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(_item, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{_line(str(key))} {_item(item)}" for key, item in value.items())
    return _line(str(value)) if str(value).strip() else repr(value)


def _item(value: Any) -> str:
    """A part of a value: nested ones as JSON."""
    if isinstance(value, Mapping | list | tuple):
        return _line(json.dumps(value, ensure_ascii=False, default=str))
    return _line(str(value))


def _line(text: str) -> str:
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", " ".join(text.split()))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def plain(value: float) -> str:
    """A number out of data: whole ones without separators (years!), others to six figures."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"
