"""The templates: escaped by default, strict about names, with the filters that pages need."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse

from catalog.access import policy
from catalog.access.authentication import csrf_token
from catalog.access.gate import CALLER, EXPLORES
from catalog.quality.wording import observed
from catalog.search import grade
from catalog.web import charts, nesting, present
from schema.roles import TOLD

HERE = Path(__file__).parent
STATIC = HERE / "static"
PLAIN, CODE = Markup("{}"), Markup("<code>{}</code>")
LONGEST_CELL = 2_000
"""Characters of a cell that can be unfolded."""


@cache
def environment() -> Environment:
    """The one template environment of this process."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        ago=present.ago,
        coded=coded,
        compact=present.compact,
        grade=grade,
        moment=present.moment,
        number=present.number,
        score=present.score,
        size=present.size,
        value=present.value,
    )
    made.globals.update(
        asset=asset,
        bar=charts.bar,
        cut=cut,
        distribution=charts.distribution,
        duration=present.seconds,
        metric=present.metric,
        observed=observed,
        pace=present.pace,
        highlight=highlight,
        score_history=charts.history,
        roles=TOLD,
        share=present.share,
        type_of=nesting.told,
    )
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def render(
    template: str, request: HttpRequest | None, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page. `path` is the request's, so that the navigation knows where it is; `caller` is who
    asks, `csrf` what the forms of a session carry, `explores` whether there is such a page,
    `administers` whether the caller may see who changed what.
    """
    path = request.url.path if request else "/"
    caller = request.scope.get(CALLER) if request else None
    shared = {
        "path": path,
        "status": status,
        "caller": caller,
        "csrf": csrf_token(caller.session) if caller and caller.session else "",
        "administers": caller is not None and caller.role.includes(policy.least_role("audit")),
        "explores": request is None or request.scope.get(EXPLORES, True),
    }
    html = environment().get_template(template).render(**shared, **values)
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def coded(message: str) -> Markup:
    """A message whose words between backticks are code."""
    parts = message.split("`")
    if len(parts) % 2 == 0:  # one that stands alone is no pair
        return PLAIN.format(message)
    return Markup("").join(
        (CODE if place % 2 else PLAIN).format(part) for place, part in enumerate(parts)
    )


def cut(value: Any) -> Markup:
    """A value out of data as one short line, which unfolds when it is longer than that."""
    short, text = present.value(value), present.whole(value)
    if short == text:
        return PLAIN.format(short)
    rest = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
    return Markup('<details class="long"><summary>{}</summary><span>{}</span></details>').format(
        short, rest
    )


def highlight(code: str, language: str) -> Markup:
    """Source text as HTML with the classes of `highlight.css`; plain where nobody knows how."""
    from pygments import highlight as color
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return Markup("{}").format(code)
    # pygments escapes what it prints
    return Markup(color(code, lexer, HtmlFormatter(nowrap=True)))  # noqa: S704
