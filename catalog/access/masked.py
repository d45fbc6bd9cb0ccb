"""The catalog as those see it who may not see personal data: no value of a personal column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from catalog.model import Expectation, ExpectationResult, Run, Source, Version
from catalog.quality.personal import (
    column_of,
    is_personal,
    masked,
    masked_all,
    personal_in,
    without_quotes,
)
from catalog.store.codec import long_of
from catalog.store.stored import Outline, Shape
from schema.model import Schema

if TYPE_CHECKING:
    from catalog.store import Store

KEPT_ARGUMENTS = frozenset(
    (
        *("column", "column_A", "column_B", "column_list", "mostly", "type_"),
        *("declared", "key", "key_of", "source"),
    )
)
"""Arguments of expectations that tell of no value."""

SHARES = frozenset(
    (
        "expect_column_value_lengths_to_be_between",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_not_be_null",
        "expect_column_unique_value_count_to_be_between",
        "expect_column_type_to_be",
        "expect_column_values_to_be_of_type",
    )
)
"""Expectations that observe no value but a share, a count or a type."""


class Masked:
    """A store, or a part of one: gives what it gives, but every version in that, however deep,
    comes without values of personal columns, and every error of a run that read such columns
    without what it quotes. What is kept must not be made of it: `whole` is the
    store as it is. Verdicts are masked where they are shown (`masked_results`), since that takes
    the schema, which most who ask for a score do not need.
    """

    def __init__(self, whole: object, root: Any = None) -> None:
        self.whole = whole
        self._root = cast("Store", root or whole)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.whole, name)
        if not callable(found):
            return Masked(found, self._root)

        def call(*arguments: Any, **options: Any) -> Any:
            shown = masked_values(found(*arguments, **options))
            failed = [run for run in _runs(shown) if run.error is not None]
            return _masked_errors(shown, self._root, failed) if failed else shown

        return call


def masked_store(store: Store) -> Store:
    """The view of a store, which stays the caller's to close."""
    return cast("Store", Masked(store))


def whole(store: Store) -> Store:
    """The store as it is, for what is computed from it and kept."""
    return cast("Store", store.whole) if isinstance(store, Masked) else store


def masked_values(found: Any) -> Any:
    """The same, with every version in lists and dictionaries masked."""
    if isinstance(found, Version):
        return masked_version(found)
    if type(found) in (list, tuple):
        return type(found)(map(masked_values, found))
    if isinstance(found, dict) and not isinstance(next(iter(found.values()), None), _VALUELESS):
        return {key: masked_values(value) for key, value in found.items()}
    return found


_VALUELESS = (Outline, Source, Run)
"""What holds no version; all values of a dictionary are alike."""


def _runs(found: Any) -> Iterator[Run]:
    """The runs in lists and dictionaries, all of whose items are alike."""
    if isinstance(found, Run):
        yield found
    elif isinstance(found, list | dict) and found:
        items = found if isinstance(found, list) else found.values()
        if isinstance(next(iter(items)), Run | list):
            for item in items:
                yield from _runs(item)


def _masked_errors(found: Any, store: Store, failed: Sequence[Run]) -> Any:
    """The same, with nothing quoted in the errors of runs that read personal columns."""
    read = store.current_versions({pk for run in failed for pk in run.inputs})
    personal = {pk for pk, version in read.items() if personal_names(version.schema)}

    def masked_error(one: Any) -> Any:
        if isinstance(one, Run):
            hides = one.error is not None and not personal.isdisjoint(one.inputs)
            return replace(one, error=without_quotes(one.error or "")) if hides else one
        if isinstance(one, dict):
            return {key: masked_error(item) for key, item in one.items()}
        return [masked_error(item) for item in one] if isinstance(one, list) else one

    return masked_error(found)


def personal_names(schema: Schema) -> frozenset[str]:
    """The names of the columns that hold personal data; remembered of the schemas of late."""
    known = _personal.get(id(schema))
    if known is None or known[0] is not schema:
        if len(_personal) >= MOST_REMEMBERED:
            _personal.clear()
        known = (schema, frozenset(field.name for field in schema if is_personal(field)))
        _personal[id(schema)] = known
    return known[1]


MOST_REMEMBERED = 2_000
_personal: dict[int, tuple[Schema, frozenset[str]]] = {}


def masked_version(version: Version) -> Version:
    """The version without the values of its personal columns."""

    def masked_figures(figures: Mapping[str, Any]) -> Mapping[str, Any]:
        hidden = _hidden_in(version.shape)
        if not hidden:
            return figures
        names = frozenset(field["name"] for field in version.shape["fields"])
        columns = [
            masked_profile(one) if column_of(one["name"], names) in hidden else one
            for one in figures["columns"]
        ]
        return {**figures, "columns": columns}

    return version.showing(masked_figures)


def _hidden_in(shape: Mapping[str, Any]) -> frozenset[str]:
    """The personal columns of a schema; kept with it where it is kept."""
    known: frozenset[str] | None = getattr(shape, "personal", None)
    if known is None:
        known = personal_in(shape)
        if isinstance(shape, Shape):
            shape.personal = known
    return known


def masked_profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a personal column: how many, how different, how long; never which."""
    examples = long_of(profile)["misfit_examples"]
    return {
        **{name: value for name, value in profile.items() if name != "more"},
        **dict.fromkeys(("min", "max", "mean", "std")),
        "quantiles": [],
        "histogram": [],
        "top_values": [],
        "misfit_examples": [masked(one) for one in examples],
        "distribution": None,
    }


def masked_results(
    results: Iterable[ExpectationResult], schema: Schema
) -> tuple[ExpectationResult, ...]:
    """The verdicts on a source of that schema, without values of its personal columns."""
    hidden = personal_names(schema)
    return tuple(
        _masked_result(result) if result.expectation.field in hidden else result
        for result in results
    )


def _masked_result(result: ExpectationResult) -> ExpectationResult:
    expectation = result.expectation
    if expectation.type in SHARES:
        return result
    shown = Expectation(
        expectation.type,
        expectation.field,
        _masked_arguments(expectation.kwargs),
        "learned from the values of a column of personal data",
        expectation.dimension,
        expectation.false_alarms,
        expectation.key,
    )
    return replace(result, expectation=shown, observed=masked_all(result.observed))


def _masked_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if name in KEPT_ARGUMENTS else masked_all(value)
        for name, value in arguments.items()
    }
