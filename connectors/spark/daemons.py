"""Java processes that live on when the command that started them has ended."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schema.errors import ClusterError

LOOPBACK = "127.0.0.1"
GRACE = 10.0
"""Seconds that a process has to end by itself."""

_OPENED = (
    *("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio"),
    *("java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch"),
    *("sun.nio.cs", "sun.security.action", "sun.util.calendar"),
)
"""What Spark reaches into, which Java 17 lets it do only when told so."""

_CAUSE = re.compile(r"(?:Exception|Error): ")


@dataclass(frozen=True, slots=True)
class Daemon:
    """A process that was started: what it is, its id, and the file that it writes to."""

    role: str
    pid: int
    log: str

    def is_alive(self, token: str) -> bool:
        """Whether it runs. `token` stands in its command line: the id of a process that has
        ended is given to others.
        """
        return token.encode() in _command_line(self.pid)


def java_command(home: str, jars: Path, options: Sequence[str]) -> list[str]:
    """How a class of Spark is started, without a shell."""
    opened = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED]
    return [
        f"{home}/bin/java",
        "-XX:+IgnoreUnrecognizedVMOptions",  # Java 8 has no modules to open
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",  # they keep books: Java optimises longer than they work
        "-Xmx512m",
        *opened,
        *options,
        "-cp",
        f"{jars}/*",
    ]


def start(role: str, command: list[str], environment: Mapping[str, str], log: Path) -> Daemon:
    """Start a process in a session of its own, its output going to `log`.

    Raises ClusterError when the program cannot be started.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        pid = os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
    except OSError as error:
        raise ClusterError(f"{command[0]}: {error.strerror}") from error
    deadline = time.monotonic() + 1
    while not _command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.001)  # for a moment after it has begun, a process has no command line yet
    return Daemon(role, pid, str(log))


def end(daemons: Iterable[Daemon], token: str) -> None:
    """End processes with all that they started: asked first, killed when they do not listen."""
    left = [daemon for daemon in daemons if daemon.is_alive(token)]
    for daemon in left:
        _signal(daemon.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [daemon for daemon in left if daemon.is_alive(token)]
    for daemon in left:
        _signal(daemon.pid, signal.SIGKILL)


def fault_in(log: str) -> str:
    """The line of a log that tells best why its process ended."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "it left no log"
    causes = [line for line in lines if _CAUSE.search(line)]
    faults = [line for line in lines if "ERROR" in line]
    return (causes[:1] or faults[-1:] or lines[-1:] or ["its log is empty"])[0].strip()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody has just now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def check_free(port: int) -> None:
    """Raises ClusterError when somebody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise ClusterError(
                f"port {port} of {LOOPBACK} cannot be had ({error.strerror}); "
                "give another one, or none for a free one"
            ) from error


def _command_line(pid: int) -> bytes:
    """How a process was started; empty for one that has ended."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return b""
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
