"""What every test shares: the samples, a catalog of its own, and nothing of the user's."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql import Server, started

ROOT = Path(__file__).resolve().parents[1]

# Spark's workers run the interpreter of the tests, not whichever `python3` comes first.
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
# A shell that runs the tests in the background has them ignore Ctrl-C; what they start must not.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Java of tests lives for seconds: optimising its code further and checking Spark's own classes took
# half of the processor time of a short session (20 s without these options, 9.5 s with them).
BRIEF = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
# The program that starts the driver, the driver, and executors of workers on this machine.
for program in ("SPARK_LAUNCHER_OPTS", "SPARK_SUBMIT_OPTS", "SPARK_JAVA_OPTS"):
    os.environ.setdefault(program, BRIEF)
# A catalog or credentials that the user has set up must not leak into a test, nor be touched by it.
for name in [name for name in os.environ if name.startswith(("HEADWATER_CATALOG", "AWS_"))]:
    del os.environ[name]

# Laws hold whatever the machine's load: no example has a deadline. CI draws the same examples
# each time, so that a red build is red for what changed.
settings.register_profile("headwater", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "headwater")


SLOW = frozenset(("acceptance", "clusters", "pipelines", "project", "spark"))
"""Folders of tests that begin, so that no process waits at the end for a long one of the other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first; the order of the tests within a file stays."""
    items.sort(key=lambda item: item.path.parent.name not in SLOW)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of samples; read only."""
    return ROOT / "sample_data"


@pytest.fixture
def catalog_url(tmp_path: Path) -> str:
    """SQLAlchemy URL of a SQLite catalog that no other test sees; the file is not there yet."""
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One PostgreSQL server for all tests of a process, ended with them."""
    with started() as server:
        yield server
