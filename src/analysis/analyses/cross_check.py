"""What of the articles' main findings holds once the figures published elsewhere are read?

Each check sets a recorded finding against what is published elsewhere: holds, fails, holds in part, or undecided where
nothing elsewhere bears on it. A check reads values, never sentences. New figures change verdicts without new code.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.account.model import AccountModel
from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import SERIES, Finding, ambiguity_between, findings_under
from analysis.analyses.rows import WHOLE_SUBJECT, articles, claim_rows, kind, official_totals
from analysis.evidence.intervals import Bounds, bounds_of, overlap
from analysis.evidence.record import WIDER_TOO, Record

VERDICTS = ("holds", "part", "fails", "undecided")

NEAR = 365
"""Days around the account within which an official count is compared with it."""

Verdict = kind("Verdict", "finding verdict why values claims check")
"""What becomes of a finding: ``check`` and ``why`` are the key of the sentences that name what is checked and say why."""

Check = tuple[str, str, str, dict[str, Any], Iterable[str]]
"""Finding, verdict, key of its sentences, their values, claims."""


def verdicts(record: Record) -> list[Any]:
    """What becomes of the main findings of the articles."""
    wide = [claim for claim in claim_rows(record).both if claim.source_id == "wider"]
    found: dict[str, Finding] = {
        item.id: item
        for analysis in (deaths_by_year, returnees_and_arrests, accounting)
        for item in findings_under(record, analysis)
    }
    checks = (*_deaths(found, wide), *_returns(record, found, wide), *_account(record, found, wide))
    return [Verdict(*check, "; ".join(dict.fromkeys(claims)), check[2]) for *check, claims in checks]


def _deaths(found: Mapping[str, Finding], wide: list[Any]) -> Iterator[Check]:
    """What the shares leave for other years, the pace of deaths, and "more than half were killed"."""
    rest = found.get("deaths_by_year.printed")
    if rest is not None:
        shares = (claim for claim in wide if claim.measure == claim.base == "killed" and claim.period_start)
        named = {year for row in rest.values["shares"] for year in _years(row["period"])}
        early = [claim for claim in shares if not set(_years(claim.period)) & named]
        printed = sum(claim.lower for claim in early), sum(claim.upper for claim in early)
        verdict = "undecided" if not early else "holds" if overlap((rest.lower, rest.upper), printed) else "fails"
        each = [{"share": claim.value, "period": claim.period} for claim in early]
        values = {"shares": each, "sum": sum(claim.value for claim in early)}
        yield rest.id, verdict, "printed", values, [*rest.claims, *(claim.claim_id for claim in early)]
    pace, official = found.get("deaths_by_year.pace"), found.get("deaths_by_year.official")
    if pace is not None:
        chance = bool(pace.lower is not None and pace.lower <= 1)
        rises = official is not None and official.lower is not None and official.lower > 1
        verdict = "undecided" if official is None else "part" if chance or not rises else "holds"
        values = {"ratio": official.values["ratio"] if official else None, "chance": chance}
        yield pace.id, verdict, "pace", values, [*pace.claims, *(official.claims if official else ())]
    half = found.get("deaths_by_year.half")
    if half is not None:
        verdicts = [(row["base"], row["verdict"]) for row in half.values["bases"]]
        fit = [base for base, verdict in verdicts if verdict in ("fits", "follows")]
        against = [base for base, verdict in verdicts if verdict == "contradicted"]
        verdict = "part" if fit and against else "fails" if against else "holds" if fit else "undecided"
        values = {"official": half.values["official"], "fit": fit, "against": against}
        yield half.id, verdict, "half", values, half.claims


def _years(period: str) -> list[int]:
    first, last = (int(end[:4]) for end in (period, period.rpartition("/")[2]))
    return [*range(first, last + 1)]


def _returns(record: Record, found: Mapping[str, Finding], wide: list[Any]) -> Iterator[Check]:
    """Each count of returns against the official series, and each gap against the arrests that are counted elsewhere."""
    official = official_totals(wide, "returned")
    item = found.get("returnees_and_arrests.gap")
    if item is not None:
        answers = item.values["answers"].get(item.values["chosen"] or "only")
        alone, beside = answers["articles"], answers[WIDER_TOO]
        verdict = "holds" if beside["upper"] == alone["upper"] else "fails" if not beside["upper"] else "part"
        values = {"returned": item.values["returned"], "alone": alone["upper"], "beside": beside["upper"]}
        yield item.id, verdict, "gap", values, [*item.claims]
    rivals = found.get("returnees_and_arrests.rivals")
    if rivals is not None:
        own = {claim.claim_id: claim for claim in articles(claim_rows(record).both)}
        for claim in (own[name] for name in rivals.claims if name in own):
            near = [o for o in official if abs((o.as_of_last - claim.as_of_last).days) <= NEAR]
            near = [o for o in near if o.family != claim.family and o.population == claim.population]
            values = {"claim": claim.claim_id, **_range(near)}
            cited = [claim.claim_id, *(other.claim_id for other in near)]
            yield rivals.id, _verdict(near, bounds_of(claim)), "returned", values, cited


def _range(counts: list[Any]) -> dict[str, float | None]:
    """The range of some counts: no end where none is known."""
    lowers, uppers = ([getattr(c, end) for c in counts if getattr(c, end) is not None] for end in ("lower", "upper"))
    return {"least": min(lowers, default=None), "most": max(uppers, default=None)}


def _verdict(counts: list[Any], bounds: Bounds) -> str:
    """Whether the range of some counts meets ``bounds``."""
    least, most = _range(counts).values()
    return "undecided" if not counts else "holds" if overlap((least, most), bounds) else "fails"


def _account(record: Record, found: Mapping[str, Finding], wide: list[Any]) -> Iterator[Check]:
    """The totals of the account against the official counts of the year around it; the stock; the forecast."""
    own, day = claim_rows(record).own, AccountModel(record, record.scenario["assumptions"]).where[1]
    families = {claim.family for claim in own}
    for measure in SERIES if day else ():
        item = found.get(f"accounting.{measure}")
        if item is None:
            continue
        official = [
            ((claim.as_of_last - pd.Timestamp(day)).days, claim)
            for claim in official_totals(wide, measure)
            if claim.family not in families
        ]
        before = [claim for days, claim in official if -NEAR <= days <= 0]
        around = before[-1:] + [claim for days, claim in official if 0 <= days <= NEAR][:1]
        values: dict[str, Any] = {"measure": measure, "lower": item.lower, "upper": item.upper, **_range(around)}
        cited = [claim.claim_id for claim in around]
        yield item.id, _verdict(around, (item.lower, item.upper)), "account", values, cited
    stock = found.get("accounting.stock")
    stock_or_total = ambiguity_between(record, "measure", {"present", "departed"})
    asked = record.reported["wider"][["claim_id", "measure", "ambiguity", "statement", "value"]].itertuples()
    worded = [row for row in asked if row.measure == "present" and stock_or_total in row.ambiguity]
    if stock is not None and stock_or_total and worded:
        statements = {row.statement for row in worded}
        beside = (c for c in wide if c.statement in statements and c.population in WHOLE_SUBJECT)
        parts = [claim for claim in beside if claim.measure in ("killed", "returned")]
        counted = [{"value": part.value, "measure": part.measure} for part in parts]
        values = {"possible": not stock.lower, "total": float(worded[0].value), "parts": counted}
        verdict = "undecided" if not parts else "holds" if stock.lower else "fails"
        yield stock.id, verdict, "stock", values, [row.claim_id for row in (*worded, *parts)]
    back = found.get("accounting.forecast")
    last = [counts[-1] for counts in (official_totals(wide, measure) for measure in SERIES) if counts]
    if back is not None and len(last) == len(SERIES):
        left, dead, home = last
        alive, needed = left.upper - dead.lower - home.lower, left.lower / 2
        verdict = "holds" if (alive <= needed) == bool(back.lower) else "fails"
        values = {"alive": alive, "needed": needed, "day": f"{dead.as_of_last:%Y-%m-%d}", "possible": not back.lower}
        yield back.id, verdict, "forecast", values, [claim.claim_id for claim in last]
