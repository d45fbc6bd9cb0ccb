"""One line of an error, whichever way Spark wraps it."""

from __future__ import annotations

from connectors.spark.failure import one_line

WORKER = """
  An exception was thrown from the Python worker. Please see the stack trace below.
Traceback (most recent call last):
  File "/home/me/delays.py", line 12, in late
    raise ValueError("bad value 1")
  File "/opt/venv/lib/python3.11/site-packages/pyspark/worker.py", line 5, in main
ValueError: bad value 1
"""


class Java:
    """A Java exception as py4j hands it over."""

    def __init__(self, message: str | None, cause: Java | None = None) -> None:
        self.getMessage = lambda: message
        self.getCause = lambda: cause


def wrapped(java: Java, text: str) -> Exception:
    error = Exception(text)
    error.java_exception = java  # type: ignore[attr-defined]
    return error


def test_the_worker_is_quoted_from_either_text() -> None:
    expected = "ValueError: bad value 1 (delays.py, line 12)"
    assert one_line(Exception(WORKER)) == expected
    assert one_line(wrapped(Java("Job aborted", Java(WORKER)), "o1.save")) == expected
    assert one_line(wrapped(Java("Job aborted", Java("killed")), WORKER)) == expected


def test_the_first_cause_in_java_is_told() -> None:
    java = Java("Job aborted", Java("Task failed", Java("No space left on device\nat x")))
    assert one_line(wrapped(java, "o1.save")) == "No space left on device"


def test_a_plain_error_has_its_class_and_place() -> None:
    try:
        raise KeyError("delay")
    except KeyError as error:
        told = one_line(error)
    assert told.startswith("KeyError: 'delay' (test_failure.py, line ")


def test_an_error_without_text_is_its_class() -> None:
    assert one_line(ValueError()) == "ValueError"
