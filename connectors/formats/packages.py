"""Packages that a format needs and that come with an extra, imported when a file is read."""

from __future__ import annotations

import importlib
from types import ModuleType

from schema.errors import MissingDependency


def package(name: str, extra: str) -> ModuleType:
    """The package. Raises MissingDependency saying which extra to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{extra}: {error}; pip install 'headwater[{extra}]'"
        raise MissingDependency(message) from error
