"""Finding a phrase again, and missing no number."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.locators import Span, Text, normalised, numbers_in

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
    ],
)
def test_numbers_are_read_from_their_phrase(phrase: str, number: str) -> None:
    assert Decimal(number) in numbers_in(phrase)
