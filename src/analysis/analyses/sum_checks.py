"""Do the parts that are stated add up to the totals that are stated?

Found by computing over scopes, windows and the trees of measures and terms, so that a new figure needs no new code.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import Any

import pandas as pd

from analysis.account.model import SAME, THEATRE, WHOLE, last_day, up
from analysis.analyses.finding import number
from analysis.evidence.intervals import Bounds, bounds_of
from analysis.evidence.record import Record

FIELDS = ("measure", "place", "origin", "group", "population")
"""The ways in which a count can be a part of another, beside its window."""


def sum_checks(record: Record) -> pd.DataFrame:
    """Stated parts against stated totals: within a statement, and of what officials said in one month.

    A part shares every scope with its whole but one, where it is an exclusive part of it (measures.csv, codebook.csv),
    or falls in a window of its own within the whole's. ``gap``: the total less the parts, 0 where the intervals meet;
    ``verdict``: ``adds up``, ``parts exceed the whole``, ``parts leave a rest``, or, of shares of one whole, ``parts
    fall short``. Fighters and returnees are taken for all who joined, wherever returns and arrests fall.
    """
    claims = record.claims
    claims = scoped(record, claims[claims["lower"].notna() & claims["upper"].notna() & claims["case_id"].eq("")])
    official = claims[claims["speaker_role"].eq("official")]
    groups = [*claims.groupby(statements(claims), sort=False), *official.groupby(official["as_of"].str[:7], sort=False)]
    trees = _trees(record)
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for _, group in groups:
        for row in _sums_of(group.to_dict("records"), trees):
            rows.setdefault((row["by"], row["sum"], row["total_lower"], row["total_upper"]), row)
    columns = ["whole", "by", "sum", "total_lower", "total_upper", "sum_lower", "sum_upper", "gap", "verdict", "claims"]
    return pd.DataFrame(rows.values(), columns=columns)


def statements(claims: pd.DataFrame) -> pd.Series:
    """The statement that each claim is part of: the article, or the statement among the figures published elsewhere."""
    return claims["source_id"].where(claims["source_id"].ne("wider"), claims.get("statement", ""))


def scoped(record: Record, claims: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with fighters and returnees as all who joined, and returns and arrests in the theatre of the war."""
    narrow, wide = SAME["population"]
    measures = dict(zip(record.measures["measure"], record.measures["part_of"], strict=True))
    theatres = _terms(record, "place")
    abroad = claims["place"].isin([place for place in theatres if "syria_iraq_libya" in up(place, theatres)])
    of_them = claims["measure"].isin([measure for measure in measures if WHOLE in up(measure, measures)])
    return claims.assign(
        population=claims["population"].mask(claims["population"].isin([narrow, "moroccan_returnees"]), wide),
        place=claims["place"].mask(of_them & ~abroad, THEATRE),
    )


def _terms(record: Record, field: str) -> dict[str, str]:
    terms = record.reported["codebook"]
    terms = terms[terms["field"].eq(field)]
    return dict(zip(terms["term"], terms["part_of"], strict=True))


def _trees(record: Record) -> dict[str, dict[str, str]]:
    """Per field: each exclusive term and its whole."""
    codebook = record.reported["codebook"].rename(columns={"term": "name"})
    measures = record.measures.rename(columns={"measure": "name"}).assign(field="measure")
    both = pd.concat([codebook, measures], ignore_index=True)
    both = both[both["exclusive"].astype(bool) & both["part_of"].ne("")]
    return {field: dict(zip(rows["name"], rows["part_of"], strict=True)) for field, rows in both.groupby("field")}


Stated = dict[str, Any]


def _sums_of(stated: list[Stated], trees: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    counts = [claim for claim in stated if claim["kind"] in {"stock", "cumulative"}]
    flows = [claim for claim in stated if claim["kind"] == "flow" and claim["period_start"]]
    for whole in counts:
        for field in FIELDS:
            tree = trees.get(field, {})
            below: dict[str, list[Stated]] = {}
            for part in counts:
                if (
                    part["unit"] == whole["unit"]
                    and _alike(part, whole, field)
                    and whole[field] in [*up(part[field], tree)][1:]
                ):
                    below.setdefault(part[field], []).append(part)
            top = [parts for term, parts in below.items() if not set(below) & {*[*up(term, tree)][1:]}]
            yield from _rows(whole, field, top)
        inside = [
            f
            for f in flows
            if f["unit"] == whole["unit"] and _alike(f, whole) and f["period_start"] <= last_day(whole["as_of"])
        ]
        windows: dict[tuple[str, str], list[Stated]] = {}
        for flow in inside:
            windows.setdefault((flow["period_start"], flow["period_end"]), []).append(flow)
        if all(later[0] > earlier[1] for earlier, later in pairwise(sorted(windows))):
            yield from _rows(whole, "window", [windows[window] for window in sorted(windows)])
    yield from _shares_of(stated)


def _alike(part: Stated, whole: Stated, but: str = "") -> bool:
    return part["claim_id"] != whole["claim_id"] and all(part[name] == whole[name] for name in FIELDS if name != but)


def _shares_of(stated: list[Stated]) -> Iterator[dict[str, Any]]:
    """Shares of one whole by origin, or by window, against 1."""
    shares = [claim for claim in stated if claim["unit"] == "share" and claim["base"] == claim["measure"]]
    for by, others in (("origin", ("measure", "population", "place", "group", "period")), ("period", FIELDS)):
        groups: dict[tuple[str, ...], list[Stated]] = {}
        for share in shares:
            groups.setdefault(tuple(share[name] for name in others), []).append(share)
        for group in groups.values():
            if len({share[by] for share in group}) == len(group) > 2:
                yield _row(f"all {group[0]['measure']}", "window" if by == "period" else by, group, (1.0, 1.0))


def _rows(whole: Stated, field: str, parts: list[list[Stated]]) -> Iterator[dict[str, Any]]:
    """One row for each choice of one claim a part; two parts at least."""
    if len(parts) > 1:
        for chosen in product(*({(p["lower"], p["upper"]): p for p in part}.values() for part in parts)):
            yield _row(f"'{whole['phrase']}' ({whole['claim_id']})", field, chosen, bounds_of(whole), whole["claim_id"])


def _row(whole: str, field: str, parts: Iterable[Stated], total: Bounds, claim: str = "") -> dict[str, Any]:
    parts = list(parts)
    low, high = (round(sum(float(part[bound]) for part in parts), 9) for bound in ("lower", "upper"))
    least, most = total
    assert least is not None and most is not None
    verdict, gap = "adds up", 0.0
    if low > most:
        verdict, gap = "parts exceed the whole", most - low
    elif high < least:
        verdict, gap = ("parts leave a rest" if claim else "parts fall short"), least - high
    unit = parts[0]["unit"]
    told = " + ".join(number(part["value"], unit) for part in parts)
    return {
        "whole": whole,
        "by": field,
        "sum": f"{told} = {number(sum(float(part['value']) for part in parts), unit)}",
        "total_lower": least,
        "total_upper": most,
        "sum_lower": low,
        "sum_upper": high,
        "gap": gap,
        "verdict": verdict,
        "claims": "; ".join([*([claim] if claim else []), *sorted(part["claim_id"] for part in parts)]),
    }
