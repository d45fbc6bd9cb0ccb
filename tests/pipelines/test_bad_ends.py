"""Runs that end badly while they write: Ctrl-C, and a disk that is really full."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.model import RunState
from catalog.store import Store

HEADWATER = (sys.executable, "-m", "catalog.cli.main")


@pytest.mark.spark
def test_ctrl_c_ends_a_run_that_is_writing(
    store: Store, here: Path, written: Callable[..., Path], catalog_url: str
) -> None:
    """The signal goes to every process of the terminal's group, as the keyboard sends it."""
    (here / "out" / "kept").mkdir(parents=True)
    (here / "out" / "kept" / "part-0.parquet").write_bytes(b"old")
    body = (
        "def wait(batches):\n"
        "    import socket\n"
        '    with socket.create_connection(("127.0.0.1", gate)) as door:\n'
        "        door.recv(1)\n"
        "    yield from batches\n"
        "return airports.coalesce(1).mapInArrow(wait, airports.schema)"
    )
    path = written('output="out/kept"', body, "airports, *, gate: int")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(240)
        port = server.getsockname()[1]
        words = ["--catalog", catalog_url, "run", path, "--master", "local[1]"]
        running = subprocess.Popen(
            [*HEADWATER, *words, "--param", f"gate={port}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        door, _ = server.accept()  # a task is writing the output now
        with door:
            os.killpg(running.pid, signal.SIGINT)
            _, told = running.communicate(timeout=240)  # until all who may write there have ended
    assert running.returncode == 130, told
    assert told.strip().splitlines()[-1] == "headwater: stopped"
    assert "Traceback" not in told
    (aborted,) = store.runs()
    assert (aborted.state, aborted.error) == (RunState.ABORT, "stopped by Ctrl-C")
    assert (here / "out" / "kept" / "part-0.parquet").read_bytes() == b"old"
    assert [one.name for one in (here / "out").iterdir()] == ["kept"]


MOUNTED = """
mount -t tmpfs -o size=1m headwater "$1" || exit 77
shift
"$@"
status=$?
ls -A "$PWD/out" >&3
exit $status
"""

LIMITED = """
import resource, sys
from catalog.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
sys.argv = ["headwater", *sys.argv[1:]]
main()
"""


@pytest.mark.spark
def test_a_file_system_without_space_is_one_line_and_leaves_nothing(
    store: Store, here: Path, written: Callable[..., Path], catalog_url: str, tmp_path: Path
) -> None:
    """The output lies on a file system of 1 MB, mounted in a namespace of the test's own; where
    nothing can be mounted, no file may grow beyond 300 KB.
    """
    body = (
        'other = airports.select(F.col("faa").alias("other")).limit(50)\n'
        "return airports.crossJoin(other).coalesce(1)"
    )
    path = written('output="out/big.csv"', body)
    (here / "out").mkdir()
    words = ("--catalog", catalog_url, "run", str(path), "--master", "local[1]")
    done, told = mounted(here, tmp_path / "seen", words), "No space left on device"
    if done is None:
        done, told = started(here, sys.executable, "-c", LIMITED, *words), "File too large"
    assert done.returncode == 1
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    seen = tmp_path / "seen"
    assert not seen.exists() or seen.read_text() == ""
    assert list((here / "out").iterdir()) == []
    assert [one.state for one in store.runs()] == [RunState.FAIL]


def mounted(
    here: Path, seen: Path, words: tuple[str, ...]
) -> subprocess.CompletedProcess[str] | None:
    """The command with a small file system at `out`, and what is left there written to `seen`;
    None where nothing can be mounted.
    """
    if shutil.which("unshare") is None:
        return None
    shell = ["sh", "-c", f"exec 3>'{seen}'\n{MOUNTED}", "sh", str(here / "out")]
    namespace = ("unshare", "--user", "--map-root-user", "--mount")
    done = started(here, *namespace, *shell, *HEADWATER, *words)
    failed = done.returncode == 77 or done.stderr.startswith("unshare:")
    return None if failed else done


def started(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
