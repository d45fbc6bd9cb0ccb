"""Apache ORC: types as the file declares them, read stripe by stripe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.orc as pa_orc

from connectors.formats.columnar import BROKEN, check_declared, slices
from connectors.formats.seekable import arrow_file
from connectors.model import Evidence, Examined, File, Options, Reading
from schema.errors import CorruptData
from schema.model import Finding, Schema

MAGIC = b"ORC"


class Orc:
    """Apache ORC files."""

    name = "orc"
    suffixes = (".orc",)

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the first three bytes, followed by what is no text."""
        if head.startswith(MAGIC) and any(byte < 9 for byte in head[3:64]):
            return 1.0, "starts with ORC"
        return 0.0, "does not start with ORC"

    def examine(self, file: File, options: Options) -> Examined:
        """The declared schema from the footer. A file that is cut off or broken is a finding."""
        try:
            with _opened(file) as orc:
                schema, stripes, rows = orc.schema, orc.nstripes, orc.nrows
        except CorruptData as error:
            message = str(error).removeprefix(f"{file.uri}: ")
            return Examined(options, findings=(Finding("orc-corrupt", message, None, "error"),))
        findings = () if rows else (Finding("no-rows", "a schema and no rows", None, "info"),)
        evidence = Evidence("schema", "declared", f"footer: {stripes} stripes, {rows} rows")
        return Examined(options, Schema.from_arrow(schema), (evidence,), findings)

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of native types, at least one. Raises CorruptData where the file is broken."""
        return Reading(_read(file, columns), [])


def _read(file: File, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with _opened(file) as orc:
        names = list(dict.fromkeys(orc.schema.names))
        wanted = names if columns is None else [name for name in names if name in columns]
        read = wanted or names[:1]  # ORC counts rows by a column only
        stripes = (orc.read_stripe(at, columns=read) for at in range(orc.nstripes if read else 0))
        try:
            yield from slices(stripes, orc.schema, wanted)
        except BROKEN as error:
            raise _corrupt(file, error) from error


@contextmanager
def _opened(file: File) -> Iterator[pa_orc.ORCFile]:
    with arrow_file(file) as raw:
        try:
            orc = pa_orc.ORCFile(raw)
            check_declared(orc.schema)
        except BROKEN as error:
            raise _corrupt(file, error) from error
        yield orc


def _corrupt(file: File, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:200].rstrip(". ")
    return CorruptData(f"{file.uri}: broken ORC ({text}); write it again or restore it")
