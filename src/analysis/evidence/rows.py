"""What is one row of the record: a claim, an explanation, a case or one of its stages?

Typed and documented, for people who read the code or work in Python; `record` makes them from its tables, whose columns
have the same names. Numbers may be missing (None), dates open (None). No row computes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from html import escape
from typing import Any, TypeVar
from urllib.parse import quote

import pandas as pd


@dataclass(frozen=True)
class Speaker:
    """Who says something: ``speaker`` is the key, ``name`` and ``short`` are for readers."""

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
    ``phrase``: the words as printed, 8 at most. ``char_start``, ``char_end``: where they are in the text, in Unicode
    characters, end exclusive; None elsewhere. ``link``: the published page at these words, empty where there is none.
    ``note``: what a reader should know.
    """

    source_id: str
    source: str
    phrase: str
    char_start: int | None
    char_end: int | None
    link: str
    note: str

    def _repr_html_(self) -> str:
        lines = str(self).split("\n")
        link = f' <a href="{escape(self.link)}">the words on their page</a>' if self.link else ""
        return f"<p><strong>{escape(lines[0])}</strong><br>{'<br>'.join(map(escape, lines[1:]))}{link}</p>"


@dataclass(frozen=True)
class Claim(Row):
    """One quantitative statement, under the readings in force.

    ``measure``, ``population``, ``origin``, ``place``, ``group``: what is counted, of whom, from where, where, in which
    group. ``hedge``, ``value``, ``value_to``: the number as printed (shares as fractions of 1); ``lower``, ``upper``: its bounds,
    inclusive, None is unbounded. ``unit``: of the numbers. ``kind``: stock, flow, cumulative, share... ``base``, ``base_n``: for a
    share, the measure and the number it is a share of. ``as_of_first``, ``as_of_last``: the days at which it is said to hold;
    ``period_first``, ``period_last``: its window. ``applies``: to the window as a ``whole`` or to ``each`` year.
    ``modality``: reported, estimate, intent or forecast. ``family``: repeats of one statement share it. ``ambiguity``: the
    ambiguities that touch it. ``case_id``: the case it is of, or empty.
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


@dataclass(frozen=True)
class Explanation(Row):
    """One speaker, one factor, one phase of the way.

    ``first_hand``: the speaker did, saw or was told it by the person. ``target``: about a case, a group or people in general;
    ``story``: passages of one story share it. ``phase``, ``direction``: what it explains and how the factor acts.
    ``hafez_mullins``, ``push_pull_personal``, ``neumann``: its codes in the three frames. ``gist``: what is said, in our words.
    """

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


@dataclass(frozen=True)
class Stage(Row):
    """One stage of the life course of a case, as one speaker tells it.

    ``stage``: motive, tie, prior_detention, group, route, inside, exit or outcome; ``value``: a term of the codebook's field
    ``stage_<stage>``. ``period_first``, ``period_last``: when, None where it is not told. ``detail``: in a few of our words.
    """

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


@dataclass(frozen=True)
class Case(Row):
    """A person or small group that a source tells of, without a name.

    ``persons``: how many at least. ``overlaps``: cases with which it shares persons, ``shared`` of them at least. ``stages``:
    its life course in the order of the table; a stage that is not told is not there.
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


T = TypeVar("T")


def from_row(kind: type[T], row: Mapping[str, Any], **given: Any) -> T:
    """A ``kind`` from a row of its table; ``given`` are the fields that are no columns."""
    names = [field for field in fields(kind) if field.name not in given]  # type: ignore[arg-type]
    return kind(**{field.name: _plain(row.get(field.name), field.type) for field in names}, **given)


def _plain(cell: Any, kind: Any) -> Any:
    """A cell as Python has it: None for what is missing, a date for a timestamp, a tuple for joined terms."""
    if kind == tuple[str, ...]:
        return tuple(term for term in (cell or "").split(";") if term)
    if cell is None or cell is pd.NaT or pd.isna(cell):
        return "" if kind is str else None
    return cell.date() if isinstance(cell, pd.Timestamp) else cell.item() if hasattr(cell, "item") else cell


def link(url: str, phrase: str = "") -> str:
    """The address of a page at ``phrase`` (a text fragment); empty for what is no web address."""
    if not url.startswith(("https://", "http://")):
        return ""  # nothing else may become a link
    fragment = quote(phrase, safe="").replace("-", "%2D")  # a bare hyphen would be part of the syntax
    return f"{url}#:~:text={fragment}" if phrase else url
