"""Property tests of everything that reads what people write: numbers, dates, words, places, tables, texts, parameters.

A few random inputs of each run with the suite; ``make fuzz`` runs them for as long as asked.
"""

import csv
import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from io import StringIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from analysis.evidence import files, paths, schema, tables
from analysis.evidence.curate import derived, read
from analysis.evidence.dates import days
from analysis.evidence.hedges import COUNTED, NUMBERED, interval
from analysis.evidence.intake.suggestions import suggestions
from analysis.evidence.intake.verify import STATUSES, verify
from analysis.evidence.intake.worklist import intake
from analysis.evidence.intervals import Bounds
from analysis.evidence.numerals import numbers_in
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.readings import apply_patches, decimal
from analysis.evidence.rules import MAX_WORDS
from analysis.evidence.scenario import Parameter, ParameterError, misnamed, parameters, scenario
from analysis.evidence.text import Span, Text, normalised, visible


def share_of(examples: int) -> settings:
    """This percentage of the usual number of examples, for a property whose examples are slow."""
    return settings(max_examples=max(settings().max_examples * examples // 100, 1), deadline=None)


# Numbers and hedges

UNITS = st.sampled_from([*sorted(COUNTED), "share", "years", "days", "elsewhere"])
HEDGES = st.sampled_from([*NUMBERED, "vague", "roughly", ""])
PRINTED = st.from_regex(schema.NUMBER, fullmatch=True, alphabet="0123456789.")
USUAL = st.one_of(st.integers(0, 10**7).map(str), st.decimals(0, 10**4, places=3).map(str), st.just("0"))
WIDTHS = st.floats(0, 4) | st.floats(0, 10**9)


def bounds(hedge: str, value: str | None, to: str | None, unit: str, width: float) -> Bounds | None:
    """The interval, or None where the hedge has none."""
    try:
        return interval(hedge, decimal(value), decimal(to), unit, Decimal(repr(width)))
    except ValueError:
        return None


@example("less_than", "0", None, "persons", 1.0)
@example("exact", "0.001", None, "attacks", 0.0)
@example("less_than", "1", None, "plots", 1.0)
@given(HEDGES, st.none() | USUAL | PRINTED, st.none() | USUAL | PRINTED, UNITS, WIDTHS)
def test_an_interval_rises_and_holds_what_is_printed(
    hedge: str, value: str | None, to: str | None, unit: str, width: float
) -> None:
    found = bounds(hedge, value, to, unit, width)
    if found is None or hedge == "vague":
        assert found == ((None, None) if hedge == "vague" else None)
        return
    low, high = found
    assert low is not None and 0 <= low < float("inf") and (high is None or low <= high < float("inf"))
    if unit in COUNTED:
        assert low.is_integer() and (high is None or high.is_integer())
    if unit == "share":
        assert high is not None and high <= 1
    printed = float(value or "")
    if (unit in COUNTED and Decimal(value or "") % 1) or (unit == "share" and printed > 1):
        return  # neither a count nor a share: the record refuses it
    if hedge in {"exact", "about", "at_least", "at_most", "range"}:
        assert low <= printed and (high is None or printed <= high)
    elif unit in COUNTED and printed < 2**53:
        assert printed < low or (high is not None and high < printed)


@given(USUAL, UNITS, st.floats(0, 4), st.floats(0, 4))
def test_about_never_narrows_when_it_is_widened(value: str, unit: str, one: float, other: float) -> None:
    inner, outer = (bounds("about", value, None, unit, width) for width in sorted((one, other)))
    if inner:
        assert outer and outer[0] <= inner[0] and inner[1] <= outer[1]  # type: ignore[operator]


@given(st.sampled_from(NUMBERED), USUAL, UNITS)
def test_an_end_of_a_range_that_the_hedge_does_not_read_changes_nothing(hedge: str, value: str, unit: str) -> None:
    assume(hedge != "range")
    assert bounds(hedge, value, value, unit, 1.0) == bounds(hedge, value, None, unit, 1.0)


@given(PRINTED | USUAL, st.floats(0, 10**9))
def test_a_number_is_read_as_it_is_printed(text: str, number: float) -> None:
    assert decimal(text) == Decimal(text) and float(decimal(number) or 0) == number
    assert decimal("") is decimal(None) is decimal(pd.NA) is decimal(float("nan")) is None


# Dates

DATES = st.dates(date(1, 1, 1))
YEARS = st.integers(1, 9999).map("{:04}".format)
MONTHS = st.tuples(YEARS, st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02}")
PLAIN = st.one_of(YEARS, MONTHS, DATES.map(date.isoformat))
SEASONS = st.tuples(YEARS, st.integers(20, 42)).map(lambda pair: f"{pair[0]}-{pair[1]:02}")
MASKED = st.from_regex(r"[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2})?)?", fullmatch=True, alphabet="0129X-")
FAR = st.from_regex(r"Y?-?[0-9]{1,9}([eE][0-9]{1,3})?([sS][0-9]{1,2})?", fullmatch=True, alphabet="0123456789-YeES")
MOMENT = st.tuples(PLAIN | SEASONS | MASKED | FAR, st.sampled_from(["", "", "~", "?", "%", "T10:00:00Z"])).map("".join)
ENDS = st.one_of(MOMENT, st.sampled_from(["", "..", "open", "unknown", "*"]))
EDTF = st.one_of(
    MOMENT,
    st.tuples(ENDS, st.just("/"), ENDS).map("".join),
    st.tuples(st.sampled_from("[{"), st.lists(ENDS, min_size=1, max_size=3).map(",".join), st.sampled_from("]}")).map("".join),
    st.text(alphabet="0123456789-/.~?%XuY[]{}, TZ:", max_size=24),
    st.text(max_size=12),
)  # fmt: skip


@share_of(30)
@example("Y8707E52S0")
@given(EDTF)
def test_days_of_a_date_are_in_order_or_there_are_none(written: str) -> None:
    try:
        first, last = days(written)
    except ValueError as error:
        assert str(error)
        return
    assert first is None or last is None or first <= last


def test_what_is_no_date_is_refused_without_a_word_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="not an EDTF date"):
        days("../xx")
    assert capsys.readouterr() == ("", "")


@share_of(20)
@given(DATES)
def test_a_day_is_itself_and_its_month_and_year_hold_it(day: date) -> None:
    assert days(day.isoformat()) == (day, day)
    for wider in (day.strftime("%Y-%m").zfill(7), f"{day.year:04}"):
        first, last = days(wider)
        assert first and last and first <= day <= last
        assert first.day == 1 and (last == date.max or (last + timedelta(1)).day == 1)


@share_of(20)
@given(PLAIN, PLAIN)
def test_a_span_of_dates_reaches_from_the_first_to_the_last(one: str, other: str) -> None:
    (first, _), (_, last) = days(one), days(other)
    assert first and last
    if first <= last:
        assert days(f"{one}/{other}") == (first, last)
    else:
        with pytest.raises(ValueError, match="ends before it begins"):
            days(f"{one}/{other}")


@share_of(20)
@example("9990", "")
@given(PLAIN, st.sampled_from(["", ".."]))
def test_an_end_that_is_open_or_unknown_has_no_day(written: str, end: str) -> None:
    first, last = days(written)
    assert days(f"{written}/{end}") == (first, None)
    assert days(f"{end}/{written}") == (None, last)


@share_of(20)
@given(PLAIN, st.sampled_from("~?%"))
def test_doubt_about_a_date_moves_none_of_its_days(written: str, mark: str) -> None:
    assert days(written + mark) == days(written)


@share_of(50)
@example("2016-21")
@example("0000-00-00/..")
@given(EDTF | st.builds("{}/{}".format, PLAIN | EDTF, PLAIN | EDTF | st.sampled_from(["", ".."])))
def test_a_date_that_is_read_here_has_the_days_that_the_library_gives(written: str) -> None:
    try:
        found: Any = days(written)
    except ValueError as error:
        found = str(error)
    with patch("analysis.evidence.dates._PLAIN", re.compile("(?!)")):
        try:
            assert days.__wrapped__(written) == found
        except ValueError as error:
            assert str(error) == found


# Places in a text

SPACES = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2009", "\u202f", "\u3000", " \u00a0"])
QUOTES = {'"': '"“”„«»', "'": "'‘’"}
WORDS = st.sampled_from(
    ["two", "thousand", "five", "hundred", "and", "1,600", "1.600", "٣٠٠", "7٪", "½", "some", "“many”", "„few“", "‘most’", "don't", "d’or", "é", "e\u0301", "left.", "back.”", "“no.”", "‘so!’", "back?", "no!", "(one)", "[h2]", "2014-2015", "third", "é.", "Åe", "İx", "ſix", "\U0001f600", "\u200f٣", "half", "of"]
)  # fmt: skip
LETTER = st.characters(codec="utf-8")
LOOSE = st.one_of(
    st.lists(st.one_of(WORDS, WORDS, SPACES, st.just("\n"), st.just(" "), LETTER), max_size=24).map("".join),
    st.lists(WORDS, max_size=12).map(" ".join),
    st.text(max_size=60),
)


@given(LOOSE)
def test_every_number_of_a_text_is_found_in_order_and_found_again(content: str) -> None:
    text = Text(content)
    spans = list(text.number_like())
    assert all(left.end <= right.start for left, right in pairwise(spans))
    for span in spans:
        assert 0 <= span.start < span.end <= len(content)
        assert span in text.locate(text.quote(span), text.sentence_hash(span))
        numbers_in(text.quote(span))


@given(LOOSE)
def test_sentences_contain_all_that_is_printed(content: str) -> None:
    spans = Text(content).sentences
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert "".join("".join(content[span.start : span.end] for span in spans).split()) == "".join(content.split())


@example("two two two", 4, 7)
@example("\u212b and \U0002f800", 0, 7)
@example("! \u200b0", 1, 3)
@example("one. \u200b two", 0, 6)
@given(LOOSE, st.integers(0, 60), st.integers(1, 40))
def test_a_quoted_span_is_located_where_it_was_quoted(content: str, start: int, length: int) -> None:
    part = content[start : start + length]
    phrase = part.strip()
    assume(visible(phrase).strip())
    start += len(part) - len(part.lstrip())
    span = Span(start, start + len(phrase))
    text = Text(content)
    assert text.enclosing(span).covers(span)
    assert any(span.covers(place) for place in text.locate(phrase, text.sentence_hash(span)))
    assert not text.locate(phrase, "0" * 64)


@example(["two", "é."], " ", 0, "NFD")
@example(["“no.”", "two"], " ", 1, "NFC")
@given(st.lists(WORDS, min_size=1, max_size=10), SPACES, st.integers(0, 5), st.sampled_from(["NFC", "NFD"]))
def test_another_capture_of_a_text_is_recognised(words: list[str], space: str, quote: int, form: Any) -> None:
    one = " ".join(words)
    same = {letter: QUOTES.get(normalised(letter), letter) for letter in set(one) - {" "}}
    other = "".join(space if letter == " " else same[letter][quote % len(same[letter])] for letter in one)
    other = unicodedata.normalize(form, other)
    assert normalised(other) == normalised(one) == normalised(normalised(one))
    text, capture = Text(one), Text(other)
    for sentence in text.sentences:
        phrase = text.quote(sentence).strip()
        assert capture.locate(phrase, text.sentence_hash(sentence))


@given(st.text())
def test_normalising_twice_is_normalising_once(content: str) -> None:
    once = normalised(content)
    assert normalised(once) == once == once.strip() and "  " not in once
    assert normalised(f"\n {content}\u00a0") == once


@given(LOOSE, LOOSE, st.sampled_from(["NFC", "NFD"]))
def test_a_phrase_of_the_text_has_its_occurrences(content: str, phrase: str, form: Any) -> None:
    content = unicodedata.normalize(form, content)
    if normalised(phrase) and normalised(phrase) in normalised(content):
        assert Text(content).occurrences(phrase)
    for span in Text(content).occurrences(phrase):
        assert normalised(content[span.start : span.end]) == normalised(phrase)


# Numbers as they are printed; those in words are in test_numerals


@given(
    st.integers(0, 10**9),
    st.sampled_from(["", ",", ".", "\u00a0", "\u202f", "\u2009", "٬"]),
    st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]),
    st.sampled_from(["", "%", " %", "٪", "\u00a0per cent", " percent"]),
    st.sampled_from(["", "about ", "(", "“", "some\u00a0", "\u200f"]),
    st.sampled_from(["", " men", ")", ".", ", ", "\u200f", "\u00a0men", "\u2009men"]),
)
def test_a_number_in_figures_is_read(
    number: int, group: str, figures: str, percent: str, before: str, after: str
) -> None:
    printed = f"{number:,}".replace(",", group).translate(str.maketrans("0123456789", figures))
    found = numbers_in(before + printed + percent + after)
    assert (Decimal(number) / 100 if percent else number) in found


@given(st.decimals(0, 999999, places=2), st.sampled_from("٫.,"), st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩"]))
def test_a_decimal_fraction_is_read(number: Decimal, point: str, figures: str) -> None:
    printed = str(number).replace(".", point).translate(str.maketrans("0123456789", figures))
    assert number in numbers_in(f"some {printed} of them")


@given(LOOSE)
def test_numbers_are_read_without_fail_and_none_below_nothing(phrase: str) -> None:
    found = numbers_in(phrase)
    assert all(number >= 0 for number in found) and len(set(found)) == len(found)


@example("2-3 HALF")
@example("20-30% of fighters")
@example("twotwo1,6001,600")
@example("10/0011HALF")
@example("1000THOUSAND THOUSAND THOUSAND")
@example("٣٠٠ thousand and hundred hundred hundred men")
@given(LOOSE | st.text(alphabet="ab 1٣½,.-–%“\n\u00a0\u200f", max_size=80))
def test_a_first_guess_is_one_that_may_be_coded(content: str) -> None:
    text = Text(content)
    guesses = suggestions(text)
    spans = [guess.span for guess in guesses]
    assert all(left.start < right.start for left, right in pairwise(spans))
    assert all(any(span.covers(token) for span in spans) for token in text.number_like())
    for guess in guesses:
        phrase = text.quote(guess.span)
        assert phrase == phrase.strip() and len(re.findall(r"\w+", phrase)) <= MAX_WORDS
        assert guess.table in {"claims", "events", "dismissed"}
        if guess.table == "claims":
            if guess.hedge:  # what is not understood is left to be decided
                assert bounds(guess.hedge, guess.value, guess.value_to, guess.unit, 1.0), guess
            for cell in filter(None, (guess.value, guess.value_to)):
                assert re.fullmatch(schema.NUMBER, cell) and Fraction(cell) in numbers_in(phrase), guess


# Tables

CELLS = st.one_of(
    st.text(alphabet="ab1 \",;\r\n\t\0é\ufeff\u00a0\u2028'\\", max_size=8), st.text(max_size=6), st.just("")
)
SMALL = schema.Table("small", "three cells", tuple(map(schema.Column, "abc")))


def raw_of(content: bytes, table: schema.Table = SMALL) -> list[tables.Row]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "small.csv"
        path.write_bytes(content)
        return tables.read_raw(path, table, "small.csv")


def written(rows: list[list[str]], end: str, quoting: int) -> str:
    broken = any("\r" in cell or "\n" in cell for row in rows for cell in row)  # which csv does not always quote
    file = StringIO()
    csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL if broken else quoting).writerows(rows)  # type: ignore[arg-type]
    return file.getvalue()


ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])
QUOTING = st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
SCRAPS = st.lists(
    st.sampled_from([b"a", b"b,c", b",", b'"', b'""', b"\n", b"\r", b"\r\n", b"\0", b" ", b"\xc3\xa9", b"\xff", b"a,b,c\n"])
).map(b"".join)  # fmt: skip


@given(st.binary(max_size=60) | SCRAPS | SCRAPS.map(lambda scraps: b"a,b,c\n" + scraps))
def test_any_bytes_are_a_table_of_whole_rows_or_refused(content: bytes) -> None:
    try:
        rows = raw_of(content)
    except EvidenceError as error:
        assert all(problem.file == "small.csv" for problem in error.problems)
        return
    assert all(len(row) == 5 and row[3] == "small.csv" for row in rows)
    numbers = [row[4] for row in rows]
    assert numbers == sorted(set(numbers)) and all(number >= 2 for number in numbers)
    again = raw_of(written([["a", "b", "c"], *(row[:3] for row in rows)], "\r\n", csv.QUOTE_ALL).encode())
    assert [row[:3] for row in again] == [row[:3] for row in rows]


@example([["", "", ""], []], "\n", csv.QUOTE_ALL, 'a,"b"c,d')
@given(
    st.lists(st.one_of(st.lists(CELLS, min_size=3, max_size=3), st.just([]), st.lists(CELLS, min_size=2, max_size=5))),
    ENDINGS,
    QUOTING,
    st.sampled_from(["", "", 'a,"b"c,d', 'a,b,"c', '"a\n"b,,']),
)
def test_a_table_is_read_as_it_was_written_and_each_wrong_row_named(
    lines: list[list[str]], end: str, quoting: int, broken: str
) -> None:
    content = written([["a", "b", "c"]], end, quoting)
    content += "".join(written([line], end, quoting) for line in lines)
    wrong = [number for number, line in enumerate(lines, 2) if len(line) not in {0, 3}]
    wrong += [len(lines) + 2] * bool(broken)
    try:
        rows = raw_of((content + broken).encode())
        assert not wrong
        assert rows == [[*line, "small.csv", number] for number, line in enumerate(lines, 2) if line]
    except EvidenceError as error:
        assert [problem.row for problem in error.problems] == wrong


OPTIONAL = frozenset({"optional"})
TYPED = schema.Table(
    "typed",
    "a cell of each type",
    (
        schema.Column("key", flags=frozenset({"key"}), pattern=schema.ID),
        schema.Column("free", flags=OPTIONAL),
        schema.Column("text"),
        schema.Column("count", type="integer", flags=OPTIONAL),
        schema.Column("number", type="number", flags=OPTIONAL),
        schema.Column("flag", type="boolean"),
        schema.Column("url", flags=OPTIONAL, pattern=r"https?://\S+"),
        schema.Column("hash", flags=OPTIONAL, pattern=schema.SHA256),
        schema.Column("claim", pattern=rf"{schema.ID}\.c[0-9]+"),
        schema.Column("term", flags=OPTIONAL, terms="letters"),
        schema.Column("terms", flags=OPTIONAL | {"many"}, terms="letters"),
    ),
)
LETTERS = {"letters": frozenset({"a", "b", "nan"})}
ADMITTED = st.tuples(
    st.sampled_from(["a", "b-1", "nan"]),
    CELLS.map(str.strip),
    st.sampled_from(["x", "é “x”"]),
    st.sampled_from(["", "007", "1"]),
    st.sampled_from(["", "1.50", "0"]),
    st.sampled_from(["true", "false"]),
    st.sampled_from(["", "https://a.example/é"]),
    st.sampled_from(["", "0" * 64]),
    st.just("a-b.c01"),
    st.sampled_from(["", "a", "nan"]),
    st.sampled_from(["", "a;b", "a;"]),
).map(list)
NEARLY = st.one_of(
    CELLS,
    st.sampled_from(
        ["true\n", "truex", "xfalse", "True", "1.", ".5", "-1", "1e3", "٣", "a;c", "a,b", "A", "a-", "https://a\u00a0b",
         "https://", "0" * 65, "a.c1", "a.c1\n", "nan", "None", "<NA>", "\x1c", "\x85", "\u200b", "a\x1c", "1\n"]
    ),
)  # fmt: skip


def admits(column: schema.Column, cell: str) -> bool:
    terms = {"", *LETTERS["letters"]}
    return (
        cell == cell.strip()
        and (cell != "" or "optional" in column.flags)
        and (cell == "" or not column.form or re.fullmatch(column.form, cell) is not None)
        and (not column.terms or set(cell.split(";") if "many" in column.flags else [cell]) <= terms)
    )


@share_of(20)
@given(st.lists(ADMITTED, max_size=4), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10), NEARLY), max_size=4))
def test_every_cell_that_its_column_does_not_admit_is_named(
    rows: list[list[str]], changes: list[tuple[int, int, str]]
) -> None:
    for row, column, cell in changes:
        if row < len(rows):
            rows[row][column] = cell
    numbered = [[*row, f"file{place % 2}", place * 3] for place, row in enumerate(rows)]
    problems = tables.check(tables.to_frame(numbered, TYPED), TYPED, LETTERS)
    twice = [problem for problem in problems if problem.expected == "each key once"]
    expected = {
        (row[-2], row[-1], column.name)
        for row in numbered
        for column, cell in zip(TYPED.columns, row, strict=False)
        if not admits(column, cell)
    }
    assert {(problem.file, problem.row, problem.column) for problem in problems if problem not in twice} == expected
    keys = [row[0] for row in rows]
    assert [problem.row for problem in twice] == [place * 3 for place, key in enumerate(keys) if key in keys[:place]]


@share_of(20)
@given(st.lists(ADMITTED, max_size=4))
def test_what_was_admitted_is_typed_and_loses_nothing(rows: list[list[str]]) -> None:
    numbered = [[*row, "file", place] for place, row in enumerate(rows)]
    frame = tables.coerce(tables.to_frame(numbered, TYPED), TYPED)
    for name, place in (("free", 1), ("text", 2)):
        assert list(frame[name]) == [row[place] for row in rows]
    for name, place, kind in (("count", 3, int), ("number", 4, float), ("flag", 5, "true".__eq__)):
        read = [None if pd.isna(cell) else cell for cell in frame[name]]
        assert read == [kind(row[place]) if row[place] else None for row in rows]


# The record

SOURCE = "mwn-2017-07"


@cache
def small() -> tuple[TemporaryDirectory[str], dict[Path, bytes]]:
    """A folder of raw tables with one source, and the content of each file in it."""
    folder = TemporaryDirectory()
    stored: dict[Path, bytes] = {}

    def keep(file: str, column: str, wanted: Any) -> None:
        with (paths.RAW / file).open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        kept = [list(rows[0]), *(list(row.values()) for row in rows if wanted(row[column]))]
        stored[Path(folder.name) / file] = written(kept, "\n", csv.QUOTE_MINIMAL).encode()

    shared = [
        f"{table.name}.csv"
        for table in schema.SHARED
        if table not in (schema.TABLES["readings"], schema.TABLES["patches"])
    ]
    for file in (*shared, *(f"{SOURCE}/{path.name}" for path in (paths.RAW / SOURCE).iterdir())):
        stored[Path(folder.name) / file] = (paths.RAW / file).read_bytes()
    for file in ("readings.csv", "patches.csv"):
        keep(file, "ambiguity", lambda name: name == "count_1631")
    keep("wider/figures.csv", "claim_id", lambda name: name.startswith("wider.c08"))
    for path, content in stored.items():
        files.write(path, content)
    return folder, stored


FILES = [*(f"{table.name}.csv" for table in schema.SHARED), "wider/figures.csv"]
FILES += [f"{SOURCE}/{table.name}.csv" for table in schema.BY_SOURCE]


@cache
def cells() -> list[str]:
    """The content of every cell of these tables, each once."""
    texts = [content.decode() for path, content in small()[1].items() if path.suffix == ".csv"]
    return sorted({cell for content in texts for row in csv.reader(StringIO(content, newline="")) for cell in row})


PLAUSIBLE = st.one_of(
    st.integers(0, 2000).map(lambda place: cells()[place % len(cells())]),
    NEARLY,
    EDTF,
    PRINTED,
    st.sampled_from(
        ["", "about", "range", "less_than", "share", "persons", "stock", "0", "1", "0.5", f"{SOURCE}.c01", "wider.c087",
         "value", "phrase", "period", "claim_id", "all", "none", "killed", "2016-08", "default", "claim", "a"]
    ),
)  # fmt: skip


@share_of(3)
@example("codebook.csv", 1, 2, "a\rb")
@example("codebook.csv", 1, 1, "a,b")
@example("parameters.csv", 1, 3, "only {laebl}")
@example(f"{SOURCE}/claims.csv", 0, 7, "9" * 400)
@given(st.sampled_from(FILES), st.integers(1, 200), st.integers(0, 40), PLAUSIBLE)
def test_one_cell_of_the_record_is_as_it_should_be_or_refused(file: str, row: int, column: int, cell: str) -> None:
    path = Path(small()[0].name) / file
    rows = list(csv.reader(StringIO(small()[1][path].decode(), newline="")))
    assume(len(rows) > 1)
    rows[row % (len(rows) - 1) + 1][column % len(rows[0])] = cell
    path.write_text(written(rows, "\n", csv.QUOTE_ALL), encoding="utf-8", newline="")
    try:
        frames = derived(read(Path(small()[0].name))[0])
    except EvidenceError as error:
        event("refused")
        assert all(isinstance(problem, Problem) and problem.found and problem.expected for problem in error.problems)
    else:
        event("admitted")
        choices = parameters(frames)
        assert len({choice.name for choice in choices}) == len(choices)
        assert all(choice.parse(value) for choice in choices for value in choice.values)
        for table in schema.TABLES.values():
            kept = tables.read_curated(tables.to_csv(frames[table.name]).encode(), table)
            pd.testing.assert_frame_equal(kept, frames[table.name], check_dtype=False)
        for name in ("claims", "wider"):
            claims = frames[name]
            assert (claims["lower"].fillna(0) <= claims["upper"].fillna(float("inf"))).all()
            ends = claims[(claims["period_start"] != "") & (claims["period_end"] != "")]
            assert (ends["period_start"] <= ends["period_end"]).all()
    finally:
        path.write_bytes(small()[1][path])


@share_of(3)
@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode), st.integers(0, 800), st.integers(0, 40))
def test_a_form_that_is_none_is_refused(scrap: bytes, start: int, length: int) -> None:
    path = Path(small()[0].name) / SOURCE / "source.toml"
    stored = small()[1][path]
    path.write_bytes(stored[:start] + scrap + stored[start + length :])
    try:
        derived(read(Path(small()[0].name))[0])
    except EvidenceError as error:
        assert error.problems
    finally:
        path.write_bytes(stored)


@share_of(50)
@given(
    st.lists(st.tuples(st.sampled_from(["s.c1", "s.c2", "s.c3", "s.c4"]), st.sampled_from(["hedge", "value", "period"]),
                       st.sampled_from(["", "1", "2.5", "0"])), max_size=5),
    st.booleans(),
)  # fmt: skip
def test_a_reading_sets_the_cells_it_names_and_no_other(changes: list[tuple[str, str, str]], numeric: bool) -> None:
    claims = pd.DataFrame({"claim_id": ["s.c1", "s.c2", "s.c3"], "hedge": "exact", "value": "7", "period": ""})
    if numeric:
        claims["value"] = pd.to_numeric(claims["value"]).astype("Float64")
    changes = list({change[:2]: change for change in changes}.values())
    readings = pd.DataFrame(changes, columns=["claim_id", "field", "value"])
    after = apply_patches(claims, readings)
    wanted = {(claim, field): value for claim, field, value in changes}
    for place, claim in enumerate(claims["claim_id"]):
        for field in ("hedge", "value", "period"):
            cell, before = after.loc[place, field], claims.loc[place, field]
            if (claim, field) not in wanted:
                assert cell == before
            elif field == "value":
                assert decimal(cell) == decimal(wanted[claim, field])
            else:
                assert cell == wanted[claim, field]


# Texts that come in

LINES = st.lists(
    st.lists(st.one_of(WORDS, WORDS, LETTER), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=6
)
LONG = st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r", ". ", "\n\n"])).map(lambda pair: pair[1].join(pair[0]))


def folder_of(raw: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (raw / "a-1").iterdir()}


@share_of(5)
@example("two\rthousand", "Menu.\n", "\n", csv.QUOTE_ALL)
@example("two third \x9b men", "two\n", "\n", csv.QUOTE_ALL)
@given(LONG | LOOSE, st.sampled_from(["Menu.\n", "", "one ", "two\n"]), ENDINGS, QUOTING)
def test_a_text_that_comes_in_is_followed_and_what_was_coded_stays(
    content: str, before: str, end: str, quoting: int
) -> None:
    with TemporaryDirectory() as folder:
        file, raw = Path(folder) / "text.txt", Path(folder) / "raw"
        file.write_bytes(content.encode())
        if not content.strip():
            with pytest.raises(EvidenceError):
                intake(file, "a-1", raw=raw)
            return
        intake(file, "a-1", raw=raw)
        first = folder_of(raw)
        intake(file, "a-1", raw=raw)
        assert folder_of(raw) == first
        todo = tables.read_raw(raw / "a-1" / "todo.csv", schema.TODO, "todo.csv") if "todo.csv" in first else []
        places = tables.to_frame(todo, schema.TODO).to_dict("records")
        assert all(visible(content[int(row["char_start"]) : int(row["char_end"])]) == row["phrase"] for row in places)

        columns = ["char_start", "char_end", "phrase", "sentence_sha256"]
        coded = [[f"a-1.d{place}", *(row[name] for name in columns), "date", ""] for place, row in enumerate(places)]
        dismissed = raw / "a-1" / "dismissed.csv"
        dismissed.write_bytes(
            written([schema.TABLES["dismissed"].raw_columns], end, quoting).encode()
            + written(coded, end, quoting).encode()
        )
        stored = dismissed.read_bytes()
        done = intake(file, "a-1", raw=raw)
        assert not done.todo and set(done.rows) <= {"found"} and dismissed.read_bytes() == stored

        file.write_bytes((before + content).encode())
        done = intake(file, "a-1", raw=raw)
        after = tables.read_raw(dismissed, schema.TABLES["dismissed"], "dismissed.csv")
        assert [[*row[:1], *row[3:7]] for row in after] == [[*row[:1], *row[3:]] for row in coded]
        text = Text(before + content)
        for row in after:
            span = Span(int(row[1]), int(row[2]))
            if normalised(text.quote(span)) != normalised(row[3]):
                assert not text.locate(row[3], row[4])
        if before == "Menu.\n":
            assert set(done.rows) <= {"found", "moved"}
        second = folder_of(raw)
        intake(file, "a-1", raw=raw)
        assert folder_of(raw) == second


@cache
def checked() -> tuple[dict[str, pd.DataFrame], Any]:
    return read(Path(small()[0].name))


@share_of(20)
@given(st.data(), st.lists(LOOSE, max_size=4), st.sampled_from([" ", ". ", "\n", "\r\n"]))
def test_each_coded_row_has_one_status_in_whatever_text(data: st.DataObject, scraps: list[str], end: str) -> None:
    frames, vocabulary = checked()
    phrases = [phrase for table in schema.BY_SOURCE for phrase in frames[table.name]["phrase"]]
    content = end.join([*data.draw(st.lists(st.sampled_from(phrases), max_size=4)), *scraps])
    sha = sha256(content.encode()).hexdigest()
    with TemporaryDirectory() as folder:
        (Path(folder) / "text.txt").write_bytes(content.encode())
        changed = frames | {"sources": frames["sources"].assign(text_sha256=sha)}
        with patch("analysis.evidence.intake.verify.read", return_value=(changed, vocabulary)):
            result = verify(folders=[Path(folder)])
    counts = result.sources[SOURCE]
    assert sum(counts[status] for status in STATUSES) == len(phrases)
    missing = sum(normalised(phrase) not in normalised(content) for phrase in phrases)
    assert counts["missing"] <= missing
    uncoded = counts["uncoded"] - sum(1 for _ in Text(content).number_like())
    assert uncoded <= 0 and (uncoded == 0 or counts["changed"] + counts["moved"] + counts["found"])
    assert len(result.faults) == counts.total() - counts["found"]


# Parameters

NAME = st.text(alphabet="abé _-", min_size=1, max_size=4).map(str.strip).filter(bool)
NAMED = st.lists(NAME, min_size=1, max_size=4, unique=True).map(tuple)
PARAMETERS = st.one_of(
    st.builds(Parameter, NAME, st.just(""), NAMED),
    st.builds(Parameter, NAME, st.just(""), NAMED, many=st.just(True), optional=st.booleans()),
    st.builds(Parameter, NAME, st.just(""), number=st.just(True)),
)
GIVEN = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.text()), st.just(10**400),
    st.sampled_from(["all", "none", "", ",", "a,b", " a , b "]), st.lists(NAME).map(", ".join),
)  # fmt: skip


@example(Parameter("width", "", number=True), 10**400)
@given(PARAMETERS, GIVEN)
def test_a_value_that_is_kept_is_kept_as_it_is(parameter: Parameter, value: Any) -> None:
    try:
        kept = parameter.parse(value)
    except ParameterError as error:
        assert parameter.name in str(error)
        return
    assert parameter.parse(kept) == kept
    if parameter.many:
        assert set(scenario([parameter], {parameter.name: kept}).chosen(parameter.name)) <= set(parameter.values)


@given(PARAMETERS)
def test_a_default_is_allowed(parameter: Parameter) -> None:
    assert parameter.parse(parameter.default) == parameter.default
    assert scenario([parameter], {}).changed() == {}


@example("x = ", True)
@given(
    st.one_of(st.text(), st.sampled_from(["x = 1", "%matplotlib inline", "x = ", "x: int = 2", "x = y = 3", "\0"])),
    st.booleans(),
)
def test_a_cell_names_parameters_only_under_papermills_heading(source: str, heading: bool) -> None:
    names = misnamed([], {"In": [("# Parameters\n" if heading else "") + source]})
    assert (heading or not names) and all(name.isidentifier() for name in names)
