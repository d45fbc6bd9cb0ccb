"""Apache Parquet: types as the file declares them, read row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.model import Evidence, Examined, File, Options, Reading
from schema.errors import CorruptData
from schema.model import Finding, Schema

MAGIC = b"PAR1"
ENCRYPTED_MAGIC = b"PARE"
BATCH_ROWS = 64 * 1024


class Parquet:
    """Apache Parquet files."""

    name = "parquet"
    suffixes = (".parquet", ".pq", ".parq")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the first four bytes; the footer is looked at when it is read."""
        if head.startswith((MAGIC, ENCRYPTED_MAGIC)):
            return 1.0, "starts with PAR1"
        return 0.0, "does not start with PAR1"

    def examine(self, file: File, options: Options) -> Examined:
        """The declared schema from the footer. A file that is cut off or broken is a finding."""
        try:
            with _opened(file) as parquet:
                schema = parquet.schema_arrow
                groups = parquet.metadata.num_row_groups
                rows = parquet.metadata.num_rows
        except CorruptData as error:
            return Examined(
                options, findings=(Finding("parquet-corrupt", str(error), severity="error"),)
            )
        reason = f"footer: {groups} row groups, {rows} rows"
        findings = () if rows else (Finding("no-rows", "a schema and no rows", severity="info"),)
        return Examined(
            options, Schema.from_arrow(schema), (Evidence("schema", "declared", reason),), findings
        )

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of native types. Raises CorruptData where the file is broken."""
        return Reading(_read(file, columns), [])


def _read(file: File, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with _opened(file) as parquet:
        names = set(parquet.schema_arrow.names)
        wanted = None if columns is None else [name for name in columns if name in names]
        try:
            yield from parquet.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise _corrupt(file, error) from error


def _opened(file: File) -> pq.ParquetFile:
    source = file.local_path or pa.PythonFile(file.open(), "r")
    try:
        return pq.ParquetFile(source, memory_map=False, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise CorruptData(f"{file.uri}: gone since it was listed; crawl again") from None
        raise _corrupt(file, error) from error


def _corrupt(file: File, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:200]
    return CorruptData(f"{file.uri}: broken Parquet ({text}); write it again or restore it")
