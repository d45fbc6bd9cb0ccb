"""One Spark session with a beginning and an end, quiet, in UTC, private to this machine."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.spark.cluster import Cluster
from connectors.spark.interrupting import interruptible
from connectors.spark.java import java_home
from connectors.spark.masters import Prepared, prepare
from schema.errors import ClusterError, MissingDependency

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
# pyspark starts Java as a shell, which announces a level that differs from the root's.
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = error
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = spark: %p %c{1}: %m%n%ex{none}
# What these tell, the exception that ends the run tells too.
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
logger.aborting.name = org.apache.spark.util.Utils
logger.aborting.level = off
logger.writer.name = org.apache.spark.sql.execution.datasources.FileFormatWriter
logger.writer.level = off
"""


@contextmanager
def session(cluster: Cluster, name: str = "headwater") -> Iterator[SparkSession]:
    """A Spark session on `cluster`, stopped at the end together with its Java process.

    A session that runs in this process already on the same master is lent, and left running.

    Sets `JAVA_HOME`, `PYSPARK_PYTHON` and what the master needs in this process' environment while
    it starts. Raises MissingDependency without pyspark, Java or libmesos, ClusterError when the
    master does not answer or could never give what is asked.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingDependency(f"{error}; pip install 'headwater[spark]'") from error
    running = SparkSession.getActiveSession()
    kept = signal.getsignal(signal.SIGINT)
    if running is not None:
        yield _shared(running, cluster)
        return
    prepared = prepare(cluster)
    folder = Path(tempfile.mkdtemp(prefix="headwater-spark-"))
    (folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    builder = SparkSession.builder.appName(name)
    variables = _variables(prepared)
    for key, value in _properties(prepared, folder, variables["JAVA_HOME"]).items():
        builder = builder.config(key, value)
    try:
        with _environment(variables):
            spark = _start(builder, prepared.cluster)
        try:
            with interruptible(spark):
                yield spark
        finally:
            _stop(spark)
            _listen(kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _listen(handler: Any) -> None:
    """Hear Ctrl-C as before: pyspark sets a handler that keeps asking the session that ended."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)


def _shared(running: SparkSession, cluster: Cluster) -> SparkSession:
    master = running.sparkContext.master
    if master != cluster.master:
        raise ClusterError(
            f"a Spark session on {master} is running in this process; stop it to use "
            f"{cluster.master}"
        )
    return running


def _properties(prepared: Prepared, folder: Path, java: str) -> dict[str, str]:
    properties = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.driver.extraJavaOptions": (
            f"-Dlog4j2.configurationFile={(folder / 'log4j2.properties').as_uri()}"
            f" -Dderby.system.home={folder} -Duser.timezone=UTC"
        ),
    }
    if prepared.cluster.is_local:
        properties |= {
            "spark.local.dir": str(folder),
            # A few tasks more than cores; Spark's 200 are for clusters.
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        }
    if prepared.is_here:  # agents start executors by a script that takes JAVA_HOME or PATH
        properties["spark.executorEnv.JAVA_HOME"] = java
    return properties | dict(prepared.properties) | prepared.cluster.properties()


def _variables(prepared: Prepared) -> dict[str, str]:
    python = prepared.cluster.executor_python
    return {"JAVA_HOME": java_home(), "PYSPARK_PYTHON": python, **prepared.variables}


def _start(builder: SparkSession.Builder, cluster: Cluster) -> SparkSession:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return builder.getOrCreate()
    except (Py4JError, PySparkException, OSError) as error:
        first = str(error).strip().splitlines()
        cause = next((line for line in first if "Exception:" in line), first[0] if first else "")
        raise ClusterError(f"Spark did not start on {cluster.master}: {cause}") from error


def _stop(spark: SparkSession) -> None:
    """Stop the session and end its Java process, so that the next session starts afresh.

    pyspark keeps its Java process until the interpreter ends and has no public way to end it.
    """
    from pyspark import SparkContext

    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    spark.stop()
    gateway = SparkContext._gateway
    if gateway is None:
        return
    SparkContext._gateway = SparkContext._jvm = None
    process = getattr(gateway, "proc", None)
    gateway.shutdown()
    if process is not None:
        process.stdin.close()  # what the Java side waits for to exit
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:  # all is done: a library of its own keeps it from ending
            process.kill()
            process.wait()


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
