"""What do the figures published elsewhere confirm, what do they contradict, and where do the articles' figures come from?

The wider record is read beside the five articles, never mixed into their runs. Everything is found by computing over
statements, scopes and dates, so that a new figure needs no new code. How odd figures, contradictions and grades are
found is the matter of :mod:`flags`, :mod:`comparisons` and :mod:`grading`.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Any

import pandas as pd

from analysis.analyses import cross_check
from analysis.analyses.comparisons import FIELDS, Pair, contradictions, stated
from analysis.analyses.finding import SERIES, Finding, Result, answered, claims_table, counts_moroccans, make_finding
from analysis.analyses.flags import flags, repeated_values, same_time
from analysis.analyses.grading import grades, grid
from analysis.analyses.rows import (
    articles,
    claim_rows,
    first_of,
    framed,
    grouped,
    ids_of,
    join_ids,
    kind,
    of_whole_subject,
    picked,
)
from analysis.analyses.sum_checks import EXCEED, SHORT, Sum, sum_checks
from analysis.evidence.intervals import bounds_of, distance, overlap
from analysis.evidence.record import WIDER_TOO, Record

READS = counts_moroccans
CONVENTIONS = ("revision", "about_width", "sources")

MONTH = 31
"""Days that a statement may be older than its date in an article before it counts as stale."""


HOW = ("same", "fits", "near", "far", "nothing")
"""What a count goes back to: the same statement, an official count that it fits, that is near or far, or nothing."""

Counted = kind("Counted", "measure claim day lower upper hedge speaker family who")
"""An official running total of the whole subject, or a count of an article."""

Fall = kind("Fall", "earlier later before after by claims")
"""An official running total below the one before, both of grade A and of one scope."""

Contradiction = kind("Contradiction", (*Pair._fields, "article", "values"))
"""A pair of :func:`comparisons.contradictions`; ``article``: whether one is of an article; ``values`` are for its sentence."""

Origin = kind("Origin", "claim given how origin dated days stale newer behind claims")
"""What a count of the articles goes back to.

``how`` is one of HOW. ``stale``: the same statement, given as of a later date than its own. ``newer``: the official count
that was the last before the article, where it is another one; ``behind``: by how many people the article is then behind.
"""

Lost = kind("Lost", "what claim other values claims")
"""What a figure of an article lost or changed on its way.

``what``: base (a share printed without the number that it is a share of) or measure (one number of one statement, or of
one date, given as two things). ``values`` is for its sentence.
"""

Minors = kind("Minors", "total_claim day total women minors men_if_inside all_if_beside inside claims")
"""A total with women and minors: the men if they are inside it, all if beside; ``inside``: whether its words put them so."""


def analyse(record: Record) -> Result:
    """The wider record beside the articles of ``record``, under its scenario."""
    both = record.with_choices(record=WIDER_TOO)
    wide = [claim for claim in claim_rows(record).both if claim.source_id == "wider"]
    verdicts, series, falls, pairs = cross_check.verdicts(record), _series(both), [*_falls(wide)], _contradictions(both)
    origins, lost, minors = _origins(record, wide), [*_lost(record, both, wide)], _women_and_minors(wide)
    odd, sums, graded = flags(both), sum_checks(both), grades(record)
    findings = answered(
        verdicts and _verdict_finding(both, verdicts),
        _series_finding(both, series, falls),
        _contradiction_finding(both, pairs),
        origins and _origin_finding(both, origins),
        _stale_finding(both, origins),
        lost and _lost_finding(both, lost),
        minors and _minors_finding(both, minors),
        _odd_finding(both, odd, sums),
        _grade_finding(both, graded),
    )
    return Result(
        verdicts=framed(cross_check.Verdict, verdicts),
        series=framed(Counted, series),
        falls=framed(Fall, falls),
        contradictions=framed(Contradiction, pairs),
        origins=framed(Origin, origins).astype({"days": "Int64", "behind": "Float64"}),
        lost=framed(Lost, lost),
        women_and_minors=framed(Minors, minors),
        odd=odd,
        grid=grid(graded),
        grades=graded,
        sums=framed(Sum, sums),
        claims=claims_table(both.claims[both.claims["source_id"].eq("wider")]),
        findings=findings,
    )


def _series(both: Record) -> list[Any]:
    totals = (c for c in claim_rows(both).both if c.measure in SERIES and c.kind in ("cumulative", "stock"))
    numbered = (c for c in totals if c.lower is not None and c.hedge != "vague" and not c.case_id)
    rows = [
        Counted(c.measure, c.claim_id, c.as_of_last, c.lower, c.upper, c.hedge, c.speaker, c.family, who)
        for c in filter(of_whole_subject, numbered)
        for who in ["official" if c.source_id == "wider" else "article"]
        if who == "article" or (c.speaker_role == "official" and c.group == "any")
    ]
    return sorted(rows, key=lambda row: (row.measure, row.day, row.claim))


def _falls(wide: list[Any]) -> Iterator[Any]:
    official = (c for c in wide if (c.speaker_role, c.kind, c.grade) == ("official", "cumulative", "A"))
    kept = [c for c in official if c.measure in SERIES and c.lower is not None and of_whole_subject(c)]
    for group in grouped(sorted(kept, key=lambda claim: (claim.as_of_last, claim.claim_id)), *FIELDS).values():
        for before, after in pairwise(first_of(group, "as_of_last", "lower", "upper")):
            lower = after.upper is not None and after.upper < before.lower
            if lower and after.as_of_first > before.as_of_last:
                fall = before.value, after.value, before.lower - after.upper
                yield Fall(before.claim_id, after.claim_id, *fall, join_ids((before, after)))


def _contradictions(both: Record) -> list[Any]:
    """Those with an article first, and of these those in which the article's figure is the larger."""
    claims = {claim.claim_id: claim for claim in claim_rows(both).both}
    ours = {claim.claim_id for claim in articles(claims.values())}
    rows = []
    for pair in contradictions(both):
        ends = {"part": claims[pair.part], "whole": claims[pair.whole]}
        printed = {name: picked(claim, "lower", "upper", "measure", "as_of") for name, claim in ends.items()}
        rows.append(Contradiction(*pair, bool({pair.part, pair.whole} & ours), printed | {"gap": pair.gap}))
    return sorted(rows, key=lambda row: (not row.article, row.part not in ours))


def _origins(record: Record, wide: list[Any]) -> list[Any]:
    """What each count of the articles goes back to: the same statement elsewhere, or the official count nearest to it.

    An official count is near if it is no further off than the revision of a cumulative count; that it is near or fits
    does not make it the origin. A statement is stale if it is given as of a later date than its own by more than a month,
    whichever days of a month are meant; a flow, where its window, as the article prints it, ends so much later.
    """
    printed = dict(zip(record.reported["claims"]["claim_id"], record.reported["claims"]["period_end"], strict=True))
    elsewhere = sorted((c for c in wide if c.kind != "share"), key=lambda claim: (claim.as_of_last, claim.claim_id))
    numbered = lambda claim: claim.speaker_role == "official" and claim.lower is not None
    known = [claim for claim in elsewhere if numbered(claim) and of_whole_subject(claim)]
    own = articles(claim_rows(record).both)
    counted = (c for c in own if c.unit in ("persons", "cells") and c.lower is not None and not c.case_id)
    rows = []
    for claim in first_of(counted, "family", "measure", "lower", "upper"):
        same = [one for one in elsewhere if one.family == claim.family and one.unit == claim.unit]
        alike = [one for one in known if (one.measure, one.kind) == (claim.measure, claim.kind)]
        before = [one for one in alike if one.as_of_last <= claim.as_of_last and one.group in (claim.group, "any")]
        gap = lambda one: (distance(bounds_of(one), bounds_of(claim)), abs(one.lower - claim.lower))  # noqa: B023
        nearest = min(before, key=gap, default=None)
        off = gap(nearest)[0] if nearest else 0.0
        how = "same" if same else "nothing" if not nearest else "fits" if not off else "near"
        if how == "near" and off > record.scenario["revision"]:
            how = "far"
        origin = same[0] if same else None if how == "far" else nearest
        since = [one for one in before if origin and one.as_of_last > origin.as_of_last and one.group == origin.group]
        newer = since[-1] if since and claim.kind != "flow" else None
        newer = None if newer and overlap(bounds_of(newer), bounds_of(claim)) else newer
        given = printed[claim.claim_id] if claim.kind == "flow" else claim.as_of
        first = pd.Timestamp(given) if claim.kind == "flow" else claim.as_of_first
        ended = same[0].period_end if same and claim.kind == "flow" else ""
        stale = bool(same) and (first - pd.Timestamp(ended or same[0].as_of_last)).days > MONTH
        days = max(0, (first - origin.as_of_last).days) if origin else None
        goes_back = (origin.claim_id, origin.as_of, days) if origin else ("", "", None)
        behind = (newer.claim_id, distance(bounds_of(newer), bounds_of(claim))) if newer else ("", None)
        cited = join_ids((claim, origin, newer))
        rows.append(Origin(claim.claim_id, given, how, *goes_back, stale, *behind, cited))
    return sorted(rows, key=lambda row: (HOW.index(row.how), -(row.days if row.days is not None else -inf)))


def _lost(record: Record, both: Record, wide: list[Any]) -> Iterator[Any]:
    chosen = set(record.sources["source_id"])
    for claim in record.reported["claims"][["source_id", "kind", "base_n", "family", "claim_id"]].itertuples():
        if claim.source_id in chosen and claim.kind == "share" and pd.isna(claim.base_n):
            for other in [one for one in wide if one.family == claim.family and one.base_n is not None][:1]:
                values = {"n": float(other.base_n), "origin": other.origin, "measure": other.base}
                yield Lost("base", claim.claim_id, other.claim_id, values, join_ids((claim, other)))
    # pairs of one family or date that print one exact number as two measures, whatever the reading
    printed = dict(zip(record.reported["claims"]["claim_id"], record.reported["claims"]["measure"], strict=True))
    exact = (one for one in stated(both) if one.hedge == "exact" and one.unit == "persons")
    exact = (one._replace(measure=printed.get(one.claim_id, one.measure)) for one in exact)
    for pair in repeated_values(first_of(exact, "value", "measure", "family", "worded"), same_time):
        one, two = sorted(pair, key=lambda claim: claim.source_id == "wider")
        if one.measure != two.measure and one.source_id != "wider":
            values = {"value": one.value, "one": one.measure, "two": two.measure}
            yield Lost("measure", one.claim_id, two.claim_id, values, join_ids((one, two)))


def _women_and_minors(wide: list[Any]) -> list[Any]:
    """For each statement that gives all three."""
    departed = [c for c in wide if (c.measure, c.kind, c.group) == ("departed", "cumulative", "any")]
    rows = []
    for group in grouped(departed, "statement").values():
        of = {one.population: one for one in reversed(group)}
        parts = [of.get(name) for name in ("moroccan_women", "moroccan_minors")]
        total = of.get("moroccans_joined") or of.get("moroccan_fighters")
        if total and all(parts):
            whole, women, minors = (one.lower for one in (total, *parts))
            inside = any("including" in one.phrase.lower() for one in group)
            ends = whole - women - minors, whole + women + minors, inside
            ids = join_ids((total, *parts))
            rows.append(Minors(total.claim_id, total.as_of_last, whole, women, minors, *ends, ids))
    return sorted(rows, key=lambda row: row.day)


def _verdict_finding(both: Record, verdicts: list[Any]) -> Finding:
    tell = {name: [picked(row, "why", "values") for row in rows] for name, rows in grouped(verdicts, "verdict").items()}
    values = {"all": len(verdicts)} | {name: tell.get(name, []) for name in cross_check.VERDICTS}
    size, cited = len(tell.get("holds", ())), ids_of(verdicts)
    return make_finding(both, "wider_record.verdicts", size, "findings", cited, values, lines=0)


def _series_finding(both: Record, series: list[Any], falls: list[Any]) -> Finding | None:
    official = [row for row in series if row.who == "official"]
    end = lambda row: picked(row, "lower", "upper", "hedge", "day")
    groups = grouped(official, "measure").items()
    ends = [{"measure": measure, "first": end(rows[0]), "last": end(rows[-1])} for measure, rows in groups]
    values = {"ends": ends, "falls": len(falls), "most": max((fall.by for fall in falls), default=None)}
    if not official:
        return None
    cited = ids_of(official, "claim")
    return make_finding(both, "wider_record.series", len(official), "counts", cited, values, lines=0)


def _contradiction_finding(both: Record, rows: list[Any]) -> Finding:
    """The pairs with an article; the rest are counted."""
    ours = [row for row in rows if row.article]
    family = {claim.claim_id: claim.family for claim in articles(claim_rows(both).both)}
    pairs: list[dict[str, Any]] = []
    seen: set[str] = set()
    for row in ours:
        new = {family[claim] for claim in {row.part, row.whole} & {*family}} - seen
        pairs += [{"part_claim": row.part, "whole_claim": row.whole, **row.values}] if new else []
        seen |= new
    values = {"pairs": pairs, "all": len(ours), "elsewhere": len(rows) - len(ours)}
    size, cited = len(ours), ids_of(ours or rows)
    return make_finding(both, "wider_record.contradictions", size, "pairs", cited, values, ["corrections"], lines=0)


def _origin_finding(both: Record, origins: list[Any]) -> Finding:
    how = Counter(row.how for row in origins)
    values = {"all": len(origins)} | {name: how[name] for name in HOW}
    return make_finding(both, "wider_record.origins", how["same"], "counts", ids_of(origins), values, lines=0)


def _stale_finding(both: Record, origins: list[Any]) -> Finding | None:
    late, newer = [row for row in origins if row.stale], [row for row in origins if row.newer]
    values = {
        "late": [picked(row, "claim", "given", "dated") for row in late],
        "newer": [picked(row, "claim", "newer", "behind") for row in newer],
    }
    if not late and not newer:
        return None
    return make_finding(both, "wider_record.stale", len(late), "counts", ids_of([*late, *newer]), values, lines=0)


def _lost_finding(both: Record, lost: list[Any]) -> Finding:
    values = {"rows": [picked(row, "what", "claim", "other") | row.values for row in lost]}
    size = len(ids_of(lost, "claim"))
    return make_finding(both, "wider_record.lost", size, "figures", ids_of(lost), values, lines=0)


def _minors_finding(both: Record, rows: list[Any]) -> Finding:
    values = picked(rows[-1], "total", "women", "minors", "men_if_inside", "all_if_beside", "day")
    values |= {"statements": len(rows), "inside": sum(row.inside for row in rows)}
    bounds = values["men_if_inside"], values["total"]
    return make_finding(both, "wider_record.women_and_minors", bounds, "people", ids_of(rows), values)


def _odd_finding(both: Record, odd: pd.DataFrame, sums: list[Any]) -> Finding:
    wrong = [row for row in sums if row.verdict in (EXCEED, SHORT)]
    values = {"kinds": dict(Counter(odd["kind"]).most_common()), "sums": len(sums), "wrong": len(wrong)}
    cited = ids_of(odd.itertuples()) or [claim.claim_id for claim in claim_rows(both).both if claim.value is not None]
    return make_finding(both, "wider_record.odd", len(odd), "flags", cited, values, lines=0)


def _grade_finding(both: Record, graded: pd.DataFrame) -> Finding:
    ours = [row for row in graded.itertuples() if not row.elsewhere]
    supports = ("agreed", "single", "contested")
    named = {support: [row.claim for row in ours if row.support == support] for support in supports}
    counts = {support: len(claims) for support, claims in named.items()}
    values = {"all": len(ours), **counts, "named": named["agreed"]}
    cited = [row.claim for row in ours if row.support != "single"] or [row.claim for row in ours]
    return make_finding(both, "wider_record.grades", len(named["agreed"]), "claims", cited, values, lines=0)
