"""Which figures look misprinted, mixed up or carried over?

Pointers for a reader, found by computing over whatever claims there are, so that a new figure needs no new code. None
is a verdict: a number can come up twice, and a rest can be of parts that nobody states.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, groupby, permutations
from typing import Any

import pandas as pd

from analysis.analyses.finding import window
from analysis.analyses.sum_checks import FIELDS, scoped, statements, sum_checks
from analysis.evidence.dates import days
from analysis.evidence.hedges import COUNTED
from analysis.evidence.numerals import numbers_in
from analysis.evidence.record import Record

TELLING = 10
"""The least count that says something when it comes back: smaller ones are too common to tell."""

RARE = 100
"""The least count that, unless it ends in 0, hardly comes up twice by chance: it needs no other link."""

SMALL_REST = 0.2
"""Parts that leave no more of the whole than this may have been meant to make it up."""

ONE_DATE = pd.Timedelta(days=31)
"""Dates no further apart than this are taken for one."""

WHO = tuple(field for field in FIELDS if field != "measure")
"""The fields that say who is counted."""

_SHARE = re.compile(
    r"\d[\d.,]*\s?(%|per ?cent)|\bhalf\b|\b(an?|one|two|three)[ -](third|quarter|fifth|tenth)s?\b", re.IGNORECASE
)

Flag = tuple[str, str, str]
"""Kind, sentence, claims."""


def flags(record: Record) -> pd.DataFrame:
    """What is odd about the figures of a record, one row an oddity.

    Columns: kind, sentence, claims. The kinds: ``parts_and_totals``, stated parts that do not make the stated total;
    ``two_dates``, one number for one thing at two dates; ``two_populations`` and ``two_measures``, one number of two
    sets of persons or of two things; ``swapped_parts``, two statements with the same numbers for the same parts,
    exchanged; ``percentage_as_count``, a percentage taken for a number of persons or the other way round. The persons
    of a case are left out.
    """
    return record.cached(("flags", record.choice), lambda: _flags(record))  # type: ignore[no-any-return]


def _flags(record: Record) -> pd.DataFrame:
    claims = _figures(record)
    rows = [
        *_parts_and_totals(sum_checks(record), claims),
        *_two_dates(claims),
        *_two_populations(claims),
        *_two_measures(claims),
        *_swapped_parts(claims),
        *_percentage_as_count(claims),
    ]
    return pd.DataFrame(rows, columns=["kind", "sentence", "claims"])


def _figures(record: Record) -> pd.DataFrame:
    """The claims that print a number, with what links them, and the days between which each begins and ends."""
    claims = record.claims
    claims = scoped(record, claims[claims["value"].notna() & claims["case_id"].eq("")])
    statement, role, value = statements(claims), claims["speaker_role"], claims["value"]
    windowed = claims["kind"].isin(["flow", "share"]) & claims["period"].ne("")
    given = claims["as_of"].map(days)
    return claims.assign(
        statement=statement,
        speaker=claims["speaker"].mask(role.eq("official"), "officials").mask(role.eq("journalist"), statement),
        rare=claims["claim_id"].mask(value.ge(RARE) & value.mod(10).ne(0), ""),
        when=claims["period"].where(windowed, claims["as_of"]),
        told=claims["period"].map(window).where(windowed, "as of " + claims["as_of"]),
        begins=pd.to_datetime(claims["period_start"].where(windowed)),
        first=pd.to_datetime(claims["period_end"].where(windowed, given.str[0])),
        last=pd.to_datetime(claims["period_end"].where(windowed, given.str[1])),
    )


def twins(claims: pd.DataFrame, links: Iterable[str]) -> Iterator[tuple[Any, Any]]:
    """Pairs of claims that print one number in one unit and have one of ``links`` in common, in order of the numbers.

    Counts below 10 are too common to tell. Shares are round: they tell only where two statements are of one family.
    """
    count = claims["unit"].isin(COUNTED) & claims["value"].ge(TELLING)
    share = (
        claims["unit"].eq("share") & claims["hedge"].isin(["exact", "about"]) & claims["value"].between(0, 1, "neither")
    )
    printed = claims[count | share]
    again = printed[printed.duplicated(["unit", "value"], keep=False)].sort_values(["unit", "value", "claim_id"])
    for (unit, _), group in groupby(again.itertuples(), key=lambda claim: (claim.unit, claim.value)):
        for one, two in combinations(group, 2):
            if unit == "share":
                linked = one.family == two.family and one.statement != two.statement
            else:
                linked = any(getattr(one, link) == getattr(two, link) for link in links)
            if linked:
                yield one, two


def _twice(
    claims: pd.DataFrame, links: Iterable[str], alike: Iterable[str], odd: Callable[[Any, Any], bool]
) -> Iterator[list[Any]]:
    """The claims of one number that are alike and yet oddly paired, each set once."""
    sets: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one, two in twins(claims, links):
        key, other = (tuple(getattr(claim, field) for field in alike) for claim in (one, two))
        if key == other and odd(one, two):
            sets.setdefault((one.unit, one.value, *key), {}).update({one.claim_id: one, two.claim_id: two})
    for found in sets.values():
        yield list(found.values())


def _flag(kind: str, claims: Iterable[Any], what: str) -> Flag:
    claims = sorted(claims, key=lambda claim: (claim.last, claim.claim_id))
    told = ", ".join(f"'{claim.phrase}' ({claim.claim_id}, {claim.told})" for claim in claims)
    return kind, f"{told}: {what}.", "; ".join(claim.claim_id for claim in claims)


def _parts_and_totals(sums: pd.DataFrame, claims: pd.DataFrame) -> Iterator[Flag]:
    rest = sums["verdict"].eq("parts leave a rest") & sums["gap"].gt(SMALL_REST * sums["total_lower"])
    for row in sums[sums["verdict"].ne("adds up") & ~rest].itertuples():
        summed = claims[claims["claim_id"].isin(str(row.claims).split("; "))].itertuples()
        what = (
            f"{row.sum} by {row.by} against {row.whole}: {row.verdict}; a figure may be misprinted or of another scope"
        )
        yield _flag("parts_and_totals", summed, what)


def _two_dates(claims: pd.DataFrame) -> Iterator[Flag]:
    def apart(one: Any, two: Any) -> bool:
        ends = max(one.first, two.first) - min(one.last, two.last)
        return bool(ends > ONE_DATE or max(one.begins, two.begins) - min(one.begins, two.begins) > ONE_DATE)

    for found in _twice(claims, ("family", "speaker", "rare"), ("measure", *WHO), apart):
        what = "one number for one thing at two dates; nothing may have changed, or an old figure got a later date"
        yield _flag("two_dates", found, what)


def _two_populations(claims: pd.DataFrame) -> Iterator[Flag]:
    def others(one: Any, two: Any) -> bool:
        return any(getattr(one, field) != getattr(two, field) for field in WHO)

    for found in _twice(claims, ("family", "when", "rare"), ("measure",), others):
        terms = [list(dict.fromkeys(getattr(claim, field) for claim in found)) for field in WHO]
        differ = "; ".join(" and ".join(names) for names in terms if len(names) > 1)
        what = f"one number for {found[0].measure} of {differ}; a figure may have moved to other persons"
        yield _flag("two_populations", found, what.replace("_", " "))


def _two_measures(claims: pd.DataFrame) -> Iterator[Flag]:
    for found in _twice(claims, ("family", "when", "rare"), (), lambda one, two: one.measure != two.measure):
        measures = " and as ".join(dict.fromkeys(claim.measure for claim in found))
        what = f"one number as {measures}; one thing may have been taken for the other"
        yield _flag("two_measures", found, what.replace("_", " "))


def _swapped_parts(claims: pd.DataFrame) -> Iterator[Flag]:
    groups: dict[tuple[str, ...], dict[tuple[Any, ...], Any]] = {}
    for claim in claims[claims["value"].ge(TELLING) | claims["unit"].eq("share")].itertuples():
        part = (claim.unit, *(getattr(claim, field) for field in FIELDS), "" if pd.isna(claim.begins) else claim.when)
        for statement in ((claim.statement,), (claim.statement, claim.speaker)):
            groups.setdefault(statement, {}).setdefault(part, claim)
    seen = set()
    for one, two in combinations(groups.values(), 2):
        parts = [part for part in one if part in two and one[part].value != two[part].value]
        before = None
        while parts != before:  # until each number of these parts in one statement is one of theirs in the other
            before = parts
            ones, twos = ({said[part].value for part in parts} for said in (one, two))
            parts = [part for part in parts if one[part].value in twos and two[part].value in ones]
        found = {said[part].claim_id: said[part] for part in parts for said in (one, two)}
        if found and frozenset(found) not in seen:
            seen.add(frozenset(found))
            what = "the same numbers for the same parts, exchanged; one statement may have mixed them up"
            yield _flag("swapped_parts", found.values(), what)


def _percentage_as_count(claims: pd.DataFrame) -> Iterator[Flag]:
    counts = claims[claims["unit"].isin(COUNTED)]
    for count in counts.itertuples():
        if _SHARE.search(count.phrase) and count.value not in _numbers(_SHARE.sub(" ", count.phrase)):
            yield _flag("percentage_as_count", [count], f"a share is printed, a number of {count.unit} is coded")
    for share in claims[claims["unit"].eq("share")].itertuples():
        printed = _numbers(share.phrase)
        ratios = {round(part / whole, 2) for part, whole in permutations(printed, 2) if whole}
        if (
            printed
            and not _SHARE.search(share.phrase)
            and not {share.value, round(share.value, 2)} & (printed | ratios)
        ):
            yield _flag("percentage_as_count", [share], "a number is printed, a share is coded")
        number = round(100 * share.value, 9)
        said = counts["family"].eq(share.family) | counts["statement"].eq(share.statement)
        same = said & counts["measure"].eq(share.measure) & counts["value"].eq(number)
        for count in counts[same].itertuples() if number >= TELLING else ():
            what = "one number as a percentage and as a count; a percent sign may have been lost or added"
            yield _flag("percentage_as_count", [share, count], what)


def _numbers(phrase: str) -> set[float]:
    return {float(found) for found in numbers_in(phrase)}
