"""The ASGI application: GraphQL, pages, rows over HTTP, health; and `serve`, which runs it."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from catalog.access.authentication import Authenticator, shown_by
from catalog.access.bounds import DEFAULT_BOUNDS, Bounded, Bounds, Paced, who
from catalog.access.callers import Caller
from catalog.access.exposure import LOOPBACK, exposure
from catalog.access.following import Following
from catalog.access.gate import Gate, caller_of
from catalog.access.guard import HostCheck, SecurityHeaders
from catalog.access.http import rows_endpoint
from catalog.access.jobs import Jobs
from catalog.access.lineage import lineage_endpoint
from catalog.access.pace import Pace
from catalog.access.roots import NOWHERE, Roots
from catalog.graphql.documents import Documents
from catalog.graphql.http import GraphQLEndpoint
from catalog.graphql.limits import DEFAULT_LIMITS, PRODUCTION, Limits
from catalog.graphql.loading import Request
from catalog.graphql.socket import LONGEST_MESSAGE, GraphQLSocket
from catalog.settings import Settings
from catalog.web import graphiql
from catalog.web.pages import STATIC, Pages
from catalog.web.signing import SignIn
from schema.errors import HeadwaterError, InvalidInput

if TYPE_CHECKING:
    import uvicorn

    from catalog.store import Store


EXPLORE = "/explore"
MOST_CONNECTIONS = 1_000
"""Connections open at once; others are answered 503."""


@dataclass(frozen=True, slots=True)
class Service:
    """How the service behaves. `hosts` are the names that it answers to; empty is any. `auth`:
    callers must show a token. `secure`: people reach it by TLS. `rate` is how many requests a
    second one caller may send; None is any. `production` is the one switch for limits (unless they
    are given), introspection, hints and the page to explore the API with.
    """

    roots: Roots = NOWHERE
    hosts: tuple[str, ...] = LOOPBACK
    limits: Limits | None = None
    auth: bool = False
    secure: bool = False
    production: bool = False
    rate: float | None = None
    bounds: Bounds = DEFAULT_BOUNDS
    documents: Documents | None = None


LOCAL = Service()


def create_app(store: Store, service: Service = LOCAL) -> ASGIApp:
    """The application over an open store, which stays the caller's to close."""
    following = Following(store)
    jobs = Jobs(store, service.roots, following.job_changed)
    authenticator = Authenticator(store, required=service.auth, secure=service.secure)

    def begin(http: HTTPConnection) -> Request:
        return of(caller_of(http))

    def of(caller: Caller) -> Request:
        return Request(store, jobs=jobs, following=following, caller=caller)

    async def admit(socket: WebSocket, payload: Mapping[str, Any]) -> Caller | None:
        shown = shown_by(socket.headers, payload)
        return await anyio.to_thread.run_sync(authenticator.caller, shown)

    pace = None if service.rate is None else Pace(service.rate)

    def wait(socket: WebSocket, caller: Caller) -> float:
        return 0.0 if pace is None else pace.wait(who(socket.scope, caller))

    limits = service.limits or (PRODUCTION if service.production else DEFAULT_LIMITS)
    explores = not service.production and not (service.documents and service.documents.only)
    pages = Pages(store, begin, limits)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        jobs.close()

    routed = Starlette(
        routes=[
            Route(
                "/graphql",
                GraphQLEndpoint(
                    begin, limits, service.documents, production=service.production
                ).respond,
                methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            ),
            WebSocketRoute(
                "/graphql",
                GraphQLSocket(admit, of, limits, service.documents, wait=wait).respond,
            ),
            Route("/healthz", _health(store)),
            Route("/api/v1/rows/{id}", rows_endpoint(store)),
            Route("/api/v1/lineage", lineage_endpoint(store), methods=["POST"]),
            *_static(explores=explores),
            *SignIn(authenticator).routes(),
            *(page for page in pages.routes() if explores or page.path != EXPLORE),
        ],
        exception_handlers={
            404: pages.not_found,
            405: pages.not_found,
            500: pages.failed,
            HeadwaterError: pages.told,
        },
        lifespan=lifespan,
    )
    app: ASGIApp = Bounded(routed, service.bounds)
    if pace is not None:
        app = Paced(app, pace)
    app = Gate(app, authenticator, explores=explores, page=pages.refused)
    # outermost, so that the page that tells of a failure has its headers too
    return SecurityHeaders(HostCheck(app, hosts=service.hosts), secure=service.secure)


def _static(*, explores: bool) -> list[Mount]:
    mounts = [Mount("/static", StaticFiles(directory=STATIC))]
    place = graphiql.folder() if explores else None
    if place is not None:
        mounts.insert(0, Mount(graphiql.MOUNT, StaticFiles(directory=place)))
    return mounts


def _health(store: Store) -> Callable[[HttpRequest], Response]:
    def health(_request: HttpRequest) -> Response:
        try:
            store.sources((0,))
        except HeadwaterError as error:
            return JSONResponse({"status": "failing", "reason": str(error)}, 503)
        return JSONResponse({"status": "ok"})

    return health


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 8400,
    *,
    auth: bool | None = None,
    production: bool | None = None,
    public_url: str | None = None,
    rate: float = 0.0,
    documents: Documents | None = None,
) -> None:
    """Serve until interrupted; the address is told on standard error once it is listened on.

    Port 0 takes a free one. `rate` is how many requests a second one caller who shows a token may
    send, 0 any. Raises InvalidInput for an address that others can reach when none of
    them would be asked for a token, and for one that cannot be listened on; CatalogError when the
    catalog cannot be opened.
    """
    from catalog.store import Store
    from connectors.threads import limit_threads

    limit_threads(settings.threads)
    with Store.open(settings.catalog) as store:
        exposed = exposure(
            host,
            has_tokens=store.access.has_tokens(),
            auth=auth,
            production=production,
            public_url=public_url,
        )
        service = Service(
            Roots(settings.crawl_roots),
            exposed.hosts,
            auth=exposed.auth,
            secure=exposed.secure,
            production=exposed.production,
            rate=rate if exposed.auth and rate > 0 else None,
            documents=documents,
        )
        with _listening(host, port) as listening:
            app = create_app(store, service)
            tell(listening.getsockname(), public_url, service)
            with contextlib.suppress(KeyboardInterrupt):
                server_of(app).run(sockets=[listening])


def tell(address: tuple[str, int], public_url: str | None, service: Service) -> None:
    """Where the service is and whom it asks for a token, on standard error."""
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    url = f"{public_url.rstrip('/')}/" if public_url else f"http://{shown}:{address[1]}/"
    asked = "callers show a token" if service.auth else "all on this machine may use it"
    sys.stderr.write(f"headwater: {url} (GraphQL at /graphql; {asked}; Ctrl-C ends it)\n")
    sys.stderr.flush()


def server_of(app: ASGIApp) -> uvicorn.Server:
    """The HTTP server that runs `app`: uvloop, httptools, bounded, and silent about itself."""
    import uvicorn

    from catalog.access.heads import BoundedHeads

    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http=BoundedHeads,
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
            lifespan="on",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            limit_concurrency=MOST_CONNECTIONS,
        )
    )


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    name = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((name, port))
            listening.listen(2048)
        except OSError as error:
            reason = error.strerror or str(error)
            raise InvalidInput(
                f"serve: cannot listen on {host}:{port}: {reason}; choose another --port (0: any)"
            ) from error
        yield listening
