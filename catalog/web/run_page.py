"""What the page of one run shows: what went in and came out, and with what it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.graphql.loading import Request
from catalog.graphql.runs import ports
from catalog.model import Run, Source


@dataclass(frozen=True, slots=True)
class Port:
    """A source that a run read or wrote: what the pipeline calls it, and the version."""

    source: Source
    name: str
    version: int | None


def facts(request: Request, run: Run) -> dict[str, Any]:
    """What the template needs beside the run."""
    request.expect(sorted({*run.inputs, *run.outputs}))
    return {
        "ends": [
            ("Read", _ports(request, run.inputs, run.details.get("inputs") or ())),
            ("Wrote", _ports(request, run.outputs, run.details.get("outputs") or ())),
        ],
        "environment": dict(run.details.get("environment") or {}),
        "tuning": list(run.details.get("tuning") or ()),
    }


def _ports(request: Request, pks: Sequence[int], told: Sequence[Mapping[str, Any]]) -> list[Port]:
    """The sources that are still known, each with what was recorded of it as it was read."""
    known = {port["pk"]: port for port in ports(request, told)}
    return [
        Port(
            source,
            known.get(source.pk, {}).get("name", ""),
            known.get(source.pk, {}).get("version"),
        )
        for source in request.sources(pks)
    ]
