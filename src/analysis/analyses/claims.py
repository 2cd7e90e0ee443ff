"""Who says what, which claims repeat one statement, and which cannot all be true?

Counts are compared by the account's constraints and by :mod:`comparisons`; statements without numbers are set side by
side as positions on a question. How the totals are reconciled is the question of :mod:`analysis.analyses.accounting`.
"""

from typing import Any

import pandas as pd

from analysis.account.model import AccountModel
from analysis.analyses.accounting import SEARCH
from analysis.analyses.comparisons import contradictions
from analysis.analyses.finding import Finding, Result, answered, claims_table, counts_moroccans, make_finding
from analysis.analyses.flags import flags
from analysis.analyses.rows import claim_rows, framed, grouped, ids_of, join_ids, kind, listed, picked
from analysis.evidence.record import Record

READS = counts_moroccans
CONVENTIONS = ("assumptions", "revision", "same_date", "about_width", "record", "statements", "left_out", "sources")


COUNTS = ("count", "numbers", "claims")
"""What is counted of claims: all, and those that print a number."""

Family = kind("Family", "family times articles claims")
"""A statement that is printed more than once, in how many articles."""

Contradiction = kind("Contradiction", "figures assumptions within_one claims")
"""Claims that cannot all be true, what that assumes, and whether one source gives them all."""

Positions = kind("Positions", "question row values answers speakers claims")
"""A question on which positions are taken: ``row`` is the key of the sentence that ``values`` fill."""


def analyse(record: Record) -> Result:
    """What the claims of a record say together, under its scenario."""
    rows = claim_rows(record).own
    who, measures = (_counts(rows, column) for column in ("speaker_role", "measure"))
    families = _families(rows)
    sets = _contradictions(record)
    statements = record.positions.sort_values(["question", "answer", "position_id"]).reset_index(drop=True)
    positions = _positions(record, listed(statements))
    odd = flags(record)
    findings = answered(
        rows and _who_finding(record, rows, who),
        families and _family_finding(record, rows, families),
        _contradiction_finding(record, rows, sets),
        positions and _position_finding(record, positions),
        _odd_finding(record, rows, odd),
    )
    return Result(
        who=pd.DataFrame(who, columns=["speaker_role", *COUNTS]),
        measures=pd.DataFrame(measures, columns=["measure", *COUNTS]),
        families=framed(Family, families),
        contradictions=framed(Contradiction, sets),
        positions=framed(Positions, positions),
        statements=statements,
        odd=odd,
        claims=claims_table(record.claims),
        findings=findings,
    )


def _counts(rows: list[Any], field: str) -> list[tuple[str, int, int, str]]:
    """Claims by a field, and how many of them print a number."""
    printed = lambda row: row.hedge != "vague" and (row.lower is not None or row.upper is not None)
    groups = grouped(rows, field).items()
    counts = [(key, len(group), sum(map(printed, group)), join_ids(group)) for key, group in groups]
    return sorted(counts, key=lambda count: (-count[1], count[0]))


def _families(rows: list[Any]) -> list[Any]:
    """Statements that are printed more than once, those of most articles first."""
    printed = {name: group for name, group in grouped(rows, "family").items() if len(group) > 1}
    families = [
        Family(name, len(group), len(grouped(group, "source_id")), join_ids(group)) for name, group in printed.items()
    ]
    return sorted(families, key=lambda family: (-family.articles, -family.times))


def _contradictions(record: Record) -> list[Any]:
    """The smallest sets of claims that cannot all be true: by the account's constraints, and pair by pair."""
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH).conflicts
    sets = {
        frozenset(claim.claim_id for claim in model.claims_of(one)): "; ".join(a for a in model.assumptions if a in one)
        for one in found
    }
    for one, two in ((pair.part, pair.whole) for pair in contradictions(record)):
        if not any(known <= {one, two} for known in sets):
            sets[frozenset({one, two})] = ""
    source = dict(zip(record.claims["claim_id"], record.claims["source_id"], strict=True))
    rows = []
    for claims, assumed in sets.items():
        if claims:
            figures, sources = "; ".join(sorted(claims)), {source[claim] for claim in claims}
            rows.append(Contradiction(figures, assumed, len(sources) == 1, figures))
    return sorted(rows, key=lambda row: row.figures.count(";"))


def _positions(record: Record, statements: list[Any]) -> list[Any]:
    """The questions on which at least two positions are taken, those with most speakers first."""
    positions = []
    for question, group in grouped(statements, "question").items():
        answers = [
            {"answer": answer, "said": [picked(row, "speaker", "phrase") for row in said]}
            for answer, said in grouped(group, "answer").items()
        ]
        answers.sort(key=lambda answer: -len(answer["said"]))
        if len(answers) > 1:
            ids, speakers = join_ids(group, "position_id"), len(grouped(group, "speaker"))
            wording = record.name("question", question)
            positions.append(Positions(wording, "row", {"answers": answers}, len(answers), speakers, ids))
    return sorted(positions, key=lambda row: (-row.speakers, row.question))


def _who_finding(record: Record, rows: list[Any], who: list[tuple[str, int, int, str]]) -> Finding:
    values = {
        "roles": [{"role": role, "count": count} for role, count, *_ in who],
        "sources": len(grouped(rows, "source_id")),
        "vague": sum(row.hedge == "vague" for row in rows),
    }
    return make_finding(record, "claims.who", len(rows), "claims", [row.claim_id for row in rows], values, lines=0)


def _family_finding(record: Record, rows: list[Any], families: list[Any]) -> Finding:
    total = len(grouped(rows, "family"))
    examples = [family.claims.split("; ")[:2] for family in families if family.articles > 1]
    values = {"claims": len(rows), "repeated": len(families), "crossing": len(examples), "examples": examples}
    return make_finding(record, "claims.families", total, "statements", ids_of(families), values, lines=0)


def _contradiction_finding(record: Record, rows: list[Any], sets: list[Any]) -> Finding:
    values = {
        "within": sum(one.within_one for one in sets),
        "first": [one.figures.split("; ") for one in sets[:3]],
        "assumed": sum(one.assumptions != "" for one in sets),
    }
    cited = ids_of(sets) or [row.claim_id for row in rows]
    return make_finding(record, "claims.contradictions", len(sets), "sets", cited, values, lines=0)


def _position_finding(record: Record, positions: list[Any]) -> Finding:
    asked = {"asked": int(record.positions["question"].nunique())}
    values = asked | picked(positions[0], "speakers", "answers", top="question")
    cited = ids_of(positions)
    return make_finding(record, "claims.positions", len(positions), "questions", (), values, coded=cited, lines=0)


def _odd_finding(record: Record, rows: list[Any], odd: pd.DataFrame) -> Finding | None:
    """Rests on the flagged claims; on every figure that was compared where none is flagged."""
    figures = [row.claim_id for row in rows if row.value is not None and not row.case_id]
    cited = ids_of(odd.itertuples()) or figures
    if not figures:
        return None
    return make_finding(record, "claims.odd", len(odd), "flags", cited, {"figures": len(figures)}, lines=0)
