"""How often one caller may come."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from catalog.access.refusals import refusal

TOO_MANY = "TOO_MANY_REQUESTS"
MOST_CALLERS = 10_000


class Pace:
    """How often one caller may come: `rate` a second, and so many at once that it could have saved
    up in `seconds`. `clock` is in seconds and never goes back. Used in one event loop.
    """

    def __init__(
        self, rate: float, seconds: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._most = max(rate * seconds, 1.0)
        self._clock = clock
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def wait(self, caller: object) -> float:
        """Seconds until the caller may come again; 0 when it may now, which is then counted."""
        now = self._clock()
        left, since = self._left.pop(caller, (self._most, now))
        left = min(self._most, left + (now - since) * self._rate)
        allowed = left >= 1.0
        self._left[caller] = (left - 1.0 if allowed else left, now)
        while len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1.0 - left) / self._rate


def too_many(scope: Scope, wait: float) -> Response:
    """The answer to who comes too often."""
    answer = refusal(scope, 429, TOO_MANY, "too many requests; come again later")
    answer.headers["retry-after"] = str(math.ceil(wait))
    return answer


def address_of(scope: Scope) -> str:
    """Where a request comes from, as the connection tells."""
    client = scope.get("client")
    return str(client[0]) if client else ""
