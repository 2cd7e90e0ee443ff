"""In which years did the Moroccans die, and what does that say about death rates?

One report counted 48 documented dead from northern Morocco and gave their shares by year; an article quotes two of the
shares without base, region and window. Official totals of all the dead, given at some dates, are a second look. Shares
of few are whole numbers of people, so counts are used, never rounded percentages. How totals are reconciled with
departures and returns is the question of :mod:`analysis.analyses.accounting`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
from scipy.stats import binomtest

from analysis.analyses.finding import Finding, ambiguity_between, claims_table, least_part, make_finding, whole_subject
from analysis.evidence.dates import days
from analysis.evidence.intervals import Bounds, as_float
from analysis.evidence.record import WIDER_TOO, Record

READS = ("killed", "killed_fighting", "departed")
"""The measures whose claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = ("about_width", "statements", "left_out", "sources")
"""The other parameters of the notebook."""

MONTH = 365.25 / 12
"""Days of a month, on average."""

YEAR = 365.25


@dataclass(frozen=True)
class DeathsByYear:
    """The tables behind the findings.

    ``series``: documented deaths of the sample, a row a window: deaths, n, share, months, deaths a month. ``pace``: each
    window against the one before, and the last once more as if it were a whole year: ratio of deaths a month with its
    exact 95% interval. ``printed``: what the article prints, and what is left for the years that it does not name, a row
    a reading. ``official``: official totals of the dead, a row an interval between two of them. ``rates``: deaths per 100
    person-years at risk in the same intervals. ``half``: "more than half were killed" against each base it may have.
    ``claims``: the claims on deaths.
    """

    series: pd.DataFrame
    pace: pd.DataFrame
    printed: pd.DataFrame
    official: pd.DataFrame
    rates: pd.DataFrame
    half: pd.DataFrame
    claims: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> DeathsByYear:
    """Everything the record allows to be said of deaths by year, under its scenario.

    The figures published elsewhere are always read beside the articles: the articles alone give no base.
    """
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    dead = both.claims[both.claims["measure"].eq("killed") & both.claims["case_id"].eq("")]
    series = _series(record, dead)
    pace = _pace(series)
    printed = _printed(record)
    official = _official(dead)
    rates = _rates(both, official)
    half = _half(record, both)
    findings = (
        *_series_finding(both, series),
        *_pace_finding(both, pace, _shares(record.claims)),
        *_official_finding(both, official),
        *_rate_finding(both, rates),
        *_printed_finding(both, printed),
        *_half_finding(both, half),
    )
    return DeathsByYear(series, pace, printed, official, rates, half, claims_table(both, dead), findings)


def _shares(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims that give a share of the dead by time."""
    return claims[
        claims["measure"].eq("killed")
        & claims["base"].eq("killed")
        & claims["lower"].notna()
        & claims["period_start"].ne("")
    ]


def _series(record: Record, dead: pd.DataFrame) -> pd.DataFrame:
    """The sample behind the article's shares, year by year, as another printing of the same report gives it.

    A window's deaths are the printed count or, where only a percentage is printed, the whole number of people whose
    share of n rounds to it. Empty where the chosen articles print no shares, or nobody prints the base.
    """
    columns = ["label", "period", "start", "end", "months", "deaths", "n", "share", "per_month", "claims"]
    families = set(_shares(record.claims)["family"])
    wide = dead[dead["source_id"].eq("wider") & dead["family"].isin(families)]
    shares = wide[wide["base_n"].notna() & wide["period_start"].ne("")]
    counts = wide[wide["kind"].eq("flow")].drop_duplicates("period").set_index("period")
    rows = []
    for claim in shares.sort_values("period_start").itertuples():
        n, cited = int(claim.base_n), [claim.claim_id]
        if claim.period in counts.index:
            deaths = int(counts.loc[claim.period, "value"])
            cited.append(counts.loc[claim.period, "claim_id"])
        else:
            fits = [k for k in range(n + 1) if round(100 * k / n) == round(100 * claim.value)]
            if len(fits) != 1:
                return pd.DataFrame(columns=columns)
            (deaths,) = fits
        start, end = pd.Timestamp(claim.period_start), pd.Timestamp(claim.period_end)
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        label = str(start.year) if months == 12 else f"{start.year}, {start:%B} to {end:%B}"
        share, per_month = deaths / n, round(deaths / months, 6)
        rows.append((label, claim.period, start, end, months, deaths, n, share, per_month, "; ".join(cited)))
    frame = pd.DataFrame(rows, columns=columns)
    return frame if frame["deaths"].sum() == frame["n"].max() else frame[:0]


def rate_ratio(later: int, later_months: float, earlier: int, earlier_months: float) -> tuple[float, float, float]:
    """Ratio of two rates of events and its exact 95% interval.

    Given the sum of both counts, the later one is binomial; its Clopper-Pearson interval turns into one of the ratio
    (conditional test of two Poisson rates, Przyborowski & Wilenski 1940).
    """
    bounds = binomtest(later, later + earlier).proportion_ci(method="exact")
    scale = earlier_months / later_months
    low, high = (p / (1 - p) * scale if p < 1 else float("inf") for p in (bounds.low, bounds.high))
    return later / earlier * scale, float(low), float(high)


def _pace(series: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for before, after in pairwise(series.itertuples()):
        readings = [(after.months, after.label)]
        if after.months < 12:
            readings.append((12, f"{after.start.year}, read as a whole year"))
        for months, label in readings:
            ratio, low, high = rate_ratio(after.deaths, months, before.deaths, before.months)
            claims = f"{before.claims}; {after.claims}"
            rows.append(
                (label, before.label, after.deaths, months, before.deaths, before.months, ratio, low, high, claims)
            )
    columns = [
        "later",
        "earlier",
        "deaths",
        "months",
        "deaths_before",
        "months_before",
        "ratio",
        "low",
        "high",
        "claims",
    ]
    return pd.DataFrame(rows, columns=columns).round({"ratio": 6, "low": 6, "high": 6})


def _printed(record: Record) -> pd.DataFrame:
    """The shares that the article prints and what they leave for other years, a row a reading of the two years."""
    rows = []
    ambiguity = ambiguity_between(record, "applies", {"each", "whole"}, _shares(record.claims)["claim_id"])
    for reading, other in (record.each_reading(ambiguity) if ambiguity else {"": record}).items():
        shares = _shares(other.claims)
        if shares.empty:
            continue
        times = [
            int(c.period_end[:4]) - int(c.period_start[:4]) + 1 if c.applies == "each" else 1
            for c in shares.itertuples()
        ]
        named = sum(value * k for value, k in zip(shares["value"], times, strict=True))
        low, high = (sum(end * k for end, k in zip(shares[b], times, strict=True)) for b in ("lower", "upper"))
        left = [round(max(0.0, 1 - float(total)), 9) for total in (named, high, low)]
        listed = [
            {"period": c.period, "share": float(c.value), "each": c.applies == "each"} for c in shares.itertuples()
        ]
        first = min(c.period_start for c in shares.itertuples())[:4]
        chosen = not ambiguity or reading == record.scenario[ambiguity]
        rows.append(
            (reading, chosen, listed, round(float(named), 9), *left, f"before {first}", "; ".join(shares["claim_id"]))
        )
    columns = ["reading", "chosen", "shares", "named", "left", "lower", "upper", "years", "claims"]
    return pd.DataFrame(rows, columns=columns)


def _totals(claims: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Official cumulative totals of the whole subject, all groups together, in order of the day they hold at."""
    kept = whole_subject(
        claims[
            claims["measure"].eq(measure)
            & claims["speaker_role"].eq("official")
            & claims["source_id"].eq("wider")
            & claims["kind"].eq("cumulative")
            & claims["group"].eq("any")
            & claims["lower"].notna()
        ]
    )
    day = [days(cell)[1] for cell in kept["as_of"]]
    kept = kept.assign(day=pd.to_datetime(day), exact=kept["hedge"].eq("exact"))
    kept = kept.sort_values(["day", "exact", "claim_id"], ascending=[True, False, True])
    return kept.drop_duplicates("family").drop_duplicates("day")


def _official(dead: pd.DataFrame) -> pd.DataFrame:
    """Deaths between two official totals of the dead, and deaths a month.

    An interval is at least half a year long: dates closer together say little. A total that another printing gives for
    another period makes a second row for its interval, marked ``as another report dates it``.
    """
    totals = _totals(dead, "killed")
    kept: list[Any] = []
    for total in totals[totals["grade"].eq("A") | totals["family"].ne(totals["claim_id"])].itertuples():
        if not kept or (total.day - kept[-1].day).days > 180:
            kept.append(total)
    rows = [_between(a, b) for a, b in pairwise(kept)]
    flows = dead[dead["kind"].eq("flow") & dead["speaker_role"].eq("official") & dead["source_id"].eq("wider")]
    for flow in flows.itertuples():
        if {flow.value} & {total.value for total in kept} or flow.family in {total.family for total in kept}:
            again = flows[flows["statement"].eq(flow.statement)].sort_values("period_start")
            rows += [_flow(one) for one in again.itertuples()]
            break
    columns = ["dating", "start", "end", "months", "lower", "value", "upper", "per_month", "before", "before_lower", "before_upper", "after", "claims"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"per_month": "float64"})


def _between(one: Any, two: Any) -> dict[str, Any]:
    """The deaths between two official totals."""
    months = (two.day - one.day).days / MONTH
    deaths = float(two.value - one.value)
    return {
        "dating": "between two totals", "start": one.day, "end": two.day, "months": round(months, 1), "value": deaths,
        "lower": max(0.0, float(two.lower - one.upper)), "upper": float(two.upper - one.lower), "per_month": round(deaths / months, 6),
        "before": float(one.value), "before_lower": float(one.lower), "before_upper": float(one.upper), "after": float(two.value),
        "claims": f"{one.claim_id}; {two.claim_id}",
    }  # fmt: skip


def _flow(flow: Any) -> dict[str, Any]:
    """The deaths that a statement gives for a period."""
    start, end = pd.Timestamp(flow.period_start), pd.Timestamp(flow.period_end)
    months = float((end.year - start.year) * 12 + end.month - start.month + 1)
    return {
        "dating": "as another report dates it", "start": start, "end": end, "months": months, "value": float(flow.value),
        "lower": float(flow.lower), "upper": float(flow.upper), "per_month": round(float(flow.value) / months, 6), "claims": flow.claim_id,
    }  # fmt: skip


def _at(totals: pd.DataFrame, day: pd.Timestamp) -> tuple[Bounds, tuple[str, ...]]:
    """What a cumulative count was on a day: no less than the last total before it, no more than the next one."""
    before, after = totals[totals["day"] <= day], totals[totals["day"] >= day]
    low = before.iloc[-1] if len(before) else None
    high = after.iloc[0] if len(after) else None
    bounds = (None if low is None else float(low["lower"]), None if high is None else float(high["upper"]))
    return bounds, tuple(row["claim_id"] for row in (low, high) if row is not None)


def _rates(both: Record, official: pd.DataFrame) -> pd.DataFrame:
    """Deaths per 100 person-years at risk between official totals of the dead, as bounds.

    At risk are those who left, did not return and were alive. Between two dates their number is least if all who die or
    return do so at once and all who arrive come at the end, and most the other way round; so

        deaths / (most at risk x years) <= rate <= deaths / (least at risk x years),

    with least = left before - dead at the end - returned at the end, most = left at the end - dead before - returned
    before. Departures and returns at a date lie between the official totals before and after it.
    """
    columns = ["start", "end", "years", "deaths", "at_risk_lower", "at_risk_upper", "rate_lower", "rate_upper", "away_start", "away_end", "claims"]  # fmt: skip
    left, back, dead = (_totals(both.claims, name) for name in ("departed", "returned", "killed"))
    rows = []
    for row in official[official["dating"].eq("between two totals")].itertuples():
        at = {
            name: [_at(table, day) for day in (row.start, row.end)] for name, table in (("left", left), ("back", back))
        }
        bounds = [bound for pair in at.values() for (low_high, _) in pair for bound in low_high]
        if any(bound is None for bound in bounds):
            continue
        (left1, left2), (back1, back2) = ([ends for ends, _ in at[name]] for name in ("left", "back"))
        dead1, dead2 = (dead[dead["claim_id"].eq(claim)].iloc[0] for claim in row.claims.split("; "))
        years = (row.end - row.start).days / YEAR
        rates, risk = [], []
        for start in (float(dead1["lower"]), float(dead1["upper"])):  # the rate is monotone in it
            deaths = float(dead2["upper"]) - start
            least = (left1[0] or 0.0) - float(dead2["upper"]) - (back2[1] or 0.0)
            most = (left2[1] or 0.0) - start - (back1[0] or 0.0)
            risk += [least, most]
            rates += [deaths / (most * years), deaths / (least * years)]
        away1 = (
            (left1[0] or 0.0) - float(dead1["upper"]) - (back1[1] or 0.0),
            (left1[1] or 0.0) - float(dead1["lower"]) - (back1[0] or 0.0),
        )
        away2 = (
            (left2[0] or 0.0) - float(dead2["upper"]) - (back2[1] or 0.0),
            (left2[1] or 0.0) - float(dead2["lower"]) - (back2[0] or 0.0),
        )
        cited = dict.fromkeys(
            [*row.claims.split("; "), *(c for pair in at.values() for _, names in pair for c in names)]
        )
        rows.append((row.start, row.end, round(years, 3), row.value, min(risk), max(risk), round(100 * min(rates), 6), round(100 * max(rates), 6), away1, away2, "; ".join(cited)))  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _kinds_of_death(record: Record) -> set[str]:
    """The measure of the dead and its parts, such as those killed in fighting."""
    measures = record.measures
    return {"killed", *measures.loc[measures["part_of"].eq("killed"), "measure"]}


def _wholes(record: Record) -> set[str]:
    """The measures that the dead are a part of: those who did not come back, and all who left."""
    whole = dict(zip(record.measures["measure"], record.measures["part_of"], strict=True))
    found, measure = set(), "killed"
    while measure := whole.get(measure, ""):
        found.add(measure)
    return found


def _half(record: Record, both: Record) -> pd.DataFrame:
    """Each "more than half were killed" against each base that it may have, beside the counts of the dead.

    The bases: the members of the group that the sentence names; all who left; those who left and did not return; those
    who were dead or still fighting when the article was printed. Only totals that hold no later than half a year after
    the article are used. ``least_dead`` is more than half of the base; ``verdict`` compares it with the last official
    count of the dead before the article, and with the count that the same article prints.
    """
    columns = [
        "base",
        "lower",
        "upper",
        "least_dead",
        "dead_official",
        "official_day",
        "dead_article",
        "verdict",
        "claim",
        "claims",
    ]
    claims = record.claims
    kinds = _kinds_of_death(record)
    shares = claims[claims["measure"].isin(kinds) & claims["base"].isin(_wholes(record)) & claims["lower"].notna()]
    if shares.empty:
        return pd.DataFrame(columns=columns)
    share = shares.iloc[0]
    day = pd.Timestamp(str(days(share["as_of"])[1]))
    official = {name: _totals(both.claims, name) for name in ("departed", "killed", "returned")}
    last = {name: table[table["day"] <= day].iloc[-1:] for name, table in official.items()}
    members = both.claims[
        both.claims["measure"].eq("departed")
        & both.claims["group"].eq("is")
        & both.claims["kind"].eq("cumulative")
        & both.claims["speaker_role"].eq("official")
        & both.claims["lower"].notna()
    ]
    members = members.assign(day=[pd.Timestamp(str(days(cell)[1])) for cell in members["as_of"]])
    members = members[members["day"] <= day].sort_values("day").iloc[-1:]
    own = claims[claims["source_id"].eq(share["source_id"])]
    dead = own[own["measure"].eq("killed") & own["kind"].eq("cumulative") & own["lower"].notna()].iloc[:1]
    fighting = own[own["measure"].eq("fighting") & own["upper"].notna()].iloc[:1]
    rows: list[tuple[Any, ...]] = []

    def add(base: str, lower: float, upper: float, cited: Iterator[str]) -> None:
        rows.append((base, lower, upper, "; ".join(cited)))

    if len(members):
        add("members", float(members["lower"].iloc[0]), float(members["upper"].iloc[0]), iter(members["claim_id"]))
    if len(last["departed"]):
        left = last["departed"].iloc[0]
        add("left", float(left["lower"]), float(left["upper"]), iter([left["claim_id"]]))
        if len(last["returned"]):
            back = last["returned"].iloc[0]
            add("not_returned", float(left["lower"] - back["upper"]), float(left["upper"] - back["lower"]), iter([left["claim_id"], back["claim_id"]]))  # fmt: skip
    if len(dead) and len(fighting):
        count = float(dead["lower"].iloc[0])
        add("dead_or_fighting", count, count + float(fighting["upper"].iloc[0]), iter([*dead["claim_id"], *fighting["claim_id"]]))  # fmt: skip
    counted = float(last["killed"]["upper"].iloc[0]) if len(last["killed"]) else None
    printed = as_float(dead["lower"].iloc[0]) if len(dead) else None
    official_day = f"{last['killed']['day'].iloc[0]:%Y-%m-%d}" if len(last["killed"]) else ""
    result = []
    for base, lower, upper, cited in rows:
        if base == "dead_or_fighting":
            least = least_part(share["lower"], share["hedge"], upper)
            verdict = "follows" if printed is not None and printed >= least else "open"
        else:
            least = least_part(share["lower"], share["hedge"], lower)
            fits = [count >= least for count in (counted,) if count is not None]
            verdict = "fits" if fits and all(fits) else "contradicted" if fits else "open"
        names = dict.fromkeys([share["claim_id"], *cited.split("; "), *last["killed"]["claim_id"], *dead["claim_id"]])
        result.append(
            (
                base,
                lower,
                upper,
                float(least),
                counted,
                official_day,
                printed,
                verdict,
                share["claim_id"],
                "; ".join(names),
            )
        )
    return pd.DataFrame(result, columns=columns)


def _cited(frame: pd.DataFrame) -> list[str]:
    return [claim for cell in frame["claims"] for claim in cell.split("; ")]


def _series_finding(both: Record, series: pd.DataFrame) -> Iterator[Finding]:
    if series.empty:
        return
    last = series.iloc[-1]
    values = {
        "n": int(last["n"]),
        "years": [
            {"label": row.label, "deaths": int(row.deaths), "share": row.share, "months": int(row.months)}
            for row in series.itertuples()
        ],
        "last": last["period"],
        "last_deaths": int(last["deaths"]),
        "first": str(series["start"].iloc[0].year),
        "before": [{"year": row.label, "deaths": int(row.deaths)} for row in series.iloc[-3:-1].itertuples()],
    }
    share = float(last["share"])
    yield make_finding(both, "deaths_by_year.series", (share, share), "share", _cited(series), values)


def _pace_finding(both: Record, pace: pd.DataFrame, shares: pd.DataFrame) -> Iterator[Finding]:
    """The last period against the one before; the bounds are those of the period that the article is read to mean."""
    if len(pace) < 2:
        return
    part, whole = (_ratio_values(row) for _, row in pace.tail(2).iterrows())
    last = shares.sort_values("period_start").iloc[-1]
    first = whole if last["period_end"].endswith("-12-31") else part
    values = {"part": part, "whole": whole}
    cited, bounds = _cited(pace.tail(1)), (first["low"], first["high"])
    assumed = ["even", "documented"]
    yield make_finding(both, "deaths_by_year.pace", bounds, "ratio", cited, values, assumed, lines=2, agreement="high")


def _ratio_values(row: pd.Series) -> dict[str, Any]:
    """A row of ``pace`` for a template."""
    numbers = {name: float(row[name]) for name in ("ratio", "low", "high")}
    counts = {name: int(row[name]) for name in ("deaths", "months", "deaths_before", "months_before")}
    return numbers | counts | {"later": row["later"], "earlier": row["earlier"]}


def _official_finding(both: Record, official: pd.DataFrame) -> Iterator[Finding]:
    first, other = (official[official["dating"].eq("between two totals") == same] for same in (True, False))
    if len(first) < 2:
        return
    one, two, *_ = told = [_interval_values(row) for _, row in first.iterrows()]
    low, high = (two["per_month"] * one["months"] / one[end] if one[end] else None for end in ("upper", "lower"))
    values = {"one": one, "two": two, "then": told[2:], "other": [_interval_values(row) for _, row in other.iterrows()]}
    values |= {"ratio": round(two["per_month"] / one["per_month"], 6)}
    agreement = "medium" if len(other) else "high"
    yield make_finding(both, "deaths_by_year.official", (low, high), "ratio", _cited(official), values, ["totals_dated"], agreement=agreement)  # fmt: skip


def _interval_values(row: pd.Series) -> dict[str, Any]:
    """A row of ``official`` for a template."""
    dates = {end: f"{row[end]:%Y-%m-%d}" for end in ("start", "end")}
    names = ("lower", "upper", "months", "per_month", "before", "before_lower", "before_upper", "after")
    numbers = {name: float(row[name]) for name in names}
    return dates | numbers | {"deaths": float(row["value"])}


def _rate_finding(both: Record, rates: pd.DataFrame) -> Iterator[Finding]:
    if len(rates) < 2:
        return
    one, two = rates.iloc[0], rates.iloc[1]
    tell = lambda row: {
        "start": f"{row['start']:%Y-%m-%d}", "end": f"{row['end']:%Y-%m-%d}", "lower": float(row["rate_lower"]), "upper": float(row["rate_upper"]),
        "deaths": float(row["deaths"]), "years": float(row["years"]), "least": float(row["at_risk_lower"]), "most": float(row["at_risk_upper"]),
        "away_start": list(row["away_start"]), "away_end": list(row["away_end"]),
    }  # fmt: skip
    values = {"one": tell(one), "two": tell(two), "apart": bool(two["rate_lower"] > one["rate_upper"])}
    bounds = float(two["rate_lower"]), float(two["rate_upper"])
    yield make_finding(both, "deaths_by_year.rate", bounds, "deaths per 100 person-years", _cited(rates), values, ["at_risk", "one_population"])  # fmt: skip


def _printed_finding(both: Record, printed: pd.DataFrame) -> Iterator[Finding]:
    if printed.empty:
        return
    row = printed[printed["chosen"]].iloc[0]
    others = printed[~printed["chosen"]]
    values = {
        "each": any(share["each"] for share in row["shares"]),
        "second": row["shares"][-1]["share"],
        "shares": row["shares"], "named": row["named"], "left": row["left"], "years": row["years"],
        "others": [{"left": other.left} for other in others.itertuples()],
    }  # fmt: skip
    bounds = float(row["lower"]), float(row["upper"])
    yield make_finding(both, "deaths_by_year.printed", bounds, "share", _cited(printed), values, ["add_to_one"])  # fmt: skip


def _half_finding(both: Record, half: pd.DataFrame) -> Iterator[Finding]:
    if half.empty:
        return
    values = {
        "bases": [
            {"base": row.base, "lower": row.lower, "upper": row.upper, "least": row.least_dead, "verdict": row.verdict}
            for row in half.itertuples()
        ],
        "official": as_float(half["dead_official"].iloc[0]),
        "official_day": half["official_day"].iloc[0],
        "article": as_float(half["dead_article"].iloc[0]),
        "claim": half["claim"].iloc[0],
    }
    verdicts = set(half["verdict"])
    agreement = "low" if verdicts == {"contradicted"} else "medium" if "contradicted" in verdicts else "high"
    value = float(half["verdict"].isin(["fits", "follows"]).sum())
    yield make_finding(both, "deaths_by_year.half", (value, value), "bases", _cited(half), values, agreement=agreement)
