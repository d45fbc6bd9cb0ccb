"""The library through which Spark's driver reaches Mesos: `libmesos.so`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from schema.errors import MissingDependency

VARIABLES = ("MESOS_NATIVE_JAVA_LIBRARY", "MESOS_NATIVE_LIBRARY")
"""What Mesos' own Java classes look at, in this order."""

FOLDERS = (
    "/usr/lib",
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/opt/mesosphere/lib",
    "/opt/mesos/lib",
    "/opt/homebrew/lib",
)
"""Where packages of Mesos put it."""


def native_library(
    environment: Mapping[str, str] | None = None, folders: Iterable[str] = FOLDERS
) -> str:
    """The path of the library: what the environment names, else in `LD_LIBRARY_PATH`, else in
    the customary folders. Raises MissingDependency saying what to install.
    """
    environment = os.environ if environment is None else environment
    for variable in VARIABLES:
        if named := environment.get(variable):
            if Path(named).is_file():
                return named
            raise MissingDependency(
                f"{variable} names {named}, which is not there; set it to the libmesos.so of the "
                "Mesos package (`find / -name 'libmesos*.so'`)"
            )
    searched = [each for each in environment.get("LD_LIBRARY_PATH", "").split(":") if each]
    places = [*searched, *folders]
    suffix = "dylib" if sys.platform == "darwin" else "so"
    for place in places:
        for pattern in (f"libmesos.{suffix}", f"libmesos-*.{suffix}"):
            if found := sorted(Path(place).glob(pattern)):
                return str(found[-1])
    raise MissingDependency(
        "Spark reaches Mesos through libmesos.so, and there is none in "
        f"{', '.join(places)}: install Apache Mesos (the package `mesos`) on this machine, in the "
        "version of the master, or set MESOS_NATIVE_JAVA_LIBRARY to where the library is"
    )
