"""Whether search puts the right source first: queries as people write them over public data sets.

The packaged sets alone, then among 757 sets of R packages, the tables of Northwind and 87 files of
the CSV corpus (what of these is there). Mean reciprocal rank of the first ten, on both databases.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.corpora import find_corpus
from benchmarks.search import postgres
from benchmarks.sought.queries import PACKAGED, STATISTICAL
from benchmarks.sought.sets import packaged, relational, statistical
from catalog.crawl import crawl
from catalog.model import Search
from catalog.store import Store
from connectors.model import Limits

Queries = Mapping[str, str | tuple[str, ...]]


def rank(store: Store, query: str, wanted: str | tuple[str, ...]) -> int:
    """The place of the first source that would do, from 1; 0 when it is not among ten."""
    hits = store.search(Search(text=query, first=10)).hits
    names = [hit.source.name for hit in hits]
    return next((at for at, name in enumerate(names, 1) if name.endswith(wanted)), 0)


def reciprocal(ranks: Mapping[str, int]) -> float:
    """The mean of the reciprocals; 0 for what was not found."""
    return sum(1 / found for found in ranks.values() if found) / len(ranks)


def main() -> None:
    """One line a database and catalog, with what did not come first."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as made:
        folder = Path(made)
        known = packaged(folder / "packaged")
        more = statistical(folder / "statistical")
        if (northwind := find_corpus("joins/northwind.sql")) is not None:
            more += relational(folder, northwind)
        if (files := find_corpus("csv-dialects/files")) is not None:
            more.append(str(files))
        with Store.open(f"sqlite:///{folder / 'catalog.db'}") as store:
            compare("SQLite", store, known, more)
        with postgres(folder) as url, Store.open(url) as store:
            compare("PostgreSQL", store, known, more)


def compare(name: str, store: Store, known: list[str], more: list[str]) -> None:
    """Both sizes of catalog in one store."""
    list(crawl(known, store, Limits()))
    tell(name, store, PACKAGED)
    list(crawl(more, store, Limits()))
    tell(name, store, {**PACKAGED, **STATISTICAL})


def tell(name: str, store: Store, queries: Queries) -> None:
    """One line, and one more for each query whose source did not come first."""
    ranks = {query: rank(store, query, wanted) for query, wanted in queries.items()}
    count = store.counts()["sources"]
    first = sum(found == 1 for found in ranks.values())
    print(
        f"{name:12}{count:6,} sources{len(ranks):5} queries   first {first:3}"
        f"   mean reciprocal rank {reciprocal(ranks):.3f}",
        flush=True,
    )
    for query, found in ranks.items():
        if found != 1:
            print(f"    {found or '–':>3}  {query}")


if __name__ == "__main__":
    sys.exit(main())
