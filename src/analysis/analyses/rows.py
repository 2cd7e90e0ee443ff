"""What do the analyses do with rows? Group them, name the claims they rest on, and make tables and templates of them.

How a table becomes rows is the matter of :mod:`analysis.evidence.rows`, what follows from them that of each analysis.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

import pandas as pd

from analysis.evidence.record import Record
from analysis.evidence.rows import articles, claim_rows, kind, listed

__all__ = ["articles", "claim_rows", "kind", "listed"]

T = TypeVar("T")

WHOLE_SUBJECT = ("moroccan_fighters", "moroccans_joined", "moroccan_returnees")
"""The populations that are no part of the subject by sex, age or past, and nobody beside it."""


def cached(make: Callable[[Record], T]) -> Callable[[Record], T]:
    """Makes a function of a record keep its answer, one for each scenario."""
    kept: Callable[[Record], T] = lambda record: record.cached((make, record.scenario), lambda: make(record))
    return wraps(make)(kept)


def of_whole_subject(claim: Any) -> bool:
    """Whether a claim is of the whole subject: no part of it by place, origin, sex, age or past."""
    whole = claim.place not in ("syria", "iraq", "libya") and claim.origin == "morocco"
    return whole and claim.population in WHOLE_SUBJECT


def official_totals(claims: Iterable[Any], measure: str) -> list[Any]:
    """Official running totals of a measure as published elsewhere, of the whole subject and all groups, by date."""
    asked = measure, "official", "cumulative", "any", "wider"
    of = attrgetter("measure", "speaker_role", "kind", "group", "source_id")
    totals = [claim for claim in claims if of(claim) == asked and claim.lower is not None and of_whole_subject(claim)]
    return sorted(totals, key=lambda claim: (claim.as_of_last, claim.claim_id))


def framed(kind: Any, rows: Iterable[Any]) -> pd.DataFrame:
    """Rows of one ``kind`` as a table; its columns are there even where no row is."""
    return pd.DataFrame(list(rows), columns=kind._fields)


def picked(row: Any, *names: str, **renamed: str) -> dict[str, Any]:
    """Some fields of a row as JSON types, for a template: ``names`` as they are, ``renamed`` under a name of its own."""
    fields = {**{name: name for name in names}, **renamed}
    found = {name: getattr(row, field) for name, field in fields.items()}
    return {name: f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value for name, value in found.items()}


def join_ids(rows: Iterable[Any], field: str = "claim_id") -> str:
    """The ids of rows in one cell, each once; where a row is None it is passed over."""
    return "; ".join(dict.fromkeys(getattr(row, field) for row in rows if row))


def ids_of(rows: Iterable[Any], field: str = "claims") -> list[str]:
    """The ids that rows have in a field, joined in each by semicolons; each once."""
    return list(dict.fromkeys(name for row in rows for name in (getattr(row, field) or "").split("; ") if name))


def distinct(rows: Iterable[Any], field: str) -> int:
    """How many values a field of rows has."""
    return len({getattr(row, field) for row in rows})


def grouped(rows: Iterable[Any], *fields: str, key: Callable[[Any], Any] | None = None) -> dict[Any, list[Any]]:
    """Rows by the value of a field, the values of several, or a ``key`` of them, in the order met."""
    groups: dict[Any, list[Any]] = {}
    key = key or attrgetter(*fields)
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def first_of(rows: Iterable[Any], *fields: str) -> list[Any]:
    """The first of the rows that have the same values in ``fields``."""
    return [group[0] for group in grouped(rows, *fields).values()]
