"""What is a finding? Values and all that it rests on; its sentences are in :mod:`analysis.wording`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor, inf
from types import SimpleNamespace
from typing import Any

import pandas as pd

from analysis.analyses.rows import claim_rows
from analysis.evidence.intervals import Bounds
from analysis.evidence.record import Record

SERIES = ("departed", "killed", "returned")
"""The cumulative counts that officials gave year after year."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question as an interval, what its sentences need, and all that it rests on.

    ``lower`` and ``upper`` are inclusive bounds in ``unit``; None is unbounded, both None is no number. ``claims`` are ids,
    of figures published elsewhere too; ``coded`` the ids of explanations and cases that are counted. ``readings`` are
    ``ambiguity=reading``, ``assumptions`` keys of the templates. ``values`` hold JSON types. ``lines`` and ``agreement``:
    see :func:`make_finding`.
    """

    id: str
    lower: float | None
    upper: float | None
    unit: str
    claims: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: int = 1
    agreement: str = "untested"


class Result(SimpleNamespace):
    """What an analysis returns: its findings, and each table behind them under a name of its own.

    What a row of a table is, its kind says.
    """

    findings: tuple[Finding, ...]


def answered(*findings: Any) -> tuple[Finding, ...]:
    """The findings that there are, of such as ``rows and finding_of(rows)``, which is none where no row is."""
    return tuple(filter(None, findings))


def findings_under(record: Record, analysis: Any) -> tuple[Finding, ...]:
    """The findings of a module of analyses, made once for each scenario: a page tries the rival readings too."""
    analyse = getattr(analysis, "outline", analysis.analyse)
    found: tuple[Finding, ...] = record.cached(("findings", analyse, record.scenario), lambda: analyse(record).findings)
    return found


def make_finding(
    record: Record,
    id: str,
    bounds: Bounds | float,
    unit: str,
    claims: Iterable[str],
    values: Mapping[str, Any] | None = None,
    assumptions: Iterable[str] = (),
    coded: Iterable[str] = (),
    lines: int = 1,
    agreement: str = "untested",
) -> Finding:
    """A finding as values; its sentences come from the templates of :mod:`analysis.wording`.

    ``bounds`` may be one number. ``values`` are all that its sentences need beside them. ``lines`` is the number of
    independent sources that lead to the answer: a number derived from several claims of one speaker has one, a count of
    claims none. ``agreement`` is a key of the table in wording/common.toml: high, medium, low or untested. The readings
    follow from ``claims``.
    """
    lower, upper = bounds if isinstance(bounds, tuple) else (float(bounds), float(bounds))
    cited, counted = dict.fromkeys(claims), dict.fromkeys(coded)
    rows = {row.claim_id: row for row in claim_rows(record).both} if cited else {}
    touching = {name for claim in cited for name in rows[claim].ambiguity.split(";") if name}
    readings = tuple(f"{name}={record.scenario[name]}" for name in sorted(touching))
    ids = tuple(cited), tuple(counted)
    return Finding(id, lower, upper, unit, *ids, readings, tuple(assumptions), dict(values or {}), lines, agreement)


def bounded(interval: tuple[float, float] | None) -> Bounds:
    """An interval as findings hold it: None is unbounded, both None where nothing is consistent."""
    low, high = interval or (-inf, inf)
    return None if low == -inf else low, None if high == inf else high


def ambiguity_between(record: Record, field: str, values: Iterable[str] = (), claims: Iterable[str] = ()) -> str:
    """The ambiguity whose readings set ``field`` to each of ``values``, of ``claims`` if any are named; else empty."""
    patches = record.reported["patches"]
    rows = patches[patches["field"].eq(field)]
    if named := set(claims):
        rows = rows[rows["claim_id"].isin(named)]
    found = (
        str(ambiguity) for ambiguity, group in rows.groupby("ambiguity", sort=False) if {*values} <= {*group["value"]}
    )
    return next(found, "")


def claims_table(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims as a reader's table. Columns: what, speaker, phrase, as_of, period, lower, upper, unit, claim_id."""
    columns = ["label", "speaker", "phrase", "as_of", "period", "lower", "upper", "unit", "claim_id"]
    return claims[columns].rename(columns={"label": "what"}).reset_index(drop=True)


def counts_moroccans(claims: pd.DataFrame) -> pd.Series:
    """Whether a claim counts Moroccans who left, or a part of them: a number or a share, and not the persons of one case."""
    return (
        claims["unit"].isin(["persons", "share"])
        & claims["population"].str.startswith("moroccan")
        & claims["case_id"].eq("")
        & claims["hedge"].ne("vague")
    )


def least_part(share: float, hedge: str, whole: float) -> int:
    """The fewest persons that a share of ``whole`` persons can be; strictly more where the hedge says so."""
    product = round(share * whole, 9)
    return floor(product) + 1 if hedge == "more_than" else ceil(product)
