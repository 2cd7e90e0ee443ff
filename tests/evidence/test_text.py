"""Finding a phrase again, and missing no number."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.text import Span, Text, normalised, visible

ARTICLE = (
    "First, “about 70” came back. Over\u00a0two years, 1,600 left.\n\nSome stayed; سبعة 7٪ too. The last one left."
)


def test_sentences_cover_the_text_without_overlap() -> None:
    spans = Text(ARTICLE).sentences
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert "".join(ARTICLE[s.start : s.end] for s in spans) == ARTICLE


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


def test_quotes_of_every_kind_match_and_an_empty_phrase_has_no_place() -> None:
    for opening, closing in ("“”", "„“", "«»", '""'):
        text = Text(f"He said {opening}about 70{closing} of them.")
        for sought in ('"about 70"', "“about 70”", "«about 70»"):
            assert [text.quote(span) for span in text.occurrences(sought)] == [f"{opening}about 70{closing}"]
    assert Text("It’s so.").occurrences("It's") == [Span(0, 4)] and Text("any").occurrences(" ") == []


def test_the_numbers_of_a_part_are_those_within_it() -> None:
    text = Text("70 left, 80 came, 90 died.")
    assert [text.quote(span) for span in text.number_like(Span(3, 17))] == ["80"]


CAPTURES = {
    "entities": lambda text: text.replace("“", "&ldquo;").replace("’", "&#8217;").replace("\u00a0", "&nbsp;"),
    "entities escaped twice": lambda text: text.replace("“", "&amp;ldquo;").replace("\u00a0", "&amp;#xA0;"),
    "soft hyphens": lambda text: re.sub(r"(\w{3})(?=\w{3})", "\\1\u00ad", text),
    "zero-width spaces": lambda text: text.replace(" ", " \u200b"),
    "word joiners": lambda text: re.sub(r"(\d)", "\u2060\\1", text),
    "byte-order marks": lambda text: "\ufeff" + text.replace(",", ",\ufeff"),
    "marks of direction": lambda text: re.sub(r"([\d,]+)", "\u202b\u200e\\1\u202c", text),
    "full-width figures": lambda text: re.sub(r"\d", lambda digit: chr(ord(digit.group()) + 0xFEE0), text),
    "ligatures": lambda text: text.replace("fi", "ﬁ").replace("ff", "ﬀ"),
    "Windows-1252 read as Latin-1": lambda text: text.replace("“", "\x93").replace("”", "\x94").replace("’", "\x92"),
    "hyphens that do not break": lambda text: text.replace("-", "\u2011"),
    "other spaces": lambda text: text.replace(" ", "\u202f "),
}
ONE = (
    "By 2016 at least 1,600 Moroccans, officials said, had left. “About 110” of the first fighters had been killed!\n"
    "It’s the staff’s twenty-first. Some 2\u00a0000 had tried."
)


@pytest.mark.parametrize("name", CAPTURES)
def test_another_capture_has_the_same_sentences_numbers_and_phrases(name: str) -> None:
    text, other = Text(ONE), Text(CAPTURES[name](ONE))
    assert other.content != ONE
    assert [other.sentence_hash(span) for span in other.sentences] == [
        text.sentence_hash(span) for span in text.sentences
    ]
    assert [normalised(other.quote(span)) for span in other.number_like()] == [
        normalised(text.quote(span)) for span in text.number_like()
    ]
    for phrase in ("at least 1,600 Moroccans", "About 110” of the first fighters", "It’s the staff’s twenty-first"):
        for sought in (phrase, CAPTURES[name](phrase)):
            (place,) = other.occurrences(sought)
            assert other.sentence_hash(place) == text.sentence_hash(text.occurrences(phrase)[0])
            assert normalised(other.content[place.start : place.end]) == normalised(phrase)


@given(st.text(alphabet="a1 .\u00ad\u200b\ufeff&;nbsp#160ﬁ１", max_size=40))
def test_what_is_visible_is_printed_somewhere(content: str) -> None:
    text = Text(content)
    assert visible(text.plain) == text.plain or "&" in text.plain
    places = [text.printed(Span(place, place + 1)) for place in range(len(text.plain))]
    assert all(left.start <= right.start for left, right in itertools.pairwise(places))
    assert all(
        visible(content[span.start : span.end]).find(text.plain[place]) >= 0 for place, span in enumerate(places)
    )
