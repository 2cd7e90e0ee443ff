"""Which totals of the left, the dead and the returned are possible at all, which claims contradict each other, and what
is the least that would reconcile them?

The claims and assumptions become one system of constraints (:mod:`analysis.account`); a bound is what at least one of
its smallest repairs leaves possible, and carries the proof that makes it checkable by hand. How deaths fell over time is
the question of :mod:`analysis.analyses.deaths_by_year`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

from analysis.account.model import ASSERTED, ASSUMPTIONS, LEVELS, WHOLE, AccountModel, last_day, months
from analysis.account.solver import ENDS, End, Interval, Reconciliation, Terms, denials
from analysis.analyses.finding import Finding, Result, answered, bounded, claims_table, counts_moroccans, make_finding
from analysis.analyses.proofs import Conflict, explained, proof_values
from analysis.analyses.repairs import Repair, repairs
from analysis.analyses.rows import claim_rows, first_of, framed, grouped, ids_of, join_ids, kind, official_totals
from analysis.evidence.intervals import Bounds, overlap
from analysis.evidence.record import Record

READS = counts_moroccans
CHOICES = "assumptions revision same_date about_width record speaker_roles statements left_out sources"
CONVENTIONS = tuple(CHOICES.split())

SEARCH = 80
"""Subsets looked at before the lists of conflicts and repairs are cut; the size of the smallest repair is proven anyway."""

ACCOUNT = (WHOLE, "killed", "returned", "away", "unaccounted")
"""The quantities of the account that are findings; the last where scopes are aligned."""

Total = kind("Total", "assumptions quantity lower upper day claims")
"""Least and most of a quantity under one level of assumptions."""

Official = kind("Official", "as_of date lower upper speaker claim_id")
"""What officials counted as dead of the whole subject, as published elsewhere."""

LeftOut = kind("LeftOut", "claim lower upper moves family")
"""The bounds on the dead without one statement, and whether it moves them."""

Rest = kind("Rest", "claim departed killed returned fighting left claims")
"""Departed less killed, returned and fighting as printed, hedges dropped; ``claim`` is the count of the returned."""

Implied = kind("Implied", "returned lower upper dead says_lower says_upper verdict departed fighting back claims")
"""The dead that the others leave if nobody is elsewhere, and whether a count of the dead follows, fits or cannot hold."""

Test = kind("Test", f"kind claim changes departed {' '.join(Conflict._fields[3:])} claims")
"""A claim that is no part of the account, put beside it.

``changes``: how many more changes the record needs with it (0: it fits); ``departed``: the least departures with it and the
counts; the rest is the smallest conflict that it is in.
"""


def analyse(record: Record) -> Result:
    """The account of ``record`` under its scenario."""
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH)
    closed = replace(model, level="closed")
    official, ways = _official(record), [*repairs(model, found, SEARCH)]
    conflicts = [explained(model, conflict) for conflict in found.conflicts]
    left_out, implied, tests = _left_out(model, found), [*_implied(closed)], [*_tests(model)]
    findings = answered(
        *_account_findings(model, official, found),
        _conflict_finding(model, conflicts, found),
        _repair_finding(model, conflicts, ways, found),
        _implied_finding(closed, implied),
        *_test_findings(model, tests),
        left_out and _left_out_finding(model, left_out),
    )
    return Result(
        claims=claims_table(record.claims.set_index("claim_id", drop=False).loc[[*model.of_claim]]),
        bounds=framed(Total, _totals(record)),
        official=framed(Official, official),
        conflicts=framed(Conflict, conflicts),
        repairs=framed(Repair, ways),
        left_out=framed(LeftOut, left_out),
        unaccounted=framed(Rest, _rests(model, found)),
        implied=framed(Implied, implied),
        tests=framed(Test, tests),
        findings=findings,
    )


def outline(record: Record) -> Result:
    """The findings of :func:`analyse` that move with the scenario, without proofs: a fraction of its time."""
    model = AccountModel(record, record.scenario["assumptions"])
    official = _official(record)
    size = model.system.changes(model.hard_elements)
    ways = _finding(model, "repairs", (size, size), "changes", [*model.of_claim])
    tests = _test_findings(model, _tests(model, explain=False))
    findings = (*_account_findings(model, official), ways, *tests)
    return Result(official=framed(Official, official), findings=findings)


def leading(record: Record) -> Result:
    """What :func:`analyse` finds of the dead, the departed and the conflicts, with proofs."""
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH)
    official = _official(record)
    account = _account_findings(model, official, found, ("killed", WHOLE))
    conflicts = [explained(model, conflict) for conflict in found.conflicts]
    findings = (*account, _conflict_finding(model, conflicts, found))
    return Result(official=framed(Official, official), findings=findings)


def _hull(model: AccountModel, names: Iterable[str]) -> dict[str, Interval | None]:
    """What at least one smallest repair leaves possible of quantities of the account."""
    account = model.account()
    return model.system.hull({name: account[name] for name in names if name in account}, model.hard_elements)


def _finding(
    model: AccountModel, name: str, bounds: Bounds, unit: str, claims: Iterable[str], **values: Any
) -> Finding:
    record, id_ = model.record, f"accounting.{name}"
    values |= {"day": model.where[1]} | {name: record.scenario[name] for name in ("revision", "same_date")}
    agreement, assumed = values.get("agreement", "untested"), values.pop("assumed", model.assumptions)
    low, high = (None if end is None else float(end) for end in bounds)
    return make_finding(record, id_, (low, high), unit, claims, values, assumed, agreement=agreement)


def _totals(record: Record) -> Iterator[Any]:
    for level in LEVELS:
        model = AccountModel(record, level)
        for name, interval in _hull(model, ACCOUNT).items():
            yield Total(level, name, *bounded(interval), model.where[1], join_ids(model.claims))


def _official(record: Record) -> list[Any]:
    totals = (claim for claim in official_totals(claim_rows(record).both, "killed") if claim.upper is not None)
    rows = [
        Official(c.as_of, last_day(c.as_of), c.lower, c.upper, c.speaker, c.claim_id)
        for c in first_of(totals, "family")
    ]
    return first_of(rows, "date", "lower", "upper")


def _left_out(model: AccountModel, found: Reconciliation) -> list[Any]:
    """Those that move a bound first; none where the repairs are too many to list."""
    base, terms = _hull(model, ["killed"])["killed"], {"killed": model.account()["killed"]}
    rows = []
    for family, claims in grouped(model.claims, "family").items() if found.complete else ():
        without = model.system.without([family]).hull(terms, model.hard_elements)["killed"]
        rows.append(LeftOut(claims[0].claim_id, *bounded(without), without != base, family))
    return sorted(rows, key=lambda row: not row.moves)


def _counts(model: AccountModel, measure: str) -> list[Any]:
    """The counts of all, at the round of the account, the smallest first."""
    counts = [claim for claim in model.claims if claim.measure == measure and model.in_round(claim)]
    return sorted(first_of(counts, "family"), key=lambda claim: claim.value)


def _rests(model: AccountModel, found: Reconciliation) -> Iterator[Any]:
    """A row for each count of the returned; of several other counts of one kind the smallest is taken."""
    least = [_counts(model, name)[:1] for name in (WHOLE, "killed", "fighting")]
    if model.aligned and found.complete and all(least):
        (left,), (dead,), (fighting,) = least
        for back in _counts(model, "returned"):
            numbers = [claim.value for claim in (left, dead, back, fighting)]
            yield Rest(back.claim_id, *numbers, numbers[0] - sum(numbers[1:]), join_ids((left, dead, back, fighting)))


def _implied(closed: AccountModel) -> Iterator[Any]:
    """What the least departures, the most fighters and each count of the returned leave, beside each count of the dead."""
    fighting = [claim for claim in closed.claims if claim.measure == "fighting"][:1]
    counted = [c for c in closed.claims if c.measure == "killed" and c.kind == "cumulative" and closed.in_round(c)]
    for left in _counts(closed, WHOLE)[:1] if fighting else ():
        for back in _counts(closed, "returned"):
            used = [left, *fighting, back]
            base = closed.system.restrict([*(claim.family for claim in used), *closed.assumptions])
            bounds = bounded(base.bound({closed.at("killed"): 1}))
            for dead in first_of(counted, "family"):
                said = [c for c in closed.claim_constraints if c.element == dead.family]
                fits, fails = base.allows(said), any(base.allows([other]) for other in denials(said))
                verdict = "follows" if not fails else "fits" if fits else "cannot_hold"
                about = dead.claim_id, dead.lower, dead.upper, verdict
                yield Implied(
                    back.claim_id, *bounds, *about, left.lower, fighting[0].upper, back.upper, join_ids((*used, dead))
                )


def _tests(model: AccountModel, explain: bool = True) -> Iterator[Any]:
    """A count that some reading takes as a stock and another as a running total, taken as a stock; intents and forecasts."""
    for name, claim, other, skipped in (*_stocks(model), *_forecasts(model)):
        system = other.system.without(skipped)
        family = next(one.family for one in other.claims if one.claim_id == claim)
        own = tuple(c for c in other.claim_constraints if c.element == family)
        rest, hard = system.without([family]), other.hard_elements
        known = [other.system, model.system] if name == "forecast" else [other.system]  # it has all that the model says
        without, needed = rest.changes(hard, known=known), rest.changes(hard, own)
        changes = None if needed is None or without is None else needed - without
        least, against = None, Conflict(*[None] * len(Conflict._fields))
        if explain:
            tops = {c.element for c in other.claim_constraints if c.terms[0][0].measure == WHOLE and c.upper < inf}
            counts = {c.element for c in other.claim_constraints if len(c.terms) == 1} - tops | {family}
            counted = system.restrict({*counts, *other.assumptions})
            least, _ = bounded(counted.hull({"": {other.at(WHOLE): 1}}, [*other.hard_elements, family])[""])
            found = system.reconcile(other.hard_elements, SEARCH).conflicts if changes else ()
            against = next((explained(other, one) for one in found if family in one), against)
        cited = dict.fromkeys([claim, *ids_of([against], "others"), *ids_of([against], "last")])
        yield Test(name, claim, changes, least, *against[3:], "; ".join(cited))


def _stocks(model: AccountModel) -> Iterator[tuple[str, str, AccountModel, list[str]]]:
    """The counts of the account that a rival reading takes as a stock of those who are there."""
    record, entered = model.record, {claim.claim_id for claim in model.claims}
    rows = (row for row in record.patches if row.field == "measure" and row.claim_id in entered)
    for ambiguity, rivals in grouped(rows, "ambiguity").items():
        stocks = [row for row in rivals if row.value not in model.scopes.accumulates]
        if 0 < len(stocks) < len(rivals):
            chosen = replace(model, record=record.with_choices(**{ambiguity: stocks[0].reading}))
            yield "stock", stocks[0].claim_id, chosen, []


def _forecasts(model: AccountModel) -> Iterator[tuple[str, str, AccountModel, list[str]]]:
    """What is said of the future with a number, each without the others."""
    said = {claim.modality for claim in claim_rows(model.record).own} - set(ASSERTED)
    other = replace(model, modalities=(*ASSERTED, *sorted(said)))
    foretold = first_of((claim for claim in other.claims if claim.modality not in ASSERTED), "family")
    for claim in foretold:
        yield "forecast", claim.claim_id, other, [one.family for one in foretold if one is not claim]


def _proof(model: AccountModel, terms: Terms, end: End, bound: float | None) -> dict[str, Any] | None:
    """The proof of one end of a bound, as a template needs it, from a smallest repair that attains it."""
    if bound is None:
        return None
    attaining = model.system.attaining(terms, end, bound, model.hard_elements)
    proof = attaining.proof(terms, end) if attaining else None
    return proof_values(model, proof) if proof else None


def _account_findings(
    model: AccountModel,
    official: list[Any],
    found: Reconciliation | None = None,
    names: Iterable[str] = ACCOUNT,
) -> Iterator[Finding]:
    """Departed, killed, returned, away, and those whom no source accounts for; with proofs where ``found`` is given."""
    account, hulls = model.account(), _hull(model, names) if model.where[1] else {}
    for name in sorted(hulls, key="killed".__ne__):
        bounds, values = bounded(hulls[name]), dict[str, Any]()
        if hulls[name] is None:
            continue
        if name == "killed":
            values = _against_official(model, official, bounds)
        if found is None:
            yield _finding(model, name, bounds, "people", [*model.of_claim], **values)
            continue
        proofs = [_proof(model, account[name], end, bound) for end, bound in zip(ENDS, bounds, strict=True)]
        cited = [claim for proof in proofs if proof for claim in proof["claims"]]
        used = {assumed for proof in proofs if proof for assumed in proof["assumptions"]}
        values |= {"least": proofs[0], "most": proofs[1], "size": found.size}
        values["assumed"] = [assumed for assumed in ASSUMPTIONS if assumed in used]
        if name == "killed":
            values["otherwise"] = [*_otherwise(model)] if found.complete else []
            cited += [row["claim"] for row in values["official"]]
        if name == "unaccounted":
            values["same_as_away"] = hulls[name] == hulls["away"]
        yield _finding(model, name, bounds, "people", cited or [*model.of_claim], **values)


def _against_official(model: AccountModel, official: list[Any], bounds: Bounds) -> dict[str, Any]:
    """The official counts of the dead, and whether those of within a year of the account agree with its bounds."""
    counts = [{"as_of": row.as_of, "lower": row.lower, "upper": row.upper, "claim": row.claim_id} for row in official]
    near = [row for row in counts if abs(months(model.where[1], last_day(row["as_of"]))) <= 12]
    agree = [overlap((row["lower"], row["upper"]), bounds) for row in near]
    agreement = "untested" if not near else "high" if all(agree) else "medium" if any(agree) else "low"
    return {"official": counts, "near": near, "agreement": agreement}


def _otherwise(model: AccountModel) -> Iterator[dict[str, Any]]:
    """The bounds on the dead under the rival readings of each ambiguity that says of whom a share of the dead is."""
    shares = (c for c in model.claims if c.unit == "share" and c.base != "killed" and c.measure.startswith("killed"))
    ids = {claim.claim_id for claim in shares}
    names = {ambiguity for (claim, _), ambiguity in model.scopes.settled.items() if claim in ids}
    for ambiguity, reading, record in model.record.rivals(sorted(names)):
        other = replace(model, record=record)
        lower, upper = bounded(_hull(other, ["killed"])["killed"])
        least = _proof(other, other.account()["killed"], "lower", lower)
        yield {"ambiguity": ambiguity, "reading": reading, "lower": lower, "upper": upper, "least": least}


def _conflict_finding(model: AccountModel, conflicts: list[Any], found: Reconciliation) -> Finding:
    bounds = len(conflicts), len(conflicts) if found.complete else None
    values = {"conflicts": [row._asdict() for row in conflicts], "complete": found.complete}
    assumed = ids_of(conflicts, "assumptions")
    return _finding(model, "conflicts", bounds, "sets", ids_of(conflicts), assumed=assumed, **values)


def _repair_finding(model: AccountModel, conflicts: list[Any], ways: list[Any], found: Reconciliation) -> Finding:
    values = {"ways": [row._asdict() for row in ways], "complete": found.complete}
    cited, assumed = ids_of(ways) or model.of_claim, ids_of(conflicts, "assumptions")
    return _finding(model, "repairs", (found.size, found.size), "changes", cited, assumed=assumed, **values)


def _implied_finding(closed: AccountModel, rows: list[Any]) -> Finding | None:
    lowers, uppers = [row.lower for row in rows if row.lower is not None], [row.upper for row in rows]
    if not lowers:
        return None
    bounds = min(lowers), None if None in uppers else max(uppers)
    cited = ids_of(rows)
    return _finding(closed, "implied", bounds, "people", cited, rows=[row._asdict() for row in rows])


def _test_findings(model: AccountModel, tests: Iterable[Any]) -> Iterator[Finding]:
    for name, rows in grouped(tests, "kind").items():
        for place, row in enumerate(rows):
            values = row._asdict()
            del values["claims"]
            values |= {"stated_lower": values.pop("lower"), "stated_upper": values.pop("upper")}
            numbered = f"{name}.{place + 1}" if place else name
            yield _finding(model, numbered, (row.changes, row.changes), "changes", ids_of([row]), **values)


def _left_out_finding(model: AccountModel, rows: list[Any]) -> Finding:
    moving = [row for row in rows if row.moves]
    values = {"moving": [row._asdict() for row in moving], "of": len(rows)}
    count = len(moving)
    return _finding(model, "left_out", (count, count), "statements", [row.claim for row in moving], **values)
