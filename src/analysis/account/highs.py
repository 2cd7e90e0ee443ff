"""What is the least or the most of an expression under linear constraints over whole numbers of 0 or more?

Constraints as the solver HiGHS holds them, solved again and again from where the last optimum was. Whole numbers are
reached by rounding, then by fixing one column after another, and only then by an integer program. What the constraints
mean, and which of them contradict each other, does not belong here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from math import inf
from typing import Any

import highspy
import numpy as np

Quantity = Any
"""The name of a quantity: anything that can be hashed."""

Terms = Mapping[Quantity, int]
"""Whole coefficients of quantities, which are whole numbers of 0 or more."""

TINY = 1e-9
"""What is no weight: noise of the solver."""

DIVE = 30
"""Columns fixed one after another before an integer program is asked."""


@dataclass(frozen=True)
class Constraint:
    """``lower <= sum of terms <= upper``, all whole or infinite, on behalf of one element: a claim or an assumption."""

    element: str
    terms: tuple[tuple[Quantity, int], ...]
    lower: float = -inf
    upper: float = inf


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


def _representatives(constraints: Iterable[Constraint]) -> dict[Quantity, Quantity]:
    """For each quantity that a constraint equates with another, one that represents all of its equals (union-find)."""
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
        self.rows: dict[tuple[Any, ...], tuple[dict[int, int], float, float]] = {}
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
            key = (constraint if not merge else "", frozenset(kept.items()), low, high)
            self.rows.setdefault(key, (kept, low, high))

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
    """Rows as arrays: of each its bounds, of each coefficient its row and column."""

    lower: np.ndarray
    upper: np.ndarray
    lengths: np.ndarray
    places: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, rows: list[tuple[dict[int, int], float, float]]) -> "_Rows":
        return cls(
            np.array([low for _, low, _ in rows], dtype=float),
            np.array([high for _, _, high in rows], dtype=float),
            np.array([len(terms) for terms, _, _ in rows], dtype=np.int32),
            np.array([place for terms, _, _ in rows for place in terms], dtype=np.int32),
            np.array([value for terms, _, _ in rows for value in terms.values()], dtype=float),
        )

    def hold(self, point: np.ndarray) -> bool:
        """Whether ``point`` is within the bounds of every row."""
        row = np.repeat(np.arange(len(self.lower)), self.lengths)
        sums = np.bincount(row, self.values * point[self.places], minlength=len(self.lower))
        return bool(((self.lower <= sums) & (sums <= self.upper)).all())


@lru_cache(maxsize=256)
def _compiled(lasting: tuple[Block, ...], merge: bool) -> tuple[_Columns, _Rows]:
    constraints = [constraint for block in lasting for constraint in block.constraints]
    columns = _Columns(_representatives(constraints) if merge else {})
    for constraint in constraints:
        columns.add(constraint, merge)
    return columns, columns.packed()


class Model:
    """The constraints of some blocks. Without ``merge`` each constraint is a row of its own, so that rows can be named."""

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
        if not merge:  # certificates and multipliers are of the problem as it stands
            self.highs.setOptionValue("presolve", "off")
        self.highs.addVars(len(columns.index), *self.limits)
        self.rows: list[_Rows] = []
        self._add(rows)
        self._add(columns.packed(since=len(rows.lower)))
        self.costs: dict[int, int] = {}
        self.optima: dict[tuple[frozenset[tuple[Quantity, int]], bool], float | None] = {}

    def _add(self, rows: _Rows) -> None:
        starts = (np.cumsum(rows.lengths) - rows.lengths).astype(np.int32)
        self.highs.addRows(len(rows.lower), rows.lower, rows.upper, len(rows.places), starts, rows.places, rows.values)
        self.rows.append(rows)

    @cached_property
    def elements(self) -> np.ndarray:
        """The element of each row; without merging."""
        return np.array([key[0].element for key in self.columns.rows])

    def knows(self, quantity: Quantity) -> bool:
        """Whether a constraint speaks of ``quantity``."""
        return self.columns.same.get(quantity, quantity) in self.columns.index

    def allows(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some whole numbers satisfy ``constraints`` too, all of quantities that it knows."""
        count = self.highs.getNumRow()
        self._add(_Rows.of([(self._known(dict(c.terms)), c.lower, c.upper) for c in constraints]))
        found = self._run({}, maximise=False)
        more = len(self.rows.pop().lower)
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
        if found is None or _is_whole(found[1]):
            return found
        bound = float(np.floor(found[0] + 1e-6) if maximise else np.ceil(found[0] - 1e-6))
        point = self._rounded(found[1], bound)
        if point is not None:
            return bound, point
        self._whole(highspy.HighsVarType.kInteger)
        found = self._solved(maximise)
        self._whole(highspy.HighsVarType.kContinuous)
        return found

    def _rounded(self, point: np.ndarray, bound: float) -> np.ndarray | None:
        """Whole numbers that attain ``bound``, found by rounding all of ``point``, or by fixing one column after another."""
        value = lambda place: sum(k * place[column] for column, k in self.costs.items())
        for rounded in (np.round(point), np.ceil(point), np.floor(point)):
            if value(rounded) == bound and self._satisfied(rounded):
                return rounded
        fixed: list[int] = []
        found: np.ndarray | None = point
        for _ in range(DIVE):
            assert found is not None
            if _is_whole(found):
                break
            away = np.abs(found - np.round(found))
            column = int(np.argmin(np.where(away > 0, away, inf)))
            fixed.append(column)
            found = self._fixed(column, found[column])
            if found is None:
                break
        for column in fixed:
            self.highs.changeColBounds(column, self.limits[0][column], self.limits[1][column])
        return found if found is not None and _is_whole(found) and value(found) == bound else None

    def _fixed(self, column: int, value: float) -> np.ndarray | None:
        """The optimum's point with ``column`` at the nearest whole number to ``value``, or else the next nearest."""
        near = float(np.round(value))
        for whole in (near, near + (1 if value > near else -1)):
            self.highs.changeColBounds(column, whole, whole)
            found = self._solved(False)
            if found is not None and len(found[1]):
                return found[1]
        return None

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

    def certificate(self, dropped: Iterable[str] = (), more: Sequence[Constraint] = ()) -> list[Constraint] | None:
        """Constraints that together prove that nothing is consistent (Farkas), without ``dropped`` and with ``more``.

        Empty where no proof is at hand, None where fractions satisfy every constraint; without merging. The solver works
        within a tolerance, so what it proves is to be checked.
        """
        constraints = [*(key[0] for key in self.columns.rows), *more]
        dropped = set(dropped)
        off = np.isin(self.elements, list(dropped))
        count, added = len(self.elements), _Rows.of([(self._known(dict(c.terms)), c.lower, c.upper) for c in more])
        low, high = (np.concatenate([getattr(rows, end) for rows in self.rows]) for end in ("lower", "upper"))
        places = np.arange(count, dtype=np.int32)
        self.highs.changeRowsBounds(count, places, np.where(off, -inf, low), np.where(off, inf, high))
        self._add(added)
        found: list[Constraint] | None = None
        if self._solved(False) is None:
            _, there, ray = self.highs.getDualRay()
            weighted = zip(constraints, ray, strict=True) if there else ()
            found = [c for c, weight in weighted if abs(weight) > TINY and c.element not in dropped]
        self.rows.pop()
        self.highs.deleteRows(len(more), np.arange(count, count + len(more), dtype=np.int32))
        return found

    def multipliers(self, terms: Terms, maximise: bool) -> list[tuple[Constraint, float]]:
        """The constraints whose weighted sum bounds ``terms``, each with its weight (the dual solution); without merging."""
        constraints = [key[0] for key in self.columns.rows]
        if self._run_relaxed(terms, maximise) is None:
            return []
        weights = self.highs.getSolution().row_dual
        return [(constraint, weight) for constraint, weight in zip(constraints, weights, strict=True) if weight]

    def _run_relaxed(self, terms: Terms, maximise: bool) -> float | None:
        for place, coefficient in self._known(terms).items():
            self.highs.changeColCost(place, float(coefficient))
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize)
        found = self._solved(maximise)
        return None if found is None or not np.isfinite(found[0]) else found[0]


def _is_whole(point: np.ndarray) -> bool:
    return np.array_equal(point, np.round(point))
