"""Expectations derived from profiles, and their validation.

`derive` writes them, `judge` reads their verdicts off the stored profile, `validate` runs them
with Great Expectations itself, `render` makes a page of the report.
"""

from __future__ import annotations

from catalog.quality.derive import derive
from catalog.quality.evidence import Evidence
from catalog.quality.judge import assess, judge
from catalog.quality.score import DIMENSIONS, dimension_scores
from catalog.quality.validate import validate

__all__ = [
    "DIMENSIONS",
    "Evidence",
    "assess",
    "derive",
    "dimension_scores",
    "judge",
    "validate",
]
