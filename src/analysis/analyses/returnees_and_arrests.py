"""How many returned, how many returnees were arrested, and how large is the gap?

Counts of returns are set against counts of arrested or tried returnees, from the articles alone and with the figures
published elsewhere. Arrests over separate periods add up. Whether the briefing's 71 counts arrests or returns decides
the answer, so both are always shown. Arrests of terrorism suspects of every kind are no arrests of returnees.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import pandas as pd

from analysis.analyses.finding import (
    WHOLE_SUBJECT,
    Finding,
    ambiguity_between,
    claims_table,
    least_part,
    make_finding,
    whole_subject,
)
from analysis.evidence.dates import days
from analysis.evidence.intervals import as_float, bounds_of, distance
from analysis.evidence.record import WIDER_TOO, Record

READS = ("returned", "returned_part", "returned_arrested", "returned_tried", "arrested_terrorism")
"""The measures whose claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = ("about_width", "record", "statements", "left_out", "sources")
"""The other parameters of the notebook."""

ARRESTED = ("returned_arrested", "returned_tried")
"""The measures that count returnees who were arrested or tried."""

SAME_DATE = 92
"""Days within which two counts are of one date: the official series moves by a few people in three months."""


@dataclass(frozen=True)
class ReturneesAndArrests:
    """The tables behind the findings.

    ``returned``: every count of all who returned, in order of date. ``arrested``: every claim on arrested or tried
    returnees, ``arrest_counts``: those that give a number. ``gap``: each count of returns in the articles less the arrests counted up to its date, a row a reading of
    the count that is printed both ways, and record. ``tried``: what "most were tried" means in people. ``rivals``: counts
    of returns that differ at one date. ``nearest``: pairs of a count of returns and one of arrests, those that differ
    least first. ``claims``: the claims on both.
    """

    returned: pd.DataFrame
    arrested: pd.DataFrame
    arrest_counts: pd.DataFrame
    gap: pd.DataFrame
    tried: pd.DataFrame
    rivals: pd.DataFrame
    nearest: pd.DataFrame
    claims: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> ReturneesAndArrests:
    """Returns against arrests under the scenario of ``record``; the figures published elsewhere are always shown beside."""
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    returned, arrested = _returned(both), _arrested(both)
    arrest_counts = arrested[arrested["kind"].ne("share") & arrested["lower"].notna()].reset_index(drop=True)
    gap = _gap(record)
    tried = _tried(record)
    rivals = _rivals(returned)
    nearest = _nearest(returned, arrested)
    cited = both.claims[both.claims["claim_id"].isin([*returned["claim_id"], *arrested["claim_id"]])]
    findings = (
        *_returned_finding(both, returned),
        *_arrested_finding(both, record, arrested),
        *_gap_finding(both, record, gap),
        *_tried_finding(both, tried),
        *_nearest_finding(both, nearest),
        *_rivals_finding(both, rivals),
    )
    return ReturneesAndArrests(
        returned, arrested, arrest_counts, gap, tried, rivals, nearest, claims_table(both, cited), findings
    )


COLUMNS = ["claim_id", "measure", "start", "first", "day", "lower", "upper", "value", "hedge", "kind", "population", "modality", "speaker", "speaker_role", "family", "elsewhere", "base", "phrase"]  # fmt: skip


def _dated(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims with the first and last day that they cover, in order of date."""
    last = [
        row.period_end if row.kind in ("flow", "share") and row.period_end else str(days(row.as_of)[1])
        for row in claims.itertuples()
    ]
    frame = claims.assign(
        start=pd.to_datetime(claims["period_start"].replace("", None)),
        first=pd.to_datetime(pd.Series([str(days(cell)[0]) for cell in claims["as_of"]], claims.index, dtype="str")),
        day=pd.to_datetime(pd.Series(last, claims.index, dtype="str")),
        elsewhere=claims["source_id"].eq("wider"),
    )
    return frame.sort_values(["day", "elsewhere", "claim_id"])[COLUMNS].reset_index(drop=True)


def _returned(record: Record) -> pd.DataFrame:
    """The cumulative counts of all who returned: of the whole subject, in numbers."""
    claims = whole_subject(record.claims)
    kept = claims["measure"].eq("returned") & claims["kind"].eq("cumulative") & claims["lower"].notna()
    return _dated(claims[kept])


def _arrested(record: Record) -> pd.DataFrame:
    """The claims on arrested or tried returnees; of one count that is printed more than once, the most exact printing."""
    claims = record.claims
    kept = claims[claims["measure"].isin(ARRESTED) & claims["population"].isin(WHOLE_SUBJECT)]
    exact = kept["hedge"].eq("exact").rename("exact")
    kept = kept.loc[exact.sort_values(ascending=False, kind="stable").index]
    return _dated(kept.drop_duplicates(["family", "measure", "kind"]))


def _gap(record: Record) -> pd.DataFrame:
    """Returned less arrested, under each reading of the count that is printed as both, and from each record.

    Arrests that fall into the time of the returns count in full, those that only overlap with it count between none and
    all. Of overlapping periods the one that reaches furthest back is kept, so that nobody is counted twice.
    """
    ambiguity = ambiguity_between(record, "measure", {"returned", "returned_arrested"})
    readings = record.each_reading(ambiguity) if ambiguity else {"": record}
    rows = []
    for (reading, read), scope in product(readings.items(), ("articles", WIDER_TOO)):
        other = read.under(read.scenario.with_choices(record=scope))
        counts = _arrested(other)
        counts = counts[counts["kind"].isin(["flow", "cumulative"]) & counts["lower"].notna()]
        for back in _returned(read.under(read.scenario.with_choices(record="articles"))).itertuples():
            inside, partly = _separate(counts, back)
            least, most = float(sum(a.lower for a in inside)), float(sum(a.upper for a in (*inside, *partly)))
            low, high = max(0.0, float(back.lower) - most), max(0.0, float(back.upper) - least)
            cited = [back.claim_id, *(a.claim_id for a in (*inside, *partly))]
            parts = [[a.claim_id, float(a.lower), float(a.upper), a in inside] for a in (*inside, *partly)]
            rows.append((reading, scope, back.claim_id, float(back.lower), float(back.upper), parts, low, high, "; ".join(cited)))  # fmt: skip
    columns = [
        "reading",
        "record",
        "returned",
        "returned_lower",
        "returned_upper",
        "arrests",
        "lower",
        "upper",
        "claims",
    ]
    return pd.DataFrame(rows, columns=columns)


def _separate(counts: pd.DataFrame, back: Any) -> tuple[list[Any], list[Any]]:
    """The counts of arrests that do not overlap: those up to the date of the returns, and those that go on after it."""
    inside: list[Any] = []
    partly: list[Any] = []
    begins = lambda row: row.start if not pd.isna(row.start) else pd.Timestamp.min
    for row in sorted(counts.itertuples(), key=lambda row: (row.day, begins(row), row.claim_id)):
        taken = [*inside, *partly]
        apart = all(begins(row) > other.day for other in taken)
        if apart and row.family != back.family and begins(row) <= back.day and as_float(row.upper) is not None:
            (inside if row.day <= back.day else partly).append(row)
    return inside, partly


def _tried(record: Record) -> pd.DataFrame:
    """A share of those who returned that was tried, of each count of returns in the articles, in people.

    ``beyond``: how many of them at least are not among a smaller count of arrests that the articles print.
    """
    claims = record.claims
    shares = claims[
        claims["measure"].isin(ARRESTED) & claims["base"].eq("returned") & claims["modality"].eq("reported")
    ]
    shares = shares[shares["lower"].lt(1)]
    arrests = claims[claims["measure"].eq("returned_arrested") & claims["kind"].eq("flow") & claims["upper"].notna()]
    ambiguity = ambiguity_between(record, "measure", {"returned", "returned_arrested"})
    if ambiguity:
        other = record.under(record.scenario.with_choices(**{ambiguity: "arrests"})).claims
        arrests = other[
            other["measure"].eq("returned_arrested") & other["kind"].eq("flow") & other["hedge"].eq("exact")
        ]
    largest = float(arrests["upper"].max()) if len(arrests) else None
    cited = list(arrests.loc[arrests["upper"].eq(largest), "claim_id"].head(1)) if largest is not None else []
    rows = []
    for share, back in product(shares.itertuples(), _returned(record).itertuples()):
        least = least_part(share.lower, share.hedge, back.lower)
        beyond = max(0.0, least - largest) if largest is not None else None
        names = "; ".join(dict.fromkeys([share.claim_id, back.claim_id, *cited]))
        rows.append((share.claim_id, back.claim_id, float(back.lower), float(least), largest, beyond, names))
    return pd.DataFrame(rows, columns=["share", "returned", "count", "least_tried", "arrests", "beyond", "claims"])


def _rivals(returned: pd.DataFrame) -> pd.DataFrame:
    """Counts of returns by different speakers within three months of each other that have no number in common.

    Two official counts of the same people are one series that grows, and no rivals.
    """
    rows = []
    for one, two in combinations(returned.drop_duplicates("family").itertuples(), 2):
        official = one.speaker_role == two.speaker_role == "official" and "moroccans_joined" not in (one.population, two.population)  # fmt: skip
        near = abs((two.day - one.day).days) <= SAME_DATE
        if near and not official and distance(bounds_of(one), bounds_of(two)) > 0:
            low, high = sorted((one, two), key=lambda row: row.lower)
            same = one.population == two.population or {one.population, two.population} <= set(WHOLE_SUBJECT[::2])
            apart = float(high.lower - low.upper), float(high.upper - low.lower)
            rows.append((low.claim_id, high.claim_id, low.day, *apart, same, f"{low.claim_id}; {high.claim_id}"))
    columns = ["lower_count", "higher_count", "day", "lower", "upper", "same_people", "claims"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["same_people", "day"], ascending=[False, True], kind="stable"
    )


def _nearest(returned: pd.DataFrame, arrested: pd.DataFrame) -> pd.DataFrame:
    """Pairs of a count of returns and one of arrests by what keeps them from being compared.

    ``obstacles`` names what differs: number (one of them is vague), share (arrests as a share), intent (arrests that are
    planned), start (arrests of a part of the time), date (more than three months apart), speaker (two speakers).
    ``lower`` and ``upper``: returned less arrested.
    """
    rows = []
    for back, held in product(returned.itertuples(), arrested.itertuples()):
        part = not pd.isna(held.start) and (pd.isna(back.start) or held.start > back.start) and held.kind == "flow"
        gap = max(0, (held.first - back.day).days, (back.first - held.day).days)
        obstacles = [
            name
            for name, there in {
                "number": held.hedge == "vague",
                "share": held.kind == "share",
                "intent": held.modality in ("intent", "forecast"),
                "start": part,
                "date": gap > SAME_DATE,
                "speaker": held.speaker != back.speaker,
            }.items()
            if there
        ]
        low = None if pd.isna(held.upper) or held.kind == "share" else max(0.0, float(back.lower - held.upper))
        high = None if pd.isna(held.lower) or held.kind == "share" else max(0.0, float(back.upper - held.lower))
        if held.family != back.family:
            rows.append((back.claim_id, held.claim_id, len(obstacles), "; ".join(obstacles), gap, low, high, f"{back.claim_id}; {held.claim_id}"))  # fmt: skip
    columns = ["returned", "arrested", "count", "obstacles", "days_apart", "lower", "upper", "claims"]
    frame = pd.DataFrame(rows, columns=columns).astype({"lower": "Float64", "upper": "Float64"})
    official = returned.set_index("claim_id")["speaker_role"].eq("official")
    frame["unofficial"] = [not official[claim] for claim in frame["returned"]]
    frame = frame.sort_values(["count", "days_apart", "unofficial", "returned"], kind="stable")
    return frame.drop(columns="unofficial").reset_index(drop=True)


def _cited(cells: Iterable[str]) -> list[str]:
    return [claim for cell in cells for claim in cell.split("; ")]


def _count(row: Any) -> dict[str, Any]:
    """A count for a template."""
    return {"claim": row.claim_id, "lower": as_float(row.lower), "upper": as_float(row.upper), "day": f"{row.day:%Y-%m-%d}",
            "start": None if pd.isna(row.start) else f"{row.start:%Y-%m-%d}", "hedge": row.hedge, "speaker": row.speaker}  # fmt: skip


def _returned_finding(both: Record, returned: pd.DataFrame) -> Iterator[Finding]:
    if returned.empty:
        return
    articles = returned[~returned["elsewhere"]]
    series = returned[returned["elsewhere"] & returned["speaker_role"].eq("official") & returned["population"].eq("moroccan_returnees")]  # fmt: skip
    values = {
        "articles": [_count(row) for row in articles.itertuples()],
        "series": [_count(row) for row in series.drop_duplicates("day").itertuples()],
    }
    shown = articles if len(articles) else returned
    bounds = float(shown["lower"].min()), as_float(shown["upper"].max())
    lines = int(returned["speaker"].nunique())
    yield make_finding(both, "returnees_and_arrests.returned", bounds, "people", returned["claim_id"], values, lines=min(lines, 2), agreement="medium")  # fmt: skip


def _arrested_finding(both: Record, record: Record, arrested: pd.DataFrame) -> Iterator[Finding]:
    counted = arrested[arrested["kind"].isin(["flow", "cumulative"]) & arrested["lower"].notna()]
    ambiguity = ambiguity_between(record, "measure", {"returned", "returned_arrested"})
    articles = record.under(
        record.scenario.with_choices(record="articles", **({ambiguity: "arrests"} if ambiguity else {}))
    )
    printed = _arrested(articles)
    printed = printed[printed["kind"].eq("flow") & printed["hedge"].eq("exact")]
    if counted.empty and printed.empty:
        return
    values = {
        "printed": [_count(row) for row in printed.itertuples()],
        "elsewhere": [_count(row) for row in counted[counted["elsewhere"]].itertuples()],
        "as_arrests": not ambiguity or record.scenario[ambiguity] == "arrests",
    }
    last = counted[counted["elsewhere"]].tail(1)
    bounds = (as_float(last["lower"].iloc[0]), as_float(last["upper"].iloc[0])) if len(last) else (None, None)
    cited = [*printed["claim_id"], *counted["claim_id"]]
    yield make_finding(both, "returnees_and_arrests.arrested", bounds, "people", cited, values, agreement="low" if ambiguity else "untested")  # fmt: skip


def _gap_finding(both: Record, record: Record, gap: pd.DataFrame) -> Iterator[Finding]:
    """One finding a count of returns in the articles, official ones first."""
    ambiguity = ambiguity_between(record, "measure", {"returned", "returned_arrested"})
    official = both.claims.set_index("claim_id")["speaker_role"].eq("official")
    order = sorted(gap["returned"].unique(), key=lambda claim: (not official[claim], claim))
    for place, claim in enumerate(order):
        rows = gap[gap["returned"].eq(claim)]
        chosen = record.scenario[ambiguity] if ambiguity else ""
        tell = lambda row: {
            "lower": row.lower, "upper": row.upper,
            "arrests": [{"claim": c, "lower": low, "upper": high, "inside": i} for c, low, high, i in row.arrests],
        }  # fmt: skip
        values = {
            "claim": claim,
            "returned": float(rows["returned_lower"].iloc[0]),
            "returned_upper": float(rows["returned_upper"].iloc[0]),
            "chosen": chosen,
            "contested": _contested(record, ambiguity),
            **_sum_of_returns(both, float(rows["returned_lower"].iloc[0]), _contested(record, ambiguity)),
            "answers": {
                reading or "only": {row.record: tell(row) for row in part.itertuples()}
                for reading, part in rows.groupby("reading", sort=False)
            },
        }
        row = rows[rows["reading"].eq(chosen) & rows["record"].eq(record.scenario["record"])].iloc[0]
        name = "gap" if place == 0 else f"gap.{claim.replace('.', '-')}"
        yield make_finding(both, f"returnees_and_arrests.{name}", (row["lower"], row["upper"]), "people", _cited(rows["claims"]), values, ["among_returned"], agreement="low" if ambiguity else "untested")  # fmt: skip


def _contested(record: Record, ambiguity: str) -> float | None:
    """The exact number that is printed as arrests and as returns."""
    if not ambiguity:
        return None
    claims = _arrested(record.under(record.scenario.with_choices(**{ambiguity: "arrests", "record": "articles"})))
    exact = claims.loc[claims["kind"].eq("flow") & claims["hedge"].eq("exact"), "lower"]
    return float(exact.iloc[0]) if len(exact) else None


def _sum_of_returns(both: Record, total: float, contested: float | None) -> dict[str, Any]:
    """An earlier count of returns that makes ``total`` together with the contested number, and its date."""
    for row in _returned(both).itertuples():
        if contested is not None and row.lower == row.upper == total - contested:
            return {"sum_of": float(row.lower), "sum_day": f"{row.day:%Y-%m-%d}"}
    return {"sum_of": None, "sum_day": ""}


def _tried_finding(both: Record, tried: pd.DataFrame) -> Iterator[Finding]:
    if tried.empty:
        return
    row = tried.loc[tried["least_tried"].idxmin()]
    values = {name: row[name] for name in ("share", "returned")}
    values |= {name: as_float(row[name]) for name in ("count", "least_tried", "arrests", "beyond")}
    bounds = float(row["least_tried"]), float(row["count"])
    yield make_finding(both, "returnees_and_arrests.tried", bounds, "people", _cited([row["claims"]]), values, ["tried_of_all"])  # fmt: skip


def _nearest_finding(both: Record, nearest: pd.DataFrame) -> Iterator[Finding]:
    if nearest.empty:
        return
    numbered = nearest[nearest["upper"].notna() & ~nearest["obstacles"].str.contains("start|share|number|intent")]
    row = (numbered if len(numbered) else nearest).iloc[0]
    values = {"returned": row["returned"], "arrested": row["arrested"], "obstacles": row["obstacles"].split("; ") if row["obstacles"] else [],
              "pairs": len(nearest), "comparable": int(nearest["count"].eq(0).sum())}  # fmt: skip
    frame = both.claims.set_index("claim_id")
    values |= {name: as_float(frame.loc[row[name], "lower"]) for name in ("returned", "arrested")} | {"returned_claim": row["returned"], "arrested_claim": row["arrested"]}  # fmt: skip
    bounds = as_float(row["lower"]), as_float(row["upper"])
    yield make_finding(both, "returnees_and_arrests.nearest", bounds, "people", _cited([row["claims"]]), values, ["among_returned"])  # fmt: skip


def _rivals_finding(both: Record, rivals: pd.DataFrame) -> Iterator[Finding]:
    if rivals.empty:
        return
    row = rivals.iloc[0]
    frame = both.claims.set_index("claim_id")
    ends = {name: bounds_of(frame.loc[row[f"{name}_count"]]) for name in ("lower", "higher")}
    values = {"low": ends["lower"][0], "high_lower": ends["higher"][0], "high_upper": ends["higher"][1],
              "low_claim": row["lower_count"], "high_claim": row["higher_count"], "day": f"{row['day']:%Y-%m-%d}"}  # fmt: skip
    yield make_finding(both, "returnees_and_arrests.rivals", (row["lower"], row["upper"]), "people", _cited([row["claims"]]), values, lines=2, agreement="low")  # fmt: skip
