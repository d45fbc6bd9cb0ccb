"""The GraphQL schema and its execution."""
