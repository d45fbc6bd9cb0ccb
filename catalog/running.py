"""Which runs are alive: a lock that a run holds while its process lives, however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from catalog.model import RunState

if TYPE_CHECKING:
    from catalog.store import Store

LOOKED_AT = 200
"""The newest runs, among which those that died are looked for."""


def folder() -> Path:
    """Where this machine's runs hold their locks."""
    return Path(platformdirs.user_state_dir("headwater", appauthor=False)) / "running"


@contextmanager
def alive(uuid: str) -> Iterator[None]:
    """Hold the lock of a run within the block."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    lock = place / uuid
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def end_dead_runs(store: Store) -> int:
    """Runs that this machine started and whose process is gone become ABORT; how many those are.

    Runs of other machines and other producers are left as they are.
    """
    place = folder()
    ended = 0
    for run in store.runs(first=LOOKED_AT) if place.is_dir() else ():
        lock = place / run.uuid
        if run.state is RunState.RUNNING and lock.name == run.uuid and is_free(lock):
            store.end_run(run.uuid, RunState.ABORT, error="the process of the run ended without it")
            lock.unlink(missing_ok=True)
            ended += 1
    return ended


def is_free(lock: Path) -> bool:
    """Whether a lock is there and nobody holds it."""
    try:
        with lock.open("r+") as probe:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # not there, or held
        return False
