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

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations, permutations

import pandas as pd

from analysis.analyses.comparisons import FIELDS, contradictions, figures
from analysis.analyses.rows import cached, claim_rows, framed, grouped, kind
from analysis.evidence.intervals import bounds_of, distance
from analysis.evidence.record import WIDER_TOO, Record

HALF_YEAR = pd.Timedelta(days=183)

UNNAMED = re.compile(r"\b(?:unnamed|does not name|sources?|someone)\b", re.IGNORECASE)
"""Words of a speaker's name that say that nobody is named."""

Grade = kind("Grade", "claim elsewhere near agreeing contesting support grade")
"""A claim with the ids of those that agree with it and those that contest it, and what follows."""

Cell = kind("Cell", "near support grade articles elsewhere claims")
"""How many claims of the articles, and of the figures elsewhere, are so near and so supported."""


@cached
def grades(record: Record) -> pd.DataFrame:
    """Every claim of the articles chosen and of the figures published elsewhere, graded; a row is a :data:`Grade`."""
    both = record.with_choices(record=WIDER_TOO)
    claims = [claim for claim in claim_rows(both).both if not claim.case_id]
    names = dict(zip(both.speakers["speaker"], both.speakers["name"], strict=True))
    named = lambda claim: not UNNAMED.search(names[claim.speaker])
    near = {c.claim_id: named(c) and c.speaker_role != "journalist" and c.grade != "B" for c in claims}
    agreeing, contesting = _agreeing(both), _contesting(both, near)
    rows = []
    for claim in claims:
        close, others, against = near[claim.claim_id], agreeing[claim.claim_id], contesting[claim.claim_id]
        support = "contested" if against else "agreed" if others else "single"
        grade = "contested" if against else ("weak", "fair", "strong")[close + bool(others)]
        listed = "; ".join(others), "; ".join(against)
        elsewhere = claim.source_id == "wider"
        rows.append(Grade(claim.claim_id, elsewhere, "near" if close else "relayed", *listed, support, grade))
    return framed(Grade, rows)


def _agreeing(both: Record) -> defaultdict[str, list[str]]:
    """Per claim: the independent claims that give the same thing within half a year."""
    counts = (one for one in figures(both) if one.speaker_role != "journalist")
    found = defaultdict[str, list[str]](list)
    for group in grouped(counts, *FIELDS, "kind", "unit", "begins").values():
        for one, two in combinations(group, 2):
            gap = max(one.first, two.first) - min(one.last, two.last)
            off = distance(bounds_of(one), bounds_of(two))
            independent = one.family != two.family and one.side != two.side
            if independent and gap <= HALF_YEAR and off <= both.scenario["revision"]:
                found[one.claim_id].append(two.claim_id)
                found[two.claim_id].append(one.claim_id)
    return found


def _contesting(both: Record, near: Mapping[str, bool]) -> defaultdict[str, dict[str, None]]:
    """Per claim: the independent claims, as near or nearer, that contradict it, each once."""
    role = {claim.claim_id: claim.speaker_role for claim in claim_rows(both).both}
    found = defaultdict[str, dict[str, None]](dict)
    for pair in contradictions(both):
        if not pair.one_side and "journalist" not in (role[pair.part], role[pair.whole]):
            for one, other in permutations((pair.part, pair.whole)):
                if near[other] >= near[one]:
                    found[one][other] = None
    return found


def grid(graded: pd.DataFrame) -> pd.DataFrame:
    """How many claims have which grade; a row is a :data:`Cell`."""
    cells = []
    for (near, support), group in grouped(graded.itertuples(), "near", "support").items():
        elsewhere = sum(row.elsewhere for row in group)
        counts = len(group) - elsewhere, elsewhere
        cells.append(Cell(near, support, group[0].grade, *counts, "; ".join(row.claim for row in group)))
    order = ("strong", "fair", "weak", "contested")
    return framed(Cell, sorted(cells, key=lambda cell: (order.index(cell.grade), cell.near)))


def restrict(record: Record) -> Record:
    """``record`` with the statements that its scenario admits: the families that no independent one agrees with left out."""
    if record.scenario["statements"] == "all":
        return record
    graded = grades(record)
    agreed = set(graded.loc[graded["agreeing"].ne(""), "claim"])
    claims = record.with_choices(record=WIDER_TOO).claims
    kept = set(claims.loc[claims["claim_id"].isin(agreed), "family"])
    out = [*record.scenario.chosen("left_out"), *claims.loc[~claims["family"].isin(kept), "family"]]
    return record.with_choices(left_out=", ".join(dict.fromkeys(out)) or "none")
