"""One Spark session for the tests of this folder; each writes into a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.spark.cluster import Cluster
from connectors.spark.session import session


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with session(Cluster("local[2]"), "tests") as running:
        yield running
