"""What a catalog knows after a crawl, however the reading was done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from catalog.cli.main import main
from catalog.model import Search
from catalog.store import Store


def known(url: str) -> dict[str, Any]:
    """All that a catalog knows, but for the times."""
    with Store.open(url) as store:
        found = {}
        for hit in store.search(Search(first=100)).hits:
            source = hit.source
            told: dict[str, Any] = {
                "status": source.status,
                "findings": sorted(map(repr, source.findings)),
                "entries": {each.uri: each.stamp for each in store.entries(source.pk)},
            }
            if source.version is not None:
                version = store.version(source.version)
                profile = version.profile.to_dict()
                profile.pop("computed_at", None)
                told |= {"schema": version.schema.to_json(), "profile": profile}
                told["parts"] = dict(store.part_summaries(source.pk, told["entries"]))
            found[source.name] = told
        return found


def crawled(data: Path, url: str, *words: str) -> Any:
    command = ["--catalog", url, "--json", "crawl", str(data), "--engine", "spark", *words]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)
