"""One walk of the loop through the real command, shared by the tests that look at its results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HEADWATER = Path(sys.executable).with_name("headwater")


@dataclass(frozen=True)
class Terminal:
    """A folder and a catalog, and the command run there as a user runs it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {"HOME": str(self.folder), "HEADWATER_CATALOG": str(self.folder / "catalog.db")}
        return {**os.environ, **own}

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HEADWATER, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *arguments: str | Path) -> Any:
        """What a command prints with `--json`; it must end well."""
        done = self.run("--json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Loop:
    """What the steps of the loop printed."""

    terminal: Terminal
    first: Mapping[str, Any]
    again: Mapping[str, Any]
    run: Mapping[str, Any]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A user who has done nothing yet."""
    return Terminal(tmp_path)


@pytest.fixture(scope="session")
def crawled(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """`sample_data` crawled twice."""
    terminal = Terminal(tmp_path_factory.mktemp("loop"))
    first, again = (terminal.json("crawl", sample_data) for _ in range(2))
    return Loop(terminal, first, again, {})


@pytest.fixture(scope="session")
def loop(crawled: Loop, sample_data: Path) -> Loop:
    """Crawled twice, then the pipeline `delays` run."""
    run = crawled.terminal.json("run", sample_data / "pipelines" / "delays.py")
    return Loop(crawled.terminal, crawled.first, crawled.again, run["run"])
