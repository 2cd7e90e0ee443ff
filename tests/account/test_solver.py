"""Bounds, proofs, conflicts and repairs agree with brute force over every whole-number point and every subset."""

from fractions import Fraction
from itertools import combinations, product
from math import ceil, floor, inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.account.highs import Model
from analysis.account.solver import Constraint, End, Interval, System, Terms

QUANTITIES = ("a", "b", "c")
BOX = np.array(list(product(range(40), repeat=3)), dtype="int16")
"""Every point that matters: with these coefficients and sides no corner lies outside."""

COLUMNS = dict(zip(QUANTITIES, np.ascontiguousarray(BOX.T), strict=True))

sides = st.integers(0, 3)
terms = st.lists(st.sampled_from([-1, 0, 1, 2]), min_size=3, max_size=3).filter(any)


@st.composite
def constraints(draw: st.DrawFn) -> Constraint:
    coefficients = draw(terms)
    lower = draw(st.one_of(st.just(-inf), sides))
    upper = draw(st.one_of(st.just(inf), sides.map(lambda width: width + (0 if lower == -inf else lower))))
    used = tuple((q, k) for q, k in zip(QUANTITIES, coefficients, strict=True) if k)
    return Constraint(draw(st.sampled_from("uvwxyz")), used, lower, upper)


systems = st.lists(constraints(), min_size=1, max_size=8).map(System.of)


def unbounded(system: System, quantity: str) -> bool:
    """Whether some direction grows ``quantity`` for ever."""
    ends = lambda row: (0 if row.lower > -inf else -inf, 0 if row.upper < inf else inf)
    ways = points(System.of(tuple(Constraint(row.element, row.terms, *ends(row)) for row in system.constraints)))
    return bool(ways[:, QUANTITIES.index(quantity)].any())


def points(system: System) -> np.ndarray:
    return BOX[allowed(system)]


def allowed(system: System) -> np.ndarray:
    """Which points of the box a system allows."""
    kept = np.ones(len(BOX), dtype=bool)
    for row in system.constraints:
        activity = sum(k * COLUMNS[q] for q, k in row.terms)
        if row.lower > -inf:
            kept &= activity >= row.lower
        if row.upper < inf:
            kept &= activity <= row.upper
    return kept


ends = st.sampled_from(["lower", "upper"])
whole_terms = terms.map(lambda row: {q: k for q, k in zip(QUANTITIES, row, strict=True) if k})


def bounds(system: System) -> dict[str, Interval | None]:
    return {quantity: system.bound({quantity: 1}) for quantity in QUANTITIES}


@settings(max_examples=400, deadline=None)
@given(systems, whole_terms, ends)
def test_a_proof_recomputes_its_bound_and_needs_every_element(system: System, terms: Terms, end: End) -> None:
    proof, bound = system.proof(terms, end), system.bound(terms)
    place = ("lower", "upper").index(end)
    if proof is None:
        assert bound is None or abs(bound[place]) == inf
        return
    assert bound is not None and proof.bound == bound[place] and proof.elements <= set(system.elements)
    alone = system.restrict(proof.elements).bound(terms)
    assert alone is not None and alone[place] == proof.bound
    for element in proof.elements:
        fewer = system.restrict(proof.elements - {element}).bound(terms)
        assert fewer is not None and fewer[place] != proof.bound
    assert proof.is_sum or not proof.steps
    if proof.steps:
        assert {step.constraint.element for step in proof.steps} == proof.elements
        rest = {
            q: Fraction(terms.get(q, 0)) - sum(s.times * dict(s.constraint.terms).get(q, 0) for s in proof.steps)
            for q in QUANTITIES
        }
        assert all(left >= 0 if end == "lower" else left <= 0 for left in rest.values())
        total = sum(s.times * Fraction(s.amount) for s in proof.steps)
        assert (ceil if end == "lower" else floor)(total) == proof.bound


def test_a_proof_by_hand() -> None:
    """1,631 left, 199 returned, departed = killed + returned + away: 1,631 − 199 = 1,432; more than half of 1,631: 816."""
    system = System.of(
        (
            Constraint("left", (("departed", 1),), 1631, 1631),
            Constraint("back", (("returned", 1),), 199, 199),
            Constraint("half", (("killed", 2), ("departed", -1)), lower=1),
            Constraint("balance", (("departed", 1), ("killed", -1), ("returned", -1), ("away", -1)), 0, 0),
            Constraint("of no use", (("away", 1),), 0, 5000),
        )
    )
    most, least = system.proof({"killed": 1}, "upper"), system.proof({"killed": 1}, "lower")
    assert most is not None and least is not None
    assert most.elements == {"left", "back", "balance"} and most.bound == most.total == 1432
    assert {(s.constraint.element, s.times, s.amount) for s in most.steps if s.amount} == {
        ("left", 1, 1631),
        ("back", -1, 199),
    }
    assert least.elements == {"left", "half"} and least.bound == least.total == 816
    assert {(s.constraint.element, s.times, s.amount) for s in least.steps} == {
        ("left", Fraction(1, 2), 1631),
        ("half", Fraction(1, 2), 1),
    }


def test_a_bound_that_no_sum_proves_says_so() -> None:
    """Of three, no two together: 2a + 2b + 2c is 2 at most, where the sum of the three gives 3."""
    pairs = System.of(tuple(Constraint(p + q, ((p, 1), (q, 1)), upper=1) for p, q in combinations(QUANTITIES, 2)))
    proof = pairs.proof(dict.fromkeys(QUANTITIES, 2), "upper")
    assert proof is not None and proof.bound == 2 and proof.elements == {"ab", "bc", "ac"}
    assert not proof.steps and not proof.is_sum


def test_an_unbounded_quantity_of_which_the_solver_knows_nothing_at_first() -> None:
    rows = (("a", -1), ("b", -1), ("c", -1)), (("a", 2), ("b", -1), ("c", -1)), (("b", -1), ("c", -1))
    ends = (-inf, inf), (0, inf), (0, 1)
    system = System.of(Constraint("u", row, *pair) for row, pair in zip(rows, ends, strict=True))
    assert bounds(system) == {"a": (0, inf), "b": (0, 0), "c": (0, 0)}


@settings(max_examples=300, deadline=None)
@given(systems)
def test_bounds_are_those_of_brute_force(system: System) -> None:
    possible = points(system)
    for quantity, found in bounds(system).items():
        if not len(possible):
            assert found is None
            continue
        column = possible[:, QUANTITIES.index(quantity)]
        assert found == (column.min(), inf if unbounded(system, str(quantity)) else column.max())
    assert system.feasible() == bool(len(possible))


def minimal(sets: list[frozenset[str]]) -> set[frozenset[str]]:
    return {one for one in sets if not any(other < one for other in sets)}


@settings(max_examples=300, deadline=None)
@given(systems, st.sets(st.sampled_from("uvwxyz"), max_size=2))
def test_conflicts_and_repairs_are_those_of_brute_force(system: System, kept: set[str]) -> None:
    subsets = [
        frozenset(chosen) for size in range(len(system.elements) + 1) for chosen in combinations(system.elements, size)
    ]
    holds = {chosen: bool(allowed(system.restrict(chosen)).any()) for chosen in subsets}
    found = system.reconcile(kept)
    assert found.complete and set(found.conflicts) == minimal([s for s in subsets if not holds[s]])
    assert system.reconcile(kept, repairs_only=True).repairs == found.repairs
    everything = frozenset(system.elements)
    mended = [s for s in subsets if not s & kept and holds[everything - s]]
    fewest = min(map(len, mended), default=0)
    assert set(found.repairs) == {s for s in mended if len(s) == fewest}
    assert found.size == (fewest if mended else None) == system.changes(kept)


@settings(max_examples=200, deadline=None)
@given(systems, st.sets(st.sampled_from("uvwxyz"), max_size=2), whole_terms)
def test_a_hull_is_that_of_every_minimum_repair(system: System, kept: set[str], terms: Terms) -> None:
    every = [system.without(dropped).bound(terms) for dropped in system.reconcile(kept).repairs]
    found = [bound for bound in every if bound is not None]
    hull = (min(low for low, _ in found), max(high for _, high in found)) if found else None
    assert system.hull({"": terms}, kept) == {"": hull}


@settings(max_examples=150, deadline=None)
@given(systems, systems)
def test_changes_beside_others_are_those_of_a_system_that_keeps_them(system: System, others: System) -> None:
    more = [c._replace(element="more") for c in others.constraints]
    assert system.changes((), more) == system.beside(more).changes(["more"])


@settings(max_examples=150, deadline=None)
@given(systems, st.sampled_from("uvwxyz"))
def test_the_least_move_is_that_of_brute_force(system: System, element: str) -> None:
    rest = points(system.without([element]))
    singles = [c for c in system.restrict([element]).constraints if len(c.terms) == 1]
    miss = np.zeros(len(rest))
    for row in singles:
        activity = row.terms[0][1] * rest[:, QUANTITIES.index(row.terms[0][0])]
        miss = np.maximum(miss, np.maximum(row.lower - activity, activity - row.upper))
    moves = system.least_moves([element])
    assert moves == ({element: max(0, miss.min())} if len(rest) else None)


@settings(max_examples=150, deadline=None)
@given(systems, st.sets(st.sampled_from("uvwxyz"), min_size=1))
def test_leaving_an_element_out_never_narrows_a_bound(system: System, dropped: set[str]) -> None:
    tight, loose = bounds(system), bounds(system.without(dropped))
    for quantity, found in loose.items():
        before = tight[quantity]
        if before is not None:
            assert found is not None and found[0] <= before[0] and before[1] <= found[1]


def test_a_bound_is_attained_by_whole_persons() -> None:
    half = System.of(
        (Constraint("half", (("dead", 2), ("left", -1)), lower=1), Constraint("left", (("left", 1),), 1667, 1667))
    )
    assert half.bound({"dead": 1}) == (834, inf)


def test_a_search_cut_short_says_so() -> None:
    rivals = System.of(tuple(Constraint(f"{q}{n}", ((q, 1),), n, n) for q in QUANTITIES for n in range(3)))
    cut = rivals.reconcile(limit=3)
    assert not cut.complete and cut.size == 6 and all(len(repair) == 6 for repair in cut.repairs)
    assert rivals.reconcile().complete and len(rivals.reconcile().repairs) == 27


@settings(max_examples=150, deadline=None)
@given(systems, st.lists(systems, min_size=1, max_size=4))
def test_what_a_system_allows_is_what_is_feasible_with_it(system: System, others: list[System]) -> None:
    for other in [*others, *others]:  # asked again: what was tried before leaves no trace
        more = list(other.constraints)
        assert system.allows(more) == System.of([*system.constraints, *more]).feasible()
    assert bounds(system) == bounds(System.of(system.constraints))


def test_an_interrupted_question_leaves_the_model_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of each is the least in fractions, so that columns are fixed on the way to whole numbers."""
    system = System.of(Constraint("two", ((one, 1), (other, 1)), lower=1) for one, other in combinations("abc", 2))
    solved, asked = Model._solved, []

    def interrupted(self: Model, maximise: bool) -> Any:
        asked.append(maximise)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return solved(self, maximise)

    with monkeypatch.context() as patched:
        patched.setattr(Model, "_solved", interrupted)
        with pytest.raises(KeyboardInterrupt):
            system.bound(dict.fromkeys("abc", 1))
    assert [system.bound({name: 1}) for name in "abc"] == [(0, inf)] * 3
    assert system.bound(dict.fromkeys("abc", 1)) == (2, inf)
