"""Rows of one source over HTTP."""
