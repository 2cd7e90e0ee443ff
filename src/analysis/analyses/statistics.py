"""Which statistics do the analyses compute? Pure functions of numbers, each with its source; they know nothing of claims."""

from math import comb, inf

import numpy as np

CONFIDENCE = 0.95
"""The level of every interval; the sentences print it."""

TAILS = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
"""The quantiles at which an interval of that level ends."""


def _chance(successes: int, trials: int, tail: float) -> float:
    """The chance of a success at which ``successes`` or more of ``trials`` are as likely as ``tail``."""
    if not 0 < successes <= trials:
        return float(successes > 0)
    low, high = 0.0, 1.0
    for _ in range(60):  # halves the interval down to what a float can tell apart
        p = (low + high) / 2
        likely = sum(comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(successes, trials + 1))
        low, high = (p, high) if likely < tail else (low, p)
    return high


def rate_ratio(later: int, later_months: float, earlier: int, earlier_months: float) -> tuple[float, float, float]:
    """Ratio of two rates of events and its exact interval.

    Given the sum of both counts, the later one is binomial; its Clopper-Pearson interval turns into one of the ratio
    (conditional test of two Poisson rates, Przyborowski & Wilenski 1940).
    """
    both, scale = later + earlier, earlier_months / later_months
    chances = _chance(later, both, TAILS[0]), _chance(later + 1, both, TAILS[1])
    low, high = (p / (1 - p) * scale if p < 1 else inf for p in chances)
    return later / earlier * scale, low, high


def alpha(both: np.ndarray, one: np.ndarray, neither: np.ndarray) -> np.ndarray:
    """Krippendorff's alpha for two coders and one yes-or-no code, from counts of units; NaN where nothing varies.

    ``both``: units where both say yes, ``one``: only one of them, ``neither``: neither. Arrays of one shape, so that
    a bootstrap is one call. Nominal metric; Krippendorff 2004, ch. 11. Checked against the ``krippendorff`` package
    in the tests.
    """
    units = both + one + neither
    yes, no = 2 * both + one, 2 * neither + one
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - (one / units) * (2 * units * (2 * units - 1)) / (2 * yes * no)
