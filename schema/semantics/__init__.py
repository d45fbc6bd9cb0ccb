"""What the values of a column mean: semantic types, told from values, names and figures."""
