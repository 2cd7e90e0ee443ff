"""Executing the notebooks and the scenarios, and what their outputs were made from."""
