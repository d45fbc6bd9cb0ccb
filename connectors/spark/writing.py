"""Writing outputs beside their places first, so that all are complete before any is seen."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from connectors.formats.spark_ml import SIDECAR
from connectors.spark.outputs import MODEL, OPTIONS, Output
from connectors.spark.placing import alone, exchange, recover, remove, sibling
from connectors.uri import file_uri
from schema.errors import RunError
from schema.model import Schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TYPED = frozenset(("orc", "parquet"))


@dataclass(frozen=True, slots=True)
class Written:
    """An output that is in place: rows (None of a model), bytes and files that were added."""

    uri: str
    format: str
    rows: int | None
    bytes: int
    files: int


class Staged(Protocol):
    """An output that is complete and that no reader sees yet."""

    @property
    def output(self) -> Output: ...

    @property
    def uri(self) -> str:
        """Where it will be."""

    @property
    def fresh(self) -> str | None:
        """The path or URI of the folder that it is in now; None for a table."""

    @property
    def schema(self) -> Schema | None:
        """What a table is now, as a crawl will see it; None for files, which are read."""

    def commit(self) -> Written:
        """Let readers see it."""


def write(frame: DataFrame, output: Output) -> Written:
    """Write all rows of `frame` to files, then put them in the place of what was there.

    What a killed run has left beside the output is removed. Raises RunError when another run is
    writing the same output, or the place cannot be written; the old output then stays.
    """
    with staged_files(frame, output) as staged:
        return staged.commit()


@dataclass(frozen=True, slots=True)
class _Folder:
    """Files that are complete in a hidden folder beside the output's."""

    output: Output
    folder: Path
    made: Path
    format: str
    rows: int | None
    schema: Schema | None = None

    @property
    def uri(self) -> str:
        return file_uri(str(self.folder))

    @property
    def fresh(self) -> str:
        return str(self.made)

    def commit(self) -> Written:
        files = [path for path in self.made.rglob("*") if path.is_file() and _is_data(path)]
        size = sum(path.stat().st_size for path in files)
        if self.output.mode == "append" and self.folder.is_dir():
            if not self.rows:
                return Written(self.uri, self.format, self.rows, 0, 0)
            _add_old(self.folder, self.made)
        exchange(self.made, self.folder)
        return Written(self.uri, self.format, self.rows, size, len(files))


@contextmanager
def staged_files(frame: DataFrame, output: Output) -> Iterator[Staged]:
    """The rows of `frame` as files. Raises RunError as `write` does."""
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    counted = Observation()
    observed = frame.observe(counted, count(lit(1)).alias("rows"))
    with _staging(output) as (folder, fresh):
        if output.mode == "append" and os.path.lexists(folder):
            _check_append(frame, output, folder)
        writer = observed.write.mode("errorifexists").format(output.format)
        writer = writer.options(**OPTIONS.get(output.format, {}))
        if output.partition_by:
            writer = writer.partitionBy(*output.partition_by)
        writer.save(f"file://{fresh}")
        yield _Folder(output, folder, fresh, output.format, int(counted.get["rows"]))


@contextmanager
def staged_model(
    model: Any, output: Output, metrics: Mapping[str, float], parameters: Mapping[str, Any]
) -> Iterator[Staged]:
    """A Spark ML model as it saves itself, with the run's metrics and parameters beside."""
    with _staging(output) as (folder, fresh):
        save_model(model, fresh, metrics, parameters)
        yield _Folder(output, folder, fresh, MODEL, None)


def save_model(
    model: Any, folder: Path, metrics: Mapping[str, float], parameters: Mapping[str, Any]
) -> None:
    """Save a Spark ML model, with the metrics and parameters of its run beside."""
    model.write().save(f"file://{folder}")
    told = {"metrics": dict(metrics), "parameters": dict(parameters)}
    (folder / SIDECAR).write_text(json.dumps(told, default=str), encoding="utf-8")


@contextmanager
def _staging(output: Output) -> Iterator[tuple[Path, Path]]:
    """The output's folder, and one beside it that goes when it was not put in place."""
    folder = output.folder()
    here = Path.cwd()
    if folder in {here, *here.parents, Path.home()}:
        raise RunError(
            f"output {folder}: is the current folder or holds it; name a folder of its own"
        )
    with alone(folder):
        recover(folder)
        fresh = sibling(folder, "new")
        try:
            yield folder, fresh
        finally:
            remove(fresh)


def _check_append(frame: DataFrame, output: Output, folder: Path) -> None:
    """Raises RunError when what is there is not of the format and columns to be added."""
    if not folder.is_dir():
        raise RunError(f"output {folder}: is a file; rows are appended to a folder of files")
    if not any(path.is_file() and _is_data(path) for path in folder.rglob("*")):
        return
    reader = frame.sparkSession.read.format(output.format).options(**OPTIONS.get(output.format, {}))
    try:
        old = reader.load(f"file://{folder}").schema
    except Exception as error:
        raise RunError(f"output {folder}: what is there is not {output.format}") from error
    same_columns(str(folder), _columns(old, output), _columns(frame.schema, output))


def same_columns(place: str, before: AbstractSet[str], after: AbstractSet[str]) -> None:
    """Raises RunError saying how columns to be appended differ from those that are there."""
    if before != after:
        wrong = [f"no longer {one}" for one in sorted(before - after)]
        wrong += [f"now {one}" for one in sorted(after - before)]
        raise RunError(
            f"output {place}: exists with another schema ({', '.join(wrong)}); rows cannot be "
            "appended: write elsewhere, or overwrite it"
        )


def _columns(schema: Any, output: Output) -> set[str]:
    """Names, with types where the format keeps them."""
    typed = output.format in _TYPED
    return {
        f"{field.name} {field.dataType.simpleString()}"
        if typed and field.name not in output.partition_by
        else field.name
        for field in schema.fields
    }


def _add_old(folder: Path, fresh: Path) -> None:
    """The files that were there before beside the new ones, as links where possible."""
    for path in folder.rglob("*"):
        target = fresh / path.relative_to(folder)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif _is_data(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, target)
            except OSError:
                shutil.copy2(path, target)


def _is_data(path: Path) -> bool:
    return not path.name.startswith(("_", "."))
