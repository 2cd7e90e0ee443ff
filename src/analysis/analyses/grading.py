"""How well is each statement supported, by written rules?

Two questions are asked of every claim, of the articles and of the figures published elsewhere alike, after the practice
of Airwars (how many credible sources) and Iraq Body Count (two independent sources, else provisional):

1. How near is the source? *Near*: a named speaker or office, as its original statement or a direct report gives it.
   *Relayed*: the speaker has no name, the article speaks for itself, or the report is graded a relay (B in the data).
2. Does a second, independent statement agree? *Agreed*: a statement of another family and another side gives the same
   thing within half a year, no further off than corrections. *Contested*: one that is as near or nearer contradicts it,
   by the rules of :mod:`analysis.analyses.comparisons`. *Single*: neither.

Independent is only who counts for himself: all officials are one side, and an article that names nobody is none. Whether
an expert took his number from officials cannot be seen; so "agreed" is an upper limit.

The grade: strong (near, agreed, not contested), fair (agreed or near, not contested), weak (relayed and single),
contested.
"""

import pandas as pd

from analysis.analyses.comparisons import FIELDS, contradictions, figures
from analysis.evidence.intervals import bounds_of, distance
from analysis.evidence.record import WIDER_TOO, Record

ALL, INDEPENDENT = "all", "two_independent"
"""The values of the parameter ``statements``: all, or those only that a second independent statement agrees with."""

HALF_YEAR = pd.Timedelta(days=183)

UNNAMED = r"\b(?:unnamed|does not name|sources?|someone)\b"
"""Words of a speaker's name that say that nobody is named."""


def grades(record: Record) -> pd.DataFrame:
    """Every claim of the articles chosen and of the figures published elsewhere, graded.

    Columns: claim, elsewhere, near, agreeing and contesting (claim ids), support (agreed, contested, single), grade.
    """
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    key = ("grades", both.choice, both.scenario["revision"])
    return record.cached(key, lambda: _grades(both))  # type: ignore[no-any-return]


def _grades(both: Record) -> pd.DataFrame:
    claims = both.claims[both.claims["case_id"].eq("")]
    named = dict(zip(both.speakers["speaker"], both.speakers["name"], strict=True))
    nameless = claims["speaker"].map(named).str.contains(UNNAMED, case=False, regex=True)
    near = ~nameless & claims["speaker_role"].ne("journalist") & claims["grade"].ne("B").fillna(True)
    agreeing = _agreeing(both)
    contesting = _contesting(both, dict(zip(claims["claim_id"], near, strict=True)))
    rows = []
    for claim, elsewhere, close in zip(claims["claim_id"], claims["source_id"].eq("wider"), near, strict=True):
        others, against = agreeing.get(claim, ()), contesting.get(claim, ())
        support = "contested" if against else "agreed" if others else "single"
        grade = "contested" if against else ("weak", "fair", "strong")[int(close) + bool(others)]
        rows.append(
            (claim, elsewhere, "near" if close else "relayed", "; ".join(others), "; ".join(against), support, grade)
        )
    return pd.DataFrame(rows, columns=["claim", "elsewhere", "near", "agreeing", "contesting", "support", "grade"])


def _agreeing(both: Record) -> dict[str, tuple[str, ...]]:
    """Per claim: the independent claims that give the same thing within half a year."""
    counts = [one for one in figures(both) if one.speaker_role != "journalist"]
    revision = both.scenario["revision"]
    found: dict[str, list[str]] = {}
    scopes: dict[tuple[str, ...], list[object]] = {}
    for one in counts:
        key = (*(getattr(one, field) for field in FIELDS), one.kind, one.unit, str(one.begins))
        for two in scopes.setdefault(key, []):
            gap = max(one.first, two.first) - min(one.last, two.last)  # type: ignore[attr-defined]
            independent = one.family != two.family and one.side != two.side  # type: ignore[attr-defined]
            if independent and gap <= HALF_YEAR and distance(bounds_of(one), bounds_of(two)) <= revision:
                found.setdefault(one.claim_id, []).append(two.claim_id)  # type: ignore[attr-defined]
                found.setdefault(two.claim_id, []).append(one.claim_id)  # type: ignore[attr-defined]
        scopes[key].append(one)
    return {claim: tuple(others) for claim, others in found.items()}


def _contesting(both: Record, near: dict[str, bool]) -> dict[str, tuple[str, ...]]:
    """Per claim: the independent claims, as near or nearer, that contradict it."""
    role = dict(zip(both.claims["claim_id"], both.claims["speaker_role"], strict=True))
    found: dict[str, list[str]] = {}
    for row in contradictions(both):
        if not row.one_side and "journalist" not in (role[row.part], role[row.whole]):
            for one, other in ((row.part, row.whole), (row.whole, row.part)):
                if near[other] >= near[one]:
                    found.setdefault(one, []).append(other)
    return {claim: tuple(dict.fromkeys(others)) for claim, others in found.items()}


def grid(graded: pd.DataFrame) -> pd.DataFrame:
    """How many claims have which grade. Columns: near, support, grade, articles, elsewhere, claims."""
    rows = [
        (near, support, group["grade"].iloc[0], int((~group["elsewhere"]).sum()), int(group["elsewhere"].sum()), "; ".join(group["claim"]))
        for (near, support), group in graded.groupby(["near", "support"], sort=False)
    ]  # fmt: skip
    order = {"strong": 0, "fair": 1, "weak": 2, "contested": 3}
    frame = pd.DataFrame(rows, columns=["near", "support", "grade", "articles", "elsewhere", "claims"])
    return frame.sort_values(["grade", "near"], key=lambda c: c.map(order) if c.name == "grade" else c).reset_index(
        drop=True
    )


def restrict(record: Record) -> Record:
    """``record`` with the statements that its scenario admits: the families that no independent one agrees with left out."""
    if record.scenario["statements"] == ALL:
        return record
    graded = grades(record)
    agreed = set(graded.loc[graded["agreeing"].ne(""), "claim"])
    claims = record.under(record.scenario.with_choices(record=WIDER_TOO)).claims
    kept = set(claims.loc[claims["claim_id"].isin(agreed), "family"])
    out = [*record.scenario.chosen("left_out"), *claims.loc[~claims["family"].isin(kept), "family"]]
    return record.under(record.scenario.with_choices(left_out=", ".join(dict.fromkeys(out)) or "none"))
