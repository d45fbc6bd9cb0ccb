"""The page about a report: self-contained, escaped, masked, drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest
from quality_cases import FAULTS, evidence, flights, version

from catalog.crawl import crawl
from catalog.model import Expectation, ExpectationResult, QualityReport, Source, Status
from catalog.quality import derive, judge
from catalog.quality.report import render, trend, write_page
from catalog.quality.rules.completeness import percent
from catalog.quality.wording import describe, observed
from catalog.store import Store
from schema.model import Finding

HOSTILE = "</td><script>alert('x')</script>\"'&"


def source(uri: str = "file:///data/flights.csv") -> Source:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return Source(
        *(7, "file", "/data/flights.csv", uri, "csv", None, (), None, Status.NEW, 103),
        *(100, None, 99.0, (), now, now, now),
    )


class Page(HTMLParser):
    """Tags, addresses and text of a page; every tag that is opened must be closed."""

    VOID = frozenset(("meta", "br", "rect", "circle", "polyline"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action")]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


def faulty(name: str = "new category") -> tuple[QualityReport, str]:
    """A report with a fault in it, and its page."""
    before = evidence(flights())
    after = version(3, evidence(FAULTS[name][0](flights(seed=2))))
    report = judge(after, derive(after, [version(2, before)]))
    return report, render(source(), after, report, [report, replace(report, score=50.0)])


def test_the_page_is_self_contained():
    _, html = faulty()
    page = Page(html)
    assert page.links == []
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html


def test_the_page_tells_what_is_wrong_first_and_draws_it():
    report, html = faulty()
    page = Page(html)
    assert f"{report.score:.1f}" in page.text
    text = " ".join(page.text.split())
    wrong = text.index("Not met")
    assert wrong < text.index("is one of EWR, JFK, LGA") < text.index("XXX") < text.rindex("Met")
    assert "every value was one of these 3 in the version before" in text
    assert page.tags.count("svg") == 7  # six dimensions and the trend
    assert "timeliness" in text
    assert "not judged" in text


def test_everything_from_data_is_escaped():
    table = pa.table({HOSTILE: [HOSTILE, "b"] * 30})
    known = version(3, evidence(table), (Finding("odd", HOSTILE, HOSTILE),))
    html = render(source(f"file:///{HOSTILE}"), known, judge(known, derive(known)))
    page = Page(html)
    assert "script" not in page.tags
    assert page.text.count(HOSTILE) >= 5


def test_personal_values_are_masked():
    table = pa.table(
        {"iban": [f"DE89{n:018}" for n in range(60)], "birth_date": ["1990-01-02"] * 60}
    )
    known = version(3, evidence(table))
    wrong = Expectation(
        "expect_column_values_to_be_in_set",
        "birth_date",
        {"column": "birth_date", "value_set": ["1980-05-06"]},
        "because",
        "validity",
    )
    html = render(source(), known, judge(known, [*derive(known), wrong]))
    assert "1990-01-02" not in html
    assert "1980-05-06" not in html
    assert "9999-99-99" in html


def test_nothing_learned_of_personal_values_is_told():
    table = pa.table({"salary": [51_234.5 + 17 * (n % 91) for n in range(600)]})
    known = version(3, evidence(table))
    html = render(source(), known, judge(known, derive(known, [evidence(table)])))
    assert "has a mean between *** and ***" in html
    assert not re.search(r"5\d,?\d\d\d", html.partition("</style>")[2])


def test_the_page_is_written_for_a_catalogued_source(tmp_path: Path, catalog_url: str, sample_data):
    with Store.open(catalog_url) as store:
        list(crawl([str(sample_data / "airports.csv")], store))
        found = store.source("airports")
        report = store.quality([found.pk])[found.pk]
        path = write_page(store, found, report, tmp_path / "new" / "pages")
    assert path == tmp_path / "new" / "pages" / "index.html"
    assert "Quality of airports" in Page(path.read_text(encoding="utf-8")).text


def test_the_page_tells_what_changed_since_the_last_good_version(tmp_path: Path):
    folder = tmp_path / "shop"
    folder.mkdir()

    def write(columns: str, price: float, rows: int) -> None:
        lines = [columns, *(f"N{n:04},{price + n % 50}" for n in range(rows))]
        (folder / "shop.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        list(crawl([str(folder)], store))

    def page() -> str:
        found = store.source("shop")
        path = write_page(store, found, store.quality([found.pk])[found.pk], tmp_path / "page")
        return Page(path.read_text(encoding="utf-8")).text

    with Store.open(f"sqlite:///{tmp_path / 'shop.db'}") as store:
        write("code,price", 10, 300)
        assert "the last that met everything" not in page()
        write("code,price", 5000, 120)
        told = page()
        assert "Since version 1, the last that met everything" in told
        assert "300 rows before, 120 now" in told
        assert "price: its values are spread otherwise, much" in told
        write(f"code,{'<b>cost'}", 5000, 120)
        told = page()
        assert "Since version 1" in told
        assert "<b>cost" in told


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        ("column_values_to_not_be_null", {}, "is never null"),
        ("column_values_to_not_be_null", {"mostly": 0.975}, "is null in at most 2.5 %"),
        ("column_values_to_be_between", {"min_value": 1, "max_value": 12}, "is between 1 and 12"),
        ("column_values_to_be_between", {"min_value": 1000}, "is at least 1,000"),
        (
            "column_value_lengths_to_be_between",
            {"min_value": 3, "max_value": 3},
            "is 3 characters long",
        ),
        ("table_row_count_to_be_between", {"max_value": 5}, "has at most 5 rows"),
        ("table_columns_to_match_set", {"column_set": ["a"]}, "has the columns a; no others"),
        ("column_of_your_own", {"a": 1}, "expect_column_of_your_own {'a': 1}"),
    ],
)
def test_expectations_are_told_in_words(kind, kwargs, words):
    assert describe(Expectation(f"expect_{kind}", "x", kwargs, "", "")) == words


def test_every_derived_expectation_has_words():
    table = flights()
    known = evidence(table, primary_key=("flight_id", "origin"))
    for expectation in derive(known, [evidence(flights(day=1)), evidence(flights(day=2))]):
        assert not describe(expectation).startswith("expect_")


def test_shares_are_told_as_percentages():
    expectation = Expectation("expect_column_values_to_not_be_null", "x", {}, "", "")
    assert observed(ExpectationResult(expectation, False, 0.025, 5)) == "2.5 % null"
    assert observed(ExpectationResult(expectation, True, 0.0, 0)) == "none null"
    written = Expectation("expect_column_values_to_match_regex", "x", {}, "", "")
    assert observed(ExpectationResult(written, False, [], 1_041)) == "1,041 are not"
    assert observed(ExpectationResult(written, True, [], 0)) == "all are"
    spread = {"quantiles": [0.25, 0.75], "values": [1.5, 1234]}
    assert observed(ExpectationResult(written, True, spread, None)) == "25 % is 1.5; 75 % is 1,234"
    assert [percent(share) for share in (0, 0.025, 0.00004)] == ["0.0 %", "2.5 %", "0.004 %"]


def test_a_trend_needs_two_reports_and_stays_in_its_box():
    assert trend([90.0]) is None
    drawn = trend([0.0, 100.0, 50.0])
    assert drawn["points"] == [(0.0, 64.0), (160.0, 0.0), (320.0, 32.0)]
