"""`headwater search`: ranked sources for words and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.model import SearchPage


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
    if session.json:
        print_json(
            {
                "totalCount": page.total,
                "sources": [
                    {
                        **documents.source(hit.source),
                        "score": hit.score,
                        "matchedFields": list(hit.matched_fields),
                        "description": hit.source.description,
                        "tags": list(hit.source.tags),
                    }
                    for hit in page.hits
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
        show(page)


def show(page: SearchPage) -> None:
    """A table of hits, then how many there are of what."""
    from catalog.cli.output import console, count, grade, printable, short_names, size
    from catalog.cli.table import Table

    out = console()
    if not page.hits:
        out.print("nothing found; `headwater search` alone lists all sources")
        return
    figures = ("rows", "bytes", "quality")
    made = Table(("source", "format", *figures, "matched", "uri"), frozenset(figures), ("matched",))
    names = short_names([hit.source for hit in page.hits])
    for hit in page.hits:
        source = hit.source
        made.add(
            names[source.pk],
            source.format,
            count(source.row_count),
            size(source.byte_count),
            grade(source.quality),
            ", ".join(hit.matched_fields) or None,
            source.uri,
        )
    out.print(made)
    facets = "; ".join(
        f"{name}: " + ", ".join(f"{printable(value)} {number}" for value, number in values[:5])
        for name, values in page.facets.items()
        if values
    )
    out.print(
        f"{len(page.hits)} of {page.total}" + (f" ({facets})" if facets else ""), markup=False
    )
