"""Saved Spark ML models as tables: a row for each parameter of each stage, and each metric."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.model import Evidence, Examined, File, Options, Reading
from schema.errors import CorruptData
from schema.model import Finding, Schema

NAME = "spark-ml-model"
SIDECAR = "headwater-run.json"
"""Beside the model: the metrics and parameters of the run that made it."""

METADATA = "metadata/part-00000"
COLUMNS = pa.schema(
    [
        pa.field(
            "kind",
            pa.string(),
            nullable=False,
            metadata={"description": "parameter, default or metric"},
        ),
        pa.field("stage", pa.string(), metadata={"description": "the class of the stage"}),
        pa.field("name", pa.string(), nullable=False),
        pa.field("value", pa.string(), metadata={"description": "as JSON"}),
    ]
)
_STARTS = (b'{"class":"org.apache.spark.ml.', b'{"class":"pyspark.ml.')


class SparkModel:
    """A model or pipeline that `pyspark.ml` saved, by the metadata file that it starts with."""

    name = NAME
    suffixes = ()

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the class that the metadata names."""
        if head.startswith(_STARTS):
            return 1.0, "starts with the class of a Spark ML stage"
        return 0.0, "does not start with the class of a Spark ML stage"

    def examine(self, file: File, options: Options) -> Examined:
        """The columns that every model has, and its class as evidence."""
        try:
            named = str(_metadata(file)["class"])
        except CorruptData as error:
            return Examined(
                options, findings=(Finding("model-corrupt", str(error), None, "error"),)
            )
        evidence = Evidence("class", named, "named by its metadata")
        return Examined(options, Schema.from_arrow(COLUMNS), (evidence,))

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """One batch. Raises CorruptData for metadata that is no JSON object."""
        wanted = [name for name in COLUMNS.names if columns is None or name in columns]
        return Reading(iter([_table(file).select(wanted)]), [])


def model_folder(metadata: str) -> Path:
    """The folder of a model by the path of its metadata file."""
    return Path(metadata).parent.parent


def _table(file: File) -> pa.RecordBatch:
    rows = list(_rows(_metadata(file)))
    if file.local_path is not None:
        folder = model_folder(file.local_path)
        for path in sorted(folder.glob(f"stages/*/{METADATA}")):
            rows += _rows(_parsed(path.read_bytes(), str(path)))
        rows += _sidecar(folder / SIDECAR)
    return pa.RecordBatch.from_pylist(rows, schema=COLUMNS)


def _rows(metadata: dict[str, Any]) -> Iterator[dict[str, str | None]]:
    stage = str(metadata["class"]).rpartition(".")[2]
    given = dict(metadata.get("paramMap") or {})
    given.pop("stageUids", None)
    defaults = dict(metadata.get("defaultParamMap") or {})
    for kind, values in (("parameter", given), ("default", defaults)):
        for name, value in values.items():
            if kind == "parameter" or name not in given:
                yield {"kind": kind, "stage": stage, "name": name, "value": _text(value)}


def _sidecar(path: Path) -> Iterator[dict[str, str | None]]:
    if not path.is_file():
        return
    told = _parsed(path.read_bytes(), str(path), of=("metrics", "parameters"))
    for kind, key in (("metric", "metrics"), ("parameter", "parameters")):
        for name, value in (told.get(key) or {}).items():
            yield {"kind": kind, "stage": None, "name": name, "value": _text(value)}


def _metadata(file: File) -> dict[str, Any]:
    with file.open() as stream:
        return _parsed(stream.read(), file.uri)


def _parsed(content: bytes, place: str, of: Sequence[str] = ("class",)) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError as error:
        raise CorruptData(
            f"{place}: not the JSON of a saved model ({error}); save it again"
        ) from None
    if not isinstance(value, dict) or not any(key in value for key in of):
        raise CorruptData(f"{place}: not the metadata of a saved model; save it again")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
