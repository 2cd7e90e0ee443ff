"""How do claims and assumptions become one system of constraints?

Departed = killed + returned + away, away = present + elsewhere, for each scope and date. Claims become constraints
through their intervals under the chosen readings; assumptions are added one on the other. Bounds are the identified
set (Manski 2003), not a confidence interval. Families count once: a family is one element, in a conflict as in a repair.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations, pairwise, permutations, product
from math import inf
from typing import Any, NamedTuple

import pandas as pd

from analysis.account.solver import Constraint, System, Terms, blocks
from analysis.evidence.dates import days
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record

BALANCE, ONE_DATE, NO_FALL, NOBODY_ELSEWHERE = "balance", "one date", "no fall", "nobody elsewhere"
SAME = {
    "group": ("is", "any"),
    "place": ("syria_iraq", "syria_iraq_libya"),
    "population": ("moroccan_fighters", "moroccans_joined"),
}
"""The scopes between which the sources slide, narrow and wide: aligned, they are of the same persons."""

ASSUMPTIONS = {
    BALANCE: "a whole is the sum of its parts, and a part of a scope is no more than the scope",
    "one group": "IS stands for all armed groups",
    "one place": "Syria and Iraq stand for Syria, Iraq and Libya",
    "one population": "fighters stand for all who joined",
    ONE_DATE: "counts a few months apart are of one date",
    NO_FALL: "a cumulative count never falls, but for revisions",
    NOBODY_ELSEWHERE: "all who are alive and not back are in the area and fight",
}
"""The assumptions as elements of a system, each in words."""

LEVELS = {
    "claims": (),
    "balance": (BALANCE,),
    "aligned": (BALANCE, *(f"one {field}" for field in SAME), ONE_DATE),
    "monotone": (BALANCE, *(f"one {field}" for field in SAME), ONE_DATE, NO_FALL),
    "closed": tuple(ASSUMPTIONS),
}
"""The nested choices of assumptions, each with all of the one before."""

NEAR = 3.0
"""Months within which claims are of the round of the account, whatever is taken for one date."""

WHOLE, THEATRE, ELSE = "departed", "syria_iraq", "elsewhere"
SAID = ("reported", "estimate")
"""The modalities that speak of what is or was; intents and forecasts are tested against the rest, not part of it."""


class Scope(NamedTuple):
    """Who is counted."""

    population: str
    origin: str
    place: str
    group: str


MAIN = Scope("moroccans_joined", "morocco", "syria_iraq", "any")


class Quantity(NamedTuple):
    """A number of persons: up to or at ``end``, or in the window from ``start`` to ``end`` (ISO days)."""

    measure: str
    scope: Scope
    end: str
    start: str = ""


@dataclass(frozen=True, eq=False)
class Book:
    """The claims of a record as a system of constraints, and the way back from elements to claims.

    ``claims`` are those that bound a number of the Moroccans who left. ``modalities`` says which kinds of statement
    count.
    """

    record: Record
    level: str
    modalities: tuple[str, ...] = SAID

    @cached_property
    def claims(self) -> pd.DataFrame:
        return self._once("claims", self._claims)

    def _once(self, what: str, make: Callable[[], Any]) -> Any:
        """``make()``, once for all the choices that bear on the claims of a book."""
        return self.record.cached(
            (what, self.record.choice, self.modalities, self.record.scenario["speaker_roles"]), make
        )

    def _claims(self) -> pd.DataFrame:
        claims = self.record.claims
        whole = self._whole_of("measures", "measure")
        population = self._whole_of("codebook", "term", "population")
        counted = [name for name in whole if WHOLE in up(name, whole) and not name.endswith("_part")]
        kept = (
            claims["measure"].isin(counted)
            & (claims["unit"].eq("persons") | (claims["unit"].eq("share") & claims["base"].isin(counted)))
            & claims["population"].map(lambda name: "moroccans_joined" in up(name, population))
            & claims["modality"].isin(self.modalities)
            & claims["speaker_role"].isin(self.record.scenario.chosen("speaker_roles"))
            & claims["case_id"].eq("")
            & claims["hedge"].ne("vague")
        )
        return claims[kept].sort_values(["as_of", "claim_id"], kind="stable").reset_index(drop=True)

    def _whole_of(self, table: str, key: str, field: str = "") -> dict[str, str]:
        frame = self.record.reported[table]
        frame = frame[frame["field"].eq(field)] if field else frame
        return dict(zip(frame[key], frame["part_of"], strict=True))

    @cached_property
    def broader(self) -> dict[str, dict[str, str]]:
        """Per field of a scope: each term, and the term whose persons include its persons."""
        return {field: self._whole_of("codebook", "term", field) for field in Scope._fields}

    @cached_property
    def exclusive(self) -> dict[str, dict[str, str]]:
        """Per field of a scope: each term that shares no person with another such part of its whole, and that whole."""
        codebook = self.record.reported["codebook"]
        apart = set(codebook.loc[codebook["exclusive"], ["field", "term"]].itertuples(index=False, name=None))
        return {f: {t: whole for t, whole in terms.items() if (f, t) in apart} for f, terms in self.broader.items()}

    def scope(self, claim: Any) -> Scope:
        """The scope of a claim: of returns and arrests, wherever they fall, the theatre is that of the departures."""
        theatre = claim.place if "syria_iraq_libya" in up(claim.place, self.broader["place"]) else THEATRE
        population = "moroccan_fighters" if claim.population == "moroccan_returnees" else claim.population
        return Scope(population, claim.origin, theatre, claim.group)

    def quantity(self, claim: Any) -> Quantity:
        """What a count counts."""
        if claim.kind == "flow":
            return Quantity(claim.measure, self.scope(claim), claim.period_end, claim.period_start)
        return Quantity(claim.measure, self.scope(claim), last_day(claim.as_of))

    @cached_property
    def said(self) -> tuple[Constraint, ...]:
        """The claims as constraints, on behalf of their families."""
        found = (constraint for said in self.each.values() for constraint in said)
        return self._once("said", lambda: tuple(dict.fromkeys(found)))

    @cached_property
    def each(self) -> dict[str, tuple[Constraint, ...]]:
        """What each claim says, by its id."""
        return self._once(
            "each", lambda: {claim.claim_id: tuple(self._constraints(claim)) for claim in self.claims.itertuples()}
        )

    def _constraints(self, claim: Any) -> Iterator[Constraint]:
        low, high = as_float(claim.lower), as_float(claim.upper)
        if claim.unit == "persons":
            yield Constraint(
                claim.family, ((self.quantity(claim), 1),), -inf if low is None else low, inf if high is None else high
            )
            return
        scope, end = self.scope(claim), last_day(claim.as_of)
        whole = Quantity(claim.base, scope, end)
        parts = [Quantity(claim.measure, scope, end)]
        if claim.base == claim.measure and claim.period_start:
            windows = _years(claim) if claim.applies == "each" else [(claim.period_start, claim.period_end)]
            parts = [Quantity(claim.measure, scope, last, first) for first, last in windows]
        elif claim.base == claim.measure:
            whole = whole._replace(scope=scope._replace(origin="morocco"))
        for part in parts:
            for bound, sign in ((low, 1), (high, -1)):
                if bound is not None and part != whole:
                    share = Fraction(str(bound))
                    strict = 1 if claim.hedge == "more_than" and sign == 1 else 0
                    terms = ((part, sign * share.denominator), (whole, -sign * share.numerator))
                    yield Constraint(claim.family, tuple(term for term in terms if term[1]), lower=strict)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        return LEVELS[self.level]

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The days at or up to which something is counted."""
        return tuple(sorted({q.end for q in self.claimed if not q.start}))

    @cached_property
    def one_date(self) -> tuple[tuple[str, str], ...]:
        """The pairs of days that are at most ``same_date`` months apart: a larger limit only adds pairs."""
        limit = self.record.scenario["same_date"]
        return tuple(
            (first, second) for first, second in combinations(self.dates, 2) if _months(first, second) <= limit
        )

    @cached_property
    def system(self) -> System:
        """Claims and assumptions together."""
        key = ("structure", self.assumptions, self.record.scenario["revision"], self.claimed, self.one_date)
        structure = self.record.cached(key, lambda: blocks(self._structure(), lasting=True))
        return System((*blocks(self.said), *structure))

    @cached_property
    def claimed(self) -> frozenset[Quantity]:
        """The quantities that claims speak of."""
        return frozenset(q for c in self.said for q, _ in c.terms)

    def _structure(self) -> Iterator[Constraint]:
        """The chosen assumptions as constraints over every quantity that they bear on."""
        if not self.assumptions:
            return
        measures = self.record.measures.set_index("measure")
        claimed = sorted(self.claimed)
        counted = [q for q in claimed if not q.start]
        flows = [q for q in claimed if q.start]
        cells = {(q.scope, q.end) for q in counted}
        if self.aligned:  # every aligned scope at every date, so that a chain of equal scopes leads from each to each
            used = {q.scope for q in claimed}
            values = [
                sorted({s[place] for s in used if s.origin == MAIN.origin} & set(SAME.get(field, ())) | {MAIN[place]})
                for place, field in enumerate(Scope._fields)
            ]
            cells |= {(Scope(*scope), day) for scope in product(*values) for day in self.dates}
        tree = {
            m: w for m, w in measures["part_of"].items() if measures["exclusive"][m] and w and measures["complete"][w]
        }
        always = {*tree, *tree.values(), "fighting"}
        extra = {q.measure for q in claimed} - always
        held: dict[tuple[Scope, str], set[str]] = {cell: set(always) for cell in sorted(cells)}
        for quantity in claimed:
            for scope, day in cells:
                if (
                    quantity.measure in extra
                    and quantity.scope == scope
                    and (day == quantity.end or (quantity.start and day > quantity.end))
                ):
                    held[scope, day].add(quantity.measure)
        for (scope, day), names in sorted(held.items()):
            yield from self._balance(scope, day, names, tree, measures["part_of"])
        yield from self._nesting(held, flows)
        for flow in flows:
            later = [
                q
                for (scope, day), names in held.items()
                if scope == flow.scope and day >= flow.end and flow.measure in names
                for q in [Quantity(flow.measure, scope, day)]
            ]
            for total in later:
                apart = _apart([f for f in flows if f[:2] == flow[:2] and f.end <= total.end])
                if apart and apart[0] == flow:
                    yield Constraint(BALANCE, ((total, 1), *((part, -1) for part in apart)), lower=0)
                yield Constraint(BALANCE, ((total, 1), (flow, -1)), lower=0)
        if self.aligned:
            yield from self._alignment(held)
        if NO_FALL in self.assumptions:
            yield from self._no_fall(held, set(measures.index[measures["accumulates"]]))
        if NOBODY_ELSEWHERE in self.assumptions:
            for scope, day in sorted(held):
                yield Constraint(NOBODY_ELSEWHERE, ((Quantity(ELSE, scope, day), 1),), 0, 0)
                yield Constraint(
                    NOBODY_ELSEWHERE,
                    ((Quantity("present", scope, day), 1), (Quantity("fighting", scope, day), -1)),
                    0,
                    0,
                )

    def _balance(
        self, scope: Scope, day: str, names: set[str], tree: dict[str, str], whole: pd.Series
    ) -> Iterator[Constraint]:
        at = lambda name: Quantity(name, scope, day)
        for name in dict.fromkeys(tree.values()):
            parts = tuple((at(part), -1) for part, of in tree.items() if of == name)
            yield Constraint(BALANCE, ((at(name), 1), *parts), 0, 0)
        for name in sorted(names - set(tree)):
            if whole[name] in names:
                yield Constraint(BALANCE, ((at(whole[name]), 1), (at(name), -1)), lower=0)

    def _nesting(self, held: dict[tuple[Scope, str], set[str]], flows: list[Quantity]) -> Iterator[Constraint]:
        """A scope within another counts no more than the other."""
        quantities = [
            Quantity(name, scope, day) for (scope, day), names in sorted(held.items()) for name in sorted(names)
        ]
        groups: dict[tuple[str, ...], list[Quantity]] = {}
        for quantity in (*quantities, *flows):
            groups.setdefault((quantity.measure, quantity.end, quantity.start), []).append(quantity)
        for group in groups.values():
            at = {quantity.scope: quantity for quantity in group}
            for small, large in self._steps(frozenset(at)):
                yield Constraint(BALANCE, ((at[large], 1), (at[small], -1)), lower=0)
            for large, parts in self._apart_in_scope(frozenset(at)):
                yield Constraint(BALANCE, ((at[large], 1), *((at[part], -1) for part in parts)), lower=0)

    @cache  # noqa: B019  (as above)
    def _apart_in_scope(self, scopes: frozenset[Scope]) -> list[tuple[Scope, tuple[Scope, ...]]]:
        """Each scope with those that differ from it in one field alone, by exclusive parts of its term: two or more."""
        found = []
        for large in sorted(scopes):
            for place, field in enumerate(Scope._fields):
                of = {term for term, whole in self.exclusive[field].items() if whole == large[place]}
                parts = tuple(sorted(s for s in scopes if s[place] in of and s == large._replace(**{field: s[place]})))
                if len(parts) > 1:
                    found.append((large, parts))
        return found

    @cache  # noqa: B019  (a book lives as long as its analysis)
    def _steps(self, scopes: frozenset[Scope]) -> list[tuple[Scope, Scope]]:
        """Each scope within another with none of ``scopes`` between them."""
        inside = {(small, large) for small, large in permutations(sorted(scopes), 2) if self._within(small, large)}
        return sorted((a, b) for a, b in inside if not any((a, c) in inside and (c, b) in inside for c in scopes))

    def _within(self, small: Scope, large: Scope) -> bool:
        return all(
            big in up(term, self.broader[field]) for field, term, big in zip(Scope._fields, small, large, strict=True)
        )

    def _alignment(self, held: dict[tuple[Scope, str], set[str]]) -> Iterator[Constraint]:
        for (scope, day), names in sorted(held.items()):
            for field, (narrow, wide) in SAME.items():
                other = scope._replace(**{field: wide})
                if getattr(scope, field) == narrow and (other, day) in held:
                    for name in sorted(names & held[other, day]):
                        yield Constraint(
                            f"one {field}", ((Quantity(name, scope, day), 1), (Quantity(name, other, day), -1)), 0, 0
                        )
        for first, second in self.one_date:
            for scope in sorted({scope for scope, _ in held}):
                for name in sorted(held.get((scope, first), set()) & held.get((scope, second), set())):
                    terms = ((Quantity(name, scope, first), 1), (Quantity(name, scope, second), -1))
                    yield Constraint(ONE_DATE, terms, 0, 0)

    def _no_fall(self, held: dict[tuple[Scope, str], set[str]], accumulates: set[str]) -> Iterator[Constraint]:
        """No count falls below any earlier one by more than the revision: a running top holds both together."""
        revision = int(self.record.scenario["revision"])
        series: dict[tuple[str, Scope], list[str]] = {}
        for (scope, day), names in sorted(held.items(), key=lambda item: item[0][::-1]):
            for name in sorted(names & accumulates):
                series.setdefault((name, scope), []).append(day)
        for (name, scope), dates in series.items():
            top = lambda day: ("top", name, scope, day)  # noqa: B023
            for day in dates:
                count = Quantity(name, scope, day)
                yield Constraint(NO_FALL, ((top(day), 1), (count, -1)), 0, revision)
            for before, after in pairwise(dates):
                yield Constraint(NO_FALL, ((top(after), 1), (top(before), -1)), lower=0)

    @cached_property
    def where(self) -> tuple[Scope, str]:
        """The scope and day at which the account is drawn up: the last of the days that most families speak of."""
        main = {WHOLE, "killed", "returned", "fighting", "present"}
        spoken = [(c.element, q.end) for c in self.said for q, _ in c.terms if not q.start and q.measure in main]
        told = {day: {family for family, end in spoken if abs(_months(day, end)) <= NEAR} for _, day in spoken}
        return MAIN, max(told, key=lambda day: (len(told[day]), day), default="")

    @cached_property
    def around(self) -> tuple[str, ...]:
        """The days near that of the account."""
        return tuple(day for day in self.dates if abs(_months(self.where[1], day)) <= NEAR)

    @property
    def aligned(self) -> bool:
        """Whether the scopes are taken for one, so that a sum over several claims is of the same persons."""
        return ONE_DATE in self.assumptions

    def at(self, measure: str) -> Quantity:
        """The quantity of the account; where scopes are not aligned, the one nearest to it that a claim counts."""
        scope, day = self.where
        counted = [c.terms[0][0] for c in self.said if len(c.terms) == 1]
        near = [
            q for q in counted if q.measure == measure and q.end in self.around and not q.start and alignable(q.scope)
        ]
        if self.aligned or not near:
            return Quantity(measure, scope, day)
        return min(near, key=lambda q: (sum(a != b for a, b in zip(q.scope, scope, strict=True)), q.end != day, q))

    def account(self) -> dict[str, Terms]:
        """The expressions of the account: its quantities and, where scopes are aligned, what no source accounts for."""
        names = (WHOLE, "killed", "returned", "away", "present", "fighting", ELSE)
        terms: dict[str, Terms] = {name: {self.at(name): 1} for name in names}
        if self.aligned:
            parts = ("killed", "returned", "fighting")
            terms["unaccounted"] = {self.at(WHOLE): 1} | {self.at(name): -1 for name in parts}
        return terms

    @property
    def given(self) -> tuple[str, ...]:
        """What a repair does not give up: arithmetic."""
        return (BALANCE,)

    def of(self, elements: Iterable[str]) -> pd.DataFrame:
        """The claims behind elements, in order of date."""
        return self.claims[self.claims["family"].isin(list(elements))]


def alignable(scope: Scope) -> bool:
    """Whether a scope is the main one, but for the fields between which the sources slide."""
    return all(getattr(scope, field) in SAME.get(field, (getattr(MAIN, field),)) for field in Scope._fields)


def last_day(edtf: str) -> str:
    """The last day of a date."""
    last = days(edtf)[1]
    assert last is not None
    return last.isoformat()


def _months(first: str, second: str) -> float:
    return (pd.Timestamp(second) - pd.Timestamp(first)).days / 30.4375


def _years(claim: Any) -> list[tuple[str, str]]:
    return [
        (f"{year}-01-01", f"{year}-12-31") for year in range(int(claim.period_start[:4]), int(claim.period_end[:4]) + 1)
    ]


def up(term: str, whole: Mapping[str, str]) -> Iterator[str]:
    """``term``, its whole, the whole of that, and so on."""
    while term:
        yield term
        term = whole.get(term, "")


def _apart(flows: list[Quantity]) -> list[Quantity]:
    """Windows that do not overlap, taken greedily by their end."""
    kept: list[Quantity] = []
    for flow in sorted(flows, key=lambda flow: (flow.end, flow.start)):
        if not kept or flow.start > kept[-1].end:
            kept.append(flow)
    return kept
