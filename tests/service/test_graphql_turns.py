"""Turns are taken in order, and who waits to ask the same gets one answer, never an old one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import anyio
import pytest

from catalog.graphql.turns import Turns

PATIENCE = 60


class Work:
    """Counts how often it was done; the first time it goes on until it is let go."""

    def __init__(self, failing: int = 0) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.times, self._failing = 0, failing

    def held(self) -> str:
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return "held"

    def counted(self) -> int:
        self.times += 1
        if self.times <= self._failing:
            raise ValueError("this time not")
        return self.times


async def asked(work: Work, many: int, keys: Callable[[int], object]) -> list[object]:
    """What `many` are told who ask while one turn of one is taken by somebody else."""
    turns: Turns[object] = Turns(1)
    told: list[object] = []

    async def ask(number: int) -> None:
        try:
            told.append(await turns.take(work.counted, keys(number)))
        except ValueError as error:
            told.append(str(error))

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as group:
            group.start_soon(turns.take, work.held, "held")
            await anyio.to_thread.run_sync(work.begun.wait)
            for number in range(many):
                group.start_soon(ask, number)
            await anyio.wait_all_tasks_blocked()
            work.go_on.set()
    return told


def test_those_who_wait_to_ask_the_same_get_one_answer():
    assert anyio.run(asked, Work(), 5, lambda _: "same") == [1] * 5


def test_what_is_not_the_same_is_worked_out_for_each():
    assert sorted(anyio.run(asked, Work(), 3, lambda number: number)) == [1, 2, 3]
    assert sorted(anyio.run(asked, Work(), 3, lambda _: None)) == [1, 2, 3]


def test_a_failure_is_told_to_the_one_whose_turn_it_was():
    assert anyio.run(asked, Work(failing=1), 3, lambda _: "same") == ["this time not", 2, 2]


def test_nobody_joins_who_comes_after_the_work_began():
    async def late() -> None:
        turns: Turns[object] = Turns(2)
        work = Work()
        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as group:
                group.start_soon(turns.take, work.held, "same")
                await anyio.to_thread.run_sync(work.begun.wait)
                assert await turns.take(work.counted, "same") == 1
                work.go_on.set()

    anyio.run(late)


@pytest.mark.parametrize("query", ["{ catalog { version } }", "mutation { __typename }"])
def test_the_service_answers_many_who_ask_at_once(served, query):
    told = []
    threads = [
        threading.Thread(target=lambda: told.append(served.post(query).json())) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 12
    assert all(one == told[0] and "data" in one for one in told)
