"""A catalog crawled from made data, hostile names among it, and a real server over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from catalog.access.roots import Roots
from catalog.crawl import crawl
from catalog.server import Service
from catalog.store import Store
from connectors.model import Limits
from tests.service.chromium import CHROMIUM, FLAGS
from tests.service.guarded_catalog import Guarded, fill
from tests.service.made_catalog import MARKUP, Made, Served, add_runs, serving, write_data


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The catalog that reading tests share; they must leave it as it is."""
    folder = tmp_path_factory.mktemp("service") / "data"
    folder.mkdir()
    write_data(folder)
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        list(crawl([str(folder)], store, Limits()))
        add_runs(store, folder)
        store.annotate(
            store.source("flights").pk,
            description=f"Departures {MARKUP}",
            tags=[MARKUP, "gold"],
            owner=MARKUP,
        )
        yield Made(store, folder)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded") / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        secrets = fill(store, folder)
        with serving(store, Service(Roots((str(folder),)), auth=True)) as served:
            yield Guarded(served, store, folder, secrets)


@pytest.fixture(scope="session")
def served(made: Made) -> Iterator[Served]:
    """The shared catalog, served; crawls are allowed below its folder."""
    with serving(made.store, Service(Roots((str(made.folder),)))) as service:
        yield service


@pytest.fixture
def statements(made: Made) -> Iterator[Callable[[], list[str]]]:
    """Call it for the SQL statements since the last call."""
    seen: list[str] = []
    engine = made.store._database.engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    def taken() -> list[str]:
        found = list(seen)
        seen.clear()
        return found

    event.listen(engine, "before_cursor_execute", note)
    yield taken
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def chromium():
    """One browser for a file of tests.

    While it is open, Playwright keeps an event loop in this thread: no test could start its own.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Made]:
    """A small catalog of its own, for tests that change something."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "birds.csv").write_text("species,count\nwren,3\nheron,1\n")
    with Store.open(f"sqlite:///{tmp_path / 'catalog.db'}") as store:
        list(crawl([str(folder)], store, Limits()))
        yield Made(store, folder)
