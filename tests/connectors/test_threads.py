"""Threads change no figure, are as many as may be, and end with what they work for."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors import parts, registry, threads
from connectors.model import Limits
from connectors.threads import ahead, in_threads, limit_threads, thread_count
from schema import summary
from schema.summary import summarise
from tests.schema.arrow_strategies import tables

FEW = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@FEW
@given(tables(), st.lists(st.integers(0, 1000), max_size=4))
def test_a_summary_by_many_threads_is_that_by_one(table: pa.Table, cuts: list[int]) -> None:
    at = sorted({0, table.num_rows, *(cut % (table.num_rows + 1) for cut in cuts)})
    chunks = [
        batch
        for low, high in zip(at, [*at[1:], table.num_rows], strict=True)
        for batch in table.slice(low, high - low).to_batches()
    ]
    alone = summarise(chunks, place="p").to_bytes()
    with (
        ThreadPoolExecutor(4) as pool,
        mock.patch.object(summary, "_LARGE", 0),
        mock.patch.object(threads, "thread_count", return_value=4),
    ):
        together = summarise(chunks, place="p", each=pool.map, ahead=ahead)
    assert together.to_bytes() == alone


def test_a_large_file_is_read_by_threads_as_by_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    line = "{0},{1},name {0},{2}\n"
    rows = "".join(line.format(at, at % 7, at * 0.5) for at in range(200_000))
    path.write_text("id,group,name,half\n" + rows)
    assert path.stat().st_size >= parts.LARGE
    source = registry.open_source(str(path), Limits())
    (dataset,) = (source.examine(one) for one in source.datasets())
    seen: set[str] = set()
    measure = summary._column

    def noting(*values: object) -> object:
        seen.add(threading.current_thread().name)
        return measure(*values)  # type: ignore[arg-type]

    with (
        mock.patch.object(summary, "_column", noting),
        mock.patch.object(threads, "thread_count", return_value=3),
    ):
        limit_threads(None)
        (together,) = parts.read_parts(source, dataset, dataset.entries, threads=True)
    limit_threads(None)
    (alone,) = parts.read_parts(source, dataset, dataset.entries)
    assert any(name.startswith("summarise") for name in seen)
    assert together.summary is not None
    assert alone.summary is not None
    assert together.summary.to_bytes() == alone.summary.to_bytes()
    assert (together.rows, together.bytes_read) == (alone.rows, alone.bytes_read)
    assert all(name.startswith("summarise") for name in seen)


def test_there_are_no_more_threads_than_may_be() -> None:
    cores = thread_count()
    assert 1 <= cores <= pa.cpu_count()
    try:
        limit_threads(1)
        assert thread_count() == 1
        here = threading.get_ident()
        assert set(in_threads(lambda _: threading.get_ident(), range(9))) == {here}
        limit_threads(10_000)
        assert thread_count() == cores
    finally:
        limit_threads(None)


def made(
    count: int, closed: threading.Event, fault: Exception | None = None
) -> Generator[pa.Table]:
    try:
        for at in range(count):
            yield pa.table({"a": [at]})
        if fault is not None:
            raise fault
    finally:
        closed.set()


@pytest.fixture
def two_threads() -> Iterator[None]:
    with mock.patch.object(threads, "thread_count", return_value=2):
        yield


@pytest.mark.usefixtures("two_threads")
def test_what_ends_the_reading_is_raised_behind_what_was_read() -> None:
    closed = threading.Event()
    taking = ahead(made(5, closed, OSError("broken")))
    assert [next(taking)["a"][0].as_py() for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(OSError, match="broken"):
        next(taking)
    assert closed.is_set()


@pytest.mark.usefixtures("two_threads")
def test_who_stops_taking_stops_the_reading() -> None:
    closed = threading.Event()
    with mock.patch.object(threads, "AHEAD_BYTES", 1):
        taking = ahead(made(1000, closed))
        assert next(taking)["a"][0].as_py() == 0
        taking.close()  # type: ignore[attr-defined]
    assert closed.is_set()
    assert not [one for one in threading.enumerate() if one.name == "read-ahead"]


@pytest.mark.usefixtures("two_threads")
def test_no_more_is_read_ahead_than_waits() -> None:
    read = 0

    def reading() -> Generator[pa.Table]:
        nonlocal read
        for at in range(50):
            read += 1
            yield pa.table({"a": [at]})

    with mock.patch.object(threads, "AHEAD_BYTES", 1):
        for taken, _ in enumerate(ahead(reading()), 1):
            assert read <= taken + 2
    assert read == 50
