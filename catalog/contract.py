"""Contracts of outputs: a new schema against that of the version before, before it is replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from catalog.reading import read
from connectors import registry
from connectors.model import Limits
from connectors.spark.writing import Staged
from schema.diff import SchemaDiff, diff
from schema.errors import NotFound, RunError
from schema.infer import infer
from schema.model import Change, Schema
from schema.notation import notations

if TYPE_CHECKING:
    from catalog.store import Store

OnWarning = Callable[[str], None]


def contract(store: Store, on_warning: OnWarning) -> Callable[[Staged], None]:
    """A check of outputs that declare `breaking`: it raises RunError, or warns, with the changes
    that break those who read the version that the catalog knows.
    """

    def check(staged: Staged) -> None:
        if staged.output.breaking is None:
            return
        found = changes(store, staged)
        breaking = [change for change in found.changes if change.breaking] if found else []
        if not breaking:
            return
        told = f"output {staged.uri}: breaks its readers: {'; '.join(map(described, breaking))}"
        if staged.output.breaking == "fail":
            raise RunError(f"{told}; the old output stays (breaking='fail')")
        on_warning(told)

    return check


def changes(store: Store, staged: Staged) -> SchemaDiff | None:
    """What changes from the version that the catalog knows; None when it knows none."""
    try:
        source = store.source(staged.uri)
    except NotFound:
        return None
    if source.version is None:
        return None
    after = _schema(staged, store)
    return None if after is None else diff(store.version(source.version).schema, after)


def described(change: Change) -> str:
    """A change for people: `total: type double → string`."""
    if change.kind == "removed":
        return f"{change.field} is gone"
    if change.kind == "renamed":
        return f"{change.before} is now called {change.after}"
    kind = "" if change.kind == "nullable" else f"{change.kind} "
    return f"{change.field}: {kind}{change.before} → {change.after}"


def _schema(staged: Staged, store: Store) -> Schema | None:
    """The schema as the crawl will see it: read from the files that wait to be put in place."""
    if staged.fresh is None:
        return staged.schema
    limits = Limits(credentials=staged.output.credentials)
    source = registry.open_source(staged.fresh, limits)
    for dataset in source.datasets():
        content = read(source, dataset, None, store, rows=None, on_batch=lambda *_: None)
        if content.summary is not None:
            fixed = notations(dict(content.dataset.options))
            return infer(content.summary, content.dataset.declared, fixed=fixed)
    return None
