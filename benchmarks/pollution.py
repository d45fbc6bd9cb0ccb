"""What readers lose of one table that is polluted in some 270 ways, one at a time; 10 is nothing.

Ten figures a file, each 0 to 1 and added up: read at all; precision, recall and F1 of the cells of
the header, of records, and of cells. Nothing is told to the readers beforehand. «weighted»: common
ways count more.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

from benchmarks.made.pollution import Polluted, polluted

Loaded = tuple[list[str], list[list[str]]]
"""Cells of the header, and rows."""


def headwater(path: Path) -> Loaded:
    from connectors.formats.csv import Csv
    from connectors.sources.stored_file import StoredFile
    from connectors.uri import file_uri

    file = StoredFile(file_uri(str(path)), str(path), None)
    options = Csv().examine(file, ()).options
    batches = list(Csv().batches(file, options).batches)
    rows = [["" if cell is None else cell for cell in row.values()]
            for batch in batches for row in batch.to_pylist()]  # fmt: skip
    names = list(batches[0].schema.names) if batches else []
    return (names if dict(options)["header"] == "true" else []), rows


def sniffer(path: Path) -> Loaded:
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    if not text:
        return [], []
    dialect = csv.Sniffer().sniff(text[:20_000])
    rows = [row for row in csv.reader(text.splitlines(keepends=True), dialect) if row]
    return rows[0], rows[1:]


def duckdb_lax(path: Path) -> Loaded:
    import duckdb

    lax = "strict_mode = false, ignore_errors = true, null_padding = true"
    lax += ", all_varchar = true, parallel = false"
    with duckdb.connect() as connection:
        table = connection.execute(f"FROM read_csv(?, {lax})", [str(path)])
        names = [one[0] for one in table.description or ()]
        rows = [["" if cell is None else str(cell) for cell in row] for row in table.fetchall()]
    return names, rows


READERS: dict[str, Callable[[Path], Loaded]] = {
    "headwater": headwater,
    "csv.Sniffer with csv": sniffer,
    "DuckDB, lax": duckdb_lax,
}


def main() -> None:
    """One line a reader; with -v each file that lost something."""
    files = list(polluted())
    print(f"{len(files)} files{'':20}{'simple':>8}{'weighted':>10}{'failed':>8}")
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        path = Path(folder) / "polluted.csv"
        for name, read in READERS.items():
            scores = []
            failed = 0
            for one in files:
                path.write_bytes(one.content)
                try:
                    scores.append(score(read(path), one))
                except Exception:  # noqa: BLE001  whatever a peer raises is a failure
                    failed += 1
                    scores.append(0.0)
                if "-v" in sys.argv and name == "headwater" and scores[-1] < 9.8:
                    print(f"  {one.name:40}{scores[-1]:6.2f}")
            weights = [one.weight for one in files]
            weighted = sum(map(float.__mul__, scores, weights)) / sum(weights)
            print(f"{name:29}{sum(scores) / len(scores):8.2f}{weighted:10.2f}{failed:8}")


def score(loaded: Loaded, truth: Polluted) -> float:
    """0 to 10."""
    names, rows = loaded
    return 1.0 + (
        _agreement(names, truth.header)
        + _agreement(map(_record, rows), map(_record, truth.rows))
        + _agreement(*([cell for row in table for cell in row] for table in (rows, truth.rows)))
    )


def _record(row: list[str]) -> Hashable:
    """A row without the empty cells at its end, which not every reader can leave away."""
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _agreement(found: Iterable[Hashable], wanted: Iterable[Hashable]) -> float:
    """Precision, recall and F1 together; 3 where nothing is wanted."""
    told, truth = Counter(found), Counter(wanted)
    if not truth:
        return 3.0
    common = (told & truth).total()
    if not common:
        return 0.0
    precision, recall = common / told.total(), common / truth.total()
    return precision + recall + 2 * precision * recall / (precision + recall)


if __name__ == "__main__":
    main()
