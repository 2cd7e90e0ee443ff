"""What is one row of the record: a claim, an explanation, a case or one of its stages?

Typed and documented, for people who read the code or work in Python; `record` makes them from its tables, whose columns
have the same names and, in schema.csv, the same meaning. Numbers may be missing (None), dates open (None): ``as_of_first``
and ``as_of_last`` are the days that ``as_of`` covers. No row computes anything.

The analyses read whole tables as plain named tuples (`listed`): pandas takes long over each cell.
"""

from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.scenario import WIDER_TOO

if TYPE_CHECKING:
    from analysis.evidence.record import Record

T = TypeVar("T")


@dataclass(frozen=True)
class Speaker:
    """Who says something."""

    speaker: str
    name: str
    short: str
    speaker_role: str
    institution: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Row:
    """What every coded row has.

    ``source_id``: the article, or ``wider`` for a figure published elsewhere. ``source``: its name, "Raseef22, March 2017".
    ``link``: the published page at the phrase, empty where there is none.
    """

    source_id: str
    source: str
    phrase: str
    char_start: int | None
    char_end: int | None
    link: str
    note: str

    def __repr__(self) -> str:
        return f"{self}\n{self.link}".rstrip()

    def _repr_html_(self) -> str:
        lines = str(self).split("\n")
        link = f' <a href="{escape(self.link)}">the words on their page</a>' if self.link else ""
        return f"<p><strong>{escape(lines[0])}</strong><br>{'<br>'.join(map(escape, lines[1:]))}{link}</p>"


@dataclass(frozen=True, repr=False)
class Claim(Row):
    """One quantitative statement, under the readings in force; ``ambiguity`` names those that touch it.

    >>> from analysis import Record
    >>> claim = Record.load().claim("raseef22-2017-03.c03")
    >>> claim.phrase, claim.interval
    ('has registered 199 fighters', '199 (persons)')
    """

    claim_id: str
    label: str
    measure: str
    hedge: str
    value: float | None
    value_to: float | None
    lower: float | None
    upper: float | None
    unit: str
    population: str
    origin: str
    place: str
    group: str
    kind: str
    base: str
    base_n: int | None
    applies: str
    modality: str
    as_of: str
    as_of_first: date | None
    as_of_last: date | None
    period: str
    period_first: date | None
    period_last: date | None
    speaker: Speaker
    family: str
    ambiguity: tuple[str, ...]
    case_id: str

    @property
    def interval(self) -> str:
        """The bounds in short: "601 or more persons", "250 to 350 persons"."""
        low, high = (None if end is None else f"{end:,.6g}" for end in (self.lower, self.upper))
        if low is None or high is None:
            shown = f"{low} or more" if low else f"{high} at most" if high else "no number"
        else:
            shown = low if low == high else f"{low} to {high}"
        return f"{shown} ({self.unit})" if low or high else shown

    def __str__(self) -> str:
        who = f"“{self.phrase}”: {self.speaker}; {self.source}, as of {self.as_of}"
        return f"{self.label} ({self.claim_id})\n{who}\n{self.interval}"


@dataclass(frozen=True, repr=False)
class Explanation(Row):
    """One speaker, one factor, one phase of the way."""

    explanation_id: str
    speaker: Speaker
    first_hand: bool
    case_id: str
    target: str
    story: str
    phase: str
    direction: str
    hafez_mullins: tuple[str, ...]
    push_pull_personal: tuple[str, ...]
    neumann: tuple[str, ...]
    gist: str

    def __str__(self) -> str:
        return f"{self.gist} ({self.explanation_id})\n“{self.phrase}”: {self.speaker}; {self.source}"


@dataclass(frozen=True, repr=False)
class Stage(Row):
    """One stage of the life course of a case, as one speaker tells it."""

    stage_id: str
    case_id: str
    stage: str
    value: str
    period: str
    period_first: date | None
    period_last: date | None
    speaker: Speaker
    detail: str

    def __str__(self) -> str:
        return f"{self.stage}: {self.detail} ({self.stage_id})\n“{self.phrase}”: {self.speaker}; {self.source}"


@dataclass(frozen=True, repr=False)
class Case(Row):
    """A person or small group that a source tells of, without a name.

    ``stages``: its life course in the order of the table; a stage that is not told is not there.
    """

    case_id: str
    label: str
    persons: int
    who: str
    age_band: str
    origin: str
    overlaps: tuple[str, ...]
    shared: int | None
    stages: tuple[Stage, ...]

    def __str__(self) -> str:
        course = "; ".join(f"{stage.stage}: {stage.detail}" for stage in self.stages)
        return f"{self.label} ({self.case_id})\n“{self.phrase}”: {self.persons} or more; {self.source}\n{course}"


def table_of(kind: type[Any]) -> schema.Table:
    """The table of a kind of row, which has its name in the plural."""
    return schema.TABLES[f"{kind.__name__.lower()}s"]


for _kind in (Speaker, Claim, Explanation, Stage, Case):  # what the schema says of the fields is documentation too
    _what = {column.name: column.what for column in table_of(_kind).columns}
    _lines = [f"{field.name}: {_what[field.name]}" for field in fields(_kind) if field.name in _what]
    _kind.__doc__ = "\n".join([_kind.__doc__ or "", "", *_lines])


def from_row(kind: type[T], row: Mapping[str, Any], **given: Any) -> T:
    """A ``kind`` from a row of its table; ``given`` are the fields that are no columns."""
    names = [field for field in fields(kind) if field.name not in given]  # type: ignore[arg-type]
    return kind(**{field.name: _plain(row.get(field.name), field.type) for field in names}, **given)


def _plain(cell: Any, kind: Any) -> Any:
    """A cell as Python has it: None for what is missing, a date for a timestamp, a tuple for joined terms."""
    if kind == tuple[str, ...]:
        return tuple(term for term in (cell or "").split(";") if term)
    if pd.isna(cell):
        return "" if kind is str else None
    return cell.date() if isinstance(cell, pd.Timestamp) else cell


def link(url: str, phrase: str = "") -> str:
    """The address of a page at ``phrase`` (a text fragment); empty for what is no web address."""
    if not url.startswith(("https://", "http://")):
        return ""  # nothing else may become a link
    fragment = quote(phrase, safe="").replace("-", "%2D")  # a bare hyphen would be part of the syntax
    return f"{url}#:~:text={fragment}" if phrase else url


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
