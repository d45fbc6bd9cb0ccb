"""What is kept of many parts is little, and tells the same."""

from __future__ import annotations

import pickle
from unittest import mock

import pyarrow as pa

from catalog import gathering
from catalog.gathering import Encoded, Gathered
from catalog.parting import MOST_COMPARED, differences
from schema.summary import Summary, summarise


def made(count: int) -> dict[str, Summary]:
    """Summaries of parts, a few of which have a column more, or text where others have numbers."""
    found = {}
    for at in range(count):
        columns: dict[str, list[object]] = {"a": [at, at + 1], "b": ["x", None]}
        if at % 10 == 3:
            columns["more"] = [1.5, 2.5]
        found[f"part-{at}"] = summarise(pa.table(columns).to_batches(), place=f"part-{at}")
    return found


def test_parts_add_up_and_differ_as_they_would_together() -> None:
    for count in (MOST_COMPARED - 1, MOST_COMPARED + 6):
        parts = made(count)
        gathered = Gathered()
        for uri, part in parts.items():
            gathered.add(uri, part)
        assert gathered.total.to_bytes() == sum(parts.values(), Summary()).to_bytes()
        assert list(gathered.parts) == list(parts)
        told = [*differences(gathered.parts, str)]
        assert told == [*differences(parts, str)]
        assert len(told) == 1
        kept = [len(one.columns) for one in gathered.parts.values()]
        assert (max(kept) == 0) == (count > MOST_COMPARED)


def test_encoded_parts_are_found_in_memory_and_on_disk() -> None:
    data = {f"part-{at}": bytes([at]) * (at + 1) for at in range(40)}
    with mock.patch.object(gathering, "MOST_HELD", 100):
        encoded = Encoded()
        for uri, one in data.items():
            encoded.add(uri, one)
    assert encoded._file is not None
    assert len(encoded) == 40
    assert dict(encoded) == data
    assert [encoded[uri] for uri in reversed(data)] == [*reversed(data.values())]
    assert "part-39" in encoded
    assert encoded.get("other") is None


def test_few_encoded_parts_are_sent_between_processes() -> None:
    encoded = Encoded()
    encoded.add("one", b"1")
    assert dict(pickle.loads(pickle.dumps(encoded))) == {"one": b"1"}
