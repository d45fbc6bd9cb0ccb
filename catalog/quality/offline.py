"""Data Docs that load nothing from elsewhere.

The pages of Great Expectations take their styles, scripts, icons and logo from eight other servers:
without a network they are bare, with one these servers learn who looks at them, and the first page
stays empty without scripts. Here they get one style of their own, and a first page that lists them.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import jinja2

_TEMPLATES = Path(__file__).parent / "templates"
_ELSEWHERE = re.compile(
    r"<script\b.*?</script\s*>|<footer>.*?</footer\s*>"
    r"""|<(?:link|img)\b[^>]*?["']https?://[^>]*>|url\(["']?https?://[^)]*\)""",
    re.DOTALL | re.IGNORECASE,
)
"""Values of data are escaped in these pages, so that they have no tags of this kind."""


def make_offline(directory: Path) -> Path:
    """Rewrite the pages of a site so, and its first page; the path of that."""
    style = (_TEMPLATES / "datadocs.css").read_text(encoding="utf-8")
    groups = []
    for title, folder in (("Validations", "validations"), ("Expectations", "expectations")):
        pages = sorted((directory / folder).rglob("*.html"), key=_age, reverse=True)
        for page in pages:
            _rewrite(page, style)
        groups.append((title, [_listed(page, directory) for page in pages]))
    first = directory / "index.html"
    first.write_text(_index().render(style=style, groups=groups), encoding="utf-8")
    return first


def _rewrite(page: Path, style: str) -> None:
    text = page.read_text(encoding="utf-8")
    if (made := f"<style>{style}</style>\n  </head>") in text:
        return
    text = _ELSEWHERE.sub("", text).replace("</head>", made.lstrip(), 1)
    page.write_text(text, encoding="utf-8")


def _age(page: Path) -> tuple[float, str]:
    return page.stat().st_mtime, page.name


def _listed(page: Path, directory: Path) -> tuple[str, str]:
    """What a page is called, and the way to it."""
    parts = page.relative_to(directory).with_suffix("").parts
    return " · ".join(parts[1:]), quote(page.relative_to(directory).as_posix())


def _index() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("datadocs.html")
