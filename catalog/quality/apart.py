"""Validation in a process of its own: Great Expectations takes 250 MB and 11 CPU seconds to load,
which a service that answers others meanwhile must not bear.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from schema import errors
from schema.errors import HeadwaterError

if TYPE_CHECKING:
    from catalog.model import Source
    from catalog.store import Store

SECONDS = 900
"""How long a validation may take."""

_turn = threading.BoundedSemaphore(1)


def validate_apart(store: Store, source: Source, *, engine: str = "summary") -> None:
    """Validate a source in a child process, which records the report and tells the alerts.

    One at a time; others wait. Raises what the validation raised, and HeadwaterError when the
    child ends without an answer.
    """
    asked = json.dumps({"catalog": store.url, "source": source.pk, "engine": engine})
    command = [sys.executable, "-m", "catalog.quality.apart"]
    with _turn:
        try:
            done = subprocess.run(  # noqa: S603  the interpreter that runs here
                command, input=asked, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise HeadwaterError(
                f"{source.name}: the validation took more than {SECONDS // 60} minutes; validate "
                "it on the command line"
            ) from None
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise HeadwaterError(
            f"{source.name}: the validation ended without an answer (exit status "
            f"{done.returncode}); `headwater quality` tells more"
        ) from None
    if "error" in answer:
        kind = getattr(errors, answer["kind"], HeadwaterError)
        raise kind(answer["error"])


def main() -> None:
    """Validate what standard input names; the answer is one line of JSON."""
    from catalog.alerts.deliver import deliver
    from catalog.judging import checked
    from catalog.store import Store

    asked = json.loads(sys.stdin.read())
    try:
        with Store.open(asked["catalog"], create=False) as store:
            source = store.sources([asked["source"]])[asked["source"]]
            checked(store, source, engine=asked["engine"])
            deliver(store)
    except HeadwaterError as error:
        answer = {"kind": type(error).__name__, "error": str(error)}
    else:
        answer = {"done": "yes"}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
