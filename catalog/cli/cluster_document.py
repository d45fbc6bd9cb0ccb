"""A cluster's status as a JSON document, and as tables for people."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.spark.standalone import Standalone
    from connectors.spark.status import Application, Machine, Resources, Status

NAMES = {"standalone": ("workers", "applications"), "mesos": ("agents", "frameworks")}
"""What each kind of cluster calls its machines and what runs on them."""

STYLES = {"ALIVE": "green", "RUNNING": "cyan", "FAILED": "red", "DEAD": "red", "KILLED": "red"}

MOST_SHOWN = 40


def document(status: Status, made: Standalone | None = None) -> dict[str, Any]:
    """Everything, machines and what runs by the names that this kind of cluster has for them."""
    machines, applications = NAMES[status.kind]
    told = {
        "kind": status.kind,
        "master": status.master,
        "ui": status.ui,
        "state": status.state,
        "version": status.version,
        **_amounts(status.total, status.used),
        machines: [_machine(each) for each in status.machines],
        applications: [_application(each) for each in (*status.running, *status.finished)],
    }
    if made is not None:
        told |= {
            "name": made.name,
            "started": made.started,
            "processes": [{"role": each.role, "pid": each.pid} for each in made.daemons],
            "logs": logs(made),
        }
    return told


def logs(made: Standalone) -> str:
    """The folder that the processes write their logs to."""
    return str(Path(made.daemons[0].log).parent)


def show(status: Status, made: Standalone | None = None) -> None:
    """One line of sums, the machines, what runs and ran."""
    from catalog.cli.output import console, size, text
    from catalog.cli.table import Table

    out = console()
    machines, applications = NAMES[status.kind]
    alive = sum(each.is_alive for each in status.machines)
    version = f" {status.version}" if status.version else ""
    out.print(
        text(status.master, "bold")
        + text(f" {status.kind}{version} ")
        + text(status.state, STYLES.get(status.state, ""))
        + text(
            f", {alive} {machines}, {status.used.cores:g} of {status.total.cores:g} cores and "
            f"{size(status.used.memory)} of {size(status.total.memory)} used"
        )
    )
    if status.machines:
        figures = ("cores", "used", "offered", "memory", "in use")
        table = Table((machines[:-1], "state", *figures), frozenset(figures))
        for each in status.machines[:MOST_SHOWN]:
            table.add(
                f"{each.host}:{each.port}",
                text(each.state, STYLES.get(each.state, "")),
                f"{each.total.cores:g}",
                f"{each.used.cores:g}",
                f"{each.offered.cores:g}" if status.kind == "mesos" else None,
                size(each.total.memory),
                size(each.used.memory),
            )
        out.print(table)
    if told := (*status.running, *status.finished):
        _show_applications(told, applications)
    if made is not None:
        out.print(text(f"pages at {made.ui}, logs in {logs(made)}", "dim"), soft_wrap=True)
        out.print(text(f"`headwater run PIPELINE.py --cluster {made.name}` runs on it", "dim"))


def _show_applications(told: tuple[Application, ...], called: str) -> None:
    from catalog.cli.output import console, size, text, when
    from catalog.cli.table import Table

    out = console()
    figures = ("cores", "memory", "started")
    table = Table((called[:-1], "name", "user", "state", *figures), frozenset(figures))
    for each in told[:MOST_SHOWN]:
        table.add(
            each.id,
            each.name,
            each.user,
            text(each.state, STYLES.get(each.state, "")),
            f"{each.used.cores:g}",
            size(each.used.memory),
            when(each.started),
        )
    out.print(table)
    if len(told) > MOST_SHOWN:
        out.print(f"… and {len(told) - MOST_SHOWN:,} more {called} (`--json` has all)")


def _amounts(total: Resources, used: Resources) -> dict[str, Any]:
    """Cores, and bytes of memory."""
    return {
        "cores": total.cores,
        "coresUsed": used.cores,
        "memory": total.memory,
        "memoryUsed": used.memory,
    }


def _machine(each: Machine) -> dict[str, Any]:
    return {
        "id": each.id,
        "host": each.host,
        "port": each.port,
        "state": each.state,
        **_amounts(each.total, each.used),
        "coresOffered": each.offered.cores,
        "memoryOffered": each.offered.memory,
        "attributes": dict(each.attributes),
        "reserved": {
            role: {"cores": held.cores, "memory": held.memory} for role, held in each.reserved
        },
    }


def _application(each: Application) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "user": each.user,
        "state": each.state,
        "cores": each.used.cores,
        "memory": each.used.memory,
        "started": _iso(each.started),
        "role": each.role,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
