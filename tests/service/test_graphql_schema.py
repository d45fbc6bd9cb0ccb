"""The printed schema is golden, and everything in it is described."""

from __future__ import annotations

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_introspection_query,
)

from catalog.graphql.execution import execute
from catalog.graphql.schema import printed, schema

GOLDEN = Path(__file__).parents[1] / "golden" / "schema.graphql"


def test_the_printed_schema_is_the_golden_one():
    assert printed() == GOLDEN.read_text(), (
        "the API changed; if that is meant: python -m catalog.graphql.schema > "
        "tests/golden/schema.graphql"
    )


def test_every_type_field_argument_and_value_is_described():
    bare = []
    for name, kind in schema().type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description:
            bare.append(name)
        if isinstance(kind, GraphQLEnumType):
            bare += [f"{name}.{key}" for key, value in kind.values.items() if not value.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for key, field in kind.fields.items():
                if not field.description:
                    bare.append(f"{name}.{key}")
                bare += [
                    f"{name}.{key}({argument})"
                    for argument, one in getattr(field, "args", {}).items()
                    if not one.description
                ]
    assert bare == []


def test_enum_values_are_in_capitals():
    for name, kind in schema().type_map.items():
        if isinstance(kind, GraphQLEnumType) and not name.startswith("__"):
            assert all(value.isupper() for value in kind.values), name


def test_the_standard_introspection_query_is_within_the_limits(made):
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    found = execute(made.store, query)
    assert "errors" not in found
    assert found["data"]["__schema"]["queryType"]["name"] == "Query"


def test_only_ids_and_names_of_things_cannot_be_null():
    source = schema().type_map["Source"]
    assert isinstance(source, GraphQLObjectType)
    required = {name for name, field in source.fields.items() if str(field.type).endswith("!")}
    assert required == {"id", "name"}
