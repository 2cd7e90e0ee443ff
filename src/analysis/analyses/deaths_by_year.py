"""In which years did the Moroccans die, and in what numbers may that be said?

One report gives shares of the dead by year. What the shares leave for other years, what they mean in persons, how
far a small sample carries, and how they sit with the two totals printed beside them: each depends on how the report
is read.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analysis.analyses.finding import Finding, counts, finding, in_words, least_part, number, said
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record

PARAMETERS = (
    "shares_2014_2015",
    "shares_base",
    "year_2016",
    "deaths_total",
    "half_of_whom",
    "women_and_minors",
    "about_width",
    "left_out",
    "sources",
)
"""The parameters of the notebook."""

HALF_VERDICTS = ("compatible", "cannot both hold", "not comparable: another group is counted")
HALF_COLUMNS = [
    "half_claim",
    "whole_claim",
    "dead_claim",
    "whole",
    "implied_dead",
    "dead_lower",
    "dead_upper",
    "verdict",
]
SHARE_COLUMNS = ["label", "start", "end", "months", "printed", "lower", "upper", "claim", "n", "origin"]


@dataclass(frozen=True)
class DeathsByYear:
    """The tables behind the findings, one row a window unless said otherwise.

    ``said``: the claims. ``shares``: each printed window and the residual one, as shares of the dead. ``persons``:
    the shares applied to the total, or why they may not be. ``sampling``: intervals for the shares as proportions of
    n documented dead. ``pace``: deaths a month against the earlier windows. ``rates``: deaths per person at risk.
    ``halves``: "more than half" against the counts, one row a pair of claims.
    """

    said: pd.DataFrame
    shares: pd.DataFrame
    persons: pd.DataFrame
    sampling: pd.DataFrame
    pace: pd.DataFrame
    rates: pd.DataFrame
    halves: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> DeathsByYear:
    """Everything the sources of ``record`` allow to be said of deaths by year, under its scenario."""
    claims = record.claims
    by_year = claims[claims["measure"].eq("killed") & claims["base"].eq("killed") & claims["lower"].notna()]
    dead = claims["measure"].eq("killed") & claims["case_id"].eq("") & claims["hedge"].ne("vague")
    opening = said(record, claims[dead])
    shares = _shares(by_year, claims.loc[dead, "period_start"])
    counted = counts(record)[
        ["claim_id", "measure", "kind", "group", "origin", "family", "phrase", "as_of", "lower", "upper"]
    ]
    total = counted[counted["measure"].eq("killed") & counted["kind"].eq("cumulative")]
    departed = counted[counted["measure"].eq("departed")]
    persons = _persons(shares, total)
    sampling = _sampling(shares)
    pace = _pace(shares)
    rates = _rates(record, departed, shares, persons)
    halves = _halves(record, departed, total)
    found = (
        *_residual_finding(record, shares),
        *_persons_finding(record, persons, total),
        *_sampling_finding(record, sampling),
        *_pace_finding(record, shares, pace),
        *_rate_finding(record, rates, total),
        *_halves_finding(record, halves),
    )
    return DeathsByYear(opening, shares, persons, sampling, pace, rates, halves, found)


def _shares(by_year: pd.DataFrame, begun: pd.Series) -> pd.DataFrame:
    """Each window with its share of the dead, in order of time, and what is left of the years since the first day of ``begun``."""
    rows = []
    for claim in by_year.itertuples():
        start, end = pd.Timestamp(claim.period_start), pd.Timestamp(claim.period_end)
        windows = [(start, end)]
        if claim.applies == "each":
            windows = [(pd.Timestamp(y, 1, 1), pd.Timestamp(y, 12, 31)) for y in range(start.year, end.year + 1)]
        for first, last in windows:
            rows.append(
                (
                    first,
                    last,
                    claim.value,
                    claim.lower,
                    claim.upper,
                    claim.claim_id,
                    as_float(claim.base_n),
                    claim.origin,
                )
            )
    frame = pd.DataFrame(
        rows, columns=["start", "end", "printed", "lower", "upper", "claim", "n", "origin"]
    ).sort_values("start")
    if frame.empty:
        return pd.DataFrame(columns=SHARE_COLUMNS)
    first_year = min(int(day[:4]) for day in begun if day)
    rest = {
        "start": pd.Timestamp(first_year, 1, 1),
        "end": frame["start"].min() - pd.Timedelta(days=1),
        "printed": _left(frame["printed"]),
        "lower": _left(frame["upper"]),
        "upper": _left(frame["lower"]),
        "claim": "; ".join(frame["claim"].unique()),
        "n": frame["n"].iloc[0],
        "origin": frame["origin"].iloc[0],
    }
    frame = pd.concat([pd.DataFrame([rest]), frame], ignore_index=True)
    frame["months"] = [_months(first, last) for first, last in zip(frame["start"], frame["end"], strict=True)]
    frame["label"] = [_label(first, last) for first, last in zip(frame["start"], frame["end"], strict=True)]
    return frame[SHARE_COLUMNS]


def _left(shares: pd.Series) -> float:
    """What shares leave of 1, free of binary noise."""
    return round(max(0.0, 1 - float(shares.sum())), 9)


def _months(start: pd.Timestamp, end: pd.Timestamp) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def _label(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if start.year != end.year:
        return f"{start.year} and {end.year}" if end.year == start.year + 1 else f"{start.year} to {end.year}"
    return str(start.year) if _months(start, end) == 12 else f"{start.year} (to {end:%B})"


def _persons(shares: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """The shares of the dead applied to each total of the dead, where both count the same dead."""
    left = total[["claim_id", "lower", "upper", "origin"]].add_prefix("total_")
    right = shares[["label", "lower", "upper", "claim", "origin"]]
    rows = left.merge(right, how="cross").merge(_not_the_same(shares, total), on=["origin", "total_origin"])
    rows = rows.assign(total_claim=rows["total_claim_id"], allowed=rows["why_not"].eq(""))
    least = np.ceil((rows["lower"] * rows["total_lower"]).astype("Float64").round(9))
    most = np.floor((rows["upper"] * rows["total_upper"]).astype("Float64").round(9))
    rows = rows.assign(lower=least.where(rows["allowed"]), upper=most.where(rows["allowed"]))
    return rows[["label", "lower", "upper", "allowed", "why_not", "claim", "total_claim"]]


def _not_the_same(shares: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """For each two origins why shares of the dead of one may not be applied to a total of the other; empty: they may."""
    rows = []
    for one, other in product(shares["origin"].unique(), total["origin"].unique()):
        of, all_of = (name.replace("_", " ").title() for name in (one, other))
        why = f"the shares are of the documented dead from {of}, the total is of the dead from all of {all_of}"
        rows.append((one, other, "" if one == other else why))
    return pd.DataFrame(rows, columns=["origin", "total_origin", "why_not"], dtype="str").astype(
        {"why_not": "category"}
    )


def _sampling(shares: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers of dead behind the shares of n documented dead, and intervals for them as proportions.

    Clopper-Pearson and Wilson intervals at 95% from scipy. They say how far chance alone would move the share if the
    documented dead were drawn at random from those who died, which nobody claims.
    """
    rows: list[tuple[str, int, int, int, str]] = []
    known = shares[shares["n"].notna()]
    printed, rest = known.iloc[1:], known.iloc[:1]
    for share in printed.itertuples():
        n = int(share.n)
        fits = [k for k in range(n + 1) if round(share.lower, 9) <= round(k / n, 9) <= round(share.upper, 9)]
        if not fits:  # then the shares are not those of so many dead
            rows = []
            break
        rows.append((share.label, min(fits), max(fits), n, share.claim))
    if rows:
        n = int(rest["n"].iloc[0])
        left = n - sum(row[1] for row in rows)
        rows.insert(0, (rest["label"].iloc[0], n - sum(row[2] for row in rows), left, n, rest["claim"].iloc[0]))
    frame = pd.DataFrame(rows, columns=["label", "deaths_lower", "deaths_upper", "n", "claim"])
    for method in ("exact", "wilson"):
        lows = [
            binomtest(low, n).proportion_ci(method=method).low
            for low, n in zip(frame["deaths_lower"], frame["n"], strict=True)
        ]
        highs = [
            binomtest(high, n).proportion_ci(method=method).high
            for high, n in zip(frame["deaths_upper"], frame["n"], strict=True)
        ]
        frame[f"{method}_lower"], frame[f"{method}_upper"] = lows, highs
    return frame


def _pace(shares: pd.DataFrame) -> pd.DataFrame:
    """Share of the dead a month, the share that a whole year at that pace would hold, and its ratio to the window before."""
    frame = shares[["label", "months", "lower", "upper", "claim"]].copy()
    for bound in ("lower", "upper"):
        frame[f"year_{bound}"] = frame[bound] / frame["months"] * 12
    frame["ratio_lower"] = frame["year_lower"] / frame["year_upper"].shift()
    frame["ratio_upper"] = frame["year_upper"] / frame["year_lower"].shift()
    return frame


def _rates(record: Record, departed: pd.DataFrame, shares: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """The least deaths per person at risk in each window.

    At risk are at most all who ever departed, less those who had died before. With D dead in all, share s in the
    window and c before it, and U departed at most, the rate is at least sD / (U - cD), which grows with D: so it is
    taken at the least D. No claim bounds it from above.
    """
    departed = departed[departed["upper"].notna()]
    rows = []
    allowed = persons[persons["allowed"].astype(bool)]
    if not allowed.empty and not departed.empty:
        most = departed.loc[departed["upper"].idxmax()]
        least = record.claims.set_index("claim_id")["lower"]
        for total_claim in allowed["total_claim"].unique():
            dead = float(least[total_claim])
            before = 0.0
            for share in shares.itertuples():
                at_risk = float(most["upper"]) - before * dead
                rows.append(
                    (
                        share.label,
                        share.lower * dead,
                        at_risk,
                        share.lower * dead / at_risk,
                        share.claim,
                        total_claim,
                        most["claim_id"],
                    )
                )
                before += share.lower
    columns = ["label", "deaths_lower", "at_risk_upper", "rate_lower", "claim", "total_claim", "departed_claim"]
    return pd.DataFrame(rows, columns=columns)


def _halves(record: Record, departed: pd.DataFrame, total: pd.DataFrame) -> pd.DataFrame:
    """Each "more than half are dead" against each count of the same group and each count of the dead."""
    claims = record.claims
    half = claims[claims["measure"].eq("killed") & claims["base"].eq("departed") & claims["lower"].notna()]
    whole = departed[departed["kind"].eq("cumulative")].drop_duplicates("family")
    pairs = [
        (
            share.claim_id,
            of.claim_id,
            of.phrase,
            float(least_part(share.lower, share.hedge, of.lower)),
            of.group == share.group,
        )
        for share, of in product(half.itertuples(), whole.itertuples())
    ]
    implied = pd.DataFrame(pairs, columns=["half_claim", "whole_claim", "whole", "implied_dead", "comparable"])
    dead = total[["claim_id", "lower", "upper"]].rename(
        columns={"claim_id": "dead_claim", "lower": "dead_lower", "upper": "dead_upper"}
    )
    rows = implied.merge(dead, how="cross")
    beyond = (rows["implied_dead"] > rows["dead_upper"]).fillna(False).astype(bool)
    code = np.select([~rows["comparable"].astype(bool), beyond], [2, 1], 0)
    rows["verdict"] = pd.Categorical.from_codes(code, HALF_VERDICTS)
    return rows[HALF_COLUMNS]


def _cited(column: pd.Series) -> list[str]:
    return [claim for cell in column.unique() for claim in str(cell).split("; ")]


def _of_whom(share: pd.Series) -> str:
    """Of whom the shares are, as read: so many documented dead of a region, or the dead that the report counts."""
    n = as_float(share["n"])
    if n is None:
        return "Of the dead that the report counts"
    return f"Of {number(n, 'persons')} documented dead from {share['origin'].replace('_', ' ').title()}"


def _residual_finding(record: Record, shares: pd.DataFrame) -> list[Finding]:
    if shares.empty:
        return []
    rest, named = shares.iloc[0], shares.iloc[1:]
    answer = (
        f"{_of_whom(rest)}, the named years make {number(named['printed'].sum(), 'share')} as printed "
        f"({in_words(named['lower'].sum(), named['upper'].sum(), 'share')}); {rest['label']} is left with "
        f"{number(rest['printed'], 'share')} ({in_words(rest['lower'], rest['upper'], 'share')})."
    )
    question = "What share of the dead is left for the years that the report does not name?"
    assumption = f"The shares add to 1 over {rest['start'].year} to {named['end'].max().year}."
    return [
        finding(
            record,
            "deaths_by_year.residual",
            question,
            answer,
            (rest["lower"], rest["upper"]),
            "share",
            _cited(shares["claim"]),
            [assumption],
        )
    ]


def _persons_finding(record: Record, persons: pd.DataFrame, total: pd.DataFrame) -> list[Finding]:
    if persons.empty:
        return []
    question = "How many persons do the shares stand for?"
    cited = [*_cited(persons["claim"]), *persons["total_claim"].unique()]
    if not persons["allowed"].any():
        answer = f"The product may not be formed: {persons['why_not'].iloc[0]}."
        return [finding(record, "deaths_by_year.persons", question, answer, (None, None), "persons", cited)]
    parts = [
        f"{row.label}: {in_words(as_float(row.lower), as_float(row.upper), 'persons')}" for row in persons.itertuples()
    ]
    last = persons.iloc[-1]
    counted = record.claims.set_index("claim_id").loc[_cited(persons["claim"])[0], "as_of"]
    assumption = f"The shares as of {counted} hold for the total of {total['as_of'].iloc[0]}."
    bounds = as_float(last["lower"]), as_float(last["upper"])
    return [
        finding(
            record, "deaths_by_year.persons", question, "; ".join(parts) + ".", bounds, "persons", cited, [assumption]
        )
    ]


def _sampling_finding(record: Record, sampling: pd.DataFrame) -> list[Finding]:
    if sampling.empty:
        return []
    top, before, n = sampling.iloc[-1], sampling.iloc[-2], int(sampling["n"].iloc[0])
    answer = (
        f"{top['deaths_lower']} of {n} documented dead fell in {top['label']}: {number(top['deaths_lower'] / n, 'share')}. "
        f"Chance alone could move a share of so few from {number(top['exact_lower'], 'share')} to {number(top['exact_upper'], 'share')}; "
        f"for {before['label']} it is {number(before['exact_lower'], 'share')} to {number(before['exact_upper'], 'share')}."
    )
    question = "How far does a sample of this size carry the share of the last year?"
    assumption = "The documented dead are as good as drawn at random from those who died; nobody claims so."
    bounds = float(top["exact_lower"]), float(top["exact_upper"])
    return [
        finding(
            record,
            "deaths_by_year.sampling",
            question,
            answer,
            bounds,
            "share",
            _cited(sampling["claim"]),
            [assumption],
        )
    ]


def _pace_finding(record: Record, shares: pd.DataFrame, pace: pd.DataFrame) -> list[Finding]:
    if pace.empty:
        return []
    last, before = pace.iloc[-1], pace.iloc[-2]
    bounds = round(float(last["ratio_lower"]), 2), round(float(last["ratio_upper"]), 2)
    answer = f"{_of_whom(shares.iloc[0])}, {last['label']} holds a month {in_words(*bounds, 'ratio')} times what a month of {before['label']} holds."
    assumptions = ["Deaths fall evenly within a window."]
    if last["months"] < 12:
        year = in_words(float(last["year_lower"]), float(last["year_upper"]), "share")
        answer += f" A whole year at that pace would stand for {year} of the dead counted so far."
        assumptions.append("The pace of the part-year would have lasted to its end.")
    question = "Did deaths come faster in the last window than in the one before?"
    return [
        finding(
            record, "deaths_by_year.pace", question, answer, bounds, "ratio", _cited(pace["claim"].tail(2)), assumptions
        )
    ]


def _rate_finding(record: Record, rates: pd.DataFrame, total: pd.DataFrame) -> list[Finding]:
    question = "What share of those at risk died in each window?"
    if rates.empty:
        if total.empty:
            return []
        answer = "No rate can be bounded: the shares and the totals do not count the same dead, or no total has an upper bound."
        return [
            finding(record, "deaths_by_year.rate", question, answer, (None, None), "share", list(total["claim_id"]))
        ]
    parts = [f"{row.label}: {in_words(row.rate_lower, None, 'share')}" for row in rates.itertuples()]
    cited = [*_cited(rates["claim"]), *rates["total_claim"], *rates["departed_claim"]]
    assumptions = [
        "Nobody was at risk who is not in the largest total of departures.",
        "The dead of earlier windows are at their least.",
    ]
    last = float(rates["rate_lower"].iloc[-1])
    answer = "; ".join(parts) + ". Equal shares of deaths are not equal rates: fewer are left each year."
    return [finding(record, "deaths_by_year.rate", question, answer, (last, None), "share", cited, assumptions)]


def _halves_finding(record: Record, halves: pd.DataFrame) -> list[Finding]:
    if halves.empty:
        return []
    question = "Does 'more than half are dead' fit the count of the dead?"
    testable = halves[~halves["verdict"].str.startswith("not comparable")]
    cited = _cited(pd.concat([testable[name] for name in ("half_claim", "whole_claim", "dead_claim")]))
    if testable.empty:
        answer = "It cannot be tested: no count of departures is of the same group."
        return [
            finding(
                record, "deaths_by_year.half", question, answer, (None, None), "persons", _cited(halves["half_claim"])
            )
        ]
    least, verdicts = float(testable["implied_dead"].min()), set(testable["verdict"])
    verdict = (
        "It fits"
        if verdicts == {"compatible"}
        else "It does not fit"
        if len(verdicts) == 1
        else "It fits some counts and not others"
    )
    dead = in_words(as_float(testable["dead_lower"].min()), as_float(testable["dead_upper"].max()), "persons")
    implied = "; ".join(
        f"of '{row.whole}': {number(row.implied_dead, 'persons')} or more"
        for row in testable.drop_duplicates(["half_claim", "whole_claim"]).itertuples()
    )
    answer = f"{verdict}: more than half means dead {implied}. The count of the dead is {dead}."
    assumption = "What is counted as departed had departed when the half was counted."
    return [finding(record, "deaths_by_year.half", question, answer, (least, None), "persons", cited, [assumption])]
