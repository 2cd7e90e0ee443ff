"""How many came back, how many were arrested, and may the two be compared?

Every claim of a return against every claim of an arrest: gap and ratio as intervals, and each reason why a pair does
not count the same thing.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.analyses.finding import WHOLE_SUBJECT, Finding, finding, in_words, said, window
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record

PARAMETERS = (
    "seventy_and_71",
    "seventy_one_counts",
    "last_two_years",
    "speaker_of_70",
    "briefing_date",
    "majority_words",
    "vague_words",
    "about_width",
    "record",
    "left_out",
    "sources",
)
"""The parameters of the notebook."""

Bounds = tuple[float | None, float | None]

ARRESTED = ("returned_arrested", "returned_tried", "arrested_terrorism", "arrested_abroad", "arrested_europe")


@dataclass(frozen=True)
class ReturneesAndArrests:
    """The tables behind the findings.

    ``returned`` and ``arrested``: the claims. ``pairs``: one row a pair, with ``gap`` (returned less arrested, in
    persons) and ``ratio`` (arrested to returned) as intervals, ``comparable``, the reasons against, and
    ``unarrested_upper``: the most returned persons who were not arrested, where the arrests fall inside the window of
    the returns. ``every``: what must be true if everyone who returned was arrested.
    """

    returned: pd.DataFrame
    arrested: pd.DataFrame
    said: pd.DataFrame
    pairs: pd.DataFrame
    every: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> ReturneesAndArrests:
    """Every returned claim against every arrested claim of ``record``."""
    claims = record.claims
    counted = claims["measure"].eq("returned") & claims["kind"].ne("share") & claims["population"].isin(WHOLE_SUBJECT)
    returned = claims[counted].reset_index(drop=True)
    arrested = claims[claims["measure"].isin(ARRESTED)].reset_index(drop=True)
    pairs = _pairs(returned, arrested)
    every = _every(pairs)
    found = (
        *_comparable_finding(record, pairs),
        *_every_finding(record, every),
        *_rival_counts_finding(record, returned),
    )
    both = pd.concat([returned, arrested], ignore_index=True)
    return ReturneesAndArrests(returned, arrested, said(record, both), pairs, every, found)


def _pairs(returned: pd.DataFrame, arrested: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for back in returned.itertuples():
        for held in arrested.itertuples():
            gap, ratio = _gap_and_ratio(back, held)
            reasons = _reasons(back, held)
            inside = not [why for why in reasons if not why.startswith("window")] and _inside(held, back)
            rows.append(
                {
                    "returned_claim": back.claim_id,
                    "arrested_claim": held.claim_id,
                    "returned": back.phrase,
                    "arrested": held.phrase,
                    "gap_lower": gap[0],
                    "gap_upper": gap[1],
                    "ratio_lower": ratio[0],
                    "ratio_upper": ratio[1],
                    "comparable": not reasons,
                    "reasons": "; ".join(reasons),
                    "window_inside": inside,
                    "unarrested_upper": max(0.0, gap[1]) if inside and gap[1] is not None else None,
                }
            )
    bounds = ["gap_lower", "gap_upper", "ratio_lower", "ratio_upper", "unarrested_upper"]
    columns = [
        "returned_claim",
        "arrested_claim",
        "returned",
        "arrested",
        *bounds[:4],
        "comparable",
        "reasons",
        "window_inside",
        bounds[4],
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(bounds, "Float64"))


def _gap_and_ratio(back: Any, held: Any) -> tuple[Bounds, Bounds]:
    """Returned less arrested, and arrested to returned; of a share the ratio is the share itself."""
    came = as_float(back.lower), as_float(back.upper)
    held_bounds = as_float(held.lower), as_float(held.upper)
    if held.kind == "share":
        free = _minus(1.0, held_bounds[1]), _minus(1.0, held_bounds[0])
        return (_times(came[0], free[0]), _times(came[1], free[1])), held_bounds
    gap = _minus(came[0], held_bounds[1]), _minus(came[1], held_bounds[0])
    return gap, (_over(held_bounds[0], came[1]), _over(held_bounds[1], came[0]))


def _minus(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left - right


def _times(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left * right


def _over(left: float | None, right: float | None) -> float | None:
    return None if left is None or not right else left / right


def _inside(held: Any, back: Any) -> bool:
    """Whether the arrests fall inside the window of the returns."""
    begins = not back.period_start or (held.period_start and held.period_start >= back.period_start)
    ends = held.period_end and back.period_end and held.period_end <= back.period_end
    return bool(begins and ends)


def _reasons(back: Any, held: Any) -> list[str]:
    """Why the two claims do not count the same persons over the same time; empty: they do."""
    reasons = []
    if "vague" in (back.hedge, held.hedge):
        reasons.append("number: one of the two is vague")
    if held.population != "moroccan_returnees":
        reasons.append(f"population: the arrests are of {held.population.replace('_', ' ')}")
    if held.modality in {"intent", "forecast"}:
        reasons.append(f"modality: the arrests are told as {held.modality}, not as done")
    if held.kind == "share":
        reasons.append(f"kind: a share of the {held.base.replace('_', ' ')}, of a number its source does not give")
    if (back.period_start, back.period_end) != (held.period_start, held.period_end):
        reasons.append(f"window: returns {window(back.period)}, arrests {window(held.period)}")
    if back.family == held.family:
        reasons.append("family: both repeat one original statement")
    return reasons


def _every(pairs: pd.DataFrame) -> pd.DataFrame:
    """If everyone who returned was arrested: the arrests that no source counts, one row a pair with window inside.

    Where the arrests have no upper bound, none need be missing.
    """
    rows = pairs[pairs["window_inside"] & pairs["gap_upper"].notna()].fillna({"gap_lower": 0.0})
    return rows[["returned_claim", "arrested_claim", "returned", "arrested", "gap_lower", "gap_upper"]].reset_index(
        drop=True
    )


def _comparable_finding(record: Record, pairs: pd.DataFrame) -> list[Finding]:
    if pairs.empty:
        return []
    fit = int(pairs["comparable"].sum())
    heads = pairs["reasons"].str.split("; ").explode().str.split(":").str[0].value_counts()
    told = ", ".join(f"{word} {count}" for word, count in heads.items() if word)
    answer = f"{fit} of {len(pairs)} pairs count the same persons over the same time. Against comparison stand: {told}."
    question = "May any count of returns be set against any count of arrests?"
    cited = [*pairs["returned_claim"], *pairs["arrested_claim"]]
    return [
        finding(record, "returnees_and_arrests.comparable", question, answer, (float(fit), float(fit)), "pairs", cited)
    ]


def _every_finding(record: Record, every: pd.DataFrame) -> list[Finding]:
    found = []
    for claim, rows in every.groupby("returned_claim", sort=False):
        tight = rows.loc[rows["gap_upper"].idxmin()]
        low, high = max(0.0, float(tight["gap_lower"])), max(0.0, float(tight["gap_upper"]))
        counted = window(record.claims.set_index("claim_id").loc[tight["arrested_claim"], "period"])
        answer = (
            f"Arrests of {in_words(low, high, 'persons')} outside {counted} would have to be added, which no source counts: "
            f"'{tight['returned']}' came back, '{tight['arrested']}' were arrested."
        )
        question = f"What must be true if all of '{tight['returned']}' were arrested?"
        assumption = "Those counted as arrested are among those counted as returned."
        cited = [claim, *rows["arrested_claim"]]
        number_of = str(claim).replace(".", "-")
        found.append(
            finding(
                record,
                f"returnees_and_arrests.every.{number_of}",
                question,
                answer,
                (low, high),
                "persons",
                cited,
                [assumption],
            )
        )
    return found


def _rival_counts_finding(record: Record, returned: pd.DataFrame) -> list[Finding]:
    """The least and the most that the rival counts of all returned lie apart."""
    total = returned[returned["kind"].eq("cumulative") & returned["lower"].notna() & returned["upper"].notna()]
    if len(total) < 2:
        return []
    low, high = total.loc[total["upper"].idxmin()], total.loc[total["lower"].idxmax()]
    least, most = max(0.0, float(high["lower"] - low["upper"])), float(high["upper"] - low["lower"])
    ratio = in_words(
        round(float(high["lower"] / low["upper"]), 2), round(float(high["upper"] / low["lower"]), 2), "ratio"
    )
    answer = (
        f"'{high['phrase']}' ({high['attributed_to']}) is {in_words(least, most, 'persons')} above "
        f"'{low['phrase']}' ({low['attributed_to']}): {ratio} times as many."
    )
    question = "How far apart are the rival counts of those who came back?"
    return [
        finding(
            record,
            "returnees_and_arrests.rival_counts",
            question,
            answer,
            (least, most),
            "persons",
            list(total["claim_id"]),
        )
    ]
