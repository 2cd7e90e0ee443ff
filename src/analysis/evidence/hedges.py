"""What interval does a hedged number stand for?

One table of rules, after the practice of reading numeric hedge words as intervals (Ferson et al. 2015,
"Natural language of uncertainty: numeric hedge words"). Nothing here knows of files or tables.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

COUNTED = frozenset({"persons", "cells", "attacks", "plots", "rank"})
"""Units that come in whole numbers: "more than 600 persons" means 601 or more."""

NUMBERED = ("exact", "about", "at_least", "more_than", "at_most", "less_than", "range")
"""The hedges that carry a number; ``vague`` carries none."""

Interval = tuple[float | None, float | None]
"""Lower and upper bound, both inclusive; ``None`` is unbounded. A strict bound on a share is kept as its closure."""


def half_width(value: Decimal) -> Decimal:
    """Half a unit of the last non-zero digit: 5 for 70, 50 for 300, 0.005 for 0.38, 0.5 for 71."""
    if value == 0:
        raise ValueError("zero has no last non-zero digit, so 'about 0' has no interval")
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb(exponent - 1)


@lru_cache(maxsize=4096)
def interval(
    hedge: str, value: Decimal | None, value_to: Decimal | None, unit: str, about_width: Decimal = Decimal(1)
) -> Interval:
    """The numbers that ``hedge`` and ``value`` admit.

    ``value_to`` is the far end of a range. ``about_width`` stretches "about": 1 admits the numbers that round to the
    printed one at its last non-zero digit. A count is a whole number; a share lies in [0, 1]. Raises ValueError where
    no number is admitted, as in "less than 0 persons".
    """
    if hedge == "vague":
        return None, None
    if value is None:
        raise ValueError(f"the hedge {hedge!r} needs a number")
    step = Decimal(1) if unit in COUNTED else Decimal(0)
    lower: Decimal | None
    upper: Decimal | None
    match hedge:
        case "exact":
            lower, upper = value, value
        case "about":
            width = half_width(value) * about_width
            lower, upper = value - width, value + width
        case "at_least":
            lower, upper = value, None
        case "more_than":
            lower, upper = value + step, None
        case "at_most":
            lower, upper = Decimal(0), value
        case "less_than":
            lower, upper = Decimal(0), value - step
        case "range":
            if value_to is None:
                raise ValueError("a range needs both ends")
            lower, upper = value, value_to
        case _:
            raise ValueError(f"unknown hedge {hedge!r}")
    lower = max(lower, Decimal(0))
    if unit == "share":
        upper = Decimal(1) if upper is None else min(upper, Decimal(1))
    if step:
        lower = lower.to_integral_value(ROUND_CEILING)
        upper = None if upper is None else upper.to_integral_value(ROUND_FLOOR)
    if upper is not None and lower > upper:
        raise ValueError(f"{hedge} {value} {unit} admits no number")
    return float(lower), None if upper is None else float(upper)
