"""How the parts of one dataset differ in their columns: drift from file to file, as findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from schema.decide import decisions
from schema.model import Finding
from schema.summary import Summary

DIFFERING = ("part-columns-differ", "part-type-differs")
"""The codes of these findings."""

MOST_FINDINGS = 5
MOST_COMPARED = 64
"""Parts whose types are compared; names are compared of all."""

_NAMED = 5


def differences(parts: Mapping[str, Summary], place: Callable[[str], str]) -> Iterator[Finding]:
    """A finding for each set of columns that some parts have otherwise than most, and one for each
    column that is text though most parts hold another type in it. `place` names a part by its URI.
    """
    held = {uri: part for uri, part in parts.items() if part.rows}
    if len(held) < 2:
        return
    yield from islice(_columns(held, place), MOST_FINDINGS)
    yield from islice(_types(held, place), MOST_FINDINGS)


def _columns(parts: Mapping[str, Summary], place: Callable[[str], str]) -> Iterator[Finding]:
    shapes = {uri: frozenset(part.names) for uri, part in parts.items()}
    counts = Counter(shapes.values())
    (usual, _), *others = sorted(counts.items(), key=lambda one: (-one[1], sorted(one[0])))
    for names, count in others:
        first = next(place(uri) for uri, shape in shapes.items() if shape == names)
        told = [
            f"{what} {_listed(some)}"
            for what, some in (("without", usual - names), ("with", names - usual))
            if some
        ]
        message = (
            f"{count:,} of {len(parts):,} parts are {' and '.join(told)}, unlike most; columns are "
            "taken by name, and are null where a part has none"
        )
        yield Finding(DIFFERING[0], message, first, "info")


def _types(parts: Mapping[str, Summary], place: Callable[[str], str]) -> Iterator[Finding]:
    """Of columns of text: which parts make them so."""
    if len(parts) > MOST_COMPARED:
        return
    decided = {uri: decisions(part) for uri, part in parts.items()}
    names = dict.fromkeys(name for part in parts.values() for name in part.names)
    for name in names:
        raw = {uri: one for uri, one in decided.items() if name in one and _raw(parts[uri], name)}
        texts = [uri for uri, one in raw.items() if one[name].text]
        kinds = Counter(str(one[name].type) for one in raw.values() if not one[name].text)
        kinds.pop("null", None)
        if texts and kinds and 2 * kinds.total() > len(raw):
            kind = kinds.most_common(1)[0][0]
            message = (
                f"column {name!r} is text in {len(texts):,} of {len(raw):,} parts and {kind} in "
                "most; together it is read as what holds all"
            )
            yield Finding(DIFFERING[1], message, place(texts[0]))


def _raw(part: Summary, name: str) -> bool:
    column = part.columns[name]
    return column.raw and column.count > 0


def _listed(names: frozenset[str]) -> str:
    shown = ", ".join(map(repr, sorted(names)[:_NAMED]))
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
