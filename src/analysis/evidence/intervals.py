"""Intervals with open ends, as claims and findings hold them."""

from typing import Any

import pandas as pd

Bounds = tuple[float | None, float | None]
"""Least and most, both inclusive; None is unbounded."""


def as_float(value: object) -> float | None:
    """A cell that may be missing as a float or None."""
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]


def bounds_of(row: Any) -> Bounds:
    """The interval of a claim, a row of :func:`analysis.evidence.rows.listed`."""
    return row.lower, row.upper


def overlap(one: Bounds, two: Bounds) -> bool:
    """Whether two intervals have a number in common."""
    return distance(one, two) == 0


def distance(one: Bounds, two: Bounds) -> float:
    """How far two intervals lie apart; 0 where they overlap."""
    gaps = [low - high for low, high in ((one[0], two[1]), (two[0], one[1])) if low is not None and high is not None]
    return max([0.0, *gaps])
