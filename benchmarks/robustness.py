"""Hostile and broken data: what is told of it, and what it costs; none of it may crash or hang.

Each corpus is crawled by a process of its own, supervised as `headwater crawl` is. `longest` is the
longest wait between two outcomes. HEADWATER_BENCH_DAMAGED sets how many damaged files of each
format there are, HEADWATER_BENCH_BOMB and HEADWATER_BENCH_LINE how many bytes a bomb unpacks to and
one line holds. What no folder of files can hold is shown by tests, with 50 kills.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.corpora import find_corpus
from benchmarks.processes import run

DAMAGED = int(os.environ.get("HEADWATER_BENCH_DAMAGED", "30"))
BOMB = int(os.environ.get("HEADWATER_BENCH_BOMB", str(2 << 30)))
LINE = int(os.environ.get("HEADWATER_BENCH_LINE", str(2 << 30)))
SUFFIXES = {"excel": ".xlsx", "fixed-width": ".txt"}


def main() -> int:
    """One row for each corpus; the status is 1 when a crawl crashed or a wish was not met."""
    print(
        f"{'corpus':24}{'files':>7}{'findings':>10}{'errors':>8}{'crashes':>9}"
        f"{'peak MB':>9}{'longest s':>11}{'wall s':>8}"
    )
    failed = []
    for name, make in CORPORA.items():
        with tempfile.TemporaryDirectory(prefix="headwater-bench-") as made:
            folder = Path(made, "data")
            folder.mkdir()
            if _apart(make, folder):
                failed += [f"{name}: {fault}" for fault in _measured(name, folder, Path(made))]
            _open_again(folder)
    for name, tests in TESTED.items():
        failed += _tested(name, tests)
    for fault in failed:
        print(f"FAILED {fault}")
    return 1 if failed else 0


def _apart(make: Callable[[Path], bool], folder: Path) -> bool:
    """What `make` tells, made in another process: the kernel counts the peak of a process from
    before it became the command that is measured.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        made = False
        try:
            made = make(folder)
            sys.stdout.flush()
        finally:
            os._exit(0 if made else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _measured(name: str, folder: Path, made: Path) -> list[str]:
    """Print the row of a corpus; returns what is wrong with it."""
    files = sum(1 for path in folder.rglob("*") if path.is_file())
    told = made / "told.json"
    crawl = [sys.executable, "-m", "benchmarks.robustness", str(folder), str(told)]
    try:
        cost = run(crawl)
    except subprocess.CalledProcessError as error:
        return [f"the crawl ended with {error.returncode}: {error.output.decode()[-500:]}"]
    found = json.loads(told.read_text())
    codes = [code for one in found["sources"] for code, _ in one["findings"]]
    codes += [code for code, _ in found["listing"]]
    errors = sum(severity == "error" for one in found["sources"] for _, severity in one["findings"])
    crashes = codes.count("reader-crashed")
    print(
        f"{name:24}{files:7,}{len(codes):10,}{errors:8,}{crashes:9}"
        f"{cost.memory / 1e6:9.0f}{found['longest']:11.2f}{cost.wall:8.1f}",
        flush=True,
    )
    if name == "JSON texts":
        return _json_wishes(found["sources"])
    faults = [] if "reader-failed" not in codes else ["a reader failed in an unforeseen way"]
    statuses = {str(one["name"]).rsplit("/", 1)[-1]: one["status"] for one in found["sources"]}
    if Path(folder, "sound.csv").exists() and statuses.get("sound") != "NEW":
        faults.append("the sound file beside the others is not recorded")
    return faults


def _json_wishes(sources: list[dict[str, object]]) -> list[str]:
    """What must parse and does not, and what must not and does without a finding."""
    faults = []
    for one in sources:
        file = str(one["name"]).rsplit("/", 1)[-1]
        if file.startswith("y_") and one["status"] == "FAILED":
            faults.append(f"{file} is JSON, and could not be read")
        if file.startswith("n_") and not one["findings"]:
            faults.append(f"{file} is no JSON, and nothing is told of it")
    return faults


def _copied(corpus: str, pattern: str) -> Callable[[Path], bool]:
    def copy(folder: Path) -> bool:
        place = find_corpus(corpus)
        for path in sorted(place.rglob(pattern)) if place is not None else ():
            shutil.copy(path, folder)
        return place is not None

    return copy


def _damaged(folder: Path) -> bool:
    from benchmarks.made.hostile import damaged
    from tests.conformance.samples import SAMPLES

    samples = {SUFFIXES.get(name, f".{name}"): make() for name, make in SAMPLES.items()}
    damaged(folder, samples, DAMAGED)
    return True


def _bombs(folder: Path) -> bool:
    from benchmarks.made.hostile import bombs

    bombs(folder, BOMB)
    return True


def _oddities(folder: Path) -> bool:
    from benchmarks.made.hostile import oddities

    oddities(folder, LINE)
    return True


TESTED = {
    "files that change": "tests/robustness/test_changing_files.py",
    "unsteady servers": "tests/robustness/test_unsteady_servers.py",
    "slow statements": "tests/robustness/test_slow_statements.py",
    "crashing readers": "tests/robustness/test_crashing_readers.py",
    "50 kills, two at once": "tests/catalog/test_crawl_killed.py",
}
"""What no folder of files can hold: tests, each with its own server, database or process."""


def _tested(name: str, tests: str) -> list[str]:
    """Print what the tests of a file cost; returns what those that failed told."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    try:
        cost = run(command, {"HEADWATER_TEST_KILLS": "50"})
    except subprocess.CalledProcessError as error:
        return [f"{name}: {error.output.decode()[-500:]}"]
    told = f"{name:24}{tests}"
    print(f"{told:67}{cost.memory / 1e6:9.0f}{'':11}{cost.wall:8.1f}", flush=True)
    return []


CORPORA: dict[str, Callable[[Path], bool]] = {
    "JSON texts": _copied("json/test_parsing", "*.json"),
    "corrupt Parquet": _copied("parquet-bad", "*.parquet"),
    "damaged samples": _damaged,
    "bombs": _bombs,
    "odd shapes and places": _oddities,
}


def _open_again(folder: Path) -> None:
    """Let folders that may not be entered be removed."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


def crawl_and_tell(folder: str, told: str) -> None:
    """Crawl, and write what every source came to; this is run as a process of its own."""
    from catalog.cli.supervision import supervise

    supervise()
    from catalog.crawl import crawl
    from catalog.store import Store

    sources, listing, longest, last = [], [], 0.0, time.perf_counter()
    with Store.open(f"sqlite:///{told}.db") as store:
        for one in crawl([folder], store, on_finding=listing.append):
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
            findings = [(finding.code, finding.severity) for finding in one.findings]
            sources.append(
                {"name": one.source.name, "status": one.status.value, "findings": findings}
            )
    document = {
        "sources": sources,
        "listing": [(finding.code, finding.severity) for finding in listing],
        "longest": longest,
    }
    Path(told).write_text(json.dumps(document))


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) == 1 else crawl_and_tell(*sys.argv[1:]))
