"""Summary → TableProfile and ColumnProfile: reads off only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schema.association import Association, association
from schema.column import ColumnSummary
from schema.decide import STRAY_SHARE, Decision, decisions
from schema.dependencies import Dependencies, dependencies
from schema.distribution import Distribution, distribution_of
from schema.encoding import as_dict
from schema.figures import Figures
from schema.kind import Kind
from schema.model import Schema
from schema.ordering import order_of
from schema.relations import Relations, relations
from schema.roles import NEEDED, role_of
from schema.summary import Summary


@dataclass(frozen=True, slots=True)
class Frequency:
    """A value and how many rows hold it; an estimate from the sample unless `exact`."""

    value: Any
    count: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which a share `q` (0 to 1) of the values lie."""

    q: float
    value: Any


@dataclass(frozen=True, slots=True)
class Bin:
    """Count of the values in [low, high), estimated from the sample (the last bin is closed)."""

    low: float
    high: float
    count: float


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Figures of one column, in its inferred type.

    `count` rows hold a value of the type, `null_count` none or a code for missing, and
    `misfit_count` one that does not fit the type: together all rows. Values (`min`, `max`,
    frequencies, quantiles) are JSON-ready: numbers, booleans, text, with temporal values and
    decimals as canonical text. Lengths are characters of text, bytes of binary, items of lists.
    `distinct_error` is the relative error bound at 99 % confidence, 0 when exact;
    `quantile_error` that of a quantile's rank. `distinct_count` is None for nested values.
    Nested columns are profiled by path too (`address.city`, `tags[]`).
    """

    name: str
    type: str
    count: int
    null_count: int
    empty_count: int
    distinct_count: int | None
    distinct_error: float
    min: Any
    max: Any
    mean: float | None
    std: float | None
    quantiles: tuple[Quantile, ...]
    quantile_error: float
    histogram: tuple[Bin, ...]
    top_values: tuple[Frequency, ...]
    min_length: int | None
    max_length: int | None
    mean_length: float | None
    misfit_count: int
    misfit_examples: tuple[str, ...]
    unique: bool
    missing_codes: tuple[str, ...] = ()
    """Texts that a column of another type holds for a missing value (`NA`, quoted nothing)."""
    written_lengths: tuple[int, int] | None = None
    """Fewest and most characters that values read from text are written in."""
    parses: tuple[tuple[str, int], ...] = ()
    """What texts can be read as, and how many of them, most first: kinds of `schema.kind`."""
    distribution: Distribution | None = None
    """How its values are spread and written; None of nested columns and without values."""
    skewness: float | None = None
    """Of numbers, the adjusted Fisher-Pearson coefficient."""
    constant: bool = False
    """All rows hold the same value."""
    order: str | None = None
    """`rising` or `falling` where the values stand so, entries taken by name; else None."""

    @property
    def role(self) -> str | None:
        """What part it plays in its table: one of `schema.roles.TOLD`."""
        return role_of({name: getattr(self, name) for name in NEEDED})

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, the inverse of `from_dict`."""
        encoded: dict[str, Any] = as_dict(self)
        return encoded

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> ColumnProfile:
        """The profile that `to_dict` encoded."""
        spread = value.get("distribution")
        return cls(
            **{
                **value,
                "quantiles": tuple(Quantile(**item) for item in value["quantiles"]),
                "histogram": tuple(Bin(**item) for item in value["histogram"]),
                "top_values": tuple(Frequency(**item) for item in value["top_values"]),
                "misfit_examples": tuple(value["misfit_examples"]),
                "missing_codes": tuple(value.get("missing_codes", ())),
                "written_lengths": tuple(value.get("written_lengths") or ()) or None,
                "parses": tuple((kind, count) for kind, count in value.get("parses", ())),
                "distribution": Distribution.from_dict(spread) if spread else None,
            }
        )


@dataclass(frozen=True, slots=True)
class TableProfile:
    """Figures of one table. `row_count` is None when a limit kept part of it unread."""

    rows_seen: int
    row_count: int | None
    byte_count: int | None
    columns: tuple[ColumnProfile, ...]
    relations: Relations | None = None
    """What columns say together; None in profiles of before it was kept."""
    association: Association | None = None
    """Correlations and what is missing together, likewise."""
    dependencies: Dependencies | None = None
    """Keys of several columns, and what determines what, likewise."""

    def column(self, path: str) -> ColumnProfile | None:
        """The profile of a column or nested path, None when there is none."""
        return next((column for column in self.columns if column.name == path), None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, the inverse of `from_dict`."""
        encoded: dict[str, Any] = as_dict(self)
        return encoded

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> TableProfile:
        """The profile that `to_dict` encoded."""
        columns = tuple(ColumnProfile.from_dict(column) for column in value["columns"])
        found = value.get("relations")
        known = Relations.from_dict(found) if found else None
        told = value.get("association")
        depending = value.get("dependencies")
        return cls(
            value["rows_seen"],
            value["row_count"],
            value["byte_count"],
            columns,
            known,
            Association.from_dict(told) if told else None,
            Dependencies.from_dict(depending) if depending else None,
        )


def profile(
    summary: Summary,
    schema: Schema,
    *,
    row_count: int | None = None,
    byte_count: int | None = None,
    stray: float = STRAY_SHARE,
    fixed: Mapping[str, str] | None = None,
) -> TableProfile:
    """The figures of all columns: those of `schema` in its order, then nested paths.

    `row_count` is the table's, where it is known to be more than the rows that were seen.
    """
    decided = decisions(summary, fixed, stray=stray)
    types = {field.name: field.type for field in schema}
    paths = [*(name for name in types if name in summary.columns)]
    paths += [path for path in summary.columns if path not in types]
    columns, top = [], []
    for path in paths:
        column = summary.columns[path]
        decision = decided[path]
        if path in types and not column.raw:
            decision = Decision(types[path], decision.kinds)
        top_level = path in types
        figures = Figures(path, column, decision, summary.sample if top_level else None)
        columns.append(_read_off(figures))
        if top_level:
            top.append(figures)
    found = relations(summary, top)
    beside = association(summary.sample, top)
    return TableProfile(
        summary.rows,
        row_count,
        byte_count,
        tuple(columns),
        found,
        beside,
        dependencies(summary.sample, top, summary.rows),
    )


def _read_off(figures: Figures) -> ColumnProfile:
    column = figures.column
    bounds = figures.bounds()
    moments = figures.moments()
    lengths = figures.lengths
    misfits = figures.decision.misfits(column)
    examples = sorted({example for facet in misfits.values() for example in facet.examples})
    return ColumnProfile(
        name=figures.path,
        type=str(figures.decision.type),
        count=figures.count,
        null_count=column.nulls + figures.missing,
        empty_count=column.empties if figures.text else 0,
        distinct_count=figures.distinct_count,
        distinct_error=figures.distinct_error,
        min=bounds[0],
        max=bounds[1],
        mean=figures.number(moments.mean) if moments else None,
        std=figures.number(moments.std) if moments else None,
        quantiles=tuple(Quantile(*pair) for pair in figures.quantiles()),
        quantile_error=figures.quantile_error,
        histogram=tuple(Bin(*item) for item in figures.histogram()),
        top_values=tuple(Frequency(*item) for item in figures.top_values()),
        min_length=lengths.low if lengths else None,
        max_length=lengths.high if lengths else None,
        mean_length=lengths.total / lengths.count if lengths else None,
        misfit_count=sum(facet.count for kind, facet in misfits.items() if kind is not Kind.NESTED),
        misfit_examples=tuple(
            f"{example.text!r} ({example.place}, row {example.row})" for example in examples[:3]
        ),
        unique=figures.unique,
        missing_codes=() if figures.keeps_codes else tuple(sorted(column.missing)),
        parses=tuple(sorted(_parses(column), key=lambda pair: (-pair[1], pair[0]))),
        written_lengths=(column.lengths.low, column.lengths.high)
        if column.raw and column.lengths
        else None,
        distribution=distribution_of(figures),
        skewness=moments.skewness if moments else None,
        constant=figures.distinct_count == 1 and column.nulls + figures.missing == 0,
        order=order_of(column.stretches),
    )


def _parses(column: ColumnSummary) -> Iterator[tuple[str, int]]:
    """Kinds of texts with their counts; of what is typed already there is nothing to read."""
    if not column.raw:
        return
    yield from ((kind.value, facet.count) for kind, facet in column.kinds.items())
    if missing := sum(column.missing.values()):
        yield Kind.MISSING.value, missing
