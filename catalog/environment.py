"""What a run runs with: the versions of everything that decides what it computes."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def environment(spark: SparkSession | None = None) -> dict[str, str]:
    """Versions by name; those of Spark and Java as the running session has them."""
    found = {
        "headwater": _version("headwater"),
        "python": platform.python_version(),
        "pyspark": spark_version(),
        "platform": platform.platform(),
    }
    if spark is not None:
        context = spark.sparkContext
        found["spark"] = context.version
        found["java"] = str(context._jvm.System.getProperty("java.version"))
        found["application"] = context.applicationId
    return found


def spark_version() -> str:
    """The version of pyspark that is installed."""
    return _version("pyspark")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
