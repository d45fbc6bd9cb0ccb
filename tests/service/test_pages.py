"""The pages, read as a browser without scripts reads them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pyarrow as pa
import pytest

from catalog.web import finding, nesting, present, templating
from catalog.web.source_page import TABS
from tests.service.made_catalog import MANY, MARKUP, table

VOID = {"meta", "link", "input", "br", "img", "path", "rect", "circle"}


class Page(HTMLParser):
    """Tags, text and attributes of a page; fails on tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for attributes in self.all("a")]


def page(served, path: str, status: int = 200, **asked: str) -> Page:
    found = served.http.get(path, params=asked or None, follow_redirects=True)
    assert found.status_code == status
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    return Page(found.text)


def every_page(made) -> list[str]:
    flights, hostile = made.id("flights"), made.ask(
        "{ sources(filter: {column: \"it's\"}) { nodes { id } } }"
    )["sources"]["nodes"][0]["id"]  # fmt: skip
    paths = [
        "/",
        "/runs",
        "/runs/1",
        f"/runs/{made.store.runs(None, first=1)[0].pk}",
        "/explore",
        "/nothing",
        "/?q=carrier",
        "/?tag=gold&order=ROWS",
    ]
    for source in (flights, hostile, made.id("empty"), made.id("table_ah"), made.id("base")):
        paths += [f"/sources/{source}/{tab}" for tab in TABS]
    return paths


def test_every_page_is_well_formed_and_safe(served, made):
    for path in every_page(made):
        found = served.http.get(path)
        assert found.status_code in (200, 404), path
        assert "alert(1)</script>" not in found.text, path
        shown = Page(found.text)
        scripts = shown.all("script")
        ours = ["headwater.js", *(["graphiql.js"] if path.startswith("/explore") else [])]
        assert [script.get("src", "").split("?")[0] for script in scripts] == [
            f"/static/{name}" for name in ours
        ], path
        for tag, attributes in shown.tags:
            assert "style" not in attributes, path
            assert not [name for name in attributes if name.startswith("on")], (path, tag)
        assert "49" not in shown.text or "{{ 7*7 }}" not in path
        for address in [*shown.links(), *(one.get("src") or "" for one in shown.all("img"))]:
            assert address.startswith(("/", "#", "?")), (path, address)


def test_every_page_can_be_used_without_seeing_it(served, made):
    for path in every_page(made):
        shown = Page(served.http.get(path).text)
        assert len(shown.all("h1")) == 1, path
        assert len(shown.all("main")) == 1
        assert shown.all("html")[0]["lang"] == "en"
        labelled = {one.get("for") for one in shown.all("label")}
        for tag in ("input", "select", "textarea"):
            for field in shown.all(tag):
                assert field.get("type") == "hidden" or field.get("id") in labelled, (path, field)
        for picture in shown.all("svg"):
            assert picture.get("aria-hidden") or picture.get("aria-label"), path
        ids = [attributes["id"] for _, attributes in shown.tags if attributes.get("id")]
        assert len(ids) == len(set(ids)), path


def test_every_link_of_the_pages_leads_somewhere(served, made):
    seen = set()
    for path in ["/", "/runs", "/explore", f"/sources/{made.id('table_ah')}/lineage"]:
        for address in page(served, path).links():
            if address.startswith("/") and address not in seen and len(seen) < 60:
                seen.add(address)
                assert served.http.get(address).status_code == 200, address
    assert len(seen) > 30


def test_finding_by_word_facet_and_page(served, made):
    whole = page(served, "/")
    assert f"{2 * MANY + 4} sources" in whole.text
    assert any(address.startswith("/?format=csv") for address in whole.links())
    found = page(served, "/", q="carrier")
    assert "flights" in found.text
    assert "matched in" in found.text
    assert found.all("mark")
    gold = page(served, "/", tag="gold")
    assert "1 source" in gold.text
    assert "/" in gold.links()
    second = next(one for one in whole.all("a") if one.get("rel") == "next")["href"]
    more = page(served, second or "")
    cards = {link for link in whole.links() if link.startswith("/sources/")}
    assert not cards & set(more.links())
    nothing = page(served, "/", q="zzzyyyxxx")
    assert "Nothing found" in nothing.text


def test_sources_are_found_by_their_grade(served, made):
    whole = page(served, "/")
    address = next(link for link in whole.links() if link.startswith("/?grade="))
    letter = address.removeprefix("/?grade=")
    counts = {
        grade: int(re.search(r"(\d+) source", page(served, "/", grade=grade).text)[1])
        for grade in "ABCD"
    }
    rated = made.ask("{ sources(filter: {minQuality: 0}) { totalCount } }")["sources"]
    assert counts[letter] > 0
    assert sum(counts.values()) == rated["totalCount"]
    assert page(served, "/", grade="<b>").text.count("sources") == whole.text.count("sources")


def test_many_values_of_a_facet_are_folded(served):
    facets = {"semanticType": [(f"kind_{n}", 1) for n in range(30)], "tag": [("x", 1)] * 11}
    asked = {"semantic_type": "kind_29"}
    kinds, tags = reversed(finding.facets_of(facets, asked))
    assert [len(kinds.shown), len(kinds.folded), len(tags.folded)] == [10, 20, 0]
    assert kinds.shown[0] == finding.Choice("kind_29", 1, "/", chosen=True)
    assert kinds.shown[1].address == "/?semantic_type=kind_0"


def test_nested_types_are_told_field_by_field():
    inner = pa.struct([("sku", pa.string()), ("<b>", pa.list_(pa.int64()))])
    told = nesting.told(pa.list_(inner))
    assert "list of struct" in told
    assert '<span class="mono">sku</span> <span class="type">string</span>' in told
    assert "&lt;b&gt;" in told
    assert "list of int64" in told
    assert "<details" not in nesting.told(pa.list_(pa.string()))
    wide = pa.struct([(f"f{n}", pa.int8()) for n in range(40)])
    assert " open" in told
    assert " open" not in nesting.told(wide)


def test_a_source_that_is_gone_or_failed_says_so_on_every_tab(made, served):
    for tab in ("columns", "lineage"):
        told = page(served, f"/sources/{made.id('empty')}/{tab}").text
        assert "It could not be read" in told
        assert "the file holds nothing" in told


def test_an_odd_search_is_told_or_answered(served):
    for asked in (
        {"q": '"'},
        {"q": "*"},
        {"q": "a AND"},
        {"q": "'; DROP"},
        {"order": "ODD"},
        {"q": "x" * 3000},
    ):
        page(served, "/", **asked)  # fmt: skip
    page(served, "/", status=400, after="garbage")


def test_results_alone_for_the_script(served):
    found = served.http.get("/", params={"q": "carrier", "fragment": "1"})
    assert "<html" not in found.text
    assert 'class="cards"' in found.text
    assert "fragment" not in found.text


def test_a_run_tells_with_what_it_ran(served, made):
    runs = page(served, "/runs")
    address = next(link for link in runs.links() if link.startswith("/runs/"))
    assert page(served, address).all("h1")
    written = made.store.runs(None, first=3)
    complete = next(run for run in written if run.details)
    told = " ".join(page(served, f"/runs/{complete.pk}").text.split())
    least = f"minimum {complete.parameters['minimum']}"
    known = ("flights, version 1", "spark 3.5", "broadcast flights it is small", least, "rows 5")
    for fact in (*known, "lineage of table_"):
        assert fact in told, fact
    assert page(served, f"/runs/{complete.uuid}").text == page(served, f"/runs/{complete.pk}").text
    alone = served.http.get(f"/runs/{complete.pk}", params={"fragment": "1"}).text
    assert "<html" not in alone
    assert "<h1>" in alone
    page(served, "/runs/none", status=404)


def test_a_run_that_failed_tells_why_in_full(served, made):
    failed = next(run for run in made.store.runs(None, first=5) if run.error)
    told = page(served, f"/runs/{failed.id}").text
    assert "Why it failed" in told
    assert f"no column {MARKUP}" in told


def test_a_source_tells_what_it_is(served, made):
    shown = page(served, f"/sources/{made.id('flights')}")
    for text in ("flights", "168", "carrier", MARKUP, "gold", "mean", "3.6 %"):
        assert text in shown.text, text
    assert [one["class"] for one in shown.all("svg") if "chart" in (one.get("class") or "")]
    assert page(served, "/sources/flights").text.split() == shown.text.split()


def test_expectations_that_are_met_are_folded_by_column(served, made):
    source = made.store.source("flights")
    report = made.store.quality([source.pk])[source.pk]
    shown = page(served, f"/sources/{source.id}/quality")
    met = [one.expectation.field for one in report.results if one.success]
    assert len(shown.all("summary")) == len(set(met)) > 1
    said = " ".join(shown.text.split())
    assert f"The whole table {met.count(None)} Expectation" in said
    assert f"carrier {met.count('carrier')} Expectation" in said


def test_the_lineage_picture_links_the_sources(served, made):
    shown = page(served, f"/sources/{made.id('table_ah')}/lineage")
    links = set(shown.links())
    assert {f"/sources/{made.id(name)}" for name in ("flights", "up_7", "base")} <= links
    assert "label ← carrier identity" in re.sub(r"\s+", " ", shown.text)
    crowded = page(served, f"/sources/{made.id('base')}/lineage")
    assert 50 < len([one for one in crowded.all("g") if "box" in (one.get("class") or "")]) <= 60


def test_joins_lead_to_the_other_side(served, made):
    shown = page(served, f"/sources/{made.id('table_ab')}/joins")
    assert "is in 'label'" in shown.text
    other = made.store.source("table_aa").id
    assert f"/sources/{other}/joins" in shown.links() or f"/sources/{other}" in shown.links()
    assert "Rows of the same kind" in shown.text
    assert "No joins found" in page(served, f"/sources/{made.id('base')}/joins").text


@pytest.mark.parametrize("target", ["arrow", "pyspark"])
def test_connectors_are_shown_and_downloaded(served, made, target):
    source = made.id("flights")
    shown = page(served, f"/sources/{source}/connect", target=target)
    assert "def read(" in shown.text
    found = served.http.get(f"/sources/{source}/connectors/{target}")
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    assert re.search(
        r'attachment; filename="flights_\w+\.py"', found.headers["content-disposition"]
    )
    assert found.text.strip() in shown.text
    compile(found.text, "connector", "exec")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/sources/nothing", "/sources/U291cmNlOjk5OTk5OTk", "/sources/flights/nothing",
        "/sources/{id}/connectors/cobol", "/sources/{id}/connect?target=cobol",
        "/static/nothing.css",
        "/static/../server.py", "/static/%2e%2e/pages.py", "/sources/{id}/sample/more",
        "/sources/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_helpfully(served, made, path):
    found = served.http.get(path.format(id=made.id("flights")))
    assert found.status_code == 404
    assert 'name="q"' in found.text
    assert "<script>alert" not in found.text


def test_an_ambiguous_name_is_told(served, made):
    found = served.http.get("/sources/U291cmNl")
    assert found.status_code in (404, 409)


def test_queries_are_answered_without_a_script(served):
    found = page(served, "/explore", query="{ catalog { version } }")
    assert '"version": "' in found.text
    assert "variables are not JSON" in page(served, "/explore", query="{x}", variables="{").text
    refused = page(
        served, "/explore", query='mutation { crawl(input: {uris: ["/"]}) { job { id } } }'
    )
    assert "METHOD_NOT_ALLOWED" in refused.text
    echoed = page(served, "/explore", query=f"{{ {MARKUP} }}")
    assert MARKUP in echoed.text


def test_a_fault_of_the_service_is_a_page_with_headers(made):
    from tests.service.made_catalog import serving

    class Broken:
        """A store that fails."""

        jobs = SimpleNamespace(newest=lambda _first: [])

        def search(self, search):
            raise RuntimeError("inside")

        def sources(self, pks):
            return {}

    with serving(Broken()) as service:  # type: ignore[arg-type]
        found = service.http.get("/")
    assert found.status_code == 500
    assert "inside" not in found.text
    assert "its log tells why" in found.text
    assert "default-src 'none'" in found.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (present.number(1234567), "1,234,567"),
        (present.number(0.000123456), "0.0001235"),
        (present.number(None), "–"),
        (present.number(float("nan")), "nan"),
        (present.compact(336_776), "336.8 k"),
        (present.compact(5_200_000_000), "5.2 G"),
        (present.size(999), "999 B"),
        (present.size(2_500_000), "2.5 MB"),
        (present.share(1, 10_000), "< 0.1 %"),
        (present.share(9999, 10_000), "> 99.9 %"),
        (present.share(1, 3), "33 %"),
        (present.share(1, 0), "–"),
        (present.value(""), "''"),
        (present.value("a\nb"), "a b"),
        (present.value(2013), "2013"),
        (present.value(["a", 1]), "a, 1"),
        (present.value(True), "true"),
        (present.value("x" * 100), "x" * 79 + "…"),
        (present.value([{"a": [1, None]}]), '{"a": [1, null]}'),
        (present.value({"a": {"b": "ü"}, "c": 2}), 'a {"b": "ü"}, c 2'),
        (present.value("\u202egnp.exe\x00"), "\\u202egnp.exe\\u0000"),
        (present.value("👩\u200d🚀"), "👩\u200d🚀"),
        (present.share(997, 1000), "99.7 %"),
        (present.score(100.0), "100"),
        (present.score(98.24), "98.2"),
        (templating.coded("`a` or `<b>`"), "<code>a</code> or <code>&lt;b&gt;</code>"),
        (templating.coded("it`s <b>"), "it`s &lt;b&gt;"),
        (templating.cut("<i>"), "&lt;i&gt;"),
    ],
)
def test_figures_are_written_for_people(written, expected):
    assert written == expected


def test_lineage_is_drawn_by_column_too(made, served):
    page = served.http.get(f"/sources/{made.id(table(4))}/lineage").text
    assert "label ← flights.carrier: IDENTITY" in page
    assert "Lineage of columns: derivations 1" in page
    assert "By column" not in served.http.get(f"/sources/{made.id('flights')}/lineage").text


@pytest.mark.parametrize(
    ("name", "figure", "shown"),
    [
        ("rowsRead", 34187, ("rows read", "34,187")),
        ("bytesRead", 2_969_562, ("bytes read", "3.0 MB")),
        ("peakMemoryBytes", 17_104_864, ("peak memory", "17.1 MB")),
        ("executorSeconds", 3.7549, ("executor", "3.8 s")),
        ("seconds", 25.58, ("in all", "25.6 s")),
        ("note", "none", ("note", "none")),
    ],
)
def test_what_a_run_measured_is_told_in_words(name, figure, shown):
    assert present.metric(name, figure) == shown
