"""Do two figures count the same thing, or does one count part of what the other counts?

A figure counts certain people (measure, place, origin, group, population) over a certain time. Where all that one counts
is counted by the other too, it can be no larger; two figures that include each other are of one thing at one date.
What parts add up to is the question of :mod:`analysis.analyses.sum_checks`.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.account.claims import ASSERTED
from analysis.account.scopes import ancestors
from analysis.analyses.sum_checks import FIELDS, scoped, statements, trees
from analysis.evidence.hedges import COUNTED, half_width
from analysis.evidence.intervals import bounds_of, distance
from analysis.evidence.numerals import numbers_in
from analysis.evidence.record import Record

ONE_DATE = pd.Timedelta(days=31)
"""Dates that lie within one month are taken for one: a day, and the month around it."""

REVISED = 0.1
"""The part of a small count that a correction may take away; of a large one, the parameter ``revision`` says how many."""

FAR = 1.5
"""Counts of one thing at one date, or a part and its whole, that differ by this factor are far apart."""

WITH_FAMILIES, RETURNEES = "moroccans_joined", "moroccan_returnees"
"""A count of returnees may leave out women and minors: one that says it has them may be larger."""

SAME, PART, EARLIER = "same", "part", "earlier"
"""How two figures that cannot both be right are related: of one thing, a part over its whole, a total that fell."""


def figures(record: Record) -> pd.DataFrame:
    """The figures of a record in people, cells, attacks or plots, and what is needed to compare them.

    Adds to the claims: ``statement``; ``side``, who counts (all officials are one); ``worded``, the population as printed; ``begins``, the first day of a window;
    ``first`` and ``last``, the days between which what is counted ends. The people of a case, forecasts and wishes are
    left out.
    """
    claims = record.claims
    samples = record.measures.loc[record.measures["part_of"].eq("") & ~record.measures["accumulates"], "measure"]
    kept = claims["case_id"].eq("") & claims["modality"].isin(ASSERTED) & ~claims["measure"].isin(samples)
    kept &= claims["lower"].notna() | claims["upper"].notna()
    claims = claims[kept & claims["unit"].isin(COUNTED - {"rank"})]
    return dated(scoped(record, claims).assign(worded=claims["population"]))


def dated(claims: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with ``statement``, ``side``, ``begins``, ``first`` and ``last``."""
    statement, role = statements(claims), claims["speaker_role"]
    windowed = claims["kind"].isin(["flow", "share"]) & claims["period"].ne("")
    return claims.assign(
        statement=statement,
        side=claims["speaker"].mask(role.eq("official"), "officials").mask(role.eq("journalist"), statement),
        begins=pd.to_datetime(claims["period_start"].where(windowed)),
        first=pd.to_datetime(claims["period_end"].where(windowed, claims["as_of_first"].astype(str))),
        last=pd.to_datetime(claims["period_end"].where(windowed, claims["as_of_last"].astype(str))),
    )


def listed(claims: pd.DataFrame) -> list[Any]:
    """The rows of ``claims`` as named tuples: converted once, for pandas takes long over each cell of its own types."""
    return list(claims.astype(object).itertuples(index=False))


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


def contradictions(record: Record) -> pd.DataFrame:
    """Pairs of figures that cannot both be right, the wider apart first.

    ``part``: a figure that counts no more than ``whole`` counts, yet is larger, by more than corrections may explain.
    ``relation``: ``same`` thing and date, ``part`` of the whole, or an ``earlier`` total of the same. ``gap``: by how
    many; ``factor``: how many times as many. ``one_side``: whether one side gives both.
    """
    found: pd.DataFrame = record.cached(
        ("contradicting figures", record.choice, record.scenario["revision"]), lambda: _contradictions(record)
    )
    return found


def _contradictions(record: Record) -> pd.DataFrame:
    claims = figures(record).reset_index(drop=True)
    low, high = (claims[end].astype("float64").to_numpy() for end in ("lower", "upper"))
    exact = claims["hedge"].eq("exact") & claims["value"].gt(0)
    round_ = np.array(
        [float(half_width(Decimal(str(v)))) if e else 0.0 for v, e in zip(claims["value"], exact, strict=True)]
    )
    allowed = np.maximum(np.minimum(record.scenario["revision"], REVISED * high), 1.0)
    over = (low - round_)[:, None] > (high + np.maximum(allowed, round_))[None, :]  # NaN, no bound, is never over
    figures_ = listed(claims)
    pairs = [(figures_[i], figures_[j]) for i, j in np.argwhere(over & _within(record, claims))]
    rows = []
    for part, whole in pairs:
        beside = (part.worded, whole.worded) == (WITH_FAMILIES, RETURNEES)
        if beside or _parts_of_one(claims, part, whole):
            continue
        alike = all(getattr(part, field) == getattr(whole, field) for field in FIELDS)
        relation = SAME if same_scope_and_date(part, whole) else EARLIER if alike else PART
        factor = float(part.lower) / float(whole.upper) if whole.upper else np.inf
        gap, one_side = float(part.lower - whole.upper), bool(part.side == whole.side)
        ends = (float(part.lower), float(whole.upper))
        ids = f"{part.claim_id}; {whole.claim_id}"
        rows.append((relation, part.claim_id, whole.claim_id, *ends, gap, round(factor, 6), one_side, ids))
    columns = ["relation", "part", "whole", "part_lower", "whole_upper", "gap", "factor", "one_side", "claims"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["factor", "claims"], ascending=[False, True]).reset_index(drop=True)


def _parts_of_one(claims: pd.DataFrame, larger: Any, smaller: Any) -> bool:
    """Whether one statement prints the smaller figure as a part of the larger one, in one phrase or as a sum."""
    printings = claims["family"].eq(larger.family) & claims["statement"].eq(smaller.statement)
    if larger.statement != smaller.statement and not printings.any():
        return False
    printed = {float(number) for number in numbers_in(smaller.phrase)}
    own = set(claims.loc[claims["statement"].eq(smaller.statement) & claims["measure"].eq(larger.measure), "value"])
    return float(larger.value) in printed or bool({larger.value - smaller.value, larger.value + smaller.value} & own)


def _within(record: Record, claims: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether all that the claim of a row counts is counted by the claim of a column."""
    inside = np.ones((len(claims), len(claims)), dtype=bool)
    np.fill_diagonal(inside, False)
    for field, whole in trees(record).items():
        inside &= _terms_within(claims[field], whole)
    inside &= np.equal.outer(claims["unit"].to_numpy(), claims["unit"].to_numpy())
    described = claims["measure"].str.endswith("_part").to_numpy()  # two described parts need not be one
    inside &= ~described[None, :]
    begins, first, last = (claims[name].to_numpy() for name in ("begins", "first", "last"))
    flow, stock = claims["begins"].notna().to_numpy(), claims["kind"].eq("stock").to_numpy()
    together = (np.maximum.outer(last, last) - np.minimum.outer(first, first)) <= ONE_DATE.to_timedelta64()
    coded = np.equal.outer(claims["as_of"].to_numpy(), claims["as_of"].to_numpy()) & ~flow[:, None] & ~flow[None, :]
    together |= coded
    ended = (last[:, None] <= first[None, :]) | together
    window = (begins[:, None] >= begins[None, :]) & (last[:, None] <= last[None, :])
    since = pd.to_datetime(claims["period_start"]).to_numpy()  # of a total: from when it counts, where that is printed
    started = ~(begins[:, None] < since[None, :])
    total = ended & started & ~stock[None, :] & ~flow[None, :]
    return inside & np.where(
        flow[None, :], flow[:, None] & window, np.where(stock[None, :], stock[:, None] & together, total)
    )


def _terms_within(terms: pd.Series, whole: Mapping[str, str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    codes, names = pd.factorize(terms)
    above = [set(ancestors(name, whole)) for name in names]
    table = np.array([[large in above[small] for large in names] for small in range(len(names))], dtype=bool)
    table = table.reshape(len(names), len(names))
    return table[np.ix_(codes, codes)]


def rivals(record: Record, measure: str) -> pd.DataFrame:
    """Pairs of figures of one measure that count the same people over the same time and do not overlap.

    Columns: one, two (claim ids, the lower first), apart.
    """
    claims = figures(record)
    counts = listed(claims[claims["measure"].eq(measure)].sort_values(["lower", "claim_id"]))
    rows = [
        (one.claim_id, two.claim_id, distance(bounds_of(one), bounds_of(two)))
        for place, one in enumerate(counts)
        for two in counts[place + 1 :]
        if one.family != two.family and same_scope_and_date(one, two) and distance(bounds_of(one), bounds_of(two))
    ]
    return pd.DataFrame(rows, columns=["one", "two", "apart"])
