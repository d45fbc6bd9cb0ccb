"""A real MariaDB on loopback, where its server is installed; it ends with its user."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "HEADWATER_MARIADBD"
USER, PASSWORD = "reader", "not so secret"
_READY = "ready for connections"
_BOOTSTRAP = f"""
CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO {USER}@'%';
"""


def executable() -> str | None:
    """The server: what the variable names, else what is on the path or where Debian puts it; None
    where it, or what its set-up takes, is missing.
    """
    if named := os.environ.get(VARIABLE):
        return named
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    tools = ("mariadb-install-db", "my_print_defaults")
    found = shutil.which("mariadbd", path=path)
    return found if all(shutil.which(tool) for tool in tools) else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(server: str) -> Iterator[str]:
    """The URL of an empty server without a database, which ends with the block."""
    with tempfile.TemporaryDirectory(prefix="hw-mariadb-") as name:
        folder = Path(name)
        data, script = folder / "data", folder / "users.sql"
        script.write_text(_BOOTSTRAP)
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = shutil.which("mariadb-install-db") or "mariadb-install-db"
        options = [f"--datadir={data}", "--auth-root-authentication-method=normal", *user]
        made = subprocess.run(
            [install, "--no-defaults", "--skip-test-db", *options],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(f"MariaDB could not be set up: {(made.stdout + made.stderr)[-500:]}")
        port = _free_port()
        command = [
            *(server, "--no-defaults", f"--datadir={data}", f"--socket={folder}/s", *user),
            *(f"--port={port}", "--bind-address=127.0.0.1", f"--init-file={script}"),
            *("--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"),
            *("--innodb-buffer-pool-size=32M", "--log-warnings=1"),
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            try:
                told = []
                for line in running.stderr:
                    told.append(line)
                    if _READY in line:
                        break
                else:
                    raise RuntimeError(f"MariaDB did not start: {''.join(told[-5:])}")
                yield f"mariadb://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}"
            finally:
                running.terminate()
                running.communicate(timeout=60)
