"""How often the dialect, encoding, structure and types of CSV files are told right, beside peers.

On hand-labelled public files where they are there, and on messy files that are made here, so that
their truth is known. A failure counts as wrong. Structure and types are of the made files alone.
"""

from __future__ import annotations

import codecs
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.corpora import find_corpus
from benchmarks.made.files import Case, cases
from benchmarks.made.wild import wild
from benchmarks.peers import PEERS, Structure, Told, headwater_structure, structures

ENCODINGS = {"ansi": "cp1252", "shif-jis": "cp932", "utf8": "utf-8"}
"""Names of the public labels, as codecs that have the same letters."""

QUOTES_SEEN = ("'", '"')
CHARACTERS = {"nsign": "#"}
MADE = 600

Files = list[tuple[Path, str, Told]]
"""Where a file is, its encoding, delimiter and quote."""


def main() -> None:
    """Print a table for each kind of question."""
    corpus = find_corpus("csv-dialects")
    if corpus is not None:
        _public(corpus)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        _made(Path(folder), "made", list(cases(MADE)))
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        _made(Path(folder), "wild", list(wild()))


def _public(corpus: Path) -> None:
    lines = (corpus / "truth.jsonl").read_text("utf-8").splitlines()
    truth = [json.loads(line) for line in lines]
    files = []
    for one in truth:
        path = corpus / "files" / one["file"]
        told = (CHARACTERS.get(one["delimiter"], one["delimiter"]), one["quote"])
        files.append((path, ENCODINGS.get(one["encoding"], one["encoding"]), told))
    _dialects(f"{len(files)} public files", files)
    _encodings([(path, encoding) for path, encoding, _ in files])


def _made(folder: Path, kind: str, made: list[Case]) -> None:
    files = []
    for case in made:
        (folder / case.name).write_bytes(case.content)
        if len(case.columns) > 1:  # one column has no delimiter
            files.append((folder / case.name, case.encoding, (case.delimiter, case.quote)))
    _dialects(f"{len(files)} {kind} files", files)
    _encodings([(path, encoding) for path, encoding, _ in files])
    _structures(folder, kind, made)


def _dialects(title: str, files: Files) -> None:
    """Delimiter and quote both right; where the text has no quote, any is."""
    print(f"\n{'dialect, ' + title:44}{'both':>8}{'delimiter':>11}{'failed':>8}")
    for name, ask in PEERS.items():
        both = delimiters = failed = 0
        for path, encoding, (delimiter, quote) in files:
            try:
                told = ask(path, encoding)
            except Exception:  # noqa: BLE001  whatever a peer raises is a failure
                failed += 1
                continue
            right = told[0] == delimiter
            delimiters += right
            both += right and (told[1] == quote or not _has(path, encoding, quote, told[1]))
            if name == "headwater" and "-v" in sys.argv and not (right and told[1] == quote):
                print(path.name, told, (delimiter, quote))
        share = f"{both / len(files):8.1%}{delimiters / len(files):11.1%}{failed:8}"
        print(f"{name:44}{share}", flush=True)


def _has(path: Path, encoding: str, *quotes: str) -> bool:
    """Whether any of the quotes is in the file: where none is, each is right."""
    text = path.read_bytes().decode(encoding, "replace")
    return any(quote in text for quote in quotes if quote)


def _encodings(files: list[tuple[Path, str]]) -> None:
    """The text must come out as it does by the labelled encoding."""
    from charset_normalizer import from_bytes

    from connectors.formats.encoding import detect

    right: Counter[str] = Counter()
    for path, truth in files:
        data = path.read_bytes()[: 1 << 19]
        guess = from_bytes(data).best()
        told = {
            "headwater": detect(data, complete=True).name,
            "charset-normalizer": guess.encoding if guess else "utf-8",
            "always UTF-8": "utf-8",
        }
        for name, encoding in told.items():
            right[name] += _same_text(data, truth, encoding)
    print(f"\n{'encoding':44}{'right':>8}")
    for name in ("headwater", "charset-normalizer", "always UTF-8"):
        print(f"{name:44}{right[name] / len(files):8.1%}")


def _same_text(data: bytes, one: str, other: str) -> bool:
    texts = [data.decode(codecs.lookup(name).name, "replace") for name in (one, other)]
    return texts[0].removeprefix("\ufeff") == texts[1].removeprefix("\ufeff")


def _structures(folder: Path, what: str, made: list[Case]) -> None:
    """Header (there or not, and where it stands), number of columns, their types."""
    columns = sum(len(case.columns) for case in made)
    print(f"\n{f'structure of {what} files':44}{'header':>8}{'columns':>11}{'both':>8}{'types':>8}")
    for name, ask in structures().items():
        right: Counter[str] = Counter()
        for case in made:
            try:
                found = ask(folder / case.name, case)
            except Exception:  # noqa: BLE001  whatever a peer raises is a failure
                continue
            header = found.names == _names(case)
            width = found.width == len(case.columns)
            right["header"] += header
            right["columns"] += width
            right["both"] += header and width
            if width:
                pairs = zip(found.types, case.columns, strict=True)
                right["types"] += sum(kind in LABELS[one.label] for kind, one in pairs)
            if ask is headwater_structure and "-v" in sys.argv:
                _explain(case, found, header=header, width=width)
        figures = [right[key] / len(made) for key in ("header", "columns", "both")]
        shown = f"{figures[0]:8.1%}{figures[1]:11.1%}{figures[2]:8.1%}"
        print(f"{name:44}{shown}{right['types'] / columns:8.1%}", flush=True)


def _explain(case: Case, found: Structure, *, header: bool, width: bool) -> None:
    if not (header and width):
        print("structure", case.name, sorted(case.quirks), repr(case.delimiter), case.header,
              case.skip, len(case.columns), "told", found.names, found.width)  # fmt: skip
        return
    for kind, one in zip(found.types, case.columns, strict=True):
        if kind not in LABELS[one.label]:
            print("type", case.name, one.name, one.label, "told", kind, one.texts[:6])


def _names(case: Case) -> tuple[str, ...] | None:
    """What the header says; None where there is none."""
    return tuple(one.name for one in case.columns) if case.header else None


LABELS = {
    "integer": {"integer"},
    "decimal": {"decimal"},
    "number": {"integer", "decimal"},
    "date": {"date"},
    "timestamp": {"timestamp"},
    "time": {"time"},
    "boolean": {"boolean"},
    "year": {"integer", "year"},
    "text": {"text"},
    "empty": {"text", "integer"},
}
"""A label of the made columns, and the kinds of types that are right for it."""


if __name__ == "__main__":
    main()
