"""GraphiQL as a package of the registry brings it: nothing of it is in this repository, nothing
comes from elsewhere when a page is looked at.

The wheel has GraphiQL 2.4.7 and React 17.0.2; GraphiQL is byte for byte that of npm but for a last
line feed. It is made for Django, of which nothing is imported.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from functools import cache
from pathlib import Path
from urllib.parse import quote

from catalog.access.guard import POLICY

PACKAGE = "graphene_django_graphiql_static"
MOUNT = "/static/graphiql"
SCRIPTS = (
    "react.production.min.js",
    "react-dom.production.min.js",
    "graphql-ws.min.js",
    "graphiql.min.js",
)
STYLE = "graphiql.min.css"
PAGE_POLICY = f"{POLICY}; font-src data:"
"""Its fonts stand in its style sheet."""


@cache
def folder() -> Path | None:
    """Where its files are; None when the package is not installed, or has them no more."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    place = Path(found.origin).parent / "static" / PACKAGE
    return place if all((place / name).is_file() for name in (*SCRIPTS, STYLE)) else None


@cache
def addresses() -> dict[str, str]:
    """`style`, and `scripts` in their order, space-separated; empty when it is not there."""
    if folder() is None:
        return {}
    version = quote(importlib.metadata.version(PACKAGE))
    return {
        "style": f"{MOUNT}/{STYLE}?v={version}",
        "scripts": " ".join(f"{MOUNT}/{name}?v={version}" for name in SCRIPTS),
    }
