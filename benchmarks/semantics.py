"""Semantic types of columns of public values: precision and recall of the types that we know.

First a corpus that has a list of values a type: those of types that Headwater has are given as
columns without a name, and every other list as one that must stay unknown. Then columns of tables
of packages, with their names and neighbours, labelled by hand; the faults of one half of the
tables were looked at, those of the other were not. DataProfiler and csv-detective are asked of the
same columns.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from benchmarks.corpora import find_corpus
from benchmarks.meanings import later
from benchmarks.meanings.peers import compared
from benchmarks.meanings.reading import Columns
from benchmarks.meanings.scoring import (
    LABELS,
    LATER_LABELS,
    Told,
    by_type,
    labels,
    reliability,
    score,
)
from benchmarks.meanings.tables import tables
from schema.infer import infer
from schema.semantics.detect import meaning_of_text
from schema.semantics.registry import MOMENT_TYPES
from schema.summary import RAW, summarise

CORPUS = {
    "ean": "ean", "ean13": "ean", "upc": "ean", "gtin": "ean", "isbn": "isbn", "isbn10": "isbn",
    "isbn13": "isbn", "issn": "issn", "doi": "doi", "orcid": "orcid", "imei": "imei", "vin": "vin",
    "iban": "iban", "isin": "isin", "lei": "lei", "cusip": "cusip", "sedol": "sedol",
    "creditcard": "credit_card", "email": "email", "url": "url", "ipv4": "ipv4", "ip": "ipv4",
    "ipv6": "ipv6", "mac": "mac_address", "md5": "md5", "sha1": "sha1", "sha256": "sha256",
    "guid": "uuid", "uuid": "uuid", "phone": "phone", "ssn": "ssn", "country": "country",
    "bitcoin": "bitcoin_address", "cas": "cas_number", "imo": "imo", "geojson": "geojson",
    "html": "html", "json": "json", "xml": "xml", "sql": "sql", "useragent": "user_agent",
    "mime": "mime_type", "hexcolor": "color", "color": "color", "date": "date", "datetime": "date",
    "time": "time", "money": "money", "currency": "currency_code",
    "swift1": "bic", "currency2": "money", "currency3": "money", "percentage": "percentage",
    "weekday": "weekday", "month": "month", "countrycode": "country_code", "longlat": "coordinates",
    "usstate": "us_state", "ssn - new": "ssn", "useragentstring": "user_agent",
    "phone-3": "phone", "date-t": "time", "name1": "person_name",
}  # fmt: skip
"""Names of the corpus's files, without suffixes, and what Headwater calls such values."""


STRUCTURAL = frozenset(("category", "free_text", "natural_key", "sequence"))
"""What tells of a column's part in its table, not of what its values mean; not labelled."""


MOMENTS = frozenset(kind.name for kind in MOMENT_TYPES)
"""Dates of which the name says more; labelled as dates."""


def main() -> None:
    """Print all three parts."""
    lists()
    packaged()
    seen_later()


def lists() -> None:
    """Lists of values without a name: each miss, and the sums."""
    folder = find_corpus("semantic-values")
    if folder is None:
        return
    right = wrong = missed = unknown = 0
    for path in sorted(folder.glob("*.txt")):
        label = re.split("[_-]", path.stem.lower())[0].rstrip("0123456789") or path.stem.lower()
        expected = CORPUS.get(path.stem.lower().split("_")[0]) or CORPUS.get(label)
        values = path.read_text("utf-8", "replace").splitlines()[:1000]
        found = meaning_of_text("", values)
        name = found.name if found else None
        if name == expected:
            right += expected is not None
            unknown += expected is None
            continue
        wrong += name is not None
        missed += expected is not None
        print(f"{path.stem:28} is {expected or '–':18} told {name or '–'}")
    precision = right / max(right + wrong, 1)
    recall = right / max(right + missed, 1)
    score = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{right} right, {wrong} wrong, {missed} missed, {unknown} rightly unknown")
    print(f"precision {precision:.2f}, recall {recall:.2f}, F1 {score:.2f} without column names")


def packaged() -> None:
    """Columns of tables: by type, by half, by confidence; the faults of the half looked at."""
    begun = time.process_time()
    columns = list(_told(tables(), LABELS))
    took = time.process_time() - begun
    print("\n".join(by_type(columns)))
    shown = os.environ.get("HEADWATER_BENCH_HELD_OUT")
    for one in columns:
        if shown or not one.held_out:
            _explain(one)
    print("\n".join(reliability(columns)))
    print(f"columns of {len({one.table for one in columns})} tables, {took:.1f} CPU seconds")
    for name, among in (
        ("half looked at", [one for one in columns if not one.held_out]),
        ("half kept aside", [one for one in columns if one.held_out]),
        ("all", columns),
    ):
        print(f"{name}: {len(among)} columns, {score(among)}")
    print("\n".join(compared(list(tables()), columns)))


def seen_later() -> None:
    """Columns of the second set: each miss, and the sums."""
    columns = list(_told(later.tables(), LATER_LABELS))
    for one in columns:
        _explain(one)
    print(f"labelled later: {len(columns)} columns, {score(columns)}")


def _explain(one: Told) -> None:
    if "?" not in one.expected and not one.right:
        wanted = "|".join(sorted(one.expected)) or "–"
        told = f"{one.told or '–'} {one.confidence:.2f}"
        print(f"  {one.table}.{one.column} is {wanted}, told {told}")


def _told(read: Iterator[tuple[str, Columns]], file: Path) -> Iterator[Told]:
    meant = labels(file)
    for table, rows in read:
        fields = [pa.field(name, pa.string(), metadata=RAW) for name in rows]
        values = [[value or None for value in column] for column in rows.values()]
        arrays = [pa.array(column, pa.string()) for column in values]
        batch = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
        for field in infer(summarise([batch])):
            told, sure = field.semantic_type or "", field.semantic_confidence or 1.0
            if told in STRUCTURAL:
                told = ""
            if told in MOMENTS:
                told = "date"
            if not told and pa.types.is_temporal(field.type):
                told = {"time": "time", "dura": "duration"}.get(
                    "" if pa.types.is_timestamp(field.type) else str(field.type)[:4], "date"
                )
            yield Told(
                table, field.name, meant[table].get(field.name, frozenset(("",))), told, sure
            )


if __name__ == "__main__":
    main()
