"""Which tables does the record have, and what may each column contain?

Declared once, here. The same declaration reads and checks the raw tables, types the curated ones (`tables`) and writes
their Frictionless Table Schema. Rules across columns and tables are in `rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

Vocabulary = Mapping[str, frozenset[str]]
"""Field of the codebook -> its terms; the keys of the tables in ``KEYS`` too."""

KEYS = {"measure": "measures", "speaker": "speakers", "question": "questions"}
"""Terms that are no field of the codebook but the key of another table."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SHA256 = r"[0-9a-f]{64}"
COUNT = r"[0-9]{1,12}"
NUMBER = rf"{COUNT}(?:\.{COUNT}|/[1-9][0-9]{{0,2}})?"


@dataclass(frozen=True)
class Column:
    """One column: what it means, its type and what it admits. ``derived`` columns are in the curated tables
    only; an ``open`` one has, once curated, more than its terms. ``longest`` is the most characters a cell may have.
    """

    name: str
    what: str
    type: str = "string"
    required: bool = True
    pattern: str = ""
    terms: str = ""
    many: bool = False
    derived: bool = False
    open: bool = False
    longest: int = 0

    def frictionless(self, vocabulary: Vocabulary) -> dict[str, Any]:
        """The column as a field of a Frictionless Table Schema."""
        constraints: dict[str, Any] = {"required": True} if self.required else {}
        if self.terms and self.terms not in KEYS and not self.many and not self.open:
            constraints["enum"] = sorted(vocabulary[self.terms])
        elif self.type in {"integer", "number"}:
            constraints["minimum"] = 0
        elif self.pattern:
            constraints["pattern"] = self.pattern
        if self.longest:
            constraints["maxLength"] = self.longest
        field: dict[str, Any] = {"name": self.name, "type": self.type, "description": self.what}
        return field | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, and its columns; the first column is the key unless ``key`` says else."""

    name: str
    what: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def primary_key(self) -> tuple[str, ...]:
        return self.key or (self.columns[0].name,)

    @property
    def raw_columns(self) -> list[str]:
        return [column.name for column in self.columns if not column.derived]

    @property
    def foreign_keys(self) -> list[dict[str, Any]]:
        """The columns that hold keys of other tables, as Frictionless foreign keys."""
        return [
            {"fields": column.name, "reference": {"resource": KEYS[column.terms], "fields": column.terms}}
            for column in self.columns
            if column.terms in KEYS and not column.many
        ]

    def order(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` with this table's columns in this table's order."""
        return frame[[column.name for column in self.columns]]


def _locator(what: str) -> tuple[Column, ...]:
    return (
        Column(
            "char_start",
            f"first character of the phrase {what}, counted in Unicode characters",
            "integer",
        ),
        Column("char_end", "the character after its last", "integer"),
        Column("phrase", "the words that carry it, as printed, 8 at most"),
        Column("sentence_sha256", "SHA-256 of the normalised sentence around it", pattern=SHA256),
    )


_LABEL = Column("label", "its name, as a reader meets it", longest=40)
_SPEAKER = Column("speaker", "who says it (speakers.csv)", terms="speaker")
_SPEAKER_ROLE = Column("speaker_role", "what kind of speaker that is", terms="speaker_role", derived=True)
_AS_OF = Column("as_of", "the date at which it is said to hold, EDTF")
_NOTE = Column("note", "what a reader should know", required=False)
_FRAMES = (
    Column("hafez_mullins", "codes of the frame of Hafez & Mullins 2015; departure only", required=False, terms="hafez_mullins", many=True),
    Column("push_pull_personal", "codes of the push, pull, personal frame; departure only", required=False, terms="push_pull_personal", many=True),
    Column("neumann", "Neumann's defector narratives; life inside and exit only", required=False, terms="neumann", many=True),
)  # fmt: skip

SOURCES = Table(
    "sources",
    "one published article",
    (
        Column("source_id", "publisher and month", pattern=ID),
        Column("title", "as printed; empty where the stored text holds none", required=False),
        Column("publisher", "who published it"),
        Column("authors", "as printed", required=False),
        Column("published", "date of publication, EDTF"),
        Column("date_basis", "how that date is known"),
        Column("url", "where it was published", required=False, pattern=r"https?://\S+"),
        Column("stored_copy_url", "where the coded text was taken from", pattern=r"https?://\S+"),
        Column("reprint", "whether the coded text is a reprint", "boolean"),
        Column("text_sha256", "SHA-256 of the coded text, a file of UTF-8", pattern=SHA256),
        Column("published_start", "first day the date admits", "date", derived=True),
        Column("published_end", "last day the date admits", "date", derived=True),
    ),
)

_AS_OF_BASIS = Column("as_of_basis", "how that date is known", terms="as_of_basis")

_FIGURE = (
    Column("measure", "what is counted or measured (measures.csv)", terms="measure"),
    Column("hedge", "how the number is hedged", terms="hedge"),
    Column("value", "the printed number, shares as fractions of 1; empty for vague", "number", False, NUMBER),
    Column("lower", "lower bound under the hedge rules, inclusive; empty: unbounded", "number", False, derived=True),
    Column("upper", "upper bound, inclusive; empty: unbounded", "number", False, derived=True),
    Column("unit", "unit of the numbers", terms="unit"),
    Column("population", "who is counted", terms="population"),
    Column("origin", "where those counted come from", terms="origin"),
    Column("place", "where the thing counted happens", terms="place"),
    Column("group", "the armed group", terms="group"),
    Column("kind", "how it is counted", terms="kind"),
    Column("period_start", "first day of the window", "date", False, derived=True),
    Column("period_end", "last day of the window", "date", False, derived=True),
    _AS_OF,
    _SPEAKER,
    _SPEAKER_ROLE,
    Column(
        "family",
        "claims that repeat one original statement share a family; alone: the claim itself",
        required=False,
        terms="family",
        open=True,
    ),
    Column("ambiguity", "the ambiguities in readings.csv that touch this claim", required=False, derived=True),
    _NOTE,
    Column("value_to", "the far end of a range", "number", False, NUMBER),
    Column("base", "for a share: the measure of which it is a share", required=False, terms="measure"),
    Column("base_n", "for a share: the number of units it was computed from, where known", "integer", False),
    Column("applies", "whole: to the window as one; each: to each year of it", terms="applies"),
    Column("modality", "reported as a fact, an estimate, an intent or a forecast", terms="modality"),
    Column("period", "the window as coded, EDTF", required=False),
)
"""What a figure counts and how: the columns that claims share with figures published elsewhere."""

CLAIMS = Table(
    "claims",
    "one quantitative statement in a source",
    (
        Column("claim_id", "source and number", pattern=rf"{ID}\.c[0-9]+"),
        _LABEL,
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that carries the figure"),
        *_FIGURE[: _FIGURE.index(_AS_OF) + 1],
        _AS_OF_BASIS,
        *_FIGURE[_FIGURE.index(_AS_OF) + 1 :],
        Column("case_id", "the case it belongs to", required=False),
    ),
)

WIDER = Table(
    "wider",
    "one figure published elsewhere, kept apart from the articles; a URL takes the place of a locator",
    (
        Column(
            "claim_id",
            "number, and a letter for each further figure of one printed line",
            pattern=r"wider\.c[0-9]+[a-z]?",
        ),
        _LABEL,
        Column("source_id", "always wider", pattern=ID, derived=True),
        Column("url", "where it was published", pattern=r"https?://\S+"),
        Column("publisher", "who published it"),
        Column("grade", "how firm the figure is", terms="grade"),
        Column("statement", "figures that were given together share a statement", pattern=ID),
        Column("phrase", "the words that carry it, as printed or as listed, 8 at most"),
        *_FIGURE,
    ),
)

EXPLANATIONS = Table(
    "explanations",
    "one attributed explanation: one speaker, one factor, one phase",
    (
        Column("explanation_id", "source and number", pattern=rf"{ID}\.x[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that carries the factor"),
        _SPEAKER,
        _SPEAKER_ROLE,
        Column("first_hand", "the speaker did, saw, or was told it by the person concerned", "boolean"),
        Column("case_id", "the case it explains; empty: it is general", required=False),
        Column("target", "who is talked about: a case, a group or people in general", terms="target"),
        Column("story", "passages of one story share an id", pattern=rf"{ID}\.s[0-9]+"),
        Column("phase", "the part of the way it explains", terms="phase"),
        Column("direction", "how the factor acts", terms="direction"),
        *_FRAMES,
        Column("gist", "what is said, in our words"),
        _NOTE,
    ),
)

CASES = Table(
    "cases",
    "one person or small group a source tells of, without a name",
    (
        Column("case_id", "source and number", pattern=rf"{ID}\.p[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that introduces the case"),
        Column("persons", "how many persons at least", "integer", pattern=r"[1-9][0-9]{0,11}"),
        _LABEL,
        Column("who", "role, in our words"),
        Column("age_band", "age as a band", terms="age_band"),
        Column("origin", "where from, a region at most", terms="origin"),
        Column("overlaps", "cases with which it shares persons, joined by ';'", required=False),
        Column("shared", "how many persons at least it may share with them; empty: 0", "integer", False),
        _NOTE,
    ),
)

STAGES = Table(
    "stages",
    "one stage of the life course of a case, as told; what is not told has no row",
    (
        Column("stage_id", "source and number", pattern=rf"{ID}\.t[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        Column("case_id", "the case"),
        *_locator("that tells the stage"),
        Column("stage", "which part of the life course", terms="stage"),
        Column("value", "what is told of it: a term of the codebook's field stage_STAGE"),
        Column("period", "when, EDTF", required=False),
        _SPEAKER,
        _SPEAKER_ROLE,
        Column("detail", "the stage in a few of our words", longest=60),
        _NOTE,
    ),
)

EVENTS = Table(
    "events",
    "one dated event a source tells of",
    (
        Column("event_id", "source and number", pattern=rf"{ID}\.e[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that dates the event"),
        Column("date", "when, EDTF, resolved against the article's date"),
        Column("place", "where", terms="place"),
        Column("what", "what happened, in our words"),
        _SPEAKER,
        _SPEAKER_ROLE,
        Column("date_start", "first day", "date", False, derived=True),
        Column("date_end", "last day", "date", False, derived=True),
        _NOTE,
    ),
)

POSITIONS = Table(
    "positions",
    "one statement without a number that takes a side on a question",
    (
        Column("position_id", "source and number", pattern=rf"{ID}\.q[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that takes the side"),
        Column("question", "the question (questions.csv)", terms="question"),
        Column("answer", "its answer in our words; equal answers are spelt the same", longest=50),
        _SPEAKER,
        _SPEAKER_ROLE,
        _AS_OF,
        _NOTE,
    ),
)

DISMISSED = Table(
    "dismissed",
    "number-like text that is no claim",
    (
        Column("dismissed_id", "source and number", pattern=rf"{ID}\.d[0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        *_locator("that was dismissed"),
        Column("reason", "why it is no claim", terms="dismissed"),
        _NOTE,
    ),
)

CODINGS = Table(
    "codings",
    "what one of two coders coded, before the disagreements were settled; never changed afterwards, but for its place",
    (
        Column("coding_id", "source, coder and number", pattern=rf"{ID}\.[ab][0-9]+"),
        Column("source_id", "the source it is in", pattern=ID, derived=True),
        Column("coder", "a or b; neither saw the other's work", pattern="[ab]"),
        Column("unit_type", "what was coded", terms="unit_type"),
        *_locator("that was coded"),
        Column("measure", "of a claim", required=False, terms="measure"),
        Column("hedge", "of a claim", required=False, terms="hedge"),
        Column("value", "of a claim", "number", False, NUMBER),
        Column("kind", "of a claim", required=False, terms="kind"),
        Column("population", "of a claim", required=False, terms="population"),
        Column("modality", "of a claim", required=False, terms="modality"),
        Column("role", "speaker role of a claim or an explanation", required=False, terms="speaker_role"),
        Column("phase", "of an explanation", required=False, terms="phase"),
        Column("direction", "of an explanation", required=False, terms="direction"),
        *_FRAMES,
        Column("persons", "of a case", "integer", False),
        Column("stage", "of a stage", required=False, terms="stage"),
        Column("stage_value", "of a stage: a term of the codebook's field stage_STAGE", required=False),
        Column("date", "of an event, EDTF", required=False),
        Column("place", "of an event", required=False, terms="place"),
    ),
)

CODEBOOK = Table(
    "codebook",
    "one term of a controlled vocabulary",
    (
        Column("field", "the column it belongs to"),
        Column("term", "the term", pattern="[^,;]+"),
        Column("label", "its name, as a reader meets it", longest=60),
        Column("definition", "what it means"),
        Column("part_of", "the broader term whose persons include these", required=False),
        Column("exclusive", "no person is in this part and in another exclusive part of the same term", "boolean"),
        Column("source", "the published frame it is taken from", required=False),
    ),
    key=("field", "term"),
)

MEASURES = Table(
    "measures",
    "one thing that is counted or measured",
    (
        Column("measure", "its key", pattern=r"[a-z_]+"),
        _LABEL,
        Column("definition", "what it counts"),
        Column("unit", "its unit, unless the claim is a share of it"),
        Column("part_of", "the measure whose persons include these", required=False),
        Column("exclusive", "no person is in this part and in another exclusive part of the same whole", "boolean"),
        Column("accumulates", "who is counted once stays counted: the count never falls but for revisions", "boolean"),
        Column("complete", "its exclusive parts together make it", "boolean"),
    ),
)

SPEAKERS = Table(
    "speakers",
    "one speaker: an office, a named official or expert, or a role",
    (
        Column("speaker", "its key", pattern=ID),
        Column("name", "its full name, as a reader meets it"),
        Column("short", "its short name", longest=30),
        Column("speaker_role", "what kind of speaker it is", terms="speaker_role"),
        Column("institution", "its institution", required=False),
    ),
)

QUESTIONS = Table(
    "questions",
    "one question on which the sources take different positions",
    (
        Column("question", "its key", pattern=r"[a-z0-9_]+"),
        Column("wording", "the question in plain words"),
    ),
)

READINGS = Table(
    "readings",
    "one reading of an ambiguity",
    (
        Column("ambiguity", "what is unclear", pattern=r"[a-z0-9_]+"),
        Column("question", "the ambiguity as a plain question"),
        Column("reading", "the key of one way to read it", pattern=r"[a-z0-9_]+"),
        Column("answer", "that reading as an answer to the question", longest=60),
        Column("default", "whether it is the reading in force unless another is chosen", "boolean"),
        Column("reason", "why it can be read so"),
    ),
    key=("ambiguity", "reading"),
)

PATCHES = Table(
    "patches",
    "one field of one claim as a reading sets it",
    (
        Column("ambiguity", "the ambiguity", pattern=r"[a-z0-9_]+"),
        Column("reading", "the reading", pattern=r"[a-z0-9_]+"),
        Column("claim_id", "the claim it concerns", pattern=rf"{ID}\.c[0-9]+[a-z]?"),
        Column("field", "the column of the claim that it sets"),
        Column("value", "what it sets there", required=False),
    ),
    key=("ambiguity", "reading", "claim_id", "field"),
)

PARAMETERS = Table(
    "parameters",
    "one value of a choice that is no reading: which sources count, how wide 'about' is",
    (
        Column("parameter", "the key of the choice", pattern=r"[a-z0-9_]+"),
        Column("question", "the choice as a plain question"),
        Column("value", "a value it may have; * is any other"),
        Column("answer", "that value as an answer; {value} and {label} are filled in", longest=80),
    ),
    key=("parameter", "value"),
)

BY_SOURCE = (CLAIMS, EXPLANATIONS, CASES, STAGES, EVENTS, POSITIONS, DISMISSED, CODINGS)
"""The tables of each source's folder."""

SHARED = (CODEBOOK, MEASURES, SPEAKERS, QUESTIONS, PARAMETERS, READINGS, PATCHES)
"""The tables that all sources share."""

TABLES = (SOURCES, *BY_SOURCE, WIDER, *SHARED)
