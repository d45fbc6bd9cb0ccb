"""What we know, and who may ask: the catalog, its service and its command line."""
