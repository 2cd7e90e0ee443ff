"""How does an analysis read a table row by row?

As lists of named tuples, made once: pandas takes long over each cell, and these tables are small. What a claim means is
the question of :mod:`analysis.evidence.rows`, what follows from it that of each analysis.
"""

from collections import namedtuple
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from analysis.evidence.record import WIDER_TOO, Record


class ClaimRows(NamedTuple):
    """Claims as rows: ``own`` are those of a record, ``both`` those of its articles and of the figures elsewhere."""

    own: list[Any]
    both: list[Any]


def claim_rows(record: Record) -> ClaimRows:
    """The claims of a record as rows, made once for each choice of readings."""
    both = record.with_choices(record=WIDER_TOO)
    rows = record.cached(("claim rows", both.choice), lambda: listed(both.claims))
    return ClaimRows(rows if record.scenario["record"] == WIDER_TOO else articles(rows), rows)


def articles(claims: Iterable[Any]) -> list[Any]:
    """The claims that are of the articles."""
    return [claim for claim in claims if claim.source_id != "wider"]


WHOLE_SUBJECT = ("moroccan_fighters", "moroccans_joined", "moroccan_returnees")
"""The populations that are no part of the subject by sex, age or past, and nobody beside it."""


def of_whole_subject(claim: Any) -> bool:
    """Whether a claim is of the whole subject: no part of it by place, origin, sex, age or past."""
    whole = claim.place not in ("syria", "iraq", "libya") and claim.origin == "morocco"
    return whole and claim.population in WHOLE_SUBJECT


def listed(frame: pd.DataFrame) -> list[Any]:
    """The rows of a table, with None for what is missing."""
    known = lambda cell: None if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell else cell
    columns = (map(known, frame[name].array.tolist()) for name in frame)
    return list(map(kind("row", frame.columns)._make, zip(*columns, strict=True)))


def kind(name: str, fields: Iterable[str]) -> Any:
    """A kind of named tuple. ``fields`` are names, or one text of them."""
    return namedtuple(name, fields)  # type: ignore[misc]


def framed(kind: Any, rows: Iterable[Any]) -> pd.DataFrame:
    """Rows of one ``kind`` as a table; its columns are there even where no row is."""
    return pd.DataFrame(list(rows), columns=kind._fields)


def picked(row: Any, *names: str, **renamed: str) -> dict[str, Any]:
    """Some fields of a row as JSON types, for a template: ``names`` as they are, ``renamed`` under a name of its own."""
    fields = {**{name: name for name in names}, **renamed}
    found = {name: getattr(row, field) for name, field in fields.items()}
    return {name: f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value for name, value in found.items()}


def ids_of(rows: Iterable[Any]) -> list[str]:
    """The claims that rows rest on, joined in each by semicolons."""
    return [claim for row in rows for claim in row.claims.split("; ")]


def grouped(rows: Iterable[Any], *fields: str) -> dict[Any, list[Any]]:
    """Rows by the value of a field, or the values of several, in the order met."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(attrgetter(*fields)(row), []).append(row)
    return groups


def first_of(rows: Iterable[Any], *fields: str) -> list[Any]:
    """The first of the rows that have the same values in ``fields``."""
    return [group[0] for group in grouped(rows, *fields).values()]
