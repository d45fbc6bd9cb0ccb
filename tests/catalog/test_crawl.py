"""The way of the data: what is read, what is kept, what is told."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import Progress, crawl
from catalog.model import Outcome, Status
from catalog.store import Store
from connectors.model import SET_BY_USER, Limits
from connectors.sources.files import FileSource
from schema.errors import SourceError
from schema.model import Finding

Crawled = Callable[..., dict[str, Outcome]]
Contents = Callable[[Store], dict[str, Any]]


def write(path: Path, rows: int = 3, *, start: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{number},name {number}" for number in range(start, start + rows)]
    path.write_text("\n".join(["id,name", *lines]) + "\n")
    return path


def statuses(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {label: outcome.status.value for label, outcome in outcomes.items()}


class Reads:
    """The entries whose content is read, and the data sets that are examined."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries: list[str] = []
        self.examined: list[str] = []
        batches, examine = FileSource.batches, FileSource.examine

        def counted(source, dataset, entry, **options):  # type: ignore[no-untyped-def]
            self.entries.append(entry.uri.rsplit("/", 1)[-1])
            return batches(source, dataset, entry, **options)

        def looked_at(source, dataset):  # type: ignore[no-untyped-def]
            self.examined.append(dataset.name.rsplit("/", 1)[-1])
            return examine(source, dataset)

        monkeypatch.setattr(FileSource, "batches", counted)
        monkeypatch.setattr(FileSource, "examine", looked_at)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_a_crawl_finds_reads_and_records(data: Path, crawled: Crawled, store: Store) -> None:
    write(data / "people.csv", 5)
    found = crawled(data)["people"]
    assert found.status is Status.NEW
    assert found.bytes_read == (data / "people.csv").stat().st_size
    source = store.source("people")
    assert (source.format, source.row_count, source.byte_count) == ("csv", 5, found.bytes_read)
    assert source.version is not None
    version = store.version(source.version)
    assert [(one.name, str(one.type)) for one in version.schema] == [
        ("id", "int64"),
        ("name", "string"),
    ]
    assert store.quality([source.pk])[source.pk].engine == "summary"


def test_what_has_not_changed_is_not_read(
    data: Path, crawled: Crawled, store: Store, reads: Reads, contents: Contents
) -> None:
    write(data / "people.csv")
    (data / "broken.parquet").write_bytes(b"PAR1 and no more")
    crawled(data)
    before = contents(store)
    reads.entries.clear()
    reads.examined.clear()
    again = crawled(data)
    assert statuses(again) == {"people": "UNCHANGED", "broken": "FAILED"}
    assert (reads.entries, reads.examined) == ([], [])
    assert sum(outcome.bytes_read for outcome in again.values()) == 0
    assert contents(store) == before


def test_force_reads_what_has_not_changed_and_mints_no_version(
    data: Path, crawled: Crawled, store: Store, reads: Reads
) -> None:
    write(data / "people.csv")
    crawled(data)
    reads.entries.clear()
    assert statuses(crawled(data, force=True)) == {"people": "UNCHANGED"}
    assert reads.entries == ["people.csv"]
    assert store.version_count(store.source("people").pk) == 1


def test_one_changed_part_is_read_alone_and_merges_to_what_a_fresh_crawl_sees(
    data: Path, crawled: Crawled, store: Store, reads: Reads, tmp_path: Path
) -> None:
    for month in range(1, 6):
        write(data / f"sales/month={month}/part.csv", 10, start=10 * month)
    crawled(data)
    changed = write(data / "sales/month=3/part.csv", 25, start=500)
    reads.entries.clear()
    outcome = crawled(data)["sales"]
    assert outcome.status is Status.CHANGED
    assert reads.entries == ["part.csv"]
    assert outcome.bytes_read == changed.stat().st_size
    merged = store.version(outcome.source.version).profile  # type: ignore[arg-type]
    with Store.open(f"sqlite:///{tmp_path / 'fresh.db'}") as fresh:
        (seen,) = list(crawl([str(data)], fresh))
        whole = fresh.version(seen.source.version).profile  # type: ignore[arg-type]
    assert merged.row_count == 65
    assert merged.to_dict() == whole.to_dict()


def test_a_new_and_a_removed_part_are_merged_in_and_out(
    data: Path, crawled: Crawled, reads: Reads
) -> None:
    for month in (1, 2):
        write(data / f"sales/month={month}/part.csv", 10)
    crawled(data)
    write(data / "sales/month=3/part.csv", 7)
    reads.entries.clear()
    assert crawled(data)["sales"].source.row_count == 27
    assert len(reads.entries) == 1
    (data / "sales/month=1/part.csv").unlink()
    reads.entries.clear()
    assert crawled(data)["sales"].source.row_count == 17
    assert reads.entries == []


def test_a_source_that_cannot_be_read_is_a_finding_and_the_crawl_goes_on(
    data: Path, crawled: Crawled
) -> None:
    write(data / "a.csv")
    (data / "b.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    write(data / "c.csv")
    outcomes = crawled(data)
    assert statuses(outcomes) == {"a": "NEW", "b": "FAILED", "c": "NEW"}
    assert [finding.severity for finding in outcomes["b"].findings] == ["error"]


def test_a_source_that_breaks_keeps_its_last_good_version(
    data: Path, crawled: Crawled, store: Store
) -> None:
    path = data / "t.parquet"
    pq.write_table(pa.table({"x": [1, 2, 3]}), path)
    good = crawled(data)["t"].source
    path.write_bytes(path.read_bytes()[:50])
    broken = crawled(data)["t"]
    assert broken.status is Status.FAILED
    assert (broken.source.version, broken.source.row_count) == (good.version, 3)
    pq.write_table(pa.table({"x": [1, 2, 3, 4]}), path)
    mended = crawled(data)["t"]
    assert (mended.status, mended.source.row_count) == (Status.CHANGED, 4)
    assert store.source("t").findings == ()


def test_a_reader_that_fails_in_an_unforeseen_way_is_a_finding(
    data: Path, crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data / "a.csv")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(FileSource, "batches", broken)
    outcome = crawled(data)["a"]
    assert outcome.status is Status.FAILED
    (finding,) = [one for one in outcome.findings if one.severity == "error"]
    assert finding.code == "reader-failed"
    assert "a bug" in finding.message


def test_a_part_out_of_reach_keeps_what_was_known_and_is_tried_again(
    data: Path, crawled: Crawled, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    for month in (1, 2):
        write(data / f"sales/month={month}/part.csv", 10)
    crawled(data)
    write(data / "sales/month=2/part.csv", 50)
    with monkeypatch.context() as patch:
        batches = FileSource.batches

        def away(source, dataset, entry, **options):  # type: ignore[no-untyped-def]
            if "month=2" in entry.uri:
                raise SourceError("the server does not answer")
            return batches(source, dataset, entry, **options)

        patch.setattr(FileSource, "batches", away)
        outcome = crawled(data)["sales"]
    assert outcome.source.row_count == 20
    assert "unreachable" in {finding.code for finding in outcome.findings}
    reads.entries.clear()
    outcome = crawled(data)["sales"]
    assert (outcome.status, outcome.source.row_count) == (Status.CHANGED, 60)
    assert (len(reads.entries), outcome.findings) == (1, ())


def test_what_was_found_in_a_part_stays_when_another_changes(data: Path, crawled: Crawled) -> None:
    for month, row in ((1, "1,2,3"), (2, "1,2")):
        folder = data / f"sales/month={month}"
        folder.mkdir(parents=True)
        (folder / "part.csv").write_text(f"a,b\n1,2\n{row}\n")
    (ragged,) = crawled(data)["sales"].findings
    (data / "sales/month=2/part.csv").write_text("a,b\n1,2\n5,6\nx,6\n" * 40)
    outcome = crawled(data)["sales"]
    assert outcome.status is Status.CHANGED
    assert ragged in outcome.findings
    (data / "sales/month=1/part.csv").write_text("a,b\n1,2\n")
    assert ragged.code not in {finding.code for finding in crawled(data)["sales"].findings}


def test_a_part_that_is_broken_is_left_out_told_and_not_tried_again(
    data: Path, crawled: Crawled, reads: Reads
) -> None:
    for month in (1, 2, 3):
        folder = data / f"sales/month={month}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"x": range(10)}), folder / "part.parquet")
    (data / "sales/month=2/part.parquet").write_bytes(b"PAR1 nothing")
    outcome = crawled(data)["sales"]
    assert (outcome.status, outcome.source.row_count) == (Status.NEW, 20)
    assert any("month=2" in (finding.place or "") for finding in outcome.findings)
    reads.entries.clear()
    assert crawled(data)["sales"].status is Status.UNCHANGED
    assert reads.entries == []


def test_what_is_not_listed_any_more_is_gone_and_keeps_its_history(
    data: Path, crawled: Crawled, store: Store
) -> None:
    write(data / "a.csv")
    write(data / "below/b.csv")
    crawled(data)
    (data / "below/b.csv").unlink()
    outcomes = crawled(data)
    assert statuses(outcomes) == {"a": "UNCHANGED", "b": "GONE"}
    assert store.version_count(store.source("b").pk) == 1
    assert statuses(crawled(data)) == {"a": "UNCHANGED"}
    write(data / "below/b.csv")
    assert crawled(data)["b"].status in {Status.CHANGED, Status.UNCHANGED}
    assert store.source("b").status is not Status.GONE


def test_only_below_what_was_listed_are_sources_gone(data: Path, crawled: Crawled) -> None:
    write(data / "here/a.csv")
    write(data / "here too/b.csv")
    crawled(data)
    (data / "here too/b.csv").unlink()
    assert statuses(crawled(data / "here")) == {"a": "UNCHANGED"}
    assert statuses(crawled(data, limits=Limits(include=("**/a.csv",)))) == {"a": "UNCHANGED"}
    assert statuses(crawled(data))["b"] == "GONE"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_makes_nothing_gone(data: Path, crawled: Crawled) -> None:
    write(data / "shut/a.csv")
    crawled(data)
    (data / "shut").chmod(0)
    findings: list[Finding] = []
    try:
        assert statuses(crawled(data, on_finding=findings.append)) == {}
    finally:
        (data / "shut").chmod(0o755)
    assert [finding.code for finding in findings] == ["permission-denied"]


def test_a_listing_with_findings_makes_nothing_gone(
    data: Path, crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data / "a.csv")
    write(data / "b.csv")
    crawled(data)
    (data / "b.csv").unlink()
    fault = Finding("not-listed", "the server did not answer", "below", "error")
    with monkeypatch.context() as patch:
        patch.setattr(FileSource, "listing_findings", property(lambda _: (fault,)))
        told: list[Finding] = []
        assert statuses(crawled(data, on_finding=told.append)) == {"a": "UNCHANGED"}
        assert told == [fault]
    assert statuses(crawled(data)) == {"a": "UNCHANGED", "b": "GONE"}


def database(path: Path, *tables: str) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    for table in tables:
        connection.execute(f"create table {table} (id integer primary key, name text)")
        connection.executemany(f"insert into {table} values (?, ?)", [(1, "a"), (2, "b")])
    connection.commit()
    connection.close()


def test_tables_of_a_database_in_a_folder_come_and_go_with_it(data: Path, crawled: Crawled) -> None:
    database(data / "shop.db", "orders", "people")
    write(data / "a.csv")
    assert set(crawled(data)) == {"a", "orders", "people"}
    assert statuses(crawled(data)) == dict.fromkeys(["a", "orders", "people"], "UNCHANGED")
    database(data / "shop.db", "orders")
    assert statuses(crawled(data))["people"] == "GONE"
    (data / "shop.db").unlink()
    assert statuses(crawled(data)) == {"a": "UNCHANGED", "orders": "GONE"}


def test_a_limit_of_rows_is_told_and_lifted_by_the_next_crawl(
    data: Path, crawled: Crawled, store: Store
) -> None:
    write(data / "big.csv", 1000)
    limited = crawled(data, limits=Limits(rows=100))["big"].source
    profile = store.version(limited.version).profile  # type: ignore[arg-type]
    assert (profile.rows_seen, profile.row_count, limited.row_count) == (100, None, None)
    assert crawled(data, limits=Limits(rows=100))["big"].status is Status.UNCHANGED
    assert crawled(data)["big"].source.row_count == 1000
    assert crawled(data, limits=Limits(rows=100))["big"].status is Status.UNCHANGED
    assert store.source("big").row_count == 1000


def test_a_limit_of_rows_holds_over_all_parts(data: Path, crawled: Crawled, store: Store) -> None:
    for part in range(4):
        write(data / f"sales/month={part}/part.csv", 10)
    source = crawled(data, limits=Limits(rows=15))["sales"].source
    assert store.version(source.version).profile.rows_seen == 15  # type: ignore[arg-type]


def test_an_option_that_a_user_fixes_reads_again_and_stays(
    data: Path, crawled: Crawled, store: Store
) -> None:
    (data / "odd.csv").write_text("a|b,c\n1|2,3\n4|5,6\n")
    crawled(data)
    fixed = crawled(data, limits=Limits(options=(("delimiter", "|"),)))["odd"].source
    names = store.version(fixed.version).schema.names  # type: ignore[arg-type]
    assert names == ("a", "b,c")
    assert crawled(data)["odd"].status is Status.UNCHANGED
    assert store.version(store.source("odd").version).schema.names == names  # type: ignore[arg-type]


def test_an_option_that_a_user_fixed_stays_when_the_content_changes(
    data: Path, crawled: Crawled, store: Store
) -> None:
    (data / "odd.csv").write_text("a|b,c\n1|2,3\n4|5,6\n")
    crawled(data, limits=Limits(options=(("delimiter", "|"),)))
    (data / "odd.csv").write_text("a|b,c\n1|2,3\n4|5,6\n7|8,9\n")
    changed = crawled(data)["odd"]
    assert changed.status is Status.CHANGED
    version = store.version(changed.source.version)  # type: ignore[arg-type]
    assert version.schema.names == ("a", "b,c")
    told = {one.choice for one in version.dataset.evidence if one.reason == SET_BY_USER}
    assert told == {"delimiter"}
    quoted = crawled(data, limits=Limits(options=(("quote", "'"),)))["odd"].source
    kept = store.version(quoted.version).dataset  # type: ignore[arg-type]
    assert (kept.option("delimiter"), kept.option("quote")) == ("|", "'")
    forced = list(crawl([str(data)], store, force=True))
    assert store.version(store.source("odd").version).dataset.option("quote") == "'"  # type: ignore[arg-type]
    assert forced
    other = crawled(data, limits=Limits(options=(("delimiter", ","),)))["odd"].source
    assert store.version(other.version).dataset.option("delimiter") == ","  # type: ignore[arg-type]


def test_an_address_out_of_reach_is_told_at_the_end_and_the_others_are_crawled(
    data: Path, store: Store
) -> None:
    write(data / "a.csv")
    outcomes = crawl([str(data / "nowhere"), str(data)], store)
    assert next(outcomes).source.label == "a"
    with pytest.raises(SourceError, match="nowhere"):
        next(outcomes)


def test_progress_adds_up(data: Path, crawled: Crawled) -> None:
    write(data / "a.csv", 100)
    write(data / "b.csv", 50)
    told: list[Progress] = []
    crawled(data, on_progress=told.append)
    size = sum(path.stat().st_size for path in data.iterdir())
    assert (told[-1].datasets, told[-1].files, told[-1].rows) == (2, 2, 150)
    assert (told[-1].bytes, told[-1].bytes_found) == (size, size)
    assert [one.bytes for one in told] == sorted(one.bytes for one in told)
    crawled(data, on_progress=told.append)
    assert (told[-1].datasets, told[-1].files, told[-1].bytes_found) == (2, 2, 0)


def test_a_crawl_that_is_stopped_keeps_what_is_done(data: Path, store: Store) -> None:
    for number in range(20):
        write(data / f"{chr(97 + number)}.csv")
    outcomes = crawl([str(data)], store)
    first = next(outcomes)
    outcomes.close()
    assert store.source(first.source.pk).status is Status.NEW
    assert len(list(crawl([str(data)], store))) == 20


def test_two_crawls_at_once_are_as_one(
    data: Path, catalog_url: str, tmp_path: Path, contents: Contents
) -> None:
    for number in range(12):
        write(data / f"t{chr(97 + number)}.csv", 20, start=number)
    with Store.open(catalog_url):
        pass
    failures: list[BaseException] = []
    together = threading.Barrier(2)

    def one() -> None:
        try:
            with Store.open(catalog_url) as store:
                together.wait()
                list(crawl([str(data)], store))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store.open(catalog_url) as both, Store.open(f"sqlite:///{tmp_path / 'x.db'}") as alone:
        list(crawl([str(data)], alone))
        assert contents(both) == contents(alone)


def test_hostile_samples_are_all_found_and_told(sample_data: Path, store: Store) -> None:
    hostile = sample_data / "hostile"
    outcomes = list(crawl([str(hostile)], store))
    files = {path.name for path in hostile.iterdir() if path.name != "README.md"}
    found = {outcome.source.name.rsplit("/", 1)[-1] for outcome in outcomes}
    assert found == files
    assert {one.source.label for one in outcomes if one.status is Status.FAILED} <= {
        "empty", "nul_bytes", "picture", "truncated",
    }  # fmt: skip


def test_a_crawl_that_is_stopped_does_not_read_on(
    data: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data / "a.csv")
    write(data / "endless.csv")
    reading = threading.Event()
    batches = FileSource.batches

    def endless(source, dataset, entry, **options):  # type: ignore[no-untyped-def]
        if "endless" not in entry.uri:
            yield from batches(source, dataset, entry, **options)
            return
        while True:
            yield from batches(source, dataset, entry, **options)
            reading.set()

    monkeypatch.setattr(FileSource, "batches", endless)
    outcomes = crawl([str(data)], store)
    assert next(outcomes).source.label == "a"
    assert reading.wait(60)
    outcomes.close()
    assert [source.label for source in store.sources(range(10)).values()] == ["a"]
