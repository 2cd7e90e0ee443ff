"""Which whole numbers do linear constraints leave possible, which of them contradict each other, and what is the least repair?

Nothing here knows what is counted. Bounds are the identified set of partial identification (Manski 2003): each is
attained, and comes with a proof that can be checked by hand. Conflicts and repairs: each smallest set of elements that
hits every known conflict is tried; either it repairs the system, or what is left shows another conflict (implicit
hitting sets; Liffiton et al. 2016, "Fast, flexible MUS enumeration"; error localisation of Fellegi & Holt 1976).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isfinite
from typing import Any

from analysis.account.highs import Constraint, Model, Part, Quantity, Terms
from analysis.account.proof import End, Proof, Step, steps

__all__ = ["Constraint", "End", "Proof", "Quantity", "Reconciliation", "Step", "System", "Terms"]

Interval = tuple[float, float]
"""Least and most, both attained unless infinite."""

ENDS: tuple[End, End] = ("lower", "upper")

LISTED = 12
"""Subsets looked at to list the minimum repairs before a hull is searched without listing them."""

DENIED = "denied"
"""The element that says a bound is one less, or one more, than it is."""


@dataclass(frozen=True)
class Reconciliation:
    """What contradicts itself in a system, and what would repair it.

    ``conflicts``: minimal sets of elements that cannot all hold. ``size``: the least number of elements to drop so that
    the rest is consistent, always proven; None where what may not be dropped contradicts itself. ``repairs``: the sets
    of that size; one empty set where nothing is wrong. ``complete``: whether every repair, and every conflict that was
    asked for, is listed, or the search was cut at its limit.
    """

    conflicts: tuple[frozenset[str], ...]
    repairs: tuple[frozenset[str], ...]
    size: int | None
    complete: bool


@dataclass(frozen=True, eq=False)
class System:
    """Constraints that are to hold together: some ``parts`` of a model, whose other rows are switched off."""

    model: Model
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, constraints: Iterable[Constraint]) -> "System":
        model = Model(constraints)
        return cls(model, tuple(model.rows))

    @property
    def constraints(self) -> Iterator[Constraint]:
        return (self.model.constraints[row] for part in self.parts for row in self.model.rows[part])

    @property
    def elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(_element, self.parts)))

    def without(self, elements: Iterable[str]) -> "System":
        """This system less the constraints of ``elements``."""
        dropped = set(elements)
        return System(self.model, tuple(part for part in self.parts if _element(part) not in dropped))

    def restrict(self, elements: Iterable[str]) -> "System":
        """The constraints of ``elements`` alone."""
        kept = set(elements)
        return System(self.model, tuple(part for part in self.parts if _element(part) in kept))

    def beside(self, constraints: Iterable[Constraint]) -> "System":
        """This system and ``constraints`` too."""
        more = tuple(constraints)
        if not self.model.knows(more):
            return System.of((*self.constraints, *more))
        self.model.add(more)
        return System(self.model, tuple(dict.fromkeys((*self.parts, *more))))

    def feasible(self) -> bool:
        """Whether some whole numbers satisfy every constraint."""
        return self._optimum({}) is not None

    def allows(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some whole numbers satisfy ``constraints`` too."""
        return self.beside(constraints).feasible()

    def bound(self, terms: Terms) -> Interval | None:
        """Least and most of one expression; None where nothing is consistent."""
        least, most = self._optimum(terms), self._optimum(terms, "upper")
        return None if least is None or most is None else (least, most)

    def _optimum(self, terms: Terms, end: End = "lower") -> float | None:
        return self.model.optimum(frozenset(self.parts), terms, maximise=end == "upper")

    def proof(self, terms: Terms, end: End) -> Proof | None:
        """Why ``terms`` is no less ("lower") or no more ("upper") than it is; None where that end is not bounded."""
        bound = self._optimum(terms, end)
        if bound is None or not isfinite(bound):
            return None
        # a model of its own, so that a proof does not depend on what was asked before
        denied = System.of((*self.constraints, _beyond(terms, end, bound)))
        elements = denied.restrict(denied._contradiction() or ())._minimal() - {DENIED}
        weighted = Model(self.restrict(elements).constraints).multipliers(terms, maximise=end == "upper")
        tried = (
            Proof(end, bound, elements, steps(terms, end, weighted, sign, size))
            for size in (12, 1000, 10**6)
            for sign in (1, -1)
        )
        return next((proof for proof in tried if proof.is_sum), Proof(end, bound, elements, ()))

    def reconcile(self, hard: Iterable[str] = (), limit: int = 1000, repairs_only: bool = False) -> Reconciliation:
        """All minimal conflicts and all minimum repairs; ``hard`` elements are not given up in a repair.

        ``limit`` is the number of subsets looked at, once the size of the smallest repair is known, before the search
        is cut. ``repairs_only`` ends it once every minimum repair is known, with the conflicts met so far.
        """
        search = self._search(hard)
        complete = search.walk(limit, conflicts=not repairs_only)
        return Reconciliation(_sorted(search.cores), _sorted(search.repairs), search.size, complete)

    def hull(self, expressions: Mapping[Any, Terms], hard: Iterable[str] = ()) -> dict[Any, Interval | None]:
        """What at least one minimum repair leaves possible of each expression; None where there is no repair.

        Where the repairs are too many to be listed, an end is moved out for as long as some minimum repair allows more.
        """
        search = self._search(hard)
        listed = search.walk(LISTED, conflicts=False)
        if search.size is None:
            return dict.fromkeys(expressions)
        for repair in search.repairs if listed else ():  # all of one system in turn: each starts where the last ended
            for terms in expressions.values():
                self.without(repair).bound(terms)
        lower, upper = (
            {name: search.extreme(terms, end, listed) for name, terms in expressions.items()} for end in ENDS
        )
        return {name: (lower[name], upper[name]) for name in expressions}

    def attaining(self, terms: Terms, end: End, bound: float, hard: Iterable[str] = ()) -> "System | None":
        """What a known minimum repair leaves, one that attains this end of ``terms``."""
        search = self._search(hard)
        rests = (self.without(repair) for repair in search.repairs)
        return next((rest for rest in rests if rest._optimum(terms, end) == bound), None)

    def changes(
        self, hard: Iterable[str] = (), more: Iterable[Constraint] = (), known: "Iterable[System]" = ()
    ) -> int | None:
        """How many elements must be dropped at least, beside ``more``, which is kept; None where none are enough.

        Of the ``known`` systems each conflict between elements of this one is one here too: it saves searching.
        """
        search = self._search(hard)
        met = (core for system in known for core in system._search(hard).cores)
        search.cores += [core for core in met if core <= {*self.elements} and core not in search.cores]
        return search.changes(tuple(more))

    def _search(self, hard: Iterable[str]) -> "_Search":
        searches = self.model.searches
        return searches.setdefault((frozenset(self.parts), frozenset(hard)), _Search(self, frozenset(hard)))

    def _contradiction(self, whole: bool = True) -> frozenset[str] | None:
        """Elements that cannot all hold; None where all can, in fractions at least if they need not be ``whole``.

        They are few, as found from one certificate, and not minimal where other constraints of theirs would do.
        """
        proof = self.model.certificate(frozenset(self.parts))
        if proof is None and (not whole or self.feasible()):
            return None
        found = System.of(proof or ())
        return (self if found.feasible() else found)._minimal()  # a certificate is of fractions, within a tolerance

    def _minimal(self) -> frozenset[str]:
        """One minimal set of elements that cannot all hold, of a system that is not feasible: a deletion filter."""
        core = self
        for element in core.elements:
            smaller = core.without([element])
            if not smaller.feasible():
                core = smaller
        return frozenset(core.elements)

    def least_moves(self, elements: Iterable[str]) -> dict[str, float] | None:
        """How far the bounds that ``elements`` set on single quantities must move at least, in all, so that all hold.

        The rest is kept. What the elements say of several quantities at once is dropped. None where no move is enough.
        """
        moved = set(elements)
        kept = list(self.without(moved).constraints)
        for constraint in self.restrict(moved).constraints:
            if len(constraint.terms) == 1:
                slack = ("moved", constraint.element)
                kept.append(Constraint(constraint.element, (*constraint.terms, (slack, 1)), lower=constraint.lower))
                kept.append(Constraint(constraint.element, (*constraint.terms, (slack, -1)), upper=constraint.upper))
        model = Model(kept)
        solution = model.solution(model.on, {("moved", element): 1 for element in moved})
        return None if solution is None else {e: solution.get(("moved", e), 0) for e in sorted(moved)}


@dataclass
class _Search:
    """The conflicts and minimum repairs of a system that are known so far, for one choice of what is not dropped."""

    system: System
    hard: frozenset[str]
    cores: list[frozenset[str]] = field(default_factory=list)
    repairs: dict[frozenset[str], None] = field(default_factory=dict)
    """The minimum repairs, in the order in which they were found."""
    needed: dict[tuple[Constraint, ...], int | None] = field(default_factory=dict)
    """The size of a smallest repair beside some constraints."""

    @cached_property
    def first(self) -> frozenset[str] | None:
        """One minimum repair; None where what is hard contradicts itself."""
        found = self.repair()
        if found is not None:
            self.repairs[found] = None
        return found

    @cached_property
    def hitting(self) -> Model:
        """Each element as a number, 1 if it is dropped; sets to hit are added."""
        return Model(Constraint(element, ((element, 1),), 0, 1) for element in self.system.elements)

    @property
    def size(self) -> int | None:
        """The size of every minimum repair."""
        return None if self.first is None else len(self.first)

    def changes(self, more: tuple[Constraint, ...]) -> int | None:
        """The size of a smallest repair beside ``more``."""
        if more not in self.needed:
            found = self.repair(more) if more else self.first
            self.needed[more] = None if found is None else len(found)
        return self.needed[more]

    def walk(self, limit: int, conflicts: bool) -> bool:
        """Find every minimum repair, and every minimal conflict where asked; False if cut after ``limit`` subsets."""
        size, tried = self.size, list(self.repairs)
        if conflicts:
            self.cores = [self.system.restrict(core)._minimal() for core in self.cores]
        for _ in range(limit):
            dropped = self.cheapest(self.cores, tried)
            if dropped is None or (not conflicts and (size is None or self.cost(dropped) > size)):
                return True
            found = self.learn(dropped, minimal=conflicts)
            self.cores += found
            if not found:  # the least costly one, so each element of it is needed
                tried.append(dropped)
                if len(dropped) == size and not dropped & self.hard:
                    self.repairs[dropped] = None
        return False

    def cost(self, dropped: frozenset[str]) -> int:
        """The number of elements; one that is hard costs more than all others."""
        return sum(len(self.system.elements) + 1 if e in self.hard else 1 for e in dropped)

    def cheapest(self, cores: Iterable[frozenset[str]], tried: Iterable[frozenset[str]] = ()) -> frozenset[str] | None:
        """The least costly set that hits every one of ``cores`` and holds none of ``tried``."""
        cores = list(cores)
        if not all(cores):
            return None
        rows = [Constraint("hit", tuple((name, 1) for name in sorted(core)), lower=1) for core in cores]
        rows += [Constraint("not again", tuple((n, 1) for n in sorted(t)), upper=len(t) - 1) for t in tried]
        self.hitting.add(rows)
        costs = {name: self.cost(frozenset([name])) for name in self.system.elements}
        chosen = self.hitting.solution(frozenset([*costs, *rows]), costs)
        return None if chosen is None else frozenset(name for name in costs if chosen[name])

    def learn(
        self, dropped: frozenset[str], more: tuple[Constraint, ...] = (), minimal: bool = False
    ) -> list[frozenset[str]]:
        """Conflicts of what is left without ``dropped`` and beside ``more``, no two with an element in common.

        Those with ``more`` are given less its elements. ``minimal`` asks that no element is there in vain.
        """
        asked = {constraint.element for constraint in more}
        found: list[frozenset[str]] = []
        rest = lambda: self.system.without(dropped).beside(more)
        while (core := rest()._contradiction(whole=not found)) is not None:
            core = self.system.restrict(core)._minimal() if minimal else core
            found.append(core)
            if core <= self.hard | asked:
                break
            dropped |= core - self.hard - asked
        return found

    def repair(
        self, more: tuple[Constraint, ...] = (), most: float | None = None, cores: list[frozenset[str]] | None = None
    ) -> frozenset[str] | None:
        """A smallest repair that leaves room for ``more``; None where there is none of ``most`` elements or fewer.

        ``cores`` are conflicts with ``more`` that are known, and get those that are found.
        """
        cores = [] if cores is None else cores
        asked = {constraint.element for constraint in more}
        while True:
            dropped = self.cheapest([*self.cores, *cores])
            if dropped is None or dropped & self.hard or len(dropped) > (inf if most is None else most):
                return None
            found = self.learn(dropped, more)
            if not found:
                return dropped
            for core in found:
                (cores if core & asked else self.cores).append(core - asked)

    def extreme(self, terms: Terms, end: End, listed: bool) -> float:
        """The end of ``terms`` that is the furthest out over all minimum repairs, be they ``listed`` or not."""
        furthest = max if end == "upper" else min
        known = self.repairs if listed else list(self.repairs)[:1]
        ends = [self.system.without(repair)._optimum(terms, end) for repair in known]
        best = furthest(bound for bound in ends if bound is not None)
        cores: list[frozenset[str]] = []
        while isfinite(best) and not listed:
            further = self.repair((_beyond(terms, end, best),), self.size, cores)
            if further is None:
                break
            self.repairs[further] = None
            bound = self.system.without(further)._optimum(terms, end)
            assert bound is not None and furthest(bound, best) == bound != best
            best = bound
        return best


def denials(said: Iterable[Constraint]) -> Iterator[Constraint]:
    """What would make ``said`` false: each of its bounds missed by one or more."""
    for one in said:
        if one.lower > -inf:
            yield one._replace(lower=-inf, upper=one.lower - 1)
        if one.upper < inf:
            yield one._replace(lower=one.upper + 1, upper=inf)


def _element(part: Part) -> str:
    return part if isinstance(part, str) else part.element


def _beyond(terms: Terms, end: End, bound: float) -> Constraint:
    """That ``terms`` lies beyond ``bound``, by one or more."""
    limit = {"upper": bound - 1} if end == "lower" else {"lower": bound + 1}
    return Constraint(DENIED, tuple(terms.items()), **limit)


def _sorted(sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    return tuple(sorted(set(sets), key=lambda names: (len(names), sorted(names))))
