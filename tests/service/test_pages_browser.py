"""The pages as a person uses them, in Chromium: `HEADWATER_CHROMIUM` names the executable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.access.roots import Roots
from catalog.server import Service
from catalog.web import graphiql
from tests.service.chromium import in_chromium
from tests.service.made_catalog import MARKUP, serving

pytestmark = in_chromium


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def page(chromium, served, request) -> Iterator:
    """A page at one of two widths; any script error or refusal of the policy fails the test."""
    context = chromium.new_context(
        viewport={"width": request.param, "height": 844}, base_url=served.url
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: faults.append(dialog.message) or dialog.dismiss())
    opened.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


CHOSEN_IN_VIEW = """() => {
    const tabs = document.querySelector(".tabs");
    const chosen = tabs.querySelector("[aria-current]").getBoundingClientRect();
    const around = tabs.getBoundingClientRect();
    return chosen.left >= around.left && chosen.right <= around.right;
}"""


def fits(page) -> bool:
    """Whether nothing sticks out at the side."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_search_open_and_look_around(page):
    page.goto("/")
    page.get_by_role("searchbox").fill("")
    with page.expect_response(lambda answer: "fragment=1" in answer.url):
        page.get_by_role("searchbox").press_sequentially("carrier", delay=5)
    page.wait_for_url("**q=carrier**")  # each letter is looked for, the last one last
    page.get_by_text("matched in").first.wait_for()
    page.get_by_role("link", name="flights", exact=True).click()
    page.get_by_role("heading", name="flights", level=1).wait_for()
    assert fits(page)
    for tab in (
        "Sample",
        "Quality",
        "Lineage",
        "Versions",
        "Connect",
        "Runs",
        "Findings",
        "Columns",
    ):
        page.get_by_label("About this source").get_by_role("link", name=tab).click()
        page.get_by_role("region", name=tab, exact=True).wait_for()
        assert fits(page), tab
        assert page.evaluate(CHOSEN_IN_VIEW), tab


def test_a_connector_is_copied(page, made):
    page.goto(f"/sources/{made.id('flights')}/connect?target=arrow")
    page.get_by_role("button", name="Copy").last.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "def read(" in copied
    compile(copied, "connector", "exec")


def test_hostile_names_are_only_names(page):
    page.goto("/?column=it's")
    page.get_by_role("heading", level=2).get_by_role("link").first.click()
    page.get_by_text(MARKUP, exact=True).first.wait_for()
    assert fits(page)
    page.goto("/runs")
    page.get_by_role("rowheader", name=MARKUP).first.wait_for()
    assert fits(page)


def test_the_lineage_picture_is_walked_by_click(page, made):
    page.goto(f"/sources/{made.id('table_ah')}/lineage")
    page.locator("svg.river").get_by_role("link", name="up_7").click()
    page.get_by_role("heading", name="up_7", level=1).wait_for()


def test_queries_are_run_on_the_page(page):
    page.goto("/explore")
    page.get_by_role("link", name="What the catalog holds").click()
    page.wait_for_url("**/explore?query=*")
    if page.viewport_size["width"] > 1000:  # GraphiQL, where there is room for it
        page.get_by_label("Execute query").click()
        page.locator(".result-window").get_by_text('"PYSPARK"').wait_for()
        page.get_by_label("Show Documentation Explorer").click()
        docs = page.locator(".graphiql-container")
        docs.get_by_role("link", name="Query", exact=True).click()
        docs.get_by_text("Find sources by words and conditions").wait_for()
        page.get_by_label("Show History").click()
        page.locator(".graphiql-history-item").get_by_text("catalog").first.wait_for()
        assert page.locator("#plain").is_hidden()
        assert page.get_by_role("textbox", name="Query Editor").count() == 1
    else:
        page.get_by_label("Query").fill("{ catalog { targets } }")
        page.get_by_label("Query").press("Control+Enter")
        page.get_by_text('"PYSPARK"').wait_for()
    assert fits(page)


def test_the_simple_form_answers_where_graphiql_is_not(page, monkeypatch):
    monkeypatch.setattr(graphiql, "addresses", dict)
    page.goto("/explore")
    page.get_by_label("Query").fill("{ catalog { targets } }")
    page.get_by_label("Query").press("Control+Enter")
    page.get_by_text('"PYSPARK"').wait_for()
    assert fits(page)


def test_the_keyboard_is_enough(page):
    page.goto("/runs")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_it_works_without_scripts(chromium, served):
    context = chromium.new_context(base_url=served.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("carrier")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="flights", exact=True).click()
    page.get_by_role("link", name="Connect").click()
    assert "def read(" in page.locator("#code").inner_text()
    assert page.get_by_role("button", name="Copy").count() == 0
    context.close()


def test_a_crawl_is_seen_to_progress_and_to_end(chromium, fresh):
    with serving(fresh.store, Service(Roots((str(fresh.folder),)))) as service:
        context = chromium.new_context(base_url=service.url)
        page = context.new_page()
        page.goto("/runs")
        page.locator("#live[data-following]").wait_for()
        query = "mutation($u: [String!]!) { crawl(input: {uris: $u}) { job { id } } }"
        service.post(query, {"u": [str(fresh.folder)]})
        page.get_by_role("heading", name="Crawls asked for here").wait_for()
        page.get_by_text("done", exact=True).wait_for()
        context.close()


def test_the_documentation_of_the_api_leads_from_type_to_type(page, monkeypatch):
    monkeypatch.setattr(graphiql, "addresses", dict)
    page.goto("/explore")
    page.locator("#type-Query").get_by_role("link", name="SourceConnection").first.click()
    page.get_by_text("What the found sources have in common.").wait_for()
    assert fits(page)
