"""What a browser makes of the pages' headers: nothing is refused, and nothing hostile runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog.server import Service
from catalog.store import Store
from catalog.web.source_page import TABS
from tests.service.chromium import in_chromium
from tests.service.guarded_catalog import Guarded, fill
from tests.service.made_catalog import HOSTILE_COLUMNS, MARKUP, serving

pytestmark = in_chromium

LISTEN = """window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.refused.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample);
});"""


@pytest.fixture
def watched(chromium) -> Iterator[Callable[[str], Any]]:
    """Opens a page at an address; whatever the policy refuses and any fault is told in the end."""
    faults: list[str] = []
    contexts = []

    def opened(url: str) -> Any:
        context = chromium.new_context(base_url=url)
        contexts.append(context)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message) or dialog.dismiss())
        page.on("console", lambda one: faults.append(one.text) if policy_in(one.text) else None)
        return page

    def policy_in(text: str) -> bool:
        return "Content Security Policy" in text or "Refused" in text

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_no_page_breaks_its_own_policy(watched, served, made):
    page = watched(served.url)
    hostile = made.store.source("<img src=x onerror=alert(1)>").id
    flights = made.id("flights")
    paths = ["/", f"/?q={MARKUP}", "/runs", "/explore", "/login", "/nothing"]
    paths += [f"/sources/{source}/{tab}" for source in (flights, hostile) for tab in TABS]
    paths += ["/explore?query={__typename}", f"/sources/{flights}/nothing"]
    for path in paths:
        page.goto(path)
        if path.startswith("/explore"):
            page.locator(".graphiql-container").wait_for()
        page.get_by_role("main").wait_for()
        assert page.evaluate("window.refused") == [], path
        assert page.evaluate("[...document.scripts].filter(one => !one.src).length") == 0, path
        # GraphiQL sets the styles of its own elements by script, which the policy allows
        ours = "[style]:not(body, #graphiql *)"
        assert page.locator(ours).count() == 0, path


def test_a_script_that_got_into_a_page_would_not_run(chromium, served):
    """The policy is not only there: the browser keeps to it."""
    context = chromium.new_context(base_url=served.url)
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.goto("/")
    page.evaluate(
        """() => {
        const made = document.createElement("script");
        made.textContent = "window.ran = true";
        document.body.append(made);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
    }"""
    )
    page.evaluate(  # Playwright's own waiting evaluates text, which the policy refuses as well
        """() => new Promise((told) => {
        const look = () => (window.refused.length >= 2 ? told() : setTimeout(look, 10));
        look();
    })"""
    )
    assert page.evaluate("window.ran") is None
    refused = page.evaluate("window.refused.map(one => one.split(' ')[0])")
    context.close()
    assert {"script-src-elem", "script-src-attr"} <= set(refused)


def test_hostile_columns_are_names(watched, served, made):
    page = watched(served.url)
    page.goto(f"/sources/{made.store.source('<img src=x onerror=alert(1)>').id}")
    shown = page.locator("th[scope=row] .mono").all_inner_texts()
    assert shown[0] == MARKUP
    assert len(shown) == len(HOSTILE_COLUMNS)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("signing") / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        secrets = fill(store, folder)
        with serving(store, Service(auth=True)) as served:
            yield Guarded(served, store, folder, secrets)


def test_a_person_signs_in_and_out(watched, guarded: Guarded):
    page = watched(guarded.served.url)
    people = f"/sources/{guarded.store.source('people').id}/sample"
    page.goto(people)
    assert "/login?next=" in page.url
    page.get_by_label("Token").fill("hw_wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Token").fill(guarded.secrets["reader"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(re.escape(people)))
    assert page.evaluate("document.cookie") == ""
    page.get_by_text("Personal data is masked").wait_for()
    assert "•••" in page.get_by_role("region", name="Sample rows").inner_text()
    page.goto("/explore?query={catalog{counts{sources}}}")
    page.get_by_label("Execute query").click()
    page.locator(".result-window").get_by_text('"sources"').wait_for()
    assert page.evaluate("window.refused") == []
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/login$"))
    page.goto(people)
    assert "/login" in page.url
