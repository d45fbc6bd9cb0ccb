"""Clusters by name: profiles in a settings file, and those that `headwater cluster up` started.

[clusters.lab]
master = "mesos://zk://10.0.0.1:2181,10.0.0.2:2181/mesos"
cores = 8
memory = "2g"
archive = "/shared/environment.tar.gz"
environment = { AWS_REGION = "eu-west-1" }
configuration = { "spark.sql.shuffle.partitions" = "64" }

[clusters.lab.mesos]
role = "science"
principal = "science"
secret = "env:MESOS_SECRET"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from connectors.spark import standalone
from connectors.spark.cluster import Cluster, MesosOptions, default_cluster
from schema.errors import InvalidInput

FILE = "headwater.toml"

_TABLES = ("configuration", "environment")
_INTEGERS = ("cores", "executor_cores")
_BOOLEANS = ("coarse",)

T = TypeVar("T", Cluster, MesosOptions)


def files() -> list[Path]:
    """Where profiles are looked for: the current folder, then the user's settings."""
    user = Path(platformdirs.user_config_dir("headwater", appauthor=False))
    return [Path.cwd() / FILE, user / FILE]


def cluster(name: str) -> Cluster:
    """The cluster of that name. Raises InvalidInput naming those that there are."""
    known: list[str] = []
    for path in files():
        profiles = read(path)
        if name in profiles:
            return profiles[name]
        known += profiles
    running = standalone.started()
    for each in running:
        if each.name == name:
            return Cluster(each.master)
    known += [each.name for each in running]
    hint = f"known: {', '.join(known)}" if known else "`headwater cluster up` starts one"
    raise InvalidInput(f"cluster {name!r}: not in {' or '.join(map(str, files()))}; {hint}")


def chosen(
    name: str | None = None,
    *,
    master: str | None = None,
    cores: int | None = None,
    memory: str | None = None,
    executor_cores: int | None = None,
    archive: str | None = None,
    configuration: Iterable[tuple[str, str]] = (),
) -> Cluster:
    """A profile, else all cores of this machine, with what is given in place of its own."""
    base = default_cluster() if name is None else cluster(name)
    given = {
        "master": master,
        "cores": cores,
        "memory": memory,
        "executor_cores": executor_cores,
        "archive": archive,
    }
    merged = dict(base.configuration) | dict(configuration)
    said: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return replace(base, **said, configuration=tuple(sorted(merged.items())))


def read(path: Path) -> dict[str, Cluster]:
    """The profiles of a settings file; none when there is no file.

    Raises InvalidInput naming the file, the profile and the setting that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{path}: {error}") from error
    profiles = document.get("clusters", {})
    if not isinstance(profiles, dict):
        raise InvalidInput(f"{path}: clusters is not a table of tables ([clusters.NAME])")
    return {name: _profile(f"{path}: clusters.{name}", each) for name, each in profiles.items()}


def _profile(where: str, told: Any) -> Cluster:
    if not isinstance(told, dict) or "master" not in told:
        raise InvalidInput(f"{where}: a table with at least `master` is expected")
    options = dict(told)
    mesos = options.pop("mesos", {})
    if not isinstance(mesos, dict):
        raise InvalidInput(f"{where}.mesos: a table is expected")
    base = replace(default_cluster(), mesos=_made(MesosOptions(), mesos, f"{where}.mesos"))
    return _made(base, options, where)


def _made(base: T, told: Mapping[str, Any], where: str) -> T:
    """`base` with what is told. Raises InvalidInput for what there is not, or is of no use."""
    known = {field.name for field in fields(base)} - {"mesos"}
    for name, value in told.items():
        if name not in known:
            raise InvalidInput(
                f"{where}.{name}: not a setting; there are {', '.join(sorted(known))}"
            )
        expected = (
            dict
            if name in _TABLES
            else int
            if name in _INTEGERS
            else bool
            if name in _BOOLEANS
            else str
        )
        if type(value) is not expected:
            kind = {dict: "a table", int: "a number", bool: "true or false", str: "text"}[expected]
            raise InvalidInput(f"{where}.{name}: {kind} is expected")
    values: dict[str, Any] = {
        name: tuple(sorted((str(key), _text(one)) for key, one in value.items()))
        if name in _TABLES
        else value
        for name, value in told.items()
    }
    try:
        return replace(base, **values)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from error


def _text(value: Any) -> str:
    """A value as Spark's properties have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
