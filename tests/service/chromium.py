"""Chromium for the tests of the pages: `HEADWATER_CHROMIUM` names the executable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("HEADWATER_CHROMIUM", "")

in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).is_file(), reason="HEADWATER_CHROMIUM names no Chromium executable"
    ),
]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
