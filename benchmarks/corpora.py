"""Where the public corpora are that accuracy is measured on; they are not part of the project."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def corpus(name: str) -> Path:
    """The folder of a corpus below `HEADWATER_CORPORA`; ends the benchmark when it is not there."""
    place = Path(os.environ.get("HEADWATER_CORPORA", "../shared/data")) / name
    if not place.exists():
        print(f"skipped: no corpus at {place} (HEADWATER_CORPORA names the folder)")
        sys.exit(0)
    return place
