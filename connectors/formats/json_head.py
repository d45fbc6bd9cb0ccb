"""The first part of a JSON text: its bytes, and the encoding that all of it is read in."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.formats.encoding import UTF8, detect
from connectors.model import Evidence, Examined, File, Options
from connectors.sources.stored_file import read_up_to
from schema.model import Finding

EXAMINED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """At most the first MiB of a text; an encoding other than UTF-8 is a finding."""

    data: bytes
    encoding: str
    evidence: Evidence
    findings: tuple[Finding, ...]


def read_head(file: File, options: Options) -> Head | Examined:
    """The head of a file; of an empty one, all that there is to say of it.

    The encoding is the one given as an option, else it is told from the bytes.
    """
    with file.open() as stream:
        data = read_up_to(stream, EXAMINED_BYTES, file.uri)
    if not data.strip():
        finding = Finding("empty-file", "the file holds nothing; there is no table to read")
        return Examined(options, findings=(finding,))
    detected = detect(data, complete=len(data) < EXAMINED_BYTES)
    encoding = dict(options).get("encoding", detected.name)
    findings: tuple[Finding, ...] = ()
    if encoding != UTF8:
        message = f"the text is {encoding}, not UTF-8; it is read as such"
        findings = (Finding("json-encoding", message, severity="info"),)
    return Head(data, encoding, Evidence("encoding", encoding, detected.reason), findings)
