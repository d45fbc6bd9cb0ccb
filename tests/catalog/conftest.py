"""A folder to crawl, a catalog to crawl into, and how two catalogs are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Search
from catalog.store import Store
from connectors.model import Limits


@pytest.fixture
def store(catalog_url: str) -> Iterator[Store]:
    with Store.open(catalog_url) as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def crawled(store: Store) -> Callable[..., dict[str, Outcome]]:
    """Crawl a path; outcomes by label."""

    def run(path: Path, **options: Any) -> dict[str, Outcome]:
        limits = options.pop("limits", Limits())
        return {one.source.label: one for one in crawl([str(path)], store, limits, **options)}

    return run


@pytest.fixture
def contents() -> Callable[[Store], dict[str, Any]]:
    """What a catalog tells, to be compared with another."""
    return _contents


def _contents(store: Store) -> dict[str, Any]:
    """All that a catalog tells but for times and numbers of rows: what two crawls must agree on."""
    told = {}
    for hit in store.search(Search(first=200, include_gone=True)).hits:
        source = hit.source
        version = store.version(source.version) if source.version is not None else None
        report = store.quality([source.pk]).get(source.pk)
        told[source.uri] = {
            "status": "FAILED" if source.status.value == "FAILED" else "readable",
            "findings": source.findings,
            "versions": store.version_count(source.pk),
            "entries": [(entry.uri, entry.stamp) for entry in store.entries(source.pk)],
            "schema": version and version.schema.to_json(),
            "fingerprint": version and version.fingerprint,
            "content": version and version.content_stamp,
            "profile": version and version.profile.to_dict(),
            "score": report and report.score,
            "found by its name": any(
                found.source.pk == source.pk
                for found in store.search(Search(text=source.label, first=200)).hits
            ),
        }
    return told
