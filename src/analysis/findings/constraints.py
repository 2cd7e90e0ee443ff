"""Which whole numbers do linear constraints leave possible, which cannot all hold, and what is the least that mends it?

Nothing here knows what is counted. Bounds are the identified set of partial identification (Manski 2003), found by
linear and, where its corner is no whole number, integer programming with HiGHS; so each bound is attained.
Conflicts and repairs: the map of subsets of Liffiton et al. (2016, "Fast, flexible MUS enumeration"), walked from the
largest subset down, so that the first consistent ones are the minimum repairs (error localisation of Fellegi & Holt
1976).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import highspy
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Quantity = Any
"""The name of a quantity: anything that can be hashed."""

Terms = Mapping[Quantity, int]
"""Whole coefficients of quantities, which are whole numbers of 0 or more."""

Interval = tuple[float, float]
"""Least and most, both attained unless infinite."""


@dataclass(frozen=True)
class Constraint:
    """``lower <= sum of terms <= upper``, all whole or infinite, on behalf of one element: a claim or an assumption."""

    element: str
    terms: tuple[tuple[Quantity, int], ...]
    lower: float = -inf
    upper: float = inf


@dataclass(frozen=True)
class Reconciliation:
    """What stands against a system, and what would mend it.

    ``conflicts``: the minimal sets of elements that cannot all hold. ``repairs``: the minimum sets of elements that,
    taken away, leave the rest consistent; one empty set where nothing is wrong. ``complete``: whether every conflict
    and repair is listed, or the search was cut at its limit.
    """

    conflicts: tuple[frozenset[str], ...]
    repairs: tuple[frozenset[str], ...]
    complete: bool


@dataclass(frozen=True)
class System:
    """Constraints that are to hold together."""

    constraints: tuple[Constraint, ...]

    @property
    def elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.element for c in self.constraints))

    def without(self, elements: Iterable[str]) -> "System":
        """This system less the constraints of ``elements``."""
        gone = set(elements)
        return System(tuple(c for c in self.constraints if c.element not in gone))

    def only(self, elements: Iterable[str]) -> "System":
        """The constraints of ``elements`` alone."""
        kept = set(elements)
        return System(tuple(c for c in self.constraints if c.element in kept))

    @cached_property
    def parts(self) -> tuple["System", ...]:
        """The systems that share no quantity with one another."""
        index: dict[Quantity, int] = {}
        pairs = [
            (index.setdefault(q, len(index)), index.setdefault(c.terms[0][0], len(index)))
            for c in self.constraints
            for q, _ in c.terms
        ]
        if not pairs:
            return ()
        rows, columns = np.array(pairs).T
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(index), len(index)))
        labels = connected_components(graph, directed=False)[1]
        groups: dict[int, list[Constraint]] = defaultdict(list)
        for constraint in self.constraints:
            groups[labels[index[constraint.terms[0][0]]]].append(constraint)
        return tuple(System(tuple(group)) for group in groups.values())

    def feasible(self) -> bool:
        """Whether some whole numbers satisfy every constraint."""
        return _Model(self.constraints).optimum({}) is not None

    def bounds(self, expressions: Mapping[str, Terms] | None = None) -> dict[Hashable, Interval | None]:
        """Least and most of each quantity, or of each of ``expressions``; None where no whole numbers are consistent.

        An inconsistent part takes the bounds only from what it touches.
        """
        wanted: Mapping[Any, Terms] = (
            expressions if expressions is not None else {q: {q: 1} for c in self.constraints for q, _ in c.terms}
        )
        home = {q: place for place, part in enumerate(self.parts) for c in part.constraints for q, _ in c.terms}
        touched: dict[int | None, list[tuple[Hashable, Terms]]] = defaultdict(list)
        for name, terms in wanted.items():
            groups: dict[int | None, dict[Quantity, int]] = defaultdict(dict)
            for quantity, coefficient in terms.items():
                groups[home.get(quantity)][quantity] = coefficient
            for place, group in groups.items():
                touched[place].append((name, group))
        result: dict[Hashable, Interval | None] = dict.fromkeys(wanted, (0.0, 0.0))
        for place, requests in touched.items():
            model = _Model(self.parts[place].constraints if place is not None else ())
            possible = model.optimum({}) is not None
            for name, terms in requests:
                so_far = result[name]
                if not possible or so_far is None:
                    result[name] = None
                    continue
                least, most = model.optimum(terms), model.optimum(terms, maximise=True)
                assert least is not None and most is not None
                result[name] = so_far[0] + least, so_far[1] + most
        return result

    def reconcile(self, kept: Iterable[str] = (), limit: int = 1000) -> Reconciliation:
        """All minimal conflicts and all minimum repairs; ``kept`` elements are not given up in a repair.

        ``limit`` is the number of subsets looked at before the search is cut.
        """
        troubled = System(tuple(c for part in self.parts if not part.feasible() for c in part.constraints))
        elements, held = troubled.elements, set(kept)
        weights = {e: len(elements) + 1 if e in held else 1 for e in elements}
        blocks = [Constraint("one or none", ((e, 1),), 0, 1) for e in elements]
        conflicts: list[frozenset[str]] = []
        repairs: list[frozenset[str]] = []
        fewest = inf
        for _ in range(limit):
            chosen = _Model(blocks).solution(weights, maximise=True)
            if chosen is None:
                break
            seed = troubled.only(e for e in elements if chosen[e])
            removed = frozenset(e for e in elements if not chosen[e])
            if seed.feasible():  # of the most weight, so nothing can be added to it
                cost = sum(weights[e] for e in removed)
                fewest = min(fewest, cost)
                if cost == fewest and not removed & held:
                    repairs.append(removed)
                if not removed:
                    break
                blocks.append(Constraint("not this repair", tuple((e, 1) for e in sorted(removed)), lower=1))
            else:
                core = seed._core()
                conflicts.append(core)
                blocks.append(Constraint("not this conflict", tuple((e, 1) for e in sorted(core)), upper=len(core) - 1))
        else:
            return Reconciliation(_sorted(conflicts), _sorted(repairs), complete=False)
        return Reconciliation(_sorted(conflicts), _sorted(repairs), complete=True)

    def _core(self) -> frozenset[str]:
        """One minimal set of elements that cannot all hold, of a system that is not feasible: a deletion filter."""
        core = next(part for part in self.parts if not part.feasible())
        core = core.only(_Model(core.constraints, merge=False).certificate() or core.elements)
        for element in core.elements:
            smaller = core.without([element])
            if not smaller.feasible():
                core = smaller
        return frozenset(core.elements)

    def least_moves(self, elements: Iterable[str]) -> dict[str, float] | None:
        """How far the bounds that ``elements`` set on single quantities must move at least, in all, so that all hold.

        The rest stands. What the elements say of several quantities at once is dropped. None where no move is enough.
        """
        moved = set(elements)
        kept = list(self.without(moved).constraints)
        for constraint in self.only(moved).constraints:
            if len(constraint.terms) == 1:
                slack = ("moved", constraint.element)
                kept.append(Constraint(constraint.element, (*constraint.terms, (slack, 1)), lower=constraint.lower))
                kept.append(Constraint(constraint.element, (*constraint.terms, (slack, -1)), upper=constraint.upper))
        slacks = {("moved", element): 1 for element in moved}
        solution = _Model(kept).solution(slacks)
        return None if solution is None else {e: solution.get(("moved", e), 0) for e in sorted(moved)}


def _sorted(sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    return tuple(sorted(sets, key=lambda names: (len(names), sorted(names))))


def _equal(constraints: Iterable[Constraint]) -> dict[Quantity, Quantity]:
    """For each quantity that a constraint says is equal to another, one that stands for all of its equals."""
    leader: dict[Quantity, Quantity] = {}

    def find(quantity: Quantity) -> Quantity:
        while leader.setdefault(quantity, quantity) != quantity:
            leader[quantity] = quantity = leader[leader[quantity]]
        return quantity

    for row in constraints:
        if row.lower == row.upper == 0 and sorted(k for _, k in row.terms) == [-1, 1]:
            first, second = (find(q) for q, _ in row.terms)
            leader[first] = second
    return {quantity: find(quantity) for quantity in leader}


class _Model:
    """Constraints as HiGHS holds them: solved again and again from where the last optimum was."""

    def __init__(self, constraints: Iterable[Constraint], merge: bool = True) -> None:
        constraints = list(constraints)
        self.same = _equal(constraints) if merge else {}
        self.index: dict[Quantity, int] = {}
        self.rows: list[tuple[Constraint, dict[int, int]]] = []
        lower: dict[int, float] = defaultdict(float)
        upper: dict[int, float] = defaultdict(lambda: inf)
        self.impossible = False
        for constraint in constraints:
            terms: dict[int, int] = defaultdict(int)
            for quantity, coefficient in constraint.terms:
                terms[self._place(quantity)] += coefficient
            kept = {place: coefficient for place, coefficient in terms.items() if coefficient}
            if merge and not kept:
                self.impossible |= not constraint.lower <= 0 <= constraint.upper
            elif merge and list(kept.values()) == [1]:
                (place,) = kept
                lower[place] = max(lower[place], constraint.lower)
                upper[place] = min(upper[place], constraint.upper)
                self.impossible |= lower[place] > upper[place]
            else:
                self.rows.append((constraint, kept))
        self.highs = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)):
            self.highs.setOptionValue(option, value)
        if not merge:  # a certificate is of the problem as it stands
            self.highs.setOptionValue("presolve", "off")
        count = len(self.index)
        self.columns = (
            np.array([lower[place] for place in range(count)]),
            np.array([upper[place] for place in range(count)]),
        )
        self.highs.addVars(count, *self.columns)
        lengths = [len(terms) for _, terms in self.rows]
        self.highs.addRows(
            len(self.rows),
            np.array([row.lower for row, _ in self.rows], dtype=float),
            np.array([row.upper for row, _ in self.rows], dtype=float),
            sum(lengths),
            np.cumsum([0, *lengths])[:-1].astype(np.int32),
            np.array([place for _, terms in self.rows for place in terms], dtype=np.int32),
            np.array([value for _, terms in self.rows for value in terms.values()], dtype=float),
        )
        self.costs: dict[int, int] = {}

    def _place(self, quantity: Quantity) -> int:
        return self.index.setdefault(self.same.get(quantity, quantity), len(self.index))

    def _known(self, terms: Terms) -> dict[int, int]:
        """``terms`` by column; what no constraint speaks of is left out."""
        found: dict[int, int] = defaultdict(int)
        for quantity, coefficient in terms.items():
            name = self.same.get(quantity, quantity)
            if name in self.index:
                found[self.index[name]] += coefficient
        return found

    def _run(self, terms: Terms, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum and a point of whole numbers that attains it; None where there is no such point."""
        if self.impossible:
            return None
        costs = self._known(terms)
        for place in {*self.costs, *costs}:
            self.highs.changeColCost(place, float(costs.get(place, 0)))
        self.costs = costs
        sense = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        self.highs.changeObjectiveSense(sense)
        found = self._solved(maximise)
        if found is None or self._is_whole(found[1]):
            return found
        bound = np.floor(found[0] + 1e-6) if maximise else np.ceil(found[0] - 1e-6)
        for rounded in (np.round(found[1]), np.ceil(found[1]), np.floor(found[1])):  # often attained, and far cheaper
            if self._satisfied(rounded) and sum(k * rounded[place] for place, k in costs.items()) == bound:
                return float(bound), rounded
        self._whole(highspy.HighsVarType.kInteger)
        found = self._solved(maximise)
        self._whole(highspy.HighsVarType.kContinuous)
        return found

    def _solved(self, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum of the model as it stands, whole or not, and a point; None where it is not feasible."""
        for _ in range(2):
            self.highs.run()
            status = self.highs.getModelStatus()
            if status != highspy.HighsModelStatus.kUnknown:
                break
            self.highs.clearSolver()  # a warm start can lead it astray: begin anew
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            if self.costs and self._run({}, maximise) is not None:
                return (inf if maximise else -inf), np.zeros(0)
            return None
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            raise ArithmeticError(f"the solver stopped without an answer: {self.highs.modelStatusToString(status)}")
        point = np.array(self.highs.getSolution().col_value)
        near = np.round(point)
        return self.highs.getInfo().objective_function_value, np.where(np.abs(point - near) < 1e-6, near, point)

    @staticmethod
    def _is_whole(point: np.ndarray) -> bool:
        return np.array_equal(point, np.round(point))

    def _satisfied(self, point: np.ndarray) -> bool:
        low, high = self.columns
        if not ((low <= point) & (point <= high)).all():
            return False
        return all(
            row.lower <= sum(k * point[place] for place, k in terms.items()) <= row.upper for row, terms in self.rows
        )

    def _whole(self, kind: highspy.HighsVarType) -> None:
        count = len(self.index)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, kind))

    def optimum(self, terms: Terms, maximise: bool = False) -> float | None:
        """The least (or most) of ``terms`` over whole numbers, perhaps infinite; None where nothing is consistent."""
        free = (coefficient for q, coefficient in terms.items() if self.same.get(q, q) not in self.index)
        if any(coefficient > 0 if maximise else coefficient < 0 for coefficient in free):
            return inf if maximise else -inf
        found = self._run(terms, maximise)
        return None if found is None else float(np.round(found[0])) if np.isfinite(found[0]) else found[0]

    def solution(self, terms: Terms, maximise: bool = False) -> dict[Quantity, int] | None:
        """Whole numbers that attain the optimum; None where nothing is consistent."""
        found = self._run(terms, maximise)
        return None if found is None else {q: round(found[1][place]) for q, place in self.index.items()}

    def certificate(self) -> list[str]:
        """Elements whose constraints together prove that nothing is consistent (Farkas); empty where none is at hand."""
        self.highs.run()
        _, there, ray = self.highs.getDualRay()
        return [row.element for (row, _), weight in zip(self.rows, ray, strict=True) if weight] if there else []
