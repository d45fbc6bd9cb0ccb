"""`docs/graphql.md`: every example is run and has the shape that is shown; nothing is left out."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, parse

from catalog.access.roots import Roots
from catalog.crawl import crawl
from catalog.graphql.schema import schema
from catalog.model import RunState, global_id
from catalog.server import Service
from catalog.store import Store
from connectors.model import Limits
from tests.service.made_catalog import Served, serving
from tests.service.socket_client import client

DOCUMENT = Path(__file__).parents[2] / "docs" / "graphql.md"
BLOCK = re.compile(r"^```(graphql|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VALUES = (".min", ".max", ".value", ".observed", ".parameters", ".metrics")
RUN = "00000000-0000-4000-8000-000000000001"


def examples() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(query, variables, answer) of each example, in the order of the document."""
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for language, text in BLOCK.findall(DOCUMENT.read_text()):
        if language == "graphql":
            found.append((text, []))
        else:
            found[-1][1].append(json.loads(text))
    return [(query, blocks[0] if len(blocks) == 2 else {}, blocks[-1]) for query, blocks in found]


@pytest.fixture(scope="module")
def documented(tmp_path_factory, sample_data):
    """The samples, crawled and served, with the run that the document speaks of."""
    folder = tmp_path_factory.mktemp("documented") / "sample_data"
    shutil.copytree(sample_data, folder, ignore=shutil.ignore_patterns("hostile", "evolving"))
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        list(crawl([str(folder)], store, Limits()))
        flights, airports = store.source("flights").pk, store.source("airports").pk
        store.start_run(
            uuid=RUN,
            pipeline="delays",
            master="local[2]",
            parameters={"min_flights": 100},
            code_hash=None,
            inputs=(flights, airports),
        )
        delays = store.stub_source("file", str(folder / "delays"), (folder / "delays").as_uri())
        store.add_output(RUN, delays.pk, {"mean_delay": ((flights, "arr_delay", "AGGREGATION"),)})
        read = {"name": "flights", "source": global_id("Source", flights), "version": 1}
        store.end_run(
            RUN,
            RunState.COMPLETE,
            metrics={"rows": 99},
            details={
                "environment": {"spark": "3.5.9"},
                "tuning": [{"setting": "broadcast", "value": "airports", "reason": "it is small"}],
                "inputs": [{**read, "fingerprint": "924d2757fe4818bb"}],
            },
        )
        with serving(store, Service(Roots((str(folder),)))) as service:
            known = {
                "source": store.source("flights").id,
                "folder": str(folder),
                "run": RUN,
                "store": store,
            }
            yield service, known


def alike(shown: Any, given: Any, path: str = "") -> None:
    """Whether an answer has the shape of the one that is shown; null and empty fit anything, and
    values out of data are of any type.
    """
    if shown is None or given is None or shown == [] or given == [] or path.endswith(VALUES):
        return
    if isinstance(shown, dict):
        assert isinstance(given, dict), path
        assert list(shown) == list(given), path
        for key, value in shown.items():
            alike(value, given[key], f"{path}.{key}")
    elif isinstance(shown, list):
        assert isinstance(given, list), path
        for item in given[:3]:
            alike(shown[0], item, f"{path}[]")
    else:
        numbers = isinstance(shown, int | float) and isinstance(given, int | float)
        assert numbers or type(shown) is type(given), path


def test_every_example_answers_as_shown(documented: tuple[Served, dict[str, Any]]):
    service, known = documented
    for query, variables, shown in examples():
        if query.startswith("subscription"):
            continue
        assert set(known) >= set(variables) - {"text"}, query
        given = {name: known.get(name, value) for name, value in variables.items()}
        body = service.post(query, given).json()
        assert "errors" not in body, (query, body["errors"])
        alike(shown, body["data"])
        for payload in body["data"].values():
            if isinstance(payload, dict) and "errors" in payload:
                assert payload["errors"] == [], query
            if isinstance(payload, dict) and "job" in payload:
                known["job"] = payload["job"]["id"]


def test_the_example_of_following_tells_as_shown(documented: tuple[Served, dict[str, Any]]):
    service, known = documented
    query, _, shown = next(one for one in examples() if one[0].startswith("subscription"))
    store = known["store"]
    report = store.quality([store.source("planes").pk]).popitem()[1]
    with client(service) as ada:
        ada.begin()
        ada.follow(query=query)
        store.record_quality(replace(report, score=12.5))
        alike(shown, {"catalogEvents": ada.event(lambda one: one["kind"] == "QUALITY_CHANGED")})


def test_every_operation_is_shown():
    shown = set()
    for query, _, _ in examples():
        for definition in parse(query).definitions:
            shown |= {node.name.value for node in definition.selection_set.selections}
    asked = set()
    for name in ("Query", "Mutation", "Subscription"):
        kind = schema().type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        asked |= set(kind.fields)
    assert shown == asked


def test_every_field_of_a_source_is_shown():
    kind = schema().type_map["Source"]
    assert isinstance(kind, GraphQLObjectType)
    text = " ".join(query for query, _, _ in examples())
    missing = [name for name in kind.fields if not re.search(rf"\b{name}\b", text)]
    assert missing == []
