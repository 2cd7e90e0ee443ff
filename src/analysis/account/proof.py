"""Is a bound the sum of a few constraints, each taken some times? A sum that can be checked by hand.

Which constraints prove a bound is found by :mod:`analysis.account.solver`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Literal

from analysis.account.highs import Constraint, Terms

End = Literal["lower", "upper"]
"""Which end of an interval."""


@dataclass(frozen=True)
class Step:
    """A constraint taken ``times`` times in a sum: at the bound that its sign asks for."""

    constraint: Constraint
    times: Fraction
    amount: float
    """The bound of the constraint that is used."""

    @property
    def share(self) -> Fraction:
        """What the step adds to the sum."""
        return self.times * Fraction(self.amount)


@dataclass(frozen=True)
class Proof:
    """Why an expression is no less, or no more, than ``bound``.

    ``elements`` is one minimal set from which the bound follows: without any of them it would not. ``steps`` are the
    constraints whose sum is the bound, before it is rounded to a whole number; none where no sum proves it, or where
    it is 0 because no quantity is negative.
    """

    end: End
    bound: float
    elements: frozenset[str]
    steps: tuple[Step, ...]

    @property
    def total(self) -> Fraction:
        """The sum of the steps, as it is before rounding."""
        return sum((step.share for step in self.steps), Fraction(0))

    @property
    def is_sum(self) -> bool:
        """Whether the steps alone prove the bound."""
        return (ceil if self.end == "lower" else floor)(self.total) == self.bound


def steps(
    terms: Terms, end: End, weighted: Iterable[tuple[Constraint, float]], sign: int, denominator: int
) -> tuple[Step, ...]:
    """Constraints and weights as steps, if their exact sum bounds ``terms``, quantities being 0 or more; else none.

    For the lower end the coefficients of the sum must be no more than those of ``terms``. ``sign`` is that of the
    solver's weights, ``denominator`` the largest that they may have.
    """
    left = {quantity: Fraction(coefficient) for quantity, coefficient in terms.items()}
    steps = []
    for constraint, weight in weighted:
        times = sign * Fraction(weight).limit_denominator(denominator)
        for quantity, coefficient in constraint.terms:
            left[quantity] = left.get(quantity, Fraction(0)) - times * coefficient
        if times:
            steps.append(
                Step(constraint, times, constraint.lower if (times > 0) == (end == "lower") else constraint.upper)
            )
    fits = all(rest >= 0 if end == "lower" else rest <= 0 for rest in left.values())
    return tuple(steps) if fits and all(isfinite(step.amount) for step in steps) else ()
