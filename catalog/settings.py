"""Settings: one frozen value; only the command line builds it from options and environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from schema.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Settings:
    """`catalog` is a SQLAlchemy URL; `json` asks for one JSON document on standard output;
    `crawl_roots` are the folders and URIs below which callers of the service may start crawls;
    `threads` are the most that summarise at once, None for as many as there are cores.
    """

    catalog: str
    json: bool = False
    crawl_roots: tuple[str, ...] = ()
    threads: int | None = None

    @classmethod
    def build(cls, environment: Mapping[str, str], *, catalog: str | None, json: bool) -> Settings:
        """Option first, then `HEADWATER_CATALOG`, then a SQLite file in the user's data folder.

        A bare path is taken as a SQLite file. `HEADWATER_CRAWL_ROOTS` lists roots with commas or
        white space between. Raises InvalidInput for a `HEADWATER_THREADS` that is no number.
        """
        chosen = catalog or environment.get("HEADWATER_CATALOG") or str(default_catalog())
        url = chosen if "://" in chosen else f"sqlite:///{Path(chosen).expanduser().resolve()}"
        roots = environment.get("HEADWATER_CRAWL_ROOTS", "").replace(",", " ").split()
        return cls(url, json, tuple(roots), _threads(environment.get("HEADWATER_THREADS", "")))


def _threads(told: str) -> int | None:
    if not told.strip():
        return None
    if not told.strip().isdecimal() or not int(told):
        raise InvalidInput(
            f"HEADWATER_THREADS: {told!r} is no number of threads; set it to 1 or more"
        )
    return int(told)


def default_catalog() -> Path:
    """`catalog.db` in the user's data directory (`~/.local/share/headwater` on Linux)."""
    return Path(platformdirs.user_data_dir("headwater", appauthor=False)) / "catalog.db"
