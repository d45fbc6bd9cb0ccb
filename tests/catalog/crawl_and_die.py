"""Crawls that kill themselves: `crawl_and_die.py FOLDER MOMENT@CATALOG...`.

Each MOMENT is one crawl into CATALOG in a process of its own, which sends itself SIGKILL at that
many events (a statement to the database, a commit, an entry opened, a batch read); 0 is never.
Prints how many events each crawl came to, as far as it lived.
"""

import itertools
import os
import signal
import sys
import threading

import alembic.command  # what a crawl imports is imported once, before it forks
import pandas as pd
from sqlalchemy import Engine, event

import connectors.formats.csv
import connectors.formats.jsonl
import connectors.formats.parquet
import connectors.sources.sql
from catalog.crawl import crawl
from catalog.store import Store
from connectors.sources.files import FileSource

LOADED = (alembic.command, pd, connectors)


def arm(moment: int, tell: int) -> None:
    events = itertools.count(1)
    lock = threading.Lock()

    def happen(*_: object) -> None:
        with lock:
            now = next(events)
            os.pwrite(tell, f"{now:9}".encode(), 0)
            if now == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "checkin"):
        event.listen(Engine, name, happen)
    batches = FileSource.batches

    def counted(source, dataset, entry, **options):  # type: ignore[no-untyped-def]
        happen()
        for batch in batches(source, dataset, entry, **options):
            happen()
            yield batch

    FileSource.batches = counted  # type: ignore[method-assign]


def main() -> None:
    folder, *crawls = sys.argv[1:]
    for text, catalog in (one.split("@", 1) for one in crawls):
        moment = int(text)
        tell = os.memfd_create("events")
        child = os.fork()
        if child == 0:
            arm(moment, tell)
            with Store.open(catalog) as store:
                list(crawl([folder], store))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status != 0:
            sys.exit(f"moment {moment}: ended with {status}")
        print(int(os.pread(tell, 9, 0) or b"0"), "killed" if killed else "lived")


main()
