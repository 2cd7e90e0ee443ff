"""What is the least that would reconcile the claims: set aside, moved, read another way?

Which claims contradict each other is the question of :mod:`analysis.analyses.accounting`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from math import inf
from typing import Any

from analysis.account.model import ASSUMPTIONS, AccountModel
from analysis.account.solver import Reconciliation
from analysis.analyses.rows import first_of, join_ids, kind

SHOWN = 10
"""Repairs described where there are too many to list."""

MOST_READINGS = 2
"""Readings changed together in a repair, at most."""

Repair = kind("Repair", "changes claims assumptions readings people instead")
"""A smallest set of changes: claims set aside, assumptions given up, readings changed.

``people``: the least move in all, where moving the claims is enough; ``instead``: what else would do (count a part, count
more).
"""


def repairs(model: AccountModel, found: Reconciliation, limit: int) -> Iterator[Any]:
    """The smallest sets of changes; ``limit`` is that of the search.

    Every combination of rival readings up to ``MOST_READINGS`` is tried where every repair is listed.
    """
    shown = found.repairs if found.complete else found.repairs[:SHOWN]
    yield from (_repair(model, dropped, ()) for dropped in shown if dropped)
    torn = {claim.claim_id for claim in model.claims_of(frozenset().union(*found.conflicts))}
    patches = model.record.reported["patches"]  # what touches no conflict cannot end one
    touching = [name for name, claim in zip(patches["ambiguity"], patches["claim_id"], strict=True) if claim in torn]
    rivals = [(name, reading) for name, reading, _ in model.record.rivals(touching)]
    fewest = found.size if found.complete and found.size else 0
    for size in range(1, min(fewest, MOST_READINGS) + 1):
        for chosen in combinations(rivals, size):
            if len({name for name, _ in chosen}) < size:
                continue
            other = replace(model, record=model.record.with_choices(**dict(chosen)))
            if (other.system.changes(other.hard_elements) or 0) + size <= fewest:
                again = other.system.reconcile(other.hard_elements, limit, repairs_only=True)
                yield from (_repair(other, dropped, chosen) for dropped in again.repairs)


def _repair(model: AccountModel, dropped: frozenset[str], read: Iterable[tuple[str, str]]) -> Any:
    claims = first_of(model.claims_of(dropped), "family")
    families = {claim.family for claim in claims}
    moves = model.system.without(dropped - families).least_moves(families) if families else None
    assumed = [name for name in ASSUMPTIONS if name in dropped]
    readings = [f"{name}={reading}" for name, reading in read]
    people = sum(moves.values()) if moves else None
    instead = _rescoped(model, dropped, *families) if len(families) == 1 else ""
    changes = len(dropped) + len(readings)
    return Repair(changes, join_ids(claims), "; ".join(assumed), "; ".join(readings), people or None, instead)


def _rescoped(model: AccountModel, dropped: frozenset[str], family: str) -> str:
    """What else would do in place of dropping a count: that it is of fewer, or of more, than those it is taken for."""
    counts = [c for c in model.claim_constraints if c.element == family]
    weaker = {"part": [c._replace(upper=inf) for c in counts], "more": [c._replace(lower=-inf) for c in counts]}
    rest = model.system.without(dropped) if all(len(c.terms) == 1 for c in counts) else None
    return "; ".join(name for name, said in weaker.items() if rest and rest.allows(said))
