"""Apache Parquet: types as the file declares them, read row group by row group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.context.embedded import embedded_facts
from connectors.context.model import facts_of
from connectors.formats.parquet_batches import batch_rows
from connectors.formats.parquet_bounds import possible
from connectors.formats.seekable import seekable
from connectors.model import Evidence, Examined, File, Options, Reading, Term
from schema.errors import CorruptData
from schema.model import Finding, Schema

MAGIC = b"PAR1"
ENCRYPTED_MAGIC = b"PARE"


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
                facts = embedded_facts(parquet.metadata.metadata, "parquet metadata")
                writer = facts_of({"written by": parquet.metadata.created_by}, "parquet metadata")
                context = (*facts, *writer)
        except CorruptData as error:
            message = str(error).removeprefix(f"{file.uri}: ")
            return Examined(options, findings=(Finding("parquet-corrupt", message, None, "error"),))
        reason = f"footer: {groups} row groups, {rows} rows"
        findings = () if rows else (Finding("no-rows", "a schema and no rows", None, "info"),)
        evidence = Evidence("schema", "declared", reason)
        return Examined(options, Schema.from_arrow(schema), (evidence,), findings, context)

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of native types, at least one. Raises CorruptData where the file is broken."""
        findings: list[Finding] = []
        return Reading(_read(file, columns, findings), findings)

    def skipping(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        terms: Sequence[Term],
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """As `batches`, without the row groups whose bounds rule a term out."""
        return Reading(_read(file, columns, [], terms), [])


def _read(
    file: File,
    columns: Sequence[str] | None,
    findings: list[Finding],
    terms: Sequence[Term] = (),
) -> Iterator[pa.RecordBatch]:
    with _opened(file) as parquet:
        schema = parquet.schema_arrow
        wanted = None
        if columns is not None:
            schema = pa.schema([field for field in schema if field.name in columns])
            wanted = list(dict.fromkeys(schema.names))
        metadata = parquet.metadata
        read = 0
        try:
            groups = [at for at in range(metadata.num_row_groups) if possible(parquet, at, terms)]
            rows = batch_rows(parquet, groups, file.size, file.uri)
            batches = parquet.iter_batches(rows, groups, wanted, use_threads=False)
            for batch in batches if groups else ():
                read += batch.num_rows
                # Arrow takes a name for a path: `a` brings a column called `a.b` along.
                kept = [at for at, name in enumerate(batch.schema.names) if name in schema.names]
                yield batch if len(kept) == batch.num_columns else batch.select(kept)
        except (pa.ArrowException, OSError) as error:
            raise _corrupt(file, error) from error
        if read != metadata.num_rows and not terms:
            message = f"the footer tells of {metadata.num_rows:,} rows, and {read:,} are there"
            findings.append(Finding("parquet-row-count", message))
        if not read:
            yield pa.RecordBatch.from_pylist([], schema=schema)


@contextmanager
def _opened(file: File) -> Iterator[pq.ParquetFile]:
    with ExitStack() as stack:
        source = file.local_path
        if source is None:
            source = pa.PythonFile(stack.enter_context(seekable(file)), "r")
        else:
            file.open().close()  # tells what is wrong with a path as every format does
        try:
            parquet = pq.ParquetFile(source, memory_map=False, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise _corrupt(file, error) from error
        yield stack.enter_context(parquet)


def _corrupt(file: File, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:200].rstrip(". ")
    return CorruptData(f"{file.uri}: broken Parquet ({text}); write it again or restore it")
