"""A cell that is not as it should be is refused in words that name its file, row and column; nothing is written then.

One list for all: what is wrong by itself, what its row or another table contradicts, what is hostile. Cases in different
rows are put in together, so that the record is read a few times and not once a case.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from analysis.evidence import paths
from analysis.evidence.curate import curate
from analysis.evidence.problems import EvidenceError

from .conftest import spoil_all

SOURCE = "raseef22-2017-03"


class Case(NamedTuple):
    """``value`` in ``column`` of a table, and what the message expects; ``row`` 0 is any, ``also`` more cells of the row."""

    table: str
    column: str
    value: str
    expected: str
    row: int = 0
    also: tuple[tuple[str, str], ...] = ()


NUMBER, WHOLE = "a number such as 1600, 0.38", "a whole number such as 1600"
FORMULA, CONTROL, EMPTY = "where a spreadsheet takes it for a formula", "no control character", "an empty cell"
DATE, TERM, BLANK = "an EDTF date", "one of about, at_least", "a value; this column may not be empty"
LATE, WHITE = "a date not after the source's publication", "no white space around it"
CASES = [
    # by itself
    *(Case("claims", "value", value, NUMBER) for value in ("NaN", "inf", "-inf", "1e400", "1e3", "0,38", "1 600", "1,600")),
    *(Case("claims", "value", value, NUMBER) for value in ("-5", "1.", ".5", "0x10", "1_000", "١٢٣", "½", "9" * 400, "six hundred")),
    Case("claims", "value", "9" * 5000, "(5002 characters); expected a number"),
    *(Case("claims", "char_end", value, WHOLE) for value in ("-1", "1.5", "nan", "9" * 30, "9" * 5000, "٣")),
    Case("claims", "char_end", "", "may not be empty"),
    *(Case("claims", "base_n", value, WHOLE) for value in ("-1", "inf", "9" * 30)),
    *(Case("claims", "as_of", value, DATE) for value in ("2016-13", "2016-02-30", "0000", "yesterday", "12016")),
    Case("claims", "as_of", "2017-02-29", "'2017-02-29' is not an EDTF date"),
    Case("claims", "period", "2016-06/2016-01", "ends before it begins"),
    *(Case("claims", "period", value, DATE) for value in ("2017-13", "[" * 5000)),
    Case("events", "date", "2018-11-31", DATE),
    *(Case("claims", "note", value, FORMULA) for value in ("=cmd|' /C calc'!A0", "@SUM(1)", "+1+cmd", "-2+3", "a;=1", "＝1")),
    Case("claims", "speaker", '=HYPERLINK("x")', FORMULA),
    Case("explanations", "gist", "=1+1", FORMULA),
    *(Case("claims", "note", f"a{sign}b", CONTROL) for sign in ("\0", "\x1b[31m", "\x07", "\x85", "\u2028", "\ufffd")),
    *(Case("claims", "note", f"a{sign}b", CONTROL) for sign in ("\u202e", "\u2066", "\ufeff")),
    Case("claims", "note", "\t=1", WHITE),
    *(Case("claims", "speaker", value, EMPTY) for value in ("NaN", "NULL", "NA", "None", "#N/A", "#REF!", "<NA>")),
    *(Case("claims", "hedge", value, TERM) for value in ("roughly", "About", "about;exact", "<b>")),
    Case("claims", "measure", "departed\u200b", "a measure of measures.csv"),
    *(Case("claims", "measure", value, WHITE) for value in (" killed", "departed\u00a0")),
    Case("claims", "family", "no-such-family", "expected one of "),
    Case("claims", "claim_id", f"{SOURCE}.c01", "each key once", 9),
    *(Case("claims", "claim_id", value, "the form ") for value in ("../../x.c01", "a/b.c01", "<script>", f"{SOURCE}.C1")),
    Case("claims", "claim_id", "", BLANK),
    Case("claims", "claim_id", "elsewhere.c01", "an id that begins with"),
    Case("claims", "sentence_sha256", "0" * 63, "the form [0-9a-f]{64}"),
    Case("claims", "phrase", "one two three four five six seven eight nine", "8 at most"),
    Case("claims", "label", "x" * 41, "40 characters at most", 9),
    Case("claims", "label", "", BLANK, 10),
    Case("claims", "speaker", "nobody", "a speaker of speakers.csv"),
    Case("explanations", "neumann", "no_such_code", "terms of "),
    *(Case("cases", "persons", value, "the form [1-9]") for value in ("-1", "0", "1.0", "9" * 30, "NaN")),
    Case("positions", "question", "what", "a question of questions.csv"),
    # against its row
    Case("claims", "char_end", "1", "a start before the end"),
    Case("claims", "char_end", "980", "room for the phrase", 4),
    Case("claims", "value", "", "a number for every hedge but vague", 4),
    Case("claims", "value", "1.5", "found '1.5'; expected a whole number", 4),
    Case("claims", "value", "0", "found less_than 0; expected a number above 0", 4, (("hedge", "less_than"),)),
    Case("claims", "value", "0", "found about 0; expected a number above 0", 5),
    Case("claims", "value", "38", "found '38'; expected a fraction of 1, such as 0.38 for 38%.", 26),
    Case("claims", "value_to", "300", "found '300'; expected the far end of a range", 4),
    Case("claims", "value_to", "40", "found 60 to 40; expected a range that rises.", 5, (("hedge", "range"), ("value", "60"))),
    Case("claims", "unit", "share", "shares in the unit share", 4),
    Case("claims", "unit", "cells", "the unit that measures.csv gives the measure", 5),
    Case("claims", "base", "departed", "found 'departed'; expected the whole of a share", 4),
    Case("claims", "base_n", "48", "the number of units behind a share", 5),
    Case("claims", "kind", "duration", "durations and ages in a unit of time", 4),
    Case("claims", "kind", "age", "the kind age for the measure age", 5),
    Case("claims", "period", "2016", "a stock is of one date", 2),
    Case("claims", "applies", "each", "a window of several years", 2),
    Case("explanations", "target", "case", "the target case where there is a case_id", 2),
    Case("stages", "value", "fought", "(stage_", 2),
    Case("stages", "case_id", "", "this column may not be empty", 3),
    Case("cases", "shared", "1", "nothing, where no other case overlaps", 2),
    Case("cases", "shared", "9", "no more persons than the case has", 10),
    Case("codings", "coder", "b", "the coder in the coding_id", 2),
    Case("codings", "phase", "exit", "a value for every explanation, and for nothing else", 2),
    Case("codings", "measure", "", "a value for every claim, and for nothing else", 3),
    # against other rows and tables
    *(Case("claims", column, "2018", LATE, 4) for column in ("as_of", "period")),
    Case("events", "date", "2019-01", LATE),
    Case("stages", "period", "2019", LATE),
    Case("claims", "case_id", f"{SOURCE}.p99", "a case_id of some cases.csv"),
    Case("claims", "case_id", "magharebia-2014-12.p01", "a case of the same source"),
    Case("claims", "case_id", "", "the case whose persons are counted", 4, (("population", "case_persons"),)),
    Case("claims", "label", "bcij: 199 returned", "a name that no other row has", 6),
    Case("explanations", "story", "mwn-2017-07.s1", "the id of a story that begins with its source"),
    Case("cases", "overlaps", f"{SOURCE}.p99", "other cases of the same source"),
]  # fmt: skip

Batch = dict[tuple[str, int], Case]
"""Cases by table and row: one a row."""


def batches() -> list[Batch]:
    """The cases in as few batches as a simple way gives; a case for any row goes to the first that is free."""
    found: list[Batch] = []
    sizes = {
        path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in (paths.RAW / SOURCE).glob("*.csv")
    }
    for case in sorted(CASES, key=lambda case: case.row == 0):
        rows = [case.row] if case.row else range(2, sizes[case.table] + 1)
        places = ((batch, row) for batch in found for row in rows if (case.table, row) not in batch)
        batch, row = next(places, (None, rows[0]))
        if batch is None:
            batch = {}
            found.append(batch)
        batch[case.table, row] = case
    return found


@pytest.mark.parametrize("batch", batches(), ids=lambda batch: f"{len(batch)} cells")
def test_a_wrong_cell_is_refused_with_its_file_row_and_column(raw: Path, tmp_path: Path, batch: Batch) -> None:
    for table in {table for table, _ in batch}:
        cells = {
            row: {case.column: case.value, **dict(case.also)} for (name, row), case in batch.items() if name == table
        }
        spoil_all(raw / SOURCE / f"{table}.csv", cells)
    with pytest.raises(EvidenceError) as caught:
        curate(raw, tmp_path / "curated")
    assert not (tmp_path / "curated").exists()
    lines = [str(problem) for problem in caught.value.problems]
    assert all(line.isprintable() and len(line) < 3000 for line in lines)
    for (table, row), case in batch.items():
        begin = f"{SOURCE}/{table}.csv, row {row}, column {case.column}: found "
        assert any(line.startswith(begin) and case.expected in line for line in lines), case
