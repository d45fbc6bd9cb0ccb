"""Where the public corpora are that accuracy is measured on; they are not part of the project."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def find_corpus(name: str) -> Path | None:
    """The folder of a corpus below `HEADWATER_CORPORA`; None, told, when it is not there."""
    place = Path(os.environ.get("HEADWATER_CORPORA", "../shared/data")) / name
    if place.exists():
        return place
    print(f"skipped: no corpus at {place} (HEADWATER_CORPORA names the folder)")
    return None


def corpus(name: str) -> Path:
    """The folder of a corpus; ends the benchmark when it is not there."""
    place = find_corpus(name)
    return place if place is not None else sys.exit(0)
