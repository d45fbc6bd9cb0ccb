"""Table formats: folders whose own metadata tells which files are the table, and as of when."""
