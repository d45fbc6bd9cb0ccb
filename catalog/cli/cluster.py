"""`headwater cluster`: a Spark cluster on this machine, and what any cluster says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, shared_options, subcommand

if TYPE_CHECKING:
    from connectors.spark.standalone import Standalone
    from connectors.spark.status import Status

NAME = "standalone"
LEAST_PORT = 1024
"""Spark takes no port below this."""

name_option = click.option(
    "--name", default=NAME, show_default=True, metavar="NAME", help="Of several, which one."
)


@click.group(
    "cluster",
    epilog="\b\nExample:\n  headwater cluster up --workers 2\n  headwater cluster status\n"
    "  headwater run delays.py --cluster standalone\n  headwater cluster down",
)
@shared_options
def command() -> None:
    """Start a Spark cluster on this machine, look at any cluster, pack Python for one."""


@subcommand(
    "up",
    example="""headwater cluster up --workers 2
    headwater cluster up --workers 4 --cores 1 --memory 2g --port 7077 --ui-port 8080""",
)
@click.option(
    "--workers", type=click.IntRange(1), default=2, show_default=True, help="Worker processes."
)
@click.option(
    "--cores", type=click.IntRange(1), metavar="C", help="Of each worker.  [default: shared out]"
)
@click.option("--memory", metavar="SIZE", help="Of each worker (2g).  [default: half, shared out]")
@click.option(
    "--port", type=click.IntRange(LEAST_PORT, 65535), help="Of the master.  [default: a free one]"
)
@click.option(
    "--ui-port", type=click.IntRange(LEAST_PORT, 65535), help="Of its pages.  [default: a free one]"
)
@name_option
@pass_session
def up(
    session: Session,
    *,
    workers: int,
    cores: int | None,
    memory: str | None,
    port: int | None,
    ui_port: int | None,
    name: str,
) -> None:
    """Start a Spark master and its workers on this machine, from the PySpark package alone.

    They listen on 127.0.0.1 only, live on when this command has ended, and are ended by
    `headwater cluster down`. Every process of this machine can submit work to them.
    """
    from catalog.cli.progress import doing
    from connectors.spark import pages, standalone
    from connectors.spark.memory import parse_memory
    from connectors.spark.status import MIB

    size = None if memory is None else parse_memory(memory) // MIB
    plan = standalone.Plan(workers, cores, size, port or 0, ui_port or 0)
    with doing("starting Spark") as on_step:
        made = standalone.up(plan, name, on_step)
    tell(session, pages.status(made.ui), made)


@subcommand("down", example="headwater cluster down")
@name_option
@pass_session
def down(session: Session, *, name: str) -> None:
    """End the cluster that `up` has started, with all that runs on it; its logs are kept.

    Nothing happens when there is none.
    """
    from catalog.cli.output import console, print_json, text
    from connectors.spark import standalone

    ended = standalone.down(name)
    if session.json:
        print_json({"name": name, "ended": ended is not None, "master": ended and ended.master})
    elif ended is None:
        console().print(text(f"cluster {name}: none is up"))
    else:
        console().print(text(f"cluster {name}: {ended.master} has ended"))


def tell(session: Session, status: Status, made: Standalone | None = None) -> None:
    """What a cluster says, as JSON or for people; `made` when it is one of our own."""
    from catalog.cli import cluster_document
    from catalog.cli.output import print_json

    if session.json:
        print_json(cluster_document.document(status, made))
    else:
        cluster_document.show(status, made)


@subcommand(
    "status",
    example="""headwater cluster status
    headwater cluster status --master mesos://10.0.0.1:5050 --json""",
)
@click.option("--master", metavar="M", help="spark://… or mesos://…  [default: what `up` started]")
@click.option(
    "--ui", metavar="URL", help="Where a spark:// master has its pages.  [default: port 8080]"
)
@click.option("--cluster", metavar="NAME", help="A profile of the settings file.")
@name_option
@pass_session
def status(
    session: Session, *, master: str | None, ui: str | None, cluster: str | None, name: str
) -> None:
    """Show the machines of a cluster, what they have and use, and what runs or ran on it."""
    from connectors.spark import masters, mesos, pages, profiles, standalone
    from schema.errors import ClusterError, InvalidInput

    asked = profiles.chosen(cluster, master=master) if cluster or master else None
    if asked is None:
        made = standalone.load(name)
        if made is None or not made.answers:
            gone = "is not up" if made is None else f"its master at {made.master} has ended"
            raise ClusterError(f"cluster {name}: {gone}; `headwater cluster up` starts one")
        tell(session, pages.status(made.ui), made)
    elif asked.master.startswith("spark://"):
        tell(session, pages.status(ui or standalone.ui_of(asked.master)))
    elif asked.master.startswith("mesos://"):
        tell(session, mesos.status(masters.mesos_leader(asked)))
    else:
        raise InvalidInput(f"master {asked.master!r}: only spark:// and mesos:// can be asked")


@subcommand(
    "pack",
    example="""headwater cluster pack -o environment.tar.gz
    headwater cluster pack -o environment.tar.gz --with scikit-learn
    headwater run delays.py --cluster lab --archive environment.tar.gz""",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.tar.gz",
    help="The archive to write.",
)
@click.option(
    "--with", "more", multiple=True, metavar="PACKAGE", help="A package that pipelines need too."
)
@pass_session
def pack(session: Session, *, output: Path, more: tuple[str, ...]) -> None:
    """Pack Python, Headwater's readers and what they import for executors on other machines.

    Executors unpack it (--archive) and need no Python of their own; their machines must be of the
    same kind as this one. Pipelines' own packages are named with --with.
    """
    from catalog.cli.output import console, print_json, size, text
    from catalog.cli.progress import doing
    from connectors.spark.pack import pack as write

    with doing("packing") as on_step:
        packed = write(output, more, on_step)
    if session.json:
        print_json(
            {
                "path": str(packed.path),
                "bytes": packed.bytes,
                "packages": [{"name": name, "version": is_} for name, is_ in packed.packages],
            }
        )
    else:
        told = f"{packed.path}: {size(packed.bytes)}, {len(packed.packages)} packages"
        console().print(text(told), soft_wrap=True)


for each in (up, status, down, pack):
    command.add_command(each)
