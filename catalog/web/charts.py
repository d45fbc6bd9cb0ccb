"""Charts as inline SVG, drawn from profiles: no script, no style attributes, all text escaped."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from catalog.web import present
from schema.profile import Bin, ColumnProfile, Frequency

WIDTH, HEIGHT = 168, 36
MOST_BARS = 40
SHOWN_VALUES = 4
TEMPORAL = ("timestamp", "date", "time", "duration")
WORTH_SHOWING = 0.05
"""Less of the rows than this in the most frequent values tells nothing."""


def distribution(profile: ColumnProfile | None) -> Markup:
    """The distribution of a column: a histogram, else its most frequent values, else nothing."""
    if profile is None or profile.count == 0:
        return Markup("")
    if len(profile.histogram) > 1 and any(bar.count > 0 for bar in profile.histogram):
        return _histogram(_merged(profile.histogram), profile)
    if profile.unique:
        return Markup("")
    frequent = profile.top_values[:SHOWN_VALUES]
    if sum(found.count for found in frequent) >= WORTH_SHOWING * profile.count:
        return _frequencies(frequent, profile.count)
    return Markup("")


def _merged(bins: Sequence[Bin]) -> list[Bin]:
    """At most MOST_BARS bars of those bins."""
    group = -(-len(bins) // MOST_BARS)
    return [
        Bin(part[0].low, part[-1].high, sum(bar.count for bar in part))
        for part in (bins[start : start + group] for start in range(0, len(bins), group))
    ]


def _histogram(bins: Sequence[Bin], profile: ColumnProfile) -> Markup:
    temporal = profile.type.startswith(TEMPORAL)  # whose bounds are not numbers that people read
    most = max(bar.count for bar in bins) or 1
    low, high = bins[0].low, bins[-1].high
    span = high - low
    bars = []
    for place, bar in enumerate(bins):
        left = (bar.low - low) / span if span > 0 else place / len(bins)
        width = (bar.high - bar.low) / span if span > 0 else 1 / len(bins)
        tall = max(bar.count / most * HEIGHT, 1 if bar.count > 0 else 0)
        bars.append(
            Markup(
                '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}</title></rect>"
            ).format(
                left * WIDTH,
                HEIGHT - tall,
                max(width * WIDTH - 1, 0.8),
                tall,
                ("" if temporal else f"{present.number(bar.low)} to {present.number(bar.high)}: ")
                + f"about {present.number(round(bar.count))} rows",
            )
        )
    label = (
        f"Histogram from {present.value(profile.min)} to {present.value(profile.max)}; "
        "the fullest of "
        f"{len(bins)} bars holds about {present.number(round(most))} rows"
    )
    return _svg("histogram", label, Markup("").join(bars), WIDTH, HEIGHT)


def _frequencies(values: Sequence[Frequency], rows: int) -> Markup:
    line = 15
    parts = []
    for place, found in enumerate(values):
        part = min(found.count / rows, 1.0) if rows else 0.0
        text = present.value(found.value)
        short = text if len(text) <= 18 else text[:17] + "…"
        parts.append(
            Markup(
                '<g transform="translate(0 {y})">'
                '<rect class="track" width="{w}" height="13" rx="2"/>'
                '<rect class="fill" width="{part:.1f}" height="13" rx="2"/>'
                '<text x="5" y="10">{short}</text>'
                '<text x="{right}" y="10" text-anchor="end">{share}</text>'
                "<title>{text}: {count} rows</title></g>"
            ).format(
                y=place * line,
                w=WIDTH,
                part=part * WIDTH,
                short=short,
                right=WIDTH - 5,
                share=present.share(found.count, rows),
                text=text,
                count=("" if found.exact else "about ") + present.number(found.count),
            )
        )
    label = "Most frequent: " + ", ".join(
        f"{present.value(found.value)} {present.share(found.count, rows)}" for found in values
    )
    return _svg("frequencies", label, Markup("").join(parts), WIDTH, len(values) * line - 2)


def history(scores: Sequence[float]) -> Markup:
    """A line of quality scores, 0 to 100, oldest first."""
    if len(scores) < 2:
        return Markup("")
    width, height = 240, 48
    step = (width - 8) / (len(scores) - 1)
    points = [
        (4 + place * step, 4 + (1 - score / 100) * (height - 8))
        for place, score in enumerate(scores)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    body = Markup(
        '<polyline points="{}" fill="none"/><circle cx="{:.1f}" cy="{:.1f}" r="3.5"/>'
    ).format(path, x, y)
    label = f"Score over {len(scores)} checks, from {scores[0]:.0f} to {scores[-1]:.0f}"
    return _svg("history", label, body, width, height)


def bar(part: float | None, whole: float | None, kind: str = "") -> Markup:
    """A thin bar that shows a share."""
    if not whole or not part:
        return Markup("")
    return Markup(
        '<svg class="bar {}" viewBox="0 0 60 4" width="60" height="4" aria-hidden="true">'
        '<rect class="track" width="60" height="4" rx="2"/>'
        '<rect class="fill" width="{:.1f}" height="4" rx="2"/></svg>'
    ).format(kind, max(60 * min(part / whole, 1), 1.5))


def _svg(kind: str, label: str, body: Markup, width: float, height: float) -> Markup:
    return Markup(
        '<svg class="chart {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(kind, width, height, width, height, escape(label), body)
