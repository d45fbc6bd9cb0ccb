"""`headwater glossary`: terms of your own, and the columns that mean them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, shared_options, subcommand

if TYPE_CHECKING:
    from catalog.glossary import Meaning, Term


@click.group(
    "glossary",
    epilog="\b\nExample:\n  headwater glossary import terms.csv\n  headwater glossary list\n"
    "  headwater glossary columns flights\n"
    '  headwater glossary accept flights tailnum "tail number"',
)
@shared_options
def command() -> None:
    """Say what words mean, and which columns mean them."""


@subcommand("import", example="headwater glossary import terms.csv", changes="importTerms")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@pass_session
def import_(session: Session, *, path: Path) -> None:
    """Take terms from a CSV file with the columns term, definition, synonyms and semantic_type.

    Between synonyms stands `;`. A term that is there already is replaced; what was accepted stays.
    """
    from catalog.cli.output import console, print_json
    from catalog.glossary import read_terms

    with session.store() as store:
        kept = store.glossary.put(read_terms(path))
    if session.json:
        print_json({"terms": [document(term) for term in kept]})
        return
    console().print(f"{len(kept):,} terms kept; `headwater glossary columns SOURCE` suggests them")


@subcommand("list", example="headwater glossary list\nheadwater glossary list --json")
@pass_session
def list_(session: Session) -> None:
    """List the terms, and for how many columns each was accepted."""
    from catalog.cli.output import console, print_json
    from catalog.cli.table import Table

    with session.store() as store:
        terms, uses = store.glossary.terms(), store.glossary.uses()
    if session.json:
        told = [{**document(term), "columnCount": uses.get(term.pk, 0)} for term in terms]
        print_json({"terms": told})
        return
    if not terms:
        console().print("no terms yet; `headwater glossary import FILE.csv` brings some")
        return
    table = Table(("term", "columns", "also called", "means"), frozenset({"columns"}), ("means",))
    for term in terms:
        called = ", ".join(term.synonyms) or None
        table.add(term.name, f"{uses.get(term.pk, 0):,}", called, term.definition)
    console().print(table)


@subcommand("columns", example="headwater glossary columns flights")
@click.argument("ref", metavar="SOURCE")
@pass_session
def columns(session: Session, *, ref: str) -> None:
    """Tell what the columns of SOURCE mean, and what they may mean."""
    from catalog.cli.output import console, print_json
    from catalog.cli.table import Table
    from catalog.glossary import meanings

    with session.store() as store:
        source = store.source(ref)
        version = store.current_versions([source.pk]).get(source.pk)
        decided = store.glossary.decided([source.pk])[source.pk]
        found = meanings(version.schema, store.glossary.terms(), decided) if version else []
    if session.json:
        print_json({"source": source.id, "terms": [meaning(one) for one in found]})
        return
    if not found:
        console().print(f"no term of the glossary is like a column of {source.label}")
        return
    table = Table(("column", "term", "state", "why"), frozenset(), ("why",))
    for one in found:
        table.add(one.field, one.term.name, one.state.value, one.reason)
    console().print(table)


@subcommand(
    "accept",
    example='headwater glossary accept flights tailnum "tail number"',
    changes="chooseTerm",
)
@click.argument("ref", metavar="SOURCE")
@click.argument("column", metavar="COLUMN")
@click.argument("term", metavar="TERM")
@pass_session
def accept(session: Session, *, ref: str, column: str, term: str) -> None:
    """Say that COLUMN of SOURCE means TERM; kept over crawls, and searched."""
    _choose(session, ref, column, term, "accepted")


@subcommand(
    "decline", example='headwater glossary decline flights dest "tail number"', changes="chooseTerm"
)
@click.argument("ref", metavar="SOURCE")
@click.argument("column", metavar="COLUMN")
@click.argument("term", metavar="TERM")
@pass_session
def decline(session: Session, *, ref: str, column: str, term: str) -> None:
    """Say that COLUMN of SOURCE does not mean TERM; it is not suggested again."""
    _choose(session, ref, column, term, "declined")


@subcommand("remove", example='headwater glossary remove "tail number"', changes="removeTerm")
@click.argument("term", metavar="TERM")
@pass_session
def remove(session: Session, *, term: str) -> None:
    """Forget TERM, with the columns that it was accepted for."""
    from catalog.cli.output import console, print_json, text

    with session.store() as store:
        gone = store.glossary.remove(term)
    if session.json:
        print_json({"terms": [document(gone)]})
        return
    console().print(text(f"{gone.name} is in the glossary no more"))


def document(term: Term) -> dict[str, Any]:
    """A term by the names that the API gives its fields."""
    return {
        "name": term.name,
        "definition": term.definition,
        "synonyms": list(term.synonyms),
        "semanticType": term.semantic_type,
    }


def meaning(one: Meaning) -> dict[str, Any]:
    """What a column means, by the names that the API gives its fields."""
    return {
        "field": one.field,
        "term": document(one.term),
        "state": one.state.value.upper(),
        "confidence": one.confidence,
        "reason": one.reason,
    }


def _choose(session: Session, ref: str, column: str, name: str, state: str) -> None:
    from catalog.cli.output import console, print_json, text
    from catalog.glossary import State, choose

    with session.store() as store:
        source = store.source(ref)
        term = choose(store, source, column, name, State(state))
    if session.json:
        about = {"source": source.id, "field": column, "term": document(term)}
        print_json({**about, "state": state.upper()})
        return
    console().print(text(f"{column} of {source.label}: {term.name} is {state}"))


for _one in (import_, list_, columns, accept, decline, remove):
    command.add_command(_one)
