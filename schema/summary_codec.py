"""Summary as bytes and back: a JSON head, then hashes, counts and sample rows, compressed."""

from __future__ import annotations

import json
from dataclasses import astuple
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from schema.codec import decode_type, encode_type
from schema.column import ColumnSummary, Example, Facet, Lengths, Moments, Plain
from schema.errors import SummaryError
from schema.kind import Kind
from schema.ordering import Stretch
from schema.repeats import UNKNOWN, Repeats
from schema.sketches import Distinct, Keys, RowSample
from schema.summary import Summary

FORMAT = 5
"""Changes whenever a stored summary can no longer be merged with one made now."""

_MAGIC = b"HWS"


def encode(summary: Summary) -> bytes:
    """The bytes of a summary: magic, format, sizes, and zstd-compressed content."""
    blocks: list[bytes] = []
    head = {
        "rows": summary.rows,
        "names": list(summary.names),
        "columns": [
            [path, _encode_column(column, blocks)] for path, column in summary.columns.items()
        ],
        "theta": summary.sample.theta,
        "repeats": _encode_repeats(summary.repeats, blocks),
        "sizes": [len(block) for block in blocks],
    }
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, summary.sample.rows.schema) as writer:
        writer.write_table(summary.sample.rows)
    text = json.dumps(head, separators=(",", ":")).encode()
    body = b"".join(
        (
            *(len(text).to_bytes(8, "little"), text),
            *blocks,
            len(summary.sample.priorities).to_bytes(8, "little"),
            summary.sample.priorities.tobytes(),
            sink.getvalue().to_pybytes(),
        )
    )
    packed: bytes = pa.compress(body, codec="zstd", asbytes=True)
    return _MAGIC + bytes([FORMAT]) + len(body).to_bytes(8, "little") + packed


def decode(data: bytes) -> Summary:
    """The summary that `encode` encoded. Raises SummaryError when it cannot be read."""
    if data[:4] != _MAGIC + bytes([FORMAT]):
        raise SummaryError("the stored summary is of another version; crawl the source again")
    try:
        size = int.from_bytes(data[4:12], "little")
        return _decode(memoryview(pa.decompress(data[12:], size, codec="zstd", asbytes=True)))
    except (ValueError, KeyError, TypeError, IndexError, OSError, pa.ArrowException) as error:
        message = f"the stored summary is damaged ({error}); crawl the source again"
        raise SummaryError(message) from error


def _decode(body: memoryview) -> Summary:
    end = 8 + int.from_bytes(body[:8], "little")
    head = json.loads(bytes(body[8:end]))
    blocks = []
    for size in head["sizes"]:
        blocks.append(body[end : end + size])
        end += size
    blocks.reverse()
    columns = {path: _decode_column(value, blocks) for path, value in head["columns"]}
    repeats = _decode_repeats(head.get("repeats"), blocks)
    count = int.from_bytes(body[end : end + 8], "little")
    priorities = np.frombuffer(body[end + 8 : end + 8 + 8 * count], dtype=np.uint64)
    rows = pa.ipc.open_stream(pa.py_buffer(body[end + 8 + 8 * count :])).read_all()
    sample = RowSample(priorities, rows, head["theta"])
    if "repeats" not in head and not sample.complete:  # stored before they were kept
        repeats = UNKNOWN
    return Summary(head["rows"], tuple(head["names"]), columns, sample, repeats)


def _encode_repeats(repeats: Repeats | None, blocks: list[bytes]) -> int | None:
    if repeats is None:
        return None
    blocks += [repeats.marks.tobytes(), repeats.hashes.tobytes(), repeats.counts.tobytes()]
    return repeats.theta


def _decode_repeats(theta: int | None, blocks: list[memoryview]) -> Repeats | None:
    if theta is None:
        return None
    marks, hashes = (np.frombuffer(blocks.pop(), dtype=np.uint64) for _ in range(2))
    return Repeats(marks, hashes, np.frombuffer(blocks.pop(), dtype=np.int64), theta)


def _encode_column(column: ColumnSummary, blocks: list[bytes]) -> dict[str, Any]:
    blocks.append(column.distinct.hashes.tobytes())
    blocks.append(column.distinct.counts.tobytes())
    if column.keys is not None:
        blocks.append(column.keys.hashes.tobytes())
    lengths = column.lengths
    return {
        "count": column.count,
        "nulls": column.nulls,
        "raw": column.raw,
        "empties": column.empties,
        "types": [[encode_type(kind), rows] for kind, rows in column.types.items()],
        "kinds": {kind.value: _encode_facet(facet) for kind, facet in column.kinds.items()},
        "missing": dict(column.missing),
        "lengths": lengths and [lengths.count, lengths.total, lengths.low, lengths.high],
        "text": [column.low_text, column.high_text],
        "theta": column.distinct.theta,
        "values": None
        if column.values is None
        else [[_encode_plain(value), count] for value, count in column.values.items()],
        "optional": column.optional,
        "keys": None if column.keys is None else column.keys.theta,
        "stretches": None
        if column.stretches is None
        else [list(astuple(stretch)) for stretch in column.stretches],
    }


def _decode_column(value: dict[str, Any], blocks: list[memoryview]) -> ColumnSummary:
    hashes = np.frombuffer(blocks.pop(), dtype=np.uint64)
    counts = np.frombuffer(blocks.pop(), dtype=np.int64)
    keys = None
    if value["keys"] is not None:
        keys = Keys(np.frombuffer(blocks.pop(), dtype=np.uint64), value["keys"])
    pairs = value["values"]
    return ColumnSummary(
        value["count"],
        value["nulls"],
        value["raw"],
        value["empties"],
        {decode_type(kind): rows for kind, rows in value["types"]},
        {Kind(kind): _decode_facet(facet) for kind, facet in value["kinds"].items()},
        value["missing"],
        value["lengths"] and Lengths(*value["lengths"]),
        value["text"][0],
        value["text"][1],
        Distinct(hashes, counts, value["theta"]),
        None if pairs is None else {_decode_plain(plain): count for plain, count in pairs},
        value["optional"],
        keys,
        None
        if value["stretches"] is None
        else tuple(Stretch(*stretch) for stretch in value["stretches"]),
    )


def _encode_facet(facet: Facet) -> dict[str, Any]:
    moments = facet.moments
    return {
        "count": facet.count,
        "low": _encode_plain(facet.low),
        "high": _encode_plain(facet.high),
        "moments": moments and [moments.count, moments.total, moments.m2, moments.m3],
        "digits": [facet.integer_digits, facet.scale],
        "flags": [facet.fine, facet.exponent],
        "nan": facet.nan,
        "examples": [[example.place, example.row, example.text] for example in facet.examples],
        "written": [facet.least_scale, list(facet.units), facet.days, facet.other],
    }


def _decode_facet(value: dict[str, Any]) -> Facet:
    least_scale, units, days, other = value["written"]
    return Facet(
        value["count"],
        _decode_plain(value["low"]),
        _decode_plain(value["high"]),
        value["moments"] and Moments(*value["moments"]),
        value["digits"][0],
        value["digits"][1],
        value["flags"][0],
        value["flags"][1],
        nan=value["nan"],
        examples=tuple(Example(*example) for example in value["examples"]),
        least_scale=least_scale,
        units=tuple(units),
        days=days,
        other=other and (other[0], other[1]),
    )


def _encode_plain(value: Plain | None) -> Any:
    """JSON's own types stand for themselves; a tagged list for the others."""
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    return value


def _decode_plain(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    tag, text = value
    return bytes.fromhex(text) if tag == "bytes" else Decimal(text)
