"""Whether a cluster can ever give what a run asks for: Spark itself would wait without end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.spark.status import MIB, Machine, Resources, Status
from schema.errors import ClusterError

EXECUTOR_MEMORY = 1 << 30
"""What an executor takes unless told otherwise."""

LEAST_OVERHEAD = 384 * MIB
OVERHEAD = 0.1
"""Beside its heap a Mesos executor asks for a tenth of it, at least 384 MiB."""

_SIZE = re.compile(r"(\d+)\s*([bkmgtp]?)b?", re.IGNORECASE)
_UNITS = {"b": 1, "k": 1 << 10, "m": MIB, "": MIB, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a run takes: at most `cores` in all, and `executor` at once or not at all."""

    cores: int | None
    executor: Resources


def demand_of(properties: Mapping[str, str], kind: str) -> Demand:
    """What Spark will ask a cluster of that kind for, given its properties."""
    memory = _bytes(properties.get("spark.executor.memory"), EXECUTOR_MEMORY)
    if kind == "mesos":
        least = max(LEAST_OVERHEAD, int(memory * OVERHEAD))
        memory += _bytes(properties.get("spark.mesos.executor.memoryOverhead"), least)
    cores = properties.get("spark.cores.max")
    per_executor = int(properties.get("spark.executor.cores", "1"))
    return Demand(int(cores) if cores else None, Resources(per_executor, memory))


def check(demand: Demand, status: Status, machines: Iterable[Machine], *, role: str = "*") -> None:
    """Raises ClusterError when `machines`, even with nothing else on them, have less than is
    asked for.
    """
    has = [_available(each, role) for each in machines]
    where = f"{status.master}: the run asks for"
    called = "agent" if status.kind == "mesos" else "worker"
    cores = sum(each.cores for each in has)
    if demand.cores is not None and demand.cores > cores:
        raise ClusterError(
            f"{where} {demand.cores} cores, and all {len(has)} {called}s have {cores:g}; "
            "ask for fewer (--cores)"
        )
    one = demand.executor
    if any(each.cores >= one.cores and each.memory >= one.memory for each in has):
        return
    most = max(has, key=lambda each: (each.memory, each.cores))
    overhead = " with its overhead" if status.kind == "mesos" else ""
    raise ClusterError(
        f"{where} executors of {one.cores:g} cores and {_mib(one)}{overhead}, and the largest "
        f"{called} has {most.cores:g} cores and {_mib(most)}; ask for less (--memory, "
        "--executor-cores)"
    )


def matching(machines: Iterable[Machine], constraints: str | None) -> list[Machine]:
    """The machines that are alive and whose attributes satisfy Spark's constraints
    (`rack:a,b;disk`): every one named, with one of the values where any are given, or at least
    the number where the attribute is one.
    """
    wanted = [part.partition(":") for part in (constraints or "").split(";") if part.strip()]
    return [
        each
        for each in machines
        if each.is_alive
        and all(_satisfies(dict(each.attributes), name.strip(), value) for name, _, value in wanted)
    ]


def _satisfies(attributes: Mapping[str, str], name: str, values: str) -> bool:
    if name not in attributes:
        return False
    if not values.strip():
        return True
    has, wanted = attributes[name], [value.strip() for value in values.split(",")]
    if has.startswith(("[", "{")):  # ranges and sets: Spark knows
        return True
    try:
        return float(has) >= float(wanted[0])
    except ValueError:
        return has in wanted


def _available(machine: Machine, role: str) -> Resources:
    """What a role may be offered of a machine: all but what others have reserved. Reserved for a
    role is reserved for those below it (`eng` for `eng/web`).
    """
    left = machine.total
    for other, held in machine.reserved:
        if role != other and not role.startswith(f"{other}/"):
            left -= held
    return left


def _bytes(text: str | None, otherwise: int) -> int:
    """Bytes of `2g`; a plain number is MiB, as Spark has it."""
    match = _SIZE.fullmatch((text or "").strip())
    return int(match[1]) * _UNITS[match[2].lower()] if match else otherwise


def _mib(amount: Resources) -> str:
    return f"{amount.memory // MIB} MiB"
