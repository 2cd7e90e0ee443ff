"""May a sentence with a number be printed? Whether it follows from the published words, fits them, or cannot be true.

The sentence is read as a claim of its own and added to the account, once as it is and once denied, under each way of
resolving the contradictions in the record with the fewest claims set aside. How the answer reads does not belong here.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from math import inf, isfinite
from typing import Any

from analysis.account import claims as claimed
from analysis.account.assumptions import ALIGNMENT, ASSUMPTIONS, NO_FALL, ONE_DATE
from analysis.account.model import AccountModel
from analysis.account.scopes import MAIN, Quantity, last_day, months
from analysis.account.solver import Constraint, End, Interval, Reconciliation, System, denials
from analysis.analyses.finding import bounded
from analysis.analyses.proofs import proof_values
from analysis.analyses.rows import kind
from analysis.evidence.dates import days
from analysis.evidence.hedges import interval
from analysis.evidence.intervals import Bounds
from analysis.evidence.problems import ParameterError
from analysis.evidence.readings import decimal
from analysis.evidence.record import Record

SENTENCE = "the sentence"
"""The sentence as an element of the system."""

FOLLOWS, FITS, CANNOT = "follows", "fits", "cannot be true"

HEDGES = {
    "exactly": "exact",
    "about": "about",
    "at_least": "at_least",
    "more_than": "more_than",
    "at_most": "at_most",
    "less_than": "less_than",
    "between": "range",
}
"""The ways to hedge the number of a sentence, as argument and as hedge of the codebook."""

STEPS = 1000
"""The range of a share is given in steps of one part in so many."""

WAYS, SETS, FEW = 24, 40, 3
"""Subsets looked at for the ways to resolve contradictions, and for the smallest set of words; where more than so many
claims have to be set aside, one way is enough. Together a few seconds at most."""


Sentence = kind(
    "Sentence",
    "measure hedge value value_to lower upper base as_of unit kind population origin place group claim_id family",
)
"""A sentence as a claim: what the account reads of one."""


@dataclass(frozen=True)
class Reason:
    """A minimal set of claims and assumptions that decides.

    ``claims`` are the ids of its claims. ``proof`` is why the number is no less ("lower") or no more ("upper") than its
    bound where only these hold, as ``accounting`` gives it; None where the sentence is no single count.
    """

    claims: tuple[str, ...]
    assumptions: tuple[str, ...]
    proof: Mapping[str, Any] | None
    end: str = ""


@dataclass(frozen=True)
class Check:
    """A sentence and what the record says of it.

    ``lower`` and ``upper`` bound what is counted, over the ways to resolve the contradictions: inclusive, None where
    unbounded. ``apart`` are ranges of single ways, where numbers between them are possible in none. Of a share, ``share`` bounds the share itself, to a tenth of a percent outwards, and ``whole`` what it is of;
    both are None where there are too many ways. ``reasons`` are the smallest sets of words found for the verdict; where it
    fits, those that speak against it under some of the ways, and ``ends`` those for each end of the range. ``ways`` counts
    the ways, ``possible`` those that leave room for the sentence; both are None where there are more than can be listed.
    ``as_of`` is the day of the counts that it is compared with, ``asked`` the date of the sentence. ``size`` claims must be
    set aside before the others can all be true; ``rivals`` are the claims one of which must be, where it is one.
    """

    record: Record
    sentence: Any
    verdict: str
    lower: float | None
    upper: float | None
    apart: tuple[Bounds, ...]
    share: Bounds | None
    whole: Bounds | None
    reasons: tuple[Reason, ...]
    ends: Mapping[End, tuple[Reason, ...]]
    ways: int | None
    possible: int | None
    as_of: str
    asked: str
    size: int
    rivals: tuple[str, ...]


def check(record: Record, measure: str, as_of: str = "", of: str = "", **amount: Any) -> Check:
    """Whether a number of the Moroccans who left follows from the record, fits it, or cannot be true.

    ``measure`` is what is counted, ``as_of`` the date up to which (ISO day, month or year; default: that of the account).
    ``amount`` is one of exactly, about, at_least, more_than, at_most, less_than (a number) or between (two numbers):
    persons, or a share of the measure ``of``, as 0.5 or "50%". Raises ParameterError, which says what is allowed.

    >>> check(Record.load(), "killed", at_least=5000).verdict
    'cannot be true'
    """
    model = AccountModel(record, record.scenario["assumptions"])
    sentence = _sentence(model, measure, as_of, of, amount)
    day, system = _beside(model, sentence)
    asked, sentence = sentence.as_of, sentence._replace(as_of=day)
    said = tuple(claimed.constraints(model.scopes, sentence))
    denied = list(denials(said))
    size = system.changes(model.hard_elements)
    room = lambda *more: system.changes(model.hard_elements, more) == size is not None
    verdict = CANNOT if not room(*said) else FITS if any(room(side) for side in denied) else FOLLOWS
    few = (size or 0) <= FEW
    found = system.reconcile(model.hard_elements, WAYS if few else 1, repairs_only=True)
    ways = [system.without(way) for way in found.repairs] if few or verdict != FITS else []
    speaking = ways if verdict != FITS else [way for way in ways if not way.allows(said)]
    part = claimed.quantity(model.scopes, sentence)
    whole = part._replace(measure=sentence.base) if of else None
    sides: list[tuple[Constraint, ...]] = [(side,) for side in denied] if verdict == FOLLOWS else [said]
    reasons = _reasons(model, speaking, sides, None if of else part)
    hull = system.hull({q: {q: 1} for q in (part, whole) if q}, model.hard_elements)
    low, high = hull[part] or (0.0, inf)
    share = _share(model, system, part, whole) if whole and few else None
    ends: dict[End, tuple[Reason, ...]] = {}
    if verdict == FITS:
        for end, beyond, inside in _beyond_and_inside(part, whole, share, low, high):
            attaining = next((way for way in ways if way.allows((inside,))), None)
            if not few:
                attaining = system.attaining({part: 1}, end, low if end == "lower" else high, model.hard_elements)
            ends[end] = _reasons(model, [attaining] if attaining else [], [(beyond,)], None if of else part)
    complete = found.complete and bool(ways)
    ranges = [way.hull({part: {part: 1}}, model.hard_elements)[part] for way in ways] if few and complete else []
    possible = {FOLLOWS: len(ways), FITS: len(ways) - len(speaking), CANNOT: 0}[verdict] if complete else None
    return Check(
        record,
        sentence,
        verdict,
        *bounded((low, high)),
        _apart(ranges),
        share,
        bounded(hull[whole]) if whole and hull[whole] else None,
        reasons,
        ends,
        len(ways) if complete else None,
        possible,
        day,
        asked,
        size or 0,
        _rivals(model, found),
    )


def _apart(ranges: list[Interval | None]) -> tuple[Bounds, ...]:
    """Ranges of whole numbers with those that touch made one; none where this leaves a single one."""
    found: list[Interval] = []
    for low, high in sorted(one or (0.0, inf) for one in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return tuple(map(bounded, found)) if len(found) > 1 else ()


def _share(model: AccountModel, system: System, part: Quantity, whole: Quantity) -> Bounds:
    """Least and most of a part as a share of a whole, in thousandths outwards."""

    @cache
    def least_and_most(thousandths: int) -> tuple[float, float]:
        """Of a thousand times the part less so many times the whole."""
        found = system.hull({"": {part: STEPS, whole: -thousandths}}, model.hard_elements)[""]
        return found or (-inf, inf)

    tried = range(STEPS + 1)
    least = bisect_left(tried, True, lo=1, key=lambda times: least_and_most(times)[0] < 0) - 1
    most = bisect_left(tried, True, key=lambda times: least_and_most(times)[1] <= 0)
    return least / STEPS, None if most > STEPS else most / STEPS


def _beyond_and_inside(
    part: Quantity, whole: Quantity | None, share: Bounds | None, low: float, high: float
) -> Iterator[tuple[End, Constraint, Constraint]]:
    """For each end of the range: what lies beyond it, and what lies at it."""
    if not whole:
        terms = ((part, 1),)
        yield "lower", Constraint(SENTENCE, terms, upper=low - 1), Constraint(SENTENCE, terms, upper=low)
        if isfinite(high):
            yield "upper", Constraint(SENTENCE, terms, lower=high + 1), Constraint(SENTENCE, terms, lower=high)
    elif share:
        terms_of = lambda share: ((part, STEPS), (whole, -round(STEPS * share)))
        less = lambda share: Constraint(SENTENCE, terms_of(share), upper=-1)
        more = lambda share: Constraint(SENTENCE, terms_of(share), lower=1)
        least, most = share
        yield "lower", less(least or 0), less((least or 0) + 1 / STEPS)
        if most is not None:
            yield "upper", more(most), more(most - 1 / STEPS)


def _rivals(model: AccountModel, found: Reconciliation) -> tuple[str, ...]:
    """The claims one of which must be wrong, where the others can then all be true; none where more than claims may be."""
    names = frozenset().union(*found.repairs)
    claims = {claim.family: claim.claim_id for claim in reversed(model.claims_of(names))}
    return tuple(claims.values())[::-1] if found.size == 1 and found.complete and names == set(claims) else ()


def _sentence(model: AccountModel, measure: str, as_of: str, of: str, amount: Mapping[str, Any]) -> Any:
    names = {name: model.record.name("measure", name) for name in model.scopes.counted}
    chosen = {name: value for name, value in amount.items() if value is not None}
    if unknown := [name for name in chosen if name not in HEDGES]:
        raise ParameterError(f"{unknown[0]!r} is no way to give a number. Allowed: {', '.join(HEDGES)}.")
    if len(chosen) != 1:
        raise ParameterError(f"give one number, as one of: {', '.join(HEDGES)}. Found: {', '.join(chosen) or 'none'}.")
    ((way, value),) = chosen.items()
    if way == "between" and (not isinstance(value, list | tuple) or len(value) != 2):
        raise ParameterError(f"between = {value!r} is not allowed. Expected two numbers, as in between=(1000, 1500).")
    numbers = [_number(way, part, bool(of)) for part in (value if way == "between" else (value,))]
    unit, to = "share" if of else "persons", numbers[-1] if way == "between" else None
    width = model.record.scenario["about_width"]
    try:
        bounds = interval(HEDGES[way], decimal(numbers[0]), decimal(to), unit, decimal(width))  # type: ignore[arg-type]
    except ValueError as error:
        raise ParameterError(f"{way} = {value!r} is no number of {unit}: {error}.") from None
    try:
        date = as_of and days(as_of)[1] and as_of
    except ValueError:
        date = None
    if date is None:
        raise ParameterError(f"as_of = {as_of!r} is no date. Give a day, month or year, as in 2017-05.")
    base = _known("of", of, names) if of else ""
    name = _known("measure", measure, names)
    if name == base:
        raise ParameterError(f"a share of {names[base]!r} must be of another measure: {', '.join(names)}.")
    said = name, HEDGES[way], numbers[0], to, *bounds, base, date or model.where[1], unit
    return Sentence(*said, "cumulative", *MAIN, SENTENCE, SENTENCE)


def _known(argument: str, value: str, names: Mapping[str, str]) -> str:
    """The measure that ``value`` names, by key or by human name."""
    wanted = {label: name for name, label in names.items()} | {name: name for name in names}
    if value not in wanted:
        close = get_close_matches(value, wanted, 1, 0.75)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise ParameterError(f"{argument} = {value!r} is not known.{hint} Allowed: {', '.join(names)}.")
    return wanted[value]


def _number(way: str, value: Any, share: bool) -> float:
    """A number as given: 1000, 1,000, 0.5 or 50%."""
    text = str(value).replace(",", "").strip()
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = -1.0
    whole = share or (number.is_integer() and not text.endswith("%"))
    if not 0 <= number < (1.0000001 if share else 1e9) or not whole:
        expected = (
            "a share, as 0.5 or 50%" if share else "a whole number of people; a share needs `of`, what it is a share of"
        )
        raise ParameterError(f"{way} = {value!r} is not allowed. Expected {expected}.")
    return number


def _beside(model: AccountModel, sentence: Any) -> tuple[str, System]:
    """The day at which the sentence is compared, and the system with what it counts at that day.

    A date near counts is taken for the nearest of theirs where near dates count as one; another is a day of its own.
    """
    structure, day = model.structure, last_day(sentence.as_of)
    near = [other for other in structure.dates if abs(months(day, other)) <= structure.same_date]
    within = [other for other in near if other[: len(sentence.as_of)] == sentence.as_of]
    if within or (near and ONE_DATE in model.assumptions):
        day = min(within or near, key=lambda other: (abs(months(day, other)), other))
    scopes = {MAIN, *(q.scope for q in structure.claimed)} if ALIGNMENT["group"] in model.assumptions else {MAIN}
    wanted = {Quantity(measure, MAIN, day) for measure in (sentence.measure, sentence.base) if measure}
    if ONE_DATE in model.assumptions:
        counted = {q.measure for q in structure.claimed} & {q.measure for q in wanted} - structure.everywhere
        wanted |= {Quantity(measure, scope, end) for measure in counted for scope in scopes for end in structure.dates}
    wider = replace(structure, claimed=structure.claimed | wanted)
    return day, System.of((*model.claim_constraints, *wider.constraints()))


def _reasons(
    model: AccountModel, ways: list[System], ends: list[tuple[Constraint, ...]], quantity: Quantity | None
) -> tuple[Reason, ...]:
    """For each of ``ends``, which no way allows, few smallest reasons, so that each way has one."""
    found: dict[frozenset[str], Reason] = {}
    assumed = {*model.assumptions}
    for end in ends:
        if len(end[0].terms) == 1 and end[0].upper < 0:
            continue  # fewer than none
        cores: list[frozenset[str]] = []
        for way in ways:
            if not any(core <= {*way.elements} for core in cores):
                sets = way.beside(end).reconcile((), SETS).conflicts
                fewest = min(sets, key=lambda core: (len(core - assumed), NO_FALL in core, len(core), sorted(core)))
                cores.append(fewest - {SENTENCE})
                if (
                    not cores[-1] <= assumed
                ):  # what arithmetic alone excludes, as a part above its whole, needs no words
                    found.setdefault(cores[-1], _reason(model, way.restrict(cores[-1]), end[0], quantity))
    return tuple(found.values())


def _reason(model: AccountModel, few: System, end: Constraint, quantity: Quantity | None) -> Reason:
    """The claims of a minimal system: of those that repeat one statement the ones that the arithmetic uses."""
    assumed = tuple(name for name in ASSUMPTIONS if name in few.elements)
    claims = [claim.claim_id for claim in model.claims_of(few.elements)]
    if quantity is None or not (bounds := few.bound({quantity: 1})):
        return Reason(tuple(claims), assumed, None)
    side: End = "upper" if bounds[1] < end.lower else "lower"
    proof = few.proof({quantity: 1}, side)
    values = proof_values(model, proof) if proof else {"claims": claims}
    said = {model.of_claim[claim]: claim for claim in reversed(values["claims"] or claims)}  # a repeat says it once
    return Reason(tuple(said.values())[::-1], assumed, values if proof and proof.is_sum else None, side)
