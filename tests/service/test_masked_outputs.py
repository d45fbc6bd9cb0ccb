"""Every output that may carry a value of a personal column, with and without the right to see it.

A new field of a source, tab of its page or format of its rows has to be named here: a test sees
to it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from catalog.access.callers import Role
from catalog.access.encoders import ENCODINGS
from catalog.alerts.checking import checked
from catalog.alerts.deliver import deliver
from catalog.alerts.model import KINDS, Channel, Rule
from catalog.crawl import crawl
from catalog.graphql.schema import schema
from catalog.model import RunState
from catalog.server import Service
from catalog.store import Store
from catalog.web.source_page import TABS
from connectors.model import Limits
from tests.service.guarded_catalog import Guarded
from tests.service.made_catalog import serving
from tests.service.persons import FOUND, write

FAILURE = (
    "[CAST_INVALID_INPUT] The value 'zebedee1@quillfeather.org' of the column `email` is no INT: "
    'jackdaw@quillfeather.org, "Xylotomy"'
)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("personal") / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        told = f"tee -a {shlex.quote(str(folder.parent / 'alerts'))}"
        kinds = tuple(sorted(KINDS))
        store.alerts.add(checked(Rule(0, "all", kinds, None, Channel.COMMAND, told, 100.0)))
        for later in (False, False, True):
            write(folder, later=later)
            if later:
                (folder / "broken.csv").write_bytes(b"\0\1\2 zebedee@quillfeather.org \0" * 50)
            list(crawl([str(folder)], store, Limits()))
        deliver(store)
        store.start_run(
            uuid="00000000-0000-4000-8000-000000000001", pipeline="pay", master=None,
            parameters={}, code_hash=None, inputs=(store.source("people").pk,),
        )  # fmt: skip
        store.end_run("00000000-0000-4000-8000-000000000001", RunState.FAIL, error=FAILURE)
        make = store.access.create_token
        secrets = {"admin": make(Role.ADMIN)[1], "trusted": make(Role.ADMIN, unmask=True)[1]}
        with serving(store, Service(auth=True)) as served:
            yield Guarded(served, store, folder, secrets)


@dataclass(frozen=True)
class Output:
    """What is asked of a source, and whether it shows its values to those who may see them: what
    does not is masked as it is kept, or has none.
    """

    asked: str
    shows: bool = False


FIGURES = """min max mean std quantiles { value } histogram { low high } topValues { value }
    misfitExamples missingCodes parses { kind } skewness"""
RESULTS = "results { expectation observed arguments reason key }"
FIELDS = {
    "findings": Output("findings { code message place }"),
    "evidence": Output("evidence { choice value reason }"),
    "context": Output("context { value }"),
    "schema": Output(
        "schema { fields { description semanticType { reason } profile { FIGURES } } }", shows=True
    ),
    "profile": Output(
        """profile { columns { FIGURES } duplicateRows { FIELDS } correlations { FIELDS }
        missingTogether { FIELDS } compositeKeys { FIELDS } determinations { FIELDS } }""",
        shows=True,
    ),
    "quality": Output("quality { RESULTS history(first: 3) { RESULTS } }", shows=True),
    "version": Output(
        "version { findings { message } profile { columns { FIGURES } } }", shows=True
    ),
    "versions": Output(
        "versions(first: 3) { nodes { findings { message } profile { columns { FIGURES } } } }",
        shows=True,
    ),
    "diff": Output("diff { changes { field before after } drift { moved { FIELDS } } }"),
    "joins": Output("joins { field otherField reasons }"),
    "unions": Output("unions { fields { field otherField } }"),
    "additions": Output("additions { columns join { reasons } }"),
    "terms": Output("terms { field reason }"),
    "upstream": Output("upstream { name }"),
    "downstream": Output("downstream { name }"),
    "lineage": Output("lineage { nodes { name } edges { run { error } } }"),
    "connector": Output("connector(target: ARROW) { code } p: connector(target: PYSPARK) { code }"),
    "sample": Output("sample(first: 200) { columns rows }", shows=True),
    "runs": Output("runs { nodes { error parameters metrics } }", shows=True),
}
PAGES = {tab: Output(tab, shows=tab in ("columns", "sample", "runs")) for tab in TABS}
ROWS = {name: Output(name, shows=True) for name in ENCODINGS}
SOURCES = ("people", "members", "visits", "accounts")


def plain_fields(kind: str) -> str:
    found = schema().get_type(kind)
    assert isinstance(found, GraphQLObjectType)
    return " ".join(
        name for name, one in found.fields.items() if is_leaf_type(get_named_type(one.type))
    )


def query_of(asked: str) -> str:
    """The query with all plain fields where those of a type are asked for."""
    for name, kind in (
        ("duplicateRows", "DuplicateRows"), ("correlations", "Correlation"), ("moved", "Moved"),
        ("missingTogether", "MissingTogether"), ("compositeKeys", "CompositeKey"),
        ("determinations", "Determination"),
    ):  # fmt: skip
        asked = asked.replace(f"{name} {{ FIELDS }}", f"{name} {{ {plain_fields(kind)} }}")
    return asked.replace("RESULTS", RESULTS).replace("FIGURES", FIGURES)


def told(found: httpx.Response) -> str:
    assert found.status_code == 200, found.text
    if found.headers["content-type"].startswith("application/json") and "graphql" in str(found.url):
        assert "errors" not in found.json(), found.text
    content = found.content
    if content[:4] == b"PAR1":
        import pyarrow as pa
        import pyarrow.parquet as pq

        return str(pq.read_table(pa.BufferReader(content)).to_pylist())
    return content.decode("utf-8", "replace")


def seen(guarded: Guarded, path: str, who: str, asked: str = "") -> str:
    """All that is told of each source, in one text."""
    texts = []
    for name in SOURCES:
        pk = guarded.store.source(name).id
        texts.append(
            told(guarded.ask(f'{{ source(id: "{pk}") {{ {query_of(asked)} }} }}', who))
            if asked
            else told(guarded.get(path.format(id=pk), who))
        )
    return "\n".join(texts)


WAYS: dict[str, tuple[str, Output]] = {
    **{f"field {name}": ("", one) for name, one in FIELDS.items()},
    **{f"page {name}": (f"/sources/{{id}}/{one.asked}", one) for name, one in PAGES.items()},
    **{f"rows {name}": (f"/api/v1/rows/{{id}}?format={name}", one) for name, one in ROWS.items()},
    "page find": ("/?q=people", Output("")),
    "page find by column": ("/?column=email", Output("")),
    "page runs": ("/runs", Output("", shows=True)),
    "page run": ("/runs/1", Output("", shows=True)),
}


@pytest.mark.parametrize("way", WAYS)
def test_values_of_persons_are_shown_to_those_who_may_see_them(guarded: Guarded, way: str) -> None:
    path, output = WAYS[way]
    asked = output.asked if not path else ""
    assert not FOUND.findall(seen(guarded, path, "admin", asked))
    shown = bool(FOUND.search(seen(guarded, path, "trusted", asked)))
    assert shown == output.shows


def test_what_is_masked_is_told_all_the_same(guarded: Guarded) -> None:
    findings = seen(guarded, "", "admin", FIELDS["findings"].asked)
    assert "too many: 'aaaaaaaaa', 'aa\\'a \\\"aaaaaaa\\\"'" in findings.replace("\\\\", "\\")
    verdicts = seen(guarded, "", "admin", FIELDS["quality"].asked)
    assert '"observed":["aaaaaaa9@aaaaaaaaaaaa.aaa"]' in verdicts


def test_every_field_of_a_source_is_in_the_table() -> None:
    """Names, sizes and times apart, which are of the source and not of what stands in it."""
    kind: Any = schema().get_type("Source")
    told = {name for name, one in kind.fields.items() if not is_leaf_type(get_named_type(one.type))}
    assert told == set(FIELDS)


@pytest.mark.parametrize("who", ["admin", "trusted"])
@pytest.mark.parametrize(
    "text",
    ["zebedee1@quillfeather.org", "Xylotomy", "wombatson", "quillfeath", "734219", "jackdaw"],
)
def test_nobody_finds_a_source_by_what_it_says_of_persons(
    guarded: Guarded, text: str, who: str
) -> None:
    """Nor by what is near to that: a search would tell that it is there."""
    query = """query($text: String) { sources(text: $text) { totalCount facets { name
        values { value } } corrections { instead }
        edges { matchedFields highlights { field } } } }"""
    found = json.loads(told(guarded.ask(query, who, text=text)))["data"]["sources"]
    assert found["totalCount"] == 0
    assert found["corrections"] == []
    assert "nothing" in guarded.get(f"/?q={text}", who).text.lower()


@pytest.mark.parametrize(
    "field",
    [
        "run(id: RUN) { error }",
        "runs { nodes { error } }",
        "node(id: RUN) { ... on Run { error } }",
    ],
)
def test_errors_of_runs_quote_no_persons(guarded: Guarded, field: str) -> None:
    run = guarded.store.runs(None, first=1)[0]
    query = f"{{ {field.replace('RUN', json.dumps(run.id))} }}"
    hidden, shown = (told(guarded.ask(query, who)) for who in ("admin", "trusted"))
    assert not FOUND.search(hidden)
    assert (
        "[CAST_INVALID_INPUT] The value 'aaaaaaa9@aaaaaaaaaaaa.aaa' of the column `email`" in hidden
    )
    assert FOUND.search(shown)


def test_changes_of_rows_since_a_crawl_are_masked_too(guarded: Guarded) -> None:
    """What does not fit its type any more must not be told by the error."""
    path = guarded.folder / "people.csv"
    before = path.read_text()
    try:
        path.write_text(before.replace(",734219,", ",jackdaw of quillfeather,"))
        people = guarded.store.source("people").id
        for name in ("csv", "json"):
            found = guarded.get(f"/api/v1/rows/{people}?format={name}", "admin")
            assert not FOUND.search(found.text)
    finally:
        path.write_text(before)


def test_alerts_tell_of_no_persons(guarded: Guarded) -> None:
    """The document is the same for all channels; e-mail has the text of it."""
    documents = (guarded.folder.parent / "alerts").read_text()
    kinds = set(re.findall(r'"kind": "(\w+)"', documents))
    assert kinds >= {"drift", "failed", "quality", "score"}, kinds
    assert not FOUND.findall(documents)
