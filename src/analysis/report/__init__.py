"""Runs the notebooks, gathers the findings, builds the report."""
