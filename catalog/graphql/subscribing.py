"""Operations of a socket executed: a stream of answers, one for each event of a subscription."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import anyio.to_thread
from graphql import DocumentNode, ExecutionResult, OperationType, create_source_event_stream

from catalog.graphql.errors import BAD_INPUT, LIMIT_EXCEEDED, LimitExceeded, refusal
from catalog.graphql.execution import Answer, admitted, errors_told, failure, run, told
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request
from catalog.graphql.schema import schema
from catalog.graphql.turns import Turns

Begin = Callable[[], Request]
"""Makes the view of the catalog that one answer is resolved with."""


@dataclass(frozen=True, slots=True)
class _Operation:
    """An operation that was admitted, and how to execute it."""

    begin: Begin
    document: DocumentNode
    variables: dict[str, Any]
    name: str | None
    limits: Limits

    def once(self, event: Any = None) -> Answer:
        """The answer, with the event of a subscription as root."""
        request = self.begin()
        try:
            result = run(request, self.document, self.variables, self.name, self.limits, root=event)
            return told(result, request, self.limits)
        except Exception as error:  # noqa: BLE001 - the answer is GraphQL's, whatever failed
            return failure(error, request.id)

    async def events(self) -> AsyncGenerator[Any] | Answer:
        """What a subscription follows, or the answer that says why there is nothing to."""
        request = self.begin()
        try:
            found = await create_source_event_stream(
                schema(),
                self.document,
                context_value=request,
                variable_values=self.variables,
                operation_name=self.name,
            )
        except Exception as error:  # noqa: BLE001 - as above
            return failure(error, request.id)
        if isinstance(found, ExecutionResult):
            errors = errors_told(found.errors or (), BAD_INPUT, self.limits, request.id)
            return Answer({"errors": errors}, BAD_INPUT)
        return cast("AsyncGenerator[Any]", found)


async def answers(
    begin: Begin,
    query: str,
    variables: Mapping[str, Any] | None,
    name: str | None,
    limits: Limits,
    *,
    turns: Turns[Answer],
) -> AsyncGenerator[Answer] | Answer:
    """A stream of answers, of one to a query or mutation; the answer alone to what is refused.

    Nothing is executed before the stream is drawn, each answer when its turn has come. Once this
    returns the stream of a subscription, nothing that happens is missed.
    """
    given = dict(variables or {})
    found = await anyio.to_thread.run_sync(admitted, query, given, name, limits)
    if isinstance(found, Answer):
        return found
    document, asked = found
    operation = _Operation(begin, document, given, name, limits)
    if asked.operation is not OperationType.SUBSCRIPTION:
        return _single(operation, turns)
    events = await operation.events()
    return events if isinstance(events, Answer) else _stream(operation, events, turns)


async def _single(operation: _Operation, turns: Turns[Answer]) -> AsyncGenerator[Answer]:
    yield await turns.take(operation.once)


async def _stream(
    operation: _Operation, events: AsyncGenerator[Any], turns: Turns[Answer]
) -> AsyncGenerator[Answer]:
    async with contextlib.aclosing(events):
        try:
            async for event in events:
                yield await turns.take(partial(operation.once, event))
        except LimitExceeded as error:
            yield Answer(refusal(str(error), LIMIT_EXCEEDED), LIMIT_EXCEEDED)
