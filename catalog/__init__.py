"""What we know, and who may ask: the catalog, its service and its command line.

In a notebook: `import catalog; catalog.find("flights delay")`, `catalog.source("flights")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.notebook import find as find
    from catalog.notebook import source as source

__all__ = ["find", "source"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'catalog' has no attribute {name!r}")
    from catalog import notebook

    return getattr(notebook, name)
