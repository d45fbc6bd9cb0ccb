"""Files that grow, shrink, vanish or are replaced while they are read: rows, or an error."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pq
import pytest

from catalog.crawl import Progress, crawl
from catalog.model import Status
from catalog.store import Store
from connectors import registry
from connectors.parts import read_part

ROWS = 300_000
TABLE = pa.table({"id": range(ROWS), "text": [f"text {at % 1000}" for at in range(ROWS)]})


def _columnar(write: Callable[[pa.Table, io.BytesIO], object]) -> bytes:
    sink = io.BytesIO()
    write(TABLE, sink)
    return sink.getvalue()


def _arrow(table: pa.Table, sink: io.BytesIO) -> None:
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10_000)


CONTENTS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: b"id,text\n" + b"".join(b"%d,text\n" % at for at in range(ROWS * 2)),
    "jsonl": lambda: b"".join(b'{"id": %d, "text": "x"}\n' % at for at in range(ROWS)),
    "parquet": lambda: _columnar(lambda table, sink: pq.write_table(table, sink, 50_000)),
    "arrow": lambda: _columnar(_arrow),
    "orc": lambda: _columnar(pa_orc.write_table),
}


def _grows(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(path.read_bytes()[: 1 << 20])


def _shrinks(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)


def _is_replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"\0garbage" * 1000)
    other.replace(path)


CHANGES = {
    "grows": _grows,
    "shrinks": _shrinks,
    "vanishes": Path.unlink,
    "is replaced": _is_replaced,
    "is emptied": lambda path: path.write_bytes(b""),
}


@pytest.fixture(scope="module", params=CONTENTS)
def content(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, CONTENTS[request.param]()


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read(
    content: tuple[str, bytes], change: str, tmp_path: Path
) -> None:
    suffix, data = content
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data)
    source = registry.open_source(str(path))
    (dataset,) = source.datasets()
    dataset = source.examine(dataset)
    changed = False

    def on_batch(_bytes: int, _rows: int) -> None:
        nonlocal changed
        if not changed:
            changed = True
            CHANGES[change](path)

    part = read_part(source, dataset, dataset.entries[0], rows=None, on_batch=on_batch)
    assert changed
    assert part.rows > 0
    if part.summary is None:
        assert part.faults <= {"corrupt-data", "unreachable"}, part.findings
        assert all("\n" not in finding.message for finding in part.findings)


@pytest.mark.parametrize("change", ["grows", "vanishes"])
def test_the_next_crawl_sees_what_became_of_it(
    change: str, tmp_path: Path, catalog_url: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n" + b"".join(b"%d,%s\n" % (at, b"x" * 60) for at in range(60_000)))
    (tmp_path / "sound.csv").write_text("a,b\n1,2\n")
    changed = False

    def on_progress(progress: Progress) -> None:
        nonlocal changed
        if progress.bytes and not changed:
            changed = True
            CHANGES[change](path)

    with Store.open(catalog_url) as store:
        list(crawl([str(tmp_path)], store, on_progress=on_progress))
        assert changed
        assert store.source("sound").row_count == 1
        again = {one.source.label: one for one in crawl([str(tmp_path)], store)}
        assert again["sound"].status is Status.UNCHANGED
        if change == "vanishes":
            assert "a" not in again or again["a"].status in {Status.GONE, Status.FAILED}
        else:
            third = {one.source.label: one for one in crawl([str(tmp_path)], store)}
            assert third["a"].status in {Status.UNCHANGED, Status.FAILED}
            rows = len(path.read_bytes().splitlines()) - 1
            assert store.source("a").row_count == rows or third["a"].status is Status.FAILED
