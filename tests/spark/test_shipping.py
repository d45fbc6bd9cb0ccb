"""Executors elsewhere import our packages from the archive that a session ships."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from connectors.spark.shipping import PACKAGES, pack


def test_an_interpreter_without_headwater_imports_it_from_the_archive(tmp_path: Path) -> None:
    archive = tmp_path / "packages.zip"
    pack(archive)
    script = (
        "import sys\n"
        "sys.path = [path for path in sys.path if 'site-packages' not in path]\n"
        f"sys.path[:0] = [{str(archive)!r}]\n"
        f"sys.path.append({sysconfig.get_path('purelib')!r})\n"  # what they import, not our own
        "import connectors.reading, connectors.spark.distribute, schema.text\n"
        "from connectors import registry\n"
        "registry.load('formats', 'csv')\n"
        "registry.table('sources')['files'].load('source', 'files')\n"
        "print(*[sys.modules[name].__file__ for name in ('connectors.reading', 'schema.text')])\n"
    ).replace(
        "registry.load('sources', 'files')", "registry.table('sources')['files'].load('', '')"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(str(archive)) == len(PACKAGES)
