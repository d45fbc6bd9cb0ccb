"""Places that datasets are found in: file systems and databases."""
