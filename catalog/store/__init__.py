"""The catalog's database: `Store` is the only place with the catalog's SQL."""

from catalog.store.store import Store

__all__ = ["Store"]
