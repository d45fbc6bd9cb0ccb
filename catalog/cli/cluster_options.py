"""Where Spark runs: the options that every command which starts it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from connectors.spark.cluster import Cluster


@dataclass(frozen=True, slots=True)
class Choice:
    """What was said of the cluster, as it was said."""

    master: str | None
    cluster: str | None
    cores: int | None
    memory: str | None
    executor_cores: int | None
    archive: str | None
    conf: tuple[str, ...]

    @property
    def is_made(self) -> bool:
        """Whether anything was said."""
        return any(getattr(self, each.name) for each in fields(self))

    def build(self) -> Cluster:
        """The cluster: that of the profile, else all cores of this machine, with what was said
        in place of its own. Raises InvalidInput.
        """
        from connectors.spark import profiles

        return profiles.chosen(
            self.cluster,
            master=self.master,
            cores=self.cores,
            memory=self.memory,
            executor_cores=self.executor_cores,
            archive=self.archive,
            configuration=properties(self.conf),
        )


OPTIONS = (
    click.option(
        "--master", metavar="M", help="local[N], spark://…, mesos://…  [default: all cores]"
    ),
    click.option("--cluster", metavar="NAME", help="A profile, or what `cluster up` has started."),
    click.option("--cores", type=click.IntRange(1), metavar="N", help="The most taken in all."),
    click.option("--memory", metavar="SIZE", help="What each executor gets, such as 2g."),
    click.option("--executor-cores", type=click.IntRange(1), metavar="N", help="Of each executor."),
    click.option("--archive", metavar="FILE", help="Executors' Python, by `cluster pack`."),
    click.option("--conf", multiple=True, metavar="K=V", help="A property of Spark."),
)


def cluster_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command is given their `Choice` as `where`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        where = Choice(**{each.name: options.pop(each.name) for each in fields(Choice)})
        return function(*arguments, where=where, **options)

    added: Callable[..., Any] = command
    for option in reversed(OPTIONS):
        added = option(added)
    return added


def properties(given: tuple[str, ...]) -> list[tuple[str, str]]:
    """`K=V` texts as pairs."""
    pairs = [each.partition("=") for each in given]
    for name, equals, _ in pairs:
        if not (name.strip() and equals):
            raise click.BadParameter(f"{name!r} is not K=V", param_hint="--conf")
    return [(name.strip(), value) for name, _, value in pairs]
