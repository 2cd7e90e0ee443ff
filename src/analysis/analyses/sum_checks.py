"""Do the parts that are stated add up to the totals that are stated?

Found by computing over scopes, windows and the trees of measures and terms, so that a new figure needs no new code.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise, product
from typing import Any

import pandas as pd

from analysis.account.scopes import SAME, THEATRE, WHOLE, ancestors, last_day
from analysis.evidence.intervals import Bounds, bounds_of
from analysis.evidence.record import Record

FIELDS = ("measure", "place", "origin", "group", "population")
"""The ways in which a count can be a part of another, beside its window."""

FITS, EXCEED, REST, SHORT = "fits", "exceed", "rest", "short"
"""What stated parts do beside their stated total."""


def sum_checks(record: Record) -> pd.DataFrame:
    """Stated parts against stated totals: within a statement, and of what officials said in one month.

    A part shares every scope with its whole but one, where it is an exclusive part of it (measures.csv, codebook.csv),
    or falls in a window of its own within the whole's. ``gap``: the total less the parts, 0 where the intervals meet;
    ``verdict``: ``fits``, ``exceed`` (the parts are more than the whole), ``rest`` (they leave some of it) or, of shares
    of one whole, ``short``. ``tiled``: whether the windows cover the whole's, so that they must make it up. Fighters and
    returnees are taken for all who joined, wherever returns and arrests fall.
    """
    claims = record.claims
    claims = scoped(record, claims[claims["lower"].notna() & claims["upper"].notna() & claims["case_id"].eq("")])
    official = claims[claims["speaker_role"].eq("official")]
    flows = official[official["kind"].eq("flow") & official["period_start"].ne("")]
    groups = [
        *claims.groupby(statements(claims), sort=False),
        *official.groupby(official["as_of"].str[:7], sort=False),
        *flows.groupby("measure", sort=False),  # what fell in a window does not depend on when it was stated
    ]
    above = _exclusive_parts(record)
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for _, group in groups:
        for row in _sums_of(group.astype(object).to_dict("records"), above):
            rows.setdefault((row["by"], row["sum"], row["total_lower"], row["total_upper"]), row)
    columns = ["whole", "by", "sum", "total_lower", "total_upper", "unit", "gap", "verdict", "tiled", "claims"]
    return pd.DataFrame(rows.values(), columns=columns).astype({"tiled": bool})


def statements(claims: pd.DataFrame) -> pd.Series:
    """The statement that each claim is part of: the article, or the statement among the figures published elsewhere."""
    return claims["source_id"].where(claims["source_id"].ne("wider"), claims.get("statement", ""))


def scoped(record: Record, claims: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with fighters and returnees as all who joined, and returns and arrests in the theatre of the war."""
    narrow, wide = SAME["population"]
    measures = dict(zip(record.measures["measure"], record.measures["part_of"], strict=True))
    theatres = _terms(record, "place")
    abroad = claims["place"].isin([place for place in theatres if "syria_iraq_libya" in ancestors(place, theatres)])
    of_them = claims["measure"].isin([measure for measure in measures if WHOLE in ancestors(measure, measures)])
    return claims.assign(
        population=claims["population"].mask(claims["population"].isin([narrow, "moroccan_returnees"]), wide),
        place=claims["place"].mask(of_them & ~abroad, THEATRE),
    )


def trees(record: Record) -> dict[str, dict[str, str]]:
    """Per field: each term, and the term whose people include its people."""
    measures = dict(zip(record.measures["measure"], record.measures["part_of"], strict=True))
    return {"measure": measures} | {field: _terms(record, field) for field in FIELDS if field != "measure"}


def _terms(record: Record, field: str) -> dict[str, str]:
    terms = record.reported["codebook"]
    terms = terms[terms["field"].eq(field)]
    return dict(zip(terms["term"], terms["part_of"], strict=True))


def _exclusive_parts(record: Record) -> dict[str, dict[str, str]]:
    """Per field: each exclusive term and its whole."""
    codebook = record.reported["codebook"].rename(columns={"term": "name"})
    measures = record.measures.rename(columns={"measure": "name"}).assign(field="measure")
    both = pd.concat([codebook, measures], ignore_index=True)
    both = both[both["exclusive"].astype(bool) & both["part_of"].ne("")]
    return {field: dict(zip(rows["name"], rows["part_of"], strict=True)) for field, rows in both.groupby("field")}


Stated = dict[str, Any]


def _sums_of(stated: list[Stated], above: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    for whole in stated:
        if whole["kind"] not in {"stock", "cumulative", "flow"} or (whole["kind"] == "flow" and not whole["period"]):
            continue
        for field in FIELDS:
            tree = above.get(field, {})
            below: dict[str, list[Stated]] = {}
            for part in stated:
                if (
                    _together(part, whole)
                    and _alike(part, whole, field)
                    and whole[field] in [*ancestors(part[field], tree)][1:]
                ):
                    below.setdefault(part[field], []).append(part)
            top = [parts for term, parts in below.items() if not set(below) & {*[*ancestors(term, tree)][1:]}]
            yield from _rows(whole, field, top)
        windows: dict[tuple[str, str], list[Stated]] = {}
        for part in stated:
            if part["kind"] == "flow" and part["period_start"] and _alike(part, whole) and _falls_in(part, whole):
                windows.setdefault((part["period_start"], part["period_end"]), []).append(part)
        for chosen in _disjoint(sorted(windows)):
            tiled = _tile(chosen, whole)
            for row in _rows(whole, "window", [windows[window] for window in chosen], tiled):
                if (
                    whole["kind"] != "flow" or tiled or row["verdict"] == EXCEED
                ):  # what is left of a window may be right
                    yield row
    yield from _shares_of(stated)


def _together(part: Stated, whole: Stated) -> bool:
    """Whether part and whole are of one time: both counted at a date, or over one window."""
    if whole["kind"] == "flow":
        return bool(part["kind"] == "flow" and part["period"] == whole["period"])
    return part["kind"] in {"stock", "cumulative"}


def _falls_in(part: Stated, whole: Stated) -> bool:
    """Whether the window of a part lies within the time of its whole, and is not all of it."""
    if whole["kind"] != "flow":
        return bool(part["period_start"] <= last_day(whole["as_of"]))
    inside = whole["period_start"] <= part["period_start"] and part["period_end"] <= whole["period_end"]
    return bool(inside and part["period"] != whole["period"])


Window = tuple[str, str]


def _disjoint(windows: list[Window]) -> list[tuple[Window, ...]]:
    """The longest rows of windows that do not overlap: all of them, or those that begin with each."""
    rows: dict[tuple[Window, ...], None] = {}
    for first in windows:
        row = [first]
        for later in windows:
            if later[0] > row[-1][1]:
                row.append(later)
        if not any(set(row) < set(other) for other in rows):
            rows[tuple(row)] = None
    return list(rows)


def _tile(windows: Iterable[Window], whole: Stated) -> bool:
    """Whether windows leave no day of the whole's window uncovered, so that they must make it up."""
    ordered = list(windows)
    if whole["kind"] != "flow" or (ordered[0][0], ordered[-1][1]) != (whole["period_start"], whole["period_end"]):
        return False
    return all((date.fromisoformat(b[0]) - date.fromisoformat(a[1])).days == 1 for a, b in pairwise(ordered))


def _alike(part: Stated, whole: Stated, but: str = "") -> bool:
    fields = (name for name in (*FIELDS, "unit") if name != but)
    return part["claim_id"] != whole["claim_id"] and all(part[name] == whole[name] for name in fields)


def _shares_of(stated: list[Stated]) -> Iterator[dict[str, Any]]:
    """Shares of one whole by origin, or by window, against 1."""
    shares = [claim for claim in stated if claim["unit"] == "share" and claim["base"] == claim["measure"]]
    for by, others in (("origin", ("measure", "population", "place", "group", "period")), ("period", FIELDS)):
        groups: dict[tuple[str, ...], list[Stated]] = {}
        for share in shares:
            groups.setdefault(tuple(share[name] for name in others), []).append(share)
        for group in groups.values():
            if len({share[by] for share in group}) == len(group) > 2:
                yield _row("", "window" if by == "period" else by, group, (1.0, 1.0), False)


def _rows(whole: Stated, field: str, parts: list[list[Stated]], tiled: bool = False) -> Iterator[dict[str, Any]]:
    """One row for each choice of one claim a part; two parts at least."""
    if len(parts) > 1:
        for chosen in product(*({(p["lower"], p["upper"]): p for p in part}.values() for part in parts)):
            yield _row(whole["claim_id"], field, chosen, bounds_of(whole), tiled)


def _row(whole: str, field: str, parts: Iterable[Stated], total: Bounds, tiled: bool) -> dict[str, Any]:
    parts = list(parts)
    low, high = (round(sum(float(part[bound]) for part in parts), 9) for bound in ("lower", "upper"))
    least, most = total
    assert least is not None and most is not None
    verdict, gap = FITS, 0.0
    if low > most:
        verdict, gap = EXCEED, most - low
    elif high < least:
        verdict, gap = (REST if whole else SHORT), least - high
    unit = parts[0]["unit"]
    values = [float(part["value"]) for part in parts]
    return {
        "whole": whole,
        "by": field,
        "sum": f"{' + '.join(plain(value, unit) for value in values)} = {plain(sum(values), unit)}",
        "total_lower": least,
        "total_upper": most,
        "unit": unit,
        "gap": gap,
        "verdict": verdict,
        "tiled": tiled,
        "claims": "; ".join([*([whole] if whole else []), *sorted(part["claim_id"] for part in parts)]),
    }


def plain(value: float, unit: str) -> str:
    """A number in a sum: 1,631, or 16% of a share."""
    return f"{100 * value:.3g}%" if unit == "share" else f"{value:,.0f}"
