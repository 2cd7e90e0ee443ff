"""How does a reading change a claim, and what follows from what a claim then says?

A reading is a set of patches: each sets a field of a claim, and everything that depends on the field is derived again.
Which readings are in force is chosen in `scenario`.
"""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence.dates import days
from analysis.evidence.hedges import interval

DATES = ("period", "as_of", "date", "published")
"""Columns that hold an EDTF date."""


def derive(claims: pd.DataFrame, speakers: pd.DataFrame, about_width: float = 1.0) -> pd.DataFrame:
    """``claims`` with the columns that follow from what was coded.

    ``lower`` and ``upper`` are the bounds under the hedge rules (inclusive, missing: unbounded); ``period_start`` and
    ``period_end`` the window (ISO text, empty: open); ``speaker_role`` is the speaker's. ``value`` and ``value_to`` may be text or numbers. ``about_width`` is the width of
    "about" in half units of the last non-zero digit. Raises ValueError where a hedge lacks its number or a date is none.
    """
    width = Decimal(repr(about_width))
    rows = claims[["hedge", "value", "value_to", "unit"]].itertuples(index=False)
    bounds = [interval(hedge, decimal(value), decimal(to), unit, width) for hedge, value, to, unit in rows]
    claims = claims.assign(
        lower=pd.array([low for low, _ in bounds], dtype="Float64"),
        upper=pd.array([high for _, high in bounds], dtype="Float64"),
        speaker_role=roles(claims["speaker"], speakers),
    )
    return with_days(claims, "period")


def roles(keys: pd.Series, speakers: pd.DataFrame) -> pd.Series:
    """The role of each speaker of ``keys``."""
    return keys.map(dict(zip(speakers["speaker"], speakers["speaker_role"], strict=True))).astype("str")


def with_days(frame: pd.DataFrame, column: str, prefix: str = "") -> pd.DataFrame:
    """``frame`` with ``<prefix>_start`` and ``<prefix>_end``: first and last day of each date, ISO text; empty is open."""
    windows = {cell: days(cell) if cell else (None, None) for cell in frame[column].unique()}
    iso = {cell: [day.isoformat() if day else "" for day in ends] for cell, ends in windows.items()}
    pairs = [iso[cell] for cell in frame[column]]
    prefix = prefix or column
    return frame.assign(**{f"{prefix}_{end}": [pair[i] for pair in pairs] for i, end in enumerate(("start", "end"))})


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with ``<column>_first`` and ``<column>_last`` for each of its EDTF columns, as dates; NaT is open."""
    dates = {}
    for column in [name for name in DATES if name in frame]:
        windows = [days(cell) if cell else (None, None) for cell in frame[column]]
        for place, end in enumerate(("first", "last")):
            dates[f"{column}_{end}"] = np.array([window[place] for window in windows], dtype="datetime64[s]")
    return frame.assign(**dates)


def decimal(cell: Any) -> Decimal | None:
    """A number as coded (text or float) as an exact decimal, 1/3 to 28 digits; empty and missing are None."""
    if cell is None or cell is pd.NA or cell == "" or cell != cell:
        return None
    over, _, under = str(cell).partition("/")
    return Decimal(over) / Decimal(under) if under else Decimal(over)


def apply_patches(claims: pd.DataFrame, patches: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with each row of ``patches`` (claim_id, field, value) written into its cell."""
    claims = claims.copy(deep=False)
    position = {claim: place for place, claim in enumerate(claims["claim_id"])}
    present = patches[patches["claim_id"].isin(position)]
    for field, rows in present.groupby("field", sort=False):
        places = [position[claim] for claim in rows["claim_id"]]
        values = list(rows["value"])
        if pd.api.types.is_numeric_dtype(claims[field]):
            values = [pd.NA if (number := decimal(value)) is None else float(number) for value in values]
        column = claims[field].copy()
        column.iloc[places] = values
        claims[field] = column
    return claims
