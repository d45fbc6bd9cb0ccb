"""What went wrong in a pipeline, in one line: the first cause, and where it was raised."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_FOREIGN = ("site-packages", "lib/python", "/pyspark/", str(Path(__file__).parent))
_PLACE = re.compile(r'^\s*File "(.+)", line (\d+)', re.MULTILINE)


def one_line(error: BaseException) -> str:
    """`ValueError: no such column (delays.py, line 12)`.

    Of an error in Java or in a worker it is the first cause that is told.
    """
    java = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    message = _root_message(java) if java is not None else None
    for told in (message or "", _text(error)):
        if "Traceback (most recent call last):" in told:
            return _worker_line(told)
    shown = message or _text(error)
    lines = [line.strip() for line in shown.strip().splitlines() if line.strip()]
    if java is None or not message:
        lines = [": ".join([type(error).__name__, *lines[:1]])]
    frames = traceback.extract_tb(error.__traceback__)
    return lines[0] + _place((frame.filename, frame.lineno or 0) for frame in frames)


def _text(error: BaseException) -> str:
    """The error's own text; one of Java has none any more once its process has ended."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 (whatever py4j raises when its Java is gone)
        return "Spark has ended"


def _root_message(java: Any) -> str | None:
    """The message of the first cause of a Java exception, None when it has none."""
    while (cause := java.getCause()) is not None:
        java = cause
    message: str | None = java.getMessage()
    return message


def _worker_line(message: str) -> str:
    """The last line of a Python traceback that a worker sent, and the user's own line in it."""
    lines = [line for line in message.splitlines() if line.strip()]
    places = ((name, int(line)) for name, line in _PLACE.findall(message))
    last = next((line for line in reversed(lines) if not line.startswith((" ", "\t"))), lines[-1])
    return last.strip() + _place(places)


def _place(places: Iterable[tuple[str, int]]) -> str:
    own = [(name, line) for name, line in places if not any(part in name for part in _FOREIGN)]
    return f" ({Path(own[-1][0]).name}, line {own[-1][1]})" if own else ""
