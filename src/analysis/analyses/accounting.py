"""Which totals of the left, the dead and the returned are possible at all, which claims contradict each other, and what
is the least that would reconcile them?

The claims and assumptions become one system of constraints (:mod:`analysis.account`); a bound is what at least one of
its smallest repairs leaves possible, and carries the proof that makes it checkable by hand. How deaths fell over time is
the question of :mod:`analysis.analyses.deaths_by_year`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf
from typing import Any

import pandas as pd

from analysis.account.model import (
    ASSERTED,
    ASSUMPTIONS,
    LEVELS,
    WHOLE,
    AccountModel,
    last_day,
    months,
)
from analysis.account.solver import Constraint, End, Interval, Proof, Reconciliation, System, Terms
from analysis.analyses.finding import Finding, claims_table, counts_moroccans, make_finding, whole_subject
from analysis.evidence.intervals import Bounds, as_float, overlap
from analysis.evidence.record import WIDER_TOO, Record

READS = counts_moroccans
"""The claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = (
    "assumptions",
    "revision",
    "same_date",
    "about_width",
    "record",
    "speaker_roles",
    "statements",
    "left_out",
    "sources",
)
"""The other parameters of the notebook."""

SEARCH = 80
"""Subsets looked at before the lists of conflicts and repairs are cut; the size of the smallest repair is proven anyway."""

SHOWN = 10
"""Repairs described where there are too many to list."""

MOST_READINGS = 2
"""Readings changed together in a repair, at most."""

ACCOUNT = (WHOLE, "killed", "returned", "away")
"""The quantities of the account that are findings; "unaccounted" is another, where scopes are aligned."""

ENDS: tuple[End, End] = ("lower", "upper")

EXPLAINED = ("others", "last", "measure", "lower", "upper", "says_lower", "says_upper")
"""What :func:`explained` tells of a conflict."""


@dataclass(frozen=True)
class Accounting:
    """The tables behind the findings.

    ``claims``: those that enter. ``bounds``: least and most of each quantity under each level of assumptions. ``official``:
    what officials counted as dead, by date. ``conflicts``: minimal sets of claims and assumptions that cannot all hold.
    ``repairs``: smallest sets of changes that reconcile them. ``left_out``: the bounds on the dead with each statement
    left out. ``unaccounted``: departed less dead, returned and fighting, as printed, for each count of the returned.
    ``implied``: the dead that the others leave if nobody is elsewhere. ``tests``: claims that are no part of the account,
    put beside it: how many more changes each would need.
    """

    claims: pd.DataFrame
    bounds: pd.DataFrame
    official: pd.DataFrame
    conflicts: pd.DataFrame
    repairs: pd.DataFrame
    left_out: pd.DataFrame
    unaccounted: pd.DataFrame
    implied: pd.DataFrame
    tests: pd.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Outline:
    """The findings that a sweep follows through every scenario, without their proofs."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Leading:
    """The findings that the page leads with, with their proofs, and the table that its first chart draws."""

    official: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Accounting:
    """The account of ``record`` under its scenario, with all its tables."""
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH)
    official = _official(record)
    conflicts, repairs = conflict_table(model, found), _repairs(model, found)
    tests, implied, left_out = _tests(model), _implied(model), _left_out(model, found)
    unaccounted = _unaccounted(model, found)
    findings = (
        *_account_findings(model, official, found),
        _conflict_finding(model, conflicts, found),
        _repair_finding(model, conflicts, repairs, found),
        *_implied_finding(model, implied),
        *_test_findings(model, tests),
        *_left_out_finding(model, left_out),
    )
    claims = claims_table(record, model.claims)
    return Accounting(
        claims, _levels(record), official, conflicts, repairs, left_out, unaccounted, implied, tests, findings
    )


def outline(record: Record) -> Outline:
    """The findings of :func:`analyse` that move with the scenario, without tables and proofs: a fraction of its time."""
    model = AccountModel(record, record.scenario["assumptions"])
    size = _ends_of(model.system.changes(model.hard_elements))
    repairs = _finding(model, "repairs", size, "changes", model.claims["claim_id"])
    tests = _test_findings(model, _tests(model, explain=False))
    return Outline((*_account_findings(model, _official(record)), repairs, *tests))


def leading(record: Record) -> Leading:
    """What :func:`analyse` finds of the dead, the departed and the conflicts, in a fraction of its time."""
    model = AccountModel(record, record.scenario["assumptions"])
    found = model.system.reconcile(model.hard_elements, SEARCH)
    official = _official(record)
    account = _account_findings(model, official, found, ("killed", WHOLE))
    return Leading(official, (*account, _conflict_finding(model, conflict_table(model, found), found)))


def _hull(model: AccountModel, names: Iterable[str]) -> dict[str, Interval | None]:
    """What at least one smallest repair leaves possible of quantities of the account."""
    account = model.account()
    return model.system.hull({name: account[name] for name in names if name in account}, model.hard_elements)


def _bounds(interval: Interval | None) -> Bounds:
    """An interval as findings hold it: None is unbounded, both None where nothing is consistent."""
    if interval is None:
        return None, None
    return tuple(None if abs(bound) == inf else bound for bound in interval)  # type: ignore[return-value]


def _ends_of(value: float | None) -> Bounds:
    return None if value is None else float(value), None if value is None else float(value)


def _finding(
    model: AccountModel, name: str, bounds: Bounds, unit: str, claims: Iterable[str], **values: Any
) -> Finding:
    scenario = model.record.scenario
    values |= {"day": model.where[1], "revision": scenario["revision"], "same_date": scenario["same_date"]}
    agreement = values.get("agreement", "untested")
    assumed = values.pop("assumed", model.assumptions)
    return make_finding(model.record, f"accounting.{name}", bounds, unit, claims, values, assumed, agreement=agreement)


def _levels(record: Record) -> pd.DataFrame:
    """The bounds under each level of assumptions. Columns: assumptions, quantity, lower, upper, claims."""
    rows = []
    for level in LEVELS:
        model = AccountModel(record, level)
        for name, interval in _hull(model, (*ACCOUNT, "unaccounted")).items():
            rows.append((level, name, *_bounds(interval), model.where[1], "; ".join(model.claims["claim_id"])))
    columns = ["assumptions", "quantity", "lower", "upper", "day", "claims"]
    return pd.DataFrame(rows, columns=columns).astype({"lower": "Float64", "upper": "Float64"})


def _official(record: Record) -> pd.DataFrame:
    """What officials counted as dead of the whole subject, as published elsewhere. Columns: as_of, date, lower, upper, claim_id."""
    claims = record.under(record.scenario.with_choices(record=WIDER_TOO)).claims
    kept = whole_subject(
        claims[
            claims["measure"].eq("killed")
            & claims["speaker_role"].eq("official")
            & claims["kind"].eq("cumulative")
            & claims["group"].eq("any")
            & claims["source_id"].eq("wider")
            & claims["upper"].notna()
        ]
    )
    kept = kept.assign(date=kept["as_of"].map(last_day)).sort_values(["date", "claim_id"])
    kept = kept.drop_duplicates("family").drop_duplicates(["date", "lower", "upper"])
    return kept[["as_of", "date", "lower", "upper", "speaker", "claim_id"]].reset_index(drop=True)


def conflict_table(model: AccountModel, found: Reconciliation) -> pd.DataFrame:
    """The minimal conflicts. Columns: claims, assumptions, within (one source), and those of :func:`explained`."""
    rows = [explained(model, conflict) for conflict in found.conflicts]
    columns = ["claims", "assumptions", "within", *EXPLAINED]
    return pd.DataFrame(rows, columns=columns)


def explained(model: AccountModel, conflict: frozenset[str]) -> dict[str, Any]:
    """Why the elements of a minimal conflict cannot all hold: what the others leave, against what the last one says.

    ``lower`` and ``upper`` are what ``others`` leave of ``measure`` (both None: no number); ``says_lower`` and ``says_upper`` what ``last`` says.
    """
    claims = _needed(model, conflict)
    assumed = [name for name in ASSUMPTIONS if name in conflict]
    told: dict[str, Any] = {
        "claims": "; ".join(claims["claim_id"]),
        "assumptions": "; ".join(assumed),
        "within": claims["source_id"].nunique() == 1,
    }
    counts = claims[claims["unit"].eq("persons")]
    if counts.empty:
        return told | dict.fromkeys(EXPLAINED) | {"others": told["claims"]}
    last = counts.iloc[-1]
    others = claims.loc[claims["claim_id"].ne(last["claim_id"]), "claim_id"]
    rest = model.system.restrict(assumed).beside(c for claim in others for c in model.of_claim[claim])
    lower, upper = _bounds(rest.bound({model.quantity(last): 1}))
    told |= {"others": "; ".join(others), "last": last["claim_id"], "measure": last["measure"]}
    says = {"says_lower": as_float(last["lower"]), "says_upper": as_float(last["upper"])}
    return told | {"lower": lower, "upper": upper} | says


def _needed(model: AccountModel, conflict: frozenset[str]) -> pd.DataFrame:
    """The claims of a minimal conflict without those that their families print besides: fewer would be consistent."""
    claims = model.claims_of(conflict)
    assumed = model.system.restrict(name for name in ASSUMPTIONS if name in conflict)
    kept = list(claims["claim_id"])
    for claim_id in claims.loc[claims.duplicated("family", keep=False), "claim_id"]:
        fewer = [other for other in kept if other != claim_id]
        if not assumed.beside(c for claim in fewer for c in model.of_claim[claim]).feasible():
            kept = fewer
    return claims[claims["claim_id"].isin(kept)]


def _repairs(model: AccountModel, found: Reconciliation) -> pd.DataFrame:
    """The smallest sets of changes: a claim dropped or moved, an assumption given up, a reading changed.

    Columns: changes, claims (dropped), assumptions (given up), readings (changed), people (the least move in all, where
    moving is enough), instead (what else would do: count a part, count more). Every combination of rival readings up to
    ``MOST_READINGS`` is tried where every repair is listed.
    """
    rows = [_repair(model, dropped, ()) for dropped in found.repairs[: None if found.complete else SHOWN] if dropped]
    patches = model.record.reported["patches"]
    torn = model.claims_of(frozenset().union(*found.conflicts))["claim_id"]  # what is in no conflict cannot end one
    touching = patches.loc[patches["claim_id"].isin(torn), "ambiguity"].unique()
    rivals = [(name, reading) for name, reading, _ in model.record.rivals(touching)]
    fewest = found.size if found.complete and found.size else 0
    for size in range(1, min(fewest, MOST_READINGS) + 1):
        for chosen in combinations(rivals, size):
            if len({name for name, _ in chosen}) < size:
                continue
            scenario = model.record.scenario.with_choices(**dict(chosen))
            other = replace(model, record=model.record.under(scenario))
            if (other.system.changes(other.hard_elements) or 0) + size <= fewest:
                again = other.system.reconcile(other.hard_elements, SEARCH, repairs_only=True)
                rows += [_repair(other, dropped, chosen) for dropped in again.repairs]
    columns = ["changes", "claims", "assumptions", "readings", "people", "instead"]
    return pd.DataFrame(rows, columns=columns).astype({"people": "Float64"})


def _repair(model: AccountModel, dropped: frozenset[str], read: Iterable[tuple[str, str]]) -> tuple[Any, ...]:
    claims = model.claims_of(dropped)
    families = set(claims["family"])
    moves = model.system.without(dropped - families).least_moves(families) if families else None
    assumed = [name for name in ASSUMPTIONS if name in dropped]
    readings = [f"{name}={reading}" for name, reading in read]
    instead = _rescoped(model, dropped, *families) if len(families) == 1 else ""
    names = "; ".join(claims.drop_duplicates("family")["claim_id"])
    people = sum(moves.values()) if moves else None
    return len(dropped) + len(readings), names, "; ".join(assumed), "; ".join(readings), people or None, instead


def _rescoped(model: AccountModel, dropped: frozenset[str], family: str) -> str:
    """What else would do in place of dropping a count: that it is of fewer, or of more, than those it is taken for."""
    counts = [c for c in model.claim_constraints if c.element == family]
    rest = model.system.without(dropped)
    weaker = {"part": [replace(c, upper=inf) for c in counts], "more": [replace(c, lower=-inf) for c in counts]}
    single = all(len(c.terms) == 1 for c in counts)
    return "; ".join(name for name, constraints in weaker.items() if single and rest.allows(constraints))


def _left_out(model: AccountModel, found: Reconciliation) -> pd.DataFrame:
    """The bounds on the dead without each statement, those that move first; none where the repairs are too many to list.

    Columns: claim, lower, upper, moves, family.
    """
    base = _hull(model, ["killed"])["killed"]
    terms = {"killed": model.account()["killed"]}
    rows = []
    for family, claims in model.claims.groupby("family", sort=False)["claim_id"] if found.complete else ():
        without = model.system.without([str(family)]).hull(terms, model.hard_elements)["killed"]
        rows.append((claims.iloc[0], *_bounds(without), without != base, family))
    frame = pd.DataFrame(rows, columns=["claim", "lower", "upper", "moves", "family"])
    frame = frame.astype({"lower": "Float64", "upper": "Float64"})
    return frame.sort_values("moves", ascending=False, kind="stable").reset_index(drop=True)


def _in_round(model: AccountModel, claims: pd.DataFrame) -> pd.DataFrame:
    """The claims of the round of the account; there may be none."""
    return claims[pd.Series([model.in_round(claim) for claim in claims.itertuples()], claims.index, dtype=bool)]


def _counts(model: AccountModel, measure: str) -> pd.DataFrame:
    """The counts of all, at the round of the account, the smallest first."""
    claims = _in_round(model, model.claims)
    return claims[claims["measure"].eq(measure)].drop_duplicates("family").sort_values("value", kind="stable")


def _unaccounted(model: AccountModel, found: Reconciliation) -> pd.DataFrame:
    """For each count of the returned, departed less killed, returned and fighting as printed, hedges dropped.

    Of several counts of one kind the smallest is taken. Columns: claim (of the returned), the four numbers, left, claims.
    """
    rows = []
    rest = (
        [_counts(model, name).head(1) for name in (WHOLE, "killed", "fighting")]
        if model.aligned and found.complete
        else []
    )
    if rest and all(len(one) for one in rest):
        left, dead, fighting = (one.iloc[0] for one in rest)
        for _, back in _counts(model, "returned").iterrows():
            sum_of = [left, dead, back, fighting]
            numbers = [float(row["value"]) for row in sum_of]
            cited = "; ".join(row["claim_id"] for row in sum_of)
            rows.append((back["claim_id"], *numbers, numbers[0] - sum(numbers[1:]), cited))
    return pd.DataFrame(rows, columns=["claim", "departed", "killed", "returned", "fighting", "left", "claims"])


def _implied(model: AccountModel) -> pd.DataFrame:
    """The dead that the least departures, the most fighters and each count of the returned leave, if nobody is elsewhere.

    Beside it each count of the dead. ``verdict``: it follows, it fits (both can hold), or it cannot hold. Columns: returned,
    lower, upper, dead, says_lower, says_upper, verdict, departed, fighting, claims.
    """
    closed = replace(model, level="closed")
    claims = closed.claims
    fighting = claims[claims["measure"].eq("fighting")].head(1)
    departed = _counts(closed, WHOLE).head(1)
    dead = claims[claims["measure"].eq("killed") & claims["kind"].eq("cumulative")]
    dead = _in_round(closed, dead).drop_duplicates("family")
    columns = [
        "returned",
        "lower",
        "upper",
        "dead",
        "says_lower",
        "says_upper",
        "verdict",
        "departed",
        "fighting",
        "back",
        "claims",
    ]
    rows: list[tuple[Any, ...]] = []
    if len(fighting) and len(departed):
        killed = {closed.at("killed"): 1}
        for _, back in _counts(closed, "returned").iterrows():
            used = [departed.iloc[0], fighting.iloc[0], back]
            base = closed.system.restrict([*(row["family"] for row in used), *closed.assumptions])
            numbers = [float(departed["lower"].iloc[0]), float(fighting["upper"].iloc[0]), float(back["upper"])]
            for _, claim in dead.iterrows():
                constraints = [c for c in closed.claim_constraints if c.element == claim["family"]]
                fits = base.allows(constraints)
                verdict = "follows" if not _may_fail(base, constraints) else "fits" if fits else "cannot_hold"
                cited = "; ".join(row["claim_id"] for row in (*used, claim))
                says = as_float(claim["lower"]), as_float(claim["upper"])
                rows.append((back["claim_id"], *_bounds(base.bound(killed)), claim["claim_id"], *says, verdict, *numbers, cited))  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(["lower", "upper", "says_lower", "says_upper"], "Float64"))


def _may_fail(system: System, claim: Iterable[Constraint]) -> bool:
    """Whether ``system`` leaves room for some numbers that break ``claim``; if not, the claim follows from it."""
    beyond = [replace(c, lower=-inf, upper=c.lower - 1) for c in claim if c.lower > -inf]
    beyond += [replace(c, lower=c.upper + 1, upper=inf) for c in claim if c.upper < inf]
    return any(system.allows([one]) for one in beyond)


def _tests(model: AccountModel, explain: bool = True) -> pd.DataFrame:
    """Claims that are no part of the account, put beside it.

    A count that some reading takes as a stock and another as a running total, taken as a stock; an intent or a forecast.
    Columns: kind, claim, changes (how many more changes the record needs with it: 0, it fits), departed (the least
    departures with it and the counts), those of :func:`explained` for the smallest conflict that it is in, claims.
    """
    rows = []
    for kind, claim, other, skipped in (*_stocks(model), *_forecasts(model)):
        system = other.system.without(skipped)
        family = other.claims.loc[other.claims["claim_id"].eq(claim), "family"].iloc[0]
        own = tuple(c for c in other.claim_constraints if c.element == family)
        rest = system.without([family])
        needed, without = rest.changes(other.hard_elements, own), rest.changes(other.hard_elements)
        changes = None if needed is None or without is None else needed - without
        least, against = None, dict.fromkeys(EXPLAINED)
        if explain:
            tops = {c.element for c in other.claim_constraints if c.terms[0][0].measure == WHOLE and c.upper < inf}
            counts = {c.element for c in other.claim_constraints if len(c.terms) == 1} - tops | {family}
            known = system.restrict({*counts, *other.assumptions})
            hull = known.hull({"": {other.at(WHOLE): 1}}, [*other.hard_elements, family])[""]
            least = hull[0] if hull else None
            found = system.reconcile(other.hard_elements, SEARCH).conflicts if changes else ()
            against |= next((explained(other, one) for one in found if family in one), {})
        cited = _cited([claim, against["others"] or "", against["last"] or ""])
        rows.append((kind, claim, changes, least, *(against[name] for name in EXPLAINED), "; ".join(cited)))
    return pd.DataFrame(rows, columns=["kind", "claim", "changes", "departed", *EXPLAINED, "claims"])


def _stocks(model: AccountModel) -> Iterator[tuple[str, str, AccountModel, list[str]]]:
    """The counts of the account that a rival reading takes as a stock of those who are there."""
    record = model.record
    accumulates = dict(zip(record.measures["measure"], record.measures["accumulates"], strict=True))
    patches = record.reported["patches"]
    patches = patches[patches["field"].eq("measure") & patches["claim_id"].isin(model.claims["claim_id"])]
    for ambiguity, rows in patches.groupby("ambiguity", sort=False):
        totals = rows["value"].map(accumulates)
        if totals.any() and not totals.all():
            reading, claim = rows.loc[~totals, ["reading", "claim_id"]].iloc[0]
            yield "stock", claim, replace(model, record=record.each_reading(str(ambiguity))[reading]), []


def _forecasts(model: AccountModel) -> Iterator[tuple[str, str, AccountModel, list[str]]]:
    """What is said of the future with a number, each without the others."""
    other = replace(model, modalities=(*ASSERTED, *sorted(set(model.record.claims["modality"]) - set(ASSERTED))))
    foretold = other.claims[~other.claims["modality"].isin(ASSERTED)].drop_duplicates("family")
    for claim, family in zip(foretold["claim_id"], foretold["family"], strict=True):
        yield "forecast", claim, other, [one for one in foretold["family"] if one != family]


def _proof(model: AccountModel, terms: Terms, end: End, bound: float | None) -> dict[str, Any] | None:
    """The proof of one end of a bound, as a template needs it, from a smallest repair that attains it."""
    if bound is None:
        return None
    attaining = model.system.attaining(terms, end, bound, model.hard_elements)
    proof = attaining.proof(terms, end) if attaining else None
    return proof_values(model, proof) if proof else None


def proof_values(model: AccountModel, proof: Proof) -> dict[str, Any]:
    """A proof as a template needs it.

    ``steps``: the numbers of the sum, each with its claim (or the assumption whose allowance it is), measure, and how many
    times it is taken; ``share``: the fraction of a whole that a claim says, where one is used. ``repeats``: the claim that
    the bound only repeats, where no arithmetic is used.
    """
    claims = [claim for claim, said in model.of_claim.items() if _used(proof, said)]
    only = [step.amount for step in proof.steps if step.amount] == [proof.bound] and len(claims) == 1
    assumed = [name for name in ASSUMPTIONS if name in proof.elements]
    steps = [_step(model, step.constraint, float(step.times), step.amount) for step in proof.steps if step.amount]
    shares = [share for step in proof.steps if (share := _share(step.constraint)) is not None]
    told = {
        "steps": sorted(steps, key=lambda step: (step["kind"], step["times"] < 0)),
        "shares": shares,
        "claims": claims,
    }
    return told | {"bound": proof.bound, "assumptions": assumed, "repeats": claims[0] if only else ""}


def _used(proof: Proof, said: Iterable[Constraint]) -> bool:
    """Whether a claim's own constraints are in the proof; of a proof that is no sum, whether its family is."""
    used = {step.constraint for step in proof.steps}
    return any(c in used if used else c.element in proof.elements for c in said)


def _step(model: AccountModel, constraint: Constraint, times: float, amount: float) -> dict[str, Any]:
    claim = next((claim for claim, said in model.of_claim.items() if constraint in said), "")
    measure = constraint.terms[0][0].measure if claim else ""
    kind = "assumption" if not claim else "share" if len(constraint.terms) > 1 else "count"
    return {"claim": claim, "kind": kind, "measure": measure, "times": times, "amount": amount}


def _share(constraint: Constraint) -> dict[str, Any] | None:
    """The fraction that a constraint sets between a part and a whole; None of any other."""
    if len(constraint.terms) != 2 or constraint.element in ASSUMPTIONS:
        return None
    (part, times), (_, minus) = constraint.terms
    return {"share": abs(minus / times), "more_than": bool(constraint.lower), "measure": part.measure}


def _account_findings(
    model: AccountModel,
    official: pd.DataFrame,
    found: Reconciliation | None = None,
    names: Iterable[str] = (*ACCOUNT, "unaccounted"),
) -> Iterator[Finding]:
    """Departed, killed, returned, away, and those whom no source accounts for; with proofs where ``found`` is given."""
    if not model.where[1]:
        return
    account = model.account()
    hulls = _hull(model, names)
    ordered = ("killed", *(name for name in hulls if name != "killed"))
    for name in ordered:
        bounds = _bounds(hulls[name])
        if hulls[name] is None:
            continue
        values: dict[str, Any] = _against_official(model, official, bounds) if name == "killed" else {}
        if found is None:
            yield _finding(model, name, bounds, "people", model.claims["claim_id"], **values)
            continue
        proofs = [_proof(model, account[name], end, bound) for end, bound in zip(ENDS, bounds, strict=True)]
        cited = [claim for proof in proofs if proof for claim in proof["claims"]]
        used = {assumed for proof in proofs if proof for assumed in proof["assumptions"]}
        values |= {"least": proofs[0], "most": proofs[1], "size": found.size}
        values["assumed"] = [assumed for assumed in ASSUMPTIONS if assumed in used]
        if name == "killed":
            values["otherwise"] = _otherwise(model) if found.complete else []
            cited += [row["claim"] for row in values["official"]]
        if name == "unaccounted":
            values["same_as_away"] = hulls[name] == hulls["away"]
        yield _finding(model, name, bounds, "people", cited or model.claims["claim_id"], **values)


def _against_official(model: AccountModel, official: pd.DataFrame, bounds: Bounds) -> dict[str, Any]:
    """The official counts of the dead, and whether those of within a year of the account agree with its bounds."""
    told = [
        {"as_of": row.as_of, "lower": float(row.lower), "upper": float(row.upper), "claim": row.claim_id}
        for row in official.itertuples()
    ]
    near = [row for row in told if abs(months(model.where[1], last_day(row["as_of"]))) <= 12]
    agree = [overlap((row["lower"], row["upper"]), bounds) for row in near]
    agreement = "untested" if not near else "high" if all(agree) else "medium" if any(agree) else "low"
    return {"official": told, "near": near, "agreement": agreement}


def _otherwise(model: AccountModel) -> list[dict[str, Any]]:
    """The bounds on the dead under the rival readings of each ambiguity that says of whom a share of the dead is."""
    shares = model.claims[model.claims["unit"].eq("share") & model.claims["base"].ne("killed")]
    shares = shares[shares["measure"].str.startswith("killed")]
    names = {ambiguity for (claim, _), ambiguity in model.scopes.settled.items() if claim in set(shares["claim_id"])}
    rows = []
    for ambiguity, reading, record in model.record.rivals(sorted(names)):
        other = replace(model, record=record)
        lower, upper = _bounds(_hull(other, ["killed"])["killed"])
        least = _proof(other, other.account()["killed"], "lower", lower)
        rows.append({"ambiguity": ambiguity, "reading": reading, "lower": lower, "upper": upper, "least": least})
    return rows


def _conflict_finding(model: AccountModel, conflicts: pd.DataFrame, found: Reconciliation) -> Finding:
    count = float(len(conflicts))
    bounds = count, count if found.complete else None
    told = [{str(key): _plain(value) for key, value in row.items()} for row in conflicts.to_dict("records")]
    assumed = _cited(conflicts["assumptions"])
    return _finding(model, "conflicts", bounds, "sets", _cited(conflicts["claims"]), conflicts=told, complete=found.complete, assumed=assumed)  # fmt: skip


def _repair_finding(
    model: AccountModel, conflicts: pd.DataFrame, repairs: pd.DataFrame, found: Reconciliation
) -> Finding:
    size = _ends_of(found.size)
    ways = [{str(key): _plain(value) for key, value in row.items()} for row in repairs.to_dict("records")]
    cited = _cited(repairs["claims"]) or list(model.claims["claim_id"])
    assumed = _cited(conflicts["assumptions"])
    return _finding(model, "repairs", size, "changes", cited, ways=ways, complete=found.complete, assumed=assumed)


def _plain(value: Any) -> Any:
    """A cell as JSON has it."""
    return None if value is pd.NA or value != value else value.item() if hasattr(value, "item") else value


def _cited(cells: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(claim for cell in cells for claim in str(cell).split("; ") if claim))


def _implied_finding(model: AccountModel, table: pd.DataFrame) -> Iterator[Finding]:
    if table["lower"].dropna().empty:
        return
    upper = as_float(table["upper"].max()) if table["upper"].notna().all() else None
    rows = [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]
    closed = replace(model, level="closed")
    yield _finding(closed, "implied", (as_float(table["lower"].min()), upper), "people", _cited(table["claims"]), rows=rows)  # fmt: skip


def _test_findings(model: AccountModel, tests: pd.DataFrame) -> Iterator[Finding]:
    for kind, rows in tests.groupby("kind", sort=False):
        for place, (_, row) in enumerate(rows.iterrows()):
            values = {str(key): _plain(value) for key, value in row.items() if key != "claims"}
            values |= {"stated_lower": values.pop("lower"), "stated_upper": values.pop("upper")}
            name = f"{kind}{f'.{place + 1}' if place else ''}"
            yield _finding(model, name, _ends_of(_plain(row["changes"])), "changes", _cited([row["claims"]]), **values)


def _left_out_finding(model: AccountModel, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    moving = [
        {str(key): _plain(value) for key, value in row.items()} for row in table[table["moves"]].to_dict("records")
    ]
    count = float(len(moving))
    yield _finding(model, "left_out", (count, count), "statements", [row["claim"] for row in moving], moving=moving, of=len(table))  # fmt: skip
