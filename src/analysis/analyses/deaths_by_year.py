"""In which years did the Moroccans die, and what does that say about death rates?

One report counted 48 documented dead from northern Morocco and gave their shares by year; an article quotes two of the
shares without base, region and window. Official totals of all the dead, given at some dates, are a second look. Shares
of few are whole numbers of people, so counts are used, never rounded percentages. How totals are reconciled with
departures and returns is the question of :mod:`analysis.analyses.accounting`.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import attrgetter, mul
from typing import Any

import pandas as pd

from analysis.account.scopes import ancestors
from analysis.analyses.finding import (
    Finding,
    Result,
    ambiguity_between,
    answered,
    claims_table,
    least_part,
    make_finding,
)
from analysis.analyses.rows import claim_rows, first_of, framed, ids_of, join_ids, kind, listed, official_totals, picked
from analysis.analyses.statistics import rate_ratio
from analysis.evidence.intervals import bounds_of
from analysis.evidence.record import WIDER_TOO, Record

READS = ("killed", "killed_fighting", "departed")
CONVENTIONS = ("about_width", "statements", "left_out", "sources")

YEAR = 365.25
"""Days of a year, on average."""

HALF_YEAR = 180
"""Days that two official totals are apart at least: dates closer together say little."""

Window = kind("Window", "label period start end months deaths n share per_month claims")
"""A window of the sample of documented deaths."""

Pace = kind("Pace", "later earlier deaths months deaths_before months_before ratio low high claims")
"""Deaths a month of one window against those of the window before: their ratio, with its exact interval.

The last window is there once more, as if it were a whole year.
"""

Printed = kind("Printed", "reading chosen shares named left lower upper years claims")
"""The shares that the article prints, under one reading, and what is ``left`` for ``years``, with its bounds."""

Interval = kind(
    "Interval", "dating start end months lower value upper per_month before before_lower before_upper after claims"
)
"""Deaths between two official totals, ``before`` and ``after``; or of a period, as another report gives it."""

Rate = kind(
    "Rate", "start end years deaths at_risk_lower at_risk_upper rate_lower rate_upper away_start away_end claims"
)
"""Deaths per 100 person-years at risk in an interval, as bounds; ``away``: alive and not back at its two ends."""

Half = kind("Half", "base lower upper least_dead dead_official official_day dead_article verdict claim claims")
"""A base of "more than half were killed", how many dead that requires, and whether as many were counted."""


def analyse(record: Record) -> Result:
    """Everything the record allows to be said of deaths by year, under its scenario.

    The figures published elsewhere are always read beside the articles: the articles alone give no base.
    """
    both = record.with_choices(record=WIDER_TOO)
    own, claims = claim_rows(record)
    dead = [claim for claim in claims if claim.measure == "killed" and not claim.case_id]
    totals = {measure: _totals(claims, measure) for measure in ("departed", "killed", "returned")}
    apart = _apart(totals["killed"])
    steps = [*pairwise(apart)]
    series = _series(_shares(own), dead)
    pace = [*_pace(series)]
    printed = [*_printed(record, _shares(own))]
    official = [*(_between(*step) for step in steps), *_dated_otherwise(apart, dead)]
    rates = [rate for step in steps if (rate := _rate(*step, totals["departed"], totals["returned"]))]
    half = [*_half(record, own, claims, totals)]
    findings = answered(
        series and _series_finding(both, series),
        pace[1:] and _pace_finding(both, pace, _shares(own)),
        _official_finding(both, official),
        rates[1:] and _rate_finding(both, rates),
        _printed_finding(both, printed),
        half and _half_finding(both, half),
    )
    read = both.claims["measure"].eq("killed") & both.claims["case_id"].eq("")
    return Result(
        series=framed(Window, series),
        pace=framed(Pace, pace),
        printed=framed(Printed, printed),
        official=framed(Interval, official),
        rates=framed(Rate, rates),
        half=framed(Half, half),
        claims=claims_table(both.claims[read]),
        findings=findings,
    )


def _shares(claims: Iterable[Any]) -> list[Any]:
    """The claims that give a share of the dead by time."""
    shares = (claim for claim in claims if claim.measure == claim.base == "killed")
    return [share for share in shares if share.lower is not None and share.period_first]


def _months(start: pd.Timestamp, end: pd.Timestamp) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _series(shares: list[Any], dead: list[Any]) -> list[Any]:
    """The sample behind the article's shares, year by year, as another printing of the same report gives it.

    A window's deaths are the printed count or, where only a percentage is printed, the whole number of people whose
    share of n rounds to it. Empty where the chosen articles print no shares, or nobody prints the base.
    """
    families = {share.family for share in shares}
    sample = [claim for claim in dead if claim.source_id == "wider" and claim.family in families]
    counts = {claim.period: claim for claim in reversed(sample) if claim.kind == "flow"}
    windows = []
    for claim in sorted((c for c in sample if c.base_n and c.period_first), key=lambda c: c.period_start):
        n, count = claim.base_n, counts.get(claim.period)
        rounded = [k for k in range(n + 1) if round(100 * k / n) == round(100 * claim.value)]
        if not count and len(rounded) != 1:
            return []
        deaths = int(count.value) if count else rounded[0]
        start, end = claim.period_first, claim.period_last
        months = _months(start, end)
        label = str(start.year) if months == 12 else f"{start.year}, {start:%B} to {end:%B}"
        rates = deaths / n, round(deaths / months, 6)
        windows.append(Window(label, claim.period, start, end, months, deaths, n, *rates, join_ids((claim, count))))
    whole = sum(window.deaths for window in windows) == max((window.n for window in windows), default=0)
    return windows if whole else []


def _pace(series: list[Any]) -> Iterator[Any]:
    for before, after in pairwise(series):
        readings = [(after.months, after.label)]
        if after.months < 12:
            readings.append((12, f"{after.start.year}, read as a whole year"))
        for months, label in readings:
            ratio = (round(end, 6) for end in rate_ratio(after.deaths, months, before.deaths, before.months))
            claims = f"{before.claims}; {after.claims}"
            yield Pace(label, before.label, after.deaths, months, before.deaths, before.months, *ratio, claims)


def _printed(record: Record, chosen: list[Any]) -> Iterator[Any]:
    """The shares that the article prints and what they leave for other years, under each reading of the two years."""
    ambiguity = ambiguity_between(record, "applies", {"each", "whole"}, (share.claim_id for share in chosen))
    for reading, other in (record.each_reading(ambiguity) if ambiguity else {"": record}).items():
        in_force = not ambiguity or reading == record.scenario[ambiguity]
        shares = chosen if in_force else _shares(listed(other.claims))
        if not shares:
            continue
        times = [s.period_last.year - s.period_first.year + 1 if s.applies == "each" else 1 for s in shares]
        named, most, least = (sum(map(mul, map(attrgetter(end), shares), times)) for end in ("value", "upper", "lower"))
        left = (round(max(0.0, 1 - total), 9) for total in (named, most, least))
        printed = [{"period": s.period, "share": s.value, "each": s.applies == "each"} for s in shares]
        years = f"before {min(s.period_first for s in shares).year}"
        yield Printed(reading, in_force, printed, round(named, 9), *left, years, join_ids(shares))


def _totals(claims: list[Any], measure: str) -> list[Any]:
    """Official running totals by date: of one that is printed again the first, of one day the exact one."""
    exact_first = sorted(official_totals(claims, measure), key=lambda claim: (claim.as_of_last, claim.hedge != "exact"))
    return first_of(first_of(exact_first, "family"), "as_of_last")


def _apart(totals: list[Any]) -> list[Any]:
    """Totals of the dead that are graded best or printed again, from each the next that is half a year later."""
    kept: list[Any] = []
    for total in totals:
        sure = total.grade == "A" or total.family != total.claim_id
        if sure and (not kept or (total.as_of_last - kept[-1].as_of_last).days > HALF_YEAR):
            kept.append(total)
    return kept


def _between(one: Any, two: Any) -> Any:
    """The deaths between two official totals."""
    days = one.as_of_last, two.as_of_last
    months = (days[1] - days[0]).days / (YEAR / 12)
    deaths = max(0.0, two.lower - one.upper), two.value - one.value, two.upper - one.lower
    totals = one.value, one.lower, one.upper, two.value
    per_month = round(deaths[1] / months, 6)
    return Interval("between two totals", *days, round(months, 1), *deaths, per_month, *totals, join_ids((one, two)))


def _dated_otherwise(totals: list[Any], dead: list[Any]) -> Iterator[Any]:
    """The same totals as deaths of other periods, where another report dates them so."""
    values, families = {total.value for total in totals}, {total.family for total in totals}
    flows = [c for c in dead if c.kind == "flow" and c.speaker_role == "official" and c.source_id == "wider"]
    again = next((flow.statement for flow in flows if flow.value in values or flow.family in families), None)
    for flow in sorted(flows, key=lambda flow: flow.period_start):
        if flow.statement == again:
            days = flow.period_first, flow.period_last
            months, deaths = float(_months(*days)), (flow.lower, flow.value, flow.upper)
            per_month = round(flow.value / months, 6)
            yield Interval("as another report dates it", *days, months, *deaths, per_month, *[None] * 4, flow.claim_id)


def _last(totals: list[Any], day: pd.Timestamp) -> Any:
    """The last of the totals, which are in order, that holds on a day or before; None where there is none."""
    return next((total for total in reversed(totals) if total.as_of_last <= day), None)


def _less(whole: Any, *parts: Any) -> tuple[float, float]:
    """The least and most that is left of one interval when others are taken away."""
    return whole[0] - sum(part[1] for part in parts), whole[1] - sum(part[0] for part in parts)


def _rate(one: Any, two: Any, left: list[Any], back: list[Any]) -> Any:
    """Deaths per 100 person-years at risk between two official totals of the dead, as bounds.

    At risk are those who left, did not return and were alive. Between two dates their number is least if all who die or
    return do so at once and all who arrive come at the end, and most the other way round; so

        deaths / (most at risk x years) <= rate <= deaths / (least at risk x years),

    with least = left before - dead at the end - returned at the end, most = left at the end - dead before - returned
    before. Departures and returns at a date lie between the official totals before and after it; where one of those is
    missing there is no rate.
    """
    start, end = one.as_of_last, two.as_of_last
    around = [
        (_last(totals, day), next((total for total in totals if total.as_of_last >= day), None))
        for totals in (left, back)
        for day in (start, end)
    ]
    known = [(before.lower, after.upper) for before, after in around if before and after and after.upper is not None]
    if len(known) < len(around):
        return None
    left1, left2, back1, back2 = known
    dead1, dead2 = (one.lower, one.upper), (two.lower, two.upper)
    years = (end - start).days / YEAR
    risk: list[float] = []
    rates: list[float] = []
    for before in dead1:  # the rate is monotone in it
        at_risk = _less(left1, dead2, back2)[0], _less(left2, (before, before), back1)[1]
        risk += at_risk
        rates += [100 * (dead2[1] - before) / (people * years) for people in at_risk]
    ids = join_ids(total for pair in [(one, two), *around] for total in pair)
    away = _less(left1, dead1, back1), _less(left2, dead2, back2)
    ends = min(risk), max(risk), round(min(rates), 6), round(max(rates), 6)
    return Rate(start, end, round(years, 3), two.value - one.value, *ends, *away, ids)


def _half(record: Record, own: list[Any], claims: list[Any], totals: dict[str, list[Any]]) -> Iterator[Any]:
    """Each base that "more than half were killed" may have, beside the counts of the dead.

    The bases: the members of the group that the sentence names; all who left; those who left and did not return; those
    who were dead or still fighting when the article was printed. No total from after the article is used.
    """
    part_of = dict(zip(record.measures["measure"], record.measures["part_of"], strict=True))
    kinds = {"killed", *(measure for measure, whole in part_of.items() if whole == "killed")}
    _, *wholes = ancestors("killed", part_of)
    bounded = [claim for claim in own if claim.lower is not None]
    share = next((claim for claim in bounded if claim.measure in kinds and claim.base in wholes), None)
    if share is None:
        return
    left, counted, back = (_last(totals[name], share.as_of_last) for name in ("departed", "killed", "returned"))
    of_group = [c for c in claims if c.measure == "departed" and c.group == "is" and c.kind == "cumulative"]
    of_group = [c for c in of_group if c.speaker_role == "official" and c.lower is not None]
    members = _last(sorted(of_group, key=lambda claim: claim.as_of_last), share.as_of_last)
    article = [claim for claim in own if claim.source_id == share.source_id]
    dead: Any = next(
        (c for c in article if c.lower is not None and c.measure == "killed" and c.kind == "cumulative"), None
    )
    fighting: Any = next((c for c in article if c.measure == "fighting" and c.upper is not None), None)
    bases = {"members": [members], "left": [left], "not_returned": [left, back], "dead_or_fighting": [dead, fighting]}
    for base, cited in bases.items():
        if not all(cited):
            continue
        by_article = dead in cited
        lower, upper = (dead.lower, dead.lower + fighting.upper) if by_article else _less(*map(bounds_of, cited))
        least = least_part(share.lower, share.hedge, upper if by_article else lower)
        count = dead.lower if by_article else counted and counted.upper
        if_enough, if_not = ("follows", "open") if by_article else ("fits", "contradicted")
        verdict = "open" if count is None else if_enough if count >= least else if_not
        ids = join_ids((share, *cited, counted, dead))
        official = (counted.upper, f"{counted.as_of_last:%Y-%m-%d}") if counted else (None, "")
        printed = dead and dead.lower
        yield Half(base, lower, upper, float(least), *official, printed, verdict, share.claim_id, ids)


def _series_finding(both: Record, series: list[Any]) -> Finding:
    last = series[-1]
    values = {
        "n": last.n,
        "years": [picked(window, "label", "deaths", "share", "months") for window in series],
        "last": last.period,
        "last_deaths": last.deaths,
    }
    return make_finding(both, "deaths_by_year.series", last.share, "share", ids_of(series), values)


def _pace_finding(both: Record, pace: list[Any], shares: list[Any]) -> Finding:
    """The last period against the one before; the bounds are those of the period that the article is read to mean."""
    part, whole = pace[-2:]
    last = max(shares, key=lambda share: share.period_first)
    chosen = whole if last.period_end.endswith("-12-31") else part
    fields = [name for name in Pace._fields if name != "claims"]
    values = {"part": picked(part, *fields), "whole": picked(whole, *fields)}
    bounds, cited, assumed = (chosen.low, chosen.high), ids_of([whole]), ["even", "documented"]
    return make_finding(both, "deaths_by_year.pace", bounds, "ratio", cited, values, assumed, lines=2, agreement="high")


def _official_finding(both: Record, official: list[Any]) -> Finding | None:
    totals = ("before", "before_lower", "before_upper", "after")
    tell = lambda row: picked(row, "start", "end", "lower", "upper", "months", "per_month", *totals, deaths="value")
    intervals = [tell(row) for row in official if row.before is not None]
    other = [tell(row) for row in official if row.before is None]
    if len(intervals) < 2:
        return None
    one, two, *then = intervals
    low, high = (two["per_month"] * one["months"] / one[end] if one[end] else None for end in ("upper", "lower"))
    ratio = round(two["per_month"] / one["per_month"], 6)
    values = {"one": one, "two": two, "then": then, "other": other, "ratio": ratio}
    agreement, assumed = "medium" if other else "high", ["totals_dated"]
    bounds, id_ = (low, high), "deaths_by_year.official"
    return make_finding(both, id_, bounds, "ratio", ids_of(official), values, assumed, agreement=agreement)


def _rate_finding(both: Record, rates: list[Any]) -> Finding:
    one, two, *_ = rates
    ends = {"lower": "rate_lower", "upper": "rate_upper", "least": "at_risk_lower", "most": "at_risk_upper"}
    tell = lambda rate: picked(rate, "start", "end", "deaths", "years", "away_start", "away_end", **ends)
    values = {"one": tell(one), "two": tell(two), "apart": two.rate_lower > one.rate_upper}
    bounds, unit = (two.rate_lower, two.rate_upper), "deaths per 100 person-years"
    return make_finding(both, "deaths_by_year.rate", bounds, unit, ids_of(rates), values, ["at_risk", "one_population"])


def _printed_finding(both: Record, printed: list[Any]) -> Finding | None:
    chosen = next((row for row in printed if row.chosen), None)
    if chosen is None:
        return None
    values = {
        "each": any(share["each"] for share in chosen.shares),
        "second": chosen.shares[-1]["share"],
        **picked(chosen, "shares", "named", "left", "years"),
        "others": [{"left": row.left} for row in printed if not row.chosen],
    }
    bounds, cited = (chosen.lower, chosen.upper), ids_of(printed)
    return make_finding(both, "deaths_by_year.printed", bounds, "share", cited, values, ["add_to_one"])


def _half_finding(both: Record, half: list[Any]) -> Finding:
    values = {
        "bases": [picked(row, "base", "lower", "upper", "verdict", least="least_dead") for row in half],
        **picked(half[0], "official_day", official="dead_official", article="dead_article"),
    }
    verdicts = [row.verdict for row in half]
    against = verdicts.count("contradicted")
    agreement = "high" if not against else "medium" if against < len(half) else "low"
    fitting = len(half) - against - verdicts.count("open")
    return make_finding(both, "deaths_by_year.half", fitting, "bases", ids_of(half), values, agreement=agreement)
