"""`headwater demo`: the whole loop over the sample data, told station by station."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.model import Run
    from catalog.store import Store

FOLDER = ".demo"
PIPELINE = "pipelines/delays.py"
CONNECTOR_LINES = 34
FINDINGS = 6


@subcommand("demo", example="headwater demo\nheadwater demo --serve")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The sample data.  [default: sample_data of the checkout, else of this folder]",
)
@click.option("--serve", is_flag=True, help="Leave the service running at the end.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8400, show_default=True, help="Of it."
)
@pass_session
def command(session: Session, *, data: Path | None, serve: bool, port: int) -> None:
    """Walk the loop on real data: crawl, search, look, connect, run on Spark, and look again.

    All that it writes goes into .demo in the current folder, with a catalog of its own.
    """
    from catalog.cli.output import print_json
    from catalog.settings import Settings
    from catalog.store import Store

    samples = sample_data(data)
    folder = Path.cwd() / FOLDER
    settings = Settings(f"sqlite:///{fresh_catalog(folder)}", session.json)
    began = time.monotonic()
    with Store.open(settings.catalog) as store:
        told = walk(store, samples, folder, quiet=session.json)
    seconds = round(time.monotonic() - began, 1)
    if session.json:
        print_json({"catalog": settings.catalog, **told, "seconds": seconds})
    else:
        farewell(seconds)
    if serve:
        from catalog.server import serve as serve_forever

        serve_forever(settings, "127.0.0.1", port)


def sample_data(given: Path | None) -> Path:
    """The folder of samples. Raises InvalidInput saying where they were looked for."""
    import catalog
    from schema.errors import InvalidInput

    beside = Path(catalog.__file__).resolve().parents[1] / "sample_data"
    places = [given] if given is not None else [beside, Path.cwd() / "sample_data"]
    for place in places:
        if (place / PIPELINE).is_file():
            return place.resolve()
    looked = " and ".join(str(place) for place in places)
    raise InvalidInput(
        f"demo: no sample data in {looked}; it comes with the repository: run the demo in a "
        "checkout, or give its folder with --data"
    )


def fresh_catalog(folder: Path) -> Path:
    """The path of a catalog that is not there yet, in a folder that tells git to ignore it."""
    folder.mkdir(exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    catalog = folder / "catalog.db"
    for path in folder.glob(f"{catalog.name}*"):
        path.unlink()
    return catalog


def walk(store: Store, samples: Path, folder: Path, *, quiet: bool) -> dict[str, Any]:
    """All stations in order; what they came to, with the keys of the commands."""
    from catalog.cli import crawl as crawling
    from catalog.cli import documents, search, show
    from catalog.cli.progress import crawling as progress
    from catalog.crawl import crawl
    from catalog.model import Search

    def tell(number: int, title: str, line: str) -> None:
        if not quiet:
            heading(number, title, line)

    tell(1, "Crawl a folder: what is there, and what is in it?", f"headwater crawl {samples.name}")
    began = time.monotonic()
    with progress() as on_progress:
        outcomes = list(crawl([str(samples)], store, on_progress=on_progress))
    seconds = time.monotonic() - began
    if not quiet:
        crawling.show(outcomes, [], seconds, most=FINDINGS)

    tell(2, "Search: who knows about delays?", "headwater search delay")
    page = store.search(Search(text="delay", first=5))
    if not quiet:
        search.show(page, search.why(store, page))

    tell(3, "Look at one: schema, figures, quality", "headwater show flights")
    if not quiet:
        show.show(store, store.source("flights"))

    tell(4, "Connect: typed code for Spark", "headwater connect flights --target pyspark")
    connector = connect(store, quiet=quiet)

    tell(
        5,
        "Run a pipeline on Spark: two sources in, one out",
        f"headwater run {samples.name}/{PIPELINE}",
    )
    ended = run(store, samples / PIPELINE, folder / "out" / "delays", quiet=quiet)

    tell(6, "And the result is a source again", "headwater lineage delays; headwater show delays")
    if not quiet:
        result(store, ended)
    sources = store.sources({*ended.inputs, *ended.outputs})
    return {
        "counts": crawling.counts(outcomes),
        "found": [documents.source(hit.source) for hit in page.hits],
        "connector": connector,
        "run": documents.run(ended, sources),
    }


def heading(number: int, title: str, line: str) -> None:
    """The title of a station, and what to type for the same."""
    from catalog.cli.output import console, text

    out = console()
    out.print()
    out.print(text(f"{number}  {title}", "bold cyan"))
    out.print(text(f"   $ {line}", "dim"))


def connect(store: Store, *, quiet: bool) -> dict[str, str]:
    """The beginning of a connector."""
    from catalog.cli.output import console, text
    from catalog.connect import connector

    version = store.source("flights").version
    assert version is not None
    made = connector(store.version(version), "pyspark")
    if not quiet:
        out = console()
        lines = made.code.splitlines()
        for line in lines[:CONNECTOR_LINES]:
            out.print(text(f"   {line}"), soft_wrap=True)
        out.print(text(f"   … {len(lines) - CONNECTOR_LINES} more lines", "dim"))
    return {"target": made.target, "filename": made.filename, "fingerprint": made.fingerprint}


def run(store: Store, path: Path, output: Path, *, quiet: bool) -> Run:
    """Run the pipeline. Raises RunError when it does not end well."""
    from catalog.cli.progress import doing
    from catalog.cli.run import show
    from catalog.model import RunState
    from catalog.runs import run
    from schema.errors import RunError

    with doing("starting") as on_step:
        ended = run(path, store, output=str(output), on_step=on_step)
    if ended.state is not RunState.COMPLETE:
        raise RunError(ended.error or "the run did not end well")
    if not quiet:
        show(ended, store.sources({*ended.inputs, *ended.outputs}))
    return ended


def result(store: Store, ended: Run) -> None:
    """The output: where it comes from, and what it is."""
    from catalog.cli import lineage, show

    for pk in ended.outputs:
        source = store.source(pk)
        pks, edges = store.lineage(pk, upstream=5, downstream=0)
        lineage.show(source, store.sources(pks), edges, {ended.pk: ended.pipeline})
        show.show(store, source)


def farewell(seconds: float) -> None:
    """How to go on."""
    from catalog.cli.output import console, text

    out = console()
    out.print()
    out.print(text(f"That took {seconds:.0f} s. Look at it all in the browser:", "bold cyan"))
    out.print(text(f"   $ headwater --catalog {FOLDER}/catalog.db serve"), soft_wrap=True)
    out.print(text("   or headwater demo --serve; then open http://127.0.0.1:8400/", "dim"))
