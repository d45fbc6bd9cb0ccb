"""The enums of the API, in capitals; the targets of connectors are those that are registered."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum as PyEnum
from enum import StrEnum
from typing import Any

from graphene import Enum

from catalog import events, model
from catalog.joins import model as joins
from connectors import registry
from schema import diff


def enum(
    name: str,
    description: str,
    members: Mapping[str, tuple[str, str]],
    *,
    of: type[StrEnum] | None = None,
) -> type[Any]:
    """A GraphQL enum: `members` maps each capital name to (value inside, description).

    `of` is the enum that the values come as, when it is one already.
    """
    texts = dict(members.values())

    def told(member: PyEnum | None) -> str:
        return description if member is None else texts[member.value]

    made = of or PyEnum(name, [(key, value) for key, (value, _) in members.items()])
    found: type[Any] = Enum.from_enum(made, name=name, description=told)
    return found


SourceStatus = enum(
    "SourceStatus",
    "What the last crawl made of a source.",
    {
        "NEW": ("NEW", "Found for the first time."),
        "CHANGED": ("CHANGED", "Its schema or content changed."),
        "UNCHANGED": ("UNCHANGED", "As it was before; no content was read."),
        "FAILED": ("FAILED", "It could not be read; what was known before stays."),
        "GONE": ("GONE", "A listing that succeeded no longer has it."),
    },
    of=model.Status,
)

RunState = enum(
    "RunState",
    "The state of a run, as OpenLineage names it.",
    {
        "RUNNING": ("RUNNING", "It has started and not ended."),
        "COMPLETE": ("COMPLETE", "It ended well."),
        "FAIL": ("FAIL", "It ended with an error."),
        "ABORT": ("ABORT", "It was stopped."),
    },
    of=model.RunState,
)

SourceOrder = enum(
    "SourceOrder",
    "The order of found sources.",
    {
        "RELEVANCE": ("RELEVANCE", "Best match first; the order when there is a text."),
        "NAME": ("NAME", "By name; the order when there is no text."),
        "ROWS": ("ROWS", "Most rows first."),
        "QUALITY": ("QUALITY", "Best quality first."),
        "CHANGED": ("CHANGED", "Latest change first."),
    },
)

Severity = enum(
    "Severity",
    "How grave a finding is.",
    {
        "ERROR": ("error", "Something could not be read."),
        "WARNING": ("warning", "Something was read otherwise than it stands."),
        "INFO": ("info", "Worth knowing."),
    },
)

Compatibility = enum(
    "Compatibility",
    "Whether readers of one schema can read data of the other.",
    {
        "FULL": ("FULL", "Each can read the other's data."),
        "BACKWARD": ("BACKWARD", "Readers of the new schema can read old data."),
        "FORWARD": ("FORWARD", "Readers of the old schema can read new data."),
        "BREAKING": ("BREAKING", "Neither can read the other's data."),
    },
    of=diff.Compatibility,
)

ChangeKind = enum(
    "ChangeKind",
    "What happened to a field between two schemas.",
    {
        "ADDED": ("added", "It is new."),
        "REMOVED": ("removed", "It is gone."),
        "RENAMED": ("renamed", "It has another name."),
        "TYPE": ("type", "It has another type."),
        "NULLABLE": ("nullable", "Whether it may be null differs."),
        "MOVED": ("moved", "It stands elsewhere."),
    },
)

JoinKind = enum(
    "JoinKind",
    "What a join of two columns is.",
    {
        "FOREIGN_KEY": ("FOREIGN_KEY", "The field refers to the other, which is a key."),
        "REFERENCED_BY": ("REFERENCED_BY", "The other field refers to this one, which is a key."),
        "SHARED": ("SHARED", "They hold the same values."),
    },
    of=joins.JoinKind,
)

Cardinality = enum(
    "Cardinality",
    "How many rows of a source meet how many of the other.",
    {
        "ONE_TO_ONE": ("ONE_TO_ONE", "Values occur once in both."),
        "ONE_TO_MANY": ("ONE_TO_MANY", "Values occur once here, and may repeat in the other."),
        "MANY_TO_ONE": ("MANY_TO_ONE", "Values may repeat here, and occur once in the other."),
        "MANY_TO_MANY": ("MANY_TO_MANY", "Values may repeat in both."),
    },
    of=joins.Cardinality,
)

JobState = enum(
    "JobState",
    "The state of a job in the background.",
    {
        "QUEUED": ("QUEUED", "It waits for its turn."),
        "RUNNING": ("RUNNING", "It is at work."),
        "DONE": ("DONE", "It ended; single sources may still have failed."),
        "FAILED": ("FAILED", "It could not be done; its error says why."),
        "CANCELLED": ("CANCELLED", "Somebody ended it; what it has recorded stays."),
    },
)

EventKind = enum(
    "EventKind",
    "What happened.",
    {
        "SOURCE_FOUND": ("SOURCE_FOUND", "A crawl found a source for the first time."),
        "SOURCE_CHANGED": ("SOURCE_CHANGED", "The schema or content of a source changed."),
        "SOURCE_GONE": ("SOURCE_GONE", "A listing that succeeded no longer had a source."),
        "QUALITY_CHANGED": ("QUALITY_CHANGED", "The quality score of a source became another."),
        "JOB_PROGRESSED": ("JOB_PROGRESSED", "A job of this service started, went on or ended."),
    },
    of=events.EventKind,
)

ConnectorTarget = enum(
    "ConnectorTarget",
    "What a connector is generated for: every registered target.",
    {
        name.upper().replace("-", "_"): (name, f"A typed connector for {name}.")
        for name in registry.table("targets")
    },
)

QualityEngine = enum(
    "QualityEngine",
    "Where Great Expectations looks at a source.",
    {
        "SUMMARY": (
            "summary",
            "At what the last crawl learned; at rows for what that leaves open.",
        ),
        "PANDAS": ("pandas", "At the rows, in memory."),
        "SQL": ("sql", "At the rows, in the database that has the table."),
    },
)
