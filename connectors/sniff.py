"""Which format a file is: by content first, by name second, with the reasons."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote, unquote

from connectors import registry
from connectors.layout import suffix_of
from connectors.model import Book, Evidence, File, Format
from schema.errors import MissingDependency
from schema.model import Finding

SURE = 0.9
"""From here on the content alone decides."""

CERTAIN = 1.0
"""No other format is asked then: what binary content would be as text takes some milliseconds."""

NAME_BONUS = 0.3
LEAST = 0.5

_KINDS = {
    "archives": "7z dmg iso jar rar",
    "audio": "aac flac m4a mp3 ogg wav",
    "documents": "doc docx epub odp odt pdf ppt pptx ps rtf",
    "fonts": "eot otf ttf woff woff2",
    "images": "ai bmp eps gif heic ico jpeg jpg png psd svg tif tiff webp",
    "models": "h5 joblib keras npy npz onnx pickle pkl pt pth safetensors",
    "programs": "bin class dll exe o pyc so",
    "videos": "avi mkv mov mp4 mpeg webm wmv",
}
_DOCUMENTATION = """
adoc bat c cc cfg cmake conf cpp cs css dockerfile go gradle h hpp htm html ini ipynb java jl js jsx
kt less lock log lua m md mjs org php pl properties proto ps1 py pyi r rb rs rst scala scss sh sql
svelte swift tex tf toml ts tsx vue xsd xsl yaml yml
"""
_DOCUMENTATION_NAMES = """
authors changelog changes citation codeowners contributing copying copyright dockerfile history
install licence license maintainers makefile manifest notice readme todo version
"""
_KIND_OF_SUFFIX = {"." + word: kind for kind, words in _KINDS.items() for word in words.split()}
KINDS = frozenset(_KINDS)
"""What files without rows are."""

_DOCUMENTATION_SUFFIXES = frozenset("." + word for word in _DOCUMENTATION.split())
_DOCUMENTATION_STEMS = frozenset(_DOCUMENTATION_NAMES.split())


_ALSO = frozenset((("json", "jsonl"),))
"""What a name says, and what files of that name hold as often."""

_OTHERS = {
    b"SQLite format 3\0": "a SQLite database",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive",
    b"\x7fELF": "a program",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x89HDF": "an HDF5 file",
    b"CDF\x01": "a netCDF file",
    b"CDF\x02": "a netCDF file",
    b"SIMPLE  =": "a FITS file",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}
"""First bytes of what holds no rows that a registered format can read."""


def is_documentation(name: str) -> bool:
    """Whether a name is that of documentation, configuration or code that lies beside data."""
    suffix = suffix_of(name)
    if suffix in _DOCUMENTATION_SUFFIXES:
        return True
    return suffix in {"", ".txt"} and name.lower().split(".", 1)[0] in _DOCUMENTATION_STEMS


def kind_of(name: str) -> str | None:
    """The kind of file without rows (`images`, `models`) that a name tells; None for others."""
    return _KIND_OF_SUFFIX.get(suffix_of(name))


@cache
def formats() -> tuple[Format, ...]:
    """Every registered format whose package is installed."""
    found = []
    for name in registry.table("formats"):
        try:
            found.append(registry.load("formats", name))
        except MissingDependency:
            continue
    return tuple(found)


@cache
def suffixes() -> dict[str, str]:
    """Suffix (`.csv`) to the name of the registered format that it hints at."""
    return {suffix: form.name for form in formats() for suffix in form.suffixes}


def hinted(name: str) -> str | None:
    """The format that a file name hints at, None when it hints at none."""
    return suffixes().get(suffix_of(name))


@cache
def book(suffix: str) -> Book | None:
    """The format of files with that suffix, where they may hold several tables."""
    for form in formats():
        if suffix in form.suffixes and isinstance(form, Book):
            return form
    return None


def split_table(uri: str) -> tuple[str, str | None]:
    """An address as that of a file, and the name of the table in it that is meant, None where it
    names none.
    """
    head, chain, rest = uri.partition("::")
    place, mark, table = head.rpartition("#")
    if not mark or book(suffix_of(place.rsplit("/", 1)[-1])) is None:
        return uri, None
    return place + chain + rest, unquote(table, errors="surrogateescape")


def with_table(uri: str, table: str) -> str:
    """The address of a table in a file; `split_table` takes it apart again."""
    head, chain, rest = uri.partition("::")
    return head + table_mark(table) + chain + rest


def table_mark(table: str | None) -> str:
    """What stands behind the address of a file to mean one of its tables."""
    return "" if table is None else "#" + quote(table, safe="", errors="surrogateescape")


def recognise(
    head: bytes, file: File, name: str
) -> tuple[Format | None, tuple[Evidence, ...], tuple[Finding, ...]]:
    """The format of a file from its first bytes (decompressed) and its name.

    Returns None, with a finding, when no registered format is likely. A content that surely is of
    another format than the name says is read as what it is, and that is a finding too.
    """
    expected = hinted(name)
    scored = []
    for form in sorted(formats(), key=lambda form: form.name != expected):
        surety, why = form.recognise(head, file)
        by_name = NAME_BONUS if form.name == expected and surety < SURE else 0.0
        scored.append((surety + by_name, form.name, why, form))
        if surety == CERTAIN:
            break
    score, chosen, why, form = max(scored, key=lambda item: item[0])
    other = next((what for magic, what in _OTHERS.items() if head.startswith(magic)), None)
    if score < LEAST or (other is not None and score < SURE):
        return None, (), (_unknown(head, expected, other),)
    reason = why + (f"; the name says {expected} too" if expected == chosen else "")
    findings: tuple[Finding, ...] = ()
    if expected is not None and expected != chosen and (expected, chosen) not in _ALSO:
        message = f"named like {expected}, but its content is {chosen} ({why}); read as {chosen}"
        findings = (Finding("format-mismatch", message),)
    return form, (Evidence("format", chosen, reason),), findings


def _unknown(head: bytes, expected: str | None, kind: str | None = None) -> Finding:
    blank = not head.strip(b" \t\r\n")
    if not head and expected is None:
        return Finding("unstructured", "an empty file that is not named like data", severity="info")
    if blank and expected is not None:
        return Finding("empty-file", "the file holds nothing; there is no table to read")
    kind = kind or ("text" if b"\0" not in head[:4096] else "binary content")
    if expected is None:
        message = f"{kind} without rows that a registered format can read"
        return Finding("unstructured", message, severity="info")
    message = f"named like {expected}, but it is {kind} that no registered format can read"
    return Finding("unknown-format", message, severity="error")
