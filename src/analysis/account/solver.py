"""Which whole numbers do linear constraints leave possible, which cannot all hold, and what is the least that mends it?

Nothing here knows what is counted. Bounds are the identified set of partial identification (Manski 2003), found by
linear and, where its corner is no whole number, integer programming with HiGHS; so each bound is attained.
Conflicts and repairs: the map of subsets of Liffiton et al. (2016, "Fast, flexible MUS enumeration"), walked from the
largest subset down, so that the first consistent ones are the minimum repairs (error localisation of Fellegi & Holt
1976).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
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


@dataclass(frozen=True, eq=False)
class Block:
    """The constraints of one element. A ``lasting`` block is used in many systems, and compiled once."""

    element: str
    constraints: tuple[Constraint, ...]
    lasting: bool = False


def blocks(constraints: Iterable[Constraint], lasting: bool = False) -> tuple[Block, ...]:
    """``constraints`` by their element, in order."""
    groups: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        groups.setdefault(constraint.element, []).append(constraint)
    return tuple(Block(element, tuple(group), lasting) for element, group in groups.items())


@dataclass(frozen=True)
class System:
    """Constraints that are to hold together."""

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, constraints: Iterable[Constraint]) -> "System":
        return cls(blocks(constraints))

    @property
    def constraints(self) -> Iterator[Constraint]:
        return (constraint for block in self.blocks for constraint in block.constraints)

    @property
    def elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(block.element for block in self.blocks))

    def without(self, elements: Iterable[str]) -> "System":
        """This system less the constraints of ``elements``."""
        gone = set(elements)
        return System(tuple(block for block in self.blocks if block.element not in gone))

    def only(self, elements: Iterable[str]) -> "System":
        """The constraints of ``elements`` alone."""
        kept = set(elements)
        return System(tuple(block for block in self.blocks if block.element in kept))

    @cached_property
    def parts(self) -> tuple["System", ...]:
        """The systems that share no quantity with one another."""
        constraints = list(self.constraints)
        index: dict[Quantity, int] = {}
        place = lambda quantity: index.setdefault(quantity, len(index))
        pairs = [(place(q), place(c.terms[0][0])) for c in constraints for q, _ in c.terms]
        if not pairs:
            return ()
        rows, columns = np.array(pairs).T
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(index), len(index)))
        labels = connected_components(graph, directed=False)[1]
        groups: dict[int, list[Constraint]] = defaultdict(list)
        for constraint in constraints:
            groups[labels[index[constraint.terms[0][0]]]].append(constraint)
        return tuple(System.of(group) for group in groups.values())

    def feasible(self) -> bool:
        """Whether some whole numbers satisfy every constraint."""
        return self._model.optimum({}) is not None

    def allows(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some whole numbers satisfy ``constraints`` too."""
        more = tuple(constraints)
        if all(self._model.knows(quantity) for constraint in more for quantity, _ in constraint.terms):
            return self._model.allows(more)
        return System((*self.blocks, *blocks(more))).feasible()

    @cached_property
    def _model(self) -> "_Model":
        return _Model(self.blocks)

    def bounds(self) -> dict[Quantity, Interval | None]:
        """Least and most of each quantity; None for the quantities of a part in which nothing is consistent."""
        result: dict[Quantity, Interval | None] = {}
        for part in self.parts:
            result |= part.bounds_of({q: {q: 1} for c in part.constraints for q, _ in c.terms})
        return result

    def bounds_of(self, expressions: Mapping[Any, Terms]) -> dict[Any, Interval | None]:
        """Least and most of each of ``expressions``; None for all of them where nothing is consistent."""
        if not self.feasible():
            return dict.fromkeys(expressions)
        result: dict[Any, Interval | None] = {}
        for name, terms in expressions.items():
            least, most = self._model.optimum(terms), self._model.optimum(terms, maximise=True)
            assert least is not None and most is not None
            result[name] = least, most
        return result

    def bound(self, terms: Terms) -> Interval | None:
        """Least and most of one expression."""
        return self.bounds_of({"": terms})[""]

    def reasons(self, terms: Terms) -> frozenset[str]:
        """Elements from which the least and the most of an expression follow: for each end one minimal set.

        An end follows from a set if the set cannot hold beside "it is one less" or "it is one more". Of a system that
        is not feasible, and of an end that is not bounded, there are none.
        """
        bounds = self.bound(terms)
        if bounds is None:
            return frozenset()
        beyond = [dict(upper=bounds[0] - 1)] if bounds[0] > -inf else []
        beyond += [dict(lower=bounds[1] + 1)] if bounds[1] < inf else []
        denials = [Constraint("denied", tuple(terms.items()), **end) for end in beyond]
        cores = [System((*self.blocks, *blocks([denial])))._core() for denial in denials]
        return frozenset().union(*cores) - {"denied"}

    def reconcile(self, kept: Iterable[str] = (), limit: int = 1000, repairs_only: bool = False) -> Reconciliation:
        """All minimal conflicts and all minimum repairs; ``kept`` elements are not given up in a repair.

        ``limit`` is the number of subsets looked at before the search is cut. ``repairs_only`` ends it once every
        minimum repair is known, with the conflicts met so far.
        """
        if self.feasible():
            return Reconciliation((), (frozenset(),), complete=True)
        elements, held = self.elements, set(kept)
        weights = {e: len(elements) + 1 if e in held else 1 for e in elements}
        seen = [Constraint("one or none", ((e, 1),), 0, 1) for e in elements]
        conflicts: list[frozenset[str]] = []
        repairs: list[frozenset[str]] = []
        fewest = inf
        for _ in range(limit):
            chosen = _Model(blocks(seen)).solution(weights, maximise=True)
            if chosen is None:
                break
            seed = self.only(e for e in elements if chosen[e])
            removed = frozenset(e for e in elements if not chosen[e])
            cost = sum(weights[e] for e in removed)
            if repairs_only and cost > fewest:
                break
            if seed.feasible():  # of the most weight, so nothing can be added to it
                fewest = min(fewest, cost)
                if cost == fewest and not removed & held:
                    repairs.append(removed)
                seen.append(Constraint("not this repair", tuple((e, 1) for e in sorted(removed)), lower=1))
            else:
                core = seed._core()
                conflicts.append(core)
                seen.append(Constraint("not this conflict", tuple((e, 1) for e in sorted(core)), upper=len(core) - 1))
        else:
            return Reconciliation(_sorted(conflicts), _sorted(repairs), complete=False)
        return Reconciliation(_sorted(conflicts), _sorted(repairs), complete=True)

    def _core(self) -> frozenset[str]:
        """One minimal set of elements that cannot all hold, of a system that is not feasible: a deletion filter."""
        core = self.only(_Model(self.blocks, merge=False).certificate())
        core = self if core.feasible() else core  # the certificate is of fractions, within a tolerance
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
        solution = _Model(blocks(kept)).solution(slacks)
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


class _Columns:
    """Constraints by column and row: equal quantities share a column, single bounds are bounds of it, no row is twice."""

    def __init__(self, same: Mapping[Quantity, Quantity]) -> None:
        self.same = same
        self.index: dict[Quantity, int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: dict[tuple[Any, ...], tuple[str, dict[int, int], float, float]] = {}
        self.impossible = False

    def place(self, quantity: Quantity) -> int:
        name = self.same.get(quantity, quantity)
        place = self.index.setdefault(name, len(self.index))
        if place == len(self.lower):
            self.lower.append(0.0)
            self.upper.append(inf)
        return place

    def add(self, constraint: Constraint, merge: bool) -> None:
        kept: dict[int, int] = {}
        for quantity, coefficient in constraint.terms:
            place = self.place(quantity)
            kept[place] = kept.get(place, 0) + coefficient
        if 0 in kept.values():
            kept = {place: coefficient for place, coefficient in kept.items() if coefficient}
        low, high = constraint.lower, constraint.upper
        if merge and not kept:
            self.impossible |= not low <= 0 <= high
        elif merge and list(kept.values()) == [1]:
            (place,) = kept
            self.lower[place], self.upper[place] = max(self.lower[place], low), min(self.upper[place], high)
            self.impossible |= self.lower[place] > self.upper[place]
        else:
            key = (constraint.element if not merge else "", frozenset(kept.items()), low, high)
            self.rows.setdefault(key, (constraint.element, kept, low, high))

    def copy(self) -> "_Columns":
        other = _Columns(self.same)
        other.index, other.lower, other.upper = dict(self.index), list(self.lower), list(self.upper)
        other.rows, other.impossible = dict(self.rows), self.impossible
        return other

    def packed(self, since: int = 0) -> "_Rows":
        """The rows from the one numbered ``since`` on."""
        return _Rows.of(list(islice(self.rows.values(), since, None)))


@dataclass(frozen=True)
class _Rows:
    """Rows as arrays: of each its element and bounds, of each coefficient its row and column."""

    elements: list[str]
    lower: np.ndarray
    upper: np.ndarray
    lengths: np.ndarray
    places: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, rows: list[tuple[str, dict[int, int], float, float]]) -> "_Rows":
        return cls(
            [element for element, _, _, _ in rows],
            np.array([low for _, _, low, _ in rows], dtype=float),
            np.array([high for _, _, _, high in rows], dtype=float),
            np.array([len(terms) for _, terms, _, _ in rows], dtype=np.int32),
            np.array([place for _, terms, _, _ in rows for place in terms], dtype=np.int32),
            np.array([value for _, terms, _, _ in rows for value in terms.values()], dtype=float),
        )

    def hold(self, point: np.ndarray) -> bool:
        """Whether ``point`` is within the bounds of every row."""
        row = np.repeat(np.arange(len(self.elements)), self.lengths)
        sums = np.bincount(row, self.values * point[self.places], minlength=len(self.elements))
        return bool(((self.lower <= sums) & (sums <= self.upper)).all())


@lru_cache(maxsize=256)
def _compiled(lasting: tuple[Block, ...], merge: bool) -> tuple[_Columns, _Rows]:
    constraints = [constraint for block in lasting for constraint in block.constraints]
    columns = _Columns(_equal(constraints) if merge else {})
    for constraint in constraints:
        columns.add(constraint, merge)
    return columns, columns.packed()


class _Model:
    """Constraints as HiGHS holds them: solved again and again from where the last optimum was."""

    def __init__(self, given: Iterable[Block], merge: bool = True) -> None:
        given = tuple(given)
        compiled, rows = _compiled(tuple(block for block in given if block.lasting), merge)
        columns = compiled.copy()
        for block in given:
            if not block.lasting:
                for constraint in block.constraints:
                    columns.add(constraint, merge)
        self.columns = columns
        self.limits = np.array(columns.lower), np.array(columns.upper)
        self.highs = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)):
            self.highs.setOptionValue(option, value)
        if not merge:  # a certificate is of the problem as it stands
            self.highs.setOptionValue("presolve", "off")
        self.highs.addVars(len(columns.index), *self.limits)
        self.rows: list[_Rows] = []
        self._add(rows)
        self._add(columns.packed(since=len(rows.elements)))
        self.costs: dict[int, int] = {}
        self.optima: dict[tuple[frozenset[tuple[Quantity, int]], bool], float | None] = {}

    def _add(self, rows: _Rows) -> None:
        starts = (np.cumsum(rows.lengths) - rows.lengths).astype(np.int32)
        self.highs.addRows(
            len(rows.elements), rows.lower, rows.upper, len(rows.places), starts, rows.places, rows.values
        )
        self.rows.append(rows)

    def knows(self, quantity: Quantity) -> bool:
        """Whether a constraint speaks of ``quantity``."""
        return self.columns.same.get(quantity, quantity) in self.columns.index

    def allows(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some whole numbers satisfy ``constraints`` too, all of quantities that it knows."""
        count = self.highs.getNumRow()
        self._add(_Rows.of([(c.element, self._known(dict(c.terms)), c.lower, c.upper) for c in constraints]))
        found = self._run({}, maximise=False)
        more = len(self.rows.pop().elements)
        self.highs.deleteRows(more, np.arange(count, count + more, dtype=np.int32))
        return found is not None

    def _known(self, terms: Terms) -> dict[int, int]:
        """``terms`` by column; what no constraint speaks of is left out."""
        found: dict[int, int] = defaultdict(int)
        for quantity, coefficient in terms.items():
            if self.knows(quantity):
                found[self.columns.index[self.columns.same.get(quantity, quantity)]] += coefficient
        return found

    def _run(self, terms: Terms, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum and a point of whole numbers that attains it; None where there is no such point."""
        if self.columns.impossible:
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
        low, high = self.limits
        return bool(((low <= point) & (point <= high)).all()) and all(rows.hold(point) for rows in self.rows)

    def _whole(self, kind: highspy.HighsVarType) -> None:
        count = len(self.columns.index)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, kind))

    def optimum(self, terms: Terms, maximise: bool = False) -> float | None:
        """The least (or most) of ``terms`` over whole numbers, perhaps infinite; None where nothing is consistent."""
        key = frozenset(terms.items()), maximise
        if key not in self.optima:
            self.optima[key] = self._optimum(terms, maximise)
        return self.optima[key]

    def _optimum(self, terms: Terms, maximise: bool) -> float | None:
        free = (coefficient for quantity, coefficient in terms.items() if not self.knows(quantity))
        if any(coefficient > 0 if maximise else coefficient < 0 for coefficient in free):
            return inf if maximise else -inf
        found = self._run(terms, maximise)
        return None if found is None else float(np.round(found[0])) + 0.0 if np.isfinite(found[0]) else found[0]

    def solution(self, terms: Terms, maximise: bool = False) -> dict[Quantity, int] | None:
        """Whole numbers that attain the optimum; None where nothing is consistent."""
        found = self._run(terms, maximise)
        return None if found is None else {q: round(found[1][place]) for q, place in self.columns.index.items()}

    def certificate(self) -> list[str]:
        """Elements whose constraints together prove that nothing is consistent (Farkas); empty where none is at hand."""
        self.highs.run()
        _, there, ray = self.highs.getDualRay()
        elements = [element for rows in self.rows for element in rows.elements]
        return [element for element, weight in zip(elements, ray, strict=True) if weight] if there else []
