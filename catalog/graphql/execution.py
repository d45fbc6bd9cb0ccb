"""One operation, executed in this process: parsed once, limited, answered as a plain dict."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql import execute as execute_document

from catalog.graphql.errors import (
    BAD_INPUT,
    BAD_REQUEST,
    INTERNAL,
    LIMIT_EXCEEDED,
    PARSE_FAILED,
    VALIDATION_FAILED,
    LimitExceeded,
    formatted,
    refusal,
    without_hints,
)
from catalog.graphql.fast import FastExecution
from catalog.graphql.limits import (
    DEFAULT_LIMITS,
    Limits,
    check_reach,
    check_size,
    tokens_message,
)
from catalog.graphql.loading import Request
from catalog.graphql.schema import schema

if TYPE_CHECKING:
    from catalog.store import Store

CACHED_DOCUMENTS = 512
LONGEST_CACHED = 20_000
CLOSED_RULES = (*specified_rules, NoSchemaIntrospectionCustomRule)
TOO_DEEP = "the request is nested too deeply"


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to one request, to be sent and not to be changed. `refused` is that nothing was
    executed, and why: by code.
    """

    body: dict[str, Any]
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that was parsed, counted and validated; or the refusal of it."""

    document: DocumentNode | None
    refusal: Answer | None = None
    reached: set[str | None] = field(default_factory=set)
    """The names of operations without variables that are known to be within the limits."""


def execute(
    store: Store,
    query: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> dict[str, Any]:
    """The response to `query` as GraphQL has it: `data`, and `errors` if there are any."""
    request = Request(store)
    # a copy: parts of an answer are kept for the next, and this one is the caller's to change
    return deepcopy(answer(request, query, variables, operation_name, limits=limits).body)


def answer(
    request: Request,
    query: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    read_only: bool = False,
    executor: type[ExecutionContext] = FastExecution,
) -> Answer:
    """The response, and whether the operation was refused before it was executed.

    `read_only` refuses what is not a query with the code `METHOD_NOT_ALLOWED`.
    """
    given = dict(variables or {})
    found = admitted(query, given, operation_name, limits)
    if isinstance(found, Answer):
        return found
    document, operation = found
    if read_only and operation.operation is not OperationType.QUERY:
        return _refused("GET is for queries; send mutations with POST", "METHOD_NOT_ALLOWED")
    if operation.operation is OperationType.SUBSCRIPTION:
        return _refused("subscriptions are followed over a WebSocket: see /explore", BAD_REQUEST)
    result = run(request, document, given, operation_name, limits, executor=executor)
    return told(result, request, limits)


def admitted(
    query: str, given: Mapping[str, Any], operation_name: str | None, limits: Limits
) -> tuple[DocumentNode, OperationDefinitionNode] | Answer:
    """The document and the operation of it that is asked for, or why it is not executed."""
    prepared = _prepare(query, limits) if len(query) > LONGEST_CACHED else _cached(query, limits)
    if prepared.refusal:
        return prepared.refusal
    document = prepared.document
    assert document is not None
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return _refused(_which(document, operation_name), BAD_REQUEST)
    if schema().get_root_type(operation.operation) is None:
        return _refused(f"there are no {operation.operation.value}s here", BAD_REQUEST)
    if operation_name in prepared.reached:
        return document, operation
    try:
        check_reach(schema(), document, operation, given, limits)
    except LimitExceeded as error:
        return _refused(str(error), LIMIT_EXCEEDED)
    except RecursionError:
        return _refused(TOO_DEEP, LIMIT_EXCEEDED)
    if not operation.variable_definitions:
        prepared.reached.add(operation_name)
    return document, operation


def run(
    request: Request,
    document: DocumentNode,
    given: dict[str, Any],
    operation_name: str | None,
    limits: Limits,
    *,
    root: Any = None,
    executor: type[ExecutionContext] = FastExecution,
) -> ExecutionResult:
    """What an admitted operation gives; `root` is the event of a subscription."""
    if limits.seconds is not None:
        request.deadline = time.monotonic() + limits.seconds
    result = execute_document(
        schema(),
        document,
        root_value=root,
        context_value=request,
        variable_values=given,
        operation_name=operation_name,
        is_awaitable=_never,
        execution_context_class=executor,
    )
    assert isinstance(result, ExecutionResult)
    return result


def failure(error: Exception, request_id: str) -> Answer:
    """What is told when answering itself failed: that it did, and where the log says why."""
    fault = formatted(
        GraphQLError("", path=[], original_error=error), request_id=request_id, code=INTERNAL
    )
    return Answer({"errors": [fault]}, INTERNAL)


def told(result: ExecutionResult, request: Request, limits: Limits) -> Answer:
    """The result as the response has it."""
    if result.errors and result.data is None and all(not error.path for error in result.errors):
        # variables that do not fit: nothing was executed
        errors = errors_told(result.errors[: limits.errors], BAD_INPUT, limits, request.id)
        return Answer({"errors": errors}, BAD_INPUT)
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = errors_told(result.errors, BAD_INPUT, limits, request.id)
    body["data"] = result.data
    return Answer(body)


def errors_told(
    errors: Iterable[GraphQLError], code: str, limits: Limits, request_id: str = ""
) -> list[dict[str, Any]]:
    """Errors as the response carries them; without introspection no names are hinted at."""
    told = [formatted(error, request_id=request_id, code=code) for error in errors]
    return told if limits.introspection else [without_hints(one) for one in told]


def _prepare(query: str, limits: Limits) -> Prepared:
    rules = specified_rules if limits.introspection else CLOSED_RULES
    try:
        document = parse(query, max_tokens=limits.tokens)
        check_size(document, limits)
        errors = validate(schema(), document, rules, max_errors=limits.errors)
    except GraphQLSyntaxError as error:
        if "more than" in error.message and "tokens" in error.message:
            return Prepared(None, _refused(tokens_message(limits.tokens), LIMIT_EXCEEDED))
        return Prepared(
            None, Answer({"errors": errors_told([error], PARSE_FAILED, limits)}, PARSE_FAILED)
        )
    except LimitExceeded as error:
        return Prepared(None, _refused(str(error), LIMIT_EXCEEDED))
    except RecursionError:
        return Prepared(None, _refused(TOO_DEEP, LIMIT_EXCEEDED))
    if errors:
        told = errors_told(errors, VALIDATION_FAILED, limits)
        return Prepared(None, Answer({"errors": told}, VALIDATION_FAILED))
    return Prepared(document)


_cached = lru_cache(maxsize=CACHED_DOCUMENTS)(_prepare)


def _which(document: DocumentNode, name: str | None) -> str:
    names = [
        node.name.value if node.name else "(without a name)"
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    wanted = f"no operation is called {name!r}" if name else "operationName must tell which to do"
    return f"{wanted}; the document has {', '.join(names) or 'none'}"


def _refused(message: str, code: str) -> Answer:
    return Answer(refusal(message, code), code)


def _never(_value: Any) -> bool:
    return False
