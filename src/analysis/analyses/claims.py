"""Who says what, which claims repeat one statement, and which cannot all be true?

Counts are compared by the account's constraints and by :mod:`comparisons`; statements without numbers are set side by
side as positions on a question. How the totals are reconciled is the question of :mod:`analysis.analyses.accounting`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.account.model import AccountModel
from analysis.analyses.accounting import SEARCH
from analysis.analyses.comparisons import contradictions
from analysis.analyses.finding import Finding, claims_table, counts_moroccans, make_finding
from analysis.analyses.flags import flags
from analysis.evidence.record import Record

READS = counts_moroccans
"""The claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = ("assumptions", "revision", "same_date", "about_width", "record", "statements", "left_out", "sources")
"""The other parameters of the notebook."""


@dataclass(frozen=True)
class Claims:
    """The tables behind the findings.

    ``who``: claims by kind of speaker, and how many of them are numbers. ``measures``: claims by what they count.
    ``families``: statements that are printed more than once. ``contradictions``: sets of claims that cannot all be true,
    with the assumptions that the contradiction needs. ``positions``: questions on which the texts take positions, a row
    a question with its answers. ``statements``: the positions one by one. ``odd``: figures that look misprinted, mixed
    up or carried over. ``claims``: all claims.
    """

    who: pd.DataFrame
    measures: pd.DataFrame
    families: pd.DataFrame
    contradictions: pd.DataFrame
    positions: pd.DataFrame
    statements: pd.DataFrame
    odd: pd.DataFrame
    claims: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Claims:
    """The record as it stands under its scenario."""
    claims = record.claims
    who, measures = (_counted(claims, column) for column in ("speaker_role", "measure"))
    families = _families(claims)
    sets = _contradictions(record)
    statements = record.positions.sort_values(["question", "answer", "position_id"]).reset_index(drop=True)
    positions = _positions(record, statements)
    odd = flags(record)
    findings = (
        *_who_finding(record, who),
        *_family_finding(record, families),
        *_contradiction_finding(record, sets),
        *_position_finding(record, positions),
        *_odd_finding(record, odd),
    )
    table = claims_table(record, claims)
    return Claims(who, measures, families, sets, positions, statements, odd, table, findings)


def _counted(claims: pd.DataFrame, column: str) -> pd.DataFrame:
    """Claims by a column. Columns: that column, count, numbers (claims that print a number), claims."""
    numbered = claims["lower"].notna() | claims["upper"].notna()
    rows = claims.assign(numbered=numbered & claims["hedge"].ne("vague")).groupby(column, sort=False)
    frame = rows.agg(count=("claim_id", "size"), numbers=("numbered", "sum"), claims=("claim_id", "; ".join))
    return frame.reset_index().sort_values(["count", column], ascending=[False, True]).reset_index(drop=True)


def _families(claims: pd.DataFrame) -> pd.DataFrame:
    """Statements that are printed more than once. Columns: family, times, articles, claims."""
    rows = claims.groupby("family", sort=False)
    frame = rows.agg(times=("claim_id", "size"), articles=("source_id", "nunique"), claims=("claim_id", "; ".join))
    frame = frame[frame["times"] > 1].reset_index()
    return frame.sort_values(["articles", "times"], ascending=False, kind="stable").reset_index(drop=True)


def _contradictions(record: Record) -> pd.DataFrame:
    """The smallest sets of claims that cannot all be true: by the account's constraints, and pair by pair.

    Columns: figures (claim ids), assumptions (keys), within_one (whether one source gives them all), claims.
    """
    model = AccountModel(record, record.scenario["assumptions"])
    found = record.cached(
        ("conflicts", record.scenario), lambda: model.system.reconcile(model.hard_elements, SEARCH)
    ).conflicts
    sets = {
        frozenset(model.claims_of(one)["claim_id"]): "; ".join(a for a in model.assumptions if a in one)
        for one in found
    }
    for pair in contradictions(record).itertuples():
        ids = frozenset({pair.part, pair.whole})
        if not any(set(known) <= ids for known in sets):
            sets[ids] = ""
    source = dict(zip(record.claims["claim_id"], record.claims["source_id"], strict=True))
    rows = [
        ("; ".join(sorted(ids)), assumed, len({source[claim] for claim in ids}) == 1, "; ".join(sorted(ids)))
        for ids, assumed in sets.items()
        if ids
    ]
    frame = pd.DataFrame(rows, columns=["figures", "assumptions", "within_one", "claims"])
    size = frame["figures"].str.count(";")
    return frame.loc[size.sort_values(kind="stable").index].reset_index(drop=True)


def _positions(record: Record, statements: pd.DataFrame) -> pd.DataFrame:
    """The questions on which at least two positions are taken, those with most answers first.

    Columns: question (its wording), row (the key of the sentence of ``values``), answers, speakers, claims (positions).
    """
    wording = dict(zip(record.questions["question"], record.questions["wording"], strict=True))
    rows = []
    for question, group in statements.groupby("question", sort=False):
        answers = [
            {"answer": answer, "said": [{"speaker": row.speaker, "phrase": row.phrase} for row in said.itertuples()]}
            for answer, said in group.groupby("answer", sort=False)
        ]
        answers.sort(key=lambda answer: -len(answer["said"]))
        if len(answers) > 1:
            ids = "; ".join(group["position_id"])
            rows.append((wording[question], "row", {"answers": answers}, len(answers), group["speaker"].nunique(), ids))
    frame = pd.DataFrame(rows, columns=["question", "row", "values", "answers", "speakers", "claims"])
    return frame.sort_values(["speakers", "question"], ascending=[False, True]).reset_index(drop=True)


def _who_finding(record: Record, who: pd.DataFrame) -> Iterator[Finding]:
    claims = record.claims
    values = {
        "roles": [{"role": row.speaker_role, "count": int(row.count_)} for row in who.rename(columns={"count": "count_"}).itertuples()],
        "sources": int(claims["source_id"].nunique()),
        "vague": int(claims["hedge"].eq("vague").sum()),
    }  # fmt: skip
    size = float(len(claims))
    if len(claims):
        yield make_finding(record, "claims.who", (size, size), "claims", claims["claim_id"], values, lines=0)


def _family_finding(record: Record, families: pd.DataFrame) -> Iterator[Finding]:
    total = float(record.claims["family"].nunique())
    crossing = families[families["articles"] > 1]
    values: dict[str, Any] = {"claims": len(record.claims), "repeated": len(families), "crossing": len(crossing)}
    values["examples"] = [cell.split("; ")[:2] for cell in crossing["claims"]]
    cited = [claim for cell in families["claims"] for claim in cell.split("; ")]
    if cited:
        yield make_finding(record, "claims.families", (total, total), "statements", cited, values, lines=0)


def _contradiction_finding(record: Record, sets: pd.DataFrame) -> Iterator[Finding]:
    first = [cell.split("; ") for cell in sets["figures"].head(3)]
    values = {"within": int(sets["within_one"].sum()), "first": first, "assumed": int(sets["assumptions"].ne("").sum())}
    cited = [claim for cell in sets["claims"] for claim in cell.split("; ")] or list(record.claims["claim_id"])
    size = float(len(sets))
    yield make_finding(record, "claims.contradictions", (size, size), "sets", cited, values, lines=0)


def _position_finding(record: Record, positions: pd.DataFrame) -> Iterator[Finding]:
    if len(positions):
        top = positions.iloc[0]
        values = {"asked": int(record.positions["question"].nunique()), "top": top["question"], "speakers": int(top["speakers"]), "answers": int(top["answers"])}  # fmt: skip
        cited = [one for cell in positions["claims"] for one in cell.split("; ")]
        size = float(len(positions))
        yield make_finding(record, "claims.positions", (size, size), "questions", (), values, coded=cited, lines=0)


def _odd_finding(record: Record, odd: pd.DataFrame) -> Iterator[Finding]:
    """Rests on the flagged claims; on every figure that was compared where none is flagged."""
    figures = record.claims.loc[record.claims["value"].notna() & record.claims["case_id"].eq(""), "claim_id"]
    cited = [claim for cell in odd["claims"] for claim in cell.split("; ")] or list(figures)
    size = float(len(odd))
    if len(figures):
        yield make_finding(record, "claims.odd", (size, size), "flags", cited, {"figures": len(figures)}, lines=0)
