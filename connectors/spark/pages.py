"""The pages of a Spark standalone master: workers and applications, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.spark.asking import get_json
from connectors.spark.status import MIB, Application, Machine, Resources, Status
from schema.errors import ClusterError


def status(ui: str, *, seconds: float = 10.0) -> Status:
    """What the master says whose pages are at `ui`. Raises ClusterError when it does not answer."""
    told = get_json(f"{ui.rstrip('/')}/json/", seconds=seconds)
    try:
        return Status(
            kind="standalone",
            master=told["url"],
            ui=ui,
            state=told["status"],
            version=None,
            machines=tuple(_machine(each) for each in told["workers"]),
            running=tuple(_application(each) for each in told["activeapps"]),
            finished=tuple(_application(each) for each in told["completedapps"]),
        )
    except (KeyError, TypeError) as error:
        raise ClusterError(f"{ui}: is not the page of a Spark standalone master") from error


def _machine(told: dict[str, Any]) -> Machine:
    return Machine(
        id=told["id"],
        host=told["host"],
        port=told["port"],
        state=told["state"],
        total=Resources(told["cores"], told["memory"] * MIB),
        used=Resources(told["coresused"], told["memoryused"] * MIB),
    )


def _application(told: dict[str, Any]) -> Application:
    return Application(
        id=told["id"],
        name=told["name"],
        user=told["user"],
        state=told["state"],
        used=Resources(told["cores"], told["memoryperexecutor"] * MIB),
        started=datetime.fromtimestamp(told["starttime"] / 1000, UTC),
    )
