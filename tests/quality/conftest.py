"""Fixtures of the quality tests; the tables are made in `quality_cases`."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves test folders out


@pytest.fixture(scope="session")
def clean() -> pa.Table:
    from quality_cases import flights

    return flights()
