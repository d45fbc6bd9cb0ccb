"""What the audit log keeps of what was asked."""

from __future__ import annotations

from catalog.access.logged import LONGEST_DETAILS, cleaned, shortened


def test_long_details_are_cut() -> None:
    assert shortened({"a": "b"}) == {"a": "b"}
    (cut,) = shortened({"tags": ["\u00e9" * 100] * 100}).values()
    assert len(cut) <= LONGEST_DETAILS
    assert shortened(cleaned({"x": 1 << 70})) == {"x": str(1 << 70)}
    assert cleaned({"x": [object, 1, None, "s3://k:v@b/c"]})["x"][1:] == [1, None, "s3://b/c"]
