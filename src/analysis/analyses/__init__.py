"""One module an analysis: a record in, findings out. Pure: no files, no notebooks, no plots."""
