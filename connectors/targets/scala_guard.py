"""The part of a Scala connector that reads its source, and notices first when that has drifted."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.model import Dataset
from connectors.targets.native import local_path

_GUARD = """\
  class SchemaDrift(message: String) extends RuntimeException(message)

  /** All rows, read by Spark itself with these types. A source that has drifted from SCHEMA is a
    * SchemaDrift; with onDrift "warn" a line on standard error, with "ignore" nothing.
    */
  def read(spark: SparkSession, onDrift: String = "fail"): Dataset[Row] = {
    val changes = if (onDrift == "ignore") Nil else drift(spark)
    if (changes.nonEmpty) {
      val message = s"$PATH: ${changes.mkString(", ")}; generate this connector again"
      if (onDrift != "warn") throw new SchemaDrift(message)
      System.err.println(message)
    }
    of(reader(spark).schema(SCHEMA).METHOD(PATH))
  }
"""

_NAMES = """\
    val expected = SCHEMA.names.toSeq.filterNot(KEYS)
    expected.filterNot(found.contains).map(name => s"'$name' is gone") ++
      found.filterNot(expected.contains).map(name => s"'$name' is new")
  }
"""

_CSV = """\
  /** How a file's header differs from the columns of SCHEMA; nothing if it does not. Spark itself
    * refuses other files whose header is not that of SCHEMA.
    */
  def drift(spark: SparkSession): Seq[String] = {
    val plain = reader(spark).option("header", "false").option("recursiveFileLookup", "true")
    val found = plain.csv(PATH).take(1).toSeq.flatMap(_.toSeq).map(String.valueOf)
"""

_WIDTH = """\
  /** How many more or fewer columns the first row has than SCHEMA. */
  def drift(spark: SparkSession): Seq[String] = {
    val width = reader(spark).option("recursiveFileLookup", "true").csv(PATH).columns.length
    val expected = SCHEMA.names.toSeq.filterNot(KEYS)
    expected.drop(width).map(name => s"'$name' is gone") ++
      (expected.length + 1 to width).map(at => s"'column $at' is new")
  }
"""

_JSON = """\
  /** Columns of the first row that SCHEMA does not have; of others JSON Lines tell nothing. */
  def drift(spark: SparkSession): Seq[String] = {
    val lines = spark.read.option("recursiveFileLookup", "true").textFile(PATH)
    val found = spark.read.json(lines.limit(1)).columns.toSeq
    found.filterNot(SCHEMA.names.contains(_)).map(name => s"'$name' is new")
  }
"""

_PARQUET = """\
  /** How the columns of the footers differ from those of SCHEMA; nothing when they do not. */
  def drift(spark: SparkSession): Seq[String] = {
    val fields = reader(spark).option("mergeSchema", "true").parquet(PATH).schema.fields
    val types = fields.map(field => field.name -> field.dataType.simpleString).toMap
    val found = fields.map(_.name).toSeq.filterNot(KEYS)
    val changed = SCHEMA.fields.toSeq.filterNot(field => KEYS(field.name)).collect {
      case field if types.get(field.name).exists(_ != field.dataType.simpleString) =>
        s"'${field.name}' was ${field.dataType.simpleString} and is ${types(field.name)}"
    }
    changed ++ names(found)
  }

  private def names(found: Seq[String]): Seq[String] = {
"""


def reading(dataset: Dataset, options: str, quoted: str, keys: str) -> Iterator[str]:
    """Members of the object: `PATH`, `read` and `drift`.

    `options` are those of Spark's reader as Scala calls, `quoted` is the path and `keys` the names
    of what stands in the names of folders, as literals.
    """
    method = {"jsonl": "json"}.get(dataset.format or "", dataset.format or "")
    yield f"  private val PATH = {quoted}"
    yield f"  private val KEYS = Set[String]({keys})"
    yield ""
    yield "  private def reader(spark: SparkSession): DataFrameReader ="
    yield f"    spark.read{options}"
    yield ""
    yield _GUARD.replace("METHOD", method)
    if dataset.format == "csv":
        header = dataset.option("header") != "false"
        yield (_CSV + _NAMES if header else _WIDTH).rstrip("\n")
    else:
        yield (_PARQUET + _NAMES if dataset.format == "parquet" else _JSON).rstrip("\n")


def path_of(dataset: Dataset) -> tuple[str, str]:
    """The root of a local data set for Spark, and the pattern of its files below it."""
    root = f"file://{local_path(dataset)}"
    return root, root if dataset.pattern is None else f"{root}/{dataset.pattern}"
