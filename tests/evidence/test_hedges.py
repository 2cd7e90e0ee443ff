"""Properties of the hedge rules, and the examples that the design states."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.hedges import COUNTED, NUMBERED, hedge_of, interval

counts = st.integers(1, 10**6).map(Decimal)
shares = st.integers(1, 100).map(lambda percent: Decimal(percent) / 100)


@pytest.mark.parametrize(
    ("hedge", "value", "unit", "expected"),
    [
        ("exact", "199", "persons", (199, 199)),
        ("about", "70", "persons", (65, 75)),
        ("about", "300", "persons", (250, 350)),
        ("about", "0.38", "share", (0.375, 0.385)),
        ("at_least", "1600", "persons", (1600, None)),
        ("more_than", "600", "persons", (601, None)),
        ("more_than", "0.5", "share", (0.5, 1)),
        ("at_most", "500", "persons", (0, 500)),
        ("less_than", "1", "share", (0, 1)),
    ],
)
def test_printed_examples(hedge: str, value: str, unit: str, expected: tuple[float, float | None]) -> None:
    assert interval(hedge, Decimal(value), None, unit) == expected


@given(
    st.sampled_from(["exact", "about", "at_least", "at_most"]), counts, st.sampled_from([*sorted(COUNTED), "months"])
)
def test_interval_holds_the_printed_number(hedge: str, value: Decimal, unit: str) -> None:
    low, high = interval(hedge, value, None, unit)
    assert (low is None or low <= value) and (high is None or value <= high)


@given(st.sampled_from(NUMBERED), shares, shares)
def test_a_share_stays_within_zero_and_one(hedge: str, value: Decimal, other: Decimal) -> None:
    low, high = interval(hedge, min(value, other), max(value, other), "share")
    assert low is not None and high is not None and 0 <= low <= high <= 1


def test_a_vague_word_has_no_number() -> None:
    assert interval("vague", None, None, "persons") == (None, None)


@pytest.mark.parametrize(
    ("hedge", "value"), [("exact", None), ("range", Decimal(1)), ("nearly", Decimal(1)), ("about", Decimal(0))]
)
def test_what_has_no_interval_is_refused(hedge: str, value: Decimal | None) -> None:
    with pytest.raises(ValueError):
        interval(hedge, value, None, "persons")


def test_a_fraction_without_end_is_about_as_wide_as_its_first_digit() -> None:
    low, high = interval("about", Decimal(1) / 3, None, "share")
    assert low == pytest.approx(1 / 3 - 0.05) and high == pytest.approx(1 / 3 + 0.05)
    assert interval("exact", Decimal(1) / 3, None, "share") == (1 / 3, 1 / 3)
    assert interval("about", Decimal(repr(1 / 3)), None, "share") == pytest.approx((low, high))


RULES = {
    "at_least": "at least #; at the very least #; no fewer than #; not fewer than #; no less than #; not below #; a minimum of #"
    "; as few as #; perhaps as few as #; # or more; # men or more; # at least; # fighters, at least; #+; # plus; #-plus; ≥ #; # and up",
    "at_most": "at most #; no more than #; not more than #; not over #; did not exceed #; hasn’t exceeded #; up to #; as many as #"
    "; possibly as many as #; a maximum of #; a ceiling of #; # at most; # fighters, at most; # or fewer; # men or less; # max; # tops; <= #",
    "more_than": "more than #; over #; just over #; well over #; a little over #; a shade above #; in excess of #; upwards of #"
    "; exceeding #; topping #; north of #; greater than #; more than a #; > #; beyond #"
    "; slightly north of #; far in excess of #; comfortably over #",
    "less_than": "less than #; fewer than #; under #; well below #; almost #; nearly #; just short of #; shy of #; approaching #; < #"
    "; fast approaching #; fell short of #; a little under #",
    "about": "about #; around #; roughly #; approximately #; approx. #; some #; ~#; ~ #; ≈ #; c. #; ca. #; circa #; close to #"
    "; close on #; something like #; in the region of #; on the order of #; in the neighbourhood of #; somewhere around #"
    "; an estimated #; estimated at #; # or so; # men or so; # or thereabouts; # more or less; # men, give or take; #-odd; # odd; #ish",
    "exact": "#; exactly #; precisely #; only #; just #; a total of #; a group of #; the deaths of #; killed #; in #; the last #"
    "; another #; all #; of the #; were #; (#); In May 2015, #",
    "": "an average of #; perhaps #; maybe #; possibly #; reputedly #; conservatively #; hardly #; barely #; fully #; a good #"
    "; a reported #; a staggering #; the best part of #; to the tune of #; better than #; as good as #; hovering at #; pushing #"
    "; nudging #; verging on #; nigh on #; not #; not exactly #; if not #; even #; say #; like #; ± #; =#?; #?; #-some; # if not more; # perhaps"
    "; # at a guess; # by some estimates; # and change; # men, supposedly; from #; well #; no less than about #; about # at most; halfway to #"
    # words that no list has foreseen, denials, and what might have been
    "; getting on for #; give or take #; the toll neared #; crept to #; hit #; passed #; did not reach #; weren't #; could be #"
    "; there might have been #; nobody counted #; they expect #; planned to arrest #; failed to find #; in theory #; for all we know #"
    "; anything but #; all but #; practically all #; nowhere near #; not much more than #; not necessarily more than #"
    "; hardly more than #; without exceeding #; yet to exceed #; twice as many as #; times more than #; est. #"
    "; # and upwards; # and a bit; # if you count all; # but not more; #*; #²; #^3; #O; #:30; # (approx.); # men (est.)"
    "; # more; # a month; # per year; # men each; # or two; # men?; # men - or more -; # men – perhaps more –; # men and possibly more; # again as many",
}


@pytest.mark.parametrize(
    ("hedge", "words"), [(hedge, words) for hedge, all_ in RULES.items() for words in all_.split("; ")]
)
def test_what_is_not_understood_is_not_called_exact(hedge: str, words: str) -> None:
    before, after = words.split("#")
    for opening, closing in (("They wrote that ", " fighters left."), ("", " men died.")):
        assert hedge_of(opening + before, after + closing)[0] == hedge
        assert hedge_of((opening + before).upper(), (after + closing).upper())[0] == hedge


@given(
    st.text("qxzvkj", min_size=1),
    st.sampled_from(["{} #", "the {} #", "{}-#", "{}#", "{}, the {} #", "#{}", "#-{}", "# at {}"]),
)
def test_a_word_that_no_rule_knows_makes_no_number_exact(word: str, place: str) -> None:
    before, after = place.replace("{}", word).split("#")
    assert hedge_of(f"They saw {before}", f"{after} fighters")[0] == ""


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_hedge_belongs_to_the_words_beside_the_number(before: str, after: str) -> None:
    hedge, left, right = hedge_of(before, after)
    assert hedge in {"", *NUMBERED} and 0 <= left <= len(before) and 0 <= right <= len(after)
