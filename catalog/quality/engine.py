"""Great Expectations, quietly: no progress bars, no analytics, nothing written, no network."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality import measures
from catalog.quality.aliases import Aliases
from catalog.quality.dtypes import dtype_of
from catalog.quality.evidence import Column, Evidence
from catalog.quality.judge import Verdict, verdict_of
from catalog.quality.references import KIND as REFERS
from catalog.quality.references import Reference
from schema.errors import InvalidInput, MissingDependency

if TYPE_CHECKING:
    import pandas as pd

FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 5}
INDEX = "headwater_index"
lock = threading.Lock()
"""Great Expectations keeps its context in a global, so one validation runs at a time."""


@cache
def load() -> Any:
    """The package `great_expectations`; the first time takes 11 CPU seconds.

    Raises MissingDependency when it is not installed.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports warn of what its own dependencies deprecate
        captured = logging._warnings_showwarning  # type: ignore[attr-defined]
        try:
            import great_expectations
            import great_expectations.expectations
        except ImportError as error:
            raise MissingDependency(
                f"quality: {error}; pip install 'headwater[quality]'"
            ) from error
        if captured is None:
            logging.captureWarnings(capture=False)  # which its import turned on for everybody
    return great_expectations


def build(
    expectation: Expectation, index: int, aliases: Aliases, *, said: str | None = None
) -> Any:
    """The expectation as an object of Great Expectations, told as `said` where that is given.

    Raises InvalidInput when it is none.
    """
    if expectation.type == REFERS:
        return _rows_without_key(Reference.of(expectation.kwargs), index)
    try:
        made = _known()[expectation.type.replace("_", "")]
        described = {"description": said} if said is not None else {}
        return made(**aliases.kwargs(expectation.kwargs), **described, meta={INDEX: index})
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"expectation {expectation.type} of {expectation.field!r} is not one that Great "
            f"Expectations knows: {error}"
        ) from error


def _rows_without_key(reference: Reference, index: int) -> Any:
    """A reference as Great Expectations can tell of it, for those who read its documents."""
    ours, theirs = ", ".join(reference.fields), ", ".join(reference.key)
    asked = (
        f"SELECT * FROM {{batch}} WHERE ({ours}) NOT IN (SELECT {theirs} FROM {reference.table})"
    )
    return load().expectations.UnexpectedRowsExpectation(
        unexpected_rows_query=asked,
        description=f"{ours} refers to {theirs} of {reference.table}",
        meta={INDEX: index},
    )


@cache
def _known() -> dict[str, Any]:
    """The expectations that there are, by name in small letters without underscores."""
    expectations = load().expectations
    return {name.lower(): getattr(expectations, name) for name in dir(expectations)}


def on_data(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> list[Verdict]:
    """Verdicts of Great Expectations' pandas engine, one for each expectation in order."""
    gx = load()
    aliases = Aliases.of(frame.columns, expectations)
    frame = frame.rename(columns=aliases.alias)
    with lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told to users as verdicts, not by pandas and numpy
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        asset = context.data_sources.add_pandas("headwater").add_dataframe_asset("data")
        definition = asset.add_batch_definition_whole_dataframe("all")
        suite = gx.ExpectationSuite(
            name="headwater",
            expectations=[build(one, index, aliases) for index, one in enumerate(expectations)],
        )
        batch = definition.get_batch({"dataframe": frame})
        found = batch.validate(suite, result_format=FORMAT).results
    verdicts = {one.expectation_config.meta[INDEX]: verdict(one, aliases) for one in found}
    return [verdicts[index] for index in range(len(expectations))]


def on_summary(evidence: Evidence, expectations: Sequence[Expectation]) -> list[Verdict | None]:
    """Verdicts of Great Expectations on metrics that are answered from the profile, None where
    the profile cannot answer.
    """
    load()
    from great_expectations.execution_engine import PandasExecutionEngine

    with lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        engine = PandasExecutionEngine()
        aliases = Aliases.of(evidence.schema.names, expectations)
        answers = Answers(evidence, aliases)
        return [
            verdict_of(one, evidence)
            if one.type == REFERS
            else _validate(build(one, index, aliases), answers, engine)
            for index, one in enumerate(expectations)
        ]


class Unanswerable(Exception):
    """The profile does not know the value of a metric."""


class Answers:
    """The metrics of one version, from its profile."""

    def __init__(self, evidence: Evidence, aliases: Aliases) -> None:
        self._evidence, self.aliases = evidence, aliases

    def __call__(self, name: str, domain: Mapping[str, Any], kwargs: Mapping[str, Any]) -> Any:
        """The metric's value. Raises Unanswerable, and KeyError for a column that is not there."""
        evidence, aliases = self._evidence, self.aliases
        if name == "table.row_count":
            return measures.row_count(evidence)
        if name == "table.columns":
            return [aliases.alias(name) for name in dict.fromkeys(evidence.schema.names)]
        if name == "table.column_types":
            return [
                {"name": aliases.alias(one.name), "type": _dtype(one.type)}
                for one in evidence.schema
            ]
        if name in _TOGETHER:
            known = {**domain, **kwargs}
            named = {key: _named(aliases, value) for key, value in known.items()}
            found = _TOGETHER[name](evidence, named)
            if found is None:
                raise Unanswerable(name)
            return found
        if "column" not in domain:
            raise Unanswerable(name)
        column = evidence.columns[aliases.name(domain["column"])]
        value = self._of_column(name, column, kwargs)
        if value is None:
            raise Unanswerable(name)
        return value

    def _of_column(self, name: str, column: Column, kwargs: Mapping[str, Any]) -> Any:
        if name == "column.value_counts":
            counts = measures.value_counts(column)
            return None if not counts else _series(counts)
        if name == "column_values.nonnull.count":
            return column.present
        if name == "column.quantile_values":
            return measures.quantiles(column, kwargs)
        if name in measures.AGGREGATES:
            value = measures.AGGREGATES[name](column, kwargs)
            return float("nan") if value is None and not column.present else value
        metric, _, suffix = name.rpartition(".")
        if suffix == "unexpected_count" and metric in measures.UNEXPECTED:
            return measures.UNEXPECTED[metric](column, kwargs)
        if suffix == "unexpected_values" and metric in measures.UNEXPECTED:
            examples = measures.EXAMPLES.get(metric)
            return examples(column, kwargs)[:5] if examples else []
        return None


_TOGETHER: dict[str, Callable[[Evidence, Mapping[str, Any]], Any]] = {
    "column_pair_values.a_greater_than_b.filtered_row_count": measures.rows_with_both,
    "column_pair_values.a_greater_than_b.unexpected_count": measures.disordered,
    "column_pair_values.a_greater_than_b.unexpected_values": lambda *_: [],
    "compound_columns.unique.filtered_row_count": lambda evidence, _: evidence.rows,
    "compound_columns.unique.unexpected_count": measures.repeated_rows,
    "compound_columns.unique.unexpected_values": lambda *_: [],
}
"""Metrics of several columns, by the name that Great Expectations gives them."""


def _named(aliases: Aliases, value: Any) -> Any:
    if isinstance(value, str):
        return aliases.name(value)
    return [aliases.name(one) for one in value] if isinstance(value, list) else value


def _series(counts: Mapping[Any, int]) -> Any:
    import pandas as pd

    return pd.Series(dict(counts), name="count")


def _dtype(kind: pa.DataType) -> Any:
    import pandas as pd

    return pd.api.types.pandas_dtype(dtype_of(kind))


def _validate(expectation: Any, answers: Answers, engine: Any) -> Verdict | None:
    runtime = {"result_format": dict(FORMAT)}
    wanted = expectation.get_validation_dependencies(
        execution_engine=engine, runtime_configuration=runtime
    ).get_metric_configurations()
    try:
        metrics = {
            metric.id: answers(
                metric.metric_name, metric.metric_domain_kwargs, metric.metric_value_kwargs
            )
            for metric in wanted
        }
    except Unanswerable:
        return None
    except KeyError as error:
        return Verdict(success=False, observed=f"there is no column {error}")
    result = expectation.metrics_validate(
        metrics, runtime_configuration=runtime, execution_engine=engine
    )
    return verdict(result, answers.aliases)


_SHARES = frozenset(
    (
        "expect_column_value_lengths_to_be_between",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_not_be_null",
        "expect_compound_columns_to_be_unique",
    )
)
"""Expectations about rows of which the share that fails says more than their values."""


def verdict(result: Any, aliases: Aliases) -> Verdict:
    """A validation result of Great Expectations as a verdict."""
    found, kind = result.result or {}, result.expectation_config.type
    count = found.get("unexpected_count")
    if message := _exception(result.exception_info or {}):
        return Verdict(success=False, observed=message)
    if "observed_value" in found:
        seen = found["observed_value"]
        if kind == "expect_table_columns_to_match_set":
            seen = sorted(aliases.name(alias) for alias in seen)
        return Verdict(bool(result.success), seen, count)
    if kind in _SHARES:
        observed: Any = round((found.get("unexpected_percent") or 0.0) / 100, 6)
    else:
        observed = list(found.get("partial_unexpected_list") or [])[:5]
    return Verdict(bool(result.success), observed, int(count) if count is not None else None)


def _exception(info: Mapping[str, Any]) -> str | None:
    """The first error that kept an expectation from being judged."""
    told = [info] if "raised_exception" in info else list(info.values())
    return next((str(one["exception_message"]) for one in told if one["raised_exception"]), None)
