"""What do the figures published elsewhere confirm, what do they contradict, and where do the articles' figures come from?

The wider record is read beside the five articles, never mixed into their runs. Everything is found by computing over
statements, scopes and dates, so that a new figure needs no new code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.account.model import SAME, Book, last_day
from analysis.analyses import cross_check as stands
from analysis.analyses.accounting import explained
from analysis.analyses.finding import SERIES, Finding, counts, finding, how_many, in_words, number, said, whole_subject
from analysis.analyses.flags import twins
from analysis.analyses.sum_checks import FIELDS, sum_checks
from analysis.evidence.dates import days
from analysis.evidence.intervals import as_float, bounds_of, distance, overlap
from analysis.evidence.record import WIDER_TOO, Record

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
    both = record.under(record.scenario.with_choices(record=WIDER_TOO))
    wide, articles = both.claims[_is_wider(both.claims)], both.claims[~_is_wider(both.claims)]
    series = _series(both)
    falls = _falls(wide)
    origins = _origins(articles, wide, record.scenario["revision"], _windows(record))
    bases = _bases(record, wide)
    one_number = _one_number(both.claims)
    minors = _women_and_minors(wide)
    sums = sum_checks(both)
    conflicts = _contradictions(both)
    standing = stands.stands(record, wide)
    findings = (
        _series_finding(both, series, falls),
        _origin_finding(both, origins),
        *_stale_finding(both, origins),
        *_base_finding(both, bases),
        *_number_finding(both, one_number),
        *_minors_finding(both, minors),
        _sum_finding(both, sums),
        _conflict_finding(both, conflicts),
        _stands_finding(both, standing),
    )
    return WiderRecord(
        said(both, wide), series, falls, origins, bases, one_number, minors, sums, conflicts, standing, findings
    )


def _is_wider(claims: pd.DataFrame) -> pd.Series:
    return claims["source_id"].eq("wider")


def _series(both: Record) -> pd.DataFrame:
    """Official cumulative counts of the whole subject and the articles' own. Columns: measure, claim, date, bounds, who."""
    claims = whole_subject(counts(both))
    claims = claims[claims["measure"].isin(SERIES) & claims["kind"].isin(["cumulative", "stock"])]
    wider = _is_wider(claims)
    kept = claims[~wider | (claims["speaker_role"].eq("official") & claims["group"].eq("any"))]
    frame = kept.assign(
        date=kept["as_of"].map(last_day), record=_is_wider(kept).map({True: "official", False: "articles"})
    )
    columns = ["measure", "claim_id", "phrase", "date", "lower", "upper", "speaker", "family", "record"]
    return frame.sort_values(["measure", "date", "claim_id"])[columns].reset_index(drop=True)


def _falls(wide: pd.DataFrame) -> pd.DataFrame:
    """Official cumulative counts of the series that are below the one before, both of grade A and of one scope."""
    official = whole_subject(
        wide[wide["speaker_role"].eq("official") & wide["kind"].eq("cumulative") & wide["grade"].eq("A")]
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
            if as_float(after.upper) is not None and after.upper < before.lower and after.first > before.date:
                what = f"{after.measure} ({after.population})".replace("_", " ")
                speakers = f"{before.speaker}; {after.speaker}"
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
    official = whole_subject(
        wide[wide["speaker_role"].eq("official") & wide["kind"].ne("share") & wide["lower"].notna()]
    )
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
            (distance(bounds_of(row), bounds_of(claim)), abs(row.lower - claim.value)) for row in before.itertuples()
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
        newer = last is not None and not overlap(bounds_of(last), bounds_of(claim))
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
                "stale_by": distance(bounds_of(last), bounds_of(claim)) if newer else None,
            }
        )
    return pd.DataFrame(rows).astype({"days_between": "Int64", "stale_by": "Float64"})


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
    """One exact number of persons under two measures, in one family or at one date, and whether it is one statement."""
    exact = claims[claims["hedge"].eq("exact") & claims["unit"].eq("persons")]
    rows = []
    for one, two in twins(exact.drop_duplicates(["value", "measure", "family", "population"]), ("family", "as_of")):
        if one.measure != two.measure:
            statement = "one statement" if one.family == two.family else "same date"
            ids = (one.claim_id, two.claim_id, one.as_of, two.as_of)
            rows.append((one.value, one.measure, two.measure, *ids, statement))
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
    book = Book(both.under(both.scenario.with_choices(same_date=1.0)), "monotone")
    wider = _is_wider(book.claims)
    ours = dict.fromkeys(
        book.claims.loc[~wider & book.claims["measure"].isin([*SERIES, "present", "fighting"]), "family"]
    )
    theirs = dict.fromkeys(book.claims.loc[wider & book.claims["speaker_role"].eq("official"), "family"])
    said = {family: [c for c in book.said if c.element == family] for family in theirs}
    rows = []
    for own in ours:
        alone = book.system.only([own, *book.assumptions])
        for other in theirs:
            if own == other or alone.allows(said[other]):
                continue
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
