"""Target `sqlalchemy`: a module with a Core table, a typed ORM class, and rows to put into it."""

from __future__ import annotations

from connectors.model import Dataset
from connectors.targets import module, python_rows
from connectors.targets.arrow_reading import arrow_reading
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT
from connectors.targets.holding import check_names
from connectors.targets.python_source import Expression, Item, assignment, call, render, text, value
from connectors.targets.sql_types import SqlType, plain_in_json, sql_type
from schema.model import Schema

_READ = f'''
def rows(
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> Iterator[dict[str, Any]]:
    """Rows as `sa.insert(TABLE)` takes them: all, or those for which `where` is true."""
    %s


def read(
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> list[dict[str, Any]]:
    """The rows of `rows` in a list."""
    return list(rows(columns, where, on_drift))


def load(connection: sa.Connection, where: pc.Expression | None = None) -> int:
    """Create the table if it is not there, and insert the rows; how many they were."""
    TABLE.create(connection, checkfirst=True)
    count = 0
    for batch in _batched(rows(where=where), 1000):
        connection.execute(sa.insert(TABLE), batch)
        count += len(batch)
    return count


def _batched(values: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(values, size)):
        yield batch
'''

_AS_THEY_ARE = "yield from _rows(columns, where, on_drift)"
_NESTED = """for row in _rows(columns, where, on_drift):
        yield {name: _json(value) if name in NESTED else value for name, value in row.items()}"""

_JSON = '''
def _json(value: Any) -> Any:
    """A nested value as JSON has it: binary in base 64, decimals, times and others as text."""
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
'''

_EXACT = '''
class Exact(sa.TypeDecorator[Decimal]):
    """Decimals with all their digits: as text in SQLite, which has none."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        held = sa.Text() if dialect.name == "sqlite" else self.impl_instance
        return dialect.type_descriptor(held)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return format(Decimal(value), "f")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)
'''

_INSTANT = '''
class Instant(sa.TypeDecorator[dt.datetime]):
    """Instants in UTC, also in databases that keep no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: sa.Dialect
    ) -> dt.datetime | None:
        if value is None or value.tzinfo:
            return None if value is None else value.astimezone(dt.UTC)
        return value.replace(tzinfo=dt.UTC)
'''

_BASE = '''
class Base(DeclarativeBase):
    """What the mapped classes of this module share."""
'''

_ROW = "row_number"


class SqlAlchemyTarget:
    """Generates `TABLE`, an ORM class where a key is known or can be given, `rows()`, `load()`."""

    name = "sqlalchemy"
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_sqlalchemy.py`."""
        return module.filename(dataset, self.name)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        check_names(self.name, list(schema.names))
        held = [sql_type(field.type, field.name, self.name) for field in schema]
        name = self.filename(dataset).removesuffix(".py")
        reading = arrow_reading(dataset, schema)
        used = {each.name for each in held}
        nested = [
            field.name
            for field, each in zip(schema, held, strict=True)
            if each.name == "JSON" and not plain_in_json(field.type)
        ]
        keyed = bool(schema.primary_key) or not module.is_table(dataset)
        table = _mapped(schema, dataset, held) if keyed else _core(schema, dataset, held)
        usage = (
            f"import {name}",
            "with engine.begin() as connection:",
            f"    {name}.load(connection)",
        )
        return module.module(
            module.docstring(
                dataset, schema, target=self.name, reads="a table of SQLAlchemy", usage=usage
            ),
            module.imports(
                *python_rows.IMPORTS,
                "from itertools import islice",
                "import sqlalchemy as sa",
                *_imports(table, used, nested, keyed=keyed),
                *reading.dataset_imports,
            ),
            module.fingerprint(schema),
            assignment("SCHEMA", schema_call(python_rows.bare(schema))),
            *python_rows.constants(schema),
            *reading.constants,
            _names(nested) if nested else "",
            _EXACT if "Numeric" in used else "",
            _INSTANT if "Instant" in used else "",
            _BASE if keyed else "",
            *table,
            _READ % (_NESTED if nested else _AS_THEY_ARE),
            _JSON if nested else "",
            *python_rows.functions(schema, reading),
        )


def _imports(
    table: tuple[str, ...], used: set[str], nested: list[str], *, keyed: bool
) -> list[str]:
    lines = []
    written = "\n".join(table)
    if "Mapped[dt." in written or "Instant" in used:
        lines.append("import datetime as dt")
    if "Mapped[uuid." in written:
        lines.append("import uuid")
    if "Numeric" in used:
        lines.append("from decimal import Decimal")
    if nested:
        lines.append("from base64 import b64encode")
    if keyed:
        lines += ["from typing import cast"]
        lines.append("from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column")
    return lines


def _names(names: list[str]) -> str:
    return assignment("NESTED", value(names))


def _type(held: SqlType) -> Expression:
    made = {"Numeric": "Exact", "Instant": "Instant"}.get(held.name, f"sa.{held.name}")
    if held.name == "JSON":
        return "sa.JSON(none_as_null=True)"
    return f"{made}({', '.join(map(str, held.arguments))})"


def _mapped(schema: Schema, dataset: Dataset, held: list[SqlType]) -> tuple[str, ...]:
    """The ORM class, and its table."""
    row = python_rows.class_name(module.label(dataset), ("Exact", "Instant"))
    lines = [
        f"class {row}(Base):",
        '    """One row."""',
        "",
        f"    __tablename__ = {text(module.label(dataset))}",
        "",
    ]
    names = list(schema.names)
    if not schema.primary_key:
        names.append(_free(_ROW, schema.names))
        lines += [
            "    # The source has no key, and a mapped class needs one.",
            f"    {names[-1]}: Mapped[int] = mapped_column(",
            '        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True',
            "    )",
        ]
    for attribute, field, each in zip(
        python_rows.attributes(schema.names), schema, held, strict=True
    ):
        given: dict[str, Expression] = {}
        if field.name in schema.primary_key:
            given["primary_key"] = "True"
            if each.python == "int":
                given["autoincrement"] = "False"
        kind = f"{each.python} | None" if field.nullable and each.python != "Any" else each.python
        if each.python == "Any":
            given["nullable"] = str(field.nullable)
        start = f"{attribute}: Mapped[{kind}] = "
        made = call("mapped_column", text(field.name), _type(each), **given)
        comments = module.field_comments(field, each.notes, indent=4)
        lines += [f"    {line}" for line in comments]
        lines.append(f"    {start}{render(made, 4, before=len(start))}")
    return "\n".join(lines), f"TABLE = cast(sa.Table, {row}.__table__)"


def _core(schema: Schema, dataset: Dataset, held: list[SqlType]) -> tuple[str, ...]:
    """The table alone: the source is a table without a key."""
    columns = []
    for field, each in zip(schema, held, strict=True):
        given: dict[str, Expression] = {} if field.nullable else {"nullable": "False"}
        comments = module.field_comments(field, each.notes, indent=4)
        made = call("sa.Column", text(field.name), _type(each), **given)
        columns.append(Item(made, "", comments))
    table = call("sa.Table", text(module.label(dataset)), "sa.MetaData()", *columns)
    why = "# The table has no key, which a mapped class would need."
    return (f"{why}\n{assignment('TABLE', table)}",)


def _free(name: str, taken: tuple[str, ...]) -> str:
    while name in {*taken, *python_rows.attributes(taken)}:
        name += "_"
    return name
