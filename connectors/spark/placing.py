"""Putting a folder in the place of another so that readers see the old one or the new one."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.errors import RunError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def alone(folder: Path, label: str = "") -> Iterator[None]:
    """Hold the lock of an output; it ends with the process, however that ends. `label` is what
    people call it, if not as the folder.
    """
    label = label or str(folder)
    lock = folder.with_name(f".{folder.name}.headwater-lock")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(lock)
    except OSError as error:
        raise RunError(f"output {label}: {error.strerror}") from error
    if handle is None:
        raise RunError(f"output {label}: another run is writing it; wait for that one to end")
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path) -> int | None:
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        try:
            if os.fstat(handle).st_ino == lock.stat().st_ino:
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)  # the run before removed the file that was locked: lock the new one


def recover(folder: Path) -> None:
    """Undo what a killed run left: put an output that it had moved away back, remove the rest."""
    for old in folder.parent.glob(f"{_escaped(_prefix(folder))}old-*"):
        if not os.path.lexists(folder):
            old.rename(folder)
    for left in folder.parent.glob(f"{_escaped(_prefix(folder))}*-*"):
        remove(left)


def exchange(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`, at once where the system can do that."""
    if not os.path.lexists(folder):
        fresh.rename(folder)
        return
    if _exchanged(fresh, folder):
        return  # `fresh` is now the old output, removed by the caller
    old = sibling(folder, "old")
    folder.rename(old)
    fresh.rename(folder)
    remove(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two paths in one step (Linux `renameat2`); False where that is not possible."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    paths = (os.fsencode(one), os.fsencode(other))
    if rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code), str(other))


def sibling(folder: Path, role: str) -> Path:
    """A hidden path beside `folder`, which crawls and readers pass over."""
    return folder.with_name(f"{_prefix(folder)}{role}-{uuid.uuid4().hex[:12]}")


def _prefix(folder: Path) -> str:
    return f".{folder.name}.headwater-"


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
