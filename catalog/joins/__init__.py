"""What columns join with, and which sources can be unioned or add columns to another."""
