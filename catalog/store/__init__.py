"""The store: the only place with the catalog's SQL."""
