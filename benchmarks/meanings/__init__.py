"""Columns of public tables with what they mean, labelled by hand."""
