"""Faults planted into later versions of real tables, and the tables."""
