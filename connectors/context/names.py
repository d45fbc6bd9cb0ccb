"""Which files beside data are about it, told by their names."""

from __future__ import annotations

FOLDER_JSON = frozenset(("csv-metadata.json", "datapackage.json", "dataset-metadata.json"))
"""About what lies in their folder, and below it."""

_ENDS = ("-metadata.json", ".metadata.json", ".schema.json")
"""About the file or folder whose name they begin with."""

_READMES = frozenset(("readme", "readme.md", "readme.txt", "readme.rst"))
_LICENCES = frozenset(
    stem + end for stem in ("copying", "licence", "license") for end in ("", ".md", ".txt")
)


def is_context(name: str) -> bool:
    """Whether a file name is that of something that is said of data, and never data itself."""
    lower = name.lower()
    return lower.endswith(_ENDS) or is_readme(lower) or is_licence(lower) or lower in FOLDER_JSON


def is_readme(name: str) -> bool:
    return name.lower() in _READMES


def is_licence(name: str) -> bool:
    return name.lower() in _LICENCES


def about(name: str) -> str | None:
    """The name, in lower case, of the file or folder that a context file is about; None where it is
    about its folder.
    """
    lower = name.lower()
    if lower in FOLDER_JSON or not lower.endswith(_ENDS):
        return None
    return next(lower.removesuffix(end) for end in _ENDS if lower.endswith(end))


def siblings(name: str) -> list[str]:
    """The names that may be about a file called `name`, where a folder is not listed."""
    stem = name.split(".", 1)[0]
    own = [start + end for start in dict.fromkeys((name, stem)) for end in _ENDS]
    shown = (
        "README.md",
        "README.txt",
        "README",
        "readme.md",
        "LICENSE",
        "LICENSE.txt",
        "LICENSE.md",
    )
    return [*own, *sorted(FOLDER_JSON), *shown]
