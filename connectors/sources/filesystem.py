"""The file system behind a URI: the local one, or any that fsspec knows, with credentials."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import gaierror
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from connectors.credentials import Credentials, resolve
from connectors.model import Entry
from connectors.sources import web
from connectors.sources.archive import KINDS as ARCHIVES
from connectors.sources.archive import Archive
from connectors.sources.remote import remote_entry, walk_remote
from connectors.sources.retrying import retried, transient
from connectors.sources.stored_file import StoredFile, reason
from connectors.sources.walk import Listed, Selection, is_regular, local_entry, walk_local
from connectors.sources.web import Reach
from connectors.uri import file_path, file_uri, printable, redact, scheme, take_apart, with_login
from schema.errors import CatalogError, MissingDependency, SourceError
from schema.model import Finding

LOCAL_SCHEMES = frozenset({None, "file", "local"})
_EXTRAS = {"s3": "s3", "s3a": "s3", "sftp": "sftp", "ssh": "sftp"}
_WITHOUT_CACHE = frozenset({"sftp", "ssh"})
"""Every option that their file system does not know goes to the client, which refuses it."""

_WITHOUT_HOST = frozenset({"memory"})
_GLOB = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """The local file system below `root`, an absolute path of a file or directory."""

    root: str
    namespace: str = "file"

    @property
    def uri(self) -> str:
        return file_uri(self.root)

    @property
    def root_name(self) -> str:
        return self.root.rsplit("/", 1)[-1]

    def name_of(self, path: str) -> str:
        """The dataset name of a path below the root."""
        return printable(self.full(path))

    def uri_of(self, path: str) -> str:
        return file_uri(self.full(path))

    def full(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}" if path else self.root

    def listing(self, selection: Selection, findings: list[Finding]) -> Iterator[Listed]:
        """Every wanted file below the root. Raises SourceError when there is no such root."""
        try:
            if Path(self.root).is_dir():
                os.scandir(self.root).close()
                return walk_local(self.root, selection, findings)
            if not is_regular(self.root):
                raise SourceError(
                    f"{printable(self.root)}: not a file or folder; nothing can be read"
                )
            return iter([Listed("", local_entry(self.root))])
        except OSError as error:
            message = (
                "no such file or folder; check the path"
                if isinstance(error, FileNotFoundError)
                else reason(error)
            )
            raise SourceError(f"{printable(self.root)}: {message}") from None

    def file(self, entry: Entry) -> StoredFile:
        return StoredFile(entry.uri, file_path(entry.uri), entry.size)


@dataclass(frozen=True, slots=True)
class RemoteFiles:
    """An fsspec file system below `root`, its path there; `uri` means the same, without secrets."""

    fs: Any
    root: str
    uri: str
    namespace: str
    prefix: str
    """What the name of a dataset starts with: the path of the root within its namespace."""

    quoted: bool = False
    """Whether its paths are percent-encoded, as those of web servers are."""

    @property
    def root_name(self) -> str:
        return self.root.rstrip("/").rsplit("/", 1)[-1]

    def name_of(self, path: str) -> str:
        return "/".join(part for part in (self.prefix, path) if part)

    def uri_of(self, path: str) -> str:
        head, chain, rest = self.uri.partition("::")
        if path:
            path = quote(path) if self.quoted else path
            head = (head if head.endswith("://") else head.rstrip("/") + "/") + path
        return head + chain + rest

    def listing(self, selection: Selection, findings: list[Finding]) -> Iterator[Listed]:
        """Every wanted file below the root. Raises SourceError when it cannot be reached."""
        try:
            info = retried(lambda: self.fs.info(self.root))
        except FileNotFoundError as error:
            refused = _refused(error)
            if refused is not None:
                raise SourceError(f"{self.uri}: {redact(str(refused))}") from None
            if transient(error) and error.__cause__ is not None:
                raise unreachable(self.uri, error.__cause__) from error
            raise SourceError(
                f"{self.uri}: no such file, folder or bucket; check the address"
            ) from None
        except Exception as error:  # every file system has errors of its own
            raise unreachable(self.uri, error) from error
        root = self.root
        if "html" in str(info.get("mimetype")) and self.fs.isdir(root):
            root = root.rstrip("/") + "/"  # a web server's index of a folder
        elif info["type"] == "file" or not self.fs.isdir(root):
            return iter([Listed("", remote_entry(self.uri, info))])
        quoted = self.quoted
        return walk_remote(self.fs, root, self._below_uri, selection, findings, quoted=quoted)

    def file(self, entry: Entry) -> StoredFile:
        head = entry.uri.partition("::")[0]
        below = head.removeprefix(self.uri.partition("::")[0]).lstrip("/")
        path = f"{self.root.rstrip('/')}/{below}" if below and self.root else below or self.root
        return StoredFile(entry.uri, path, entry.size, self.fs)

    def _below_uri(self, path: str) -> str:
        below = path.removeprefix(self.root).lstrip("/")
        return self.uri_of(unquote(below) if self.quoted else below)


Files = LocalFiles | RemoteFiles


def open_files(
    uri: str, reference: str | None, reach: Reach | None = None
) -> tuple[Files, tuple[str, ...]]:
    """The file system and root that a path or URI means, and the globs of its last parts, if any.
    `reach` is asked about every redirect of a web server.

    Raises SourceError (MissingDependency) in one line when it cannot be reached.
    """
    if scheme(uri) in LOCAL_SCHEMES:
        path = uri if scheme(uri) is None else file_path(uri)
        root, globs = _split_glob(os.path.normpath(Path(path).expanduser().absolute()))
        return LocalFiles(root), globs
    kind = scheme(uri)
    if kind in ARCHIVES and "::" in uri:
        return _open_archive(str(kind), uri, reference, reach), ()
    credentials = resolve(reference)
    return open_remote(credentials.url or uri, credentials, shown=uri, reach=reach), ()


def _open_archive(kind: str, uri: str, reference: str | None, reach: Reach | None) -> RemoteFiles:
    """The members of an archive (`zip://raw::s3://bucket/all.zip`), below a path in it."""
    head, _, rest = uri.partition("::")
    outer, _ = open_files(rest, reference, reach)
    inner = head.partition("://")[2].strip("/")
    size = None
    if isinstance(outer, LocalFiles) and Path(outer.root).is_file():
        size = Path(outer.root).stat().st_size
    fs = Archive(kind, outer.file(Entry(outer.uri, size, "")))
    name = "/".join(part for part in (outer.name_of(""), unquote(inner)) if part)
    address = f"{kind}://{inner}::{outer.uri}"
    return RemoteFiles(fs, inner, address, outer.namespace, name, quoted=True)


def _split_glob(path: str) -> tuple[str, tuple[str, ...]]:
    """A path that does not exist and holds wildcards, as root and glob."""
    if not _GLOB.intersection(path) or os.path.lexists(path):
        return path, ()
    parts = path.split("/")
    first = next(at for at, part in enumerate(parts) if _GLOB.intersection(part))
    return "/".join(parts[:first]) or "/", ("/" + "/".join(parts[first:]),)


def open_remote(
    uri: str, credentials: Credentials, *, shown: str, reach: Reach | None = None
) -> RemoteFiles:
    """An fsspec file system, opened. Raises SourceError naming the place without its secrets."""
    from fsspec.core import url_to_fs

    clean = take_apart(shown).clean
    options = _options(uri, credentials)
    if scheme(uri) in web.SCHEMES and "::" not in uri:
        options = {**web.options(uri, reach), **options}
    try:
        fs, root = url_to_fs(_with_credentials(uri, credentials), **options)
    except ImportError as error:
        extra = _EXTRAS.get(scheme(uri) or "")
        install = f"pip install 'headwater[{extra}]'" if extra else reason(error)
        raise MissingDependency(f"{clean}: its package is not installed; {install}") from error
    except Exception as error:
        raise unreachable(clean, error) from error
    namespace, prefix = _identity(clean)
    address = clean if clean.endswith("://") else clean.rstrip("/")
    quoted = scheme(clean) in {"http", "https"}
    prefix = unquote(prefix) if quoted else prefix
    return RemoteFiles(fs, str(root), address, namespace, prefix, quoted)


def _refused(error: BaseException) -> BaseException | None:
    """What refused to go on, of an error that it is the cause of."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, web.Misled | CatalogError):
            return cause
        cause = cause.__cause__
    return None


def _options(uri: str, credentials: Credentials) -> dict[str, Any]:
    """Storage options: those of the credentials, and for object stores the login as key, secret."""
    options = dict(credentials.options)
    if scheme(uri) not in _WITHOUT_CACHE:
        options.setdefault("use_listings_cache", False)
    if scheme(uri) in {"s3", "s3a"}:
        given = take_apart(uri)
        user, password = credentials.user or given.user, credentials.password or given.password
        if user and password:
            options |= {"key": user, "secret": password}
    return options


def _with_credentials(uri: str, credentials: Credentials) -> str:
    if scheme(uri) in {"s3", "s3a"}:
        return take_apart(uri).clean
    if credentials.user is not None and "::" not in uri:
        return with_login(take_apart(uri).clean, credentials.user, credentials.password)
    return uri


def _identity(clean: str) -> tuple[str, str]:
    """Namespace and path of the root: `s3://bucket` and `raw/flights`."""
    if "::" in clean:
        head, _, rest = clean.partition("::")
        return rest, head.partition("://")[2].strip("/")
    kind, _, rest = clean.partition("://")
    if kind in _WITHOUT_HOST:
        return kind, "/" + rest.strip("/")
    split = urlsplit(clean)
    return f"{kind}://{split.netloc}", clean.split("://", 1)[1].partition("/")[2].strip("/")


def _behind(error: BaseException) -> BaseException:
    """What the system said, where a package wraps it in an error of its own."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
        if isinstance(cause, ConnectionError | TimeoutError | gaierror):
            return cause
    return error


def unreachable(place: str, error: BaseException) -> SourceError:
    """The error for a place that could not be reached, in one line, without secrets."""
    error = _behind(error)
    text = redact(reason(error))
    advice = {
        PermissionError: "access was refused; check the credentials (--credentials env:NAME)",
        ConnectionError: "the connection failed; check that the server runs and can be reached",
        TimeoutError: "no answer in time; check that the server runs and can be reached",
        gaierror: "there is no such host; check the address",
    }
    told = next((say for kind, say in advice.items() if isinstance(error, kind)), None)
    if told is None and "redential" in text:
        told = "no credentials were found; name them with --credentials env:NAME"
    if isinstance(error, TypeError) and "required" in text:
        told = "it needs more than an address; name a JSON object with --credentials env:NAME"
    if "libjvm" in text or "libhdfs" in text:
        text, told = "Java or Hadoop's libhdfs was not found", "set JAVA_HOME and HADOOP_HOME"
    return SourceError(f"{place}: {text}" + (f" ({told})" if told else ""))
