"""Expectations derived from profiles, and their validation."""
