"""Pathways: life courses, bounds of shares, counts of speakers and stories, agreement of coders."""

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.analyses.finding import Result
from analysis.analyses.pathways import ENDS, FEW_UNITS, analyse
from analysis.analyses.statistics import alpha
from analysis.evidence.record import Record


@pytest.fixture(scope="module")
def result(record: Record) -> Result:
    return analyse(record)


def test_every_case_has_its_row_and_every_stage_its_place(record: Record, result: Result) -> None:
    assert set(result.courses["case_id"]) == set(record.cases["case_id"])
    coded = {(row.case_id, row.stage, row.value) for row in record.stages.itertuples()}
    shown = {
        (row["case_id"], stage, value)
        for row in result.courses.to_dict("records")
        for stage in set(record.stages["stage"])
        for value in row[stage].split("; ")
        if value
    }
    assert coded == shown


def test_nobody_is_counted_twice(record: Record, result: Result) -> None:
    cases = record.cases
    assert result.outcomes["persons"].sum() == cases["persons"].sum() - cases["shared"].fillna(0).sum()


def test_a_share_lies_between_what_is_told_and_what_may_be(result: Result) -> None:
    ends = result.outcomes.set_index("end")
    cases, open_ = ends["cases"].sum(), ends.loc["not_told", "cases"]
    assert ends.loc["died", "lower"] == pytest.approx(ends.loc["died", "cases"] / cases)
    assert ends.loc["died", "upper"] == pytest.approx((ends.loc["died", "cases"] + open_) / cases)


def test_every_outcome_of_the_codebook_is_an_end(record: Record) -> None:
    known = {outcome for outcomes in ENDS.values() for outcome in outcomes}
    assert set(record.terms("stage_outcome")) == known


def test_one_speaker_and_one_story_count_once(record: Record, result: Result) -> None:
    table = record.explanations
    for row in result.directions.itertuples():
        part = table[table["phase"].eq(row.phase) & table["direction"].eq(row.direction)]
        assert (row.explanations, row.speakers, row.stories) == (
            len(part),
            part["speaker"].nunique(),
            part["story"].nunique(),
        )
        assert row.speakers <= row.explanations and row.stories <= row.explanations


def test_a_code_on_few_sentences_holds_nothing(result: Result) -> None:
    table = result.reliability
    assert (table.loc[table["status"].ne("few"), "units"] >= FEW_UNITS).all()
    assert (table.loc[table["status"].eq("holds"), "alpha_lower"] >= 0.667).all()


@given(st.lists(st.sampled_from([(1, 1), (1, 0), (0, 1), (0, 0)]), min_size=3, max_size=40))
def test_alpha_is_that_of_the_krippendorff_package(units: list[tuple[int, int]]) -> None:
    table = np.array(units).T
    if len(np.unique(table)) < 2:
        return
    both = np.array(float((table.sum(axis=0) == 2).sum()))
    one = np.array(float((table.sum(axis=0) == 1).sum()))
    neither = np.array(float((table.sum(axis=0) == 0).sum()))
    expected = krippendorff.alpha(table, level_of_measurement="nominal")
    assert alpha(both, one, neither) == pytest.approx(expected)


def test_no_case_is_lost_where_nothing_is_told_of_it(record: Record) -> None:
    stages = record.reported["stages"]
    empty = Record({**record.reported, "stages": stages[:0]}, record.scenario)
    ends = analyse(empty).outcomes.set_index("end")["cases"]
    assert ends["not_told"] == ends.sum() > 0
    assert isinstance(ends, pd.Series)
