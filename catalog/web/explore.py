"""Trying queries: the examples, and the answer to a query for those without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from catalog.graphql.execution import answer
from catalog.graphql.http import encoded
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request


@dataclass(frozen=True, slots=True)
class Example:
    """A query to begin with."""

    title: str
    query: str


EXAMPLES = (
    Example(
        "Find sources",
        """{
  sources(text: "flights", first: 5) {
    totalCount
    edges {
      matchedFields
      node { id name format rowCount quality { score grade } }
    }
    facets { name values { value count } }
  }
}""",
    ),
    Example(
        "Columns with figures",
        """{
  source(name: "flights") {
    name
    schema {
      fingerprint
      fields {
        name type nullable
        semanticType { name }
        profile { nullCount distinctCount min max mean }
      }
    }
  }
}""",
    ),
    Example(
        "Quality: what failed",
        """{
  sources(orderBy: QUALITY, first: 20) {
    nodes {
      name
      quality { score success results(failed: true) { expectation field observed reason } }
    }
  }
}""",
    ),
    Example(
        "Lineage",
        """{
  source(name: "delays") {
    name
    upstream(depth: 3) { name }
    lineage { edges { upstream { name } downstream { name } run { pipeline state } } }
  }
}""",
    ),
    Example(
        "A typed connector",
        """{
  source(name: "flights") {
    connector(target: PYSPARK) { filename fingerprint code }
  }
}""",
    ),
    Example(
        "What the catalog holds",
        "{ catalog { version targets counts { sources versions runs } } }",
    ),
)


def answered(request: Request, query: str, variables: str, limits: Limits) -> str | None:
    """The answer to `query` as indented JSON, None without one. Mutations are refused."""
    if not query.strip():
        return None
    try:
        given: Any = orjson.loads(variables) if variables.strip() else None
    except orjson.JSONDecodeError as error:
        return f"variables are not JSON: {error}"
    if given is not None and not isinstance(given, dict):
        return "variables are a JSON object"
    found = answer(request, query, given, limits=limits, read_only=True)
    body = orjson.loads(encoded(found.body))
    return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
