"""Target `ddl`: a CREATE TABLE statement, in PostgreSQL's words or those of another dialect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.holding import check_names
from connectors.targets.python_source import printable
from connectors.targets.sql_types import SqlType, sql_type
from schema.errors import InvalidInput
from schema.model import Schema

if TYPE_CHECKING:
    import sqlalchemy as sa

DEFAULT = "postgresql"


class DdlTarget:
    """Generates CREATE TABLE; `ddl:mysql` is that of another dialect of SQLAlchemy."""

    name = "ddl"
    language = "sql"

    def __init__(self, dialect: str = DEFAULT):
        self.dialect = dialect

    def with_option(self, dialect: str) -> DdlTarget:
        """The same in another dialect. Raises InvalidInput when there is none of that name."""
        _dialect(dialect)
        return DdlTarget(dialect)

    def filename(self, dataset: Dataset) -> str:
        """`flights.sql`, `flights_mysql.sql`."""
        suffix = "" if self.dialect == DEFAULT else f"_{self.dialect}"
        return f"{module.label(dataset)}{suffix}.sql"

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The statements. Raises UnsupportedType naming the field."""
        from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

        check_names(self.name, list(schema.names))
        held = [sql_type(field.type, field.name, self.name) for field in schema]
        table = _table(schema, dataset, held)
        dialect = _dialect(self.dialect)
        statements: list[Any] = [CreateTable(table)]
        if dialect.supports_comments and not dialect.inline_comments:
            if table.comment:
                statements.append(SetTableComment(table))
            statements += [SetColumnComment(column) for column in table.columns if column.comment]
        written = [str(each.compile(dialect=dialect)).strip() for each in statements]
        if not any("\n" in name for name in schema.names):
            written = [each.replace(", \n", ",\n") for each in written]
        told = "\n".join(f"-- {line}".rstrip() for line in self._head(schema, dataset, held))
        return "\n".join([told, "", *(f"{each};" for each in written)]) + "\n"

    def _head(self, schema: Schema, dataset: Dataset, held: list[SqlType]) -> Iterator[str]:
        option = "" if self.dialect == DEFAULT else f":{self.dialect}"
        word = printable(module.shell_word(dataset.uri))
        yield f"Rows of {printable(dataset.name)}, for {self.dialect}."
        yield ""
        yield f"Source       {printable(dataset.uri)}"
        yield f"Fingerprint  {schema.fingerprint}"
        yield f"Generated    by headwater {module.headwater_version()}; to generate it again:"
        yield f"             headwater connect {word} --target ddl{option}"
        for field, each in zip(schema, held, strict=True):
            yield from (printable(f"{field.name}: {note}") for note in each.notes)


def _table(schema: Schema, dataset: Dataset, held: list[SqlType]) -> sa.Table:
    import sqlalchemy as sa

    columns = [
        sa.Column(
            sa.sql.quoted_name(field.name, quote=True),  # no two dialects reserve the same words
            _made(each),
            primary_key=field.name in schema.primary_key,
            nullable=field.nullable,
            autoincrement=False,
            comment=_comment(field.description),
        )
        for field, each in zip(schema, held, strict=True)
    ]
    about = _comment(dataset.description)
    return sa.Table(module.label(dataset), sa.MetaData(), *columns, comment=about)


def _made(held: SqlType) -> Any:
    import sqlalchemy as sa

    if held.name == "Instant":
        return sa.DateTime(timezone=True)
    return getattr(sa, held.name)(*held.arguments)


def _comment(words: str | None) -> str | None:
    return printable(words) if words and printable(words) else None


def _dialect(name: str) -> Any:
    from sqlalchemy.dialects import registry
    from sqlalchemy.exc import NoSuchModuleError

    try:
        kind = registry.load(name)
    except NoSuchModuleError:
        message = (
            f"ddl: no SQL dialect {name!r} is installed; try postgresql, sqlite, mysql, oracle"
        )
        raise InvalidInput(f"{message} or mssql") from None
    return kind(paramstyle="named")
