"""Names of columns as Spark's SQL and `col` take them, whatever they hold."""

from __future__ import annotations


def quoted(name: str) -> str:
    """A name in backticks."""
    return "`" + name.replace("`", "``") + "`"
