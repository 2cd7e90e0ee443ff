"""What does each assumption say of the quantities that the claims speak of?

Departed = killed + returned + away, away = present + elsewhere, for each scope and date; assumptions are added one on
the other. Who speaks of a quantity, and what, does not belong here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product

from analysis.account.scopes import ELSEWHERE, MAIN, SAME, Quantity, Scope, Scopes, months
from analysis.account.solver import Constraint

BALANCE, ONE_DATE, NO_FALL, NOBODY_ELSEWHERE = "balance", "one_date", "no_fall", "nobody_elsewhere"
ALIGNMENT = {field: f"one_{field}" for field in SAME}

ASSUMPTIONS = (BALANCE, *ALIGNMENT.values(), ONE_DATE, NO_FALL, NOBODY_ELSEWHERE)
"""The assumptions as elements of a system; analysis/wording has each in words."""

LEVELS = {
    "claims": (),
    "balance": (BALANCE,),
    "aligned": (BALANCE, *ALIGNMENT.values(), ONE_DATE),
    "monotone": (BALANCE, *ALIGNMENT.values(), ONE_DATE, NO_FALL),
    "closed": ASSUMPTIONS,
}
"""The nested choices of assumptions, each with all of the one before."""

Cells = dict[tuple[Scope, str], set[str]]
"""The measures that are looked at, by scope and day."""


@dataclass(frozen=True, eq=False)
class Structure:
    """The chosen assumptions as constraints over every quantity that they bear on.

    ``claimed`` are the quantities that claims speak of; ``same_date`` the months between days that count as one,
    ``revision`` the persons by which a cumulative count may fall.
    """

    scopes: Scopes
    assumptions: tuple[str, ...]
    claimed: frozenset[Quantity]
    same_date: float
    revision: int

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The days at or up to which something is counted."""
        return tuple(sorted({q.end for q in self.claimed if not q.start}))

    @cached_property
    def one_date(self) -> tuple[tuple[str, str], ...]:
        """The pairs of days that count as one: a larger limit only adds pairs."""
        pairs = combinations(self.dates, 2)
        return tuple((first, second) for first, second in pairs if months(first, second) <= self.same_date)

    def constraints(self) -> Iterator[Constraint]:
        if not self.assumptions:
            return
        cells = self._cells()
        yield from self._balance(cells)
        yield from self._nesting(cells)
        yield from self._windows(cells)
        if ONE_DATE in self.assumptions:
            yield from self._alignment(cells)
        if NO_FALL in self.assumptions:
            yield from self._no_fall(cells)
        if NOBODY_ELSEWHERE in self.assumptions:
            for scope, day in sorted(cells):
                inside = ((Quantity("present", scope, day), 1), (Quantity("fighting", scope, day), -1))
                yield Constraint(NOBODY_ELSEWHERE, ((Quantity(ELSEWHERE, scope, day), 1),), 0, 0)
                yield Constraint(NOBODY_ELSEWHERE, inside, 0, 0)

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """The measures that are looked at in every scope and at every date."""
        return frozenset({*self.scopes.tree, *self.scopes.tree.values(), "fighting"})

    @cached_property
    def flows(self) -> list[Quantity]:
        return [q for q in sorted(self.claimed) if q.start]

    def _cells(self) -> Cells:
        cells = {(q.scope, q.end) for q in self.claimed if not q.start}
        if ONE_DATE in self.assumptions:  # every aligned scope at every date, so that equal ones form a chain
            used = {q.scope for q in self.claimed}
            values = [
                sorted({s[place] for s in used if s.origin == MAIN.origin} & set(SAME.get(field, ())) | {MAIN[place]})
                for place, field in enumerate(Scope._fields)
            ]
            cells |= {(Scope(*scope), day) for scope in product(*values) for day in self.dates}
        found = {cell: set(self.everywhere) for cell in sorted(cells)}
        for quantity in self.claimed:
            for scope, day in cells if quantity.measure not in self.everywhere else ():
                later = day == quantity.end or (quantity.start and day > quantity.end)
                if quantity.scope == scope and later:
                    found[scope, day].add(quantity.measure)
        return found

    def _balance(self, cells: Cells) -> Iterator[Constraint]:
        """A whole is the sum of its parts, and no less than a part that overlaps others."""
        tree, part_of = self.scopes.tree, self.scopes.part_of
        for (scope, day), names in sorted(cells.items()):
            at = {name: Quantity(name, scope, day) for name in names}
            for name in dict.fromkeys(tree.values()):
                parts = tuple((at[part], -1) for part, whole in tree.items() if whole == name)
                yield Constraint(BALANCE, ((at[name], 1), *parts), 0, 0)
            for name in sorted(names - set(tree)):
                if part_of[name] in names:
                    yield Constraint(BALANCE, ((at[part_of[name]], 1), (at[name], -1)), lower=0)

    def _nesting(self, cells: Cells) -> Iterator[Constraint]:
        """A scope within another counts no more than the other."""
        quantities = [Quantity(name, *cell) for cell, names in sorted(cells.items()) for name in sorted(names)]
        groups: dict[tuple[str, ...], list[Quantity]] = {}
        for quantity in (*quantities, *self.flows):
            groups.setdefault((quantity.measure, quantity.end, quantity.start), []).append(quantity)
        for group in groups.values():
            at = {quantity.scope: quantity for quantity in group}
            for small, large in self.scopes.steps(frozenset(at)):
                yield Constraint(BALANCE, ((at[large], 1), (at[small], -1)), lower=0)
            for large, parts in self.scopes.disjoint_parts(frozenset(at)):
                yield Constraint(BALANCE, ((at[large], 1), *((at[part], -1) for part in parts)), lower=0)

    def _windows(self, cells: Cells) -> Iterator[Constraint]:
        """A count up to a day is no less than that of a window before it, or of several that do not overlap."""
        for flow in self.flows:
            for (scope, day), names in cells.items():
                if scope != flow.scope or day < flow.end or flow.measure not in names:
                    continue
                total = Quantity(flow.measure, scope, day)
                apart = disjoint_windows([f for f in self.flows if f[:2] == flow[:2] and f.end <= day])
                if apart and apart[0] == flow:
                    yield Constraint(BALANCE, ((total, 1), *((part, -1) for part in apart)), lower=0)
                yield Constraint(BALANCE, ((total, 1), (flow, -1)), lower=0)

    def _alignment(self, cells: Cells) -> Iterator[Constraint]:
        """Scopes between which the sources slide are one, and so are days that lie close."""
        equal = lambda name, one, two: ((Quantity(name, *one), 1), (Quantity(name, *two), -1))
        for (scope, day), names in sorted(cells.items()):
            for field, (narrow, wide) in SAME.items():
                other = scope._replace(**{field: wide})
                if getattr(scope, field) == narrow and (other, day) in cells:
                    for name in sorted(names & cells[other, day]):
                        yield Constraint(ALIGNMENT[field], equal(name, (scope, day), (other, day)), 0, 0)
        for first, second in self.one_date:
            for scope in sorted({scope for scope, _ in cells}):
                for name in sorted(cells.get((scope, first), set()) & cells.get((scope, second), set())):
                    yield Constraint(ONE_DATE, equal(name, (scope, first), (scope, second)), 0, 0)

    def _no_fall(self, cells: Cells) -> Iterator[Constraint]:
        """No count falls below any earlier one by more than the revision: a running maximum ties both together."""
        series: dict[tuple[str, Scope], list[str]] = {}
        for (scope, day), names in sorted(cells.items(), key=lambda item: item[0][::-1]):
            for name in sorted(names & self.scopes.accumulates):
                series.setdefault((name, scope), []).append(day)
        for (name, scope), dates in series.items():
            for day in dates:
                count = Quantity(name, scope, day)
                yield Constraint(NO_FALL, ((("maximum", name, scope, day), 1), (count, -1)), 0, self.revision)
            for before, after in pairwise(dates):
                terms = (("maximum", name, scope, after), 1), (("maximum", name, scope, before), -1)
                yield Constraint(NO_FALL, terms, lower=0)


def disjoint_windows(flows: list[Quantity]) -> list[Quantity]:
    """Windows that do not overlap, taken greedily by their end."""
    kept: list[Quantity] = []
    for flow in sorted(flows, key=lambda flow: (flow.end, flow.start)):
        if not kept or flow.start > kept[-1].end:
            kept.append(flow)
    return kept
