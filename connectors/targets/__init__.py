"""Kinds of typed connectors: schema and dataset in, source text out."""
