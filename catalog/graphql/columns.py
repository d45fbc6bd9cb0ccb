"""Schema and profile: the fields of a source and the figures of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphene import Boolean, Float, Int, List, NonNull, ObjectType, String
from graphene import Field as Member

from catalog import model
from catalog.graphql.fields import Shown, shown
from catalog.graphql.history import ColumnHistoryType
from catalog.graphql.plans import knows, reads
from catalog.graphql.relations import (
    CompositeKey,
    Correlation,
    Determination,
    DuplicateRows,
    MissingTogether,
    duplicate_rows,
)
from catalog.graphql.scalars import DateTime, Long, Value
from catalog.store.codec import long_of
from catalog.store.history import history_of
from catalog.store.stored import Outline
from schema.roles import role_of


class SemanticType(ObjectType):
    """What the values of a field mean, beyond their type."""

    name = String(required=True, description="The semantic type, such as `email`.")
    confidence = Float(description="How sure that is, 0 to 1; null when not measured.")
    reason = String(description="What tells it: its values, its name, the columns beside it.")


class Frequency(ObjectType):
    """A value and how many rows hold it."""

    value = Value(description="The value.")
    count = Long(description="Rows that hold it.")
    exact = Boolean(description="Whether the count is exact, or estimated by a sketch.")


class Quantile(ObjectType):
    """The value below which a share of the non-null values lie."""

    q = Float(description="The share, 0 to 1.")
    value = Value(description="The value, in the type of the column.")


class Bin(ObjectType):
    """One bar of a histogram: values in [low, high), the last bin closed.

    Times are seconds; of dates and timestamps those since 1970 began.
    """

    low = Float(description="The lower bound, included.")
    high = Float(description="The upper bound, excluded save in the last bin.")
    count = Float(description="Estimated count of the values within.")


class Parse(ObjectType):
    """What some of a column's texts can be read as."""

    kind = String(required=True, description="The kind of value, such as `int` or `date_dmy`.")
    count = Long(required=True, description="How many texts are of it.")


class ColumnProfileType(ObjectType):
    """Figures of one column, read off the summary of all its values."""

    class Meta:
        """The name `ColumnProfile` is the dataclass that this type shows."""

        name = "ColumnProfile"

    name = String(required=True, description="The column, by path when nested (`address.city`).")
    type = String(description="Its Arrow type, as pyarrow prints it.")
    count = Long(description="Rows that hold a value of the type.")
    null_count = Long(description="Rows without a value, or with a code for a missing one.")
    empty_count = Long(description="Rows with an empty text.")
    distinct_count = Long(description="Different values; null for nested ones.")
    distinct_error = Float(description="Relative error bound of distinctCount; 0 when exact.")
    min = Value(description="The least value.")
    max = Value(description="The greatest value.")
    mean = Float(description="The mean of numbers.")
    std = Float(description="The standard deviation of numbers.")
    skewness = Float(description="The skewness of numbers, adjusted for their count.")
    quantiles = List(NonNull(Quantile), description="Quantiles, in ascending order.")
    quantile_error = Float(description="Rank error bound of the quantiles; 0 when exact.")
    histogram = List(NonNull(Bin), description="The distribution of numbers and times.")
    top_values = List(NonNull(Frequency), description="The most frequent values, first first.")
    min_length = Long(description="Least length: characters, bytes or items.")
    max_length = Long(description="Greatest length: characters, bytes or items.")
    mean_length = Float(description="Mean length: characters, bytes or items.")
    misfit_count = Long(description="Rows whose value does not fit the type.")
    misfit_examples = List(NonNull(String), description="The first few of those values.")
    unique = Boolean(description="Whether no value occurs twice.")
    constant = Boolean(description="Whether all rows hold the same value.")
    order = String(
        description="`rising` or `falling` where no value is less or greater than one before it."
    )
    role = String(
        description="What part it plays, by its figures: `sequence`, `natural_key`, `category`,"
        " `free_text`, `measure` or `time`; null when that is not clear."
    )
    missing_codes = List(
        NonNull(String), description="Texts that stand for a missing value, such as `NA`."
    )
    parses = List(
        NonNull(Parse), description="What the texts of a file can be read as, most first."
    )

    history = Member(
        ColumnHistoryType,
        description="When it came and changed last; null in versions of before that was kept.",
    )

    @staticmethod
    @reads
    def resolve_history(profile: Mapping[str, Any], _info: Any) -> Any:
        return history_of(profile)

    @staticmethod
    @reads
    def resolve_parses(profile: Mapping[str, Any], _info: Any) -> Any:
        return [{"kind": kind, "count": count} for kind, count in profile.get("parses", ())]

    @staticmethod
    @reads
    def resolve_role(profile: Mapping[str, Any], _info: Any) -> Any:
        return role_of(profile)

    @staticmethod
    @reads
    def resolve_quantiles(profile: Mapping[str, Any], _info: Any) -> Any:
        return long_of(profile)["quantiles"]

    @staticmethod
    @reads
    def resolve_histogram(profile: Mapping[str, Any], _info: Any) -> Any:
        return long_of(profile)["histogram"]

    @staticmethod
    @reads
    def resolve_top_values(profile: Mapping[str, Any], _info: Any) -> Any:
        return long_of(profile)["top_values"]

    @staticmethod
    @reads
    def resolve_misfit_examples(profile: Mapping[str, Any], _info: Any) -> Any:
        return long_of(profile)["misfit_examples"]

    @staticmethod
    @reads
    def resolve_missing_codes(profile: Mapping[str, Any], _info: Any) -> Any:
        return profile.get("missing_codes", ())


class Field(ObjectType):
    """One field of a schema: its type as evidence has it, and what is known about it."""

    name = String(required=True, description="The name, as the source has it.")
    type = String(description="The Arrow type, as pyarrow prints it.")
    nullable = Boolean(description="Whether a row may lack it.")
    description = String(description="What the source or a person says about it.")
    semantic_type = Member(SemanticType, description="What the values mean; null when unknown.")
    key = Boolean(default_value=False, description="Whether it is part of the primary key.")
    profile = Member(ColumnProfileType, description="Figures of this field.")


class SchemaType(ObjectType):
    """The ordered fields of a source at one version."""

    class Meta:
        """The name `Schema` is the dataclass that this type shows."""

        name = "Schema"

    fingerprint = String(description="16 hexadecimal digits over names, types and order.")
    primary_key = List(NonNull(String), description="Names of the fields of the primary key.")
    field_count = Int(description="How many fields there are.")
    fields = List(
        NonNull(Field),
        name_contains=String(description="Only fields whose name holds this text."),
        description="The fields, in order.",
    )

    @staticmethod
    @reads
    def resolve_fingerprint(version: model.Version | Outline, _info: Any) -> str:
        return version.fingerprint

    @staticmethod
    @reads
    def resolve_primary_key(version: model.Version | Outline, _info: Any) -> Any:
        return version.shape.get("primaryKey", ())

    @staticmethod
    @reads
    def resolve_field_count(version: model.Version | Outline, _info: Any) -> int:
        return len(version.shape["fields"])

    @staticmethod
    @knows("profile")
    def resolve_fields(
        version: model.Version | Outline,
        _info: Any,
        name_contains: str | None = None,
        *,
        profile: bool = True,
    ) -> Sequence[Mapping[str, Any] | Shown]:
        return shown(version, (name_contains or "").casefold(), figures=profile)


class TableProfileType(ObjectType):
    """Figures of a source at one version."""

    class Meta:
        """The name `TableProfile` is the dataclass that this type shows."""

        name = "TableProfile"

    row_count = Long(description="Rows; null when a limit kept part of it unread.")
    byte_count = Long(description="Bytes as stored.")
    rows_seen = Long(description="Rows that the figures are made of.")
    computed_at = DateTime(description="When the version was recorded.")
    columns = List(
        NonNull(ColumnProfileType),
        description="Figures of all columns, nested ones by path too.",
    )

    correlations = List(
        NonNull(Correlation), description="The strongest correlations of numbers, strongest first."
    )
    missing_together = List(
        NonNull(MissingTogether),
        description="Which columns have no value in the same rows, most frequent first.",
    )

    composite_keys = List(
        NonNull(CompositeKey),
        description="Columns that only together have no value twice, where no one column is a key.",
    )
    determinations = List(
        NonNull(Determination), description="Columns whose value tells that of others."
    )

    duplicate_rows = Member(
        DuplicateRows, description="Rows that equal one before them; null when not known."
    )

    @staticmethod
    @reads
    def resolve_duplicate_rows(version: model.Version, _info: Any) -> Any:
        return duplicate_rows(version)

    @staticmethod
    @reads
    def resolve_composite_keys(version: model.Version, _info: Any) -> Any:
        return (version.figures.get("dependencies") or {}).get("keys", ())

    @staticmethod
    @reads
    def resolve_determinations(version: model.Version, _info: Any) -> Any:
        return (version.figures.get("dependencies") or {}).get("determinations", ())

    @staticmethod
    @reads
    def resolve_correlations(version: model.Version, _info: Any) -> Any:
        return (version.figures.get("association") or {}).get("correlations", ())

    @staticmethod
    @reads
    def resolve_missing_together(version: model.Version, _info: Any) -> Any:
        return (version.figures.get("association") or {}).get("missing", ())

    @staticmethod
    @reads
    def resolve_row_count(version: model.Version, _info: Any) -> int | None:
        return version.figures["row_count"]  # type: ignore[no-any-return]

    @staticmethod
    @reads
    def resolve_byte_count(version: model.Version, _info: Any) -> int | None:
        return version.figures["byte_count"]  # type: ignore[no-any-return]

    @staticmethod
    @reads
    def resolve_rows_seen(version: model.Version, _info: Any) -> int:
        return version.figures["rows_seen"]  # type: ignore[no-any-return]

    @staticmethod
    @reads
    def resolve_computed_at(version: model.Version, _info: Any) -> Any:
        return version.created_at

    @staticmethod
    @reads
    def resolve_columns(version: model.Version, _info: Any) -> Any:
        return version.figures["columns"]
