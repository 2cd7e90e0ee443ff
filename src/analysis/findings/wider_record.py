"""What do the figures published elsewhere confirm, what do they contradict, and where do the articles' figures come from?

The wider record is read beside the five articles, never mixed into their runs. Everything is found by computing over
statements, scopes and dates, so that a new figure needs no new code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.evidence.periods import days
from analysis.evidence.record import WIDER_TOO, Record
from analysis.findings import accounting, deaths_by_year, returnees_and_arrests
from analysis.findings.accounting import explained
from analysis.findings.book import SAME, Book, last_day
from analysis.findings.finding import (
    WHOLE_SUBJECT,
    Finding,
    counts,
    finding,
    how_many,
    in_words,
    number,
    optional,
    said,
)
from analysis.findings.sums import FIELDS, Bounds, bounds_of, sum_checks

PARAMETERS = (
    "count_1631",
    "deaths_total",
    "half_of_whom",
    "libya_1668",
    "seventy_and_71",
    "seventy_one_counts",
    "shares_2014_2015",
    "shares_base",
    "women_and_minors",
    "set_to_return",
    "revision",
    "same_date",
    "about_width",
    "sources",
)
"""The parameters of the notebook."""

SERIES = ("departed", "killed", "returned")
"""The cumulative counts that officials gave year after year."""


@dataclass(frozen=True)
class WiderRecord:
    """The tables behind the findings.

    ``said``: the figures. ``series``: the official cumulative counts and, beside them, those of the articles.
    ``falls``: official counts below an earlier one. ``origins``: what each count of the articles goes back to, and
    whether a newer official count was out. ``bases``: shares printed without the base that another printing gives.
    ``one_number``: one number under two measures. ``women_and_minors``: totals with them inside or beside.
    ``sums``: stated parts against stated totals. ``contradictions``: claims of the articles that cannot stand beside an official figure.
    ``stands``: what becomes of the main findings.
    """

    said: pd.DataFrame
    series: pd.DataFrame
    falls: pd.DataFrame
    origins: pd.DataFrame
    bases: pd.DataFrame
    one_number: pd.DataFrame
    women_and_minors: pd.DataFrame
    sums: pd.DataFrame
    contradictions: pd.DataFrame
    stands: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> WiderRecord:
    """The wider record beside the articles of ``record``, under its scenario."""
    both = record.under(record.scenario.but(record=WIDER_TOO))
    wide, articles = both.claims[_is_wider(both.claims)], both.claims[~_is_wider(both.claims)]
    series = _series(both)
    falls = _falls(wide)
    origins = _origins(articles, wide, record.scenario["revision"], _windows(record))
    bases = _bases(record, wide)
    one_number = _one_number(both.claims)
    minors = _women_and_minors(wide)
    sums = sum_checks(both)
    conflicts = _contradictions(both)
    stands = _stands(record, both, wide, conflicts)
    findings = (
        _series_finding(both, series, falls),
        _origin_finding(both, origins),
        *_stale_finding(both, origins),
        *_base_finding(both, bases),
        *_number_finding(both, one_number),
        *_minors_finding(both, minors),
        _sum_finding(both, sums),
        _conflict_finding(both, conflicts),
        _stands_finding(both, stands),
    )
    return WiderRecord(
        said(both, wide), series, falls, origins, bases, one_number, minors, sums, conflicts, stands, findings
    )


def _is_wider(claims: pd.DataFrame) -> pd.Series:
    return claims["source_id"].eq("wider")


def _main(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims of the whole subject: no part of it by place, group, origin, sex or age."""
    return claims[
        claims["population"].isin(WHOLE_SUBJECT)
        & claims["origin"].eq("morocco")
        & ~claims["place"].isin(["syria", "iraq", "libya"])
    ]


def _series(both: Record) -> pd.DataFrame:
    """Official cumulative counts of the whole subject and the articles' own. Columns: measure, claim, date, bounds, who."""
    claims = _main(counts(both))
    claims = claims[claims["measure"].isin(SERIES) & claims["kind"].isin(["cumulative", "stock"])]
    wider = _is_wider(claims)
    kept = claims[~wider | (claims["attribution_type"].eq("official") & claims["group"].eq("any"))]
    frame = kept.assign(
        date=kept["as_of"].map(last_day), record=_is_wider(kept).map({True: "official", False: "articles"})
    )
    columns = ["measure", "claim_id", "phrase", "date", "lower", "upper", "attributed_to", "family", "record"]
    return frame.sort_values(["measure", "date", "claim_id"])[columns].reset_index(drop=True)


def _falls(wide: pd.DataFrame) -> pd.DataFrame:
    """Official cumulative counts of the series that are below the one before, both of grade A and of one scope."""
    official = _main(
        wide[wide["attribution_type"].eq("official") & wide["kind"].eq("cumulative") & wide["grade"].eq("A")]
    )
    official = official[official["measure"].isin(SERIES) & official["lower"].notna()]
    official = official.assign(
        date=official["as_of"].map(last_day),
        first=[str(days(as_of)[0]) for as_of in official["as_of"]],
        scope=official[list(FIELDS)].agg(" ".join, axis=1),
    )
    rows = []
    for _, group in official.sort_values(["date", "claim_id"]).groupby("scope", sort=False):
        for before, after in pairwise(group.drop_duplicates(["date", "lower", "upper"]).itertuples()):
            if optional(after.upper) is not None and after.upper < before.lower and after.first > before.date:
                what = f"{after.measure} ({after.population})".replace("_", " ")
                speakers = f"{before.attributed_to}; {after.attributed_to}"
                rows.append(
                    (
                        what,
                        before.claim_id,
                        after.claim_id,
                        before.as_of,
                        after.as_of,
                        before.lower - after.upper,
                        speakers,
                    )
                )
    return pd.DataFrame(rows, columns=["what", "claim", "later_claim", "as_of", "later_as_of", "falls_by", "said_by"])


def _stale(claim: Any, origin: pd.Series, printed: Mapping[str, str]) -> bool:
    """Whether a statement is given as of a later date than its own, by more than a month.

    A flow is stale where its window, as the article prints it, ends later than that of the statement.
    """
    own, given = (
        (origin["period_end"], printed[claim.claim_id])
        if claim.kind == "flow"
        else (last_day(origin["as_of"]), last_day(claim.as_of))
    )
    return bool(own and given and (pd.Timestamp(given) - pd.Timestamp(own)).days > 31)


def _origins(articles: pd.DataFrame, wide: pd.DataFrame, revision: float, printed: Mapping[str, str]) -> pd.DataFrame:
    """What each count of the articles goes back to: the same statement elsewhere, or the official count nearest to it.

    An official count is near if it is no further off than the revision of a cumulative count; that it is near or fits
    does not make it the origin. ``stale``: the same statement, given as of a later date than its own.

    ``newer``: the official count of the same measure that was the last before the article, where it is another one;
    ``stale_by``: how many persons the article is then behind.
    """
    rows = []
    official = _main(wide[wide["attribution_type"].eq("official") & wide["kind"].ne("share") & wide["lower"].notna()])
    official = official.assign(date=official["as_of"].map(last_day)).sort_values(["date", "claim_id"])
    numbered = articles[
        articles["unit"].isin(["persons", "cells"]) & articles["lower"].notna() & articles["case_id"].eq("")
    ]
    for claim in numbered.drop_duplicates(["family", "measure", "lower", "upper"]).itertuples():
        published = last_day(claim.as_of)
        same = wide[wide["family"].eq(claim.family) & wide["kind"].ne("share") & wide["unit"].eq(claim.unit)]
        same = same.assign(date=same["as_of"].map(last_day)).sort_values(["date", "claim_id"])
        before = official[
            official["measure"].eq(claim.measure) & official["kind"].eq(claim.kind) & (official["date"] <= published)
        ]
        before = before[before["group"].isin([claim.group, "any"])]
        apart = [
            (_apart(bounds_of(row), bounds_of(claim)), abs(row.lower - claim.value)) for row in before.itertuples()
        ]
        nearest = min(range(len(apart)), key=apart.__getitem__, default=None)
        origin = None
        if len(same):
            origin, how = same.iloc[0], "same statement"
        elif nearest is not None and apart[nearest][0] <= revision:
            origin, how = (
                before.iloc[nearest],
                "fits an official count" if not apart[nearest][0] else "near an official count",
            )
        else:
            how = "far from every official count before it" if len(before) else "no count to compare"
        since = (
            before[before["date"].gt(origin["date"]) & before["group"].eq(origin["group"])]
            if origin is not None
            else before[:0]
        )
        last = since.iloc[-1] if len(since) and claim.kind != "flow" else None
        newer = last is not None and not _meets(bounds_of(last), bounds_of(claim))
        rows.append(
            {
                "claim": claim.claim_id,
                "phrase": claim.phrase,
                "as_of": claim.as_of,
                "how": how,
                "origin": origin["claim_id"] if origin is not None else "",
                "origin_phrase": origin["phrase"] if origin is not None else "",
                "origin_as_of": origin["as_of"] if origin is not None else "",
                "origin_measure": origin["measure"] if origin is not None else "",
                "stale": how == "same statement" and origin is not None and _stale(claim, origin, printed),
                "days_between": (pd.Timestamp(published) - pd.Timestamp(origin["date"])).days
                if origin is not None
                else None,
                "newer": last["claim_id"] if newer and last is not None else "",
                "newer_phrase": last["phrase"] if newer and last is not None else "",
                "stale_by": _apart(bounds_of(last), bounds_of(claim)) if newer else None,
            }
        )
    return pd.DataFrame(rows).astype({"days_between": "Int64", "stale_by": "Float64"})


def _meets(one: Bounds, two: Bounds) -> bool:
    """Whether two intervals have a number in common."""
    return not any(
        high is not None and low is not None and low > high for low, high in ((one[0], two[1]), (two[0], one[1]))
    )


def _apart(one: Bounds, two: Bounds) -> float:
    """How far two intervals lie apart."""
    gaps = [low - high for low, high in ((one[0], two[1]), (two[0], one[1])) if low is not None and high is not None]
    return max([0.0, *gaps])


def _windows(record: Record) -> dict[str, str]:
    """The last day of each window as the articles print it, before any reading."""
    printed = record.reported["claims"]
    return dict(zip(printed["claim_id"], printed["period_end"], strict=True))


def _bases(record: Record, wide: pd.DataFrame) -> pd.DataFrame:
    """Shares that the articles print without the number they are shares of, which another printing gives."""
    printed = record.reported["claims"]
    printed = printed[
        printed["source_id"].isin(record.sources["source_id"]) & printed["kind"].eq("share") & printed["base_n"].isna()
    ]
    rows = []
    for claim in printed.itertuples():
        same = wide[wide["family"].eq(claim.family) & wide["base_n"].notna()]
        if len(same):
            base = same.iloc[0]
            where = "" if base["origin"] == claim.origin else f", of {base['origin'].replace('_', ' ')}"
            rows.append(
                (
                    claim.claim_id,
                    claim.phrase,
                    int(base["base_n"]),
                    f"{number(base['base_n'], 'persons')} {base['base'].replace('_', ' ')}{where}",
                    base["claim_id"],
                )
            )
    return pd.DataFrame(rows, columns=["claim", "phrase", "n", "base", "wider_claim"])


def _one_number(claims: pd.DataFrame) -> pd.DataFrame:
    """One exact number of persons under two measures, and whether it is one statement.

    Only where the family or the date is one; numbers below 10 are too common to tell.
    """
    exact = claims[claims["hedge"].eq("exact") & claims["unit"].eq("persons") & claims["value"].ge(10)]
    rows = []
    for value, group in exact.groupby("value"):
        group = group.drop_duplicates(["measure", "family", "population"])
        for one, two in ((a, b) for a in group.itertuples() for b in group.itertuples() if a.claim_id < b.claim_id):
            statement = "one statement" if one.family == two.family else "same date"
            if one.measure != two.measure and (one.family == two.family or one.as_of == two.as_of):
                ids = (one.claim_id, two.claim_id, one.as_of, two.as_of)
                rows.append((value, one.measure, two.measure, *ids, statement))
    columns = ["number", "measure", "other_measure", "claim", "other_claim", "as_of", "other_as_of", "statement"]
    return pd.DataFrame(rows, columns=columns)


def _women_and_minors(wide: pd.DataFrame) -> pd.DataFrame:
    """For each statement that gives all three: the men if women and minors are inside its total, all if beside it."""
    departed = wide[wide["measure"].eq("departed") & wide["kind"].eq("cumulative") & wide["group"].eq("any")]
    rows = []
    for statement, group in departed.groupby("statement", sort=False):
        of = {name: rows_ for name, rows_ in group.drop_duplicates(["population", "lower"]).groupby("population")}
        total = next((of[name] for name in ("moroccans_joined", "moroccan_fighters") if name in of), None)
        if total is None or not {"moroccan_women", "moroccan_minors"} <= set(of):
            continue
        whole, women, minors = (
            float(part["lower"].iloc[0]) for part in (total, of["moroccan_women"], of["moroccan_minors"])
        )
        claims = "; ".join(part["claim_id"].iloc[0] for part in (total, of["moroccan_women"], of["moroccan_minors"]))
        worded = "inside" if group["phrase"].str.contains("including", case=False).any() else "not said"
        rows.append(
            (
                statement,
                total["as_of"].iloc[0],
                whole,
                women,
                minors,
                whole - women - minors,
                whole + women + minors,
                worded,
                claims,
            )
        )
    columns = ["statement", "as_of", "total", "women", "minors", "men_if_inside", "all_if_beside", "worded", "claims"]
    return pd.DataFrame(rows, columns=columns).sort_values("as_of").reset_index(drop=True)


def _contradictions(both: Record) -> pd.DataFrame:
    """Each count or share of those who left, died, returned or are there against each official figure elsewhere, pair
    by pair: every minimal conflict of the two.

    Counts of one month are taken for one date. ``against``: the figure itself, or the assumption that scopes between
    which the sources slide are one, which the two then refute. Columns: the two families, claims, assumptions, against,
    sentence.
    """
    book = Book(both.under(both.scenario.but(same_date=1.0)), "monotone")
    wider = _is_wider(book.claims)
    ours = dict.fromkeys(
        book.claims.loc[~wider & book.claims["measure"].isin([*SERIES, "present", "fighting"]), "family"]
    )
    theirs = dict.fromkeys(book.claims.loc[wider & book.claims["attribution_type"].eq("official"), "family"])
    said = {family: [c for c in book.said if c.element == family] for family in theirs}
    single = {family: rows[0] for family, rows in said.items() if [len(c.terms) for c in rows] == [1]}
    rows = []
    for own in ours:
        left = book.system.only([own, *book.assumptions]).bounds_of({f: dict(c.terms) for f, c in single.items()})
        for other in theirs:
            bounds = left.get(other)
            if own == other or (bounds and bounds[0] <= single[other].upper and single[other].lower <= bounds[1]):
                continue  # one figure within the bounds that the claim leaves
            for conflict in book.system.only([own, other, *book.assumptions]).reconcile().conflicts:
                if {own, other} <= conflict:
                    assumed = "; ".join(name for name in book.assumptions if name in conflict)
                    slides = any(f"one {field}" in conflict for field in SAME)
                    against = "an assumed scope" if slides else "the figure"
                    rows.append(
                        (
                            own,
                            other,
                            "; ".join(book.of(conflict)["claim_id"]),
                            assumed,
                            against,
                            explained(book, conflict),
                        )
                    )
    return pd.DataFrame(rows, columns=["family", "other_family", "claims", "assumptions", "against", "sentence"])


def _stands(record: Record, both: Record, wide: pd.DataFrame, conflicts: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the main findings of the articles: stands, falls, partly where it is met in part,
    or open where nothing elsewhere bears on it.

    Columns: finding, answer, verdict, why, claims.
    """
    found = {
        item.id: item
        for analyse in (deaths_by_year.analyse, returnees_and_arrests.analyse, accounting.analyse)
        for item in analyse(record).findings
    }
    rows = [
        *_deaths_stand(found, wide, record.scenario["half_of_whom"]),
        *_arrests_stand(record, found, wide),
        *_account_stands(record, found, wide),
    ]
    frame = pd.DataFrame(rows, columns=["finding", "verdict", "why", "claims"])
    frame.insert(1, "answer", [found[name].answer for name in frame["finding"]])
    return frame


Row = tuple[str, str, str, str]


def _deaths_stand(found: dict[str, Finding], wide: pd.DataFrame, of_whom: str) -> Iterator[Row]:
    shares = wide[wide["measure"].eq("killed") & wide["base"].eq("killed") & wide["period_start"].ne("")]
    rest = found.get("deaths_by_year.residual")
    if rest is not None and len(shares):
        named = {claim.period_start[:4] for claim in shares.itertuples() if claim.period_start[:4] >= "2014"}
        early = shares[~shares["period_start"].str[:4].isin(named)]
        printed = float(early["value"].sum())
        holds = _meets((rest.lower, rest.upper), (float(early["lower"].sum()), float(early["upper"].sum())))
        told = " and ".join(f"'{phrase}'" for phrase in early["phrase"])
        yield (
            rest.id,
            "stands" if holds else "falls",
            f"the report's other years are printed elsewhere: {told}, {number(printed, 'share')} together",
            "; ".join(early["claim_id"]),
        )
    based = wide[wide["family"].isin(shares["family"]) & wide["kind"].eq("cumulative")]
    product_ = found.get("deaths_by_year.persons")
    if product_ is not None and len(based):
        base = based.iloc[0]
        refused = product_.lower is None and product_.upper is None
        verdict = "stands" if refused == (base["origin"] != "morocco") else "falls"
        yield (
            product_.id,
            verdict,
            f"the base is printed elsewhere: '{base['phrase']}', of {base['origin'].replace('_', ' ')}",
            base["claim_id"],
        )
    half = found.get("deaths_by_year.half")
    ratios = _official_ratios(wide)
    if half is not None and len(ratios):
        top = ratios.loc[ratios["most"].idxmax()]
        falls = "falls" if of_whom == "all_departed" else "open"
        verdict = falls if top["most"] < 0.5 else "stands"
        told = f"of all who left, officials counted {number(ratios['least'].min(), 'share')} to {number(top['most'], 'share')} dead at {len(ratios)} dates; of the group's own members nobody prints a count of the dead"
        yield half.id, verdict, told, "; ".join(ratios["claims"])


def _official_ratios(wide: pd.DataFrame) -> pd.DataFrame:
    """Dead of departed, officially, wherever both are given in the same month. Columns: as_of, least, most, claims."""
    official = _main(
        wide[wide["attribution_type"].eq("official") & wide["kind"].eq("cumulative") & wide["group"].eq("any")]
    )
    official = official.assign(month=official["as_of"].str[:7])
    rows = []
    for month, group in official.groupby("month"):
        dead, left = group[group["measure"].eq("killed")], group[group["measure"].eq("departed")]
        if len(dead) and len(left):
            claims = "; ".join([*dead["claim_id"], *left["claim_id"]])
            rows.append(
                (
                    month,
                    float((dead["lower"].min()) / left["upper"].max()),
                    float(dead["upper"].max() / left["lower"].min()),
                    claims,
                )
            )
    return pd.DataFrame(rows, columns=["as_of", "least", "most", "claims"])


def _arrests_stand(record: Record, found: dict[str, Finding], wide: pd.DataFrame) -> Iterator[Row]:
    arrested = wide[wide["measure"].eq("returned_arrested") & wide["lower"].notna()]
    for item in (one for name, one in found.items() if ".every." in name):
        counted = record.claims[
            record.claims["claim_id"].isin(item.claims) & record.claims["measure"].eq("returned_arrested")
        ]
        start = counted.loc[counted["period_start"].ne(""), "period_start"].min()
        outside = arrested[arrested["period_end"].lt(start)]
        fits = outside[[_meets(bounds_of(row), (item.lower, item.upper)) for row in outside.itertuples()]]
        seen = fits if len(fits) else outside
        told = ", ".join(f"'{phrase}'" for phrase in seen["phrase"])
        verdict = "falls" if len(fits) else "partly" if len(outside) else "stands"
        twice = wide[wide["family"].isin(seen["family"]) & wide["measure"].eq("returned")]
        why = (
            f"arrests before that window are counted elsewhere: {told}"
            if len(outside)
            else "no count of arrests outside that window is printed elsewhere either"
        )
        yield (
            item.id,
            verdict,
            f"{why}{', as many as are missing' if len(fits) else ''}{' (another printing of the statement says returned)' if len(twice) else ''}",
            "; ".join(seen["claim_id"]),
        )
    pairs = found.get("returnees_and_arrests.comparable")
    both = returnees_and_arrests.analyse(record.under(record.scenario.but(record=WIDER_TOO))).pairs
    if pairs is not None and len(both):
        fit = both[both["comparable"].astype(bool)]
        told = "; ".join(f"'{row.returned}' and '{row.arrested}'" for row in fit.itertuples())
        verdict = "falls" if len(fit) and not pairs.lower else "stands"
        yield (
            pairs.id,
            verdict,
            f"{how_many(len(fit), 'pair')} of {len(both)} with the wider record{f': {told}' if told else ''}",
            "; ".join(sorted({*fit["returned_claim"], *fit["arrested_claim"]})),
        )


def _account_stands(record: Record, found: dict[str, Finding], wide: pd.DataFrame) -> Iterator[Row]:
    """The account against the official counts of other statements within a year, each put beside each way to take the
    claims; and the stock and the forecast against the official series."""
    official = _main(
        wide[
            wide["attribution_type"].eq("official")
            & wide["kind"].eq("cumulative")
            & wide["group"].eq("any")
            & wide["lower"].notna()
        ]
    )
    official = official.assign(date=official["as_of"].map(last_day)).sort_values(["date", "claim_id"])
    book = Book(record, record.scenario["assumptions"])
    both = Book(record.under(record.scenario.but(record=WIDER_TOO, same_date=1.0)), record.scenario["assumptions"])
    taken, day = accounting.sides(book), book.where[1]
    for measure in SERIES:
        item = found.get(f"accounting.{measure}")
        away = (
            (pd.to_datetime(official["date"]) - pd.Timestamp(day)).dt.days.abs() if day else official["date"].map(len)
        )
        near = official[
            official["measure"].eq(measure) & away.le(365) & ~official["family"].isin(book.claims["family"])
        ]
        if item is None or near.empty:
            continue
        clash = {
            side.label: [
                row for row in near.itertuples() if not both.system.only({*side.system.elements, row.family}).feasible()
            ]
            for side in taken
        }
        fewest = min(clash, key=lambda label: len(clash[label]))
        against = ", ".join(f"'{row.phrase}' ({row.as_of})" for row in clash[fewest])
        why = f"{len(near) - len(clash[fewest])} of {how_many(len(near), 'official count')} within a year can stand beside it {fewest}"
        yield (
            item.id,
            "falls" if clash[fewest] else "stands",
            f"{why}{f'; not {against}' if against else ''}",
            "; ".join(near["claim_id"]),
        )
    stock = found.get("accounting.stock")
    worded = record.reported["wider"]
    worded = worded[worded["measure"].eq("present") & worded["ambiguity"].str.contains("count_1631")]
    if stock is not None and len(worded):
        statement = wide[
            wide["statement"].isin(worded["statement"])
            & wide["measure"].isin(["killed", "returned"])
            & wide["population"].isin(WHOLE_SUBJECT)
        ]
        beside = " and ".join(f"{row.phrase} {row.measure}" for row in statement.itertuples())
        refused = stock.answer.startswith("It cannot be")
        why = f"the statement that words it so gives {beside} beside it"
        yield stock.id, "stands" if refused else "falls", why, "; ".join([*worded["claim_id"], *statement["claim_id"]])
    back = found.get("accounting.set_to_return")
    last = {
        name: official[official["measure"].eq(name)].iloc[-1] for name in SERIES if official["measure"].eq(name).any()
    }
    if back is not None and len(last) == len(SERIES):
        left = float(last["departed"]["upper"] - last["killed"]["lower"] - last["returned"]["lower"])
        needed = float(last["departed"]["lower"]) / 2
        why = f"by {last['killed']['as_of']} officials leave {number(left, 'persons')} alive and not back; more than half of those who joined is more than {number(needed, 'persons')}"
        verdict = "stands" if (left <= needed) == (not back.lower) else "falls"
        yield back.id, verdict, why, "; ".join(row["claim_id"] for row in last.values())


def _cited(*columns: pd.Series) -> list[str]:
    return [claim for column in columns for cell in column for claim in str(cell).split("; ") if claim]


def _series_finding(both: Record, series: pd.DataFrame, falls: pd.DataFrame) -> Finding:
    official = series[series["record"].eq("official")]
    ends = []
    for measure, rows in official.groupby("measure", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        ends.append(
            f"{measure} {in_words(*bounds_of(first), 'persons')} ({first['date'][:7]}) to {in_words(*bounds_of(last), 'persons')} ({last['date'][:7]})"
        )
    answer = (
        f"{'; '.join(ends)}. {how_many(len(falls), 'official count')} fell below the one before, by {number(falls['falls_by'].max(), 'persons')} at most."
        if len(falls)
        else f"{'; '.join(ends)}."
    )
    answer = answer[0].upper() + answer[1:]
    return finding(
        both,
        "wider_record.series",
        "How did the official counts run?",
        answer,
        (float(len(official)), float(len(official))),
        "counts",
        _cited(official["claim_id"]),
    )


def _origin_finding(both: Record, origins: pd.DataFrame) -> Finding:
    how = origins["how"].value_counts()
    known = origins[origins["origin"].ne("")]
    told = "; ".join(
        f"'{row.phrase}' ({row.claim}): '{row.origin_phrase}' of {row.origin_as_of}, {row.how}"
        for row in known.itertuples()
    )
    answer = f"Of {len(origins)} counts in the articles: {', '.join(f'{name} {count}' for name, count in how.items())}. {told}."
    value = float(how.get("same statement", 0))
    return finding(
        both,
        "wider_record.origins",
        "Which statement does each count of the articles go back to?",
        answer,
        (value, value),
        "counts",
        _cited(known["claim"], known["origin"]),
    )


def _stale_finding(both: Record, origins: pd.DataFrame) -> Iterator[Finding]:
    late, newer = origins[origins["stale"]], origins[origins["newer"].ne("")]
    if late.empty and newer.empty:
        return
    told = "; ".join(
        f"'{row.phrase}' of {row.as_of} is the statement of {row.origin_as_of}" for row in late.itertuples()
    )
    out = "; ".join(
        f"when '{row.phrase}' was printed, '{row.newer_phrase}' was out, {number(row.stale_by, 'persons')} apart"
        for row in newer.itertuples()
    )
    value = float(len(late))
    answer = f"{how_many(len(late), 'count')} repeat a statement more than a month old as of their own date: {told}. {out[:1].upper()}{out[1:]}."
    yield finding(
        both,
        "wider_record.stale",
        "Which figures were stale when printed?",
        answer,
        (value, value),
        "counts",
        _cited(late["claim"], late["origin"], newer["claim"], newer["newer"]),
    )


def _base_finding(both: Record, bases: pd.DataFrame) -> Iterator[Finding]:
    if len(bases):
        told = "; ".join(f"'{row.phrase}' is of {row.base}" for row in bases.itertuples())
        value = float(len(bases))
        yield finding(
            both,
            "wider_record.bases",
            "Which shares lost their base?",
            f"{how_many(len(bases), 'share')}: {told}.",
            (value, value),
            "shares",
            _cited(bases["claim"], bases["wider_claim"]),
        )


def _number_finding(both: Record, table: pd.DataFrame) -> Iterator[Finding]:
    if len(table):
        told = "; ".join(
            f"{number(row.number, 'persons')} as {row.measure} and as {row.other_measure} ({row.statement}: {row.claim}, {row.other_claim})".replace(
                "_", " "
            )
            for row in table.itertuples()
        )
        value = float(table["number"].nunique())
        yield finding(
            both,
            "wider_record.one_number",
            "Which numbers stand under two measures?",
            f"{how_many(int(value), 'number')}: {told}.",
            (value, value),
            "numbers",
            _cited(table["claim"], table["other_claim"]),
        )


def _minors_finding(both: Record, table: pd.DataFrame) -> Iterator[Finding]:
    if len(table):
        last = table.iloc[-1]
        said_inside = table[table["worded"].eq("inside")]
        answer = (
            f"{len(said_inside)} of {how_many(len(table), 'statement')} says so. By {last['as_of']} a total of {number(last['total'], 'persons')} leaves {number(last['men_if_inside'], 'persons')} men if they are inside, "
            f"and makes {number(last['all_if_beside'], 'persons')} in all if they are beside."
        )
        bounds = float(last["men_if_inside"]), float(last["total"])
        yield finding(
            both,
            "wider_record.women_and_minors",
            "Are women and minors inside the total?",
            answer,
            bounds,
            "persons",
            _cited(table["claims"]),
        )


def _sum_finding(both: Record, sums: pd.DataFrame) -> Finding:
    off = sums[sums["verdict"].isin(["parts exceed the whole", "parts fall short"])]
    told = "; ".join(f"{row.sum}, against {row.whole} by {row.by}" for row in off.itertuples())
    verdicts = ", ".join(f"{name} {count}" for name, count in sums["verdict"].value_counts().items())
    answer = f"Of {how_many(len(sums), 'sum')}: {verdicts}.{f' Fighters and returnees taken for all who joined, these cannot be: {told}.' if told else ''}"
    value = float(len(off))
    return finding(
        both,
        "wider_record.sums",
        "Do the stated parts make the stated totals?",
        answer,
        (value, value),
        "sums",
        _cited(off["claims"]),
    )


def _conflict_finding(both: Record, table: pd.DataFrame) -> Finding:
    real = table[table["against"].eq("the figure")].drop_duplicates(["family", "other_family"])
    pairs = table.drop_duplicates(["family", "other_family"])
    others = len(
        pairs.merge(real, how="left", on=["family", "other_family"], indicator=True).query("_merge == 'left_only'")
    )
    answer = (
        f"{how_many(len(real), 'pair')}. {' '.join(real['sentence'])} {how_many(others, 'more pair')} cannot stand together "
        "only if IS stands for all groups or Libya is left aside: that assumption is what they refute."
    )
    value = float(len(real))
    question = "Which claims of the articles cannot stand beside an official figure elsewhere?"
    return finding(
        both, "wider_record.contradictions", question, answer, (value, value), "pairs", _cited(real["claims"])
    )


def _stands_finding(both: Record, table: pd.DataFrame) -> Finding:
    falls = table[table["verdict"].eq("falls")]
    verdicts = ", ".join(f"{count} {name}" for name, count in table["verdict"].value_counts().items())
    told = "; ".join(f"{row.finding}: {row.why}" for row in falls.itertuples())
    answer = f"Of {how_many(len(table), 'finding')}: {verdicts}.{f' What falls: {told}.' if told else ''}"
    value = float(len(falls))
    return finding(
        both,
        "wider_record.stands",
        "What of the articles' findings stands once the wider record is read?",
        answer,
        (value, value),
        "findings",
        _cited(table["claims"]),
    )
