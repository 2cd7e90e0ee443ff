"""Which figures look misprinted, mixed up or carried over?

Pointers for a reader, found by computing over whatever figures there are, so that a new figure needs no new code. None
is a verdict: a number can come up twice, and a remainder can be of parts that nobody states. Which figures contradict
each other, errors or not, is the question of :mod:`analysis.analyses.comparisons`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, groupby, permutations, product
from typing import Any

import pandas as pd

from analysis.analyses.comparisons import FAR, FIELDS, ONE_DATE, Above, contradictions, same_date, stated, terms_above
from analysis.analyses.rows import cached, grouped
from analysis.analyses.sum_checks import FITS, REST, plain, sum_checks
from analysis.evidence.hedges import COUNTED
from analysis.evidence.intervals import bounds_of, distance
from analysis.evidence.numerals import numbers_in
from analysis.evidence.record import Record

TELLING = 10
"""The least count that says something when it comes back: smaller ones are too common to tell."""

RARE = 100
"""The least count that, unless it ends in 0, hardly comes up twice by chance: it needs no other link."""

SMALL_REST = 0.2
"""Parts that leave no more of the whole than this may have been meant to make it up."""

YEAR, HALF_YEAR = pd.Timedelta(days=366), pd.Timedelta(days=183)

DOUBLE = 2.0
"""No official series doubled within half a year: a count that is off by this factor is far from it."""

_SHARE = re.compile(
    r"\d[\d.,]*\s?(%|per ?cent)|\bhalf\b|\b(an?|one|two|three)[ -](third|quarter|fifth|tenth)s?\b", re.IGNORECASE
)
_CHANGE = re.compile(
    r"\b(rose|rise|risen|rising|increas\w+|grew|grow\w*|up by|jump\w*|climb\w*|fell|fall|fallen|drop\w*|decreas\w+|"
    r"declin\w+|down by|higher|lower|hausse|augment\w+|baiss\w+)\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"\b(including|includes?|of whom|of which|of them|among them|dont|y compris)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(in addition|additional(ly)?|besides|plus|as well as|on top of|not (including|counting)|apart from|en plus|outre)\b",
    re.IGNORECASE,
)

Flag = tuple[str, str, str]
"""Kind, arithmetic, claims."""

Link = Callable[[Any, Any], bool]


@cached
def flags(record: Record) -> pd.DataFrame:
    """What is odd about the figures of a record, one row an oddity, in the order of the kinds below.

    Columns: kind, detail (the sum or difference, where there is one), claims. The kinds:
    ``contradiction``: a figure larger than one that counts all its people too, both of one side or far apart;
    ``far_off``: a count that is half or twice the official series of its measure and scope within half a year;
    ``parts_and_totals``: stated parts that do not make the stated total;
    ``remainder``: a count that equals what other figures leave; ``added_twice``: a count that equals a total and its parts;
    ``two_dates``, ``two_populations``, ``two_measures``: one number of two dates, two groups of people, two things;
    ``swapped_parts``: two statements with the same, or nearly the same, numbers for the same parts, exchanged;
    ``percentage_as_count``: a percentage taken for a number of people or the other way round; ``share_as_change``: a
    share taken for a rise or fall; ``share_of_another``: a share applied to a total that it is not of;
    ``inside_or_beside``: parts that one statement puts inside a total and another beside it.
    The people of a case are left out.
    """
    sums = sum_checks(record)
    figures = [one for one in stated(record) if one.value is not None]
    counts = [figure for figure in figures if figure.unit in COUNTED - {"rank"}]
    rows = [
        *_contradictions(record),
        *_far_off(counts),
        *_parts_and_totals(sums),
        *_remainders(counts, terms_above(record), sums),
        *(flag for kind in TWICE for flag in _twice(figures, kind)),
        *_swapped_parts(figures),
        *_shares(figures),
        *_inside_or_beside(counts),
    ]
    return pd.DataFrame(list(dict.fromkeys(rows)), columns=["kind", "detail", "claims"])


def _flag(kind: str, claims: Iterable[Any], detail: str = "") -> Flag:
    ordered = sorted(claims, key=lambda claim: (claim.last, claim.claim_id))
    return kind, detail, "; ".join(dict.fromkeys(claim.claim_id for claim in ordered))


def _rare(figure: Any) -> bool:
    """Whether a number hardly comes up twice by chance."""
    return bool(figure.value >= RARE and figure.value % 10)


def _scope(figure: Any) -> tuple[str, ...]:
    return tuple(getattr(figure, field) for field in FIELDS)


def _contradictions(record: Record) -> Iterator[Flag]:
    """One flag for each figure that contradicts more others than they do; for both where neither does.

    So a right figure is not named only because a wrong one was there before it.
    """
    odd = [pair for pair in contradictions(record) if pair.one_side or pair.factor >= FAR]
    times = Counter(claim for pair in odd for claim in (pair.part, pair.whole))
    seen: set[str] = set()
    for row in odd:
        most = max(times[row.part], times[row.whole])
        claims = "; ".join(claim for claim in (row.part, row.whole) if times[claim] == most)
        if claims not in seen:
            seen.add(claims)
            yield "contradiction", f"{plain(row.part_lower, '')} > {plain(row.whole_upper, '')}", claims


def _far_off(counts: Iterable[Any]) -> Iterator[Flag]:
    totals = (claim for claim in counts if claim.kind == "cumulative" and claim.value >= TELLING)
    for claims in grouped(totals, *FIELDS).values():
        official = [claim for claim in claims if claim.side == "officials"]
        for claim in claims:
            others = [o for o in official if o.family != claim.family and abs(o.last - claim.last) <= HALF_YEAR]
            near = min(others, key=lambda other: (abs(other.last - claim.last), other.claim_id), default=None)
            ratio = max(near.value / claim.value, claim.value / near.value) if near else 1.0
            if ratio >= DOUBLE and distance(bounds_of(near), bounds_of(claim)):
                yield _flag("far_off", [claim, near])


def _parts_and_totals(sums: Iterable[Any]) -> Iterator[Flag]:
    for row in sums:
        may_rest = row.verdict == REST and (row.tiled or row.gap <= SMALL_REST * row.total_lower)
        if row.verdict != FITS and (row.verdict != REST or may_rest):
            yield "parts_and_totals", row.sum, row.claims


def _remainders(counts: Iterable[Any], above: Above, sums: Iterable[Any]) -> Iterator[Flag]:
    """Counts that equal a total less one or two of its parts, or a total with its parts added once more.

    The total and its parts are of one side at one date, or two totals of one series; the count is of about that date and
    another part of the total in the same respect. Parts by place, population or window that some statement adds up to
    its total are no remainder; people who are left over when other measures are taken away are.
    """
    exact = [claim for claim in counts if claim.hedge == "exact" and claim.value >= TELLING]
    totals = {  # of one number that one side prints again, the first
        (_scope(claim), claim.value, claim.as_of, claim.side): claim
        for claim in reversed(exact)
        if claim.kind in ("cumulative", "stock")
    }
    printed = grouped(filter(_rare, exact), "value")
    inside = lambda small, large: all(getattr(large, f) in above[f][getattr(small, f)] for f in FIELDS)
    added = {row.sum for row in sums if row.verdict == FITS and row.by != "measure"}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for total in (claim for claim in totals.values() if claim.kind == "cumulative" and claim.value >= RARE):
        smaller = [p for p in totals.values() if p.value < total.value and p.side == total.side and inside(p, total)]
        parts = [part for part in smaller if same_date(part, total)]
        series = [(part,) for part in smaller if part.last < total.first and inside(total, part)]
        for chosen in (*series, *((part,) for part in parts), *combinations(parts, 2)):
            taken = sum(part.value for part in chosen)
            left = [
                c for c in printed.get(total.value - taken, ()) if inside(c, total) and _other_part(c, total, chosen)
            ]
            more = printed.get(total.value + taken, ()) if _differ(total, chosen) == "population" else ()
            more = [claim for claim in more if inside(total, claim)]
            for kind, sign, claims in (("remainder", " − ", left), ("added_twice", " + ", more)):
                for claim in claims:
                    near = total.first - ONE_DATE <= claim.last <= total.last + HALF_YEAR
                    ways = {_arithmetic(" + ", *order, total) for order in permutations((claim, *chosen))}
                    if near and not ways & added:
                        terms = sorted(chosen, key=lambda part: -part.value)
                        key = (kind, _arithmetic(sign, total, *terms, claim))
                        found.setdefault(key, {}).update({one.claim_id: one for one in (claim, total, *chosen)})
    for (kind, detail), rows in found.items():
        yield _flag(kind, rows.values(), detail)


def _differ(total: Any, parts: Iterable[Any]) -> str:
    """The one field in which all parts differ from their total and from each other; empty where there is none."""
    scopes = [_scope(part) for part in parts]
    fields = [f for f, of, *terms in zip(FIELDS, _scope(total), *scopes, strict=True) if set(terms) != {of}]
    if len(fields) != 1:
        return ""
    terms = {scope[FIELDS.index(fields[0])] for scope in (_scope(total), *scopes)}
    return fields[0] if len(terms) == len(scopes) + 1 else ""


def _other_part(claim: Any, total: Any, parts: tuple[Any, ...]) -> bool:
    """Whether a count is a part beside ``parts``, by the same field, or what came to an earlier total of the series."""
    if all(_scope(part) == _scope(total) for part in parts):
        return len(parts) == 1 and _scope(claim) == _scope(total)
    field = _differ(total, parts)
    loose = {"group", "place"} if field == "measure" else set()  # the sources slide between these
    others = all(getattr(claim, f) == getattr(total, f) for f in FIELDS if f != field and f not in loose)
    return bool(field) and others and getattr(claim, field) not in {getattr(p, field) for p in (total, *parts)}


def _arithmetic(sign: str, *claims: Any) -> str:
    *terms, result = (plain(claim.value, claim.unit) for claim in claims)
    return f"{sign.join(terms)} = {result}"


def repeated_values(figures: Iterable[Any], linked: Link) -> Iterator[tuple[Any, Any]]:
    """Pairs of figures that print one number in one unit and are of one family or ``linked``, in order of the numbers.

    Counts below 10 are too common to tell. Shares are round: they tell only where two statements are of one family.
    """
    printed = [
        one
        for one in figures
        if (one.unit in COUNTED and one.value >= TELLING)
        or (one.unit == "share" and one.hedge in ("exact", "about") and 0 < one.value < 1)
    ]
    number = lambda one: (one.unit, one.value)
    for (unit, _), group in groupby(sorted(printed, key=lambda one: (*number(one), one.claim_id)), key=number):
        for one, two in combinations(group, 2):
            family = one.family == two.family
            if (family and one.statement != two.statement) if unit == "share" else (family or linked(one, two)):
                yield one, two


def _twice(figures: Iterable[Any], kind: str) -> Iterator[Flag]:
    """The figures of one number that are alike and yet oddly paired, each set once; a rare number needs no other link."""
    linked, alike, odd = TWICE[kind]
    sets: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one, two in repeated_values(figures, lambda one, two: _rare(one) or linked(one, two)):
        key, other = (tuple(getattr(claim, field) for field in alike) for claim in (one, two))
        if key == other and odd(one, two):
            sets.setdefault((one.unit, one.value, *key), {}).update({one.claim_id: one, two.claim_id: two})
    for found in sets.values():
        yield _flag(kind, found.values())


def same_time(one: Any, two: Any) -> bool:
    """Whether two figures are coded with one window or, where they have none, one date."""
    when = [claim.as_of if pd.isna(claim.begins) else claim.period for claim in (one, two)]
    return bool(when[0] == when[1])


def _apart(one: Any, two: Any) -> bool:
    ends = max(one.first, two.first) - min(one.last, two.last)
    return bool(ends > ONE_DATE or max(one.begins, two.begins) - min(one.begins, two.begins) > ONE_DATE)


def _one_side(one: Any, two: Any) -> bool:  # a side may well count as many in two windows
    return bool(one.side == two.side and pd.isna(one.begins))


TWICE: dict[str, tuple[Link, tuple[str, ...], Link]] = {
    "two_dates": (_one_side, FIELDS, _apart),
    "two_populations": (same_time, ("measure",), lambda one, two: _scope(one) != _scope(two)),
    "two_measures": (same_time, (), lambda one, two: one.measure != two.measure),
}
"""Kinds of numbers that come twice: what links the two, the fields in which they are alike, and what is odd of them."""


def _swapped_parts(figures: Iterable[Any]) -> Iterator[Flag]:
    groups: dict[tuple[str, ...], dict[tuple[Any, ...], Any]] = {}
    for claim in (one for one in figures if one.value >= TELLING or one.unit == "share"):
        part = (claim.unit, *_scope(claim), "" if pd.isna(claim.begins) else claim.period)
        for statement in ((claim.statement,), (claim.statement, claim.side)):
            groups.setdefault(statement, {}).setdefault(part, claim)
    seen = set()
    for one, two in combinations(groups.values(), 2):
        shared = [part for part in one if part in two and one[part].value != two[part].value]
        parts, before = shared, None
        while parts != before:  # until each number of these parts in one statement is one of theirs in the other
            before = parts
            ones, twos = ({stated[part].value for part in parts} for stated in (one, two))
            parts = [part for part in parts if one[part].value in twos and two[part].value in ones]
        nearly = (list(pair) for pair in combinations(shared, 2) if _nearly_swapped(one, two, *pair))
        for found in [parts] if parts else nearly:
            claims = {stated[part].claim_id: stated[part] for part in found for stated in (one, two)}
            if frozenset(claims) not in seen:
                seen.add(frozenset(claims))
                yield _flag("swapped_parts", claims.values())


def _nearly_swapped(one: Any, two: Any, part: Any, other: Any) -> bool:
    """Whether the counts of two parts in two statements fit far better the other way round."""
    if sum(a != b for a, b in zip(part, other, strict=True)) != 1 or part[0] == "share":
        return False
    as_stated = abs(one[part].value - two[part].value) + abs(one[other].value - two[other].value)
    exchanged = abs(one[part].value - two[other].value) + abs(one[other].value - two[part].value)
    crossed = (one[part].value - one[other].value) * (two[part].value - two[other].value) < 0
    return bool(crossed and DOUBLE * exchanged < as_stated)


def _shares(figures: Iterable[Any]) -> Iterator[Flag]:
    """Percentages taken for counts, for changes, or for shares of another whole."""
    figures = list(figures)
    counts, shares = ([one for one in figures if one.unit in units] for units in (COUNTED, {"share"}))
    for count in counts:
        if _SHARE.search(count.phrase) and count.value not in _numbers(_SHARE.sub(" ", count.phrase)):
            yield _flag("percentage_as_count", [count])
    for share in shares:
        printed = _numbers(share.phrase)
        ratios = {round(part / whole, 2) for part, whole in permutations(printed, 2) if whole}
        own = {share.value, round(share.value, 2), share.value_to}
        if printed and not _SHARE.search(share.phrase) and not own & (printed | ratios):
            yield _flag("percentage_as_count", [share])
        if _CHANGE.search(share.phrase):
            same = [one for one in shares if (one.measure, one.value) == (share.measure, share.value)]
            yield _flag("share_as_change", [share, *same])
        alike = [one for one in counts if one.measure == share.measure and one.value >= TELLING]
        inside = [one for one in alike if one.begins <= share.last and one.last >= share.begins]  # NaT: never
        for count in alike:
            linked = count.family == share.family or count.statement == share.statement or count in inside
            if linked and count.value == round(100 * share.value, 9):
                yield _flag("percentage_as_count", [share, count])
        others = [o for o in alike if o.kind == "cumulative" and o.value >= RARE and o.value != share.base_n]
        for total, count in product(others if share.base == share.measure else (), inside):
            near = count.hedge == "exact" and abs(count.as_of_last - total.as_of_last) <= YEAR
            if near and abs(count.value - share.value * total.value) <= 0.5:
                yield _flag("share_of_another", [share, total, count], _arithmetic(" × ", share, total, count))


def _inside_or_beside(counts: Iterable[Any]) -> Iterator[Flag]:
    """Parts whose words put them beside a total, and inside it in another statement within a year."""
    counts = list(counts)
    beside, within = ([claim for claim in counts if words.search(claim.phrase)] for words in (_BESIDE, _INSIDE))
    for one in beside:
        others = [two for two in within if two.measure == one.measure and two.statement != one.statement]
        near = [two for two in others if abs(two.last - one.last) <= YEAR]
        if near:
            yield _flag("inside_or_beside", [one, *near])


def _numbers(phrase: str) -> set[float]:
    return {float(found) for found in numbers_in(phrase)}
