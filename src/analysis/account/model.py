"""What do the claims of a record, and the assumptions chosen, leave possible of those who left?

The claims and assumptions of a record as one system, and the expressions of the account: how many had left, were dead,
had returned. Bounds are the identified set (Manski 2003), not a confidence interval. Families count once: a family is
one element, in a conflict as in a repair. What the answers are called, and how they read, does not belong here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.account import claims as claimed
from analysis.account.assumptions import ALIGNMENT, ASSUMPTIONS, BALANCE, LEVELS, NO_FALL, ONE_DATE, Structure
from analysis.account.claims import ASSERTED
from analysis.account.scopes import ELSEWHERE, MAIN, SAME, WHOLE, Quantity, Scope, Scopes, alignable, last_day, months
from analysis.account.solver import Constraint, System, Terms
from analysis.evidence.record import Record

__all__ = ["ALIGNMENT", "ASSERTED", "ASSUMPTIONS", "BALANCE", "LEVELS", "MAIN", "NO_FALL", "ONE_DATE", "SAME"]
__all__ += ["WHOLE", "AccountModel", "Quantity", "Scope", "alignable", "last_day", "months"]

NEAR = 3.0
"""Months within which claims are of the round of the account, whatever counts as one date."""

PARTS = ("killed", "returned", "fighting")
"""What is taken from those who left to find whom no source accounts for."""


@dataclass(frozen=True, eq=False)
class AccountModel:
    """The claims of a record as a system of constraints, and the way back from elements to claims.

    ``level`` is a key of LEVELS: what is assumed. ``modalities`` says which kinds of statement count.

    >>> model = AccountModel(Record.load(), "monotone")
    >>> model.system.without(["raseef22-300"]).bound({model.at("departed"): 1})
    (1631.0, 1631.0)
    """

    record: Record
    level: str
    modalities: tuple[str, ...] = ASSERTED

    @cached_property
    def scopes(self) -> Scopes:
        return self.record.cached("scopes", lambda: Scopes(self.record))

    @cached_property
    def claims(self) -> list[Any]:
        """The claims that bound a number of the Moroccans who left."""
        return self._cached("claims", lambda: claimed.bounding(self.scopes, self.record, self.modalities))

    def _cached(self, what: str, make: Callable[[], Any]) -> Any:
        """``make()``, once for all the choices that bear on the claims of a model."""
        key = (what, self.record.choice, self.modalities, self.record.scenario["speaker_roles"])
        return self.record.cached(key, make)

    @cached_property
    def of_claim(self) -> dict[str, tuple[Constraint, ...]]:
        """What each claim says, by its id."""
        make = lambda: {claim.claim_id: tuple(claimed.constraints(self.scopes, claim)) for claim in self.claims}
        return self._cached("constraints", make)

    @cached_property
    def claim_constraints(self) -> tuple[Constraint, ...]:
        """The claims as constraints, on behalf of their families."""
        every = (constraint for said in self.of_claim.values() for constraint in said)
        return self._cached("claim constraints", lambda: tuple(dict.fromkeys(every)))

    @property
    def assumptions(self) -> tuple[str, ...]:
        return LEVELS[self.level]

    @property
    def hard_elements(self) -> tuple[str, ...]:
        """What a repair does not give up: arithmetic."""
        return (BALANCE,)

    @cached_property
    def structure(self) -> Structure:
        """The assumptions over the quantities that the claims speak of."""
        quantities = frozenset(q for c in self.claim_constraints for q, _ in c.terms)
        scenario = self.record.scenario
        return Structure(self.scopes, self.assumptions, quantities, scenario["same_date"], int(scenario["revision"]))

    @cached_property
    def system(self) -> System:
        """Claims and assumptions together."""
        structure = self.structure
        key = ("structure", self.assumptions, structure.revision, structure.claimed, structure.one_date)
        return self.record.cached(
            (*key, self.claim_constraints),
            lambda: System.of(
                (*self.claim_constraints, *self.record.cached(key, lambda: tuple(structure.constraints())))
            ),
        )

    @cached_property
    def where(self) -> tuple[Scope, str]:
        """The scope and day at which the account is drawn up: the last of the days that most families speak of."""
        main = {WHOLE, "killed", "returned", "fighting", "present"}
        counted = {
            (c.element, q.end) for c in self.claim_constraints for q, _ in c.terms if not q.start and q.measure in main
        }
        days = {day for _, day in counted}
        near = {day: {family for family, end in counted if abs(months(day, end)) <= NEAR} for day in days}
        return MAIN, max(near, key=lambda day: (len(near[day]), day), default="")

    @cached_property
    def around(self) -> tuple[str, ...]:
        """The days near that of the account."""
        return tuple(day for day in self.structure.dates if abs(months(self.where[1], day)) <= NEAR)

    @property
    def aligned(self) -> bool:
        """Whether the scopes count as one, so that a sum over several claims is of the same persons."""
        return ONE_DATE in self.assumptions

    def at(self, measure: str) -> Quantity:
        """The quantity of the account; where scopes are not aligned, the one nearest to it that a claim counts."""
        scope, day = self.where
        counted = [c.terms[0][0] for c in self.claim_constraints if len(c.terms) == 1]
        near = [
            q for q in counted if q.measure == measure and q.end in self.around and not q.start and alignable(q.scope)
        ]
        if self.aligned or not near:
            return Quantity(measure, scope, day)
        return min(near, key=lambda q: (sum(a != b for a, b in zip(q.scope, scope, strict=True)), q.end != day, q))

    def account(self) -> dict[str, Terms]:
        """The expressions of the account: its quantities and, where scopes are aligned, what no source accounts for."""
        names = (WHOLE, "killed", "returned", "away", "present", "fighting", ELSEWHERE)
        terms: dict[str, Terms] = {name: {self.at(name): 1} for name in names}
        if self.aligned:
            terms["unaccounted"] = {self.at(WHOLE): 1} | {self.at(name): -1 for name in PARTS}
        return terms

    def quantity(self, claim: Any) -> Quantity:
        """What a count counts."""
        return claimed.quantity(self.scopes, claim)

    def claims_of(self, elements: Iterable[str]) -> list[Any]:
        """The claims behind elements, in order of date."""
        families = set(elements)
        return [claim for claim in self.claims if claim.family in families]

    def in_round(self, claim: Any) -> bool:
        """Whether a claim counts persons of the subject, whole, near the day of the account."""
        if claim.unit != "persons" or claim.kind == "flow":
            return False
        quantity = self.quantity(claim)
        return quantity.end in self.around and alignable(quantity.scope)
