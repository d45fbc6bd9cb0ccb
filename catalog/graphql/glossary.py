"""The glossary: terms, the columns that mean them, and how both are changed."""

from __future__ import annotations

from typing import Any

from graphene import ID, Field, Float, InputObjectType, List, NonNull, ObjectType, String

from catalog import glossary, model
from catalog.graphql.enums import enum
from catalog.graphql.loading import Request
from catalog.graphql.payloads import errors, payload, source_pk
from schema.errors import InvalidInput

MOST_AT_ONCE = 1_000


class Term(ObjectType):
    """A word of the glossary."""

    name = String(required=True, description="What it is called.")
    definition = String(description="What it means.")
    synonyms = List(NonNull(String), required=True, description="What else it is called.")
    semantic_type = String(description="The semantic type that its columns have, if one is told.")


TermState = enum(
    "TermState",
    "What is thought of a term for a field.",
    {
        "ACCEPTED": ("accepted", "A user says that the field means it."),
        "DECLINED": ("declined", "A user says that the field does not mean it."),
        "SUGGESTED": ("suggested", "The name or the values of the field say so; nobody decided."),
    },
    of=glossary.State,
)


class FieldTerm(ObjectType):
    """A term that a field means or may mean."""

    field = String(required=True, description="The field.")
    term = Field(Term, required=True, description="The term.")
    state = Field(TermState, required=True, description="What is thought of it.")
    confidence = Float(description="How sure a suggestion is, 0 to 1.")
    reason = String(description="Why it is suggested.")

    @staticmethod
    def resolve_state(meaning: glossary.Meaning, _info: Any) -> str:
        return meaning.state.value


def terms_of(request: Request, source: model.Source) -> list[glossary.Meaning]:
    """What the fields of a source mean; the glossary is read once for all sources of a request."""
    version = request.version(source.pk)
    if version is None:
        return []
    store = request.store.glossary
    decided = request.load("terms decided", source.pk, store.decided) or {}
    known = request.load("terms", 0, lambda pks: dict.fromkeys(pks, store.terms())) or []
    return glossary.meanings(version.schema, known, decided) if known else []


class TermInput(InputObjectType):
    """A term; what is left out is empty."""

    name = String(required=True, description="What it is called, up to 100 characters.")
    definition = String(description="What it means, up to 10,000 characters.")
    synonyms = List(NonNull(String), description="What else it is called, up to 50.")
    semantic_type = String(description="The semantic type that its columns have.")


class ImportTermsInput(InputObjectType):
    """Terms to keep."""

    terms = List(
        NonNull(TermInput),
        required=True,
        description="Up to 1,000, each in place of the one of the same name.",
    )


class ImportTermsPayload(ObjectType):
    """The terms as they are kept."""

    terms = List(NonNull(Term), description="Those that were given, by name.")
    errors = errors()


class RemoveTermInput(InputObjectType):
    """Which term to forget."""

    name = String(required=True, description="Its name.")


class RemoveTermPayload(ObjectType):
    """The term that was forgotten."""

    term = Field(Term, description="As it was.")
    errors = errors()


class ChooseTermInput(InputObjectType):
    """What a field means."""

    id = ID(required=True, description="The source.")
    field = String(required=True, description="The field.")
    term = String(required=True, description="The name of the term.")
    state = TermState(required=True, description="SUGGESTED takes back what was said.")


class ChooseTermPayload(ObjectType):
    """What the fields of the source mean now."""

    terms = List(NonNull(FieldTerm), description="Of all its fields.")
    errors = errors()


class GlossaryMutations:
    """What of `Mutation` changes the glossary."""

    import_terms = Field(
        ImportTermsPayload,
        input_=ImportTermsInput(name="input", required=True, description="The terms."),
        description="Keep terms of the glossary.",
    )
    remove_term = Field(
        RemoveTermPayload,
        input_=RemoveTermInput(name="input", required=True, description="Which term."),
        description="Forget a term, with the fields that it was accepted for.",
    )
    choose_term = Field(
        ChooseTermPayload,
        input_=ChooseTermInput(name="input", required=True, description="What means what."),
        description="Accept or decline a term for a field; kept over crawls, and searched.",
    )

    @staticmethod
    def resolve_import_terms(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def keep(request: Request) -> dict[str, Any]:
            given = input_["terms"]
            if len(given) > MOST_AT_ONCE:
                raise InvalidInput(f"importTerms takes up to {MOST_AT_ONCE:,} terms at once")
            terms = [
                glossary.Term(
                    one["name"],
                    one.get("definition"),
                    tuple(one.get("synonyms") or ()),
                    one.get("semantic_type"),
                )
                for one in given
            ]
            return {"terms": request.store.glossary.put(terms)}

        return payload(info.context, keep)

    @staticmethod
    def resolve_remove_term(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        return payload(
            info.context,
            lambda request: {"term": request.store.glossary.remove(input_["name"])},
        )

    @staticmethod
    def resolve_choose_term(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def choose(request: Request) -> dict[str, Any]:
            source = request.store.source(source_pk(input_["id"]))
            state = glossary.State(getattr(input_["state"], "value", input_["state"]))
            glossary.choose(request.store, source, input_["field"], input_["term"], state)
            request.found([source])
            return {"terms": terms_of(request, source)}

        return payload(info.context, choose)
