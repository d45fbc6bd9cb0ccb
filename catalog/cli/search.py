"""`headwater search`: ranked sources for words and filters."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.text import Text

    from catalog.highlighting import Highlight, Piece
    from catalog.model import SearchPage
    from catalog.store import Store

_REASONS = 3


@subcommand(
    "search",
    example="""headwater search flights delay
    headwater search --column dest --format parquet
    headwater search --semantic-type airport_iata --min-quality 90 --json""",
)
@click.argument("words", metavar="[TEXT]", nargs=-1)
@click.option("--format", "format_", metavar="F", help="Only this format: csv, parquet, …")
@click.option("--semantic-type", metavar="T", help="Only with a column of this semantic type.")
@click.option("--column", metavar="NAME", help="Only with a column of this name.")
@click.option("--tag", metavar="T", help="Only with this tag.")
@click.option("--owner", metavar="NAME", help="Only of this owner.")
@click.option("--namespace", metavar="NS", help="Only here: file, s3://bucket, …")
@click.option("--min-quality", type=click.FloatRange(0, 100), metavar="Q", help="Score 0 to 100.")
@click.option(
    "--order",
    type=click.Choice(["relevance", "name", "rows", "quality", "changed"], case_sensitive=False),
    help="Relevance with TEXT, else name.",
)
@click.option("--gone", is_flag=True, help="Also sources that are no longer there.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@pass_session
def command(
    session: Session,
    *,
    words: tuple[str, ...],
    format_: str | None,
    semantic_type: str | None,
    column: str | None,
    tag: str | None,
    owner: str | None,
    namespace: str | None,
    min_quality: float | None,
    order: str | None,
    gone: bool,
    limit: int,
) -> None:
    """Find sources by words in their names, columns, descriptions and tags.

    Without TEXT all sources are listed.
    """
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.model import Search

    search = Search(
        text=" ".join(words) or None,
        format=format_,
        namespace=namespace,
        semantic_type=semantic_type,
        column=column,
        tag=tag,
        owner=owner,
        min_quality=min_quality,
        include_gone=gone,
        order=order.upper() if order else None,
        first=limit,
    )
    with session.store() as store:
        page = store.search(search)
        found = why(store, page)
    if session.json:
        print_json(
            {
                "totalCount": page.total,
                "totalIsExact": page.total_is_exact,
                "sources": [
                    {
                        **documents.source(hit.source),
                        "score": hit.score,
                        "matchedFields": list(hit.matched_fields),
                        "highlights": [
                            {"field": one.field, "pieces": [asdict(piece) for piece in one.pieces]}
                            for one in reasons
                        ],
                        "description": hit.source.description,
                        "tags": list(hit.source.tags),
                    }
                    for hit, reasons in zip(page.hits, found, strict=True)
                ],
                "facets": [
                    {
                        "name": name,
                        "values": [{"value": value, "count": count} for value, count in values],
                    }
                    for name, values in page.facets.items()
                ],
            }
        )
    else:
        show(page, found)


def why(store: Store, page: SearchPage) -> list[tuple[Highlight, ...]]:
    """What each hit was found by."""
    from catalog.highlighting import highlights

    versions = store.current_versions([hit.source.pk for hit in page.hits]) if page.terms else {}
    return [highlights(one.source, versions.get(one.source.pk), page.terms) for one in page.hits]


def show(page: SearchPage, found: Sequence[Sequence[Highlight]]) -> None:
    """A table of hits, then how many there are of what."""
    from catalog.cli.output import console, count, grade, printable, short_names, size
    from catalog.cli.table import Table
    from catalog.highlighting import marked

    out = console()
    if not page.hits:
        out.print("nothing found; `headwater search` alone lists all sources")
        return
    figures = ("rows", "bytes", "quality")
    made = Table(("source", "format", *figures, "matched", "uri"), frozenset(figures), ("matched",))
    names = short_names([hit.source for hit in page.hits])
    for hit, reasons in zip(page.hits, found, strict=True):
        source = hit.source
        made.add(
            shown(marked(names[source.pk], page.terms, name=True)),
            source.format,
            count(source.row_count),
            size(source.byte_count),
            grade(source.quality),
            _told(reasons) or ", ".join(hit.matched_fields) or None,
            source.uri,
        )
    out.print(made)
    facets = "; ".join(
        f"{name}: " + ", ".join(f"{printable(value)} {number}" for value, number in values[:5])
        for name, values in page.facets.items()
        if values
    )
    total = f"{'' if page.total_is_exact else 'more than '}{page.total}"
    out.print(f"{len(page.hits)} of {total}" + (f" ({facets})" if facets else ""), markup=False)


def shown(pieces: Iterable[Piece]) -> Text:
    """A text with what matched underlined."""
    from rich.text import Text

    from catalog.cli.output import printable

    return Text.assemble(
        *((printable(piece.text), "bold underline" if piece.matched else "") for piece in pieces)
    )


def _told(found: Sequence[Highlight]) -> Text | None:
    """What has the words beside the name, the first texts of each field; None where nothing has."""
    from rich.text import Text

    told = []
    for field in ("columns", "semanticTypes", "tags", "values"):
        texts = [shown(one.pieces) for one in found if one.field == field][:_REASONS]
        if texts:
            told.append(Text.assemble((f"{field} ", "dim"), Text(", ").join(texts)))
    return Text("; ").join(told) if told else None
