"""Settings: one frozen value; only the command line builds it from options and environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Settings:
    """`catalog` is a SQLAlchemy URL; `json` asks for one JSON document on standard output;
    `crawl_roots` are the folders and URIs below which callers of the service may start crawls.
    """

    catalog: str
    json: bool = False
    crawl_roots: tuple[str, ...] = ()

    @classmethod
    def build(cls, environment: Mapping[str, str], *, catalog: str | None, json: bool) -> Settings:
        """Option first, then `HEADWATER_CATALOG`, then a SQLite file in the user's data folder.

        A bare path is taken as a SQLite file. `HEADWATER_CRAWL_ROOTS` lists roots with commas or
        white space between.
        """
        chosen = catalog or environment.get("HEADWATER_CATALOG") or str(default_catalog())
        url = chosen if "://" in chosen else f"sqlite:///{Path(chosen).expanduser().resolve()}"
        roots = environment.get("HEADWATER_CRAWL_ROOTS", "").replace(",", " ").split()
        return cls(url, json, tuple(roots))


def default_catalog() -> Path:
    """`catalog.db` in the user's data directory (`~/.local/share/headwater` on Linux)."""
    return Path(platformdirs.user_data_dir("headwater", appauthor=False)) / "catalog.db"
