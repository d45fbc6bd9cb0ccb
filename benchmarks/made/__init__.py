"""Messy CSV files that are made here, so that what they hold is known."""
