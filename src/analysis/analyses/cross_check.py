"""What of the articles' main findings holds once the figures published elsewhere are read?

Each check sets a recorded finding against what is published elsewhere: holds, fails, holds in part, or undecided where
nothing elsewhere bears on it. A check reads values, never sentences. New figures change verdicts without new code.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.account.model import AccountModel
from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import SERIES, Finding, ambiguity_between, made_once, whole_subject
from analysis.analyses.rows import WHOLE_SUBJECT
from analysis.evidence.intervals import as_float, bounds_of, overlap
from analysis.evidence.record import WIDER_TOO, Record

VERDICTS = ("holds", "part", "fails", "undecided")

NEAR = 365
"""Days around the account within which an official count is compared with it."""

Check = tuple[str, str, str, dict[str, Any], list[str]]
"""Finding, verdict, key of the sentence that says why, its values, claims."""


def verdicts(record: Record, wide: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the main findings of the articles. Columns: finding, check, verdict, why, values, claims.

    ``check`` and ``why`` are the key of the sentences that name what is checked and say why, with ``values``.
    """
    found: dict[str, Finding] = {
        item.id: item
        for analyse in (deaths_by_year.analyse, returnees_and_arrests.analyse, accounting.outline)
        for item in made_once(record, analyse).findings
    }
    checks = (*_deaths(found, wide), *_returns(record, found), *_account(record, found, wide))
    rows = [
        (finding, verdict, why, values, "; ".join(dict.fromkeys(claims)))
        for finding, verdict, why, values, claims in checks
    ]
    return pd.DataFrame(rows, columns=["finding", "verdict", "why", "values", "claims"]).assign(
        check=lambda table: table["why"]
    )


def _deaths(found: Mapping[str, Finding], wide: pd.DataFrame) -> Iterator[Check]:
    """What the shares leave for other years, the pace of deaths, and "more than half were killed"."""
    rest = found.get("deaths_by_year.printed")
    shares = wide[wide["measure"].eq("killed") & wide["base"].eq("killed") & wide["period_start"].ne("")]
    if rest is not None:
        named = {year for row in rest.values["shares"] for year in _years(row["period"])}
        early = shares[[not set(_years(period)) & named for period in shares["period"]]]
        printed = (float(early["lower"].sum()), float(early["upper"].sum()))
        verdict = "undecided" if early.empty else "holds" if overlap((rest.lower, rest.upper), printed) else "fails"
        values = {"shares": [{"share": float(row.value), "period": row.period} for row in early.itertuples()], "sum": float(early["value"].sum())}  # fmt: skip
        yield rest.id, verdict, "printed", values, [*rest.claims, *early["claim_id"]]
    pace, official = found.get("deaths_by_year.pace"), found.get("deaths_by_year.official")
    if pace is not None:
        chance = bool(pace.lower is not None and pace.lower <= 1)
        rises = official is not None and official.lower is not None and official.lower > 1
        verdict = "undecided" if official is None else "part" if chance or not rises else "holds"
        values = {"ratio": official.values["ratio"] if official else None, "chance": chance}
        yield pace.id, verdict, "pace", values, [*pace.claims, *(official.claims if official else ())]
    half = found.get("deaths_by_year.half")
    if half is not None:
        verdict_of = {row["base"]: row["verdict"] for row in half.values["bases"]}
        fit, not_ = ([base for base, found_ in verdict_of.items() if found_ in words] for words in (("fits", "follows"), ("contradicted",)))  # fmt: skip
        verdict = "part" if fit and not_ else "fails" if not_ else "holds" if fit else "undecided"
        yield (
            half.id,
            verdict,
            "half",
            {"official": half.values["official"], "fit": fit, "against": not_},
            [*half.claims],
        )


def _years(period: str) -> list[int]:
    first, last = (int(end[:4]) for end in (period, period.rpartition("/")[2]))
    return [*range(first, last + 1)]


def _returns(record: Record, found: Mapping[str, Finding]) -> Iterator[Check]:
    """Each count of returns against the official series, and each gap against the arrests that are counted elsewhere."""
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    official = _official(both.claims[both.claims["source_id"].eq("wider")], "returned")
    item = found.get("returnees_and_arrests.gap")
    if item is not None:
        answers = item.values["answers"].get(item.values["chosen"] or "only")
        alone, beside = answers["articles"], answers[WIDER_TOO]
        verdict = "holds" if beside["upper"] == alone["upper"] else "fails" if not beside["upper"] else "part"
        values = {"returned": item.values["returned"], "alone": alone["upper"], "beside": beside["upper"]}
        yield item.id, verdict, "gap", values, [*item.claims]
    rivals = found.get("returnees_and_arrests.rivals")
    if rivals is not None:
        own = both.claims.set_index("claim_id").loc[[c for c in rivals.claims if not c.startswith("wider.")]]
        for claim, row in own.iterrows():
            near = official[(official["as_of_last"] - row["as_of_last"]).abs().dt.days <= NEAR]
            near = near[near["family"].ne(row["family"]) & near["population"].eq(row["population"])]
            series = (as_float(near["lower"].min()), as_float(near["upper"].max()))
            verdict = "undecided" if near.empty else "holds" if overlap(series, bounds_of(row)) else "fails"
            values = {"claim": claim, "least": series[0], "most": series[1]}
            yield rivals.id, verdict, "returned", values, [str(claim), *near["claim_id"]]


def _official(wide: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The official cumulative counts of a measure, of the whole subject and all groups, in order of date."""
    official = wide["speaker_role"].eq("official") & wide["kind"].eq("cumulative") & wide["group"].eq("any")
    kept = whole_subject(wide[official & wide["measure"].eq(measure) & wide["lower"].notna()])
    return kept.sort_values(["as_of_last", "claim_id"])


def _account(record: Record, found: Mapping[str, Finding], wide: pd.DataFrame) -> Iterator[Check]:
    """The totals of the account against the official counts of the year around it; the stock; the forecast."""
    day = pd.Timestamp(AccountModel(record, record.scenario["assumptions"]).where[1] or None)
    for measure in SERIES:
        item = found.get(f"accounting.{measure}")
        if item is None or pd.isna(day):
            continue
        official = _official(wide, measure)
        official = official[~official["family"].isin(record.claims["family"])]
        away = (official["as_of_last"] - day).dt.days
        around = pd.concat([official[away.between(-NEAR, 0)].tail(1), official[away.between(0, NEAR)].head(1)])
        series = (as_float(around["lower"].min()), as_float(around["upper"].max()))
        verdict = "undecided" if around.empty else "holds" if overlap(series, (item.lower, item.upper)) else "fails"
        values = {"measure": measure, "lower": item.lower, "upper": item.upper, "least": series[0], "most": series[1]}
        yield item.id, verdict, "account", values, list(around["claim_id"])
    stock = found.get("accounting.stock")
    stock_or_total = ambiguity_between(record, "measure", {"present", "departed"})
    worded = record.reported["wider"]
    worded = worded[worded["measure"].eq("present") & worded["ambiguity"].str.contains(stock_or_total)]
    if stock is not None and stock_or_total and len(worded):
        beside = wide["statement"].isin(worded["statement"]) & wide["population"].isin(WHOLE_SUBJECT)
        parts = wide[beside & wide["measure"].isin(["killed", "returned"])]
        told: dict[str, Any] = {"possible": not stock.lower, "total": float(worded["value"].iloc[0]), "parts": [{"value": float(row.value), "measure": row.measure} for row in parts.itertuples()]}  # fmt: skip
        verdict = "undecided" if parts.empty else "holds" if stock.lower else "fails"
        yield stock.id, verdict, "stock", told, [*worded["claim_id"], *parts["claim_id"]]
    back = found.get("accounting.forecast")
    last = [rows.iloc[-1] for rows in (_official(wide, measure) for measure in SERIES) if len(rows)]
    if back is not None and len(last) == len(SERIES):
        left, dead, home = last
        alive = float(left["upper"] - dead["lower"] - home["lower"])
        needed = float(left["lower"]) / 2
        verdict = "holds" if (alive <= needed) == bool(back.lower) else "fails"
        values = {"alive": alive, "needed": needed, "day": f"{dead['as_of_last']:%Y-%m-%d}", "possible": not back.lower}
        yield back.id, verdict, "forecast", values, [row["claim_id"] for row in last]
