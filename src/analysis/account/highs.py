"""What is the least or the most of an expression under linear constraints over whole numbers of 0 or more?

Constraints as the solver HiGHS holds them: each is a row, rows are switched on and off for each question, and each is
solved from where the last optimum was. Whole numbers are reached by rounding or, where that fails, by an integer program.
What the constraints mean, and which of them contradict each other, does not belong here.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, NamedTuple

import highspy
import numpy as np

Quantity = Any
"""The name of a quantity: anything that can be hashed."""

Terms = Mapping[Quantity, int]
"""Whole coefficients of quantities, which are whole numbers of 0 or more."""

TINY = 1e-9
"""What is no weight: noise of the solver."""


class Constraint(NamedTuple):
    """``lower <= sum of terms <= upper``, all whole or infinite, on behalf of one element: a claim or an assumption."""

    element: str
    terms: tuple[tuple[Quantity, int], ...]
    lower: float = -inf
    upper: float = inf


Part = str | Constraint
"""What is switched on and off: all constraints of an element, or one that was added for a question."""


class Model:
    """Constraints as rows. Every question names the ``parts`` that are to hold; all other rows are switched off."""

    def __init__(self, constraints: Iterable[Constraint]) -> None:
        groups: dict[Part, list[Constraint]] = {}
        for constraint in constraints:
            groups.setdefault(constraint.element, []).append(constraint)
        named = (quantity for group in groups.values() for constraint in group for quantity, _ in constraint.terms)
        self.index = {quantity: place for place, quantity in enumerate(dict.fromkeys(named))}
        self.highs = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)):
            self.highs.setOptionValue(option, value)
        self._presolve("off")
        self.highs.addVars(len(self.index), np.zeros(len(self.index)), np.full(len(self.index), inf))
        self.constraints: list[Constraint] = []
        self.rows: dict[Part, np.ndarray] = {}
        self.lower, self.upper = np.zeros(0), np.zeros(0)  # of the rows that are switched on
        self.row, self.column = np.zeros(0, np.int32), np.zeros(0, np.int32)  # of each coefficient
        self.coefficient = np.zeros(0)
        self.costs: dict[int, int] = {}
        self.optima: dict[Any, float | None] = {}
        self.searches: dict[Any, Any] = {}  # what `solver` knows of the conflicts of some parts
        self._add(groups)
        self.on = frozenset(self.rows)

    def _presolve(self, value: str) -> None:
        """Off, a certificate and multipliers are of the problem as given; an integer program needs it."""
        self.highs.setOptionValue("presolve", value)

    def add(self, constraints: Iterable[Constraint]) -> None:
        """A row for each of ``constraints`` that has none, switched off until a question names it."""
        self._add({constraint: [constraint] for constraint in constraints if constraint not in self.rows})

    def _add(self, groups: Mapping[Part, list[Constraint]]) -> None:
        """Rows for each part, in order."""
        added = [constraint for group in groups.values() for constraint in group]
        first = len(self.constraints)
        self.constraints += added
        for part, group in groups.items():
            self.rows[part] = np.arange(first, first + len(group), dtype=np.int32)
            first += len(group)
        lengths = np.array([len(c.terms) for c in added], dtype=np.int32)
        column = np.array([self.index[quantity] for c in added for quantity, _ in c.terms], dtype=np.int32)
        values = np.array([value for c in added for _, value in c.terms], dtype=float)
        lower, upper = np.array([c.lower for c in added]), np.array([c.upper for c in added])
        starts = (np.cumsum(lengths) - lengths).astype(np.int32)
        self.highs.addRows(len(added), lower, upper, len(column), starts, column, values)
        rows = np.repeat(np.arange(first - len(added), first), lengths)
        self.row, self.column = np.concatenate([self.row, rows]), np.concatenate([self.column, column])
        self.coefficient = np.concatenate([self.coefficient, values])
        self.lower, self.upper = np.concatenate([self.lower, lower]), np.concatenate([self.upper, upper])

    def knows(self, constraints: Iterable[Constraint]) -> bool:
        """Whether all quantities of ``constraints`` are among those that it was made for."""
        return all(quantity in self.index for constraint in constraints for quantity, _ in constraint.terms)

    def _switch(self, parts: frozenset[Part]) -> None:
        """Let ``parts`` hold, and nothing else."""
        for part in self.on ^ parts:
            rows = self.rows[part]
            ends = [
                (c.lower, c.upper) if part in parts else (-inf, inf) for c in self.constraints[rows[0] : rows[-1] + 1]
            ]
            self.lower[rows], self.upper[rows] = np.array(ends).T
            self.highs.changeRowsBounds(len(rows), rows, self.lower[rows], self.upper[rows])
        self.on = parts

    def optimum(self, parts: frozenset[Part], terms: Terms, maximise: bool = False) -> float | None:
        """The least (or most) of ``terms`` over whole numbers, perhaps infinite; None where nothing is consistent."""
        key = parts, frozenset(terms.items()), maximise
        if key not in self.optima:
            found = self._run(parts, terms, maximise)
            free = (value for quantity, value in terms.items() if quantity not in self.index)
            if found is not None and any(value > 0 if maximise else value < 0 for value in free):
                found = (inf if maximise else -inf), found[1]
            self.optima[key] = None if found is None else float(np.round(found[0])) + 0.0
        return self.optima[key]

    def solution(self, parts: frozenset[Part], terms: Terms) -> dict[Quantity, int] | None:
        """Whole numbers that attain the least of ``terms``; None where nothing is consistent."""
        found = self._run(parts, terms, maximise=False)
        return None if found is None else {q: round(found[1][place]) for q, place in self.index.items()}

    def certificate(self, parts: frozenset[Part]) -> list[Constraint] | None:
        """Constraints that together prove that nothing is consistent (Farkas).

        Empty where no proof is at hand, None where fractions satisfy every constraint. The solver works within a tolerance,
        so what it proves is to be checked.
        """
        if self._relaxed(parts, {}, maximise=False) is not None:
            return None
        _, there, ray = self.highs.getDualRay()
        weighted = zip(self.constraints, ray, strict=True) if there else ()
        return [constraint for constraint, weight in weighted if abs(weight) > TINY]

    def multipliers(self, terms: Terms, maximise: bool) -> list[tuple[Constraint, float]]:
        """The constraints whose weighted sum bounds ``terms``, each with its weight (the dual solution)."""
        found = self._relaxed(self.on, terms, maximise)
        if found is None or not np.isfinite(found[0]):
            return []
        weighted = zip(self.constraints, self.highs.getSolution().row_dual, strict=True)
        return [(constraint, weight) for constraint, weight in weighted if weight]

    def _relaxed(self, parts: frozenset[Part], terms: Terms, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum over fractions too, and a point that attains it; None where there is none."""
        self._switch(parts)
        costs = {self.index[quantity]: value for quantity, value in terms.items() if quantity in self.index}
        for place in {*self.costs, *costs}:
            self.highs.changeColCost(place, float(costs.get(place, 0)))
        self.costs = costs
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize)
        return self._solved(maximise)

    def _run(self, parts: frozenset[Part], terms: Terms, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum and a point of whole numbers that attains it; None where there is no such point."""
        found = self._relaxed(parts, terms, maximise)
        if found is None or _is_whole(found[1]):
            return found
        bound = float(np.floor(found[0] + 1e-6) if maximise else np.ceil(found[0] - 1e-6))
        for rounded in (np.round(found[1]), np.ceil(found[1]), np.floor(found[1])):
            attained = sum(k * rounded[column] for column, k in self.costs.items()) == bound
            if attained and self._satisfied(rounded):
                return bound, rounded
        if dived := self._dive(found[1], bound, maximise):
            return dived
        self._relaxed(parts, terms, maximise)  # as it was before columns were fixed
        try:
            self._whole(highspy.HighsVarType.kInteger, "choose")
            return self._solved(maximise)
        finally:
            self._whole(highspy.HighsVarType.kContinuous, "off")

    def _dive(self, point: np.ndarray, bound: float, maximise: bool) -> tuple[float, np.ndarray] | None:
        """A point of whole numbers that attains ``bound``, by fixing column after column; None where that leads nowhere."""
        fixed: list[int] = []
        found: tuple[float, np.ndarray] | None = (bound, point)
        try:
            while found is not None and abs(found[0] - bound) < 1 and not _is_whole(found[1]):
                away = np.abs(found[1] - np.round(found[1]))
                column = int(np.argmin(np.where(away > 0, away, inf)))
                near = np.floor(found[1][column] + 0.5)
                fixed.append(column)
                self.highs.changeColBounds(column, near, near)
                found = self._solved(maximise)
        finally:  # also where a kernel is interrupted: the model is kept
            for column in fixed:
                self.highs.changeColBounds(column, 0.0, inf)
        whole = found is not None and _is_whole(found[1]) and abs(found[0] - bound) < TINY
        return found if whole else None

    def _whole(self, kind: highspy.HighsVarType, presolve: str) -> None:
        count = len(self.index)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, kind))
        self._presolve(presolve)

    def _satisfied(self, point: np.ndarray) -> bool:
        sums = np.bincount(self.row, self.coefficient * point[self.column], minlength=len(self.lower))
        return bool(((self.lower <= sums) & (sums <= self.upper)).all())

    def _solved(self, maximise: bool) -> tuple[float, np.ndarray] | None:
        """The optimum of the model as it is, whole or not, and a point; None where it is not feasible."""
        self.highs.run()
        _, presolve = self.highs.getOptionValue("presolve")
        for way in (presolve, "choose"):  # a warm start can lead it astray; an unbounded problem too, as given
            if self.highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
                self.highs.clearSolver()
                self._presolve(way)
                self.highs.run()
        self._presolve(presolve)
        status = self.highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            if self.costs and self._run(self.on, {}, maximise) is not None:
                return (inf if maximise else -inf), np.zeros(0)
            return None
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status == highspy.HighsModelStatus.kModelEmpty and not self._satisfied(np.zeros(0)):
            return None
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            raise ArithmeticError(f"the solver stopped without an answer: {self.highs.modelStatusToString(status)}")
        point = np.array(self.highs.getSolution().col_value)
        near = np.round(point)
        return self.highs.getInfo().objective_function_value, np.where(np.abs(point - near) < 1e-6, near, point)


def _is_whole(point: np.ndarray) -> bool:
    return np.array_equal(point, np.round(point))
