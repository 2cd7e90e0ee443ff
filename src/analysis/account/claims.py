"""Which claims bound a number of those who left, and what does each say as a constraint?

A count says that its quantity lies in its interval; a share, that a part lies between fractions of a whole. What is
assumed beyond the claims does not belong here.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import inf
from typing import Any

from analysis.account.scopes import Quantity, Scopes, ancestors, last_day
from analysis.account.solver import Constraint
from analysis.evidence.record import Record
from analysis.evidence.rows import claim_rows

ASSERTED = ("reported", "estimate")
"""The modalities that speak of what is or was; intents and forecasts are tested against the rest, not part of it."""


def bounding(scopes: Scopes, record: Record, modalities: tuple[str, ...]) -> list[Any]:
    """The claims of the record that bound a number of the Moroccans who left, in order of date."""
    counted, population = scopes.counted, scopes.broader["population"]
    roles = record.scenario.chosen("speaker_roles")
    kept = [
        claim
        for claim in claim_rows(record).own
        if claim.measure in counted
        and (claim.unit == "persons" or (claim.unit == "share" and claim.base in counted))
        and "moroccans_joined" in ancestors(claim.population, population)
        and claim.modality in modalities
        and claim.speaker_role in roles
        and not claim.case_id
        and claim.hedge != "vague"
    ]
    return sorted(kept, key=lambda claim: (claim.as_of, claim.claim_id))


def quantity(scopes: Scopes, claim: Any) -> Quantity:
    """What a count counts."""
    if claim.kind == "flow":
        return Quantity(claim.measure, scopes.of(claim), claim.period_end, claim.period_start)
    return Quantity(claim.measure, scopes.of(claim), last_day(claim.as_of))


def constraints(scopes: Scopes, claim: Any) -> Iterator[Constraint]:
    """What a claim says, on behalf of its family."""
    low, high = claim.lower, claim.upper
    if claim.unit == "persons":
        bounds = -inf if low is None else low, inf if high is None else high
        yield Constraint(claim.family, ((quantity(scopes, claim), 1),), *bounds)
        return
    whole, parts = _whole_and_parts(scopes, claim)
    for part in parts:
        for bound, sign in ((low, 1), (high, -1)):
            if bound is not None and part != whole:
                share = Fraction(str(bound))
                strict = 1 if claim.hedge == "more_than" and sign == 1 else 0
                terms = ((part, sign * share.denominator), (whole, -sign * share.numerator))
                yield Constraint(claim.family, tuple(term for term in terms if term[1]), lower=strict)


def _whole_and_parts(scopes: Scopes, claim: Any) -> tuple[Quantity, list[Quantity]]:
    """What a share is of, and what it is a share for: a measure of another, a window of all, or a region of the country."""
    scope, end = scopes.of(claim), last_day(claim.as_of)
    whole = Quantity(claim.base, scope, end)
    if claim.base != claim.measure:
        return whole, [Quantity(claim.measure, scope, end)]
    if claim.period_start:
        windows = _years(claim) if claim.applies == "each" else [(claim.period_start, claim.period_end)]
        return whole, [Quantity(claim.measure, scope, last, first) for first, last in windows]
    return whole._replace(scope=scope._replace(origin="morocco")), [Quantity(claim.measure, scope, end)]


def _years(claim: Any) -> list[tuple[str, str]]:
    first, last = int(claim.period_start[:4]), int(claim.period_end[:4])
    return [(f"{year}-01-01", f"{year}-12-31") for year in range(first, last + 1)]
