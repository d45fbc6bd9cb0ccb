"""Parts that declare a column otherwise are told, and whether Arrow takes the one for the other."""

from __future__ import annotations

import pyarrow as pa
import pytest

from schema.infer import infer
from schema.part_types import part_type_findings
from schema.summary import summarise


@pytest.mark.parametrize(
    ("one", "other", "codes"),
    [
        (pa.int32(), pa.int64(), ["types-widened"]),
        (pa.int64(), pa.float64(), ["types-widened"]),
        (pa.null(), pa.int64(), ["types-widened"]),
        (pa.decimal128(5, 2), pa.decimal128(12, 4), ["types-widened"]),
        (pa.date32(), pa.timestamp("us"), ["types-conflict"]),
        (pa.int32(), pa.string(), ["types-conflict"]),
        (pa.timestamp("us"), pa.timestamp("us", "UTC"), ["types-conflict"]),
        (pa.string(), pa.large_string(), []),
        (pa.dictionary(pa.int8(), pa.string()), pa.string(), []),
        (pa.int64(), pa.int64(), []),
    ],
    ids=str,
)
def test_types_of_two_parts(one: pa.DataType, other: pa.DataType, codes: list[str]) -> None:
    parts = [pa.record_batch({"v": pa.array([None], kind)}) for kind in (one, other)]
    summary = summarise(parts[:1]) + summarise(parts[1:])
    schema = infer(summary)
    found = list(part_type_findings(summary, schema))
    assert [finding.code for finding in found] == codes
    for finding in found:
        assert finding.message.startswith("column 'v' is ")
        assert finding.message.endswith(f"; it is read as {schema.field('v').type}")
