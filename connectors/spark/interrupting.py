"""Ctrl-C while Spark works: jobs are cancelled, and the session can still be stopped."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GRACE = 10.0
"""Seconds that cancelled jobs have to clean up."""


@contextmanager
def interruptible(spark: SparkSession) -> Iterator[None]:
    """Within the block Ctrl-C cancels what Spark does, waits for that, and raises
    KeyboardInterrupt. Only a main thread hears of Ctrl-C.

    pyspark's own handler cancels through the connection that the interrupted call is still using,
    which fails, so that the interruption is lost.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        _cancel(spark)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    logging.getLogger().addFilter(_is_news)
    try:
        yield
    finally:
        logging.getLogger().removeFilter(_is_news)
        signal.signal(signal.SIGINT, before)


def _is_news(record: logging.LogRecord) -> bool:
    """Not what py4j tells, with a traceback, of a call that Ctrl-C has ended."""
    return not str(record.msg).startswith("KeyboardInterrupt while sending")


def _cancel(spark: SparkSession) -> None:
    """Cancel all jobs, through another connection than the one that an answer is awaited on."""
    context = spark.sparkContext
    used = context._gateway._gateway_client.get_thread_connection()
    if used is not None:
        used.close()
    context.cancelAllJobs()
    deadline = time.monotonic() + GRACE
    while context.statusTracker().getActiveJobsIds() and time.monotonic() < deadline:
        time.sleep(0.05)
