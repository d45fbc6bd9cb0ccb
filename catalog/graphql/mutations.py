"""What can be changed: annotations, verdicts, crawls. Failures are values in the payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphene import ID, Field, InputObjectType, List, NonNull, ObjectType, String

from catalog.access.masked import whole
from catalog.graphql.enums import QualityEngine
from catalog.graphql.expectations import ChangeExpectationsInput, Choice, check_personal, wanted
from catalog.graphql.glossary import GlossaryMutations
from catalog.graphql.jobs import Job
from catalog.graphql.loading import Request
from catalog.graphql.payloads import errors, payload, source_pk
from catalog.graphql.quality import QualityReportType
from catalog.graphql.sources import Source
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from catalog.access.jobs import Jobs

LONGEST_TEXT = 10_000
MOST_TAGS = 100
MOST_URIS = 50
MOST_OPTIONS = 100


class AnnotateSourceInput(InputObjectType):
    """What people know of a source; what is left out stays as it is."""

    id = ID(required=True, description="The source.")
    description = String(description="What it is, up to 10,000 characters.")
    tags = List(NonNull(String), description="All its tags from now on, up to 100.")
    owner = String(description="Who answers for it; empty: who is told beside the data.")


class AnnotateSourcePayload(ObjectType):
    """The source as it is now."""

    source = Field(Source, description="The source; null when it was not found.")
    errors = errors()


class ValidateSourceInput(InputObjectType):
    """Which source to validate."""

    id = ID(required=True, description="The source.")
    engine = QualityEngine(
        default_value="summary",
        description="What the last crawl learned, or the rows: in memory, or in their database.",
    )


class ValidateSourcePayload(ObjectType):
    """The verdict of Great Expectations."""

    source = Field(Source, description="The source.")
    quality = Field(QualityReportType, description="The verdict.")
    errors = errors()


class DeleteSourceInput(InputObjectType):
    """Which source to forget."""

    id = ID(required=True, description="The source.")


class DeleteSourcePayload(ObjectType):
    """The source that was forgotten."""

    id = ID(description="Its global id, which nothing has from now on; null when it was not.")
    name = String(description="The name that it had.")
    errors = errors()


class ReaderOptionInput(InputObjectType):
    """A choice of a reader that is fixed, and stays so."""

    name = String(required=True, description="What is chosen: `delimiter`, `encoding`, …")
    value = String(required=True, description="The choice; empty finds it out again.")


class CrawlInput(InputObjectType):
    """What to crawl."""

    uris = List(
        NonNull(String),
        required=True,
        description="URIs below what the operator allows, up to 50.",
    )
    options = List(
        NonNull(ReaderOptionInput),
        description="Choices of readers to fix, or to take back, for what is found there.",
    )


class CrawlPayload(ObjectType):
    """The job that crawls."""

    job = Field(Job, description="Ask for it again with `job(id:)`.")
    errors = errors()


class CancelJobInput(InputObjectType):
    """Which job to end."""

    id = ID(required=True, description="The job.")


class CancelJobPayload(ObjectType):
    """The job as it is now."""

    job = Field(Job, description="The job; one at work ends after the source that it is at.")
    errors = errors()


class ChangeExpectationsPayload(ObjectType):
    """What is chosen now, and the verdict by it."""

    source = Field(Source, description="The source.")
    quality = Field(QualityReportType, description="The verdict, from the stored summary.")
    choices = List(NonNull(Choice), description="All that is chosen for its expectations.")
    errors = errors()


class Mutation(GlossaryMutations, ObjectType):
    """Where changing starts."""

    annotate_source = Field(
        AnnotateSourcePayload,
        input_=AnnotateSourceInput(name="input", required=True, description="What to set."),
        description="Describe, tag and own a source; kept over crawls.",
    )
    validate_source = Field(
        ValidateSourcePayload,
        input_=ValidateSourceInput(name="input", required=True, description="Which source."),
        description="Validate a source against its expectations with Great Expectations, now.",
    )
    change_expectations = Field(
        ChangeExpectationsPayload,
        input_=ChangeExpectationsInput(name="input", required=True, description="What to choose."),
        description="Silence, pin, set and reset expectations; kept over crawls.",
    )
    delete_source = Field(
        DeleteSourcePayload,
        input_=DeleteSourceInput(name="input", required=True, description="Which source."),
        description="Forget a source with its versions, reports and lineage; its data stays, and "
        "a crawl that finds it makes it a new source.",
    )
    crawl = Field(
        CrawlPayload,
        input_=CrawlInput(name="input", required=True, description="What to crawl."),
        description="Crawl in the background, only where the operator allows it.",
    )
    cancel_job = Field(
        CancelJobPayload,
        input_=CancelJobInput(name="input", required=True, description="Which job."),
        description="End a job in the background; what it has recorded stays.",
    )

    @staticmethod
    def resolve_annotate_source(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def annotate(request: Request) -> dict[str, Any]:
            given = {key: value for key, value in input_.items() if key != "id"}
            _check_annotation(given)
            source = request.store.annotate(source_pk(input_["id"]), **given)
            return {"source": request.found([source])[0]}

        return payload(info.context, annotate)

    @staticmethod
    def resolve_validate_source(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def check(request: Request) -> dict[str, Any]:
            from catalog.quality.apart import validate_apart

            store = whole(request.store)
            request.deadline = None  # reading all rows takes as long as it takes
            source = store.source(source_pk(input_["id"]))
            request.found([source])
            engine = input_["engine"]
            validate_apart(store, source, engine=getattr(engine, "value", engine))
            return {"source": source, "quality": request.quality(source.pk)}

        return payload(info.context, check)

    @staticmethod
    def resolve_change_expectations(
        _root: Any, info: Any, input_: dict[str, Any]
    ) -> dict[str, Any]:
        def change(request: Request) -> dict[str, Any]:
            from catalog.quality.editing import edit

            store = whole(request.store)
            source = store.source(source_pk(input_["id"]))
            request.found([source])
            check_personal(request, source, input_)
            edit(store, source, wanted(input_))
            choices = list(store.choices(source.pk).values())
            return {"source": source, "quality": request.quality(source.pk), "choices": choices}

        return payload(info.context, change)

    @staticmethod
    def resolve_delete_source(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def delete(request: Request) -> dict[str, Any]:
            source = request.store.delete_source(source_pk(input_["id"]))
            return {"id": source.id, "name": source.name}

        return payload(info.context, delete)

    @staticmethod
    def resolve_crawl(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def start(request: Request) -> dict[str, Any]:
            uris = input_["uris"]
            if not 1 <= len(uris) <= MOST_URIS:
                raise InvalidInput(f"crawl takes 1 to {MOST_URIS} URIs, not {len(uris)}")
            options = [(one["name"], one["value"]) for one in input_.get("options") or ()]
            if len(options) > MOST_OPTIONS:
                raise InvalidInput(f"crawl takes up to {MOST_OPTIONS} options, not {len(options)}")
            return {"job": _jobs(request).crawl(uris, options)}

        return payload(info.context, start)

    @staticmethod
    def resolve_cancel_job(_root: Any, info: Any, input_: dict[str, Any]) -> dict[str, Any]:
        def cancel(request: Request) -> dict[str, Any]:
            return {"job": _jobs(request).cancel(input_["id"])}

        return payload(info.context, cancel)


def _jobs(request: Request) -> Jobs:
    if request.jobs is None:
        raise InvalidInput("no jobs here: ask a running service (headwater serve)")
    return request.jobs


def _check_annotation(given: dict[str, Any]) -> None:
    texts = [given.get("description"), given.get("owner"), *(given.get("tags") or ())]
    if any(len(text) > LONGEST_TEXT for text in texts if text):
        raise InvalidInput(f"a text is longer than {LONGEST_TEXT} characters")
    if len(given.get("tags") or ()) > MOST_TAGS:
        raise InvalidInput(f"a source takes up to {MOST_TAGS} tags")
