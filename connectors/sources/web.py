"""Web servers that redirect: never from elsewhere to this machine or to a cloud's metadata.

A server that somebody else runs may answer any request with the address of one that only this
machine can reach; what it says there would be read like data (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

SCHEMES = frozenset({"http", "https"})
METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
"""Addresses at which clouds tell machines their secrets, beside those that are link-local."""

CONNECT_TIMEOUT_SECONDS = 15
READ_TIMEOUT_SECONDS = 30
"""A server that sends nothing for so long is given up; how long all of it takes does not matter."""

Reach = Callable[[str], None]
"""Called with each address that a redirect leads to; raises to refuse it."""


class Misled(PermissionError):
    """A redirect, or a name, leads where it must not."""


def options(uri: str, reach: Reach | None) -> dict[str, Any]:
    """Options for fsspec's HTTP file system that keep it away from where it must not be led."""
    host = (urlsplit(uri).hostname or "").lower()

    async def client(**arguments: Any) -> Any:
        import aiohttp

        class Resolver(aiohttp.ThreadedResolver):
            async def resolve(
                self,
                name: str,
                port: int = 0,
                family: socket.AddressFamily = socket.AF_UNSPEC,
            ) -> list[Any]:
                found = await super().resolve(name, port, family)
                for one in found:
                    check_address(name, one["host"], given=host)
                return found

        async def redirected(_session: Any, _context: Any, about: Any) -> None:
            headers = about.response.headers
            address = urljoin(str(about.url), headers.get("Location", headers.get("URI", "")))
            check_redirect(address, given=host)
            if reach is not None:
                reach(address)

        trace = aiohttp.TraceConfig()
        trace.on_request_redirect.append(redirected)
        connector = aiohttp.TCPConnector(resolver=Resolver())
        arguments.setdefault(
            "timeout",
            aiohttp.ClientTimeout(
                total=None,
                sock_connect=CONNECT_TIMEOUT_SECONDS,
                sock_read=READ_TIMEOUT_SECONDS,
            ),
        )
        return aiohttp.ClientSession(connector=connector, trace_configs=[trace], **arguments)

    return {"get_client": client, "skip_instance_cache": True}


def check_redirect(address: str, *, given: str) -> None:
    """Raises Misled when a redirect from a URI of the host `given` leads to no web server, or
    spells out an address that it must not.
    """
    parts = urlsplit(address)
    name = (parts.hostname or "").lower()
    if parts.scheme.lower() not in SCHEMES or not name:
        raise Misled(f"redirected to {parts.scheme or 'nothing'}, which is no web address")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return
    check_address(name, name, given=given)


def check_address(name: str, address: str, *, given: str) -> None:
    """Raises Misled when `name` stands for an address that only this machine reaches, and is not
    the host that the user has `given`. A metadata address must be given as such.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.is_link_local or found in METADATA:
        refused = name != given or not _is_literal(name)
    else:
        refused = (found.is_loopback or found.is_unspecified) and name != given
    if refused:
        raise Misled(f"led to {name} ({found}), which only this machine may reach")


def _is_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
