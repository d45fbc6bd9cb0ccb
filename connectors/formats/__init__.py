"""Facts about file formats and how one file of each is read."""
