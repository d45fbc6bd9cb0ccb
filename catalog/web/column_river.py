"""The lineage of columns as a picture: which columns of which sources each column is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from catalog.model import Edge, Source

ROW, MARGIN, BEND = 26, 8, 120
LETTER = 7.9
"""The width of a letter of the fixed font, 13 px high."""
MOST_LINES = 60
LONGEST = 38


def columns_picture(source: Source, sources: Mapping[int, Source], edges: Sequence[Edge]) -> Markup:
    """The columns of `source` at the right, those that they derive from at the left; empty when
    nothing is known. At most MOST_LINES derivations are drawn.
    """
    lines = [
        (f"{sources[edge.upstream].label}.{name}", field, kind)
        for edge in edges
        if edge.downstream == source.pk and edge.upstream in sources
        for field, inputs in edge.fields.items()
        for name, kind in inputs
    ][:MOST_LINES]
    if not lines:
        return Markup("")
    froms = {name: place for place, name in enumerate(dict.fromkeys(one[0] for one in lines))}
    tos = {name: place for place, name in enumerate(dict.fromkeys(one[1] for one in lines))}
    height = max(len(froms), len(tos)) * ROW + 2 * MARGIN
    left = 2 * MARGIN + _width(froms)
    right = left + BEND
    drawn = [
        _curve(left, froms[name], tos[field], f"{field} ← {name}: {kind}")
        for name, field, kind in lines
    ]
    drawn += [_text(left - MARGIN, place, name, "end") for name, place in froms.items()]
    drawn += [_text(right + MARGIN, place, name, "start") for name, place in tos.items()]
    return Markup(
        '<svg class="river columns" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-label="Lineage of columns: derivations {n}, the table below tells each">{d}</svg>'
    ).format(w=right + 2 * MARGIN + _width(tos), h=height, n=len(lines), d=Markup("").join(drawn))


def _width(names: Iterable[str]) -> int:
    """That of the longest name, in pixels."""
    return round(LETTER * min(LONGEST, max(map(len, names))))


def _middle(place: int) -> float:
    return MARGIN + (place + 0.5) * ROW


def _curve(left: int, start: int, end: int, title: str) -> Markup:
    y1, y2 = _middle(start), _middle(end)
    bend = left + BEND / 2
    return Markup(
        '<path d="M{} {} C{} {} {} {} {} {}" fill="none"><title>{}</title></path>'
    ).format(left, y1, bend, y1, bend, y2, left + BEND, y2, title)


def _text(x: int, place: int, name: str, anchor: str) -> Markup:
    short = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    return Markup(
        '<text class="detail" x="{}" y="{}" text-anchor="{}">{}<title>{}</title></text>'
    ).format(x, _middle(place) + 4, anchor, short, name)
