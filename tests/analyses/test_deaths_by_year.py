"""Deaths by year: every statistic against a calculation by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from analysis.analyses.deaths_by_year import analyse
from analysis.analyses.finding import Result
from analysis.analyses.statistics import rate_ratio
from analysis.evidence.record import Record


@pytest.fixture(scope="module")
def result(record: Record) -> Result:
    return analyse(record)


def test_the_series_is_whole_people_that_make_the_sample(result: Result) -> None:
    assert list(result.series["deaths"]) == [2, 4, 12, 12, 18]
    assert result.series["deaths"].sum() == 48 == result.series["n"].iloc[0]
    assert result.series["share"].iloc[-1] == 18 / 48 == 0.375


def test_a_pace_ratio_is_exact_and_its_interval_is_that_of_a_binomial() -> None:
    ratio, low, high = rate_ratio(18, 8, 12, 12)
    assert ratio == 2.25  # (18 / 8) / (12 / 12)
    # Clopper-Pearson for 18 of 30, as odds, times 12 months / 8 months
    p_low, p_high = beta.ppf(0.025, 18, 13), beta.ppf(0.975, 19, 12)
    assert low == pytest.approx(p_low / (1 - p_low) * 12 / 8) and high == pytest.approx(p_high / (1 - p_high) * 12 / 8)
    assert (round(low, 2), round(high, 2)) == (1.03, 5.12)
    assert tuple(round(x, 2) for x in rate_ratio(18, 12, 12, 12)) == (1.5, 0.68, 3.41)


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([6, 8, 12]))
def test_the_interval_is_that_of_scipy_and_turns_round_with_the_ratio(later: int, earlier: int, months: int) -> None:
    ratio, low, high = rate_ratio(later, months, earlier, 12)
    assert low <= ratio <= high
    bounds = binomtest(later, later + earlier).proportion_ci(method="exact")
    assert (low, high) == pytest.approx([p / (1 - p) * 12 / months for p in (bounds.low, bounds.high)], rel=1e-8)
    back, back_low, back_high = rate_ratio(earlier, 12, later, months)
    assert (back, back_low, back_high) == pytest.approx((1 / ratio, 1 / high, 1 / low))


def test_official_totals_give_deaths_between_their_dates(result: Result) -> None:
    first, second, *_ = result.official.to_dict("records")
    assert (first["value"], second["value"]) == (286 - 200, 553 - 286) == (86, 267)
    assert (first["lower"], first["upper"]) == (286 - 250, 286 - 150)  # "about 200"
    days = (pd.Timestamp(2016, 12, 24) - pd.Timestamp(2015, 7, 27)).days
    assert second["per_month"] == pytest.approx(267 / (days / (365.25 / 12)), rel=0.01)
    elsewhere = result.official[result.official["dating"].eq("as another report dates it")]
    assert list(elsewhere["per_month"].round(2)) == [round(286 / 36, 2), round(267 / 24, 2)]


def test_death_rates_are_bounds_over_every_order_of_arrivals_and_returns(result: Result) -> None:
    row = result.rates.iloc[1]
    years = (pd.Timestamp(2016, 12, 24) - pd.Timestamp(2015, 7, 27)).days / 365.25
    least = 1350 - 553 - 206  # all die or return at once, the new ones come at the end
    most = 1631 - 286 - 128  # the new ones come at once, all die or return at the end
    assert (row["at_risk_lower"], row["at_risk_upper"]) == (least, most) == (591, 1217)
    assert row["rate_lower"] == pytest.approx(100 * 267 / (most * years), rel=1e-4)
    assert row["rate_upper"] == pytest.approx(100 * 267 / (least * years), rel=1e-4)
    first = result.rates.iloc[0]  # "about 200" dead at its start: 36 to 136 deaths
    years = (pd.Timestamp(2015, 7, 27) - pd.Timestamp(2014, 7, 15)).days / 365.25
    assert first["rate_lower"] == pytest.approx(100 * 36 / ((1350 - 250 - 128) * years), rel=1e-4)
    assert first["rate_upper"] == pytest.approx(100 * 136 / ((1122 - 286 - 198) * years), rel=1e-4)


def test_more_than_half_is_tried_on_every_base(result: Result) -> None:
    found = result.half.set_index("base")
    assert found.loc["left", "least_dead"] == 1622 // 2 + 1 and found.loc["left", "verdict"] == "contradicted"
    assert found.loc["not_returned", "least_dead"] == (1622 - 206) // 2 + 1
    assert found.loc["members", "least_dead"] == 864 // 2 + 1 and found.loc["members", "verdict"] == "fits"
    assert found.loc["dead_or_fighting", "least_dead"] == (601 + 500) // 2 + 1
    assert set(found["dead_official"]) == {553}


def test_no_base_was_counted_after_the_article(record: Record, result: Result) -> None:
    wide = record.reported["wider"].set_index("claim_id")["as_of"]
    cited = {claim for cell in result.half["claims"] for claim in cell.split("; ") if claim.startswith("wider")}
    assert cited and all(wide[claim] < "2017-04" for claim in cited)


def test_what_the_printed_shares_leave(result: Result) -> None:
    left = result.printed.set_index("reading")["left"]
    assert left["each"] == pytest.approx(1 - 0.38 - 2 * 0.25) and left["together"] == pytest.approx(1 - 0.38 - 0.25)
