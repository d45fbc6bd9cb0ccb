"""The command as a process of its own, on a folder and a catalog of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(catalog_url: str) -> Start:
    """`start("crawl", folder)` as a user's shell would; `beside` are folders to import from."""

    def begin(*arguments: str, beside: tuple[Path, ...] = ()) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "catalog.cli.main", "--catalog", catalog_url, *arguments]
        path = os.pathsep.join(map(str, (ROOT, *beside)))
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    return begin
