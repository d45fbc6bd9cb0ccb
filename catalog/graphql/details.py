"""The smaller parts of a source: findings, evidence, differences, connectors, rows."""

from __future__ import annotations

from typing import Any

from graphene import Boolean, Field, Int, List, NonNull, ObjectType, String

from catalog.graphql.drift import Drift, drift_between
from catalog.graphql.enums import ChangeKind, Compatibility, Severity
from catalog.graphql.scalars import Value


class Finding(ObjectType):
    """A fault in data or in reaching it: a value, not an error of the request."""

    code = String(description="Stable and kebab-case, such as `csv-ragged-row`.")
    message = String(description="What was found and what to do about it.")
    place = String(description="Where: the file, the row.")
    severity = Field(Severity, description="How grave it is.")


class Evidence(ObjectType):
    """Why the source is read as it is: one choice of the reader with its reason."""

    choice = String(description="What was chosen: `format`, `delimiter`, `encoding`, …")
    value = String(description="The choice.")
    reason = String(description="Why.")


class Fact(ObjectType):
    """What is said of a source, or of one of its fields, by what lies beside its data."""

    what = String(description="What is said: `title`, `license`, `owner`, `type`, …")
    value = String(description="What it is, in words.")
    origin = String(description="What says it: `datapackage.json`, `parquet metadata`, …")
    field = String(description="The field that it is about; null for the source as a whole.")


class Change(ObjectType):
    """One difference between two schemas."""

    kind = Field(ChangeKind, description="What happened.")
    field = String(description="The field.")
    before = String(description="How it was, as pyarrow prints types.")
    after = String(description="How it is.")
    breaking = Boolean(description="Whether readers of the old schema break.")
    reason = String(description="What tells that a renamed field is the same; else null.")


class SchemaDiff(ObjectType):
    """What changed in the schema from one version to another."""

    compatibility = Field(Compatibility, description="Who can still read whose data.")
    changes = List(NonNull(Change), description="Every difference; empty when there is none.")
    drift = List(
        NonNull(Drift), description="How values are spread otherwise, strongest drift first."
    )
    # `from` is a keyword of Python
    from_ = Field("catalog.graphql.versions.Version", name="from", description="The older version.")
    to = Field("catalog.graphql.versions.Version", description="The newer version.")

    @staticmethod
    def resolve_drift(found: dict[str, Any], _info: Any) -> Any:
        return drift_between(found)


class Connector(ObjectType):
    """Generated, typed code that reads one source at one schema fingerprint."""

    target = String(description="What it is generated for.")
    language = String(description="The language of the code.")
    filename = String(description="A safe name for the file.")
    fingerprint = String(description="The schema fingerprint that it was generated for.")
    code = String(description="The source text.")


class Rows(ObjectType):
    """Rows of a source as they are now, read from the source itself."""

    columns = List(NonNull(String), description="Names of the columns, in order.")
    rows = List(
        NonNull(List(Value)),
        description="Each row, as values in the order of the columns.",
    )
    row_count = Int(description="How many rows are given here.")
    masked = List(
        NonNull(String),
        description="Columns of personal data, shown masked to this caller.",
    )
