"""What data is: schemas, summaries, inference. Pure: Arrow in, values out."""
