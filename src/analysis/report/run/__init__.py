"""Executing the notebooks and the scenarios, and what their outputs were made from."""

NOTEBOOKS = (
    "1_deaths_by_year",
    "2_returnees_and_arrests",
    "3_pathways",
    "4_accounting",
    "5_wider_record",
    "6_sensitivity",
    "7_claims",
)
"""The notebooks in the order of the report."""

INDEX = "0_index"
"""The notebook that reads what the others found: executed last, read first."""
