"""Blocks of whole lines from a binary stream, with the number of the first line of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import RawIOBase
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines; `line` counts from 1. `too_long`: one line beyond the limit, left out."""

    data: bytes
    line: int
    too_long: bool = False


def blocks(stream: BinaryIO | RawIOBase, size: int, longest: int) -> Iterator[Block]:
    """Blocks of about `size` bytes that end with a line; memory is bounded by `longest`, the most
    bytes that one line may have.
    """
    rest: list[bytes] = []
    held = 0
    line = 1
    dropping = False
    while data := stream.read(size):
        cut = data.rfind(b"\n") + 1
        if not cut:
            if not dropping:
                rest.append(data)
                held += len(data)
                dropping = held > longest
                rest = [] if dropping else rest
            continue
        whole, tail = data[:cut], data[cut:]
        if dropping:
            yield Block(b"", line, too_long=True)
            line += 1
            whole = whole[whole.find(b"\n") + 1 :]
            dropping = False
        else:
            whole = b"".join([*rest, whole])
        if whole:
            yield Block(whole, line)
            line += whole.count(b"\n")
        rest, held = [tail], len(tail)
    if dropping:
        yield Block(b"", line, too_long=True)
    elif held:
        yield Block(b"".join(rest), line)
