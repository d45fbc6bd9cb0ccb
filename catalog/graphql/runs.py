"""Runs: what was executed, with what, on what, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphene import Field, Int, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.enums import RunState
from catalog.graphql.loading import Request
from catalog.graphql.node import Node
from catalog.graphql.scalars import DateTime, Value
from schema.errors import InvalidInput


class Setting(ObjectType):
    """A name and its value."""

    name = String(required=True, description="What is set or known.")
    value = Value(description="Its value.")


class TuningProposal(ObjectType):
    """What was set for a run from what was known of its inputs."""

    setting = String(description="A Spark property, or `broadcast`.")
    value = String(description="What it was set to, or the input that was broadcast.")
    reason = String(description="Why.")


class RunPort(ObjectType):
    """An input or output of a run, with the version that was read or written."""

    name = String(required=True, description="What the pipeline calls it.")
    source = Field("catalog.graphql.sources.Source", description="The source.")
    version = Int(description="The number of its version.")
    fingerprint = String(description="The fingerprint of its schema.")

    @staticmethod
    def resolve_source(port: Mapping[str, Any], info: Any) -> model.Source | None:
        request: Request = info.context
        pk = port["pk"]
        return None if pk is None else request.source(pk)


class RunDetails(ObjectType):
    """With what a run was run, and what it cost: enough to run it again."""

    parameters = List(NonNull(Setting), description="Parameters, by name.")
    environment = List(
        NonNull(Setting), description="Versions of Headwater, Python, Spark, Java, …"
    )
    tuning = List(NonNull(TuningProposal), description="What was set before it began, and why.")
    cost = List(
        NonNull(Setting),
        description="What Spark counted: rowsRead, shuffleReadBytes, executorSeconds, skew, …",
    )
    inputs = List(NonNull(RunPort), description="What it read, in which version.")
    outputs = List(NonNull(RunPort), description="What it wrote, in which version.")

    @staticmethod
    def resolve_parameters(run: model.Run, _info: Any) -> list[dict[str, Any]]:
        return settings(run.parameters)

    @staticmethod
    def resolve_environment(run: model.Run, _info: Any) -> list[dict[str, Any]]:
        return settings(run.details.get("environment") or {})

    @staticmethod
    def resolve_tuning(run: model.Run, _info: Any) -> list[dict[str, Any]]:
        return list(run.details.get("tuning") or ())

    @staticmethod
    def resolve_cost(run: model.Run, _info: Any) -> list[dict[str, Any]]:
        return settings(run.metrics)

    @staticmethod
    def resolve_inputs(run: model.Run, info: Any) -> list[dict[str, Any]]:
        return ports(info.context, run.details.get("inputs") or ())

    @staticmethod
    def resolve_outputs(run: model.Run, info: Any) -> list[dict[str, Any]]:
        return ports(info.context, run.details.get("outputs") or ())


def settings(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Names and values as the `Setting` type reads them."""
    return [{"name": str(name), "value": value} for name, value in values.items()]


def ports(request: Request, told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The inputs or outputs of a run, whose sources are then loaded together."""
    found = [
        {**port, "name": str(port.get("name")), "pk": _pk(port.get("source"))} for port in told
    ]
    request.expect([port["pk"] for port in found if port["pk"] is not None])
    return found


def _pk(text: object) -> int | None:
    try:
        kind, pk = model.parse_id(str(text))
    except InvalidInput:
        return None
    return pk if kind == "Source" else None


class Run(ObjectType):
    """One execution of a pipeline, with what it read and wrote."""

    class Meta:
        """What it implements."""

        interfaces = (Node,)

    uuid = String(description="The OpenLineage run id.")
    pipeline = String(description="The pipeline that was run.")
    state = Field(RunState, description="How it stands or ended.")
    started_at = DateTime(description="When it started.")
    ended_at = DateTime(description="When it ended; null while it runs.")
    master = String(description="The Spark master that it ran on.")
    parameters = Value(description="Parameters, by name.")
    metrics = Value(description="Metrics, by name: rows written, seconds, …")
    code_hash = String(description="Hash of the pipeline's source text.")
    error = String(description="Why it failed; null when it did not.")
    details = Field(RunDetails, description="With what it was run, and what it cost.")
    inputs = List(NonNull("catalog.graphql.sources.Source"), description="What it read.")
    outputs = List(NonNull("catalog.graphql.sources.Source"), description="What it wrote.")

    @staticmethod
    def resolve_state(run: model.Run, _info: Any) -> str:
        return run.state.value

    @staticmethod
    def resolve_details(run: model.Run, _info: Any) -> model.Run:
        return run

    @staticmethod
    def resolve_inputs(run: model.Run, info: Any) -> list[model.Source]:
        request: Request = info.context
        return request.sources(run.inputs)

    @staticmethod
    def resolve_outputs(run: model.Run, info: Any) -> list[model.Source]:
        request: Request = info.context
        return request.sources(run.outputs)
