"""The pages: find, source, runs, explore, and the ones that help when something is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from catalog.access.callers import Asked
from catalog.access.http import STATUS, disposition
from catalog.graphql.fields import columns_of
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request
from catalog.graphql.versions import current
from catalog.highlighting import highlights, marked
from catalog.model import Source
from catalog.web import explore, graphiql, run_page, schema_docs, source_page
from catalog.web.finding import ORDERS, facets_of, first_columns, search_of
from catalog.web.templating import STATIC, render
from connectors import registry
from schema.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog.store import Store

__all__ = ["STATIC", "Pages"]

PAGE = 20
AUDIT_PAGE = 50


class Pages:
    """The pages over one store. Endpoints are plain functions: the server gives each a thread."""

    def __init__(
        self, store: Store, begin: Callable[[HttpRequest], Request], limits: Limits
    ) -> None:
        self._store = store
        self._begin = begin
        self._limits = limits

    def routes(self) -> list[Route]:
        """Every page with its address."""
        return [
            Route("/", self.find),
            Route("/sources/{id}", self.source),
            Route("/sources/{id}/connectors/{target}", self.download),
            Route("/sources/{id}/{tab}", self.source),
            Route("/runs", self.runs),
            Route("/runs/{id}", self.run),
            Route("/glossary", self.glossary),
            Route("/audit", self.audit),
            Route("/explore", self.explore),
        ]

    def find(self, request: HttpRequest) -> Response:
        """Search: one box, facets, hits. With `fragment` the results alone, for the script."""
        asked = {name: value for name, value in request.query_params.items() if value.strip()}
        seen = self._begin(request)
        try:
            page = self._store.search(search_of(asked, PAGE))
        except InvalidInput as error:
            return self._told(request, error, 400)
        hits = []
        seen.found(hit.source for hit in page.hits)
        for hit in page.hits:
            version = seen.version(hit.source.pk)
            found = highlights(hit.source, version, page.terms)
            columns, more = first_columns(version, page.terms, asked.get("column", ""))
            hits.append((hit, found, columns, more))
        kept = {name: value for name, value in asked.items() if name not in ("after", "fragment")}
        return render(
            "results.html" if "fragment" in asked else "find.html",
            request,
            q=asked.get("q", ""),
            asked=kept,
            page=page,
            hits=hits,
            marked=marked,
            facets=facets_of(page.facets, kept),
            orders=ORDERS,
            next=f"/?{urlencode({**kept, 'after': page.hits[-1].cursor})}"
            if page.has_next and page.hits
            else None,
            empty=not asked and not page.total,
        )

    def source(self, request: HttpRequest) -> Response:
        """One source, by the tab that the address names."""
        tab = request.path_params.get("tab", "columns")
        if tab not in source_page.TABS:
            raise NotFound(f"a source has no page called {tab!r}")
        seen = self._begin(request)
        found = self._source(request)
        if isinstance(found, Response):
            return found
        version = seen.version(found.pk)
        facts = source_page.TABS[tab].facts(seen, found, version, request.query_params)
        return render(
            f"source_{tab}.html",
            request,
            source=found,
            version=version,
            columns=columns_of(version) if version else [],
            tabs=source_page.TABS,
            tab=tab,
            report=seen.quality(found.pk),
            evidence=version.dataset.evidence if version else (),
            facts=version.dataset.context if version else (),
            **facts,
        )

    def download(self, request: HttpRequest) -> Response:
        """A generated connector as a file."""
        from catalog.connect import connector

        found = self._source(request)
        if isinstance(found, Response):
            return found
        target = request.path_params["target"]
        if target not in registry.table("targets"):
            raise NotFound(f"no connector target is called {target!r}")
        made = connector(current(self._begin(request), found), target)
        return Response(
            made.code,
            media_type="text/plain; charset=utf-8",
            headers={"content-disposition": disposition(made.filename)},
        )

    def runs(self, request: HttpRequest) -> Response:
        """All runs, newest first, and the jobs of this service. With `fragment` without the page
        around them, for the script.
        """
        seen = self._begin(request)
        rows = seen.store.runs(None, first=PAGE + 1, after=_before(request))
        shown = rows[:PAGE]
        seen.expect(sorted({pk for run in shown for pk in (*run.inputs, *run.outputs)}))
        return render(
            "runs_live.html" if "fragment" in request.query_params else "runs.html",
            request,
            runs=[(run, seen.sources(run.inputs), seen.sources(run.outputs)) for run in shown],
            next=f"/runs?after={shown[-1].pk}" if len(rows) > PAGE else None,
            jobs=seen.jobs.all() if seen.jobs else [],
        )

    def run(self, request: HttpRequest) -> Response:
        """One run: with what it ran, on what, how it ended and what it cost."""
        seen = self._begin(request)
        found = seen.store.run(request.path_params["id"])
        fragment = "fragment" in request.query_params
        return render(
            "run_live.html" if fragment else "run.html",
            request,
            run=found,
            **run_page.facts(seen, found),
        )

    def glossary(self, request: HttpRequest) -> Response:
        """The terms, and for how many columns each was accepted."""
        store = self._begin(request).store.glossary
        return render("glossary.html", request, terms=store.terms(), uses=store.uses())

    def audit(self, request: HttpRequest) -> Response:
        """What was asked to change, newest first; not what was written, which may be personal."""
        asked = {name: request.query_params.get(name, "").strip() for name in ("by", "action")}
        wanted = {name: value for name, value in asked.items() if value}
        entries = self._store.access.log(
            Asked(wanted.get("by"), wanted.get("action")),
            first=AUDIT_PAGE + 1,
            after=_before(request),
        )
        shown = entries[:AUDIT_PAGE]
        return render(
            "audit.html",
            request,
            entries=shown,
            asked=asked,
            next=f"/audit?{urlencode({**wanted, 'after': shown[-1].pk})}"
            if len(entries) > AUDIT_PAGE
            else None,
        )

    def explore(self, request: HttpRequest) -> Response:
        """A place to try queries, also without a script."""
        query = request.query_params.get("query", "")
        variables = request.query_params.get("variables", "")
        answered = explore.answered(self._begin(request), query, variables, self._limits)
        shown = render(
            "explore.html",
            request,
            graphiql=graphiql.addresses(),
            examples=explore.EXAMPLES,
            query=query or explore.EXAMPLES[0].query,
            variables=variables,
            answered=answered,
            kinds=schema_docs.kinds(),
        )
        shown.headers["content-security-policy"] = graphiql.PAGE_POLICY
        return shown

    def not_found(self, request: HttpRequest, error: Exception) -> Response:
        """What is shown for an address that leads nowhere."""
        status = getattr(error, "status_code", 404)
        return self._help(request, status, "There is nothing at this address.")

    def told(self, request: HttpRequest, error: Exception) -> Response:
        """What is shown for an error that is told to people."""
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
        return self._told(request, error, status)

    def refused(self, scope: Scope, status: int, message: str) -> Response:
        """What is shown to people who may not, or who ask too fast."""
        return self._help(HttpRequest(scope), status, message)

    def failed(self, request: HttpRequest, _error: Exception) -> Response:
        """What is shown for a fault of the service itself, which its log tells of."""
        return self._help(request, 500, "The service failed; its log tells why.")

    def _source(self, request: HttpRequest) -> Source | Response:
        """The source of the address; a name leads to the address with its id."""
        ref = request.path_params["id"]
        found = self._store.source(ref)
        if ref == found.id:
            return found
        return RedirectResponse(f"/sources/{found.id}", 307)

    def _told(self, request: HttpRequest, error: Exception, status: int) -> HTMLResponse:
        return self._help(request, status, str(error))

    def _help(self, request: HttpRequest, status: int, message: str) -> HTMLResponse:
        return render("error.html", request, status, message=message)


def _before(request: HttpRequest) -> int | None:
    """The key that a page of a list begins after, None for the first page."""
    after = request.query_params.get("after", "")
    return int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
