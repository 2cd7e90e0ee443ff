"""How is a table read row by row?

As lists of named tuples, made once: pandas takes long over each cell, and these tables are small. Rows with documented
fields, for people who work in Python, are the matter of :mod:`analysis.evidence.rows`.
"""

from collections import namedtuple
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from analysis.evidence.scenario import WIDER_TOO

if TYPE_CHECKING:
    from analysis.evidence.record import Record


class ClaimRows(NamedTuple):
    """Claims as rows: ``own`` are those of a record, ``both`` those of its articles and of the figures elsewhere."""

    own: list[Any]
    both: list[Any]


def claim_rows(record: "Record") -> ClaimRows:
    """The claims of a record as rows, made once for each choice of readings."""
    both = record.with_choices(record=WIDER_TOO)
    rows = record.cached(("claim rows", both.choice), lambda: both.claim_rows)
    return ClaimRows(rows if record.scenario["record"] == WIDER_TOO else articles(rows), rows)


def articles(claims: Iterable[Any]) -> list[Any]:
    """The claims that are of the articles."""
    return [claim for claim in claims if claim.source_id != "wider"]


def listed(frame: pd.DataFrame) -> list[Any]:
    """The rows of a table, with None for what is missing."""
    known = lambda cell: None if cell is None or cell is pd.NA or cell is pd.NaT or cell != cell else cell
    columns = (map(known, frame[name].array.tolist()) for name in frame)
    return list(map(kind("row", tuple(frame.columns))._make, zip(*columns, strict=True)))


@cache  # a class takes as long to make as a hundred rows
def kind(name: str, fields: str | tuple[str, ...]) -> Any:
    """A kind of named tuple. ``fields`` are names, or one text of them."""
    return namedtuple(name, fields)  # type: ignore[misc]
