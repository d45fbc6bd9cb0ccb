"""What is being read, kept where it outlives the process: readers in native code can crash it.

A supervisor makes the journal before it starts the process that crawls. When that crashes, what
the journal says was being read is suspect, and is read in a process of its own from then on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SLOT = 16 * 1024
_SLOTS = 64


class Journal:
    """A file in memory with one slot for each thread that reads."""

    def __init__(self) -> None:
        self._file = os.memfd_create("headwater-reading")
        self._free = list(range(_SLOTS))
        self._lock = threading.Lock()

    @contextmanager
    def reading(self, uri: str) -> Iterator[None]:
        """Say that `uri` is being read until the block ends. A crash leaves it said."""
        with self._lock:
            slot = self._free.pop() if self._free else None
        if slot is None:
            yield
            return
        told = uri.encode("utf-8", "surrogatepass")[: _SLOT - 1]
        os.pwrite(self._file, told + b"\0", slot * _SLOT)
        try:
            yield
        finally:
            os.pwrite(self._file, b"\0", slot * _SLOT)
            with self._lock:
                self._free.append(slot)

    def left(self) -> set[str]:
        """What was being read when the process that wrote it ended; forgotten by that."""
        found = set()
        for slot in range(_SLOTS):
            told = os.pread(self._file, _SLOT, slot * _SLOT).partition(b"\0")[0]
            if told:
                found.add(told.decode("utf-8", "surrogatepass"))
                os.pwrite(self._file, b"\0", slot * _SLOT)
        return found


_journal: Journal | None = None
_suspects: frozenset[str] = frozenset()


def watch(journal: Journal, suspects: frozenset[str]) -> None:
    """Keep the journal in this process from now on, and read the suspects apart."""
    global _journal, _suspects
    _journal, _suspects = journal, suspects


def leave() -> None:
    """Keep no journal in this process: another writes it."""
    global _journal  # noqa: PLW0603
    _journal = None


@contextmanager
def reading(uri: str) -> Iterator[None]:
    """Say that the dataset at `uri` is being read, where somebody supervises."""
    if _journal is None:
        yield
        return
    with _journal.reading(uri):
        yield


def is_suspect(uri: str) -> bool:
    """Whether the process crashed while this dataset was being read."""
    return uri in _suspects
