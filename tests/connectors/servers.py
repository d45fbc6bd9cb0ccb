"""File servers on loopback: FTP by pyftpdlib, SFTP by paramiko, S3 by moto.

Each is ended with its block.
"""

from __future__ import annotations

import os
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def ftp(root: Path, user: str, password: str) -> Iterator[int]:
    """The port of a server of the files below `root`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import FTPHandler
        from pyftpdlib.servers import FTPServer

    authorizer = DummyAuthorizer()
    authorizer.add_user(user, password, str(root), perm="elr")
    handler = type("Handler", (FTPHandler,), {"authorizer": authorizer, "timeout": 30})
    server = FTPServer(("127.0.0.1", 0), handler)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            server.serve_forever(timeout=0.05, blocking=False, handle_exit=False)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.address[1]
    finally:
        ended.set()
        thread.join()
        server.close_all()


@contextmanager
def sftp(root: Path, user: str, password: str) -> Iterator[int]:
    """The port of a server of the files below `root`, over SSH."""
    import paramiko

    key = paramiko.ECDSAKey.generate()
    files = type("Files", (_files(),), {"root": str(root)})

    class Login(paramiko.ServerInterface):
        def check_auth_password(self, username: str, given: str) -> int:
            good = (username, given) == (user, password)
            return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

        def check_channel_request(self, kind: str, chanid: int) -> int:
            return paramiko.OPEN_SUCCEEDED

    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[Any] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            transports.append(transport)
            transport.start_server(server=Login(), event=threading.Event())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()


@contextmanager
def s3(bucket: str) -> Iterator[tuple[str, Any]]:
    """The address of an S3 server with an empty bucket, and a client of it."""
    import boto3
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="AKEY",
            aws_secret_access_key="SECRET/KEY",
        )
        client.create_bucket(Bucket=bucket)
        yield endpoint, client
    finally:
        s3_backends.reset()  # all servers of a process share what they hold
        server.stop()


def _files() -> type:
    import paramiko

    class Handle(paramiko.SFTPHandle):
        def stat(self) -> Any:
            return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    class Files(paramiko.SFTPServerInterface):
        root = ""

        def _path(self, path: str) -> str:
            return self.root + self.canonicalize(path)

        def list_folder(self, path: str) -> Any:
            try:
                return [
                    paramiko.SFTPAttributes.from_stat(one.stat(), one.name)
                    for one in Path(self._path(path)).iterdir()
                ]
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(Path(self._path(path)).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            try:
                handle = Handle(flags)
                handle.readfile = Path(self._path(path)).open("rb")  # noqa: SIM115
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)
            return handle

    return Files
