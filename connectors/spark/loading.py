"""Pipelines from Python files: the file runs as a script does, and holds one pipeline."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from connectors.spark.failure import one_line
from connectors.spark.pipeline import Pipeline
from schema.errors import HeadwaterError, RunError

MODULE = "headwater_pipeline_"
"""What the names of modules that are loaded here start with."""


def load(path: str | Path) -> Pipeline:
    """The one pipeline that a Python file defines.

    The file runs as a script does: what lies beside it can be imported. Raises RunError in one
    line when it cannot be run, or defines none or several.
    """
    file = Path(path).resolve()
    try:
        text = file.read_bytes()
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    module = _executed(file, text)
    found = [value for value in vars(module).values() if isinstance(value, Pipeline)]
    own = [each for each in found if each.function.__module__ == module.__name__]
    if len(own) != 1:
        names = f"defines {', '.join(each.name for each in own)}" if own else "defines no pipeline"
        raise RunError(f"{path}: {names}; one function is to be decorated with @pipeline(…)")
    return own[0]


def _executed(file: Path, text: bytes) -> ModuleType:
    name = MODULE + hashlib.sha256(str(file).encode()).hexdigest()[:16]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RunError(f"{file}: not a Python file; its name should end in .py")
    module = importlib.util.module_from_spec(spec)
    folder = str(file.parent)
    sys.modules[name] = module
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        exec(compile(text, str(file), "exec"), vars(module))  # noqa: S102 (what a run is for)
    except SyntaxError as error:
        raise RunError(f"{file}, line {error.lineno}: {error.msg}") from error
    except HeadwaterError as error:
        raise RunError(f"{file}: {error}") from error
    except Exception as error:
        raise RunError(f"{file}: {one_line(error)}") from error
    return module
