"""A crawl, or the service, in a child process: a reader that crashes it takes neither the crawl nor
its results, and the service is there again.

Every source is recorded as it is read, so that the child that follows a crashed one goes on
where that ended, and reads apart what was being read then.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from connectors.crashes import Journal, watch

CRASHES = frozenset(
    {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGSYS}
)
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def supervise() -> None:
    """Returns in a child process, which does the work; the parent never returns.

    It ends as the child does. A child that crashes is followed by another, as long as each
    crash leaves another suspect. Elsewhere than on Linux the work is done in this process.
    """
    if sys.platform != "linux":
        return
    journal, suspects = Journal(), frozenset[str]()
    while True:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            _die_with(parent)
            watch(journal, suspects)
            return
        ended = _waited(child)
        if ended >= 0:
            os._exit(ended)
        found = journal.left() - suspects
        if signal.Signals(-ended) not in CRASHES or not found:
            _end_by(-ended)
        suspects |= found
        sys.stderr.write(
            f"headwater: a reader crashed ({signal.Signals(-ended).name}); going on, and reading "
            f"{len(found)} sources that were being read apart\n"
        )


def _die_with(parent: int) -> None:
    """Work whose parent is killed must not go on unseen."""
    import ctypes

    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which passes it on once


def _waited(child: int) -> int:
    """The exit status of the child, or minus the signal that ended it."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        try:
            os.kill(child, number)
        except ProcessLookupError:
            return

    before = {
        number: signal.signal(number, pass_on)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_by(number: int) -> None:
    """End as the child did, by the same signal."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
