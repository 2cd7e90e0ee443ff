"""How is a table of the record read, checked cell by cell, typed and written?

The tables themselves are declared in `schema`.
"""

import csv
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from io import BytesIO, StringIO
from pathlib import Path
from sys import intern
from typing import Any

import pandas as pd

from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.schema import COUNT, KEYS, NUMBER, Column, Table, Vocabulary
from analysis.evidence.text import visible

pd.set_option("mode.string_storage", "python")  # a third faster than Arrow's on tables as small as these

_IN_WORDS = {
    COUNT: "a whole number such as 1600, 12 digits at most",
    NUMBER: "a number such as 1600, 0.38 or 1/3, with a point or a slash and no other mark, 12 digits at most",
}

UNSAFE = {
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
"""What no cell may contain, because the curated tables are opened in spreadsheets, browsers and terminals."""

Frames = dict[str, pd.DataFrame]
"""Tables by name."""

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


def read_raw(path: Path, table: Table, file: str = "", padded: bool = False) -> list[Row]:
    """The rows of a raw table. Raises EvidenceError where the file is not such a table, with every row that is not.

    ``file`` names the file in messages, by default with its folder. ``padded``: a row that ends early has empty cells.
    """
    file = file or f"{path.parent.name}/{path.name}"
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
            if padded:
                cells += [""] * (len(wanted) - len(cells))
            if len(cells) != len(wanted):
                problems.append(_length_fault(cells, table, file, number))
            rows.append([*map(intern, cells), file, number])
    except csv.Error as error:
        remedy = "Quote a cell that holds a comma, a quote or a line break, and double the quotes in it."
        problems.append(Problem(file, f"no CSV: {error}", "cells joined by commas", number + 1, remedy=remedy))
    if problems:
        raise EvidenceError(problems)
    return rows


def _length_fault(cells: list[str], table: Table, file: str, number: int) -> Problem:
    """A row with another number of cells, with the first column whose cell does not fit: the fault is there or before."""

    def fits(column: Column, cell: str) -> bool:
        return bool(re.fullmatch(column.form or ".*", cell, re.DOTALL) if cell.strip() else "optional" in column.flags)

    wrong = (column for column, cell in zip(table.raw, cells, strict=False) if not fits(column, cell))
    column = next(wrong, table.raw[-1])
    remedy = "Quote a cell that holds a comma."
    if len(cells) < len(table.raw):
        remedy = "Add the commas of empty cells."
        if "phrase" in table.raw_columns:
            remedy = f"`analysis locate --fill --source {file.split('/')[0]}` completes a row that ends early."
    wanted = f"{len(table.raw)} cells in every row; the first that does not fit is in this column"
    return Problem(file, f"{len(cells)} cells", wanted, number, column.name, remedy)


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
    parts = [f"{what} {', '.join(names)}" for what, names in faults.items() if names]
    return f"a header {' and '.join(parts)}" if parts else "a header in another order"


def to_frame(rows: Iterable[Row], table: Table) -> pd.DataFrame:
    """Rows of :func:`read_raw` as a table of text, with ``file`` and ``row``."""
    return pd.DataFrame(list(rows), columns=[*table.raw_columns, "file", "row"]).astype(
        dict.fromkeys([*table.raw_columns, "file"], "str") | {"row": int}
    )


def faults(
    frame: pd.DataFrame, *rules: tuple[pd.Series, str, str] | tuple[pd.Series, str, str, str], remedy: str = ""
) -> Iterator[Problem]:
    """A problem for each row of ``frame`` that breaks a rule.

    A rule is a mask of the rows that are wrong, the column to name, what is expected, and a template of what is found,
    filled in from the row; without one it is the cell of that column. The ``remedy`` is a template too.
    """
    for wrong, column, expected, *found in rules:
        template = found[0] if found else f"{{{column}!r}}"
        for row in frame[wrong].to_dict("records") if wrong.any() else ():
            yield Problem(row["file"], template.format_map(row), expected, row["row"], column, remedy.format_map(row))


def check(frame: pd.DataFrame, table: Table, vocabulary: Vocabulary) -> list[Problem]:
    """Every cell of a raw ``frame`` that its column does not admit, and every key that occurs twice."""
    key = table.primary_key
    found = "'" + " ".join(f"{{{name}}}" for name in key) + "' a second time"
    again = (frame.duplicated(key), ",".join(key), "each key once", found)
    return [*check_cells(frame, table, vocabulary), *faults(frame, again)]


_BLANK = "a value; this column may not be empty"
_FILL = "`analysis locate --fill --source {folder}` fills it in."


def check_cells(frame: pd.DataFrame, table: Table, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Every cell of a raw ``frame`` that its column does not admit; its rows may be versions of one another."""
    frame = frame.assign(folder=frame["file"].str.split("/").str[0])
    for column in (column for column in table.columns if column.name in frame):
        cells, located = frame[column.name], column.name in ("char_start", "char_end", "sentence_sha256")
        distinct = cells.unique()
        for admits, expected in _checks(column, vocabulary):
            if wrong := [cell for cell in distinct if not admits(cell)]:
                remedy = _FILL if located and expected == _BLANK else ""
                yield from faults(frame, (cells.isin(wrong), column.name, expected), remedy=remedy)


def _checks(column: Column, vocabulary: Vocabulary) -> Iterator[tuple[Callable[[str], bool], str]]:
    """Each check of a cell of ``column``, with what is expected in words."""
    yield lambda cell: cell == cell.strip(), "no white space around it"
    if "optional" not in column.flags:
        yield lambda cell: bool(cell.strip()), _BLANK
    if longest := column.longest:
        yield lambda cell: len(cell) <= longest, f"{longest} characters at most"
    terms = vocabulary.get(column.terms, frozenset())
    words, listed = {"", *terms}, ", ".join(sorted(terms))
    if column.terms and "many" in column.flags:
        yield lambda cell: words.issuperset(cell.split(";")), f"terms of {listed}, joined by ';'"
    elif column.terms:
        table = KEYS.get(column.terms)
        yield words.__contains__, f"a {column.terms} of {table}.csv" if table else f"one of {listed}"
    if form := column.form:
        yield lambda cell: not cell or bool(re.fullmatch(form, cell)), _IN_WORDS.get(form, f"the form {form}")


def numeric(cells: pd.Series) -> pd.Series:
    """The numbers in ``cells`` of text, 1/3 as a third."""
    return cells.map(lambda cell: float(Fraction(cell)), na_action="ignore").astype("Float64")


def unsafe_cells(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    """Every cell of a raw ``frame`` that is unsafe where the table is opened; a phrase is curated as a reader sees it."""
    for name in table.raw_columns:
        cells = {cell: visible(cell) if name == "phrase" else cell for cell in frame[name].unique()}
        found = {cell: why for cell, seen in cells.items() for sign, why in UNSAFE.items() if sign.search(seen)}
        rows = frame.loc[frame[name].isin(found), ["file", "row", name]].itertuples(index=False) if found else ()
        for file, row, cell in rows:
            yield Problem(file, repr(cell), found[cell], row, name)


def to_csv(frame: pd.DataFrame) -> str:
    """``frame`` as CSV. A cell that holds a carriage return is left bare by Python before 3.13: all are quoted then."""
    content = frame.to_csv(index=False, lineterminator="\n")
    return frame.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL) if "\r" in content else content


_DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}
"""The types of curated columns that are not text: dates stay ISO text, empty cells of text stay empty."""


def coerce(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """``frame`` of text as ``table`` has it: its columns in its order, typed."""
    columns = {}
    for column in table.columns:
        cells = frame[column.name]
        if column.type == "boolean":
            cells = cells.replace("", pd.NA).map({"true": True, "false": False})
        elif column.type in _DTYPES:
            cells = numeric(cells.replace("", pd.NA))
        columns[column.name] = cells.astype(_DTYPES.get(column.type, "str"))
    return pd.DataFrame(columns)


def read_curated(content: bytes, table: Table) -> pd.DataFrame:
    """A curated table, typed, from the ``content`` of its file. Raises EvidenceError where it is not what `make data` writes."""
    types = {column.name: _DTYPES.get(column.type, "str") for column in table.columns}
    empty = {name: [""] for name, kind in types.items() if kind != "str"}
    try:
        frame = pd.read_csv(BytesIO(content), dtype=types, keep_default_na=False, na_values=empty)
        if list(frame.columns) == list(types):
            return frame
        found = "another header"
    except ValueError as error:  # no CSV, no UTF-8, or text where a number should be
        found = str(error)
    raise EvidenceError(
        [Problem(f"curated/{table.name}.csv", found, "what `make data` writes", remedy="Run `make data`.")]
    )


def lookup(frame: pd.DataFrame, key: str, value: str) -> dict[str, str]:
    """The ``value`` of each ``key`` of a table."""
    return dict(zip(frame[key], frame[value], strict=True))


def nested(frame: pd.DataFrame, outer: str, key: str, value: str) -> dict[str, dict[str, str]]:
    """The ``value`` of each ``key`` for each ``outer`` key of a table, in the table's order."""
    found: dict[str, dict[str, str]] = {}
    for one, name, cell in zip(frame[outer], frame[key], frame[value], strict=True):
        found.setdefault(one, {})[name] = cell
    return found
