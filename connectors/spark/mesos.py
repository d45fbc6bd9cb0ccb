"""A Mesos master over HTTP: who leads, what the agents have, what runs; see Mesos' operator API."""

from __future__ import annotations

import base64
import http.client
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.spark import zookeeper
from connectors.spark.asking import document, get, get_json
from connectors.spark.status import MIB, Application, Machine, Resources, Status
from schema.errors import ClusterError, InvalidInput

PORT = 5050
"""Of a master, unless its URL says another."""

ZOOKEEPER_PORT = 2181

_MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks. `secret` is the secret itself: it lives in memory, and is never shown."""

    principal: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.principal!r}, …)"

    @property
    def headers(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.principal}:{self.secret}".encode())
        return {"Authorization": f"Basic {pair.decode()}"}


@dataclass(frozen=True, slots=True)
class Master:
    """The master that leads: `address` is `HOST:PORT`."""

    address: str
    scheme: str = "http"
    credentials: Credentials | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"

    def ask(self, path: str) -> Any:
        """The JSON document at a path. The secret is sent only when the master demands it.

        Raises ClusterError when there is none, or reading is not allowed.
        """
        status, _, body = get(f"{self.url}{path}")
        if status == http.client.UNAUTHORIZED and self.credentials is not None:
            return get_json(f"{self.url}{path}", headers=self.credentials.headers)
        if status in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
            raise ClusterError(
                f"{self.url}{path}: the master wants to know who asks; give the principal and "
                "its secret (env:NAME or file:PATH) in the cluster's profile"
            )
        if status != http.client.OK:
            raise ClusterError(f"{self.url}{path}: answered with status {status}")
        return document(body, f"{self.url}{path}")


def leader(
    master: str,
    credentials: Credentials | None = None,
    environment: Mapping[str, str] | None = None,
) -> Master:
    """The master that leads now, of `mesos://HOST:PORT` or `mesos://zk://HOST:PORT,…/PATH`.

    Raises ClusterError when nobody answers, nobody leads, or the one that leads is out of reach.
    """
    environment = os.environ if environment is None else environment
    secure = environment.get("LIBPROCESS_SSL_ENABLED", "").lower() in {"1", "true"}
    scheme = "https" if secure else "http"
    named = master.removeprefix("mesos://")
    if named.startswith("zk://"):
        servers, path = zookeeper_address(named)
        return Master(zookeeper.leading_master(servers, path), scheme, credentials)
    address = named.rstrip("/")
    address = address if ":" in address else f"{address}:{PORT}"
    came_from = ""
    for _ in range(_MOST_REDIRECTS):
        try:
            status, headers, _ = get(f"{scheme}://{address}/master/redirect")
        except ClusterError as error:
            raise ClusterError(f"{master}: {came_from}{error}") from error
        if status == http.client.SERVICE_UNAVAILABLE:
            raise ClusterError(f"{master}: no master leads just now; try again when one is elected")
        location = headers.get("Location", "")
        if status != http.client.TEMPORARY_REDIRECT or not location:
            raise ClusterError(f"{master}: {address} is no Mesos master (status {status})")
        leading = urlsplit(location, scheme).netloc
        if same_address(leading, address):
            return Master(address, scheme, credentials)
        address, came_from = leading, f"{address} says that {leading} leads, but "
    raise ClusterError(f"{master}: the masters do not agree on who leads")


def zookeeper_address(url: str) -> tuple[list[tuple[str, int]], str]:
    """Servers and path of `zk://HOST:PORT,HOST:PORT/PATH`. Raises InvalidInput."""
    servers, slash, path = url.removeprefix("zk://").partition("/")
    if "@" in servers:
        raise InvalidInput(
            "master mesos://zk://…: the URL holds a password, which would be recorded with every "
            "run; let this user read the path without one"
        )
    pairs = [server.partition(":") for server in servers.split(",")]
    try:
        hosts = [(host, int(port or ZOOKEEPER_PORT)) for host, _, port in pairs]
    except ValueError:
        hosts = []
    if not hosts or not all(host for host, _ in hosts):
        raise InvalidInput(f"master mesos://{url}: not zk://HOST:PORT,HOST:PORT/PATH")
    return hosts, f"{slash or '/'}{path}".rstrip("/") or "/"


def same_address(one: str, other: str) -> bool:
    """Whether two `HOST:PORT` are the same, by name or by number."""
    return one == other or _resolved(one) == _resolved(other)


def status(master: Master) -> Status:
    """Agents, what they have, use and offer, and frameworks. Raises ClusterError."""
    summary = master.ask("/master/state-summary")
    frameworks = master.ask("/master/frameworks")
    version = master.ask("/version")
    try:
        return Status(
            kind="mesos",
            master=f"mesos://{master.address}",
            ui=master.url,
            state="ALIVE",
            version=version.get("version"),
            machines=tuple(_agent(each) for each in summary["slaves"]),
            running=tuple(_framework(each) for each in frameworks["frameworks"]),
            finished=tuple(
                _framework(each, "FINISHED") for each in frameworks["completed_frameworks"]
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ClusterError(f"{master.url}: does not answer as a Mesos master does") from error


def _agent(told: dict[str, Any]) -> Machine:
    state = "ALIVE" if told["active"] else "INACTIVE"
    if told.get("deactivated"):
        state = "DEACTIVATED"
    return Machine(
        id=told["id"],
        host=told["hostname"],
        port=told["port"],
        state=state,
        total=_resources(told["resources"]),
        used=_resources(told["used_resources"]),
        offered=_resources(told["offered_resources"]),
        attributes=tuple((name, str(value)) for name, value in told["attributes"].items()),
        reserved=tuple(
            (role, _resources(held)) for role, held in told["reserved_resources"].items()
        ),
    )


def _framework(told: dict[str, Any], ended: str | None = None) -> Application:
    connected = told.get("connected", True)
    roles = told.get("roles") or [told.get("role", "*")]
    return Application(
        id=told["id"],
        name=told["name"],
        user=told.get("user", ""),
        state=ended or ("RUNNING" if connected else "DISCONNECTED"),
        used=_resources(told["used_resources"]),
        started=datetime.fromtimestamp(told["registered_time"], UTC),
        role=",".join(roles),
    )


def _resources(told: dict[str, Any]) -> Resources:
    """Mesos tells memory in MiB."""
    return Resources(float(told.get("cpus", 0)), int(told.get("mem", 0) * MIB))


def _resolved(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    try:
        return socket.gethostbyname(host), port
    except OSError:
        return host, port
