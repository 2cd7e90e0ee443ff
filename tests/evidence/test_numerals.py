"""Every notation of a number is read, and nothing is read where no number is printed."""

import itertools
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.numerals import numbers_in, quantities_in


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


def test_a_date_in_figures_prints_no_single_number() -> None:
    assert not numbers_in("on 12.05.2017")


@pytest.mark.parametrize(
    ("phrase", "numbers"),
    [
        # of several parts
        ("two and a half thousand", "2500"),
        ("two-and-a-half thousand", "2500"),
        ("three and three quarters million", "3750000"),
        ("half a million", "500000"),
        ("a half million", "500000"),
        ("a quarter of a million", "250000"),
        ("three quarters of a million", "750000"),
        ("a million and a half", "1500000"),
        ("one and a half million", "1500000"),
        ("half a dozen", "6"),
        ("two dozen", "24"),
        ("a hundred thousand", "100000"),
        ("two million three hundred thousand and five", "2300005"),
        ("fifteen hundred", "1500"),
        ("three point five million", "3500000"),
        ("two point seven five percent", "0.0275"),
        ("10k", "10000"),
        ("10K men", "10000"),
        ("1.5m", "1500000"),
        ("3bn", "3000000000"),
        ("5½ years", "5.5"),
        ("5 ½ years", "5.5"),
        ("5 1/2 years", "5.5"),
        ("five and a half years", "5.5"),
        ("two years and a half", "2.5"),
        ("two thousands", "2000"),
        ("twentyfive", "25"),
        ("fourscore", "80"),
        ("thirtysomething", "30"),
        ("a trio of men", "3"),
        ("two decades", "20"),
        ("1_600", "1600"),
        ("1·600", "1600"),
        ("1.600,50", "1600.5"),
        ("12,34,567", "1234567"),
        (".5%", "0.005"),
        ("a year and a half", "1.5"),
        # fractions
        ("a third", "1/3"),
        ("one third of them", "1/3"),
        ("two thirds", "2/3"),
        ("two-thirds", "2/3"),
        ("⅔ of them", "2/3"),
        ("1/3 of them", "1/3"),
        ("nine tenths", "0.9"),
        ("a fifth of them", "0.2"),
        ("one in five", "0.2"),
        ("1 in 3 returnees", "1/3"),
        ("two out of every three", "2/3"),
        ("one man in ten", "0.1 1"),
        ("one attack in ten cities", "1 10"),
        ("5 per thousand", "0.005"),
        ("half of one percent", "0.005"),
        ("a third of a percent", "1/300"),
        ("forty-odd percent", "0.4"),
        ("between one and two thirds", "1/3 2/3"),
        # percentages
        ("forty percent", "0.4"),
        ("thirty-eight per cent", "0.38"),
        ("three and a half percent", "0.035"),
        ("half a percent", "0.005"),
        ("38.5 %", "0.385"),
        ("ten per-cent", "0.1"),
        ("2½ per cent", "0.025"),
        ("thirty to forty percent", "0.3 0.4"),
        ("5% to 10%", "0.05 0.1"),
        # groups, and what is none
        ("Some 12 000 people", "12000"),
        ("12\u2009000\u2009000 people", "12000000"),
        ("12\u3000000 people", "12000"),
        ("1'600 men", "1600"),
        ("May 12 300 men left", "12 300"),
        ("In 2014 500 men left", "2014 500"),
        # ranges that share a scale
        ("two to three thousand", "2000 3000"),
        ("two or three hundred", "200 300"),
        ("between two and three million", "2000000 3000000"),
        ("2-3 million", "2000000 3000000"),
        ("5-10k", "5000 10000"),
        ("5-6,000", "5000 5 6000"),
        ("2-300", "200 2 300"),
        ("1-6,000", "1 6000"),
        ("ninety to a hundred", "90 100"),
        ("between one hundred and two hundred", "100 200"),
        ("one thousand and two thousand", "1000 2000"),
        # orders, ages, multiples, nothing
        ("the eleventh attack", "11"),
        ("the twenty-first attack", "21"),
        ("twenty\u2011five men", "25"),  # a hyphen that does not break
        ("twenty\u2013five men", "25"),
        ("sixty\u2013seventy men", "60 70"),
        ("one hundred and fifth", "105"),
        ("the two hundredth man", "200"),
        ("the thousandth", "1000"),
        ("the 21st man", "21"),
        ("the hundred-and-first", "101"),
        ("the under-25s", "25"),
        ("quintupled", "5"),
        ("in their twenties", "20 29"),
        ("in their teens", "13 19"),
        ("doubled, then tripled", "2 3"),
        ("tenfold", "10"),
        ("Zero Moroccans", "0"),
        ("none of them", "0"),
        ("nil", "0"),
        ("no Moroccans", "0"),
        # no number
        ("hundreds of men", ""),
        ("tens of thousands", ""),
        ("several hundred men", ""),
        ("a few hundred thousand", ""),
        ("a couple of dozen men", ""),
        ("dozens", ""),
        ("on 2014-12-05", ""),
        ("on 12/05/2017", ""),
        ("the 1990s", ""),
        ("an old man", ""),
    ],
)
def test_a_notation_prints_these_numbers_and_no_other(phrase: str, numbers: str) -> None:
    assert numbers_in(phrase) == [Fraction(number) for number in numbers.split()]
    assert numbers_in(phrase.upper()) == numbers_in(phrase)


CARDINALS = st.integers(0, 10**7 - 1)
SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int, joint: str = " and ") -> str:
    for scale, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            rest = number % scale
            return f"{in_words(number // scale, joint)} {name}" + (
                (joint if rest < 100 else " ") + in_words(rest, joint) if rest else ""
            )
    return SMALL[number] if number < 20 else TENS[number // 10] + (f"-{SMALL[number % 10]}" if number % 10 else "")


@given(
    CARDINALS,
    st.sampled_from([" and ", " "]),
    st.sampled_from(["-", "\n", " ", "  ", "\t", "\u00a0", "\u2009", "\u202f", "\u3000", " \u00a0"]),
    st.sampled_from([str, str.upper, str.capitalize]),
)
def test_a_cardinal_is_read_as_one_number(number: int, joint: str, space: str, form: Callable[[str], str]) -> None:
    assert numbers_in(f"the {form(in_words(number, joint)).replace(' ', space)} men") == [number]


@given(CARDINALS.filter(bool), st.sampled_from([(2, "half"), (4, "quarter"), (3, "third"), (5, "fifth")]))
def test_a_mixed_number_is_read_with_its_scale_and_percent(number: int, part: tuple[int, str]) -> None:
    value = number % 100 + 1 + Fraction(1, part[0])
    words = f"{in_words(number % 100 + 1)} and a {part[1]}"
    assert numbers_in(words) == [value]
    assert numbers_in(f"{words} thousand men") == [1000 * value]
    assert numbers_in(f"{words} percent") == [value / 100]


@given(st.integers(1, 11), st.integers(3, 20))
def test_a_fraction_in_words_is_exact(over: int, under: int) -> None:
    ordinal = {3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}.get(
        under, "twentieth" if under == 20 else SMALL[under % 20] + "th"
    )
    words = f"{in_words(over)} {ordinal}" + ("s" if over > 1 else "")
    assert numbers_in(f"{words} of them") == [Fraction(over, under)]
    assert numbers_in(f"{in_words(over)} in {in_words(over + under)} men") == [Fraction(over, over + under)]


@given(st.integers(1, 9999), st.sampled_from([("k", 10**3), ("m", 10**6), (" thousand", 10**3), (" million", 10**6)]))
def test_a_scale_multiplies_figures(tenths: int, scale: tuple[str, int]) -> None:
    assert numbers_in(f"about {Decimal(tenths) / 10}{scale[0]} men")[-1] == Fraction(tenths, 10) * scale[1]


@given(st.integers(1, 99), st.integers(1, 99), st.sampled_from([" to ", "-", "–", " or "]))
def test_the_ends_of_a_range_share_percent_and_scale(low: int, width: int, joint: str) -> None:
    high = low + width
    for after, factor in (("%", Fraction(1, 100)), (" percent", Fraction(1, 100)), (" million", Fraction(10**6))):
        assert numbers_in(f"{low}{joint}{high}{after}") == [low * factor, high * factor]
    assert numbers_in(f"{in_words(low)} to {in_words(high)} per cent") == [Fraction(low, 100), Fraction(high, 100)]


PIECES = "two twenty hundred thousand half a an and of third thirds percent in to or between some tens several year year and a half"


@given(
    st.text(alphabet="12 .,½%-/&kms\u00a0", max_size=30),
    st.lists(st.sampled_from(PIECES.split()), max_size=8),
)
def test_quantities_are_apart_and_in_order(marks: str, words: list[str]) -> None:
    phrase = f"{marks} {' '.join(words)}"
    places = [(one.start, one.end) for one in quantities_in(phrase)]
    assert all(start < end for start, end in places) and places == sorted(places)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(places))
    assert all(len(one.ends) <= 2 and all(one.ends) for one in quantities_in(phrase))
