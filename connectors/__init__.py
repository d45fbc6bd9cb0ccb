"""How data is reached and produced: sources, formats, targets, Spark."""
