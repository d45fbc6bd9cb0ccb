"""Crawls that need a second look: options taken back, databases in folders, unlike parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from catalog.model import Outcome, Status
from catalog.store import Store
from connectors.model import SET_BY_USER, Limits

Crawled = Callable[..., dict[str, Outcome]]


def statuses_of(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {label: outcome.status.value for label, outcome in outcomes.items()}


def test_an_option_that_is_taken_back_is_found_out_again(
    data: Path, crawled: Crawled, store: Store
) -> None:
    (data / "odd.csv").write_text("a,b,c|d\n1,2,3|4\n5,6,7|8\n9,8,7|6\n")
    crawled(data, limits=Limits(options=(("delimiter", ","), ("quote", "'"))))
    back = crawled(data, limits=Limits(unfixed=("delimiter",)))["odd"]
    assert back.status is Status.CHANGED
    version = store.version(back.source.version)  # type: ignore[arg-type]
    assert version.schema.names == ("a,b,c", "d")
    assert dict(version.dataset.options)["quote"] == "'"
    told = {one.choice for one in version.dataset.evidence if one.reason == SET_BY_USER}
    assert told == {"quote"}
    fixed = crawled(data, limits=Limits(options=(("delimiter", "|"),)))["odd"]
    assert (fixed.status, fixed.bytes_read) == (Status.UNCHANGED, 0)  # what was found, fixed now
    evidence = store.version(fixed.source.version).dataset.evidence  # type: ignore[arg-type]
    assert "delimiter" in {one.choice for one in evidence if one.reason == SET_BY_USER}
    crawled(data, limits=Limits(unfixed=("quote", "nothing")))
    assert crawled(data)["odd"].bytes_read == 0


def test_a_duckdb_file_in_a_folder_is_its_tables(
    data: Path, crawled: Crawled, store: Store
) -> None:
    import duckdb

    path = data / "it's #1.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE birds (id INTEGER PRIMARY KEY, name VARCHAR)")
        connection.execute("INSERT INTO birds VALUES (1, 'owl'), (2, 'robin')")
        connection.execute("CREATE VIEW names AS SELECT name FROM birds")
    found = crawled(data)
    assert statuses_of(found) == {"birds": "NEW", "names": "NEW"}
    assert found["birds"].source.row_count == 2
    assert store.version(found["birds"].source.version or 0).schema.primary_key == ("id",)
    assert statuses_of(crawled(data)) == {"birds": "UNCHANGED", "names": "UNCHANGED"}
    path.write_bytes(b"12345678DUCK but no more")
    broken = crawled(data)
    assert [one.findings[0].code for one in broken.values() if one.status is Status.FAILED] == [
        "database-unreadable"
    ]
    assert store.source(found["birds"].source.pk).status is not Status.GONE  # only out of reach
    path.unlink()
    (data / "a.csv").write_text("x\n1\n")
    gone = statuses_of(crawled(data))
    assert gone["birds"] == gone["names"] == "GONE"


def test_parts_that_differ_are_told(data: Path, crawled: Crawled) -> None:
    folder = data / "t"
    folder.mkdir()
    for number, text in enumerate(("a,b\n1,2\n", "a,b\n1,3\n", "a,c\n1,x\n", "a,b\n1,none\n")):
        (folder / f"part-{number}.csv").write_text(text)
    found = crawled(data)["t"]
    told = {one.code: (one.message, one.place) for one in found.findings}
    message, place = told["part-columns-differ"]
    assert "1 of 4 parts are without 'b' and with 'c'" in message
    assert place == "part-2.csv"
    (folder / "part-3.csv").write_text("a,b\n1,zz\n")
    told = {one.code: (one.message, one.place) for one in crawled(data)["t"].findings}
    message, place = told["part-type-differs"]
    assert "column 'b' is text in 1 of 3 parts and int64 in most" in message
    assert place == "part-3.csv"
    assert "part-columns-differ" in told  # also where that part was not read again
    (folder / "part-4.csv").write_text("a,b\n1,5\n")
    codes = [one.code for one in crawled(data)["t"].findings]
    assert (codes.count("part-columns-differ"), codes.count("part-type-differs")) == (1, 1)
    (folder / "part-2.csv").write_text("a,b\n1,4\n")
    (folder / "part-3.csv").write_text("a,b\n1,4\n")
    assert not crawled(data)["t"].findings
