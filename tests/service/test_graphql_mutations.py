"""Mutations: what is changed stays changed; what cannot be is an error in the payload."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from catalog.access.jobs import Job, Jobs
from catalog.access.roots import NotAllowed, Roots
from catalog.crawl import Progress
from catalog.graphql.execution import execute
from catalog.server import Service
from catalog.web import present
from tests.service.made_catalog import serving

ANNOTATE = """mutation($input: AnnotateSourceInput!) { annotateSource(input: $input) {
    source { description tags owner } errors { message code path } } }"""
CRAWL = """mutation($uris: [String!]!) { crawl(input: {uris: $uris}) {
    job { id state uris } errors { code message } } }"""
JOB = """query($id: ID!) { job(id: $id) { state error createdAt startedAt endedAt bytesRead
    counts { new changed unchanged failed gone } } }"""


def annotate(made, **values):
    found = execute(made.store, ANNOTATE, {"input": values})
    return found["data"]["annotateSource"]


def test_annotations_are_kept_over_crawls(fresh):
    from catalog.crawl import crawl
    from connectors.model import Limits

    bird = fresh.id("birds")
    found = annotate(fresh, id=bird, description="Counts", tags=["wild", "seen"], owner="ranger")
    assert found["errors"] == []
    assert found["source"]["description"] == "Counts"
    annotate(fresh, id=bird, owner="warden")
    (fresh.folder / "birds.csv").write_text("species,count\nwren,4\n")
    list(crawl([str(fresh.folder)], fresh.store, Limits()))
    source = fresh.ask('{ source(name: "birds") { description tags owner rowCount } }')["source"]
    assert (source["description"], source["owner"], source["rowCount"]) == ("Counts", "warden", 1)
    assert set(source["tags"]) == {"wild", "seen"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"id": "garbage"}, "INVALID_INPUT"),
        ({"id": "UnVuOjE"}, "INVALID_INPUT"),
        ({"id": "U291cmNlOjk5OTk5"}, "NOT_FOUND"),
        ({"id": "U291cmNlOjE", "description": "x" * 10_001}, "INVALID_INPUT"),
        ({"id": "U291cmNlOjE", "tags": ["t"] * 101}, "INVALID_INPUT"),
        ({"id": "U291cmNlOjE", "tags": [" "]}, "INVALID_INPUT"),
    ],
)
def test_an_annotation_that_cannot_be_is_told_in_the_payload(fresh, values, code):
    found = annotate(fresh, **values)
    assert found["source"] is None
    assert [error["code"] for error in found["errors"]] == [code]
    assert found["errors"][0]["message"]


DELETE = """mutation($id: ID!) { deleteSource(input: {id: $id}) {
    id name errors { code message path } } }"""


def test_a_deleted_source_is_gone_with_all_that_was_known_of_it(fresh):
    from catalog.crawl import crawl
    from connectors.model import Limits

    bird = fresh.id("birds")
    version = fresh.ask('{ source(name: "birds") { version { id } } }')["source"]["version"]["id"]
    annotate(fresh, id=bird, tags=["wild"])
    found = fresh.ask(DELETE, id=bird)["deleteSource"]
    assert found["errors"] == []
    assert found["id"] == bird
    for query in ("{ sources { totalCount } }", '{ sources(text: "heron") { totalCount } }'):
        assert fresh.ask(query)["sources"]["totalCount"] == 0
    assert fresh.ask("query($v: ID!) { node(id: $v) { id } }", v=version)["node"] is None
    again = fresh.ask(DELETE, id=bird)["deleteSource"]
    assert (again["id"], [error["code"] for error in again["errors"]]) == (None, ["NOT_FOUND"])
    list(crawl([str(fresh.folder)], fresh.store, Limits()))
    back = fresh.ask('{ source(name: "birds") { tags status } }')["source"]
    assert back == {"tags": [], "status": "NEW"}


def test_crawls_need_a_service(fresh):
    found = execute(fresh.store, CRAWL, {"uris": [str(fresh.folder)]})["data"]["crawl"]
    assert found["job"] is None
    assert [error["code"] for error in found["errors"]] == ["INVALID_INPUT"]


def test_a_crawl_goes_on_in_the_background(fresh):
    (fresh.folder / "trees.csv").write_text("species,height\noak,21\n")
    with serving(fresh.store, Service(Roots((str(fresh.folder),)))) as service:
        found = service.post(CRAWL, {"uris": [fresh.folder.as_uri()]}).json()["data"]["crawl"]
        assert found["errors"] == []
        job = found["job"]["id"]
        done = threading.Event()
        state = {}
        while not done.wait(0.02):
            state = service.post(JOB, {"id": job}).json()["data"]["job"]
            if state["state"] in ("DONE", "FAILED"):
                done.set()
        assert state["state"] == "DONE"
        assert state["counts"]["new"] == 1
        assert state["counts"]["unchanged"] == 1
        assert state["bytesRead"] > 0
        assert fresh.ask('{ source(name: "trees") { rowCount } }')["source"] == {"rowCount": 1}
        jobs = service.post("{ jobs { id } }").json()["data"]["jobs"]
        assert jobs == [{"id": job}]


def test_a_crawl_that_fails_tells_why(fresh):
    jobs = Jobs(fresh.store, Roots((str(fresh.folder),)))
    job = jobs.crawl([str(fresh.folder / "nothing")])
    jobs.close(timeout=60)
    assert job.state == "FAILED"
    assert "nothing" in (job.error or "")
    assert jobs.get("unknown") is None


def test_a_login_in_the_address_of_a_crawl_is_shown_to_nobody(fresh):
    jobs = Jobs(fresh.store, Roots(("postgresql://127.0.0.1:1/sales",)))
    job = jobs.crawl(["postgresql://user:hunter2@127.0.0.1:1/sales"])
    assert job.uris == ("postgresql://127.0.0.1:1/sales",)
    assert "hunter2" not in repr(job)
    jobs.close(timeout=60)
    assert job.state == "FAILED"
    assert "hunter2" not in f"{job.error} {job.asked}"


def test_a_crawl_outside_the_roots_is_not_allowed(served):
    found = served.post(CRAWL, {"uris": ["file:///etc"]}).json()["data"]["crawl"]
    assert found["job"] is None
    assert [error["code"] for error in found["errors"]] == ["NOT_ALLOWED"]
    assert served.post(CRAWL, {"uris": []}).json()["data"]["crawl"]["errors"]


ROOTS = ("{folder}", "s3://bucket/raw", "postgresql://db.example:5432/sales")


@pytest.mark.parametrize(
    "uri",
    [
        "{folder}", "{folder}/", "{folder}/a/b.csv", "file://{folder}/a", "{folder}/../data/x",
        "sqlite:///{folder}/x.db", "s3://bucket/raw", "s3://bucket/raw/2024/x.parquet",
        "S3://bucket/raw/x", "postgresql://user:pw@db.example:5432/sales",
    ],
)  # fmt: skip
def test_what_lies_below_a_root_is_allowed(tmp_path, uri):
    folder = tmp_path / "data"
    folder.mkdir()
    roots = Roots(tuple(root.format(folder=folder) for root in ROOTS))
    roots.check(uri.format(folder=folder))


@pytest.mark.parametrize(
    "uri",
    [
        "/etc/passwd", "file:///etc", "{folder}/../other", "{folder}/..", "{folder}x",
        "{folder}/link",
        "file://{folder}/%2e%2e/other", "file://evil.example{folder}", "s3://bucket/raw2",
        "s3://bucket/raw/../secret", "s3://bucket/raw/%2e%2e/secret", "s3://other/raw",
        "s3://bucket@other/raw", "http://169.254.169.254/latest/meta-data", "http://localhost:22",
        "simplecache::file:///etc/passwd", "zip://x::{folder}/a.zip", "memory://x", "",
        "postgresql://db.example:5432/other", "postgresql://db.example/sales", "mysql://db.example:5432/sales",
        "postgresql://db.example:5432/sales?host=evil.example", "sqlite:////etc/x.db",
        "s3://bucket/raw?endpoint_url=http://evil.example", "{folder}\n/x", "file:\\\\\\\\evil\\x",
        "postgresql://db.example:port/sales",
    ],
)  # fmt: skip
def test_what_lies_elsewhere_is_not(tmp_path, uri):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "link").symlink_to("/etc")
    roots = Roots(tuple(root.format(folder=folder) for root in ROOTS))
    with pytest.raises(NotAllowed):
        roots.check(uri.format(folder=folder))


def test_without_roots_nothing_is_allowed_and_no_password_is_told(tmp_path):
    with pytest.raises(NotAllowed, match="HEADWATER_CRAWL_ROOTS"):
        Roots.parse(" ").check(str(tmp_path))
    with pytest.raises(NotAllowed) as told:
        Roots.parse("/a, /b").check("postgresql://user:hunter2@db/x")
    assert "hunter2" not in str(told.value)


CANCEL = """mutation($id: ID!) { cancelJob(input: {id: $id}) {
    job { id state } errors { code } } }"""


def test_a_job_at_work_ends_after_its_source_and_waiting_ones_at_once(fresh):
    for name in ("elm", "oak", "ash"):
        (fresh.folder / f"{name}.csv").write_text(f"{name},height\n1,21\n")
    at_work, go_on = threading.Event(), threading.Event()

    def held(job):
        if job.state == "RUNNING" and not at_work.is_set():
            at_work.set()
            assert go_on.wait(60)

    jobs = Jobs(fresh.store, Roots((str(fresh.folder),)), held)
    first, second = jobs.crawl([str(fresh.folder)]), jobs.crawl([str(fresh.folder)])
    assert at_work.wait(60)
    assert jobs.cancel(second.id).state == "CANCELLED"
    assert jobs.cancel(first.id).state == "RUNNING"
    go_on.set()
    jobs.close(timeout=60)
    assert (first.state, second.state) == ("CANCELLED", "CANCELLED")
    assert first.counts.total() == 1
    assert second.started_at is None
    assert jobs.cancel(first.id).state == "CANCELLED"


def test_the_pace_of_a_job_and_what_is_left_of_it():
    job = Job("j", ("file:///data",), datetime.now(UTC))
    assert (job.bytes_per_second(), job.seconds_left()) == (None, None)
    job.started_at = datetime.now(UTC) - timedelta(seconds=10)
    job.progress = Progress(bytes=20_000_000, bytes_found=80_000_000)
    pace, left = job.bytes_per_second(), job.seconds_left()
    assert pace == pytest.approx(2_000_000, rel=0.2)
    assert left == pytest.approx(60_000_000 / pace, rel=0.2)
    assert present.pace(2_000_000, 30.0) == "2.0 MB/s, about 30 s left"
    assert present.pace(2_000_000, 600.0) == "2.0 MB/s, about 10 min left"
    assert present.pace(2_000_000, None) == "2.0 MB/s"
    job.ended_at = job.started_at + timedelta(seconds=20)
    assert (job.bytes_per_second(), job.seconds_left()) == (1_000_000, None)


def test_a_job_that_nobody_knows_cannot_be_cancelled(served):
    found = served.post(CANCEL, {"id": "nothing"}).json()["data"]["cancelJob"]
    assert found == {"job": None, "errors": [{"code": "NOT_FOUND"}]}


def test_terms_are_kept_chosen_and_shown(fresh):
    kept = fresh.ask(
        'mutation { importTerms(input: {terms: [{name: "Kind of bird", synonyms: ["Species"]}]})'
        " { terms { name synonyms } errors { code } } }"
    )["importTerms"]
    assert kept["terms"] == [{"name": "Kind of bird", "synonyms": ["Species"]}]
    asked = '{ source(name: "birds") { terms { field state term { name } confidence } } }'
    (suggested,) = fresh.ask(asked)["source"]["terms"]
    assert (suggested["field"], suggested["state"]) == ("species", "SUGGESTED")
    choose = (
        "mutation($id: ID!, $field: String!) { chooseTerm(input: {id: $id, field: $field, "
        'term: "kind of bird", state: ACCEPTED}) { terms { state } errors { code message } } }'
    )
    bird = fresh.id("birds")
    refused = execute(fresh.store, choose, {"id": bird, "field": "no"})["data"]["chooseTerm"]
    assert [error["code"] for error in refused["errors"]] == ["INVALID_INPUT"]
    made = execute(fresh.store, choose, {"id": bird, "field": "species"})["data"]["chooseTerm"]
    assert made == {"terms": [{"state": "ACCEPTED"}], "errors": []}
    with serving(fresh.store, Service(Roots(()))) as service:
        assert "Kind of bird" in service.http.get(f"/sources/{bird}").text
        assert "Species" in service.http.get("/glossary").text
    gone = 'mutation { removeTerm(input: {name: "Kind of bird"}) { term { name } } }'
    assert fresh.ask(gone)["removeTerm"]["term"] == {"name": "Kind of bird"}
