"""What do the figures published elsewhere confirm, what do they contradict, and where do the articles' figures come from?

The wider record is read beside the five articles, never mixed into their runs. Everything is found by computing over
statements, scopes and dates, so that a new figure needs no new code. How odd figures, contradictions and grades are
found is the matter of :mod:`flags`, :mod:`comparisons` and :mod:`grading`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.analyses import cross_check
from analysis.analyses.comparisons import contradictions, dated, listed
from analysis.analyses.finding import (
    SERIES,
    Finding,
    claims_table,
    counts,
    counts_moroccans,
    make_finding,
    whole_subject,
)
from analysis.analyses.flags import flags, repeated_values, same_time
from analysis.analyses.grading import grades, grid
from analysis.analyses.sum_checks import EXCEED, FIELDS, SHORT, sum_checks
from analysis.evidence.intervals import as_float, bounds_of, distance, overlap
from analysis.evidence.record import WIDER_TOO, Record

READS = counts_moroccans
"""The claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = ("revision", "about_width", "sources")
"""The other parameters of the notebook."""

MONTH = 31
"""Days that a statement may be older than its date in an article before it counts as stale."""


@dataclass(frozen=True)
class WiderRecord:
    """The tables behind the findings.

    ``verdicts``: what becomes of the articles' findings. ``series``: the official cumulative counts and, beside them,
    those of the articles. ``falls``: official counts below an earlier one. ``contradictions``: pairs of figures that
    cannot both be right, those with an article first. ``origins``: what each count of the articles goes back to, and
    whether a newer official count was out. ``lost``: what a figure lost or changed on its way into an article.
    ``women_and_minors``: totals with them inside or beside. ``odd``: figures that look misprinted, mixed up or carried
    over. ``sums``: stated parts against stated totals. ``grid`` and ``grades``: how well each claim is supported.
    ``claims``: the figures published elsewhere.
    """

    verdicts: pd.DataFrame
    series: pd.DataFrame
    falls: pd.DataFrame
    contradictions: pd.DataFrame
    origins: pd.DataFrame
    lost: pd.DataFrame
    women_and_minors: pd.DataFrame
    odd: pd.DataFrame
    grid: pd.DataFrame
    grades: pd.DataFrame
    sums: pd.DataFrame
    claims: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> WiderRecord:
    """The wider record beside the articles of ``record``, under its scenario."""
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    elsewhere = both.claims["source_id"].eq("wider")
    wide, articles = both.claims[elsewhere], both.claims[~elsewhere]
    verdicts = cross_check.verdicts(record, wide)
    series = _series(both)
    falls = _falls(wide)
    pairs = _contradictions(both)
    origins = _origins(record, articles, wide)
    lost = _lost(record, both, wide)
    minors = _women_and_minors(wide)
    odd, sums, graded = flags(both), sum_checks(both), grades(record)
    findings = (
        *_verdict_finding(both, verdicts),
        *_series_finding(both, series, falls),
        *_contradiction_finding(both, pairs),
        *_origin_finding(both, origins),
        *_stale_finding(both, origins),
        *_lost_finding(both, lost),
        *_minors_finding(both, minors),
        *_odd_finding(both, odd, sums),
        *_grade_finding(both, graded),
    )
    table = claims_table(both, wide)
    return WiderRecord(
        verdicts, series, falls, pairs, origins, lost, minors, odd, grid(graded), graded, sums, table, findings
    )


def _series(both: Record) -> pd.DataFrame:
    """Official cumulative counts of the whole subject and the articles' own. Columns: measure, claim, day, bounds, who."""
    claims = whole_subject(counts(both))
    claims = claims[claims["measure"].isin(SERIES) & claims["kind"].isin(["cumulative", "stock"])]
    elsewhere = claims["source_id"].eq("wider")
    kept = claims[~elsewhere | (claims["speaker_role"].eq("official") & claims["group"].eq("any"))]
    who = kept["source_id"].eq("wider").map({True: "official", False: "article"})
    frame = kept.assign(day=kept["as_of_last"], who=who).rename(columns={"claim_id": "claim"})
    columns = ["measure", "claim", "day", "lower", "upper", "hedge", "speaker", "family", "who"]
    return frame.sort_values(["measure", "day", "claim"])[columns].reset_index(drop=True)


def _falls(wide: pd.DataFrame) -> pd.DataFrame:
    """Official cumulative counts of the series that are below the one before, both of grade A and of one scope."""
    official = wide["speaker_role"].eq("official") & wide["kind"].eq("cumulative") & wide["grade"].eq("A")
    kept = whole_subject(wide[official & wide["measure"].isin(SERIES) & wide["lower"].notna()])
    rows = []
    for _, group in kept.sort_values(["as_of_last", "claim_id"]).groupby(list(FIELDS), sort=False):
        for before, after in pairwise(listed(group.drop_duplicates(["as_of_last", "lower", "upper"]))):
            if (
                as_float(after.upper) is not None
                and after.upper < before.lower
                and after.as_of_first > before.as_of_last
            ):
                by = float(before.lower - after.upper)
                claims = f"{before.claim_id}; {after.claim_id}"
                rows.append((before.claim_id, after.claim_id, float(before.value), float(after.value), by, claims))
    return pd.DataFrame(rows, columns=["earlier", "later", "before", "after", "by", "claims"])


def _contradictions(both: Record) -> pd.DataFrame:
    """The pairs of :func:`comparisons.contradictions`, those with an article first; ``values`` is for their sentence."""
    table = contradictions(both)
    claims = both.claims.set_index("claim_id")
    article = [
        not {claims.loc[one, "source_id"] for one in pair} <= {"wider"}
        for pair in zip(table["part"], table["whole"], strict=True)
    ]
    values = [
        {"part": _printed(claims.loc[row.part]), "whole": _printed(claims.loc[row.whole]), "gap": row.gap}
        for row in table.itertuples()
    ]
    ours = claims.loc[table["part"], "source_id"].ne("wider").to_numpy()
    table = table.assign(article=article, ours=ours, values=values)
    table = table.sort_values(["article", "ours"], ascending=False, kind="stable")
    return table.drop(columns="ours").reset_index(drop=True)


def _printed(claim: Any) -> dict[str, Any]:
    """A count for a template: bounds, measure and date."""
    low, high = bounds_of(claim)
    return {"lower": low, "upper": high, "measure": claim["measure"], "as_of": str(claim["as_of"])}


def _stale(claim: Any, origin: Any, printed: str) -> bool:
    """Whether a statement is given as of a later date than its own, by more than a month, whichever days are meant.

    A date that names a month only is all of its days. A flow is stale where its window, as the article prints it, ends
    later than that of the statement.
    """
    own = pd.Timestamp(origin.period_end or origin.as_of_last) if claim.kind == "flow" else origin.as_of_last
    given = pd.Timestamp(printed) if claim.kind == "flow" else claim.as_of_first
    return bool((given - own).days > MONTH)


def _origins(record: Record, articles: pd.DataFrame, wide: pd.DataFrame) -> pd.DataFrame:
    """What each count of the articles goes back to: the same statement elsewhere, or the official count nearest to it.

    An official count is near if it is no further off than the revision of a cumulative count; that it is near or fits
    does not make it the origin. ``how``: same, fits, near, far or nothing. ``stale``: the same statement, given as of a
    later date than its own. ``newer``: the official count that was the last before the article, where it is another
    one; ``behind``: by how many people the article is then behind.
    """
    printed = dict(zip(record.reported["claims"]["claim_id"], record.reported["claims"]["period_end"], strict=True))
    official = whole_subject(
        wide[wide["speaker_role"].eq("official") & wide["kind"].ne("share") & wide["lower"].notna()]
    )
    known = listed(official.sort_values(["as_of_last", "claim_id"]))
    numbered = articles["unit"].isin(["persons", "cells"]) & articles["lower"].notna() & articles["case_id"].eq("")
    elsewhere = listed(wide[wide["kind"].ne("share")].sort_values(["as_of_last", "claim_id"]))
    rows = []
    for claim in listed(articles[numbered].drop_duplicates(["family", "measure", "lower", "upper"])):
        same = [one for one in elsewhere if one.family == claim.family and one.unit == claim.unit]
        before = [
            one
            for one in known
            if (one.measure, one.kind) == (claim.measure, claim.kind)
            and one.as_of_last <= claim.as_of_last
            and one.group in (claim.group, "any")
        ]
        gap = lambda one: (distance(bounds_of(one), bounds_of(claim)), abs(one.lower - claim.lower))  # noqa: B023
        nearest = min(before, key=gap, default=None)
        origin = same[0] if same else nearest
        off = gap(nearest)[0] if nearest else 0.0
        how = "same" if same else "nothing" if not nearest else "fits" if not off else "near"
        if how == "near" and off > record.scenario["revision"]:
            origin, how = None, "far"
        since = [one for one in before if origin and one.as_of_last > origin.as_of_last and one.group == origin.group]
        given = printed[claim.claim_id] if claim.kind == "flow" else claim.as_of
        first = pd.Timestamp(given) if claim.kind == "flow" else claim.as_of_first
        newer = (
            since[-1]
            if since and claim.kind != "flow" and not overlap(bounds_of(since[-1]), bounds_of(claim))
            else None
        )
        rows.append(
            {
                "claim": claim.claim_id,
                "given": given,
                "how": how,
                "origin": origin.claim_id if origin else "",
                "dated": origin.as_of if origin else "",
                "days": max(0, (first - origin.as_of_last).days) if origin else None,
                "stale": how == "same" and _stale(claim, origin, given),
                "newer": newer.claim_id if newer else "",
                "behind": distance(bounds_of(newer), bounds_of(claim)) if newer else None,
                "claims": "; ".join(one.claim_id for one in (claim, origin, newer) if one),
            }
        )
    columns = ["claim", "given", "how", "origin", "dated", "days", "stale", "newer", "behind", "claims"]
    frame = pd.DataFrame(rows, columns=columns).astype({"days": "Int64", "behind": "Float64"})
    order = {name: place for place, name in enumerate(("same", "fits", "near", "far", "nothing"))}
    return frame.sort_values(
        ["how", "days"], key=lambda c: c.map(order) if c.name == "how" else -c, kind="stable"
    ).reset_index(drop=True)


def _lost(record: Record, both: Record, wide: pd.DataFrame) -> pd.DataFrame:
    """What a figure of an article lost or changed on its way: its base, or what it counts.

    ``what``: base (a share printed without the number that it is a share of) or measure (one number of one statement,
    or of one date, given as two things). ``values`` is for its sentence.
    """
    printed = record.reported["claims"]
    bare = (
        printed["source_id"].isin(record.sources["source_id"]) & printed["kind"].eq("share") & printed["base_n"].isna()
    )
    rows = []
    for claim in printed[bare].itertuples():
        based = wide[wide["family"].eq(claim.family) & wide["base_n"].notna()]
        if len(based):
            other = based.iloc[0]
            values = {"n": float(other["base_n"]), "origin": other["origin"], "measure": other["base"]}
            rows.append(("base", claim.claim_id, other["claim_id"], values))
    for one, two in _one_number(record, both):
        rows.append(
            ("measure", one.claim_id, two.claim_id, {"value": one.value, "one": one.measure, "two": two.measure})
        )
    frame = pd.DataFrame(rows, columns=["what", "claim", "other", "values"])
    return frame.assign(claims=frame["claim"] + "; " + frame["other"])


def _one_number(record: Record, both: Record) -> Iterator[tuple[Any, Any]]:
    """Pairs of claims of one family or date that print one exact number as two measures, whatever the reading."""
    printed = {row.claim_id: row.measure for row in record.reported["claims"].itertuples()}
    claims = both.claims[both.claims["hedge"].eq("exact") & both.claims["unit"].eq("persons")]
    exact = claims.assign(
        measure=[printed.get(c, m) for c, m in zip(claims["claim_id"], claims["measure"], strict=True)]
    )
    exact = dated(exact).drop_duplicates(["value", "measure", "family", "population"])
    for one, two in repeated_values(listed(exact), same_time):
        ours, other = (two, one) if one.source_id == "wider" else (one, two)
        if one.measure != two.measure and ours.source_id != "wider":
            yield ours, other


def _women_and_minors(wide: pd.DataFrame) -> pd.DataFrame:
    """For each statement that gives all three: the men if women and minors are inside its total, all if beside it.

    ``inside``: whether the statement's own words put them inside.
    """
    departed = wide[wide["measure"].eq("departed") & wide["kind"].eq("cumulative") & wide["group"].eq("any")]
    rows = []
    for _, group in departed.groupby("statement", sort=False):
        of = {one.population: one for one in reversed(listed(group))}
        total = of.get("moroccans_joined") or of.get("moroccan_fighters")
        if total and {"moroccan_women", "moroccan_minors"} <= set(of):
            parts = [of["moroccan_women"], of["moroccan_minors"]]
            whole, women, minors = (float(one.lower) for one in (total, *parts))
            inside = bool(group["phrase"].str.contains("including", case=False).any())
            claims = "; ".join(one.claim_id for one in (total, *parts))
            rows.append((total.claim_id, total.as_of_last, whole, women, minors, whole - women - minors, whole + women + minors, inside, claims))  # fmt: skip
    columns = ["total_claim", "day", "total", "women", "minors", "men_if_inside", "all_if_beside", "inside", "claims"]
    return pd.DataFrame(rows, columns=columns).sort_values("day").reset_index(drop=True)


def _cited(cells: Iterable[str]) -> list[str]:
    return [claim for cell in cells for claim in str(cell).split("; ") if claim]


def _verdict_finding(both: Record, table: pd.DataFrame) -> Iterator[Finding]:
    tell = {
        name: [{"why": why, "values": values} for why, values in zip(rows["why"], rows["values"], strict=True)]
        for name, rows in table.groupby("verdict", sort=False)
    }
    values = {"all": len(table), **{name: tell.get(name, []) for name in cross_check.VERDICTS}}
    holds = float(len(tell.get("holds", [])))
    if len(table):
        yield make_finding(
            both, "wider_record.verdicts", (holds, holds), "findings", _cited(table["claims"]), values, lines=0
        )


def _series_finding(both: Record, series: pd.DataFrame, falls: pd.DataFrame) -> Iterator[Finding]:
    official = series[series["who"].eq("official")]
    ends = [
        {"measure": measure, **{end: {"lower": as_float(row["lower"]), "upper": as_float(row["upper"]), "hedge": row["hedge"], "day": f"{row['day']:%Y-%m-%d}"} for end, row in (("first", rows.iloc[0]), ("last", rows.iloc[-1]))}}
        for measure, rows in official.groupby("measure", sort=False)
    ]  # fmt: skip
    values = {"ends": ends, "falls": len(falls), "most": as_float(falls["by"].max()) if len(falls) else None}
    if len(official):
        size = float(len(official))
        yield make_finding(
            both, "wider_record.series", (size, size), "counts", _cited(official["claim"]), values, lines=0
        )


def _contradiction_finding(both: Record, table: pd.DataFrame) -> Iterator[Finding]:
    """The pairs with an article; the rest are counted."""
    ours = table[table["article"]]
    family = dict(zip(both.claims["claim_id"], both.claims["family"], strict=True))
    article = set(both.claims.loc[both.claims["source_id"].ne("wider"), "claim_id"])
    pairs: list[dict[str, Any]] = []
    seen: set[str] = set()
    for part, whole, values in ours[["part", "whole", "values"]].itertuples(index=False):
        new = {family[claim] for claim in {part, whole} & article} - seen
        pairs += [{"part_claim": part, "whole_claim": whole, **values}] if new else []
        seen |= new
    values = {"pairs": pairs, "all": len(ours), "elsewhere": len(table) - len(ours)}
    size = float(len(ours))
    cited = _cited(ours["claims"]) or _cited(table["claims"])
    yield make_finding(
        both, "wider_record.contradictions", (size, size), "pairs", cited, values, ["corrections"], lines=0
    )


def _origin_finding(both: Record, origins: pd.DataFrame) -> Iterator[Finding]:
    how = origins["how"].value_counts()
    values = {
        "all": len(origins),
        **{name: int(how.get(name, 0)) for name in ("same", "fits", "near", "far", "nothing")},
    }
    if len(origins):
        bounds = (float(values["same"]), float(values["same"]))
        yield make_finding(both, "wider_record.origins", bounds, "counts", _cited(origins["claims"]), values, lines=0)


def _stale_finding(both: Record, origins: pd.DataFrame) -> Iterator[Finding]:
    late, newer = origins[origins["stale"]], origins[origins["newer"].ne("")]
    if late.empty and newer.empty:
        return
    values = {
        "late": [{"claim": row.claim, "given": row.given, "dated": row.dated} for row in late.itertuples()],
        "newer": [{"claim": row.claim, "newer": row.newer, "behind": float(row.behind)} for row in newer.itertuples()],
    }
    size = float(len(late))
    cited = _cited([*late["claims"], *newer["claims"]])
    yield make_finding(both, "wider_record.stale", (size, size), "counts", cited, values, lines=0)


def _lost_finding(both: Record, lost: pd.DataFrame) -> Iterator[Finding]:
    if len(lost):
        rows = [{"what": row.what, "claim": row.claim, "other": row.other, **row.values} for row in lost[["what", "claim", "other", "values"]].itertuples(index=False)]  # fmt: skip
        size = float(lost["claim"].nunique())
        yield make_finding(
            both, "wider_record.lost", (size, size), "figures", _cited(lost["claims"]), {"rows": rows}, lines=0
        )


def _minors_finding(both: Record, table: pd.DataFrame) -> Iterator[Finding]:
    if len(table):
        last = table.iloc[-1]
        values: dict[str, Any] = {
            name: float(last[name]) for name in ("total", "women", "minors", "men_if_inside", "all_if_beside")
        }
        values |= {"day": f"{last['day']:%Y-%m-%d}", "statements": len(table), "inside": int(table["inside"].sum())}
        bounds = float(last["men_if_inside"]), float(last["total"])
        yield make_finding(both, "wider_record.women_and_minors", bounds, "people", _cited(table["claims"]), values)


def _odd_finding(both: Record, odd: pd.DataFrame, sums: pd.DataFrame) -> Iterator[Finding]:
    wrong = sums[sums["verdict"].isin([EXCEED, SHORT])]
    kinds = odd["kind"].value_counts().to_dict()
    values = {"kinds": {kind: int(count) for kind, count in kinds.items()}, "sums": len(sums), "wrong": len(wrong)}
    size = float(len(odd))
    cited = _cited(odd["claims"]) or list(both.claims.loc[both.claims["value"].notna(), "claim_id"])
    yield make_finding(both, "wider_record.odd", (size, size), "flags", cited, values, lines=0)


def _grade_finding(both: Record, graded: pd.DataFrame) -> Iterator[Finding]:
    ours = graded[~graded["elsewhere"]]
    support = ours["support"].value_counts()
    values: dict[str, Any] = {
        "all": len(ours),
        **{name: int(support.get(name, 0)) for name in ("agreed", "single", "contested")},
    }
    values |= {"named": list(ours.loc[ours["support"].eq("agreed"), "claim"])}
    agreed = float(values["agreed"])
    cited = list(ours.loc[ours["support"].ne("single"), "claim"]) or list(ours["claim"])
    yield make_finding(both, "wider_record.grades", (agreed, agreed), "claims", cited, values, lines=0)
