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
from analysis.analyses.rows import first_of, join_ids
from analysis.evidence.intervals import Bounds, bounds_of
from analysis.evidence.record import Record

SEARCH = 20
"""Subsets looked at for the ways to resolve contradictions; where there are more, claims and counts are not tried."""


@dataclass(frozen=True)
class Fact:
    """A fact and what it would do to an answer.

    ``kind``: reading, count or claim. ``key``: the ambiguity, the measure, or the ids of the claims that contradict each
    other. ``before``: the range of the answer while the fact is open. ``answers``: the range for each way that it may turn
    out.
    """

    finding: str
    kind: str
    key: str
    unit: str
    before: Bounds
    answers: Mapping[str, Bounds]
    as_of: str = ""

    @property
    def gain(self) -> float:
        """By how much the range shrinks at least."""
        widest = max(map(width, self.answers.values()), default=inf)
        return 0.0 if widest == inf else width(self.before) - widest


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
    moved: dict[tuple[str, str], dict[str, Bounds]] = {}
    for ambiguity, reading, other in record.rivals(record.parameters_of(analysis)):
        for finding in findings_under(other, analysis):
            if first := chosen.get(finding.id):
                as_chosen = {record.scenario[ambiguity]: bounds_of(first)}
                moved.setdefault((finding.id, ambiguity), as_chosen)[reading] = bounds_of(finding)
    for (name, ambiguity), answers in moved.items():
        lows, highs = zip(*answers.values(), strict=True)
        before = min(low or 0.0 for low in lows), None if None in highs else max(highs)
        yield Fact(name, "reading", ambiguity, chosen[name].unit, before, answers)


def _claims(model: AccountModel, found: Reconciliation, analysis: Any, wanted: list[str]) -> Iterator[Fact]:
    """The claims that contradict each other in the account: the answer where only one of them is kept."""
    chosen = {finding.id: finding for finding in findings_under(model.record, analysis) if finding.id in wanted}
    aside = model.record.scenario.chosen("left_out")
    for conflict in found.conflicts:
        rows = first_of(model.claims_of(conflict), "family")
        answers: dict[str, dict[str, Bounds]] = {name: {} for name in chosen}
        for row in rows:
            others = ",".join([*aside, *(one.family for one in rows if one.family != row.family)])
            for finding in findings_under(model.record.with_choices(left_out=others), analysis):
                if finding.id in chosen:
                    answers[finding.id][row.claim_id] = bounds_of(finding)
        for name, first in chosen.items():
            yield Fact(name, "claim", join_ids(rows), first.unit, bounds_of(first), answers[name])


def _of_account(model: AccountModel, found: Reconciliation, wanted: list[str]) -> Iterator[Fact]:
    """Exact counts of the account's quantities, and the claims that contradict each other."""
    ways = {way: model.system.without(way) for way in found.repairs}
    account = model.account()
    targets = {name: account[name.partition(".")[2]] for name in wanted if name.partition(".")[2] in account}
    for name, terms in targets.items():
        before = _hull(ways.values(), terms)
        for conflict in found.conflicts:
            rows = first_of(model.claims_of(conflict), "family")
            right = {row.claim_id: [system for way, system in ways.items() if row.family not in way] for row in rows}
            answers = {claim: _hull(kept, terms) for claim, kept in right.items() if kept}
            yield Fact(name, "claim", join_ids(rows), "people", before, answers)
        for measure in account:
            if account[measure] != terms and measure != "unaccounted":
                low, high = _hull(ways.values(), account[measure])
                if low is not None and high is not None and low < high:
                    counts, counted = {low, high, float(round((low + high) / 2))}, tuple(account[measure].items())
                    exact = {n: Constraint("the count", counted, n, n) for n in sorted(counts)}
                    answers = {f"{n:g}": _hull(ways.values(), terms, said) for n, said in exact.items()}
                    yield Fact(name, "count", measure, "people", before, answers, model.where[1])


def _hull(ways: Iterable[System], terms: Mapping[Any, int], *more: Constraint) -> Bounds:
    """What at least one way leaves possible."""
    bounds = [b for way in ways if (b := (way.beside(more) if more else way).bound(terms)) is not None]
    low, high = min((b[0] for b in bounds), default=0.0), max((b[1] for b in bounds), default=inf)
    return low, None if high == inf else high


def width(bounds: Bounds) -> float:
    """How far apart the ends of a range are."""
    return inf if bounds[1] is None else float(bounds[1] - (bounds[0] or 0.0))
