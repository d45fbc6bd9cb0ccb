"""200 connections at once for a minute: every answer without fault, no lost write, memory flat.

    python -m benchmarks.load [SECONDS]

`headwater serve` over SQLite and PostgreSQL, on this machine alone. Each connection asks what
people ask (searches, pages, columns) and with every third request sets the description of a source
of its own; in the end each source must have the last description that the service acknowledged.
The memory is that of the service, sampled each second.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from benchmarks.processes import resident
from benchmarks.search import postgres, sqlite
from benchmarks.store import COLUMNS, TOPICS, record
from catalog.store import Store

CONNECTIONS, SOURCES = 200, 2_000
READS = (
    '{{ sources(text: "{word}", first: 10) {{ totalCount nodes {{ id name rowCount }} }} }}',
    "{{ sources(first: 20, orderBy: ROWS) {{ nodes {{ name quality {{ grade }} }} }} }}",
    '{{ sources(text: "{word}", first: 3) {{ nodes {{ schema {{ fields {{ name type }} }} }} }} }}',
)
WRITE = "mutation($i: AnnotateSourceInput!) { annotateSource(input: $i) { errors { message } } }"


@dataclass(slots=True)
class Told:
    """What the connections saw."""

    milliseconds: list[float] = field(default_factory=list)
    writes: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)


def main(seconds: float = 60.0) -> int:
    failed = False
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as made:
        for name, opened in (("SQLite", sqlite), ("PostgreSQL", postgres)):
            with opened(Path(made)) as url:
                with Store.open(url) as store:
                    record(store, SOURCES, random.Random(7))
                    ids = [
                        source.id for source in store.sources(range(1, CONNECTIONS + 1)).values()
                    ]
                told, memory = served(url, ids, seconds)
                with Store.open(url) as store:
                    lost = [
                        one
                        for one, last in told.writes.items()
                        if store.source(one).description != last
                    ]
                failed |= tell(name, told, memory, lost, seconds)
    return int(failed)


def served(url: str, ids: list[str], seconds: float) -> tuple[Told, list[float]]:
    """Serve the catalog in a process of its own, and ask it."""
    command = [sys.executable, "-m", "catalog.cli.main", "--catalog", url, "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        address = next(
            word for line in process.stdout for word in line.split() if word.startswith("http://")
        )
        port = int(address.rstrip("/.,").rpartition(":")[2])
        return asyncio.run(ask(port, process.pid, ids, seconds))
    finally:
        process.terminate()
        process.wait()


async def ask(port: int, pid: int, ids: list[str], seconds: float) -> tuple[Told, list[float]]:
    told, memory = Told(), []
    end = time.monotonic() + seconds
    clients = [
        asyncio.create_task(client(port, number, one, end, told)) for number, one in enumerate(ids)
    ]
    while not all(task.done() for task in clients):
        await asyncio.wait(clients, timeout=1, return_when=asyncio.FIRST_EXCEPTION)
        memory.append(resident(pid))
        await asyncio.sleep(0 if time.monotonic() > end else 1)
    await asyncio.gather(*clients)
    return told, memory


async def client(port: int, number: int, source: str, end: float, told: Told) -> None:
    """One connection, kept open; at the end of the time the request that goes on is waited for."""
    chance = random.Random(number)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    turn = 0
    while time.monotonic() < end:
        turn += 1
        text = f"by connection {number}, turn {turn}"
        if turn % 3:
            words = chance.choice((TOPICS, COLUMNS))
            asked = {"query": chance.choice(READS).format(word=chance.choice(words))}
        else:
            asked = {"query": WRITE, "variables": {"i": {"id": source, "description": text}}}
        body = orjson.dumps(asked)
        begun = time.perf_counter()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].split()[0])
        answer = orjson.loads(await reader.readexactly(length))
        told.milliseconds.append((time.perf_counter() - begun) * 1e3)
        if " 200 " not in head.partition("\r\n")[0] or answer.get("errors"):
            told.faults.append(str(answer)[:200])
        elif not turn % 3:
            if answer["data"]["annotateSource"]["errors"]:
                told.faults.append(str(answer)[:200])
            told.writes[source] = text
            told.acknowledged += 1
    writer.close()


def tell(name: str, told: Told, memory: list[float], lost: list[str], seconds: float) -> bool:
    """One line a store; whether something is not as it must be."""
    times = sorted(told.milliseconds)
    third = max(1, len(memory) // 3)
    before, after = statistics.median(memory[third : 2 * third]), statistics.median(memory[-third:])
    print(
        f"{name:12}{CONNECTIONS} connections, {seconds:.0f} s: {len(times):,} answers"
        f" ({len(times) / seconds:,.0f}/s), median {statistics.median(times):.0f} ms,"
        f" p95 {times[len(times) * 95 // 100]:.0f} ms; {told.acknowledged:,} writes,"
        f" {len(lost)} lost; {len(told.faults)} faults; {before:.0f} MB in the middle,"
        f" {after:.0f} at the end",
        flush=True,
    )
    for fault in told.faults[:5]:
        print(f"    {fault}")
    return bool(lost or told.faults or after > 1.1 * before)


if __name__ == "__main__":
    sys.exit(main(*(float(one) for one in sys.argv[1:])))
