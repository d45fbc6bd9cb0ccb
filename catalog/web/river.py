"""The lineage picture: sources as boxes in layers, edges as curves, drawn as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog.model import Edge, Source
from catalog.web import present

BOX_WIDTH, BOX_HEIGHT = 188, 52
GAP_X, GAP_Y = 84, 18
MARGIN = 8
MOST_BOXES = 60


@dataclass(frozen=True, slots=True)
class Box:
    """Where a source stands in the picture: the upper left corner."""

    source: Source
    x: int
    y: int


def layers(start: int, pks: Sequence[int], edges: Sequence[Edge]) -> dict[int, int]:
    """The layer of each source: 0 for `start`, less upstream, more downstream.

    A source stands as far from `start` as the shortest way there; lineage may run in circles.
    """
    places = {start: 0}
    for step, here, there in (
        (-1, "downstream", "upstream"),
        (1, "upstream", "downstream"),
    ):
        level = [start]
        layer = 0
        while level:
            layer += step
            found = [
                getattr(edge, there) for pk in level for edge in edges if getattr(edge, here) == pk
            ]
            level = [pk for pk in dict.fromkeys(found) if pk not in places]
            places.update((pk, layer) for pk in level)
    return {pk: places.get(pk, 0) for pk in pks}


def picture(start: int, sources: Mapping[int, Source], edges: Sequence[Edge]) -> Markup:
    """The picture of the sources around `start`; at most MOST_BOXES of them are drawn."""
    shown = list(sources)[:MOST_BOXES]
    columns: dict[int, list[int]] = {}
    for pk, layer in layers(start, shown, edges).items():
        columns.setdefault(layer, []).append(pk)
    tallest = max(map(len, columns.values()))
    height = tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    width = len(columns) * (BOX_WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    boxes: dict[int, Box] = {}
    for place, layer in enumerate(sorted(columns)):
        pks = sorted(columns[layer], key=lambda pk: sources[pk].label)
        top = (height - len(pks) * (BOX_HEIGHT + GAP_Y) + GAP_Y) // 2
        for row, pk in enumerate(pks):
            boxes[pk] = Box(
                sources[pk],
                MARGIN + place * (BOX_WIDTH + GAP_X),
                top + row * (BOX_HEIGHT + GAP_Y),
            )
    pairs = dict.fromkeys((edge.upstream, edge.downstream) for edge in edges)
    curves = Markup("").join(
        _curve(boxes[above], boxes[below])
        for above, below in pairs
        if above in boxes and below in boxes and above != below
    )
    drawn = Markup("").join(_box(box, here=pk == start) for pk, box in boxes.items())
    return Markup(
        '<svg class="river" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group" '
        'aria-label="Lineage picture: {n} sources, data flows from left to right">{c}{d}</svg>'
    ).format(w=width, h=height, n=len(boxes), c=curves, d=drawn)


def _curve(above: Box, below: Box) -> Markup:
    x1, y1 = above.x + BOX_WIDTH, above.y + BOX_HEIGHT / 2
    x2, y2 = below.x, below.y + BOX_HEIGHT / 2
    bend = max(abs(x2 - x1) / 2, GAP_X / 2)
    return Markup('<path d="M{} {} C{} {} {} {} {} {}" fill="none"/>').format(
        x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2
    )


def _box(box: Box, *, here: bool) -> Markup:
    source = box.source
    label = source.label if len(source.label) <= 22 else source.label[:21] + "…"
    detail = " · ".join(
        part
        for part in (
            source.format or "not read yet",
            f"{present.compact(source.row_count)} rows" if source.row_count is not None else "",
        )
        if part
    )
    return Markup(
        '<a href="/sources/{id}"{current}><g class="box{here}" transform="translate({x} {y})">'
        '<rect width="{w}" height="{h}" rx="8"/><text class="label" x="14" y="22">{label}</text>'
        '<text class="detail" x="14" y="40">{detail}</text><title>{name}</title></g></a>'
    ).format(
        id=source.id,
        current=Markup(' aria-current="page"') if here else "",
        here=" here" if here else "",
        x=box.x,
        y=box.y,
        w=BOX_WIDTH,
        h=BOX_HEIGHT,
        label=label,
        detail=detail,
        name=source.name,
    )
