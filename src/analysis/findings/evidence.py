"""Who says what of whom and when, which claims repeat one statement, and which cannot stand together?"""

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.evidence.record import Record
from analysis.findings.finding import (
    Finding,
    counts,
    finding,
    how_many,
    in_words,
    least_part,
    number,
    optional,
    person_counts,
    said,
)

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
    "about_width",
    "sources",
)
"""The parameters of the notebook."""


@dataclass(frozen=True)
class Evidence:
    """The tables behind the findings.

    ``claims``: all of them. ``who``: claims by measure and kind of speaker. ``families``: statements that are printed
    more than once. ``timeline``: counts of persons of the whole subject, in order of their as-of date.
    ``contradictions``: sets of claims that cannot all hold, one row a set, with the sentence that says why and the
    reading that brings it about: ``as chosen``, or one changed reading.
    """

    claims: pd.DataFrame
    who: pd.DataFrame
    families: pd.DataFrame
    timeline: pd.DataFrame
    contradictions: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Evidence:
    """The record as it stands under its scenario."""
    claims = record.claims
    who = claims.groupby(["measure", "attribution_type"], sort=False).size().rename("claims").reset_index()
    families = _families(claims)
    timeline = _timeline(record)
    chosen = contradictions(record).assign(reading="as chosen")
    rivals = [
        contradictions(other).assign(reading=f"{name}={reading}") for name, reading, other in record.rivals(PARAMETERS)
    ]
    conflicts = pd.concat([chosen, *rivals], ignore_index=True).drop_duplicates("sentence").reset_index(drop=True)
    found = (_who_finding(record), _family_finding(record, families), _conflict_finding(record, chosen, conflicts))
    return Evidence(said(record, claims), who, families, timeline, conflicts, found)


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
        "attribution_type",
        "family",
    ]
    return frame[columns].reset_index(drop=True)


def contradictions(record: Record) -> pd.DataFrame:
    """Sets of claims that cannot all hold under this scenario, each with its reason in words.

    Four tests, all over counts of persons of the whole subject, families taken once:

    - two counts of one thing at one date whose intervals are disjoint, or a cumulative count that falls;
    - a part (``part_of`` in measures.csv) that exceeds a whole counted no earlier;
    - parts that exclude each other and together exceed a whole counted no earlier;
    - a share of the departed that, applied to a count of them, exceeds what another claim admits.

    Columns: test, claims, sources (within or between), sentence.
    """
    rows = [*_same_quantity(record), *_parts(record), *_balances(record), *_shares(record)]
    frame = pd.DataFrame(rows, columns=["test", "claims", "sentence"])
    sources = frame["claims"].map(lambda ids: {claim.rsplit(".", 1)[0] for claim in ids})
    frame["sources"] = ["within one source" if len(names) == 1 else "between sources" for names in sources]
    frame["claims"] = frame["claims"].map("; ".join)
    return frame[["test", "claims", "sources", "sentence"]].drop_duplicates("sentence").reset_index(drop=True)


def _totals(record: Record) -> pd.DataFrame:
    """Counts of persons of the whole subject, one of each family and measure, stocks and cumulative."""
    frame = counts(record)
    frame = frame[frame["kind"].isin(["stock", "cumulative"])]
    return frame.drop_duplicates(["family", "measure", "lower", "upper"])


def _name(claim: pd.Series) -> str:
    return f"'{claim['phrase']}' ({claim['source_id']})"


def _amount(claim: pd.Series) -> str:
    return in_words(optional(claim["lower"]), optional(claim["upper"]), "persons")


def _exceeds(low: pd.Series, high: pd.Series) -> bool:
    """Whether the least that ``low`` admits is more than the most that ``high`` admits."""
    return bool(pd.notna(high["upper"]) and low["lower"] > high["upper"])


def _same_quantity(record: Record) -> list[tuple[str, list[str], str]]:
    rows = []
    for (measure, kind), group in _totals(record).groupby(["measure", "kind"], sort=False):
        for (_, one), (_, two) in combinations(group.sort_values("as_of").iterrows(), 2):
            if one["group"] != two["group"] and kind == "stock":
                continue
            falls = _exceeds(one, two)
            same_date = one["as_of"] == two["as_of"]
            if falls or (same_date and _exceeds(two, one)):
                why = "at the same date" if same_date else "though the later count cannot be the smaller"
                sentence = (
                    f"{measure.capitalize()}: {_name(one)} is {_amount(one)}, {_name(two)} is {_amount(two)}, {why}."
                )
                rows.append(("one quantity, two counts", [one["claim_id"], two["claim_id"]], sentence))
    return rows


def _parts(record: Record) -> list[tuple[str, list[str], str]]:
    totals = _totals(record)
    whole_of = record.measures.set_index("measure")["part_of"]
    rows = []
    for _, part in totals.iterrows():
        wholes = totals[totals["measure"].eq(whole_of[part["measure"]]) & totals["as_of"].ge(part["as_of"])]
        for _, whole in wholes.iterrows():
            if _exceeds(part, whole):
                sentence = f"{_name(part)}, {_amount(part)} {part['measure']}, is more than {_name(whole)}, {_amount(whole)} {whole['measure']}."
                rows.append(("a part and its whole", [part["claim_id"], whole["claim_id"]], sentence))
    return rows


def _balances(record: Record) -> list[tuple[str, list[str], str]]:
    totals, measures = _totals(record), record.measures
    rows = []
    for whole_name, parts in measures[measures["exclusive"]].groupby("part_of", sort=False)["measure"]:
        for _, whole in totals[totals["measure"].eq(whole_name) & totals["upper"].notna()].iterrows():
            known = totals[totals["measure"].isin(parts) & totals["as_of"].le(whole["as_of"])]
            most = known.sort_values("lower").drop_duplicates("measure", keep="last")
            least = float(most["lower"].sum())
            if len(most) > 1 and least > whole["upper"]:
                told = " + ".join(f"{_name(part)} {number(part['lower'], 'persons')}" for _, part in most.iterrows())
                sentence = f"{told} make {number(least, 'persons')} or more, but {_name(whole)} admits {number(whole['upper'], 'persons')}."
                rows.append(("parts and their whole", [*most["claim_id"], whole["claim_id"]], sentence))
    return rows


def _shares(record: Record) -> list[tuple[str, list[str], str]]:
    """Shares of the departed against counts of the same measure, each applied to a count of the same group."""
    claims, totals = record.claims, _totals(record)
    shares = claims[
        claims["base"].eq("departed") & claims["lower"].notna() & claims["modality"].isin(["reported", "estimate"])
    ]
    rows = []
    for _, share in shares.iterrows():
        wholes = totals[totals["measure"].eq("departed") & totals["group"].eq(share["group"])]
        for _, whole in wholes.iterrows():
            implied = least_part(share["lower"], share["hedge"], whole["lower"])
            for _, part in totals[totals["measure"].eq(share["measure"])].iterrows():
                if pd.notna(part["upper"]) and implied > part["upper"]:
                    sentence = f"{_name(share)} of {_name(whole)} is {number(implied, 'persons')} or more, but {_name(part)} admits {number(part['upper'], 'persons')}."
                    rows.append(
                        ("a share and a count", [share["claim_id"], whole["claim_id"], part["claim_id"]], sentence)
                    )
    return rows


def _who_finding(record: Record) -> Finding:
    claims = record.claims
    by = claims["attribution_type"].value_counts()
    vague = int(claims["hedge"].eq("vague").sum())
    told = ", ".join(f"{role} {count}" for role, count in by.items())
    answer = (
        f"{len(claims)} claims in {claims['source_id'].nunique()} sources, {vague} of them vague. By speaker: {told}."
    )
    return Finding(
        "evidence.who_says",
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
        "evidence.families",
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
        "evidence.contradictions",
        "Which claims cannot stand together?",
        answer.strip(),
        (value, value),
        "sets",
        cited,
    )
