"""Do the parts that are stated add up to the totals that are stated?

Found by computing over scopes, windows and the trees of measures and terms, so that a new figure needs no new code.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, product
from typing import Any

from analysis.account.scopes import ancestors, last_day
from analysis.analyses.comparisons import FIELDS, stated
from analysis.analyses.rows import cached, grouped, kind, listed
from analysis.evidence.intervals import Bounds, bounds_of
from analysis.evidence.record import Record

FITS, EXCEED, REST, SHORT = "fits", "exceed", "rest", "short"
"""What stated parts do beside their stated total."""


Sum = kind("Sum", "whole by sum total_lower total_upper unit gap verdict tiled claims")
"""Stated parts against their stated total.

``gap``: the total less the parts, 0 where the intervals meet; ``verdict``: ``fits``, ``exceed`` (the parts are more than the
whole), ``rest`` (they leave some of it) or, of shares of one whole, ``short``. ``tiled``: whether the windows cover the
whole's, so that they must make it up.
"""


@cached
def sum_checks(record: Record) -> list[Any]:
    """Stated parts against stated totals: within a statement, and of what officials said in one month.

    A part shares every scope with its whole but one, where it is an exclusive part of it (measures.csv, codebook.csv),
    or falls in a window of its own within the whole's.
    """
    claims = [claim for claim in stated(record) if claim.lower is not None and claim.upper is not None]
    official = [claim for claim in claims if claim.speaker_role == "official"]
    flows = [claim for claim in official if claim.kind == "flow" and claim.period_start]
    months = grouped(official, key=lambda claim: claim.as_of[:7])
    # what fell in a window does not depend on when it was stated
    groups = [*grouped(claims, "statement").values(), *months.values(), *grouped(flows, "measure").values()]
    above = _exclusive_parts(record)
    rows: dict[tuple[object, ...], Any] = {}
    for group in groups:
        for row in _sums_of(group, above):
            rows.setdefault((row.by, row.sum, row.total_lower, row.total_upper), row)
    return list(rows.values())


def _exclusive_parts(record: Record) -> dict[str, dict[str, str]]:
    """Per field: each exclusive term and its whole."""
    measures = record.measures.assign(field="measure", term=record.measures["measure"])
    above: dict[str, dict[str, str]] = {field: {} for field in FIELDS}
    for row in (*listed(record.reported["codebook"]), *listed(measures)):
        if row.exclusive and row.part_of and row.field in above:
            above[row.field][row.term] = row.part_of
    return above


def _sums_of(claims: list[Any], above: Mapping[str, Mapping[str, str]]) -> Iterator[Any]:
    totals = [c for c in claims if c.kind in ("stock", "cumulative") or (c.kind == "flow" and c.period)]
    for whole in totals:
        for field, tree in above.items():
            inside = lambda term: getattr(whole, field) in [*ancestors(term, tree)][1:]  # noqa: B023
            parts = (p for p in claims if _alike(p, whole, field) and _together(p, whole))
            below = grouped([part for part in parts if inside(getattr(part, field))], field)
            top = [parts for term, parts in below.items() if not {*below} & {*[*ancestors(term, tree)][1:]}]
            yield from _rows(whole, field, top)
        flows = (part for part in claims if part.kind == "flow" and part.period_start and _alike(part, whole))
        windows = grouped([part for part in flows if _falls_in(part, whole)], "period_start", "period_end")
        for chosen in _disjoint(sorted(windows)):
            tiled = _tile(chosen, whole)
            for row in _rows(whole, "window", [windows[window] for window in chosen], tiled):
                if whole.kind != "flow" or tiled or row.verdict == EXCEED:  # what is left of a window may be right
                    yield row
    yield from _shares_of(claims)


def _together(part: Any, whole: Any) -> bool:
    """Whether part and whole are of one time: both counted at a date, or over one window."""
    if whole.kind == "flow":
        return bool(part.kind == "flow" and part.period == whole.period)
    return part.kind in {"stock", "cumulative"}


def _falls_in(part: Any, whole: Any) -> bool:
    """Whether the window of a part lies within the time of its whole, and is not all of it."""
    if whole.kind != "flow":
        return bool(part.period_start <= last_day(whole.as_of))
    inside = whole.period_start <= part.period_start and part.period_end <= whole.period_end
    return bool(inside and part.period != whole.period)


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


def _tile(windows: Sequence[Window], whole: Any) -> bool:
    """Whether windows leave no day of the whole's window uncovered, so that they must make it up."""
    if whole.kind != "flow" or (windows[0][0], windows[-1][1]) != (whole.period_start, whole.period_end):
        return False
    return all((date.fromisoformat(b[0]) - date.fromisoformat(a[1])).days == 1 for a, b in pairwise(windows))


def _alike(part: Any, whole: Any, but: str = "") -> bool:
    fields = (name for name in (*FIELDS, "unit") if name != but)
    return part.claim_id != whole.claim_id and all(getattr(part, name) == getattr(whole, name) for name in fields)


def _shares_of(claims: list[Any]) -> Iterator[Any]:
    """Shares of one whole by origin, or by window, against 1."""
    shares = [claim for claim in claims if claim.unit == "share" and claim.base == claim.measure]
    for by, others in (("origin", ("measure", "population", "place", "group", "period")), ("period", FIELDS)):
        for group in grouped(shares, *others).values():
            if len({getattr(share, by) for share in group}) == len(group) > 2:
                yield _row("", "window" if by == "period" else by, group, (1.0, 1.0), False)


def _rows(whole: Any, field: str, parts: list[list[Any]], tiled: bool = False) -> Iterator[Any]:
    """One row for each choice of one claim a part; two parts at least."""
    if len(parts) > 1:
        for chosen in product(*({(p.lower, p.upper): p for p in part}.values() for part in parts)):
            yield _row(whole.claim_id, field, chosen, bounds_of(whole), tiled)


def _row(whole: str, field: str, parts: Sequence[Any], total: Bounds, tiled: bool) -> Any:
    low, high = (round(sum(getattr(part, bound) for part in parts), 9) for bound in ("lower", "upper"))
    least, most = total
    assert least is not None and most is not None
    verdict, gap = FITS, 0.0
    if low > most:
        verdict, gap = EXCEED, most - low
    elif high < least:
        verdict, gap = (REST if whole else SHORT), least - high
    unit = parts[0].unit
    values = [part.value for part in parts]
    printed = f"{' + '.join(plain(value, unit) for value in values)} = {plain(sum(values), unit)}"
    ids = "; ".join([*([whole] if whole else []), *sorted(part.claim_id for part in parts)])
    return Sum(whole, field, printed, least, most, unit, gap, verdict, tiled, ids)


def plain(value: float, unit: str) -> str:
    """A number in a sum: 1,631, or 16% of a share."""
    return f"{100 * value:.3g}%" if unit == "share" else f"{value:,.0f}"
