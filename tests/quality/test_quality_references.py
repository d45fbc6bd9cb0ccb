"""What refers to another source finds its key there: found, declared, judged in every way."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from catalog.alerts.checking import checked
from catalog.alerts.model import Channel, Rule
from catalog.crawl import crawl
from catalog.joins.model import Family, KeyColumn
from catalog.model import ExpectationResult
from catalog.quality import validate
from catalog.quality.datadocs import write_docs
from catalog.quality.references import KIND, Reference, referral
from catalog.quality.report import write_page
from catalog.store import Store
from schema.sketches import Keys
from tests.service import persons

CARRIERS = ["AA", "UA", "DL", "B6", "WN", "US", "EV", "MQ", "9E", "AS", "F9", "FL"]


@pytest.fixture
def store(catalog_url: str) -> Iterator[Store]:
    with Store.open(catalog_url) as opened:
        yield opened


def write(folder: Path, carriers: list[str], airlines: list[str]) -> None:
    """`a_flights` is crawled before `airlines`, which it refers to."""
    rows = [f"{number},{carrier}" for number, carrier in enumerate(carriers * 20)]
    (folder / "a_flights.csv").write_text("flight,carrier\n" + "\n".join(rows) + "\n")
    named = [f"{carrier},{carrier} Air Lines" for carrier in airlines]
    (folder / "airlines.csv").write_text("carrier,name\n" + "\n".join(named) + "\n")


def told(store: Store, name: str) -> dict[str | None, ExpectationResult]:
    """What the last report says of references, by column."""
    pk = store.source(name).pk
    results = store.quality([pk])[pk].results
    return {one.expectation.field: one for one in results if one.expectation.type == KIND}


def test_orphans_of_a_later_version_are_told_by_the_crawl(store, tmp_path):
    write(tmp_path, CARRIERS[:8], CARRIERS)
    list(crawl([str(tmp_path)], store))
    write(tmp_path, [*CARRIERS[:8], "ZZ", "QQ"], CARRIERS)
    list(crawl([str(tmp_path)], store))
    found = told(store, "a_flights")["carrier"]
    assert not found.success
    assert sorted(found.observed) == ["QQ", "ZZ"]
    assert found.expectation.reason.startswith("every value was a carrier of airlines")
    assert found.expectation.kwargs["key_of"] == "airlines"
    assert found.expectation.key == "refer_to_key:carrier"
    source = store.source("a_flights")
    pages = []
    for engine in ("summary", "pandas"):  # the expectation is kept although keys fit no more
        report = validate(store, source, engine=engine)
        result = next(one for one in report.results if one.expectation.type == KIND)
        assert not result.success
        assert set(result.observed) == {"QQ", "ZZ"}
        pages.append(result.unexpected_count)
        names = next(one for one in report.results if "columns_to_match" in one.expectation.type)
        assert names.observed == ["carrier", "flight"]
    assert pages == [None, 40]
    docs = write_docs(store, source, report, tmp_path / "docs")
    assert any("carrier of airlines" in page.read_text() for page in docs.parent.rglob("*.html"))


def test_what_comes_in_the_same_crawl_is_no_orphan(store, tmp_path):
    write(tmp_path, CARRIERS[:8], CARRIERS[:8])
    list(crawl([str(tmp_path)], store))
    write(tmp_path, CARRIERS, CARRIERS)
    list(crawl([str(tmp_path)], store))
    found = told(store, "a_flights")["carrier"]
    assert found.success
    assert found.observed == "all 12 different values are keys"


def test_who_refers_to_what_changed_is_judged_anew(store, tmp_path):
    """Only the keys changed: what refers to them did not, and is not read."""
    rule = Rule(0, "all", ("quality", "score"), None, Channel.COMMAND, "true")
    store.alerts.add(checked(rule))
    for airlines in (CARRIERS, [*CARRIERS, "HA"]):
        write(tmp_path, CARRIERS, airlines)
        list(crawl([str(tmp_path)], store))
    write(tmp_path, CARRIERS[:-1], CARRIERS)
    list(crawl([str(tmp_path)], store))
    source = store.source("a_flights")
    assert told(store, "a_flights")["carrier"].success
    reports = len(store.quality_history(source.pk, first=20))
    for airlines, orphans in (
        ([*CARRIERS, "OO"], set()),
        (CARRIERS[2:], {"AA", "UA"}),
        ([*CARRIERS[2:], "HA"], {"AA", "UA"}),
        (CARRIERS, set()),
        (CARRIERS[1:], {"AA"}),
    ):
        table = tmp_path / "airlines.csv"
        named = [f"{carrier},{carrier} Air Lines" for carrier in airlines]
        table.write_text("carrier,name\n" + "\n".join(named) + "\n")
        list(crawl([str(table)], store))
        found = told(store, "a_flights")["carrier"]
        assert set(() if found.success else found.observed) == orphans
    assert store.source("a_flights").version == source.version
    verdicts = store.quality_history(source.pk, first=20)
    assert len(verdicts) - reports == 3  # where the verdict is another
    assert [one.score < 100 for one in verdicts[:3]] == [True, False, True]
    mine = [one for one in store.alerts.history() if one.source_pk == source.pk]
    assert sum("about carrier" in one.message for one in mine) == 2


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "CREATE TABLE lines (number INTEGER, place INTEGER, PRIMARY KEY (number, place));"
            "CREATE TABLE customers (email TEXT PRIMARY KEY, boss TEXT REFERENCES customers);"
            "CREATE TABLE a_orders (id INTEGER PRIMARY KEY, email TEXT REFERENCES customers, "
            "number INTEGER, place INTEGER, FOREIGN KEY (number, place) REFERENCES lines);"
        )
        database.executemany("INSERT INTO lines VALUES (?, ?)", [(n, n % 3) for n in range(30)])
        people = [(f"p{n}@example.org", f"p{n // 2}@example.org") for n in range(30)]
        database.executemany("INSERT INTO customers VALUES (?, ?)", people)
        orders = [(n, f"p{n % 31}@example.org", n % 30, n % 30 % 3 + n // 119) for n in range(120)]
        database.executemany("INSERT INTO a_orders VALUES (?, ?, ?, ?)", orders)
    return path


def test_declared_references_are_judged_where_the_rows_are(store, shop):
    list(crawl([str(shop)], store))
    assert not told(store, "a_orders")["email"].success
    boss = told(store, "customers")["boss"]
    assert boss.success
    assert boss.expectation.reason == "it is declared to refer to email of customers"
    seen = {}
    for engine in ("summary", "pandas", "sql"):
        report = validate(store, store.source("a_orders"), engine=engine)
        assert report.unjudged == ()
        found = {one.expectation.key: one for one in report.results if one.expectation.type == KIND}
        assert set(found) == {"refer_to_key:email", "refer_to_key:number"}
        assert found["refer_to_key:email"].observed[0] == "a99@aaaaaaa.aaa"  # personal: masked
        seen[engine] = [(found[key].success, found[key].unexpected_count) for key in sorted(found)]
    assert seen["pandas"] == seen["sql"] == [(False, 3), (False, 1)]
    assert seen["summary"] == [(False, None), (False, 1)]  # of two columns the data was asked


def test_what_nobody_could_judge_is_told(store, shop):
    list(crawl([str(shop)], store))
    shop.unlink()
    report = validate(store, store.source("a_orders"))
    (left,) = report.unjudged
    assert left.startswith("refer_to_key:number: ")


def column(values: range, *, unique: bool) -> KeyColumn:
    hashes = np.random.default_rng(1).integers(0, 2**64 - 1, 100_000, dtype=np.uint64)
    keys = Keys.of(hashes[values.start : values.stop])
    return KeyColumn("id", ("id",), (), Family.NUMBER, len(values), len(values), unique, keys)


def test_a_sketch_tells_how_much_it_has_seen():
    reference = Reference(("id",), 1, "parents", ("id",))
    whole = column(range(100_000), unique=True)
    found = referral(reference, column(range(50_000), unique=False), whole)
    assert found.overlap.shared == found.overlap.mine > 400
    assert "of about 50,000 different values are keys: at most" in found.seen
    rest = referral(reference, column(range(50_000, 90_000), unique=False), whole)
    assert rest.overlap.shared == rest.overlap.mine
    half = referral(reference, whole, column(range(50_000), unique=True))
    assert 0.4 < half.overlap.shared / half.overlap.mine < 0.6
    assert "are no keys" in half.seen
    assert referral(reference, column(range(99_997, 100_000), unique=False), whole).seen is None
    assert Reference.of(reference.arguments()) == reference


def test_documents_of_great_expectations_tell_of_no_persons_and_load_nothing(store, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for later in (False, False, True):
        persons.write(folder, later=later)
        list(crawl([str(folder)], store))
    texts = ""
    for name in ("visits", "people"):
        source = store.source(name)
        report = store.quality([source.pk])[source.pk]
        first = write_docs(store, source, report, tmp_path / "docs")
        write_page(store, source, report, tmp_path / "page")
        texts += (tmp_path / "page" / "index.html").read_text()
    pages = {page: page.read_text() for page in first.parent.rglob("*.html")}
    texts += "".join(pages.values())
    assert len(pages) == 3
    assert not persons.FOUND.findall(texts)
    assert "salary" in texts
    assert not re.search(r"""<script|(?:src|href)=["']https?:|url\(["']?http""", texts)
    links = re.findall(r'href="([^"]+)"', pages[first])
    assert {first.parent / unquote(one) for one in links} == set(pages) - {first}
