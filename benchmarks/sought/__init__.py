"""Public data sets that people search for, and what they would ask to find them."""
