"""Errors: told with a code when they are ours, masked with a request id when they are not."""

from __future__ import annotations

import logging

import pytest

from catalog.graphql.execution import execute
from catalog.model import Search
from schema.errors import Ambiguous, CatalogError
from tests.service.made_catalog import codes

SECRET = "password=hunter2"


class Failing:
    """A store whose methods raise what it is given."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def source(self, ref: object) -> object:
        raise self.error

    def search(self, search: Search) -> object:
        raise self.error


def test_an_unexpected_error_is_masked_and_logged(caplog):
    with caplog.at_level(logging.ERROR):
        found = execute(Failing(RuntimeError(SECRET)), '{ source(name: "x") { id } }')  # type: ignore[arg-type]
    (error,) = found["errors"]
    assert SECRET not in str(found)
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["path"] == ["source"]
    request = error["extensions"]["requestId"]
    assert request in error["message"]
    assert request in caplog.text
    assert SECRET in caplog.text
    assert found["data"] == {"source": None}


@pytest.mark.parametrize(
    ("error", "code"),
    [(CatalogError("the catalog is away"), "CATALOG_ERROR"), (Ambiguous("a or b"), "AMBIGUOUS")],
)
def test_an_error_of_ours_is_told(error, code):
    found = execute(Failing(error), "{ sources { nodes { id } } }")  # type: ignore[arg-type]
    assert codes(found) == [code]
    assert found["errors"][0]["message"] == str(error)


def test_a_value_that_cannot_be_written_is_masked(made):
    class Odd(Failing):
        def source(self, ref: object) -> object:
            from dataclasses import replace

            return replace(made.store.source("flights"), row_count=SECRET)

    found = execute(Odd(RuntimeError()), '{ source(name: "x") { id rowCount } }')  # type: ignore[arg-type]
    assert codes(found) == ["INTERNAL_SERVER_ERROR"]
    assert SECRET not in str(found)
    assert found["data"]["source"]["rowCount"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment a on Query { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { __typename } query b { __typename }", "BAD_REQUEST"),
        ("subscription { catalogEvents { kind } }", "BAD_REQUEST"),
        (
            '{ source(name: "x") { connector(target: "ARROW") { code } } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
def test_requests_that_are_none_tell_what_is_wrong(made, query, code):
    found = execute(made.store, query)
    assert set(codes(found)) == {code}
    assert "data" not in found


def test_the_operation_to_do_is_chosen_by_name(made):
    query = "query a { a: __typename } query b { b: __typename }"
    assert execute(made.store, query, operation_name="b")["data"] == {"b": "Query"}
    assert codes(execute(made.store, query, operation_name="c")) == ["BAD_REQUEST"]


def test_errors_do_not_pile_up_in_the_answer(made):
    query = "{ " + " ".join(f"nothing{n}" for n in range(200)) + " }"
    assert len(execute(made.store, query)["errors"]) <= 21
