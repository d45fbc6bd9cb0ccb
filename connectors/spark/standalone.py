"""A Spark standalone cluster on this machine, from the PySpark wheel alone, on loopback."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from connectors.spark import daemons, pages
from connectors.spark.daemons import LOOPBACK, Daemon
from connectors.spark.java import java_home
from connectors.spark.status import MIB
from schema.errors import ClusterError, InvalidInput, MissingDependency

DEFAULT_NAME = "standalone"
CLEANUP = ("enabled=true", "interval=600", "appDataTtl=3600")
"""Workers remove what applications left (packed environments are large) after an hour."""

UI_PORT = 8080
"""Where a standalone master that somebody else started has its pages, unless told otherwise."""

PATIENCE = 120.0
"""Seconds that master and workers have to come up; on a busy machine Java takes its time."""

DEPLOY = "org.apache.spark.deploy"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LEAST_MEMORY = 1 << 10
"""MiB of a worker: what one executor takes unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a cluster is to be: workers, cores and MiB of each; ports are 0 for free ones."""

    workers: int = 2
    cores: int | None = None
    memory: int | None = None
    port: int = 0
    ui_port: int = 0

    def __post_init__(self) -> None:
        """Raises InvalidInput for workers that could run nothing."""
        if self.workers < 1 or (self.cores is not None and self.cores < 1):
            raise InvalidInput("a cluster needs at least one worker with one core")
        if self.memory is not None and self.memory < 1:
            raise InvalidInput("a worker needs memory (such as 2g)")

    def filled(self) -> Plan:
        """With this machine's cores and half its memory shared by the workers, and free ports."""
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MIB // 2
        ports = daemons.free_ports(2)
        return replace(
            self,
            cores=self.cores or max(1, (os.cpu_count() or 1) // self.workers),
            memory=self.memory or max(_LEAST_MEMORY, half // self.workers),
            port=self.port or ports[0],
            ui_port=self.ui_port or ports[1],
        )


@dataclass(frozen=True, slots=True)
class Standalone:
    """A cluster that was started; `token` stands in the command line of its processes."""

    name: str
    master: str
    ui: str
    token: str
    started: str
    daemons: tuple[Daemon, ...]

    @property
    def alive(self) -> tuple[Daemon, ...]:
        """Its processes that run."""
        return tuple(each for each in self.daemons if each.is_alive(self.token))

    @property
    def answers(self) -> bool:
        """Whether its master runs: without it there is no cluster."""
        return any(each.role == "master" for each in self.alive)


def home(name: str) -> Path:
    """The folder of a cluster: its state, its logs, and those of the executors (`work`)."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"cluster name {name!r}: letters, digits and . _ - are possible")
    state = platformdirs.user_state_dir("headwater", appauthor=False)
    return Path(state) / "clusters" / name


def up(
    plan: Plan, name: str = DEFAULT_NAME, on_step: Callable[[str], None] = lambda _: None
) -> Standalone:
    """Start a master and its workers and wait until all have registered.

    Raises ClusterError when a cluster of that name is up, a port is taken, or Java does not
    start; nothing is left running then. Raises MissingDependency without pyspark or Java.
    """
    jars, java = _jars(), java_home()
    with _alone(name) as folder:
        before = load(name)
        if before is not None and before.answers:
            raise ClusterError(
                f"cluster {name}: is up already at {before.master}; "
                f"`headwater cluster down{_option(name)}` ends it"
            )
        if before is not None:
            _end(before, folder)
        for port in (plan.port, plan.ui_port):
            daemons.check_free(port)
        plan = plan.filled()
        for part in ("logs", "work", "scratch"):
            shutil.rmtree(folder / part, ignore_errors=True)
            (folder / part).mkdir(mode=0o700)
        made = Standalone(
            name=name,
            master=f"spark://{LOOPBACK}:{plan.port}",
            ui=f"http://{LOOPBACK}:{plan.ui_port}",
            token=f"-Dheadwater.cluster={uuid.uuid4()}",
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            daemons=(),
        )
        try:
            for daemon in _started(made, plan, folder, java, jars):
                made = replace(made, daemons=(*made.daemons, daemon))
                save(made, folder)
                on_step(f"starting {daemon.role}")
                if daemon.role == "master":
                    _wait(made, 0)
            _wait(made, plan.workers)
        except BaseException:  # Ctrl-C too leaves nothing running
            _end(made, folder)
            raise
    return made


def load(name: str = DEFAULT_NAME) -> Standalone | None:
    """The cluster of that name as it was started, whether it still runs or not."""
    try:
        kept = json.loads((home(name) / "state.json").read_bytes())
        each = tuple(Daemon(**daemon) for daemon in kept.pop("daemons"))
        return Standalone(**kept, daemons=each)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def started() -> list[Standalone]:
    """All clusters of this user whose master runs."""
    folder = home(DEFAULT_NAME).parent
    names = sorted(path.parent.name for path in folder.glob("*/state.json"))
    found = [load(name) for name in names if _NAME.fullmatch(name)]
    return [each for each in found if each is not None and each.answers]


def down(name: str = DEFAULT_NAME) -> Standalone | None:
    """End the cluster of that name and forget it; its logs stay. None when there was none."""
    if load(name) is None:
        return None
    with _alone(name) as folder:
        before = load(name)
        if before is not None:
            _end(before, folder)
    return before


def ui_of(master: str) -> str:
    """Where the pages of a standalone master are: known of our own, else at the customary port."""
    for each in started():
        if each.master == master:
            return each.ui
    host = master.removeprefix("spark://").split(",")[0].rpartition(":")[0]
    return f"http://{host}:{UI_PORT}"


def _started(made: Standalone, plan: Plan, folder: Path, java: str, jars: Path) -> Iterator[Daemon]:
    """The master, then its workers, each started when it is asked for."""
    environment = {
        **os.environ,
        "JAVA_HOME": java,
        "SPARK_HOME": str(jars.parent),
        "SPARK_SCALA_VERSION": _scala(jars),  # else workers look for a build tree of Spark
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
    }

    def daemon(role: str, name: str, port: int, ui_port: int, *more: str) -> Daemon:
        options = [made.token]
        if port:
            options.append("-Dspark.port.maxRetries=0")  # the port asked for, or none
        else:
            options += [f"-Dspark.worker.cleanup.{each}" for each in CLEANUP]
        where = ["--host", LOOPBACK, "--port", str(port), "--webui-port", str(ui_port)]
        command = [*daemons.java_command(java, jars, options), f"{DEPLOY}.{name}", *where, *more]
        return daemons.start(role, command, environment, folder / "logs" / f"{role}.log")

    yield daemon("master", "master.Master", plan.port, plan.ui_port)
    has = ["--cores", str(plan.cores), "--memory", f"{plan.memory}m"]
    for number in range(1, plan.workers + 1):
        role = f"worker-{number}"
        place = ["--work-dir", str(folder / "work" / role)]
        yield daemon(role, "worker.Worker", 0, 0, *has, *place, made.master)


def _wait(made: Standalone, workers: int) -> None:
    """Until the master answers and has that many workers. Raises ClusterError saying who ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for daemon in made.daemons:
            if not daemon.is_alive(made.token):
                told = daemons.fault_in(daemon.log)
                raise ClusterError(
                    f"cluster {made.name}: {daemon.role} ended: {told} (log: {daemon.log})"
                )
        try:
            alive = [each for each in pages.status(made.ui).machines if each.is_alive]
        except ClusterError:
            alive = None
        if alive is not None and len(alive) >= workers:
            return
        if time.monotonic() > deadline:
            seen = (
                "the master does not answer" if alive is None else f"{len(alive)} have registered"
            )
            logs = Path(made.daemons[0].log).parent
            raise ClusterError(
                f"cluster {made.name}: {workers} workers are not there after {PATIENCE:.0f} s, "
                f"{seen} (logs: {logs})"
            )
        time.sleep(0.1)


def _end(made: Standalone, folder: Path) -> None:
    """Workers first, so that their executors end with them; then forget the cluster."""
    daemons.end([each for each in made.daemons if each.role != "master"], made.token)
    daemons.end([each for each in made.daemons if each.role == "master"], made.token)
    shutil.rmtree(folder / "scratch", ignore_errors=True)
    for left in folder.glob("work/*/app-*/*/*"):  # jars and archives; the executors' logs stay
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        elif left.name not in {"stdout", "stderr"}:
            left.unlink(missing_ok=True)
    (folder / "state.json").unlink(missing_ok=True)


def save(made: Standalone, folder: Path) -> None:
    """Keep what `load` gives."""
    fresh = folder / "state.json.new"
    fresh.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    fresh.replace(folder / "state.json")


@contextmanager
def _alone(name: str) -> Iterator[Path]:
    """The folder of a cluster, changed by nobody else within the block."""
    folder = home(name)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise ClusterError(f"cluster {name}: {folder}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ClusterError(
                f"cluster {name}: another command is starting or ending it; try again"
            ) from error
        yield folder


def _jars() -> Path:
    """The jars of the PySpark wheel. Raises MissingDependency without it."""
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise MissingDependency("No module named 'pyspark'; pip install 'headwater[spark]'")
    return Path(found.origin).parent / "jars"


def _scala(jars: Path) -> str:
    """The Scala version that Spark is built for, as the names of its jars tell (`2.12`)."""
    return next(iter(jars.glob("spark-core_*.jar"))).name.split("_")[1].split("-")[0]


def _option(name: str) -> str:
    return "" if name == DEFAULT_NAME else f" --name {name}"
