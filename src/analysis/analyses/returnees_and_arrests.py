"""How many returned, how many returnees were arrested, and how large is the gap?

Counts of returns are set against counts of arrested or tried returnees, from the articles alone and with the figures
published elsewhere. Arrests over separate periods add up. Whether the briefing's 71 counts arrests or returns decides
the answer, so both are always shown. Arrests of terrorism suspects of every kind are no arrests of returnees.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import pandas as pd

from analysis.analyses import comparisons
from analysis.analyses.finding import (
    Finding,
    Result,
    ambiguity_between,
    answered,
    claims_table,
    least_part,
    make_finding,
)
from analysis.analyses.rows import (
    WHOLE_SUBJECT,
    articles,
    claim_rows,
    first_of,
    framed,
    ids_of,
    join_ids,
    kind,
    of_whole_subject,
    picked,
)
from analysis.evidence.record import WIDER_TOO, Record

READS = ("returned", "returned_part", "returned_arrested", "returned_tried", "arrested_terrorism")
CONVENTIONS = ("about_width", "record", "statements", "left_out", "sources")

ARRESTED = ("returned_arrested", "returned_tried")
"""The measures that count returnees who were arrested or tried."""

SAME_DATE = 92
"""Days within which two counts are of one date: the official series moves by a few people in three months."""

Count = kind(
    "Count",
    "claim_id measure start first day lower upper value hedge kind population modality speaker speaker_role "
    "family elsewhere base phrase",
)
"""A claim on returns or arrests, with the first day and the last that it may be of, and from when it counts."""

Gap = kind("Gap", "reading record returned returned_lower returned_upper arrests lower upper claims")
"""A count of returns less the arrests counted up to its date, under one reading, from one record."""

Tried = kind("Tried", "share returned count least_tried arrests beyond claims")
"""A share that was tried, in people of one count of returns; ``beyond``: of them not among a smaller count of arrests."""

Rivals = kind("Rivals", "lower_count higher_count day lower upper same_people claims")
"""Two counts of returns at one date that cannot both be true, and how far they are apart."""

Pair = kind("Pair", "returned arrested count obstacles days_apart lower upper claims")
"""A count of returns and one of arrests, what keeps them from being compared, and the first less the second."""


def analyse(record: Record) -> Result:
    """Returns against arrests under the scenario of ``record``; the figures published elsewhere are always shown beside."""
    both = record.with_choices(record=WIDER_TOO)
    own, claims = claim_rows(record)
    returned, arrested = _returned(claims), _arrested(claims)
    counted = [row for row in arrested if _counted(row)]
    # of the count that is printed both as returns and as arrests
    ambiguity = ambiguity_between(record, "measure", {"returned", "returned_arrested"})
    read = record.each_reading(ambiguity) if ambiguity else {"": record}
    readings = {name: claim_rows(other).both for name, other in read.items()}
    as_arrests = readings.get("arrests", claims)
    printed = [row for row in _arrested(articles(as_arrests)) if (row.kind, row.hedge) == ("flow", "exact")]
    contested = printed[0].lower if ambiguity and printed else None
    agreement = "low" if ambiguity else "untested"
    gap = [*_gap(readings)]
    tried = [*_tried(own, as_arrests if own is claims else articles(as_arrests))]
    rivals = _rivals(both)
    nearest = _nearest(returned, arrested)
    findings = answered(
        returned and _returned_finding(both, returned),
        (counted or printed) and _arrested_finding(both, counted, printed, agreement),
        *_gap_finding(record, ambiguity, gap, returned, contested),
        tried and _tried_finding(both, tried),
        nearest and _nearest_finding(both, nearest),
        _rivals_finding(both, rivals),
    )
    cited = both.claims["claim_id"].isin([row.claim_id for row in (*returned, *arrested)])
    numbered = [row for row in arrested if row.kind != "share" and row.lower is not None]
    return Result(
        returned=framed(Count, returned),
        arrested=framed(Count, arrested),
        arrest_counts=framed(Count, numbered),
        gap=framed(Gap, gap),
        tried=framed(Tried, tried),
        rivals=framed(Rivals, rivals),
        nearest=framed(Pair, nearest),
        claims=claims_table(both.claims[cited]),
        findings=findings,
    )


def _dated(claims: Iterable[Any]) -> list[Any]:
    """Claims with the first and last day that they cover, in order of date."""
    counts = []
    for claim in claims:
        ended = claim.kind in ("flow", "share") and claim.period_last
        days = {"first": claim.as_of_first, "day": ended or claim.as_of_last, "start": claim.period_first}
        given = days | {"elsewhere": claim.source_id == "wider"}
        counts.append(Count(**given, **{name: getattr(claim, name) for name in Count._fields if name not in given}))
    return sorted(counts, key=lambda row: (row.day, row.elsewhere, row.claim_id))


def _returned(claims: list[Any]) -> list[Any]:
    """The cumulative counts of all who returned: of the whole subject, in numbers."""
    kept = (claim for claim in claims if claim.measure == "returned" and claim.kind == "cumulative")
    return _dated(claim for claim in kept if claim.lower is not None and of_whole_subject(claim))


def _arrested(claims: list[Any]) -> list[Any]:
    """The claims on arrested or tried returnees; of one count that is printed more than once, the most exact printing."""
    kept = [claim for claim in claims if claim.measure in ARRESTED and claim.population in WHOLE_SUBJECT]
    kept.sort(key=lambda claim: claim.hedge != "exact")
    return _dated(first_of(kept, "family", "measure", "kind"))


def _gap(readings: dict[str, list[Any]]) -> Iterator[Any]:
    """Returned less arrested, under each reading of the count that is printed as both, and from each record.

    Arrests that fall into the time of the returns count in full, those that only overlap with it count between none and
    all. Of overlapping periods the one that reaches furthest back is kept, so that nobody is counted twice.
    """
    for (reading, claims), scope in product(readings.items(), ("articles", WIDER_TOO)):
        printed = articles(claims)
        arrested = [row for row in _arrested(printed if scope == "articles" else claims) if _counted(row)]
        for back in _returned(printed):
            inside, partly = _separate(arrested, back)
            least, most = sum(row.lower for row in inside), sum(row.upper for row in (*inside, *partly))
            low, high = max(0.0, back.lower - most), max(0.0, back.upper - least)
            arrests = [[row.claim_id, row.lower, row.upper, row in inside] for row in (*inside, *partly)]
            cited = "; ".join([back.claim_id, *(claim for claim, *_ in arrests)])
            yield Gap(reading, scope, back.claim_id, back.lower, back.upper, arrests, low, high, cited)


def _counted(row: Any) -> bool:
    """Whether a claim on arrests is a number of people over time."""
    return row.kind in ("flow", "cumulative") and row.lower is not None


def _separate(arrested: list[Any], back: Any) -> tuple[list[Any], list[Any]]:
    """The counts of arrests that do not overlap: those up to the date of the returns, and those that go on after it."""
    inside: list[Any] = []
    partly: list[Any] = []
    begins = lambda row: row.start or pd.Timestamp.min
    for row in sorted(arrested, key=lambda row: (row.day, begins(row), row.claim_id)):
        apart = all(begins(row) > other.day for other in (*inside, *partly))
        if apart and row.family != back.family and begins(row) <= back.day and row.upper is not None:
            (inside if row.day <= back.day else partly).append(row)
    return inside, partly


def _tried(own: list[Any], as_arrests: list[Any]) -> Iterator[Any]:
    """A share of those who returned that was tried, of each count of returns, in people."""
    shares = [c for c in own if c.measure in ARRESTED and c.base == "returned" and c.modality == "reported"]
    arrests = [c for c in as_arrests if (c.measure, c.kind, c.hedge) == ("returned_arrested", "flow", "exact")]
    largest = max(arrests, key=lambda row: row.upper, default=None)
    shares = [share for share in shares if share.lower is not None and share.lower < 1]
    for share, back in product(shares, _returned(own)):
        least = float(least_part(share.lower, share.hedge, back.lower))
        beyond = largest and max(0.0, least - largest.upper)
        most, ids = largest and largest.upper, join_ids((share, back, largest))
        yield Tried(share.claim_id, back.claim_id, back.lower, least, most, beyond, ids)


def _rivals(both: Record) -> list[Any]:
    """Counts of returns that cannot both be true, those of people who are described alike first.

    Two printings of the people may still be of the same: ``same_people`` is whether both leave out women and minors.
    """
    rows = []
    for low, high in comparisons.rivals(both, "returned"):
        same = low.worded == high.worded or "moroccans_joined" not in (low.worded, high.worded)
        apart = high.lower - low.upper, None if high.upper is None else high.upper - low.lower
        rows.append(Rivals(low.claim_id, high.claim_id, low.last, *apart, same, join_ids((low, high))))
    return sorted(rows, key=lambda row: (not row.same_people, row.day))


def _nearest(returned: list[Any], arrested: list[Any]) -> list[Any]:
    """Pairs of a count of returns and one of arrests by what keeps them from being compared.

    ``obstacles`` names what differs: number (one of them is vague), share (arrests as a share), intent (arrests that are
    planned), start (arrests of a part of the time), date (more than three months apart), speaker (two speakers).
    """
    official = {row.claim_id: row.speaker_role == "official" for row in returned}
    pairs = []
    for back, arrest in product(returned, arrested):
        if arrest.family == back.family:
            continue
        days_apart = max(0, (arrest.first - back.day).days, (back.first - arrest.day).days)
        differs = {
            "number": arrest.hedge == "vague",
            "share": arrest.kind == "share",
            "intent": arrest.modality in ("intent", "forecast"),
            "start": arrest.kind == "flow" and arrest.start and (not back.start or arrest.start > back.start),
            "date": days_apart > SAME_DATE,
            "speaker": arrest.speaker != back.speaker,
        }
        obstacles = [name for name, there in differs.items() if there]
        less = lambda end, other, share=arrest.kind == "share": (
            None if other is None or share else max(0.0, end - other)
        )
        bounds = less(back.lower, arrest.upper), less(back.upper, arrest.lower)
        ids = back.claim_id, arrest.claim_id
        pairs.append(Pair(*ids, len(obstacles), "; ".join(obstacles), days_apart, *bounds, "; ".join(ids)))
    return sorted(pairs, key=lambda pair: (pair.count, pair.days_apart, not official[pair.returned], pair.returned))


def _values(row: Any) -> dict[str, Any]:
    return picked(row, "lower", "upper", "day", "start", "speaker", "hedge", claim="claim_id")


def _returned_finding(both: Record, returned: list[Any]) -> Finding:
    printed = [row for row in returned if not row.elsewhere]
    elsewhere = [row for row in returned if row.elsewhere and row.speaker_role == "official"]
    series = first_of((row for row in elsewhere if row.population == "moroccan_returnees"), "day")
    values = {"articles": [*map(_values, printed)], "series": [*map(_values, series)]}
    shown = printed or returned
    bounds = min(row.lower for row in shown), max((row.upper for row in shown if row.upper is not None), default=None)
    lines, cited = min(2, len({row.speaker for row in returned})), [row.claim_id for row in returned]
    id_ = "returnees_and_arrests.returned"
    return make_finding(both, id_, bounds, "people", cited, values, lines=lines, agreement="medium")


def _arrested_finding(both: Record, counted: list[Any], printed: list[Any], agreement: str) -> Finding:
    elsewhere = [row for row in counted if row.elsewhere]
    values = {"printed": [*map(_values, printed)], "elsewhere": [*map(_values, elsewhere)]}
    bounds = (elsewhere[-1].lower, elsewhere[-1].upper) if elsewhere else (None, None)
    cited = [row.claim_id for row in (*printed, *counted)]
    return make_finding(both, "returnees_and_arrests.arrested", bounds, "people", cited, values, agreement=agreement)


def _gap_finding(
    record: Record, ambiguity: str, gap: list[Any], returned: list[Any], contested: float | None
) -> Iterator[Finding]:
    """One finding a count of returns in the articles, official ones first."""
    chosen = record.scenario[ambiguity] if ambiguity else ""
    official = {row.claim_id: row.speaker_role == "official" for row in returned}
    order = sorted({row.returned for row in gap}, key=lambda claim: (not official[claim], claim))
    for place, claim in enumerate(order):
        rows = [row for row in gap if row.returned == claim]
        answers: dict[str, dict[str, Any]] = {}
        for row in rows:
            arrests = [dict(zip(("claim", "lower", "upper", "inside"), one, strict=True)) for one in row.arrests]
            answer = picked(row, "lower", "upper") | {"arrests": arrests}
            answers.setdefault(row.reading or "only", {})[row.record] = answer
        # an earlier count of returns that makes this one together with the contested number
        total = rows[0].returned_lower
        sum_of = next((r for r in returned if contested is not None and r.lower == r.upper == total - contested), None)
        values = {
            "claim": claim,
            **picked(rows[0], "returned_upper", returned="returned_lower"),
            "chosen": chosen,
            "contested": contested,
            "sum_of": sum_of and sum_of.lower,
            "sum_day": f"{sum_of.day:%Y-%m-%d}" if sum_of else "",
            "answers": answers,
        }
        shown = next(row for row in rows if (row.reading, row.record) == (chosen, record.scenario["record"]))
        name = "gap" if place == 0 else f"gap.{claim.replace('.', '-')}"
        id_, bounds = f"returnees_and_arrests.{name}", (shown.lower, shown.upper)
        agreement, assumed = "low" if ambiguity else "untested", ["among_returned"]
        yield make_finding(record, id_, bounds, "people", ids_of(rows), values, assumed, agreement=agreement)


def _tried_finding(both: Record, tried: list[Any]) -> Finding:
    row = min(tried, key=lambda row: row.least_tried)
    values = picked(row, "share", "returned", "count", "least_tried", "arrests", "beyond")
    bounds, id_ = (row.least_tried, row.count), "returnees_and_arrests.tried"
    return make_finding(both, id_, bounds, "people", ids_of([row]), values, ["tried_of_all"])


def _nearest_finding(both: Record, nearest: list[Any]) -> Finding:
    obstacles = {"start", "share", "number", "intent"}
    numbered = [row for row in nearest if row.upper is not None and not obstacles & set(row.obstacles.split("; "))]
    row = (numbered or nearest)[0]
    lower = {claim.claim_id: claim.lower for claim in claim_rows(both).both}
    values = {
        "returned": lower[row.returned],
        "arrested": lower[row.arrested],
        **picked(row, returned_claim="returned", arrested_claim="arrested"),
        "obstacles": [name for name in row.obstacles.split("; ") if name],
        "pairs": len(nearest),
        "comparable": sum(not pair.count for pair in nearest),
    }
    bounds, id_ = (row.lower, row.upper), "returnees_and_arrests.nearest"
    return make_finding(both, id_, bounds, "people", ids_of([row]), values, ["among_returned"])


def _rivals_finding(both: Record, rivals: list[Any]) -> Finding | None:
    row = next((row for row in rivals if row.same_people), None)
    if row is None:
        return None
    claims = {claim.claim_id: claim for claim in claim_rows(both).both}
    low, high = claims[row.lower_count], claims[row.higher_count]
    values = picked(row, "day", low_claim="lower_count", high_claim="higher_count")
    values |= {"low": low.lower, "high_lower": high.lower, "high_upper": high.upper}
    bounds, id_ = (row.lower, row.upper), "returnees_and_arrests.rivals"
    return make_finding(both, id_, bounds, "people", ids_of([row]), values, lines=2, agreement="low")
