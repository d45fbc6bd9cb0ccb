"""Semantic types of columns of public values: precision and recall of the types that we know.

The corpus has a list of values a type; those of types that Headwater has are given as columns
without a name, and every other list as one that must stay unknown.
"""

from __future__ import annotations

import re

from benchmarks.corpora import corpus
from schema.semantics.detect import meaning_of_text

LABELS = {
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
    "phone-3": "phone", "date-t": "time",
}  # fmt: skip
"""Names of the corpus's files, without suffixes, and what Headwater calls such values."""


def main() -> None:
    """Print each miss, and the sums."""
    right = wrong = missed = unknown = 0
    for path in sorted(corpus("semantic-values").glob("*.txt")):
        label = re.split("[_-]", path.stem.lower())[0].rstrip("0123456789") or path.stem.lower()
        expected = LABELS.get(path.stem.lower().split("_")[0]) or LABELS.get(label)
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


if __name__ == "__main__":
    main()
