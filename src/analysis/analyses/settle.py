"""Which one further fact would narrow an answer most? Found by trying them, not by opinion.

Three kinds of facts are tried: which reading of an unclear sentence is right, an exact count of one quantity of the account,
and which of the claims that contradict each other is right. A fact is worth what it takes off the range of the answer
whatever the fact turns out to be. How it reads does not belong here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from analysis.account.model import AccountModel
from analysis.account.solver import Constraint, Reconciliation, System
from analysis.analyses.finding import findings_under
from analysis.analyses.rows import first_of
from analysis.evidence.record import Record

Range = tuple[float | None, float | None]

SEARCH = 20
"""Subsets looked at for the ways to resolve contradictions; where there are more, claims and counts are not tried."""


@dataclass(frozen=True)
class Fact:
    """A fact and what it would do to an answer.

    ``kind``: reading, count or claim. ``key``: the ambiguity, the measure, or the ids of the claims that contradict each
    other. ``before``: the range of the answer while the fact is open. ``answers``: the range for each way that it may turn
    out. ``gain``: by how much the range shrinks at least.
    """

    finding: str
    kind: str
    key: str
    unit: str
    before: Range
    answers: Mapping[str, Range]
    gain: float
    as_of: str = ""


def settling(record: Record, analysis: Any, findings: Iterable[str], readings: bool = True) -> list[Fact]:
    """The facts that narrow each of ``findings``, by finding, the most useful first.

    ``analysis`` is a module of analyses. Only findings with a number are tried; without ``readings`` no reading is.
    """
    wanted = list(findings)
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH)
    tried = [*_readings(record, analysis, wanted)] if readings else []
    if found.complete and any(name.startswith("accounting.") for name in wanted):
        tried += _of_account(model, found, wanted)
    elif found.complete and "left_out" in record.parameters_of(analysis):
        tried += _claims(model, found, analysis, wanted)
    rank = lambda fact: (wanted.index(fact.finding), -fact.gain, fact.kind, fact.key)
    return sorted((fact for fact in tried if fact.gain > 0), key=rank)


def _readings(record: Record, analysis: Any, wanted: list[str]) -> Iterator[Fact]:
    """Each ambiguity: the answer under each of its readings, the others as chosen."""
    chosen = {finding.id: finding for finding in findings_under(record, analysis) if finding.id in wanted}
    moved: dict[tuple[str, str], dict[str, Range]] = {}
    for ambiguity, reading, other in record.rivals(record.parameters_of(analysis)):
        for finding in findings_under(other, analysis):
            if finding.id in chosen:
                first = chosen[finding.id]
                answers = moved.setdefault(
                    (finding.id, ambiguity), {record.scenario[ambiguity]: (first.lower, first.upper)}
                )
                answers[reading] = finding.lower, finding.upper
    for (name, ambiguity), answers in moved.items():
        yield _fact(name, "reading", ambiguity, chosen[name].unit, None, answers)


def _claims(model: AccountModel, found: Reconciliation, analysis: Any, wanted: list[str]) -> Iterator[Fact]:
    """The claims that contradict each other in the account: the answer where only one of them is kept."""
    chosen = {finding.id: finding for finding in findings_under(model.record, analysis) if finding.id in wanted}
    aside = model.record.scenario.chosen("left_out")
    for conflict in found.conflicts:
        rows = first_of(model.claims_of(conflict), "family")
        answers: dict[str, dict[str, Range]] = {name: {} for name in chosen}
        for row in rows:
            others = ",".join([*aside, *(one.family for one in rows if one.family != row.family)])
            for finding in findings_under(model.record.with_choices(left_out=others), analysis):
                if finding.id in chosen:
                    answers[finding.id][row.claim_id] = finding.lower, finding.upper
        for name, first in chosen.items():
            before = first.lower, first.upper
            yield _fact(name, "claim", "; ".join(row.claim_id for row in rows), first.unit, before, answers[name])


def _of_account(model: AccountModel, found: Reconciliation, wanted: list[str]) -> Iterator[Fact]:
    """Exact counts of the account's quantities, and the claims that contradict each other."""
    ways = {" ".join(sorted(way)): model.system.without(way) for way in found.repairs}
    account = model.account()
    targets = {name: account[name.partition(".")[2]] for name in wanted if name.partition(".")[2] in account}
    for name, terms in targets.items():
        before = _hull(ways.values(), terms)
        for conflict in found.conflicts:
            rows = first_of(model.claims_of(conflict), "family")
            right = {row.claim_id: [w for k, w in ways.items() if row.family not in k.split(" ")] for row in rows}
            answers = {claim: _hull(kept, terms) for claim, kept in right.items() if kept}
            yield _fact(name, "claim", "; ".join(row.claim_id for row in rows), "people", before, answers)
        for measure in account:
            if account[measure] != terms and measure != "unaccounted":
                low, high = _hull(ways.values(), account[measure])
                if low is not None and high is not None and low < high:
                    counts = {low, high, float(round((low + high) / 2))}
                    answers = {
                        f"{n:g}": _hull(ways.values(), terms, _exactly(account[measure], n)) for n in sorted(counts)
                    }
                    yield _fact(name, "count", measure, "people", before, answers, model.where[1])


def _exactly(terms: Mapping[Any, int], count: float) -> list[Constraint]:
    return [Constraint("the count", tuple(terms.items()), count, count)]


def _hull(ways: Iterable[System], terms: Mapping[Any, int], more: Iterable[Constraint] = ()) -> Range:
    """What at least one way leaves possible."""
    extra = tuple(more)
    bounds = [b for way in ways if (b := (way.beside(extra) if extra else way).bound(terms)) is not None]
    low, high = min((b[0] for b in bounds), default=0.0), max((b[1] for b in bounds), default=inf)
    return low, None if high == inf else high


def width(bounds: Range) -> float:
    """How far apart the ends of a range are."""
    return inf if bounds[1] is None else float(bounds[1] - (bounds[0] or 0.0))


def _fact(
    finding: str, kind: str, key: str, unit: str, before: Range | None, answers: Mapping[str, Range], as_of: str = ""
) -> Fact:
    """A fact with its gain: the range while it is open, less the widest range once it is known."""
    known = list(answers.values())
    if before is None:
        highs = [high for _, high in known]
        before = min(low or 0.0 for low, _ in known), None if None in highs else max(h for h in highs if h is not None)
    widest = max(map(width, known), default=inf)
    gain = 0.0 if widest == inf else width(before) - widest
    return Fact(finding, kind, key, unit, before, dict(answers), gain, as_of)
