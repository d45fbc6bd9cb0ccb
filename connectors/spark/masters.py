"""What each kind of master needs before Spark starts on it, asked of the master itself."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors import credentials
from connectors.spark import mesos, pages, reaching, standalone
from connectors.spark.cluster import Cluster
from connectors.spark.demand import check, demand_of, matching
from connectors.spark.libmesos import native_library
from schema.errors import ClusterError, InvalidInput, SourceError

LOOPBACK = "127.0.0.1"
_FEW_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cluster that can run: the master to go to, and the properties and environment variables
    of the driver, which may hold a secret and so are never shown.
    """

    cluster: Cluster
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_here: bool = False
    """Whether all machines that executors may run on are this one, so that its Java is theirs."""


def prepare(cluster: Cluster, environment: Mapping[str, str] | None = None) -> Prepared:
    """Find the master and ask whether it can give what the run wants.

    Raises ClusterError when it does not answer or never could, MissingDependency when what
    reaches it is not installed, InvalidInput for an archive that is not there.
    """
    environment = os.environ if environment is None else environment
    if cluster.is_local:
        return Prepared(cluster, _driver(LOOPBACK), {"SPARK_LOCAL_IP": LOOPBACK})
    archive = cluster.archive
    if archive is not None and "://" not in archive and not Path(archive).is_file():
        raise InvalidInput(
            f"archive {archive}: there is no such file; `headwater cluster pack -o {archive}` "
            "makes it"
        )
    if cluster.master.startswith("spark://"):
        return _standalone(cluster, environment)
    if cluster.master.startswith("mesos://"):
        return _mesos(cluster, environment)
    if cluster.master == "yarn":
        reaching.check_yarn(environment)
        return Prepared(cluster)
    address = reaching.check_kubernetes(cluster.master, cluster.properties(), environment)
    return Prepared(cluster, *_reachable(address, environment))


def check_answers(cluster: Cluster, seconds: float = 5.0) -> str:
    """The first address of a standalone master that somebody listens at: Spark itself waits a
    minute for it and then gives up without an error. Raises ClusterError when nobody does.
    """
    reason = ""
    for address in cluster.master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=seconds).close()
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return address
    raise ClusterError(f"{cluster.master}: no Spark master answers there ({reason})")


def own_address(address: str) -> str:
    """The address of this machine that the one at `HOST:PORT` sees it by."""
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, int(port)))  # sends nothing: the system picks the way
        return str(probe.getsockname()[0])


def mesos_leader(cluster: Cluster) -> mesos.Master:
    """The leading master of a `mesos://` cluster, asked as its principal if it has one."""
    return mesos.leader(cluster.master, _credentials(cluster))


def _standalone(cluster: Cluster, environment: Mapping[str, str]) -> Prepared:
    address = check_answers(cluster)
    try:
        told = pages.status(standalone.ui_of(cluster.master), seconds=_FEW_SECONDS)
    except ClusterError:  # its pages are elsewhere: Spark will see
        told = None
    if told is not None and told.master in cluster.master:
        alive = matching(told.machines, None)
        if not alive:
            raise ClusterError(f"{cluster.master}: no worker is there; start one")
        check(demand_of(cluster.properties(), "standalone"), told, alive)
    return Prepared(cluster, *_reachable(address, environment))


def _mesos(cluster: Cluster, environment: Mapping[str, str]) -> Prepared:
    library = native_library(environment)
    known = _credentials(cluster)
    leading = mesos.leader(cluster.master, known, environment)
    told = mesos.status(leading)
    options = cluster.mesos
    alive = matching(told.machines, None)
    if not alive:
        lost = f" ({len(told.machines)} are not active)" if told.machines else ""
        raise ClusterError(f"{told.master}: no agent is there{lost}; start one")
    properties = cluster.properties()
    fitting = matching(alive, options.constraints)
    if not fitting:
        raise ClusterError(
            f"{told.master}: none of {len(alive)} agents satisfies the constraints "
            f"{options.constraints!r}"
        )
    check(demand_of(properties, "mesos"), told, fitting, role=options.role or "*")
    if not cluster.master.startswith("mesos://zk://"):
        asked = cluster.master.removeprefix("mesos://").rstrip("/")
        if not mesos.same_address(asked if ":" in asked else f"{asked}:5050", leading.address):
            log.warning("%s: the master that leads is %s; going there", asked, told.master)
        cluster = replace(cluster, master=told.master)
    driver, variables = _reachable(leading.address, environment)
    variables |= {"MESOS_NATIVE_JAVA_LIBRARY": library}
    if address := variables.get("SPARK_LOCAL_IP"):
        variables |= {"LIBPROCESS_IP": environment.get("LIBPROCESS_IP", address)}
    if known is not None:
        variables |= {"SPARK_MESOS_PRINCIPAL": known.principal, "SPARK_MESOS_SECRET": known.secret}
    if not options.coarse:
        driver |= {"spark.executorEnv.MESOS_NATIVE_JAVA_LIBRARY": library}
    here = is_here(leading.address) and all(is_here(each.host) for each in fitting)
    return Prepared(cluster, driver, variables, is_here=here and options.image is None)


def is_here(address: str) -> bool:
    """Whether `HOST` or `HOST:PORT` is an address of this machine."""
    host = address.rpartition(":")[0] or address
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))  # only what is its own can be had
    except OSError:
        return False
    return True


def _reachable(
    address: str, environment: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Properties and variables that let executors reach the driver, unless the user has set
    where: the address that the master sees this machine by.
    """
    if environment.get("SPARK_LOCAL_IP"):
        return {}, {}
    try:
        own = own_address(address)
    except OSError:
        return {}, {}
    return _driver(own), {"SPARK_LOCAL_IP": own}


def _driver(address: str) -> dict[str, str]:
    return {"spark.driver.bindAddress": address, "spark.driver.host": address}


def _credentials(cluster: Cluster) -> mesos.Credentials | None:
    options = cluster.mesos
    if options.principal is None or options.secret is None:
        return None
    try:
        return mesos.Credentials(options.principal, credentials.content(options.secret))
    except SourceError as error:
        raise InvalidInput(f"mesos: the secret of {options.principal}: {error}") from None
