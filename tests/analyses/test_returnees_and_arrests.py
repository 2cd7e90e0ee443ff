"""Returnees and arrests: sums, gaps and shares against calculations by hand."""

import pytest

from analysis.analyses.finding import Result
from analysis.analyses.returnees_and_arrests import analyse
from analysis.evidence.record import WIDER_TOO, Record


@pytest.fixture(scope="module")
def result(record: Record) -> Result:
    return analyse(record)


def _gap(result: Result, reading: str, record: str) -> tuple[float, float]:
    rows = result.gap[result.gap["reading"].eq(reading) & result.gap["record"].eq(record)]
    row = rows[rows["returned_lower"].eq(199)].iloc[0]
    return row["lower"], row["upper"]


def test_arrests_over_separate_periods_add_up(result: Result) -> None:
    assert _gap(result, "arrests", "articles") == (199 - 71, 199 - 71)
    assert _gap(result, "arrests", WIDER_TOO) == (199 - 71 - 128, 0)
    assert _gap(result, "returns", "articles") == (199, 199)
    # 97 arrests of 2015 to 2017 may all fall after the count of returns, or close the gap
    assert _gap(result, "returns", WIDER_TOO) == (0, 199 - 128)


def test_a_share_of_the_returned_in_people(result: Result) -> None:
    row = result.tried[result.tried["count"].eq(199)].iloc[0]
    assert (row["least_tried"], row["beyond"]) == (199 // 2 + 1, 100 - 71)


def test_rivals_are_of_one_date_and_a_finding_needs_the_same_people(record: Record, result: Result) -> None:
    first = result.rivals.iloc[0]
    assert (first["lower"], first["upper"]) == (250 - 199, 350 - 199) and first["same_people"]
    days = result.returned.set_index("claim_id")["day"]
    for row in result.rivals.itertuples():
        assert abs((days[row.lower_count] - days[row.higher_count]).days) <= 31
    # 211 returnees and, with families, 265: listed, but no contradiction
    other = analyse(record.with_choices(sources="mwn-2017-07"))
    assert list(other.rivals["lower"]) == [265 - 211] and not other.rivals["same_people"].any()
    assert "returnees_and_arrests.rivals" not in {finding.id for finding in other.findings}


def test_nothing_is_called_uncounted_that_a_source_counts(record: Record, result: Result) -> None:
    for row in result.gap[result.gap["record"].eq(WIDER_TOO)].itertuples():
        arrests = [low for _, low, _, inside in row.arrests if inside]
        assert row.upper == max(0, row.returned_upper - sum(arrests))


def test_the_nearest_pair_counts_both_in_one_year(result: Result) -> None:
    row = result.nearest.iloc[0]
    assert (row["returned"], row["arrested"], row["upper"]) == ("wider.c133", "wider.c129", 239 - 201)
