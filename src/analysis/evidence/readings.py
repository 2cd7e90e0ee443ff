"""How does a reading change a claim, and what follows from what a claim then says?

A reading is a set of patches: each sets a field of a claim, and everything that depends on the field is derived again.
Which readings are in force is chosen in `scenario`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence.dates import days
from analysis.evidence.hedges import interval
from analysis.evidence.tables import lookup, numeric

DATES = ("period", "as_of", "date", "published")
"""Columns that hold an EDTF date."""


def derive(claims: pd.DataFrame, speakers: pd.DataFrame, about_width: float = 1.0) -> pd.DataFrame:
    """``claims`` with the columns that follow from what was coded.

    ``lower`` and ``upper`` are the bounds under the hedge rules (inclusive, missing: unbounded); ``period_start`` and
    ``period_end`` the window (ISO text, empty: open); ``speaker_role`` is the speaker's. ``value`` and ``value_to`` may be
    text or numbers. ``about_width`` is the width of "about" in half units of the last non-zero digit. Raises ValueError
    where a hedge lacks its number or a date is none.
    """
    width = Decimal(repr(about_width))
    rows = zip(*(claims[name].tolist() for name in ("hedge", "value", "value_to", "unit")), strict=True)
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


def with_days(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """``frame`` with ``<column>_start`` and ``<column>_end``: first and last day of each date, ISO text; empty is open."""
    first, last = ([day.isoformat() if day else "" for day in ends] for ends in _windows(frame[column]))
    return frame.assign(**{f"{column}_start": first, f"{column}_end": last})


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with ``<column>_first`` and ``<column>_last`` for each of its EDTF columns, as dates; NaT is open."""
    dated: dict[str, Any] = {}
    for column in (name for name in DATES if name in frame):
        first, last = (np.array(ends, dtype="datetime64[s]") for ends in _windows(frame[column]))
        dated |= {f"{column}_first": first, f"{column}_last": last}
    return frame.assign(**dated)


def _windows(cells: pd.Series) -> tuple[list[date | None], list[date | None]]:
    """The first and the last day of each EDTF date; None is open, and both are None in an empty cell."""
    windows = [days(cell) if cell else (None, None) for cell in cells.tolist()]
    return [first for first, _ in windows], [last for _, last in windows]


def decimal(cell: Any) -> Decimal | None:
    """A number as coded (text or float) as an exact decimal, 1/3 to 28 digits; empty and missing are None."""
    if cell is None or cell is pd.NA or cell == "" or cell != cell:
        return None
    over, _, under = str(cell).partition("/")
    return Decimal(over) / Decimal(under) if under else Decimal(over)


def apply_patches(claims: pd.DataFrame, patches: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with each row of ``patches`` (claim_id, field, value) written into its cell."""
    ids, changed = claims["claim_id"], {}
    for field, rows in patches.groupby("field", sort=False):
        cells, dtype = lookup(rows, "claim_id", "value"), claims[field].dtype
        written = ids.map(cells)
        if pd.api.types.is_numeric_dtype(dtype):
            written = numeric(written.replace("", pd.NA))
        changed[field] = claims[field].mask(ids.isin(cells.keys()), written.astype(dtype))
    return claims.assign(**changed)
