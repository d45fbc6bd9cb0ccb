"""The audit log, for those who administer the service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graphene import Field, List, NonNull, ObjectType, String

from catalog.access import policy
from catalog.access.callers import Asked
from catalog.access.callers import AuditEntry as EntryRow
from catalog.graphql.connections import Page, connection, page_arguments, page_of
from catalog.graphql.loading import Request
from catalog.graphql.runs import Setting, settings
from catalog.graphql.scalars import DateTime, Long, Position


class AuditEntry(ObjectType):
    """Something that was asked to change, through the service or from the command line."""

    number = Long(description="Counts up; newer ones are larger.")
    at = DateTime(description="When it was asked.")
    by = String(description="The name of the token, or the user of the command line.")
    token = Long(description="The number of the token; null where it was none.")
    action = String(description="What was asked: the mutation, `lineage`, `token.create`, …")
    target = String(description="Of what: the id of a source, URIs, a name.")
    outcome = String(
        description="`done`, the code of an error, FAILED, or STARTED while it goes on."
    )
    details = List(
        NonNull(Setting),
        description="What was given, by name; null for those who may not see personal data, which "
        "it may be.",
    )

    @staticmethod
    def resolve_number(entry: EntryRow, _info: Any) -> int:
        return entry.pk

    @staticmethod
    def resolve_by(entry: EntryRow, _info: Any) -> str:
        return entry.caller

    @staticmethod
    def resolve_details(entry: EntryRow, info: Any) -> list[dict[str, Any]] | None:
        request: Request = info.context
        return settings(entry.details) if request.unmask else None


AuditEntryConnection = connection(AuditEntry, "entries")


class AuditQuery:
    """What the root of all queries has of the audit log."""

    audit_log = Field(
        AuditEntryConnection,
        **page_arguments(),
        by=String(description="Only what this token or user asked."),
        action=String(description="Only this: `annotateSource`, `crawl`, `lineage`, …"),
        outcome=String(description="Only what ended so: `done`, `NOT_ALLOWED`, …"),
        since=DateTime(description="Only what was asked then or later."),
        until=DateTime(description="Only what was asked before."),
        description="What was asked to change, newest first; for the role `admin`.",
    )

    @staticmethod
    def resolve_audit_log(
        _root: Any,
        info: Any,
        *,
        first: int,
        after: Position | None = None,
        by: str | None = None,
        action: str | None = None,
        outcome: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page:
        request: Request = info.context
        policy.check(request.caller, "audit")
        asked = Asked(by, action, outcome, since, until)
        log = request.store.access
        rows = log.log(asked, first=first + 1, after=after.number("audit") if after else None)
        return page_of(
            rows,
            first,
            kind="audit",
            key=lambda entry: entry.pk,
            after=after,
            count=lambda: log.logged(asked),
        )
