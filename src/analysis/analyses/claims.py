"""Who says what of whom and when, which claims repeat one statement, and which cannot stand together?"""

from dataclasses import dataclass

import pandas as pd

from analysis.account.model import Book
from analysis.analyses.accounting import SEARCH, conflict_table
from analysis.analyses.finding import Finding, finding, how_many, person_counts, said
from analysis.analyses.flags import flags
from analysis.evidence.record import Record

PARAMETERS = (
    "count_1631",
    "deaths_total",
    "half_of_whom",
    "libya_1668",
    "seventy_and_71",
    "seventy_one_counts",
    "last_two_years",
    "women_and_minors",
    "set_to_return",
    "assumptions",
    "revision",
    "same_date",
    "about_width",
    "record",
    "left_out",
    "sources",
)
"""The parameters of the notebook."""

TOLD = 5
"""Flags told in full in a finding; where there are more, each is named by its claims."""


@dataclass(frozen=True)
class Claims:
    """The tables behind the findings.

    ``claims``: all of them. ``who``: claims by measure and kind of speaker. ``families``: statements that are printed
    more than once. ``timeline``: counts of persons of the whole subject, in order of their as-of date.
    ``contradictions``: sets of claims that cannot all hold, one row a set, with the sentence that says why and the
    reading that brings it about: ``as chosen``, or one changed reading. ``flags``: figures that look misprinted, mixed
    up or carried over.
    """

    claims: pd.DataFrame
    who: pd.DataFrame
    families: pd.DataFrame
    timeline: pd.DataFrame
    contradictions: pd.DataFrame
    flags: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Claims:
    """The record as it stands under its scenario."""
    claims = record.claims
    spoken = claims.groupby(["measure", "speaker_role"], sort=False)["claim_id"]
    who = spoken.agg(claims="size", ids="; ".join).reset_index()
    families = _families(claims)
    timeline = _timeline(record)
    chosen = contradictions(record).assign(reading="as chosen")
    rivals = [
        contradictions(other).assign(reading=f"{name}={reading}") for name, reading, other in record.rivals(PARAMETERS)
    ]
    conflicts = pd.concat([chosen, *rivals], ignore_index=True).drop_duplicates("sentence").reset_index(drop=True)
    odd = flags(record)
    found = (
        _who_finding(record),
        _family_finding(record, families),
        _conflict_finding(record, chosen, conflicts),
        _flag_finding(record, odd),
    )
    return Claims(said(record, claims), who, families, timeline, conflicts, odd, found)


def _families(claims: pd.DataFrame) -> pd.DataFrame:
    """Families of more than one claim. Columns: family, claims, sources, ids, phrases."""
    told = "'" + claims["phrase"] + "' (" + claims["claim_id"] + ")"
    grouped = (
        claims.assign(told=told)
        .groupby("family", sort=False)
        .agg(
            claims=("claim_id", "size"),
            sources=("source_id", "nunique"),
            ids=("claim_id", "; ".join),
            phrases=("told", ", ".join),
        )
    )
    return grouped[grouped["claims"] > 1].reset_index()


def _timeline(record: Record) -> pd.DataFrame:
    frame = person_counts(record).sort_values(["as_of", "claim_id"])
    columns = [
        "claim_id",
        "source_id",
        "measure",
        "population",
        "kind",
        "phrase",
        "lower",
        "upper",
        "as_of",
        "speaker_role",
        "family",
    ]
    return frame[columns].reset_index(drop=True)


def contradictions(record: Record) -> pd.DataFrame:
    """The minimal sets of claims that cannot all hold under this scenario, as the accounting finds them."""
    found: pd.DataFrame = record.cached(("contradictions", record.scenario), lambda: _contradictions(record))
    return found


def _contradictions(record: Record) -> pd.DataFrame:
    book = Book(record, record.scenario["assumptions"])
    return conflict_table(book, book.system.reconcile(book.given, SEARCH))


def _who_finding(record: Record) -> Finding:
    claims = record.claims
    by = claims["speaker_role"].value_counts()
    vague = int(claims["hedge"].eq("vague").sum())
    told = ", ".join(f"{role} {count}" for role, count in by.items())
    answer = (
        f"{len(claims)} claims in {claims['source_id'].nunique()} sources, {vague} of them vague. By speaker: {told}."
    )
    return Finding(
        "claims.who_says",
        "Who says what?",
        answer,
        float(len(claims)),
        float(len(claims)),
        "claims",
        tuple(claims["claim_id"]),
        (),
    )


def _family_finding(record: Record, families: pd.DataFrame) -> Finding:
    total = record.claims["family"].nunique()
    crossing = families[families["sources"] > 1]
    told = "; ".join(f"{row.phrases}" for row in crossing.itertuples())
    answer = f"{len(record.claims)} claims go back to {total} statements; {len(families)} are printed more than once, {len(crossing)} in more than one source"
    answer += f" ({told})." if told else "."
    cited = [claim for cell in families["ids"] for claim in cell.split("; ")]
    return finding(
        record,
        "claims.families",
        "How many statements stand behind the claims?",
        answer,
        (float(total), float(total)),
        "statements",
        cited,
    )


def _conflict_finding(record: Record, chosen: pd.DataFrame, conflicts: pd.DataFrame) -> Finding:
    inside = int(chosen["sources"].eq("within one source").sum())
    more = len(conflicts) - len(chosen)
    answer = (
        f"{how_many(len(chosen), 'set')} of claims cannot all hold, {inside} within one source; "
        f"changing one reading at a time adds {how_many(more, 'set')}. {' '.join(chosen['sentence'])}"
    )
    cited = [claim for cell in chosen["claims"] for claim in cell.split("; ")]
    value = float(len(chosen))
    return finding(
        record,
        "claims.contradictions",
        "Which claims cannot stand together?",
        answer.strip(),
        (value, value),
        "sets",
        cited,
    )


def _flag_finding(record: Record, odd: pd.DataFrame) -> Finding:
    """Rests on the flagged claims; on every figure that was compared where none is flagged."""
    figures = record.claims.loc[record.claims["value"].notna() & record.claims["case_id"].eq(""), "claim_id"]
    cited = [claim for cell in odd["claims"] for claim in cell.split("; ")]
    kinds = ", ".join(f"{kind} {count}" for kind, count in odd["kind"].value_counts().items()).replace("_", " ")
    told = " ".join(odd["sentence"]) if len(odd) <= TOLD else f"Claims: {' | '.join(odd['claims'])}."
    answer = f"{len(odd)} among {how_many(len(figures), 'figure')}{f': {kinds}. {told}' if len(odd) else '.'}"
    value = float(len(odd))
    return finding(
        record,
        "claims.flags",
        "Which figures look misprinted, mixed up or carried over?",
        answer,
        (value, value),
        "flags",
        cited or list(figures),
    )
