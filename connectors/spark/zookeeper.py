"""Which Mesos master leads, as ZooKeeper tells: as much of its protocol as that takes.

The records are those of ZooKeeper's `zookeeper.jute`; the nodes are those of Mesos' leader
contender: one `json.info_NUMBER` for each master, the lowest number leads.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from connectors.spark.asking import reason
from schema.errors import ClusterError

_GET_DATA, _GET_CHILDREN, _CLOSE = 4, 8, -11
_FAULTS = {-101: "there is no such node", -102: "reading it is not allowed"}
_MOST_BYTES = 4 << 20
_SESSION_MS = 10_000
_CANDIDATE = "json.info_"


def leading_master(servers: list[tuple[str, int]], path: str, seconds: float = 5.0) -> str:
    """`HOST:PORT` of the Mesos master that leads, from the first server that answers.

    Raises ClusterError when none answers, or no master has registered below `path`.
    """
    refused = []
    for host, port in servers:
        try:
            with _session(host, port, seconds) as asked:
                return _leader(asked, path)
        except (OSError, EOFError, struct.error) as error:
            refused.append(f"{host}:{port}: {reason(error)}")
    raise ClusterError(f"zk://{path}: no ZooKeeper server answers ({'; '.join(refused)})")


def _leader(asked: _Session, path: str) -> str:
    candidates = [name for name in asked.children(path) if name.startswith(_CANDIDATE)]
    if not candidates:
        raise ClusterError(f"zk {path}: no Mesos master has registered there")
    first = min(candidates, key=lambda name: int(name.removeprefix(_CANDIDATE)))
    try:
        address = json.loads(asked.data(f"{path.rstrip('/')}/{first}"))["address"]
        return f"{address.get('hostname') or address['ip']}:{int(address['port'])}"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClusterError(f"zk {path}/{first}: does not describe a Mesos master") from error


class _Session:
    """One connection: requests and answers, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._requests = 0

    def open(self) -> None:
        self._send(struct.pack(">iqiqi16s", 0, 0, _SESSION_MS, 0, 16, b""))
        self._receive()

    def close(self) -> None:
        self._send(struct.pack(">ii", self._requests + 1, _CLOSE))

    def children(self, path: str) -> list[str]:
        answer = self._ask(_GET_CHILDREN, path)
        (count,) = struct.unpack_from(">i", answer)
        names, at = [], 4
        for _ in range(count):
            (length,) = struct.unpack_from(">i", answer, at)
            names.append(answer[at + 4 : at + 4 + length].decode())
            at += 4 + length
        return names

    def data(self, path: str) -> bytes:
        answer = self._ask(_GET_DATA, path)
        (length,) = struct.unpack_from(">i", answer)
        return answer[4 : 4 + max(length, 0)]

    def _ask(self, kind: int, path: str) -> bytes:
        self._requests += 1
        raw = path.encode()
        self._send(struct.pack(f">iii{len(raw)}s?", self._requests, kind, len(raw), raw, False))  # noqa: FBT003
        answer = self._receive()
        _, _, fault = struct.unpack_from(">iqi", answer)
        if fault:
            told = _FAULTS.get(fault, f"ZooKeeper's error {fault}")
            raise ClusterError(f"zk {path}: {told}")
        return answer[16:]

    def _send(self, body: bytes) -> None:
        self._connection.sendall(struct.pack(">i", len(body)) + body)

    def _receive(self) -> bytes:
        (length,) = struct.unpack(">i", self._exactly(4))
        if not 0 <= length <= _MOST_BYTES:
            raise EOFError("it does not speak ZooKeeper's protocol")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._connection.recv(count - len(parts))
            if not part:
                raise EOFError("it closed the connection")
            parts += part
        return bytes(parts)


@contextmanager
def _session(host: str, port: int, seconds: float) -> Iterator[_Session]:
    with socket.create_connection((host, port), timeout=seconds) as connection:
        asked = _Session(connection)
        asked.open()
        try:
            yield asked
        finally:
            with suppress(OSError):
                asked.close()
