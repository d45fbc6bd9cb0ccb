"""What Headwater says of `flights` is what pandas says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def frame(sample_data: Path) -> pd.DataFrame:
    """The rows as pandas reads them, with year and month from the path."""
    parts = []
    for path in sorted((sample_data / "flights").glob("year=*/month=*/*.csv")):
        keys = dict(part.split("=") for part in path.parts if "=" in part)
        parts.append(pd.read_csv(path).assign(**{key: int(text) for key, text in keys.items()}))
    table = pd.concat(parts, ignore_index=True)
    table["time_hour"] = pd.to_datetime(table["time_hour"], utc=True)
    return table


@pytest.fixture(scope="module")
def shown(crawled: Any) -> dict[str, Any]:
    shown: dict[str, Any] = crawled.terminal.json("show", "flights")
    return shown


def expected_type(column: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(column):
        return "timestamp[us, tz=UTC]"
    if not pd.api.types.is_numeric_dtype(column):
        return "string"
    present = column.dropna()
    return "int64" if (present == present.astype("int64")).all() else "double"


def plain(value: Any, kind: str) -> Any:
    """A value of pandas or of the catalog, fit to be compared with the other's."""
    return pd.Timestamp(value) if kind.startswith("timestamp") else value


def test_rows_and_columns(frame: pd.DataFrame, shown: dict[str, Any]) -> None:
    assert shown["profile"]["rowCount"] == shown["profile"]["rowsSeen"] == len(frame)
    assert [field["name"] for field in shown["schema"]["fields"]] == list(frame.columns)


def test_types_and_figures(frame: pd.DataFrame, shown: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in shown["schema"]["fields"]}
    for name in frame.columns:
        column, field, profile = frame[name], fields[name], fields[name]["profile"]
        kind = expected_type(column)
        assert field["type"] == profile["type"] == kind, name
        assert profile["nullCount"] == column.isna().sum(), name
        assert profile["count"] == column.notna().sum(), name
        distinct = column.nunique()
        bound = profile["distinctError"] * distinct
        assert abs(profile["distinctCount"] - distinct) <= bound, name
        present = column.dropna()
        assert plain(profile["min"], kind) == present.min(), name
        assert plain(profile["max"], kind) == present.max(), name
        if kind in {"int64", "double"}:
            assert profile["mean"] == pytest.approx(column.mean(), rel=1e-12), name
            assert profile["std"] == pytest.approx(column.std(), rel=1e-9), name
        else:
            assert profile["mean"] is None, name


def test_few_values_are_counted_exactly(frame: pd.DataFrame, shown: dict[str, Any]) -> None:
    fields = {field["name"]: field for field in shown["schema"]["fields"]}
    for name in ("carrier", "origin", "dest", "month", "day"):
        profile = fields[name]["profile"]
        assert (profile["distinctCount"], profile["distinctError"]) == (frame[name].nunique(), 0)
        for top in profile["topValues"]:
            assert top["exact"]
            assert top["count"] == (frame[name] == top["value"]).sum()
