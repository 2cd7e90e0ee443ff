"""Laws of the hedge rules, and the examples that the design states."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.hedges import COUNTED, NUMBERED, interval

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


@given(st.sampled_from(["more_than", "less_than"]), counts)
def test_strict_hedges_leave_the_printed_count_out(hedge: str, value: Decimal) -> None:
    low, high = interval(hedge, value, None, "persons")
    assert low is not None and not (low <= value and (high is None or value <= high))


@given(counts, st.decimals("0.1", "1", places=2), st.decimals("1", "3", places=2))
def test_a_wider_about_never_narrows(value: Decimal, narrow: Decimal, wide: Decimal) -> None:
    inner, outer = (interval("about", value, None, "persons", width) for width in (narrow, wide))
    assert outer[0] <= inner[0] and inner[1] <= outer[1]  # type: ignore[operator]


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
