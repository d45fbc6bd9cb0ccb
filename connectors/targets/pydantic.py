"""Target `pydantic`: a module with a model of a row, and validated rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset
from connectors.targets import module, python_rows
from connectors.targets.arrow_reading import arrow_reading
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT
from connectors.targets.holding import check_names, refuse
from connectors.targets.python_source import (
    Call,
    Expression,
    assignment,
    call,
    docstring_line,
    render,
    text,
)
from schema.model import Schema

_READ = f'''
def rows(
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> Iterator[%(name)s]:
    """Every row, or those for which `where` is true, validated one by one."""
    for row in _rows(None, where, on_drift):
        yield %(name)s.model_validate(row)


def read(
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> list[%(name)s]:
    """The rows of `rows` in a list."""
    return list(rows(where, on_drift))
'''

_CONFIG = (
    '    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)'
)

_PLAIN: dict[str, str] = {
    "null": "None",
    "bool": "bool",
    "halffloat": "float",
    "float": "float",
    "double": "float",
    "string": "str",
    "large_string": "str",
    "string_view": "str",
    "binary": "bytes",
    "large_binary": "bytes",
    "binary_view": "bytes",
    "date32[day]": "dt.date",
    "date64[ms]": "dt.date",
}

_TESTED: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (lambda kind: kind == pa.uuid(), "uuid.UUID"),
    (lambda kind: kind == pa.json_(), "str"),
    (is_.is_integer, "int"),
    (is_.is_decimal, "decimal.Decimal"),
    (is_.is_timestamp, "dt.datetime"),
    (is_.is_time, "dt.time"),
    (is_.is_duration, "dt.timedelta"),
    (is_.is_fixed_size_binary, "bytes"),
)

_FROM_PYDANTIC = "from pydantic import BaseModel, ConfigDict"
_USES = {
    r"decimal\.": "import decimal",
    r"uuid\.": "import uuid",
    r"dt\.": "import datetime as dt",
}


@dataclass(slots=True)
class Models:
    """Model classes as they are found, the innermost first."""

    written: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    """Of the classes around: a class called as one of these would be hidden by its value there."""

    def model(self, fields: list[pa.Field], name: str, words: str, known: Schema | None) -> str:
        """Write the class of a struct or row; its name."""
        check_names("pydantic", [each.name for each in fields], words, fold=False)
        taken = python_rows.class_name(name, {*self.names, *self.attributes})
        self.names.append(taken)
        lines = []
        path = "" if known is not None else f"{words}."
        attributes = python_rows.attributes(each.name for each in fields)
        self.attributes.update(attributes)
        for attribute, each in zip(attributes, fields, strict=True):
            kind = self.annotation(each.type, f"{path}{each.name}")
            if each.nullable and kind != "None":
                kind = f"{kind} | None"
            if known is not None:
                comments = module.field_comments(
                    known.field(each.name), _notes(each.type), indent=4
                )
                lines += [f"    {line}" for line in comments]
            given = _field(each, attribute)
            before = len(f"{attribute}: {kind} = ")
            shown = f" = {render(given, 4, before=before)}" if given else ""
            lines.append(f"    {attribute}: {kind}{shown}")
        title = "One row." if known is not None else f"One value of {docstring_line(words)}."
        head = [f"class {taken}(BaseModel):", f'    """{title}"""', "", _CONFIG]
        self.written.append("\n".join([*head, *([""] if lines else []), *lines]))
        return taken

    def annotation(self, kind: pa.DataType, path: str) -> str:
        """The annotation of a type's values. Raises UnsupportedType naming `path`."""
        if str(kind) in _PLAIN:
            return _PLAIN[str(kind)]
        for applies, name in _TESTED:
            if applies(kind):
                return name
        if is_.is_dictionary(kind) or is_.is_run_end_encoded(kind):
            return self.annotation(kind.value_type, path)
        if is_.is_map(kind):
            # Keys may repeat and may be of any type, so that a dict would not do.
            pair = (self._item(kind.key_field, path), self._item(kind.item_field, path))
            return f"list[tuple[{pair[0]}, {pair[1]}]]"
        if is_.is_struct(kind):
            fields = [kind.field(index) for index in range(kind.num_fields)]
            return self.model(fields, path.rsplit(".", 1)[-1], path, None)
        if is_.is_nested(kind) and not is_.is_union(kind):
            return f"list[{self._item(kind.value_field, path)}]"
        raise refuse("pydantic", path, kind, "no annotation is known for")

    def _item(self, item: pa.Field, path: str) -> str:
        kind = self.annotation(item.type, f"{path}.{item.name}")
        return f"{kind} | None" if item.nullable and kind != "None" else kind


class PydanticTarget:
    """Generates a model class and `rows() -> Iterator[Model]`."""

    name = "pydantic"
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_pydantic.py`."""
        return module.filename(dataset, self.name)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        name = self.filename(dataset).removesuffix(".py")
        reading = arrow_reading(dataset, schema)
        models = Models()
        fields = [each.to_arrow() for each in schema]
        row = models.model(fields, module.label(dataset), "the row", schema)
        shape = assignment("SCHEMA", schema_call(python_rows.bare(schema)))
        written = "\n\n\n".join(models.written)
        uses = [line for name, line in _USES.items() if re.search(rf"[ \[]{name}", written)]
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=self.name,
                reads="pydantic models",
                usage=(f"import {name}", f"for row in {name}.rows():", "    print(row)"),
            ),
            module.imports(
                *python_rows.IMPORTS,
                *uses,
                _FROM_PYDANTIC + (", Field" if " Field(" in written else ""),
                *reading.dataset_imports,
            ),
            module.fingerprint(schema),
            shape,
            *python_rows.constants(schema),
            *reading.constants,
            written,
            _READ % {"name": row},
            *python_rows.functions(schema, reading),
        )


def _notes(kind: pa.DataType) -> tuple[str, ...]:
    if str(kind) == "null":
        return ("no value was seen",)
    return ()


def _field(each: pa.Field, attribute: str) -> Call | None:
    """`Field(…)` with the name in the source and the bounds of the type."""
    given: dict[str, Expression] = {}
    if attribute != each.name:
        given["alias"] = text(each.name)
    kind = each.type
    if is_.is_integer(kind) and not is_.is_int64(kind):
        bits = kind.bit_width - is_.is_signed_integer(kind)
        low = -(1 << bits) if is_.is_signed_integer(kind) else 0
        given |= {"ge": str(low), "le": str((1 << bits) - 1)}
    elif is_.is_decimal(kind) and 0 <= kind.scale <= kind.precision:
        given |= {"max_digits": str(kind.precision), "decimal_places": str(kind.scale)}
    return call("Field", **given) if given else None
