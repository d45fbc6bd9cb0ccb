"""Target `scala`: an object with a case class, its encoder and a reader for Spark's Scala API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.avro import avro_names
from connectors.targets.holding import refuse
from connectors.targets.native import PYSPARK, reads_natively
from connectors.targets.pyspark import reader_options
from connectors.targets.python_rows import class_name
from connectors.targets.python_source import printable
from connectors.targets.scala_guard import path_of, reading
from connectors.targets.spark_types import SparkJson, spark_type
from schema.errors import UnsupportedType
from schema.model import Schema

_TYPES = {
    "boolean": ("Boolean", "BooleanType"),
    "byte": ("Byte", "ByteType"),
    "short": ("Short", "ShortType"),
    "integer": ("Int", "IntegerType"),
    "long": ("Long", "LongType"),
    "float": ("Float", "FloatType"),
    "double": ("Double", "DoubleType"),
    "string": ("String", "StringType"),
    "binary": ("Array[Byte]", "BinaryType"),
    "date": ("java.time.LocalDate", "DateType"),
    "timestamp": ("java.time.Instant", "TimestampType"),
    "timestamp_ntz": ("java.time.LocalDateTime", "TimestampNTZType"),
    "interval day to second": ("java.time.Duration", "DayTimeIntervalType()"),
}

_RESERVED = frozenset(
    (
        *("abstract", "case", "catch", "class", "def", "do", "else", "extends", "false", "final"),
        *("finally", "for", "forSome", "if", "implicit", "import", "lazy", "macro", "match"),
        *("new", "null", "object", "override", "package", "private", "protected", "return"),
        *("sealed", "super", "then", "this", "throw", "trait", "try", "true", "type", "val"),
        *("var", "while", "with", "yield", "clone", "equals", "finalize", "getClass", "hashCode"),
        *("notify", "notifyAll", "toString", "wait", "copy", "productArity", "productElement"),
        *("productIterator", "productPrefix", "canEqual", "eq", "ne", "synchronized"),
        *("asInstanceOf", "isInstanceOf", "assert", "boolean", "break", "byte", "char", "const"),
        *("continue", "default", "double", "enum", "float", "goto", "instanceof", "int"),
        *("interface", "long", "native", "public", "short", "static", "strictfp", "switch"),
        *("throws", "transient", "void", "volatile"),
    )
)
"""Words of Scala, of Java (which Spark's encoders refuse), and members of every case class."""

_TAKEN = (
    *("Any", "Array", "BigDecimal", "Boolean", "Byte", "Double", "Float", "Int", "Long", "Map"),
    *("Nil", "Option", "Row", "RuntimeException", "SchemaDrift", "Seq", "Set", "Short", "String"),
    *("StringContext", "System", "DataFrame", "DataFrameReader", "Dataset", "Encoder", "Encoders"),
    *("SparkSession", "StructField", "StructType", "ArrayType", "MapType", "DecimalType"),
    *(kind.removesuffix("()") for _, kind in _TYPES.values()),
)
"""What the module calls by name: no object or case class of its own may be called so."""

_MOST = 250
"""Parameters of a constructor on the JVM: 255, some of them taken by wide types and itself."""

_OF = (
    "  def of(frame: DataFrame): Dataset[Row] = {",
    "    val columns = STRUCT.fields.zip(SCHEMA.names).map { case (field, name) =>",
    '      frame.col("`" + name.replace("`", "``") + "`").cast(field.dataType).as(field.name)',
    "    }",
    "    frame.select(columns.toIndexedSeq: _*).as[Row]",
    "  }",
)


_IMPORT = "import org.apache.spark.sql.{%s, Dataset, Encoder, Encoders, SparkSession}"


class ScalaTarget:
    """Generates `object Flights { case class Row; SCHEMA; of(frame); read(spark) }`."""

    name = "scala"
    language = "scala"

    def filename(self, dataset: Dataset) -> str:
        """`Flights.scala`."""
        return f"{class_name(module.label(dataset), _TAKEN)}.scala"

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The source text. Raises UnsupportedType naming the field."""
        held = [spark_type(field.type, field.name) for field in schema]
        classes = _Classes()
        fields = [
            {"name": each.name, "type": kind.json, "nullable": each.nullable}
            for each, kind in zip(schema, held, strict=True)
        ]
        comments = [
            [*filter(None, (known.description, _meaning(known.semantic_type))), *kind.notes]
            for known, kind in zip(schema, held, strict=True)
        ]
        classes.write(fields, "Row", "", comments)
        struct = "\n".join(f"      {_field(each)}," for each in fields).rstrip(",")
        options = "".join(
            f"\n      .option({literal(key)}, {literal(value)})"
            for key, value in reader_options(dataset).items()
        )
        way = reads_natively(dataset, schema, PYSPARK)
        name = class_name(module.label(dataset), _TAKEN)
        return "\n".join(
            [
                *_head(schema, dataset),
                _IMPORT % ("DataFrame, DataFrameReader" if way.native else "DataFrame"),
                "import org.apache.spark.sql.types._",
                "",
                f"object {name} {{",
                f"  val FINGERPRINT = {literal(schema.fingerprint)}",
                "",
                "  val SCHEMA: StructType = StructType(",
                f"    Seq(\n{struct}\n    )" if fields else "    Seq.empty[StructField]",
                "  )",
                "",
                *(f"  {line}".rstrip() for line in classes.written),
                "  implicit val encoder: Encoder[Row] = Encoders.product[Row]",
                "",
                "  /** Rows of a frame that has the columns of SCHEMA. */",
                *_OF,
                "",
                "  /** SCHEMA with the names of Row, structs included. */",
                *_held(fields),
                "",
                *(_read(dataset, options) if way.native else _why(way.reasons)),
                "}",
                "",
            ]
        )


@dataclass(slots=True)
class _Classes:
    """Case classes as they are found, the innermost first, indented by nothing."""

    written: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def write(
        self, fields: list[dict[str, Any]], words: str, path: str, comments: list[list[str]]
    ) -> str:
        """The case class of a struct; its name. Raises UnsupportedType."""
        if len(fields) > _MOST:
            message = f"scala: {path or 'the row'}: more than {_MOST} fields in one case class"
            raise UnsupportedType(f"{message}; choose columns")
        name = class_name(words, (*_TAKEN, *self.names)) if path else words
        self.names.append(name)
        lines = []
        for plain, each, said in zip(
            field_names(fields), fields, comments or [[] for _ in fields], strict=True
        ):
            kind = self.type(each["type"], f"{path}.{each['name']}" if path else each["name"])
            kind = f"Option[{kind}]" if each["nullable"] else kind
            lines += [f"  // {comment(line)}" for line in said]
            lines.append(f"  {plain}: {kind},")
        if lines:
            lines[-1] = lines[-1].rstrip(",")
        self.written += [f"case class {name}(", *lines, ")", ""]
        return name

    def type(self, json: SparkJson, path: str) -> str:
        """The Scala type of a Spark type's values."""
        if isinstance(json, str):
            return _decimal(json, path) if json.startswith("decimal") else _TYPES[json][0]
        if json["type"] == "struct":
            return self.write(json["fields"], path.rsplit(".", 1)[-1], path, [])
        if json["type"] == "map":
            key = self.type(json["keyType"], f"{path}.key")
            item = self.type(json["valueType"], f"{path}.value")
            return f"Map[{key}, {_optional(item, nullable=json['valueContainsNull'])}]"
        item = self.type(json["elementType"], f"{path}.item")
        return f"Seq[{_optional(item, nullable=json['containsNull'])}]"


def field_names(fields: list[dict[str, Any]]) -> list[str]:
    """Names of a case class's fields: the source's where Scala has them so, else like them."""
    plain = (name.strip("_") for name in avro_names(each["name"] for each in fields))
    found = (f"the_{name}" if name in _RESERVED else name or "column" for name in plain)
    return avro_names(f"column_{name}" if name[0].isdigit() else name for name in found)


def literal(words: str) -> str:
    """A Scala string literal. Scala 2.12 replaces escapes of code points first of all, so
    quotes, line ends and backslashes are escaped by a letter.
    """
    letters = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    written = []
    for letter in words:
        if letter in letters:
            written.append(letters[letter])
        elif letter.isprintable() and letter.isascii():
            written.append(letter)
        else:
            units = letter.encode("utf-16-be", "surrogatepass").hex()
            written += [f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)]
    return f'"{"".join(written)}"'


def comment(words: str) -> str:
    """`words` on one comment line; without backslashes, which escape code points there too."""
    return printable(words).replace("\\", "/")


def _meaning(semantic_type: str | None) -> str | None:
    return f"semantic type {semantic_type}" if semantic_type else None


def _optional(kind: str, *, nullable: bool) -> str:
    return f"Option[{kind}]" if nullable else kind


def _decimal(json: str, path: str) -> str:
    precision, scale = map(int, json.removeprefix("decimal(").removesuffix(")").split(","))
    if scale > 18 or precision - scale > 20:
        raise refuse(
            "scala", path, json, "the encoder of BigDecimal is decimal(38,18), too narrow for"
        )
    return "BigDecimal"


def _spark(json: SparkJson, *, renamed: bool) -> str:
    if isinstance(json, str):
        if json.startswith("decimal"):
            return f"DecimalType{json.removeprefix('decimal').replace(',', ', ')}"
        return _TYPES[json][1]
    if json["type"] == "struct":
        names = field_names(json["fields"]) if renamed else [f["name"] for f in json["fields"]]
        made = (
            _field({**each, "name": name}, renamed=renamed)
            for name, each in zip(names, json["fields"], strict=True)
        )
        return f"StructType(Seq[StructField]({', '.join(made)}))"
    if json["type"] == "map":
        parts = (_spark(json[key], renamed=renamed) for key in ("keyType", "valueType"))
        return f"MapType({', '.join(parts)}, {str(json['valueContainsNull']).lower()})"
    item = _spark(json["elementType"], renamed=renamed)
    return f"ArrayType({item}, {str(json['containsNull']).lower()})"


def _field(each: dict[str, Any], *, renamed: bool = False) -> str:
    kind = _spark(each["type"], renamed=renamed)
    nullable = str(each["nullable"]).lower()
    return f"StructField({literal(each['name'])}, {kind}, nullable = {nullable})"


def _held(fields: list[dict[str, Any]]) -> Iterator[str]:
    renamed = _renamed(fields)
    if renamed == ",\n".join(f"      {_field(each)}" for each in fields):
        yield "  private val STRUCT: StructType = SCHEMA"
    else:
        yield f"  private val STRUCT: StructType = StructType(\n    Seq(\n{renamed}\n    )\n  )"


def _renamed(fields: list[dict[str, Any]]) -> str:
    named = zip(field_names(fields), fields, strict=True)
    lines = [_field({**each, "name": name}, renamed=True) for name, each in named]
    return ",\n".join(f"      {line}" for line in lines)


def _head(schema: Schema, dataset: Dataset) -> Iterator[str]:
    word = module.shell_word(dataset.uri)
    yield f"// Reads {comment(dataset.name)} as a Dataset of typed rows."
    yield "//"
    yield f"// Source       {comment(dataset.uri)}"
    yield f"// Fingerprint  {schema.fingerprint}"
    yield f"// Generated    by headwater {module.headwater_version()}; to generate it again:"
    yield f"//              headwater connect {comment(word)} --target scala"
    yield ""


def _read(dataset: Dataset, options: str) -> Iterator[str]:
    root, path = path_of(dataset)
    if dataset.partition_keys:
        options += f'\n      .option("basePath", {literal(root)})'
    keys = ", ".join(map(literal, dataset.partition_keys))
    yield from reading(dataset, options, literal(path), keys)


def _why(reasons: tuple[str, ...]) -> Iterator[str]:
    yield "  // There is no read(spark), since Spark's own readers do not read this source exactly:"
    for reason in reasons:
        yield f"  // {comment(reason)}."
    yield "  // Give `of` what the pyspark connector of the same source has written, or a table."
