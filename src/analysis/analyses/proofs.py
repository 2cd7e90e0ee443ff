"""Why is a bound what it is, and why can some claims not all be true? In values that a template turns into sentences.

Which bounds and conflicts there are is the question of :mod:`analysis.analyses.accounting`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from analysis.account.model import ASSUMPTIONS, AccountModel
from analysis.account.solver import Constraint, Proof
from analysis.analyses.finding import bounded
from analysis.analyses.rows import join_ids, kind

Conflict = kind("Conflict", "claims assumptions within others last measure lower upper says_lower says_upper")
"""A minimal set of claims and assumptions that cannot all hold; ``within``: whether one source gives all the claims.

``lower`` and ``upper`` are what ``others`` leave of ``measure`` (both None: no number), ``says_lower`` and ``says_upper`` what the
``last`` claim says of it; None where no claim is a count.
"""


def explained(model: AccountModel, conflict: frozenset[str]) -> Any:
    """Why the elements of a minimal conflict cannot all hold: what the others leave, against what the last one says."""
    assumed = [name for name in ASSUMPTIONS if name in conflict]
    alone = model.system.restrict(assumed)
    constraints = lambda claims: (c for claim in claims for c in model.of_claim[claim.claim_id])
    claims = model.claims_of(conflict)
    times = Counter(claim.family for claim in claims)
    repeated = [claim for claim in claims if times[claim.family] > 1]
    for claim in repeated:  # once is enough
        fewer = [other for other in claims if other is not claim]
        if not alone.beside(constraints(fewer)).feasible():
            claims = fewer
    ids = join_ids(claims)
    about = ids, "; ".join(assumed), len({claim.source_id for claim in claims}) == 1
    last = next((claim for claim in reversed(claims) if claim.unit == "persons"), None)
    if last is None:
        return Conflict(*about, ids, *[None] * 6)
    others = [claim for claim in claims if claim is not last]
    lower, upper = bounded(alone.beside(constraints(others)).bound({model.quantity(last): 1}))
    return Conflict(*about, join_ids(others), last.claim_id, last.measure, lower, upper, last.lower, last.upper)


def proof_values(model: AccountModel, proof: Proof) -> dict[str, Any]:
    """A proof as a template needs it.

    ``steps``: the numbers of the sum, each with its claim (or the assumption whose allowance it is), measure, and how many
    times it is taken; ``shares``: the fractions of a whole that claims say. ``repeats``: the claim that the bound only
    repeats, where no arithmetic is used.
    """
    used = {step.constraint for step in proof.steps}
    speaks = lambda c: c in used if used else c.element in proof.elements  # a proof that is no sum has no steps
    claims = [claim for claim, said in model.of_claim.items() if any(map(speaks, said))]
    summed = [step for step in proof.steps if step.amount]
    only = [step.amount for step in summed] == [proof.bound] and len(claims) == 1
    steps = [_step(model, step.constraint, float(step.times), step.amount) for step in summed]
    return {
        "steps": sorted(steps, key=lambda step: (step["kind"], step["times"] < 0)),
        "shares": [share for step in proof.steps for share in _shares(step.constraint)],
        "claims": claims,
        "bound": proof.bound,
        "assumptions": [name for name in ASSUMPTIONS if name in proof.elements],
        "repeats": claims[0] if only else "",
    }


def _step(model: AccountModel, constraint: Constraint, times: float, amount: float) -> dict[str, Any]:
    claim = next((claim for claim, said in model.of_claim.items() if constraint in said), "")
    measure = constraint.terms[0][0].measure if claim else ""
    kind = "assumption" if not claim else "share" if len(constraint.terms) > 1 else "count"
    return {"claim": claim, "kind": kind, "measure": measure, "times": times, "amount": amount}


def _shares(constraint: Constraint) -> Iterable[dict[str, Any]]:
    """The fraction that a claim sets between a part and a whole."""
    if len(constraint.terms) == 2 and constraint.element not in ASSUMPTIONS:
        (part, times), (_, minus) = constraint.terms
        yield {"share": abs(minus / times), "more_than": bool(constraint.lower), "measure": part.measure}
