"""Who is counted, where and when, and which of those scopes include which?

What the claims say of a scope, and what is assumed of it, does not belong here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import permutations
from typing import Any, NamedTuple

import pandas as pd

from analysis.evidence.dates import days
from analysis.evidence.record import Record
from analysis.evidence.tables import lookup

WHOLE, THEATRE, ELSEWHERE = "departed", "syria_iraq", "elsewhere"

SAME = {
    "group": ("is", "any"),
    "place": ("syria_iraq", "syria_iraq_libya"),
    "population": ("moroccan_fighters", "moroccans_joined"),
}
"""The scopes between which the sources slide, narrow and wide: where scopes are aligned, they are of the same persons."""

AS_READ = " as read"
"""Marks the term of a claim whose reading settles it: alignment does not touch it."""


class Scope(NamedTuple):
    """Who is counted."""

    population: str
    origin: str
    place: str
    group: str


MAIN = Scope("moroccans_joined", "morocco", "syria_iraq", "any")
"""The scope of the account."""


class Quantity(NamedTuple):
    """A number of persons: up to or at ``end``, or in the window from ``start`` to ``end`` (ISO days)."""

    measure: str
    scope: Scope
    end: str
    start: str = ""


@dataclass(frozen=True, eq=False)
class Scopes:
    """The scopes of a record's claims: the terms of its codebook, and the readings that settle one of them."""

    record: Record

    def whole_of(self, table: str, key: str, field: str = "") -> dict[str, str]:
        """Each measure, or each term of a field of the codebook, with the one that it is part of."""
        frame = self.record.reported[table]
        frame = frame[frame["field"].eq(field)] if field else frame
        return lookup(frame, key, "part_of")

    @cached_property
    def counted(self) -> dict[str, str]:
        """The measures that count those who left or a part of them, with their wholes; not those of a described part."""
        whole = self.whole_of("measures", "measure")
        return {
            name: of for name, of in whole.items() if WHOLE in ancestors(name, whole) and not name.endswith("_part")
        }

    @cached_property
    def part_of(self) -> dict[str, str]:
        """Each measure with its whole."""
        return self.whole_of("measures", "measure")

    @cached_property
    def tree(self) -> dict[str, str]:
        """The measures that add up to their whole."""
        measures = self.record.measures
        complete = set(measures.loc[measures["complete"], "measure"])
        adding = measures[measures["exclusive"] & measures["part_of"].isin(complete)]
        return dict(zip(adding["measure"], adding["part_of"], strict=True))

    @cached_property
    def accumulates(self) -> set[str]:
        """The measures that only grow."""
        return set(self.record.measures.loc[self.record.measures["accumulates"], "measure"])

    @cached_property
    def broader(self) -> dict[str, dict[str, str]]:
        """Per field of a scope: each term, and the term whose persons include its persons.

        A narrow term as read is within the term as the sources use it; a wide term as read includes it.
        """
        found = {field: self.whole_of("codebook", "term", field) for field in Scope._fields}
        for field, (narrow, wide) in SAME.items():
            if narrow != getattr(MAIN, field):
                found[field] |= {narrow + AS_READ: narrow}
            if wide != getattr(MAIN, field):
                found[field] |= {wide: wide + AS_READ, wide + AS_READ: found[field][wide]}
        return found

    @cached_property
    def exclusive(self) -> dict[str, dict[str, str]]:
        """Per field of a scope: each term that shares no person with another such part of its whole, and that whole."""
        codebook = self.record.reported["codebook"]
        apart = set(codebook.loc[codebook["exclusive"], ["field", "term"]].itertuples(index=False, name=None))
        return {f: {t: whole for t, whole in terms.items() if (f, t) in apart} for f, terms in self.broader.items()}

    @cached_property
    def settled(self) -> dict[tuple[str, str], str]:
        """The fields of a scope that an ambiguity settles, by claim and field: some of its readings differ in them."""
        patches = self.record.reported.get("patches", self.record.reported["readings"])
        patches = patches[patches["field"].isin(list(SAME))]
        rival = patches.groupby(["claim_id", "field", "ambiguity"])["value"].nunique()
        return {(claim, field): ambiguity for (claim, field, ambiguity), values in rival.items() if values > 1}

    def of(self, claim: Any) -> Scope:
        """The scope of a claim: of returns and arrests, wherever they fall, the theatre is that of the departures.

        A term that a reading settles is taken as read where it is not that of the account: to align it away would undo
        the reading.
        """
        theatre = claim.place if "syria_iraq_libya" in ancestors(claim.place, self.broader["place"]) else THEATRE
        population = "moroccan_fighters" if claim.population == "moroccan_returnees" else claim.population
        scope = Scope(population, claim.origin, theatre, claim.group)
        marked = {
            field: getattr(scope, field) + AS_READ
            for field, terms in SAME.items()
            if (claim.claim_id, field) in self.settled
            and getattr(scope, field) in terms
            and getattr(scope, field) != getattr(MAIN, field)
        }
        return scope._replace(**marked)

    def within(self, small: Scope, large: Scope) -> bool:
        """Whether every person of ``small`` is one of ``large``."""
        pairs = zip(Scope._fields, small, large, strict=True)
        return all(big in ancestors(term, self.broader[field]) for field, term, big in pairs)

    @cache  # noqa: B019  (as long as the record)
    def steps(self, scopes: frozenset[Scope]) -> list[tuple[Scope, Scope]]:
        """Each scope within another with none of ``scopes`` between them."""
        inside = {(small, large) for small, large in permutations(sorted(scopes), 2) if self.within(small, large)}
        return sorted((a, b) for a, b in inside if not any((a, c) in inside and (c, b) in inside for c in scopes))

    @cache  # noqa: B019  (as above)
    def disjoint_parts(self, scopes: frozenset[Scope]) -> list[tuple[Scope, tuple[Scope, ...]]]:
        """Each scope with those that differ from it in one field alone, by exclusive parts of its term: two or more."""
        found = []
        for large in sorted(scopes):
            for place, field in enumerate(Scope._fields):
                of = {term for term, whole in self.exclusive[field].items() if whole == large[place]}
                parts = tuple(sorted(s for s in scopes if s[place] in of and s == large._replace(**{field: s[place]})))
                if len(parts) > 1:
                    found.append((large, parts))
        return found


def alignable(scope: Scope) -> bool:
    """Whether a scope is the main one, but for the fields between which the sources slide."""
    return all(getattr(scope, field) in SAME.get(field, (getattr(MAIN, field),)) for field in Scope._fields)


def last_day(edtf: str) -> str:
    """The last day of a date."""
    last = days(edtf)[1]
    assert last is not None
    return last.isoformat()


def months(first: str, second: str) -> float:
    """Months from one ISO day to another."""
    return (pd.Timestamp(second) - pd.Timestamp(first)).days / 30.4375


def ancestors(term: str, whole: Mapping[str, str]) -> Iterator[str]:
    """``term``, its whole, the whole of that, and so on."""
    while term:
        yield term
        term = whole.get(term, "")
