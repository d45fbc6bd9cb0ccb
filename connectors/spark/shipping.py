"""Our own code on the executors: two packages in a zip that Spark hands to every worker."""

from __future__ import annotations

import importlib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PACKAGES = ("schema", "connectors")
_ARCHIVE = "headwater-executors.zip"


def ship(spark: SparkSession) -> None:
    """Make `schema` and `connectors` importable on the executors of `spark`.

    Executors of a local master run beside the driver and have them. What those two import
    (pyarrow, fsspec, a database driver) must be in the executors' Python.
    """
    context = spark.sparkContext
    if context.master.startswith("local") or _shipped(context):
        return
    # Executors fetch the file itself, whenever one starts: it lies where the context keeps its own
    # temporary files, and goes with them.
    archive = Path(context._temp_dir) / _ARCHIVE
    pack(archive)
    context.addPyFile(str(archive))


def pack(archive: Path) -> None:
    """Write the packages into a zip archive that Python can import from."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in PACKAGES:
            located = importlib.import_module(name).__file__
            assert located is not None
            home = Path(located).parent
            for path in sorted(home.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    packed.write(path, path.relative_to(home.parent))


def _shipped(context: object) -> bool:
    names = getattr(context, "_python_includes", [])
    return _ARCHIVE in names
