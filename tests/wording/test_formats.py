"""How numbers, dates and lists read in a sentence."""

import pytest

from analysis.wording import formats


@pytest.mark.parametrize(
    ("lower", "upper", "noun", "text"),
    [
        (601, None, "people", "at least 601 people"),
        (0, 616, "people", "at most 616 people"),
        (None, 616, "people", "at most 616 people"),
        (250, 350, "", "between 250 and 350"),
        (199, 199, "people", "199 people"),
        (0, 0, "people", "no people"),
        (None, None, "people", "any number of people"),
        (1631.0, 1631.0, "people", "1,631 people"),
    ],
)
def test_an_interval_in_words(lower: float | None, upper: float | None, noun: str, text: str) -> None:
    assert formats.amount(lower, upper, noun) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1631.0, "1,631"), (2.25, "2.25"), (2.345, "2.35"), (100.0, "100"), (0.5, "0.5"), (None, "no number")],
)
def test_a_number(value: float | None, text: str) -> None:
    assert formats.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.375, "37.5%"), (0.38, "38%"), (0.123456, "12.3%"), (1.0, "100%")])
def test_a_share(value: float, text: str) -> None:
    assert formats.share(value) == text


@pytest.mark.parametrize(
    ("edtf", "text"),
    [
        ("", "no stated period"),
        ("2016", "2016"),
        ("2016-01/2016-08", "January to August 2016"),
        ("2011/2017-03", "2011 to March 2017"),
        ("../2017-03~", "up to March 2017"),
        ("2016-12~/2017-03", "December 2016 to March 2017"),
        ("2015-03/..", "since March 2015"),
        ("2017-07-09/2017-07-13", "9 to 13 July 2017"),
        ("2014-12-28/2015-01-15", "28 December 2014 to 15 January 2015"),
    ],
)
def test_a_period(edtf: str, text: str) -> None:
    assert formats.window(edtf) == text


def test_dates_and_lists() -> None:
    assert formats.day("2016-12-24") == "24 December 2016" and formats.month("2016-12-24") == "December 2016"
    assert formats.listed(["a", "b", "c"]) == "a, b and c" and formats.listed(["a"]) == "a" and formats.listed([]) == ""
    assert formats.plural(1, "case") == "1 case" and formats.plural(2, "story", "stories") == "2 stories"
