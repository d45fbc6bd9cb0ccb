"""Spark: masters, sessions, pipelines, column lineage."""
