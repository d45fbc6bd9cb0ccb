"""Writing a pipeline's output so that readers see the old one or the new one, never half of one."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.uri import file_path, file_uri, scheme
from schema.errors import RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".orc": "orc",
    ".parquet": "parquet",
}
_NAMES = {"csv": "csv", "json": "json", "jsonl": "json", "orc": "orc", "parquet": "parquet"}
_OPTIONS = {"csv": {"header": "true", "escape": '"', "emptyValue": '""', "nullValue": ""}}

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@dataclass(frozen=True, slots=True)
class Output:
    """Where a pipeline writes: a local path or `file:` URI, a format, folders by partition."""

    path: str
    format: str
    partition_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: str, format_name: str | None, partition_by: tuple[str, ...]) -> Output:
        """The format by name, else by the path's suffix, else Parquet. Raises RunError for a
        format or place that cannot be written.
        """
        kind = scheme(path)
        if kind not in {None, "file"}:
            raise RunError(f"output {path}: only local paths can be written, not {kind}://")
        if format_name is None:
            chosen = _SUFFIXES.get(Path(path).suffix.lower(), "parquet")
        elif format_name in _NAMES:
            chosen = _NAMES[format_name]
        else:
            raise RunError(f"output {path}: no format {format_name!r}; known: {', '.join(_NAMES)}")
        return cls(path, chosen, partition_by)

    def at(self, path: str) -> Output:
        """The same elsewhere."""
        return replace(Output.of(path, self.format, self.partition_by))

    def folder(self) -> Path:
        """The absolute folder, relative to the current one now."""
        path = file_path(self.path) if scheme(self.path) == "file" else self.path
        return Path(os.path.abspath(path))  # noqa: PTH100 (a link is kept, and then replaced)


@dataclass(frozen=True, slots=True)
class Written:
    """An output that is complete; `bytes` of the data files."""

    uri: str
    format: str
    rows: int
    bytes: int
    files: int


def write(frame: DataFrame, output: Output) -> Written:
    """Write all rows of `frame`, then put them in the place of what was there.

    What a killed run has left beside the output is removed. Raises RunError when another run is
    writing the same output, or the place cannot be written; the old output then stays.
    """
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    folder = output.folder()
    counted = Observation()
    observed = frame.observe(counted, count(lit(1)).alias("rows"))
    with _alone(folder):
        _recover(folder)
        fresh = _sibling(folder, "new")
        try:
            writer = observed.write.mode("errorifexists").format(output.format)
            writer = writer.options(**_OPTIONS.get(output.format, {}))
            if output.partition_by:
                writer = writer.partitionBy(*output.partition_by)
            writer.save(f"file://{fresh}")
            files = [path for path in fresh.rglob("*") if path.is_file() and _is_data(path)]
            size = sum(path.stat().st_size for path in files)
            _exchange(fresh, folder)
        finally:
            _remove(fresh)
    rows = int(counted.get["rows"])
    return Written(file_uri(str(folder)), output.format, rows, size, len(files))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of an output; it ends with the process, however that ends."""
    lock = folder.with_name(f".{folder.name}.headwater-lock")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = _locked(lock)
    except OSError as error:
        raise RunError(f"output {folder}: {error.strerror}") from error
    if handle is None:
        raise RunError(f"output {folder}: another run is writing it; wait for that one to end")
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


def _recover(folder: Path) -> None:
    """Undo what a killed run left: put an output that it had moved away back, remove the rest."""
    for old in folder.parent.glob(f"{_escaped(_prefix(folder))}old-*"):
        if not os.path.lexists(folder):
            old.rename(folder)
    for left in folder.parent.glob(f"{_escaped(_prefix(folder))}*-*"):
        _remove(left)


def _exchange(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`, at once where the system can do that."""
    if not os.path.lexists(folder):
        fresh.rename(folder)
        return
    if _exchanged(fresh, folder):
        return  # `fresh` is now the old output, removed by the caller
    old = _sibling(folder, "old")
    folder.rename(old)
    fresh.rename(folder)
    _remove(old)


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


def _sibling(folder: Path, role: str) -> Path:
    """A hidden path beside `folder`, which crawls and readers pass over."""
    return folder.with_name(f"{_prefix(folder)}{role}-{uuid.uuid4().hex[:12]}")


def _prefix(folder: Path) -> str:
    return f".{folder.name}.headwater-"


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_data(path: Path) -> bool:
    return not path.name.startswith(("_", "."))
