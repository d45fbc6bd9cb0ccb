"""What a cluster says of itself, whatever kind it is: machines, what they have, what runs there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Resources:
    """Cores and bytes of memory."""

    cores: float = 0.0
    memory: int = 0

    def __add__(self, other: Resources) -> Resources:
        return Resources(self.cores + other.cores, self.memory + other.memory)

    def __sub__(self, other: Resources) -> Resources:
        return Resources(self.cores - other.cores, self.memory - other.memory)


@dataclass(frozen=True, slots=True)
class Machine:
    """A worker (standalone) or an agent (Mesos): what it has, what of that is used, what is
    offered to somebody just now. `state` is ALIVE or the cluster's own word for why it is not.
    """

    id: str
    host: str
    port: int
    state: str
    total: Resources
    used: Resources
    offered: Resources = Resources()
    attributes: tuple[tuple[str, str], ...] = ()
    reserved: tuple[tuple[str, Resources], ...] = ()
    """What only the named roles are offered."""

    @property
    def is_alive(self) -> bool:
        return self.state == "ALIVE"


@dataclass(frozen=True, slots=True)
class Application:
    """An application (standalone) or a framework (Mesos); `state` is RUNNING or how it ended."""

    id: str
    name: str
    user: str
    state: str
    used: Resources
    started: datetime | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A cluster at one moment. `kind` is `standalone` or `mesos`."""

    kind: str
    master: str
    ui: str
    state: str
    version: str | None
    machines: tuple[Machine, ...]
    running: tuple[Application, ...] = ()
    finished: tuple[Application, ...] = ()

    @property
    def total(self) -> Resources:
        """What all machines that are alive have."""
        return sum((each.total for each in self.machines if each.is_alive), Resources())

    @property
    def used(self) -> Resources:
        return sum((each.used for each in self.machines if each.is_alive), Resources())
