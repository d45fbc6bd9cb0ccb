"""Runs, the edges that they leave, and walks through them; quality reports."""

from __future__ import annotations

import pytest

from catalog.lineage import origins
from catalog.model import RunState, global_id
from schema.errors import InvalidInput, NotFound


@pytest.fixture
def run(store, make):
    """`run("uuid", [inputs], [outputs])`: a run of the pipeline, sources by short name."""

    def source(name: str) -> int:
        return store.stub_source("file", f"/data/{name}", f"file:///data/{name}").pk

    def start(uuid: str, inputs: str, outputs: str, pipeline: str = "p.py", fields=None) -> None:
        store.start_run(
            uuid=uuid,
            pipeline=pipeline,
            master="local[2]",
            parameters={"min": 1, "text": "\x00\ud800"},
            code_hash="abc",
            inputs=[source(name) for name in inputs],
        )
        for name in outputs:
            derived = {
                field: tuple((source(one), column, kind) for one, column, kind in found)
                for field, found in (fields or {}).items()
            }
            store.add_output(uuid, source(name), derived)

    start.source = source
    return start


def test_a_run_from_start_to_end(store, run):
    run("u-1", "ab", "c")
    begun = store.run("u-1")
    a, b, c = map(run.source, "abc")
    assert (begun.state, begun.ended_at, begun.metrics) == (RunState.RUNNING, None, {})
    assert (begun.inputs, begun.outputs) == ((a, b), (c,))
    assert begun.parameters == {"min": 1, "text": "\x00\ud800"}
    ended = store.end_run("u-1", RunState.FAIL, metrics={"rows": 2.0}, error="no space")
    assert (ended.state, ended.metrics, ended.error) == (RunState.FAIL, {"rows": 2.0}, "no space")
    assert ended.ended_at >= ended.started_at
    for ref in ("u-1", ended.pk, str(ended.pk), global_id("Run", ended.pk)):
        assert store.run(ref) == ended


def test_a_run_is_started_once(store, run):
    run("u-1", "a", "")
    again = store.start_run(
        uuid="u-1",
        pipeline="p",
        master=None,
        parameters={},
        code_hash=None,
        inputs=[run.source("a"), run.source("b")],
    )
    assert again.inputs == (run.source("a"), run.source("b"))
    assert again.pipeline == "p.py"
    assert store.counts()["runs"] == 1


@pytest.mark.parametrize(
    "ref", ["unknown", "", 7, -1, 10**30, "7", "x" * 500, "\x00", "U291cmNlOjE"]
)
def test_an_unknown_run_is_told(store, ref):
    with pytest.raises(NotFound, match="no run"):
        store.run(ref)
    with pytest.raises(NotFound, match="no run"):
        store.end_run(f"{ref} ", RunState.COMPLETE)


@pytest.mark.parametrize("uuid", ["", "x" * 65, "a\x00b", "\ud800"])
def test_what_is_no_run_id_is_refused(store, uuid):
    with pytest.raises(InvalidInput, match="UUID"):
        store.start_run(
            uuid=uuid, pipeline="p", master=None, parameters={}, code_hash=None, inputs=[]
        )


def test_runs_are_listed_newest_first(store, run, statements):
    for number in range(6):
        run(f"u-{number}", "a" if number % 2 else "b", "c")
    assert [one.uuid for one in store.runs(first=2)] == ["u-5", "u-4"]
    after = store.run("u-4").pk
    assert [one.uuid for one in store.runs(first=2, after=after)] == ["u-3", "u-2"]
    assert [one.uuid for one in store.runs(run.source("a"))] == ["u-5", "u-3", "u-1"]
    assert len(store.runs(run.source("c"))) == 6
    with statements() as seen:
        store.runs(first=6)
    assert len([one for one in seen if one.startswith("SELECT")]) == 3


def test_edges_by_column(store, run):
    run(
        "u-1",
        "ab",
        "c",
        fields={
            "delay": [("a", "arr", "IDENTITY"), ("a", "dep", "TRANSFORMATION")],
            "name": [("b", "label", "IDENTITY")],
        },
    )
    a, b, c = map(run.source, "abc")
    nodes, edges = store.lineage(c)
    assert nodes == {a, b, c}
    by_input = {edge.upstream: edge.fields for edge in edges}
    assert by_input == {
        a: {"delay": (("arr", "IDENTITY"), ("dep", "TRANSFORMATION"))},
        b: {"name": (("label", "IDENTITY"),)},
    }
    assert {(edge.downstream, edge.run) for edge in edges} == {(c, store.run("u-1").pk)}


def test_an_input_known_by_its_columns_only_is_an_input(store, run):
    run("u-1", "", "c", fields={"x": [("a", "y", "IDENTITY")]})
    assert store.run("u-1").inputs == (run.source("a"),)


def test_lineage_is_that_of_the_last_run_of_each_pipeline(store, run):
    run("u-1", "ab", "c")
    run("u-2", "a", "c")  # the pipeline reads b no more
    run("u-3", "d", "c", pipeline="other.py")
    c = run.source("c")
    nodes, edges = store.lineage(c)
    assert nodes == {run.source(name) for name in "acd"}
    assert {edge.run for edge in edges} == {store.run("u-2").pk, store.run("u-3").pk}
    store.add_output("u-1", c)  # told again, late
    assert store.lineage(c)[0] == nodes
    store.add_output("u-2", c, {"x": ((run.source("a"), "y", "IDENTITY"),)})
    _, edges = store.lineage(c)
    assert [edge.fields for edge in edges if edge.fields] == [{"x": (("y", "IDENTITY"),)}]


def test_depth_and_direction(store, run):
    for number, (before, after) in enumerate(["ab", "bc", "cd", "de"]):
        run(f"u-{number}", before, after, pipeline=f"{number}.py")
    names = {run.source(name): name for name in "abcde"}

    def near(name: str, up: int, down: int) -> str:
        nodes, edges = store.lineage(run.source(name), upstream=up, downstream=down)
        assert len(edges) == len(nodes) - 1
        return "".join(sorted(names[pk] for pk in nodes))

    assert near("c", 0, 0) == "c"
    assert near("c", 1, 0) == "bc"
    assert near("c", 0, 1) == "cd"
    assert near("c", 9, 9) == "abcde"
    assert near("e", 2, 9) == "cde"


def test_circles_end(store, run):
    run("u-1", "a", "b", pipeline="1.py")
    run("u-2", "b", "a", pipeline="2.py")
    run("u-3", "a", "a", pipeline="3.py")
    nodes, edges = store.lineage(run.source("a"), upstream=50, downstream=50)
    assert nodes == {run.source("a"), run.source("b")}
    assert len(edges) == 3


def test_a_walk_asks_once_a_level(store, run, statements):
    leaves = "bcdefghij"
    run("u-1", leaves, "a", pipeline="1.py")
    for name in leaves:
        run(f"u-{name}", "z", name, pipeline=f"{name}.py")
    with statements() as seen:
        nodes, edges = store.lineage(run.source("a"), upstream=5, downstream=0)
    assert (len(nodes), len(edges)) == (11, 18)
    assert len([one for one in seen if "FROM edges" in one]) == 3


def test_columns_through_several_runs(store, run):
    run("u-1", "a", "b", pipeline="1.py", fields={"x": [("a", "w", "IDENTITY")]})
    run("u-2", "b", "c", pipeline="2.py", fields={"y": [("b", "x", "AGGREGATION")]})
    a, b, c = map(run.source, "abc")
    _, edges = store.lineage(c)
    assert origins(edges, c, "y") == {(b, "x"), (a, "w")}
    assert origins(edges, c, "other") == set()


def test_a_stub_is_filled_by_the_next_crawl(store, make, run):
    stub = store.stub_source("file", "/data/out", "file:///data/out")
    assert stub.version is None
    assert store.source("out") == stub
    assert store.stub_source("file", "/data/out", "file:///data/out") == stub
    filled = make.record(store, "/data/out").source
    assert (filled.pk, filled.format) == (stub.pk, "csv")
    assert store.stub_source("file", "/data/out", "file:///data/out") == filled


def test_the_latest_report_counts(store, make, statements):
    source = make.record(store, quality=make.report(90)).source
    other = make.record(store, "/data/other", quality=make.report(10)).source
    bare = make.record(store, "/data/bare").source
    second = make.report(70, source=source.pk, version=source.version)
    store.record_quality(second)
    with statements() as seen:
        latest = store.quality([source.pk, other.pk, bare.pk])
    assert len([one for one in seen if one.startswith("SELECT")]) == 1
    assert latest[source.pk] == second
    assert set(latest) == {source.pk, other.pk}
    assert store.source(source.pk).quality == 70
    assert [one.score for one in store.quality_history(source.pk)] == [70, 90]
    assert [one.score for one in store.quality_history(source.pk, first=1)] == [70]
    with pytest.raises(NotFound):
        store.record_quality(make.report(1, source=999, version=1))


def test_many_sources_cost_one_statement(store, make, statements):
    outcomes = [make.record(store, f"/data/{number}") for number in range(25)]
    pks = [outcome.source.pk for outcome in outcomes][::-1]
    for ask in (store.sources, store.current_versions, store.quality):
        with statements() as seen:
            ask(pks)
        assert len([one for one in seen if one.startswith("SELECT")]) == 1
    assert list(store.sources([*pks, 10**6, *pks])) == pks  # in the order asked for
    versions = store.current_versions(pks)
    assert {pk: version.pk for pk, version in versions.items()} == {
        outcome.source.pk: outcome.source.version for outcome in outcomes
    }
    with pytest.raises(NotFound):
        store.version(10**6)
