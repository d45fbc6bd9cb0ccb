"""The parts that every generated Python module has: docstring, imports, fingerprint, dataset."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from connectors.model import Dataset
from connectors.targets.python_source import (
    Call,
    Expression,
    Item,
    assignment,
    call,
    comment,
    docstring_line,
    identifier,
    printable,
    text,
    value,
)
from schema.model import Field, Schema

_BLOCKS = ("def ", "class ", "@")
_HEADWATER = frozenset(("catalog", "connectors", "schema"))


def filename(dataset: Dataset, suffix: str) -> str:
    """`flights_pyspark.py` for a data set whose name ends in `flights.csv`."""
    return f"{label(dataset)}_{suffix}.py"


def label(dataset: Dataset) -> str:
    """The data set's short name as an identifier: `flights`, `weather`, `airlines`."""
    last = dataset.name.rstrip("/").rsplit("/", 1)[-1]
    last = last.rsplit(".", 1)[-1] if is_table(dataset) else last.lstrip(".").split(".", 1)[0]
    return identifier(last)


def is_table(dataset: Dataset) -> bool:
    """Whether it is a table of a database, not files."""
    return "#" in dataset.uri and "/" not in dataset.name


def example_columns(schema: Schema) -> str:
    """`columns=["day", "carrier"]` of the first columns that are plainly named, for the usage."""
    plain = [name for name in schema.names if name.isidentifier() and name.isascii()][:2]
    return f"columns=[{', '.join(map(text, plain))}]" if plain else ""


def docstring(
    dataset: Dataset, schema: Schema, *, target: str, reads: str, usage: Sequence[str]
) -> str:
    """The module's docstring: what it reads, what it was generated from, how to use it."""
    name = docstring_line(dataset.name)
    word = shell_word(dataset.uri)
    head = [
        f'"""Reads {name} as {reads}.',
        "",
        *((docstring_line(dataset.description), "") if dataset.description else ()),
        f"Source       {docstring_line(dataset.uri)}",
        f"Fingerprint  {schema.fingerprint}",
        f"Generated    by headwater {headwater_version()}; to generate it again:",
        f"             headwater connect {docstring_line(word)} --target {target}",
        "",
        *(f"    {line}" for line in usage),
        '"""',
    ]
    return "\n".join(line.rstrip() for line in head)


def dataset_literal(dataset: Dataset, **extra: Expression) -> Call:
    """`runtime.dataset(…)`: what the runtime needs to find and read the data, without secrets."""
    described: dict[str, Expression | None] = {
        "uri": text(dataset.uri),
        "namespace": text(dataset.namespace),
        "name": text(dataset.name),
        "format": text(dataset.format or ""),
        "options": value(dict(dataset.options)) if dataset.options else None,
        "pattern": text(dataset.pattern) if dataset.pattern else None,
        "partition_keys": value(list(dataset.partition_keys)) if dataset.partition_keys else None,
        "credentials": text(dataset.credentials) if dataset.credentials else None,
        **extra,
    }
    return call(
        "runtime.dataset", **{key: item for key, item in described.items() if item is not None}
    )


def field_comments(field: Field, notes: Iterable[str] = (), *, indent: int = 8) -> tuple[str, ...]:
    """What is known about a field beyond its type, as comment lines above it."""
    lines = comment(field.description, indent) if field.description else ()
    if field.semantic_type:
        lines += comment(f"semantic type {field.semantic_type}", indent)
    for note in notes:
        lines += comment(note, indent)
    return lines


def reason_comment(reasons: Sequence[str]) -> str:
    """Why this module reads as it does, as comment lines at the left margin."""
    return "\n".join(line for reason in reasons for line in comment(reason, 0))


def items(fields: Iterable[tuple[Expression, tuple[str, ...]]]) -> tuple[Item, ...]:
    """Fields with their comments as the items of a listing."""
    return tuple(Item(expression, "", comments) for expression, comments in fields)


def module(*sections: str) -> str:
    """Sections parted by one blank line, functions by two; an empty section is left out."""
    parts = [section.strip("\n") for section in sections if section.strip()]
    source = parts[0]
    after_block = False
    for part in parts[1:]:
        block = part.startswith(_BLOCKS)
        source += ("\n\n\n" if block or after_block else "\n\n") + part
        after_block = block
    return source + "\n"


def imports(*lines: str) -> str:
    """Import lines in the order that the sorter of imports wants, each once."""
    blocks: list[list[str]] = [[], [], []]
    names: dict[str, set[str]] = {}
    for line in lines:
        start, _, imported = (line, "", "") if " as " in line else line.partition(" import ")
        names.setdefault(start, set()).update(imported.split(", ") if imported else ())
    for start, imported_names in names.items():
        ordered_names = ", ".join(sorted(imported_names, key=lambda name: (name.islower(), name)))
        line = f"{start} import {ordered_names}" if imported_names else start
        package = line.split()[1].partition(".")[0]
        block = 2 if package in _HEADWATER else 0 if package in sys.stdlib_module_names else 1
        blocks[block].append(line)
    ordered = ["\n".join(sorted(block, key=_import_order)) for block in blocks if block]
    return "\n\n".join(["from __future__ import annotations", *ordered])


def fingerprint(schema: Schema) -> str:
    """The `FINGERPRINT` assignment."""
    return assignment("FINGERPRINT", text(schema.fingerprint))


def headwater_version() -> str:
    """The version of the distribution, `unknown` when it runs from a folder of sources."""
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "unknown"


def shell_word(words: str) -> str:
    """`words` as one word of a POSIX shell."""
    plain = printable(words)
    safe = plain == words and all(letter.isalnum() or letter in "/:._-=@#" for letter in words)
    return words if safe and words.isascii() else "'" + plain.replace("'", "'\\''") + "'"


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from "), line.casefold()


def origin(schema: Schema, dataset: Dataset, target: str) -> dict[str, str]:
    """What a generated document says of itself: target, source, fingerprint, generator."""
    return {
        "target": target,
        "source": dataset.uri,
        "fingerprint": schema.fingerprint,
        "generatedBy": f"headwater {headwater_version()}",
    }
