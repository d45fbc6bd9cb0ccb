"""Where a pipeline runs: one frozen value for the master and what is asked of it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass

from schema.errors import InvalidInput

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


ENVIRONMENT = "environment"
"""The folder in an executor's working directory that the archive of its Python is unpacked to."""


@dataclass(frozen=True, slots=True)
class MesosOptions:
    """What only Mesos asks: the `role` whose resources are taken, `constraints` on agents'
    attributes (`rack:a;disk:ssd`), the `principal` that asks with its `secret`, a reference
    (`env:NAME`, `file:PATH`), and the Docker `image` of the executors.
    """

    role: str | None = None
    constraints: str | None = None
    principal: str | None = None
    secret: str | None = None
    image: str | None = None
    coarse: bool = True
    """One executor for many tasks, as long as the run takes. Spark's other mode is deprecated."""

    def __post_init__(self) -> None:
        """Raises InvalidInput for a secret that stands there itself."""
        if self.secret is not None and not self.secret.startswith(("env:", "file:")):
            raise InvalidInput(
                "mesos: the secret must be a reference, env:NAME or file:PATH, not itself"
            )
        if (self.secret is None) != (self.principal is None):
            raise InvalidInput("mesos: a principal and its secret are given together")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark master and what a run asks of it.

    `cores` is the most cores that the run takes in all, `memory` what each executor gets (`2g`),
    `executor_cores` how many cores each has; None for Spark's default. `python` is the
    interpreter of the executors, `archive` a packed environment that they unpack and run Python
    from, `environment` their variables as sorted pairs. `configuration` are Spark properties as
    sorted (name, value) pairs, which win over all else.
    """

    master: str = "local[*]"
    cores: int | None = None
    memory: str | None = None
    python: str = sys.executable
    configuration: tuple[tuple[str, str], ...] = ()
    executor_cores: int | None = None
    archive: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    mesos: MesosOptions = MesosOptions()

    def __post_init__(self) -> None:
        """Raises InvalidInput for what no master could mean."""
        if not any(form.fullmatch(self.master) for form in _MASTERS):
            raise InvalidInput(f"master {self.master!r}: not one of {FORMS}")
        for cores in (self.cores, self.executor_cores):
            if cores is not None and cores < 1:
                raise InvalidInput(f"cores {cores}: at least one is needed")
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            raise InvalidInput(f"memory {self.memory!r}: a number and k, m, g or t (2g)")

    @property
    def is_local(self) -> bool:
        """Whether driver and executors are one process on this machine."""
        return self.master.startswith("local")

    @property
    def executor_python(self) -> str:
        """The interpreter of the executors: that of the archive, unless another is named."""
        if self.archive is None or self.is_local or self.python != sys.executable:
            return self.python
        return f"./{ENVIRONMENT}/bin/python"

    def properties(self) -> dict[str, str]:
        """What this value says as Spark properties, secrets left out."""
        said: dict[str, str] = {"spark.master": self.master}
        if self.memory is not None:
            said["spark.driver.memory" if self.is_local else "spark.executor.memory"] = self.memory
        if not self.is_local:
            said |= self._executors()
        return said | dict(self.configuration)

    def _executors(self) -> dict[str, str]:
        said: dict[str, str | int | None] = {
            **self._most(),
            "spark.executor.cores": self.executor_cores,
            **{f"spark.executorEnv.{name}": value for name, value in self.environment},
        }
        if self.archive is not None:
            said["spark.archives"] = f"{self.archive}#{ENVIRONMENT}"
        if self.master.startswith("mesos://"):
            said |= {
                "spark.mesos.coarse": "true" if self.mesos.coarse else "false",
                "spark.mesos.role": self.mesos.role,
                "spark.mesos.constraints": self.mesos.constraints,
                "spark.mesos.executor.docker.image": self.mesos.image,
            }
        return {name: str(value) for name, value in said.items() if value is not None}

    def _most(self) -> dict[str, int | None]:
        """`cores` as the master takes it: YARN and Kubernetes count executors."""
        if self.cores is None or self.master.startswith(("spark://", "mesos://")):
            return {"spark.cores.max": self.cores}
        return {"spark.executor.instances": max(1, self.cores // (self.executor_cores or 1))}


def default_cluster() -> Cluster:
    """All cores of this machine, the interpreter that runs now."""
    return Cluster(f"local[{os.cpu_count() or 1}]")
