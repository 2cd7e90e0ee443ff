"""Which tables does the record hold, and what may stand in each column?

Declared once, here. The same declaration reads and checks the raw tables (through pandera), types the curated ones
and writes their Frictionless Table Schema.
"""

import csv
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from sys import intern
from typing import Any

import pandas as pd

from analysis.evidence.problems import EvidenceError, Problem

Vocabulary = Mapping[str, frozenset[str]]
"""Field of the codebook -> its terms."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SHA256 = r"[0-9a-f]{64}"
COUNT = r"[0-9]{1,12}"
NUMBER = rf"{COUNT}(?:\.{COUNT})?"
_IN_WORDS = {
    COUNT: "a whole number such as 1600, 12 digits at most",
    NUMBER: "a number such as 1600 or 0.38, with a point and no other mark, 12 digits at most",
}

HARMFUL = {
    re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffd-\uffff]"): (
        "no control character, none that turns text around, none that a wrong encoding left"
    ),
    re.compile("(?:^|;)[=+@＝＋＠－-]"): (
        "none of = + - @ at the beginning or after ';', where a spreadsheet takes it for a formula"
    ),
    re.compile(r"^(?:(?i:nan|n/a|null|<na>)|NA|None|#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!))$"): (
        "a value, or an empty cell: programs write and read this for none"
    ),
}
"""What no cell may hold, for the curated tables are opened in spreadsheets, browsers and terminals."""


@dataclass(frozen=True)
class Column:
    """One column: what it means, its type and what it admits. ``derived`` columns stand in curated tables
    only; an ``open`` one holds, once curated, more than its terms.
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

    def frictionless(self, vocabulary: Vocabulary) -> dict[str, Any]:
        """The column as a field of a Frictionless Table Schema."""
        constraints: dict[str, Any] = {"required": True} if self.required else {}
        if self.terms and not self.many and not self.open:
            constraints["enum"] = sorted(vocabulary[self.terms])
        elif self.type in {"integer", "number"}:
            constraints["minimum"] = 0
        elif self.pattern:
            constraints["pattern"] = self.pattern
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


_SOURCE = Column("source_id", "the source it stands in", pattern=ID)
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
    Column("as_of", "the date at which the figure is said to hold, EDTF"),
    Column("attributed_to", "who says it: an office, an official, a quoted expert, or a role"),
    Column("attribution_type", "what kind of speaker that is", terms="attribution_type"),
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
    Column("modality", "told as a fact, an estimate, an intent or a forecast", terms="modality"),
    Column("period", "the window as coded, EDTF", required=False),
)
"""What a figure counts and how: the columns that claims share with figures published elsewhere."""

CLAIMS = Table(
    "claims",
    "one quantitative statement in a source",
    (
        Column("claim_id", "source and number", pattern=rf"{ID}\.c[0-9]+"),
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
        *_locator("that carries the figure"),
        *_FIGURE,
        Column("case_id", "the case it belongs to", required=False),
    ),
)

WIDER = Table(
    "wider",
    "one figure published elsewhere, kept apart from the articles; a URL stands in for a locator",
    (
        Column(
            "claim_id",
            "number, and a letter for each further figure of one printed line",
            pattern=r"wider\.c[0-9]+[a-z]?",
        ),
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
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
        *_locator("that carries the factor"),
        Column("speaker", "an official, a quoted expert, or a role"),
        Column("speaker_role", "what kind of speaker that is", terms="attribution_type"),
        Column("first_hand", "the speaker did, saw, or was told it by the person concerned", "boolean"),
        Column("case_id", "the case it explains; empty: it is general", required=False),
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
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
        *_locator("that introduces the case"),
        Column("persons", "how many persons at least", "integer", pattern=r"[1-9][0-9]{0,11}"),
        Column("who", "role, in our words"),
        Column("age_band", "age as a band", terms="age_band"),
        Column("origin", "where from, a region at most", terms="origin"),
        Column("departure", "how the way out ended", terms="case_departure"),
        Column("inside", "what they did there", terms="case_inside"),
        Column("exit", "whether they wished to leave or left", terms="case_exit"),
        Column("outcome", "what became of them, as told", terms="case_outcome"),
        Column("told_by", "the kind of speaker who tells the outcome", terms="attribution_type"),
        Column("period", "when the outcome fell, EDTF", required=False),
        _NOTE,
    ),
)

EVENTS = Table(
    "events",
    "one dated event a source tells of",
    (
        Column("event_id", "source and number", pattern=rf"{ID}\.e[0-9]+"),
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
        *_locator("that dates the event"),
        Column("date", "when, EDTF, resolved against the article's date"),
        Column("place", "where", terms="place"),
        Column("what", "what happened, in our words"),
        Column("attributed_to", "who says so"),
        Column("date_start", "first day", "date", False, derived=True),
        Column("date_end", "last day", "date", False, derived=True),
        _NOTE,
    ),
)

DISMISSED = Table(
    "dismissed",
    "number-like text that is no claim",
    (
        Column("dismissed_id", "source and number", pattern=rf"{ID}\.d[0-9]+"),
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
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
        Column("source_id", "the source it stands in", pattern=ID, derived=True),
        Column("coder", "a or b; neither saw the other's work", pattern="[ab]"),
        Column("unit_type", "claim or explanation", pattern="claim|explanation"),
        *_locator("that was coded"),
        Column("measure", "of a claim", required=False, terms="measure"),
        Column("hedge", "of a claim", required=False, terms="hedge"),
        Column("value", "of a claim", "number", False, NUMBER),
        Column("kind", "of a claim", required=False, terms="kind"),
        Column("population", "of a claim", required=False, terms="population"),
        Column("modality", "of a claim", required=False, terms="modality"),
        Column("role", "attribution type of a claim, speaker role of an explanation", terms="attribution_type"),
        Column("phase", "of an explanation", required=False, terms="phase"),
        Column("direction", "of an explanation", required=False, terms="direction"),
        *_FRAMES,
    ),
)

CODEBOOK = Table(
    "codebook",
    "one term of a controlled vocabulary",
    (
        Column("field", "the column it belongs to"),
        Column("term", "the term", pattern="[^,;]+"),
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
        Column("measure", "its name", pattern=r"[a-z_]+"),
        Column("definition", "what it counts"),
        Column("unit", "its unit, unless the claim is a share of it"),
        Column("part_of", "the measure whose persons include these", required=False),
        Column("exclusive", "no person is in this part and in another exclusive part of the same whole", "boolean"),
        Column("accumulates", "who is counted once stays counted: the count never falls but for revisions", "boolean"),
        Column("complete", "its exclusive parts together make it", "boolean"),
    ),
)

READINGS = Table(
    "readings",
    "one field of one claim under one reading of an ambiguity",
    (
        Column("ambiguity", "what is unclear", pattern=r"[a-z0-9_]+"),
        Column("reading", "the name of one way to read it", pattern=r"[a-z0-9_]+"),
        Column("default", "whether claims.csv holds this reading", "boolean"),
        Column("claim_id", "the claim it concerns", pattern=rf"{ID}\.c[0-9]+[a-z]?"),
        Column("field", "the column of the claim that it sets"),
        Column("value", "what it sets there", required=False),
        Column("reason", "why it can be read so"),
    ),
    key=("ambiguity", "reading", "claim_id", "field"),
)

BY_SOURCE = (CLAIMS, EXPLANATIONS, CASES, EVENTS, DISMISSED, CODINGS)
"""The tables of each source's folder."""

SHARED = (CODEBOOK, MEASURES, READINGS)
"""The tables that all sources share."""

TABLES = (SOURCES, *BY_SOURCE, WIDER, *SHARED)


Row = list[Any]
"""The cells of one row as text, then its file and its number; the header is row 1."""


def read_text(path: Path, file: str, what: str) -> str:
    """The text of a file that a person wrote: ``what``, named ``file`` in messages.

    Raises EvidenceError where it is no file of its own that can be read, and where it is not UTF-8. A link is none: what
    it leads to is neither kept with the record nor noticed when it changes.
    """
    try:
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            return path.read_bytes().decode("utf-8")
        found = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no file of text"
    except OSError as error:
        found = str(error.strerror).lower()
    except UnicodeDecodeError as error:
        found = f"the byte 0x{error.object[error.start]:02x} at offset {error.start}"
        row = error.object[: error.start].count(b"\n") + 1
        raise EvidenceError([Problem(file, found, "UTF-8", row, remedy="Save the file as UTF-8.")]) from None
    raise EvidenceError([Problem(file, found, what)])


def read_raw(path: Path, table: Table, file: str) -> list[Row]:
    """The rows of a raw table. Raises EvidenceError where the file is not such a table, with every row that is not.

    ``file`` names the file in messages.
    """
    content = read_text(path, file, "a table of " + table.what)
    wanted = table.raw_columns
    reader = csv.reader(StringIO(content, newline=""), strict=True)
    rows: list[Row] = []
    problems = []
    number = 0
    try:
        header = next(reader, [])
        if header != wanted:
            remedy = "Save as CSV with commas, UTF-8 without a byte-order mark, and these columns in this order."
            found = _header_fault(header, wanted)
            raise EvidenceError([Problem(file, found, ",".join(wanted), row=1, remedy=remedy)])
        number = 1
        for number, cells in enumerate(reader, start=2):
            if not cells:
                continue  # a blank line is no row
            if len(cells) != len(wanted):
                problems.append(Problem(file, f"{len(cells)} cells", f"{len(wanted)} cells in every row", number))
            rows.append([*map(intern, cells), file, number])
    except csv.Error as error:
        remedy = "Quote a cell that holds a comma, a quote or a line break, and double the quotes in it."
        problems.append(Problem(file, f"no CSV: {error}", "cells joined by commas", number + 1, remedy=remedy))
    if problems:
        raise EvidenceError(problems)
    return rows


def _header_fault(header: list[str], wanted: list[str]) -> str:
    if not any(header):
        return "no header"
    if header[0].startswith("\ufeff") and [header[0][1:], *header[1:]] == wanted:
        return "a byte-order mark"
    for mark in ";", "\t":
        if header[0].lstrip("\ufeff").split(mark) == wanted:
            return f"cells joined by {mark!r}"
    faults = {
        "without": [name for name in wanted if name not in header],
        "with the unknown": [repr(name) for name in dict.fromkeys(header) if name not in wanted],
        "with more than one": [name for name in wanted if header.count(name) > 1],
    }
    told = [f"{what} {', '.join(names)}" for what, names in faults.items() if names]
    return f"a header {' and '.join(told)}" if told else "a header in another order"


def framed(rows: Iterable[Row], table: Table) -> pd.DataFrame:
    """Rows of :func:`read_raw` as a table of text, with ``file`` and ``row``."""
    return pd.DataFrame(list(rows), columns=[*table.raw_columns, "file", "row"]).astype(
        dict.fromkeys([*table.raw_columns, "file"], "str") | {"row": int}
    )


def check(frame: pd.DataFrame, table: Table, vocabulary: Vocabulary) -> list[Problem]:
    """Every cell of a raw ``frame`` that its column does not admit, and every key that stands twice."""
    problems = check_cells(frame, table, vocabulary)
    key = list(table.primary_key)
    for row in frame[frame.duplicated(key)].to_dict("records"):
        found = " ".join(row[name] for name in key)
        problems.append(Problem(row["file"], f"{found!r} a second time", "each key once", row["row"], ",".join(key)))
    return problems


def check_cells(frame: pd.DataFrame, table: Table, vocabulary: Vocabulary) -> list[Problem]:
    """Every cell of a raw ``frame`` that its column does not admit; its rows may be versions of one another."""
    import pandera.pandas as pa  # here: a run that only reads curated tables does not pay for it

    def column(spec: Column) -> Any:
        checks = [
            pa.Check(lambda cells: cells == cells.str.strip(), error="no white space around it"),
        ]
        if spec.required:
            checks.append(
                pa.Check(lambda cells: cells.str.strip() != "", error="a value; this column may not be empty")
            )
        if spec.terms:
            terms = vocabulary.get(spec.terms, frozenset())
            listed = ", ".join(sorted(terms))
            words = {"", *terms}
            if spec.many:
                one = pa.Check(
                    lambda cells: cells.map(lambda cell: set(cell.split(";")) <= words),
                    error=f"terms of {listed}, joined by ';'",
                )
            else:
                one = pa.Check(lambda cells: cells.isin(words), error=f"one of {listed}")
            checks.append(one)
        pattern = {"integer": COUNT, "number": NUMBER, "boolean": "true|false"}.get(spec.type, "")
        if spec.pattern or pattern:
            wanted = spec.pattern or pattern
            checks.append(
                pa.Check(
                    lambda cells: (cells == "") | cells.str.fullmatch(wanted),
                    error=_IN_WORDS.get(wanted, f"the form {wanted}"),
                )
            )
        return pa.Column(str, checks)

    frame = frame.reset_index(drop=True)
    columns = {spec.name: column(spec) for spec in table.columns if spec.name in frame}
    problems = []
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        at = frame.loc[cases["index"].astype(int), ["file", "row"]]
        told = zip(at["file"], cases["failure_case"], cases["check"], at["row"], cases["column"], strict=True)
        problems = [Problem(file, repr(found), str(what), row, str(name)) for file, found, what, row, name in told]
    return problems


def harmful(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    """Every cell of a raw ``frame`` that would do harm where the table is opened."""
    for name in table.raw_columns:
        found = {cell: why for cell in frame[name].unique() for sign, why in HARMFUL.items() if sign.search(cell)}
        rows = frame.loc[frame[name].isin(found), ["file", "row", name]].itertuples(index=False) if found else ()
        for file, row, cell in rows:
            yield Problem(file, repr(cell), found[cell], row, name)


def text(frame: pd.DataFrame) -> str:
    """``frame`` as CSV. A cell that holds a carriage return is left bare by Python before 3.13: all are quoted then."""
    content = frame.to_csv(index=False, lineterminator="\n")
    return frame.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL) if "\r" in content else content


def typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """``frame`` of text as the types of ``table``; dates stay ISO text, empty cells of text stay empty."""
    kinds = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}
    frame = frame.copy()
    for column in table.columns:
        if column.name not in frame or column.type not in kinds:
            continue
        cells = frame[column.name].replace("", pd.NA)
        if column.type == "boolean":
            cells = cells.map({"true": True, "false": False, "True": True, "False": False})
        else:
            cells = pd.to_numeric(cells)
        frame[column.name] = cells.astype(kinds[column.type])
    return frame
