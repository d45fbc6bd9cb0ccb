"""Binary streams that can be searched, for formats whose directory lies at their end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

import pyarrow as pa

from connectors.model import File
from connectors.sources.stored_file import UNREADABLE, reason
from schema.errors import CorruptData

COPIED_BYTES = 4 << 20
IN_MEMORY_BYTES = 32 << 20


@contextmanager
def seekable(file: File) -> Iterator[BinaryIO]:
    """The file as a stream that can be searched: a compressed one is unpacked to a temporary file.

    Raises CorruptData when it cannot be unpacked, DecompressionBomb when there is no end to it.
    """
    with file.open() as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as copy:
            _unpack(file, stream, cast("BinaryIO", copy))
            copy.seek(0)
            yield cast("BinaryIO", copy)


@contextmanager
def arrow_file(file: File) -> Iterator[pa.NativeFile]:
    """The file as Arrow's C++ reads it: straight from a local path, else through Python."""
    with ExitStack() as stack:
        if file.local_path is None:
            yield pa.PythonFile(stack.enter_context(seekable(file)), "r")
            return
        file.open().close()  # tells what is wrong with a path as every format does
        # Not mapped into memory: a file that shrinks while it is read would end the process.
        yield stack.enter_context(pa.OSFile(file.local_path, "rb"))


def _unpack(file: File, stream: BinaryIO, copy: BinaryIO) -> None:
    try:
        while data := stream.read(COPIED_BYTES):
            copy.write(data)
    except UNREADABLE as error:
        raise CorruptData(f"{file.uri}: cannot be unpacked: {reason(error)}") from error
