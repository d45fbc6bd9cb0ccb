"""Whatever is asked of a running service, it answers: never with a 5xx, never with its inside.

    python -m benchmarks.fuzz [SECONDS]

Schemathesis asks `headwater serve` over the samples, as developers run it and as operators do,
SECONDS each (60): it makes queries and mutations of the schema, with ids that the catalog has
among them. `uvx`, which comes with uv, fetches it into a place of its own. The tests of
hypothesis-graphql (`tests/service/test_graphql_fuzz.py`) then run with 500 examples each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.access.callers import Role
from catalog.store import Store

ROOT = Path(__file__).parents[1]
SCHEMATHESIS = "schemathesis>=4.32"
EXAMPLES = 500

HOOKS = """
import json
import schemathesis
from hypothesis import strategies as st
from hypothesis_graphql import nodes

IDS = json.loads('{ids}')
INSIDE = ("Traceback", "site-packages", "sqlalchemy", "sqlite3", "psycopg", "object at 0x", ".py")

text = st.one_of(st.text(max_size=25), st.sampled_from([*IDS, "flights", "c291cmNlczp4"]))
schemathesis.graphql.scalar("Long", st.integers(-(2**70), 2**70).map(nodes.Int))
schemathesis.graphql.scalar("PageSize", st.integers(-1, 300).map(nodes.Int))
schemathesis.graphql.scalar("Cursor", text.map(nodes.String))
schemathesis.graphql.scalar("DateTime", text.map(nodes.String))
schemathesis.graphql.scalar("Value", st.integers().map(nodes.Int))
schemathesis.graphql.scalar("ID", text.map(nodes.String))

@schemathesis.check
def unharmed(ctx, response, case):
    assert response.status_code < 500, response.text
    for error in response.json().get("errors", ()):
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", error
        told = [word for word in INSIDE if word in error["message"]]
        assert not [word for word in told if word not in str(case.body)], error
"""


def main(seconds: int = 60) -> int:
    with tempfile.TemporaryDirectory(prefix="headwater-fuzz-") as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'catalog.db'}"
        headwater = [sys.executable, "-m", "catalog.cli.main", "--catalog", url]
        subprocess.run(
            [*headwater, "crawl", str(ROOT / "sample_data")], check=False, capture_output=True
        )
        with Store.open(url) as store:
            ids = [one.id for one in store.sources(range(1, 6)).values()]
            secret = store.access.create_token(Role.ADMIN)[1]
        (folder / "hooks.py").write_text(HOOKS.replace("{ids}", str(ids).replace("'", '"')))
        failed = 0
        for way in ("--development", "--production"):
            with served([*headwater, "serve", "--port", "0", "--rate", "0", way], folder) as port:
                print(f"\n{way.removeprefix('--')}:", flush=True)
                failed |= schemathesis(port, secret, folder, seconds)
    print("\nhypothesis-graphql:", flush=True)
    tests = [sys.executable, "-m", "pytest", "-q", "tests/service/test_graphql_fuzz.py"]
    more = {**os.environ, "HEADWATER_EXAMPLES": str(EXAMPLES)}
    return (
        failed
        | subprocess.run([*tests, "--timeout=3600"], cwd=ROOT, env=more, check=False).returncode
    )


def schemathesis(port: int, secret: str, folder: Path, seconds: int) -> int:
    """The status of a run against the service at that port."""
    fetched = shutil.which("uvx") or str(Path(sys.executable).with_name("uvx"))
    if not Path(fetched).exists():
        print("uvx is missing, which fetches schemathesis: pip install uv")
        return 1
    command = [
        fetched, "--from", SCHEMATHESIS, "schemathesis", "run",
        str(ROOT / "tests/golden/schema.graphql"), "--url", f"http://127.0.0.1:{port}/graphql",
        "-H", f"Authorization: Bearer {secret}", "--checks", "unharmed", "--max-time", str(seconds),
        "--suppress-health-check", "all", "--continue-on-failure", "--no-color",
    ]  # fmt: skip
    hooks = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(folder)}
    found = subprocess.run(
        command, cwd=folder, env=hooks, check=False, capture_output=True, text=True
    )
    print(found.stdout[-3000:] if found.returncode else found.stdout[-700:], found.stderr[-500:])
    return found.returncode


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[int]:
    """The port of a service, which has logged no failure when it ends."""
    log = folder / "service.log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True)
    try:
        yield _port(log, process)
    finally:
        process.terminate()
        process.wait()
        faults = [line for line in log.read_text().splitlines() if "failed at" in line]
        print(f"failures in the log of the service: {len(faults)}", *faults[:5], sep="\n")


def _port(log: Path, process: subprocess.Popen[str]) -> int:
    while process.poll() is None:
        for word in log.read_text().split():
            if word.startswith("http://"):
                return int(word.rstrip("/.,").rpartition(":")[2])
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
