"""What is found out of how values are written reaches connectors, and can be fixed by the user."""

from __future__ import annotations

import datetime as dt
import runpy
from pathlib import Path

import pyarrow as pa

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.model import Status
from catalog.store import Store
from connectors.model import Limits, Options

GERMAN = (
    "Umsatz je Filiale\n\nTag;Filiale;Umsatz;Kunden;offen\n"
    "31.12.2013;A;1.234,50 €;1.234;ja\n02.01.2014;B;99,00 €;987;nein\n"
    "03.01.2014;A;5,00 €;2.000;ja\n"
)


def crawl_one(store: Store, path: Path, options: Options = (), **more: bool):
    (outcome,) = crawl([str(path)], store, Limits(options=options), **more)
    return outcome


def rows_of(store: Store, outcome, target: str, folder: Path) -> list[dict]:
    made = connector(store.version(outcome.source.version), target)
    path = folder / made.filename
    path.write_text(made.code)
    read = runpy.run_path(str(path))["read"]()
    table = read if isinstance(read, pa.Table) else pa.Table.from_pydict(read.to_dict("list"))
    return table.to_pylist()


def test_a_connector_reads_what_the_crawl_read(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "umsatz.csv"
    path.write_text(GERMAN, "utf-8")
    outcome = crawl_one(store, path)
    version = store.version(outcome.source.version)
    assert [str(field.type) for field in version.schema] == [
        "date32[day]", "string", "double", "int64", "bool",
    ]  # fmt: skip
    told = {one.choice: one.reason for one in version.dataset.evidence}
    assert told["notation.Tag"].startswith("100.0% of 3 values fit, 1 can be read in no other way")
    rows = rows_of(store, outcome, "arrow", tmp_path)
    assert [tuple(row.values()) for row in rows] == [
        (dt.date(2013, 12, 31), "A", 1234.5, 1234, True),
        (dt.date(2014, 1, 2), "B", 99.0, 987, False),
        (dt.date(2014, 1, 3), "A", 5.0, 2000, True),
    ]


def test_crawling_again_reads_nothing_and_a_new_part_is_merged(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    (folder / "part-0.csv").write_text("day,n\n1/2/2013,1\n3/4/2013,2\n5/5/2013,3\n")
    first = crawl_one(store, folder)
    assert "two-readings" in {one.code for one in first.findings}
    assert crawl_one(store, folder).status is Status.UNCHANGED
    (folder / "part-1.csv").write_text("day,n\n31/1/2013,1\n30/1/2013,2\n29/1/2013,3\n")
    second = crawl_one(store, folder)
    assert second.status is Status.CHANGED
    assert second.bytes_read == (folder / "part-1.csv").stat().st_size
    assert "two-readings" not in {one.code for one in second.findings}
    assert store.version(second.source.version).dataset.option("notation.day") == "day-first"


def test_a_notation_that_is_fixed_stays(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("day,n\n1/2/2013,1.234\n3/4/2013,5.678\n5/6/2013,9.999\n")
    fixed = (("notation.day", "day-first"), ("notation.n", "comma"))
    crawl_one(store, path, fixed)
    path.write_text(path.read_text() + "7/8/2013,1.111\n")
    outcome = crawl_one(store, path)
    version = store.version(outcome.source.version)
    assert {name: version.dataset.option(name) for name, _ in fixed} == dict(fixed)
    rows = rows_of(store, outcome, "arrow", tmp_path)
    assert rows[0] == {"day": dt.date(2013, 2, 1), "n": 1234}
