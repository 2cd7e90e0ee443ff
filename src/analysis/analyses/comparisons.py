"""Do two figures count the same thing, or does one count part of what the other counts?

A figure counts certain people (measure, place, origin, group, population) over a certain time. Where all that one counts
is counted by the other too, it can be no larger; two figures that include each other are of one thing at one date.
What parts add up to is the question of :mod:`analysis.analyses.sum_checks`.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from analysis.account.claims import ASSERTED
from analysis.account.scopes import SAME, THEATRE, WHOLE, ancestors
from analysis.analyses.rows import cached, claim_rows, kind, listed
from analysis.evidence.hedges import COUNTED, half_width
from analysis.evidence.intervals import bounds_of, distance
from analysis.evidence.numerals import numbers_in
from analysis.evidence.record import Record
from analysis.evidence.tables import lookup, nested

FIELDS = ("measure", "place", "origin", "group", "population")
"""The ways in which a count can be a part of another, beside its window."""

ONE_DATE = pd.Timedelta(days=31)
"""Dates that lie within one month count as one: a day, and the month around it."""

REVISED = 0.1
"""The part of a small count that a correction may take away; of a large one, the parameter ``revision`` says how many."""

FAR = 1.5
"""Counts of one thing at one date, or a part and its whole, that differ by this factor are far apart."""

WITH_FAMILIES, RETURNEES = "moroccans_joined", "moroccan_returnees"
"""A count of returnees may leave out women and minors: one that says it has them may be larger."""


Pair = kind("Pair", "relation part whole part_lower whole_upper gap factor one_side claims")
"""Two figures that cannot both be right: ``part`` counts no more than ``whole`` counts, yet is larger.

``relation``: ``same`` thing and date, ``part`` of the whole, or a total of the same that was larger ``earlier``. ``gap``: by how many it is
larger; ``factor``: how many times as many. ``one_side``: whether one side gives both.
"""


@cached
def stated(record: Record) -> list[Any]:
    """The claims of a record, but for the people of a case, and what is needed to compare them.

    Fighters and returnees are taken for all who joined, wherever returns and arrests fall. Adds to the claims ``side``, who
    counts (all officials are one); ``worded``, the population as printed; ``begins``, the first day of a window; ``first``
    and ``last``, the days between which what is counted ends. ``statement`` is the article, or the statement elsewhere.
    """
    (narrow, wide), above = SAME["population"], terms_above(record)
    of_them = {measure for measure, terms in above["measure"].items() if WHOLE in terms}
    abroad = {place for place, terms in above["place"].items() if "syria_iraq_libya" in terms}
    rows = [claim for claim in claim_rows(record).own if not claim.case_id]
    taken = []
    figure = kind("Figure", (*(rows[0]._fields if rows else ()), "side", "worded", "begins", "first", "last"))
    for claim in rows:
        statement = claim.statement if claim.source_id == "wider" else claim.source_id
        side = {"official": "officials", "journalist": statement}.get(claim.speaker_role, claim.speaker)
        windowed = claim.kind in ("flow", "share") and claim.period
        ends = (claim.period_last, claim.period_last) if windowed else (claim.as_of_first, claim.as_of_last)
        begins, first, last = (day or pd.NaT for day in (windowed and claim.period_first, *ends))
        compared = claim._replace(
            statement=statement,
            population=wide if claim.population in (narrow, RETURNEES) else claim.population,
            place=THEATRE if claim.measure in of_them and claim.place not in abroad else claim.place,
        )
        taken.append(figure(*compared, side, claim.population, begins, first, last))
    return taken


Above = Mapping[str, Mapping[str, frozenset[str]]]


@cached
def terms_above(record: Record) -> Above:
    """Per field: each term, and all the terms whose people include its people, itself among them."""
    trees = nested(record.reported["codebook"], "field", "term", "part_of")
    trees["measure"] = lookup(record.measures, "measure", "part_of")
    return {field: {term: frozenset(ancestors(term, trees[field])) for term in trees[field]} for field in FIELDS}


def figures(record: Record) -> list[Any]:
    """The figures of a record in people, cells, attacks or plots; forecasts and wishes are left out."""
    samples = {row.measure for row in listed(record.measures) if not row.part_of and not row.accumulates}
    kept = (one for one in stated(record) if one.modality in ASSERTED and one.measure not in samples)
    return [one for one in kept if one.unit in COUNTED - {"rank"} and (one.lower, one.upper) != (None, None)]


def same_date(one: Any, two: Any) -> bool:
    """Whether two dated figures are of one date: coded alike, or within a month of each other."""
    apart = max(one.last, two.last) - min(one.first, two.first)
    return bool(one.as_of == two.as_of and pd.isna(one.begins) and pd.isna(two.begins)) or bool(apart <= ONE_DATE)


def same_scope_and_date(one: Any, two: Any) -> bool:
    """Whether two figures of :func:`figures` count the same people over the same time: only such are rivals."""
    if any(getattr(one, field) != getattr(two, field) for field in (*FIELDS, "unit")):
        return False
    if pd.isna(one.begins) != pd.isna(two.begins) or (one.kind == "stock") != (two.kind == "stock"):
        return False
    return same_date(one, two) and (pd.isna(one.begins) or abs(one.begins - two.begins) <= ONE_DATE)


@cached
def contradictions(record: Record) -> list[Any]:
    """Pairs of figures that cannot both be right by more than corrections may explain, the wider apart first."""
    claims = figures(record)
    low, high = (np.array([getattr(c, end) for c in claims], dtype=float) for end in ("lower", "upper"))
    exact = lambda claim: claim.hedge == "exact" and claim.value > 0
    round_ = np.array([float(half_width(Decimal(str(c.value)))) if exact(c) else 0.0 for c in claims])
    allowed = np.maximum(np.minimum(record.scenario["revision"], REVISED * high), 1.0)
    over = (low - round_)[:, None] > (high + np.maximum(allowed, round_))[None, :]  # NaN, no bound, is never over
    pairs = []
    for i, j in np.argwhere(over & _within(record, claims)):
        part, whole = claims[i], claims[j]
        beside = (part.worded, whole.worded) == (WITH_FAMILIES, RETURNEES)
        if beside or _parts_of_one(claims, part, whole):
            continue
        alike = all(getattr(part, field) == getattr(whole, field) for field in FIELDS)
        relation = "same" if same_scope_and_date(part, whole) else "earlier" if alike else "part"
        factor = round(part.lower / whole.upper, 6) if whole.upper else np.inf
        ends = part.lower, whole.upper, part.lower - whole.upper, factor
        ids = part.claim_id, whole.claim_id
        pairs.append(Pair(relation, *ids, *ends, part.side == whole.side, "; ".join(ids)))
    return sorted(pairs, key=lambda pair: (-pair.factor, pair.claims))


def _parts_of_one(claims: list[Any], larger: Any, smaller: Any) -> bool:
    """Whether one statement prints the smaller figure as a part of the larger one, in one phrase or as a sum."""
    beside = [claim for claim in claims if claim.statement == smaller.statement]
    if larger.statement != smaller.statement and all(claim.family != larger.family for claim in beside):
        return False
    own = {claim.value for claim in beside if claim.measure == larger.measure}
    printed = {float(number) for number in numbers_in(smaller.phrase)}
    return larger.value in printed or bool({larger.value - smaller.value, larger.value + smaller.value} & own)


def _within(record: Record, claims: list[Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether all that the claim of a row counts is counted by the claim of a column."""
    column = lambda name: np.array([getattr(claim, name) for claim in claims], dtype=object)
    days = lambda name: pd.to_datetime([getattr(claim, name) for claim in claims]).to_numpy()
    inside = ~np.eye(len(claims), dtype=bool)
    for field, above in terms_above(record).items():
        codes, terms = pd.factorize(column(field))
        table = [[large in above[small] for large in terms] for small in terms]
        inside &= np.array(table, dtype=bool).reshape(len(terms), len(terms))[np.ix_(codes, codes)]
    inside &= np.equal.outer(column("unit"), column("unit")).astype(bool)
    described = np.array([claim.measure.endswith("_part") for claim in claims], dtype=bool)  # two need not be one
    inside &= ~described[None, :]
    begins, first, last = (days(name) for name in ("begins", "first", "last"))
    flow, stock = ~np.isnat(begins), column("kind") == "stock"
    together = (np.maximum.outer(last, last) - np.minimum.outer(first, first)) <= ONE_DATE.to_timedelta64()
    alike = np.equal.outer(column("as_of"), column("as_of")).astype(bool)
    together |= alike & ~flow[:, None] & ~flow[None, :]
    ended = (last[:, None] <= first[None, :]) | together
    window = (begins[:, None] >= begins[None, :]) & (last[:, None] <= last[None, :])
    since = days("period_first")  # of a total: from when it counts, where that is printed
    started = ~(begins[:, None] < since[None, :])
    total = ended & started & ~stock[None, :] & ~flow[None, :]
    return inside & np.where(
        flow[None, :], flow[:, None] & window, np.where(stock[None, :], stock[:, None] & together, total)
    )


def rivals(record: Record, measure: str) -> list[tuple[Any, Any]]:
    """Pairs of figures of one measure that count the same people over the same time and do not overlap, the lower first."""
    counts = (one for one in figures(record) if one.measure == measure)
    ordered = sorted(counts, key=lambda one: (inf if one.lower is None else one.lower, one.claim_id))
    apart = lambda one, two: same_scope_and_date(one, two) and distance(bounds_of(one), bounds_of(two))
    return [(one, two) for one, two in combinations(ordered, 2) if one.family != two.family and apart(one, two)]
