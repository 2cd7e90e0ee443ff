"""Bounds, conflicts and repairs agree with brute force over every whole-number point and every subset."""

from itertools import combinations, product
from math import inf

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.account.solver import Constraint, System, blocks

QUANTITIES = ("a", "b", "c")
BOX = np.array(list(product(range(40), repeat=3)))
"""Every point that matters: with these coefficients and sides no corner lies outside."""

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
    kept = np.ones(len(BOX), dtype=bool)
    for row in system.constraints:
        activity = sum(k * BOX[:, QUANTITIES.index(q)] for q, k in row.terms)
        kept &= (activity >= row.lower) & (activity <= row.upper)
    return BOX[kept]


@settings(max_examples=150, deadline=None)
@given(systems, st.sampled_from(QUANTITIES))
def test_bounds_follow_from_their_reasons_alone(system: System, quantity: str) -> None:
    reasons, bounds = system.reasons({quantity: 1}), system.bound({quantity: 1})
    assert reasons <= set(system.elements)
    if bounds is None:
        assert not reasons
    else:
        assert system.only(reasons).bound({quantity: 1}) == bounds
        if len(reasons) == 1:
            assert System(()).bound({quantity: 1}) != bounds


@settings(max_examples=300, deadline=None)
@given(systems)
def test_bounds_are_those_of_brute_force(system: System) -> None:
    possible = points(system)
    for quantity, bounds in system.bounds().items():
        alone = points(next(p for p in system.parts if any(quantity in dict(c.terms) for c in p.constraints)))
        if not len(alone):
            assert bounds is None
            continue
        column = alone[:, QUANTITIES.index(quantity)]
        assert bounds == (column.min(), inf if unbounded(system, str(quantity)) else column.max())
    assert system.feasible() == bool(len(possible))


def minimal(sets: list[frozenset[str]]) -> set[frozenset[str]]:
    return {one for one in sets if not any(other < one for other in sets)}


@settings(max_examples=300, deadline=None)
@given(systems, st.sets(st.sampled_from("uvwxyz"), max_size=2))
def test_conflicts_and_repairs_are_those_of_brute_force(system: System, kept: set[str]) -> None:
    subsets = [
        frozenset(chosen) for size in range(len(system.elements) + 1) for chosen in combinations(system.elements, size)
    ]
    holds = {chosen: bool(len(points(system.only(chosen)))) for chosen in subsets}
    found = system.reconcile(kept)
    assert found.complete and set(found.conflicts) == minimal([s for s in subsets if not holds[s]])
    assert system.reconcile(kept, repairs_only=True).repairs == found.repairs
    everything = frozenset(system.elements)
    mended = [s for s in subsets if not s & kept and holds[everything - s]]
    fewest = min(map(len, mended), default=0)
    assert set(found.repairs) == {s for s in mended if len(s) == fewest}


@settings(max_examples=150, deadline=None)
@given(systems, st.sampled_from("uvwxyz"))
def test_the_least_move_is_that_of_brute_force(system: System, element: str) -> None:
    held = points(system.without([element]))
    singles = [c for c in system.only([element]).constraints if len(c.terms) == 1]
    miss = np.zeros(len(held))
    for row in singles:
        activity = row.terms[0][1] * held[:, QUANTITIES.index(row.terms[0][0])]
        miss = np.maximum(miss, np.maximum(row.lower - activity, activity - row.upper))
    moves = system.least_moves([element])
    assert moves == ({element: max(0, miss.min())} if len(held) else None)


@settings(max_examples=150, deadline=None)
@given(systems, st.sets(st.sampled_from("uvwxyz"), min_size=1))
def test_leaving_an_element_out_never_narrows_a_bound(system: System, gone: set[str]) -> None:
    tight, loose = system.bounds(), system.without(gone).bounds()
    for quantity, bounds in loose.items():
        before = tight[quantity]
        if before is not None:
            assert bounds is not None and bounds[0] <= before[0] and before[1] <= bounds[1]


def test_a_bound_is_attained_by_whole_persons() -> None:
    half = System.of(
        (Constraint("half", (("dead", 2), ("left", -1)), lower=1), Constraint("left", (("left", 1),), 1667, 1667))
    )
    assert half.bounds()["dead"] == (834, inf)


def test_a_search_cut_short_says_so() -> None:
    rivals = System.of(tuple(Constraint(f"{q}{n}", ((q, 1),), n, n) for q in QUANTITIES for n in range(3)))
    assert not rivals.reconcile(limit=3).complete and rivals.reconcile().complete


@settings(max_examples=100, deadline=None)
@given(systems, systems)
def test_what_is_compiled_once_gives_the_same(lasting: System, passing: System) -> None:
    kept, others = list(lasting.constraints), list(passing.constraints)
    compiled, plain = System((*blocks(kept, lasting=True), *blocks(others))), System.of([*kept, *others])
    expressions = {quantity: {quantity: 1} for quantity in QUANTITIES}
    assert compiled.bounds_of(expressions) == plain.bounds_of(expressions)
    assert compiled.reconcile() == plain.reconcile()


@settings(max_examples=150, deadline=None)
@given(systems, st.lists(systems, min_size=1, max_size=4))
def test_what_a_system_allows_is_what_is_feasible_with_it(system: System, others: list[System]) -> None:
    for other in [*others, *others]:  # asked again: what was tried before leaves no trace
        more = list(other.constraints)
        assert system.allows(more) == System.of([*system.constraints, *more]).feasible()
    assert system.bounds() == System(system.blocks).bounds()
