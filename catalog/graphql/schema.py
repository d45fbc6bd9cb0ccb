"""The schema of the API, put together; its printed form is golden."""

from __future__ import annotations

from functools import cache

import graphene
from graphql import GraphQLInterfaceType, GraphQLScalarType, GraphQLSchema, print_schema

from catalog.graphql.guarding import guard
from catalog.graphql.mutations import Mutation
from catalog.graphql.node import type_name
from catalog.graphql.query import Query
from catalog.graphql.runs import Run
from catalog.graphql.sources import Source
from catalog.graphql.subscription import Subscription
from catalog.graphql.versions import Version


@cache
def schema() -> GraphQLSchema:
    """The one schema of this process."""
    made = graphene.Schema(
        query=Query, mutation=Mutation, subscription=Subscription, types=[Source, Version, Run]
    )
    found: GraphQLSchema = made.graphql_schema
    found.description = "Headwater: data sources, what is in them, and what was made of them."
    moment = found.type_map["DateTime"]
    node = found.type_map["Node"]
    assert isinstance(moment, GraphQLScalarType)
    assert isinstance(node, GraphQLInterfaceType)
    node.resolve_type = type_name
    guard(found)
    moment.specified_by_url = "https://scalars.graphql.org/andimarek/date-time"
    return found


def printed() -> str:
    """The schema in GraphQL's schema language."""
    return print_schema(schema()) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(printed())
