"""Where a pipeline runs: one frozen value for the master and what is asked of it."""

from __future__ import annotations

import os
import re
import socket
import sys
from dataclasses import dataclass

from schema.errors import ClusterError, InvalidInput

_MEMORY = re.compile(r"[1-9]\d*[kmgt]", re.IGNORECASE)

_MASTERS = (
    re.compile(r"local(\[(\d+|\*)(,\s*\d+)?\])?"),
    re.compile(r"spark://[^/\s:,]+:\d+(,[^/\s:,]+:\d+)*"),
    re.compile(r"mesos://(zk://)?[^\s]+"),
    re.compile(r"yarn"),
    re.compile(r"k8s://\S+"),
)

FORMS = (
    "local[N], spark://HOST:PORT, mesos://HOST:PORT, mesos://zk://HOST:PORT/PATH, yarn, k8s://URL"
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark master and what a run asks of it.

    `cores` is the most cores that the run takes in all, `memory` what each executor gets (`2g`),
    both None for Spark's default; `python` is the interpreter of the executors; `configuration`
    are Spark properties as sorted (name, value) pairs, which win over all else.
    """

    master: str = "local[*]"
    cores: int | None = None
    memory: str | None = None
    python: str = sys.executable
    configuration: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Raises InvalidInput for what no master could mean."""
        if not any(form.fullmatch(self.master) for form in _MASTERS):
            raise InvalidInput(f"master {self.master!r}: not one of {FORMS}")
        if self.cores is not None and self.cores < 1:
            raise InvalidInput(f"cores {self.cores}: at least one is needed")
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            raise InvalidInput(f"memory {self.memory!r}: a number and k, m, g or t (2g)")

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process on this machine."""
        return self.master.startswith("local")

    @property
    def is_here(self) -> bool:
        """Whether all of it runs on this machine, so that nobody else need reach the driver."""
        host = self.master.partition("://")[2].split(",")[0].rpartition(":")[0]
        return self.is_local or host in {"localhost", "[::1]"} or host.startswith("127.")

    def properties(self) -> dict[str, str]:
        """What this value says as Spark properties."""
        said: dict[str, str] = {"spark.master": self.master}
        if self.cores is not None and not self.is_local:
            said["spark.cores.max"] = str(self.cores)
        if self.memory is not None:
            said["spark.driver.memory" if self.is_local else "spark.executor.memory"] = self.memory
        return said | dict(self.configuration)


def default_cluster() -> Cluster:
    """All cores of this machine, the interpreter that runs now."""
    return Cluster(f"local[{os.cpu_count() or 1}]")


def check_answers(cluster: Cluster, seconds: float = 5.0) -> None:
    """Ask whether anything listens where a standalone master should: Spark itself waits a minute
    for it and then gives up without an error. Raises ClusterError when none does.
    """
    if not cluster.master.startswith("spark://"):
        return
    addresses = cluster.master.removeprefix("spark://").split(",")
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=seconds).close()
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return
    raise ClusterError(f"{cluster.master}: no Spark master answers there ({reason})")
