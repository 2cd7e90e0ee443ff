"""Finding a phrase again, and missing no number."""

import itertools
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.text import Cover, Span, Text, normalised, numbers_in

ARTICLE = (
    "First, “about 70” came back. Over\u00a0two years, 1,600 left.\n\nSome stayed; سبعة 7٪ too. The last one left."
)


def test_sentences_cover_the_text_without_overlap() -> None:
    spans = Text(ARTICLE).sentences
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert "".join(ARTICLE[s.start : s.end] for s in spans) == ARTICLE


@given(st.text(alphabet="ab 1.”\n\u00a0é,", max_size=60), st.integers(0, 60), st.integers(1, 5))
def test_every_span_lies_in_its_sentence(content: str, start: int, length: int) -> None:
    span = Span(start, min(start + length, len(content)))
    if span.start < span.end:
        assert Text(content).enclosing(span).covers(span)


def test_another_capture_is_recognised_by_its_sentence() -> None:
    text = Text(ARTICLE)
    span = text.occurrences("1,600 left")[0]
    other = Text("Menu | Home\n" + ARTICLE.replace("\u00a0", "  ").replace("“", '"').replace("”", '"'))
    assert [
        normalised(other.content[s.start : s.end]) for s in other.locate("1,600 left", text.sentence_hash(span))
    ] == ["1,600 left"]


def test_every_number_like_word_is_seen() -> None:
    found = [ARTICLE[s.start : s.end] for s in Text(ARTICLE).number_like()]
    assert found == ["First", "70", "two", "1,600", "Some", "7", "one"]


@pytest.mark.parametrize(
    ("phrase", "number"),
    [
        ("at least 1,600", "1600"),
        ("approximately 38% of them", "0.38"),
        ("almost 100 percent", "1"),
        ("More than half", "0.5"),
        ("third largest", "3"),
        ("a two-year term", "2"),
        ("about a month", "1"),
        ("two thousand five hundred", "2500"),
        ("one hundred and fifty men", "150"),
        ("a hundred men", "100"),
        ("1.6 million", "1600000"),
        ("two dozen", "24"),
        ("twenty-five", "25"),
        ("three quarters", "0.75"),
        ("½ of them", "0.5"),
        ("1.600 Moroccans", "1600"),
        ("1\u202f600 Moroccans", "1600"),
        ("1\u00a0600 Moroccans", "1600"),
        ("٣٠٠ مغربي", "300"),
        ("١٬٦٠٠", "1600"),
        ("٧٪", "0.07"),
        ("38,5 per cent", "0.385"),
        ("20-30% of them", "0.2"),
        ("between 40 and 60 percent", "0.4"),
        ("one hundred\nand\u00a0fifty men", "150"),
        ("٣٫٥", "3.5"),
        ("all of them", "1"),
        ("both men", "2"),
        ("every man", "1"),
    ],
)
def test_numbers_are_read_from_their_phrase(phrase: str, number: str) -> None:
    assert Decimal(number) in numbers_in(phrase)


@given(st.text(alphabet="12 .,٫٬٣½%\u00a0\u202fone-hundred and third", max_size=40))
def test_whatever_is_printed_its_numbers_are_read_or_not(phrase: str) -> None:
    assert all(number >= 0 for number in numbers_in(phrase))


def test_a_date_in_figures_prints_no_single_number() -> None:
    assert not numbers_in("on 12.05.2017")


@given(st.integers(0, 10**9))
def test_a_count_is_read_however_its_thousands_are_set_apart(number: int) -> None:
    for separator in (",", ".", "\u00a0", "\u202f", "\u2009", "٬"):
        assert number in numbers_in(f"{number:,}".replace(",", separator) + " men")


SPANS = st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda pair: Span(pair[0], sum(pair)))


@given(st.lists(SPANS, max_size=8), SPANS)
def test_a_cover_covers_what_one_of_its_spans_covers(spans: list[Span], other: Span) -> None:
    assert Cover(spans).covers(other) == any(span.covers(other) for span in spans)


@given(st.text(alphabet='ab 1,."\n(', max_size=60), st.integers(1, 8))
def test_the_words_around_a_word_are_few_and_of_its_sentence(content: str, most: int) -> None:
    text = Text(content)
    for word in (Span(*match.span()) for match in re.finditer(r"\w+", content)):
        around = text.words_around(word, most)
        assert around.covers(word) and text.enclosing(word).covers(around)
        assert len(re.findall(r"\w+", text.quote(around))) <= most


def test_marks_and_quotes_between_digits_and_words_hide_nothing() -> None:
    text = Text("قال \u200f٣٠٠\u200f، “some” and ‘1\u2009600’\u00a0men; 5\u00a0per\u00a0cent.")
    assert [text.quote(span) for span in text.number_like()] == ["٣٠٠", "some", "1\u2009600", "5"]


def test_quotes_of_every_kind_are_found_as_any_other_and_nothing_stands_nowhere() -> None:
    for opening, closing in ("“”", "„“", "«»", '""'):
        text = Text(f"He said {opening}about 70{closing} of them.")
        for sought in ('"about 70"', "“about 70”", "«about 70»"):
            assert [text.quote(span) for span in text.occurrences(sought)] == [f"{opening}about 70{closing}"]
    assert Text("It’s so.").occurrences("It's") == [Span(0, 4)] and Text("any").occurrences(" ") == []


def test_the_numbers_of_a_part_are_those_within_it() -> None:
    text = Text("70 left, 80 came, 90 died.")
    assert [text.quote(span) for span in text.number_like(Span(3, 17))] == ["80"]
