"""Arrow type → SQL type, as SQLAlchemy names it; shared by the targets `sqlalchemy` and `ddl`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.types as is_

from connectors.targets.holding import children, refuse


@dataclass(frozen=True, slots=True)
class SqlType:
    """A class of `sqlalchemy.types`, its arguments, the Python type of its values, and notes."""

    name: str
    arguments: tuple[int, ...] = ()
    python: str = "Any"
    notes: tuple[str, ...] = ()


_UNSIGNED = "held in the next wider type, since SQL has no unsigned integers"
_NANOSECONDS = "held in microseconds: a part below is an error"

_NAMED: dict[str, SqlType] = {
    "null": SqlType("Text", (), "str", ("no value was seen: held as text",)),
    "bool": SqlType("Boolean", (), "bool"),
    "int8": SqlType("SmallInteger", (), "int", ("int8 in the source; held in 16 bits",)),
    "int16": SqlType("SmallInteger", (), "int"),
    "int32": SqlType("Integer", (), "int"),
    "int64": SqlType("BigInteger", (), "int"),
    "uint8": SqlType("SmallInteger", (), "int", (f"uint8 in the source; {_UNSIGNED}",)),
    "uint16": SqlType("Integer", (), "int", (f"uint16 in the source; {_UNSIGNED}",)),
    "uint32": SqlType("BigInteger", (), "int", (f"uint32 in the source; {_UNSIGNED}",)),
    "uint64": SqlType("Numeric", (20, 0), "Decimal", (f"uint64 in the source; {_UNSIGNED}",)),
    "halffloat": SqlType("Double", (), "float", ("halffloat in the source; held as double",)),
    "float": SqlType("Double", (), "float", ("float in the source; held as double",)),
    "double": SqlType("Double", (), "float"),
    "date32[day]": SqlType("Date", (), "dt.date"),
    "date64[ms]": SqlType("Date", (), "dt.date"),
    "extension<arrow.uuid>": SqlType("Uuid", (), "uuid.UUID"),
}

_TEXT = SqlType("Text", (), "str")
_BINARY = SqlType("LargeBinary", (), "bytes")


def sql_type(kind: pa.DataType, path: str, target: str) -> SqlType:
    """The SQL type that holds every value of `kind`.

    Raises UnsupportedType, naming `path`, when there is none.
    """
    if str(kind) in _NAMED:
        return _NAMED[str(kind)]
    for applies, convert in _TESTED:
        if applies(kind):
            return convert(kind)
    if isinstance(kind, pa.BaseExtensionType):
        return sql_type(kind.storage_type, path, target)
    if is_.is_dictionary(kind) or is_.is_run_end_encoded(kind):
        return sql_type(kind.value_type, path, target)
    if is_.is_nested(kind) and not is_.is_union(kind):
        for child in children(kind):
            sql_type(child.type, f"{path}.{child.name}", target)
        return SqlType("JSON", (), "Any", (_json_note(kind),))
    raise refuse(target, path, kind, "SQL has no type for")


def plain_in_json(kind: pa.DataType) -> bool:
    """Whether JSON has the values of a nested type as they are."""
    if is_.is_nested(kind) or is_.is_dictionary(kind):
        return all(plain_in_json(child.type) for child in children(kind))
    return (
        is_.is_integer(kind)
        or is_.is_boolean(kind)
        or is_.is_null(kind)
        or is_.is_floating(kind)
        or str(kind) in {"string", "large_string", "string_view"}
    )


def _json_note(kind: pa.DataType) -> str:
    if plain_in_json(kind):
        return f"{kind} in the source; held as JSON"
    return f"{kind} in the source; held as JSON: binary in base 64, decimals and times as text"


def _decimal(kind: pa.DataType) -> SqlType:
    scale = max(kind.scale, 0)
    digits = max(kind.precision + max(-kind.scale, 0), scale)
    return SqlType("Numeric", (digits, scale), "Decimal")


def _timed(name: str, python: str) -> Callable[[pa.DataType], SqlType]:
    def made(kind: pa.DataType) -> SqlType:
        zone = getattr(kind, "tz", None)
        notes = [f"{kind} in the source; {_NANOSECONDS}"] if kind.unit == "ns" else []
        if zone and zone != "UTC":
            notes.append(f"{kind} in the source; instants are kept, zone is not")
        return SqlType("Instant" if zone else name, (), python, tuple(notes))

    return made


_TESTED: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], SqlType]], ...] = (
    (lambda kind: is_.is_string(kind) or is_.is_large_string(kind), lambda _: _TEXT),
    (lambda kind: str(kind) == "string_view", lambda _: _TEXT),
    (lambda kind: is_.is_binary(kind) or is_.is_large_binary(kind), lambda _: _BINARY),
    (lambda kind: str(kind) == "binary_view", lambda _: _BINARY),
    (is_.is_fixed_size_binary, lambda _: _BINARY),
    (is_.is_decimal, _decimal),
    (is_.is_timestamp, _timed("DateTime", "dt.datetime")),
    (is_.is_time, _timed("Time", "dt.time")),
    (is_.is_duration, _timed("Interval", "dt.timedelta")),
)
