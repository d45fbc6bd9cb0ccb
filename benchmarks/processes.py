"""A command as a whole process: wall and CPU seconds and peak memory, as the kernel counts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and CPU time (children included), and peak resident bytes."""

    wall: float
    cpu: float
    memory: int


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end. Raises CalledProcessError with what it said when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    )
    said = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, said)
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def compare(
    commands: Mapping[str, Sequence[str]], *, against: str, runs: int = 3
) -> dict[str, Cost]:
    """Medians of each command over `runs` rounds in turn, printed with ratios to `against`."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(run(command))
    medians = {
        name: Cost(
            median(cost.wall for cost in found),
            median(cost.cpu for cost in found),
            max(cost.memory for cost in found),
        )
        for name, found in costs.items()
    }
    peer = medians[against]
    print(f"{'':24}{'wall s':>9}{'×':>7}{'CPU s':>9}{'×':>7}{'peak MB':>10}")
    for name, cost in medians.items():
        print(
            f"{name:24}{cost.wall:9.2f}{cost.wall / peer.wall:7.2f}"
            f"{cost.cpu:9.2f}{cost.cpu / peer.cpu:7.2f}{cost.memory / 1e6:10.0f}"
        )
    sys.stdout.flush()
    return medians


def resident(pid: int) -> float:
    """Resident MB of a process and of its children; a supervised command works in one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return own + sum(resident(int(child)) for child in children)
