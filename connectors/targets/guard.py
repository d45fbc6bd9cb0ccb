"""The part of a generated module that notices when its source has drifted from SCHEMA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.model import Dataset
from connectors.targets.python_source import call, render, text

ON_DRIFT = 'on_drift: Literal["fail", "warn", "ignore"] = "fail"'
"""The parameter of every reading function."""

_ERROR = '''
class SchemaDrift(Exception):
    """The source no longer has the columns of SCHEMA."""
'''

_GUARD = """
def _guard(on_drift: str) -> None:
    changes = [] if on_drift == "ignore" else drift()
    if not changes:
        return
    message = f"{%s}: {', '.join(changes)}; generate this connector again"
    if on_drift != "warn":
        raise SchemaDrift(message)
    warnings.warn(message, stacklevel=3)
"""

_DRIFT = '''
def drift() -> list[str]:
    """How the files' first rows differ from the columns of SCHEMA; nothing if they do not."""
    found: dict[str, None] = {}
    for path in %s:
        %s
    expected = %s
    return [
        *(f"{name!r} is gone" for name in expected if name not in found),
        *(f"{name!r} is new" for name in found if name not in expected),
    ]
'''

_JSON_DRIFT = '''
def drift() -> list[str]:
    """Columns of the first row that SCHEMA does not have; of others JSON Lines tell nothing."""
    found: dict[str, None] = {}
    for path in %s:
        with open(path, encoding="utf-8-sig") as file:
            found |= dict.fromkeys(loads(next(file, "").strip() or "{}"))
    return [f"{name!r} is new" for name in found if name not in SCHEMA.names]
'''

_PARQUET_DRIFT = '''
def drift() -> list[str]:
    """How the columns of the footers differ from those of SCHEMA; nothing when they do not."""
    found: dict[str, pa.Field] = {}
    changes = {}
    for path in %s:
        for field in pq.read_schema(path):
            found[field.name] = field
            if field.name in SCHEMA.names and not _holds(SCHEMA.field(field.name), field):
                wanted = SCHEMA.field(field.name).type
                changes[field.name] = f"{field.name!r} was {wanted} and is {field.type}"
    expected = %s
    return [
        *(f"{name!r} is gone" for name in expected if name not in found),
        *(f"{name!r} is new" for name in found if name not in expected),
        *changes.values(),
    ]
'''

_SPARK_DRIFT = '''
def drift() -> list[str]:
    """How the columns of the footers differ from those of SCHEMA; nothing when they do not."""
    %sfound = {field.name: field.dataType.simpleString() for field in footers}
    expected = {field.name: field.dataType.simpleString() for field in SCHEMA}
    return [
        *(f"{name!r} is gone" for name in expected if name not in found),
        *(f"{name!r} is new" for name in found if name not in expected),
        *(
            f"{name!r} was {wanted} and is {found[name]}"
            for name, wanted in expected.items()
            if %sname in found and found[name] != wanted
        ),
    ]
'''

_ONE_FOOTER = """reader = SparkSession.active().read.options(**OPTIONS)
    footers = reader.parquet(PATH).schema
    """

_FOOTERS = """reader = SparkSession.active().read.options(**OPTIONS, mergeSchema="true")
    try:
        footers = reader.parquet(PATH).schema
    except Py4JJavaError as error:
        if changes := _unmerged(str(error.java_exception)):
            return changes
        raise
    """

_UNMERGED = '''
def _unmerged(told: str) -> list[str]:
    """The columns that two files have in different types, as Spark tells the two schemas."""
    spark = SparkSession.active()
    frames = [spark.createDataFrame([], shown) for shown in findall(r'"STRUCT<(.*)>"', told)]
    first: dict[str, str] = {}
    changes = []
    for field in (field for frame in frames for field in frame.schema):
        kind = field.dataType.simpleString()
        if first.setdefault(field.name, kind) != kind:
            changes.append(f"{field.name!r} is {first[field.name]} and {kind} in different files")
    return changes
'''

_SPARK_FILES = """
def _files() -> list[str]:
    found = sorted(glob.glob(PATH.removeprefix("file://"), recursive=True))
    if not found:
        raise FileNotFoundError(f"no file matches {PATH}")
    return found
"""

_HOLDS = '''
def _holds(wanted: pa.Field, found: pa.Field) -> bool:
    """Whether every value of the type found is one of the type wanted."""
    try:
        both = pa.unify_schemas(
            [pa.schema([wanted]), pa.schema([found])], promote_options="permissive"
        )
    except pa.ArrowException:
        return False
    return bool(both.field(0).type == wanted.type)
'''

_RUNTIME = '''
def drift() -> list[str]:
    """How the columns of the source differ from those of SCHEMA; nothing when they do not."""
    return %s
'''


@dataclass(frozen=True, slots=True)
class Guard:
    """Imports, the exception class, the statement that looks, and what it calls."""

    imports: tuple[str, ...]
    error: str
    statement: str
    functions: tuple[str, ...]


def native_guard(dataset: Dataset) -> Guard:
    """Looks at headers, footers or first rows alone: a few microseconds a file."""
    many = dataset.pattern is not None
    paths = "_files()" if many else "[PATH]"
    expected = "SCHEMA.names"
    if dataset.partition_keys:
        expected = "[name for name in SCHEMA.names if name not in PARTITIONING.schema.names]"
    if dataset.format == "parquet":
        imports: tuple[str, ...] = ("import pyarrow.parquet as pq",)
        functions = [_PARQUET_DRIFT % (paths, expected), _HOLDS]
    else:
        imports, functions = _text_drift(dataset, paths, expected)
    return _native("ROOT" if many else "PATH", imports, functions)


def spark_guard(dataset: Dataset) -> Guard:
    """The same for Spark's own readers, which are given `PATH`, a pattern where there are several
    files. Footers are read by Spark, as it does for whoever reads without a schema.
    """
    keys = ", ".join(map(text, dataset.partition_keys))
    if dataset.format == "parquet":
        many = dataset.pattern is not None
        unless = f"name not in {{{keys}}} and " if keys else ""
        drift = _SPARK_DRIFT % (_FOOTERS if many else _ONE_FOOTER, unless)
        if not many:
            return _native("PATH", (), [drift])
        merging = ("from re import findall", "from py4j.protocol import Py4JJavaError")
        return _native("PATH", merging, [drift, _UNMERGED])
    many = dataset.pattern is not None
    paths = "_files()" if many else '[PATH.removeprefix("file://")]'
    expected = "SCHEMA.names"
    if keys:
        expected = f"[name for name in SCHEMA.names if name not in {{{keys}}}]"
    imports, functions = _text_drift(dataset, paths, expected)
    if many:
        imports, functions = (*imports, "import glob"), [*functions, _SPARK_FILES]
    return _native("PATH", imports, functions)


def _native(place: str, imports: Sequence[str], functions: Sequence[str]) -> Guard:
    return Guard(
        imports=(*imports, "import warnings"),
        error=_ERROR,
        statement="_guard(on_drift)",
        functions=(functions[0], _GUARD % place, *functions[1:]),
    )


def _text_drift(dataset: Dataset, paths: str, expected: str) -> tuple[tuple[str, ...], list[str]]:
    if dataset.format == "csv":
        return ("from csv import reader",), [_csv_drift(dataset, paths, expected)]
    return ("from json import loads",), [_JSON_DRIFT % paths]


def runtime_guard(call: str = "runtime.drift(DATASET, SCHEMA)") -> tuple[str, ...]:
    """`drift()` of a module whose source is read through the runtime."""
    return (_RUNTIME % call,)


def _csv_drift(dataset: Dataset, paths: str, expected: str) -> str:
    delimiter = dataset.option("delimiter", ",") or ","
    options = {} if delimiter == "," else {"delimiter": text(delimiter)}
    row = f"next({render(call('reader', 'file', **options))}, [])"
    lines = ['with open(path, encoding="utf-8-sig", newline="") as file:']
    if dataset.option("header") == "false":
        lines += [
            f"    width = len({row})",
            "found |= dict.fromkeys(SCHEMA.names[:width])",
            'found |= dict.fromkeys(f"column {at}" for at in range(len(found) + 1, width + 1))',
        ]
    else:
        lines.append(f"    found |= dict.fromkeys({row})")
    body = ("\n" + " " * 8).join(lines)
    return _DRIFT % (paths, body, expected)
