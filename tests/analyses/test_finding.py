"""How numbers read in words, and the small laws of intervals that every analysis rests on."""

from fractions import Fraction
from math import inf

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.analyses import deaths_by_year
from analysis.analyses.finding import (
    Finding,
    counts,
    findings_table,
    how_many,
    in_words,
    least_part,
    number,
    person_counts,
    readings_of,
    rival_answers,
    said,
    whole_subject,
    window,
)
from analysis.evidence.intervals import Bounds, bounds_of, overlap
from analysis.evidence.record import Record

ends = st.one_of(st.none(), st.integers(0, 9).map(float))
intervals = st.tuples(ends, ends).filter(lambda pair: None in pair or pair[0] <= pair[1])


@pytest.mark.parametrize(
    ("bounds", "unit", "told"),
    [
        ((None, None), "persons", "no number"),
        ((None, 128.0), "persons", "128 persons at most"),
        ((0.0, 1631.0), "persons", "1,631 persons at most"),
        ((0.0, 0.0), "persons", "no persons"),
        ((601.0, None), "persons", "601 or more persons"),
        ((1.0, 1.0), "persons", "1 person"),
        ((2.0, 2.0), "persons", "2 persons"),
        ((1.0, 2.0), "persons", "1 to 2 persons"),
        ((0.375, 0.385), "share", "37.5% to 38.5%"),
        ((0.5, 0.5), "share", "50%"),
        ((2.25, 2.5), "ratio", "2.25 to 2.5"),
    ],
)
def test_an_interval_reads_in_words(bounds: Bounds, unit: str, told: str) -> None:
    assert in_words(*bounds, unit) == told


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.38, "share", "38%"),
        (0.375, "share", "37.5%"),
        (0.123456, "share", "12.3%"),
        (1631.0, "persons", "1,631"),
        (2.3, "months", "2.3"),
        (1234.5, "months", "1,234.5"),
        (2.345, "ratio", "2.35"),
        (100.0, "ratio", "100"),
    ],
)
def test_a_number_reads_as_printed(value: float, unit: str, told: str) -> None:
    assert number(value, unit) == told


@pytest.mark.parametrize(
    ("edtf", "told"),
    [
        ("", "no stated window"),
        ("2016", "2016"),
        ("2011/2017-03", "2011 to 2017-03"),
        ("../2017-03~", "up to 2017-03"),
        ("2016-12~/2017-03", "2016-12 to 2017-03"),
    ],
)
def test_a_window_reads_in_words(edtf: str, told: str) -> None:
    assert window(edtf) == told


@given(intervals, intervals)
def test_intervals_meet_where_a_number_is_in_both(one: Bounds, two: Bounds) -> None:
    held = lambda pair, value: (pair[0] or 0) <= value <= (inf if pair[1] is None else pair[1])
    common = any(held(one, value) and held(two, value) for value in range(20))
    assert overlap(one, two) == overlap(two, one) == common


@given(st.integers(1, 100), st.integers(1, 5000), st.sampled_from(["exact", "more_than", "at_least"]))
def test_the_least_part_is_the_least_that_will_do(percent: int, whole: int, hedge: str) -> None:
    share, least = Fraction(percent, 100), least_part(percent / 100, hedge, whole)
    enough = lambda count: count > share * whole if hedge == "more_than" else count >= share * whole
    assert enough(least) and not enough(least - 1)


def test_one_and_many() -> None:
    assert [how_many(count, "set") for count in (0, 1, 2)] == ["0 sets", "1 set", "2 sets"]


def test_findings_as_a_table_and_claims_as_intervals() -> None:
    item = Finding("a.b", "Why?", "So.", None, 3.0, "persons", ("x", "y"), ("r=s",), coded=("z",))
    table = findings_table([item])
    (row,) = table.to_dict("records")
    assert (row["claims"], row["readings"], row["assumptions"], row["coded"]) == ("x; y", "r=s", "", "z")
    assert bounds_of(table.iloc[0]) == bounds_of(row) == bounds_of(next(table.itertuples())) == (None, 3.0)
    assert item.evidence == ("x", "y", "z") and list(findings_table([]).columns) == list(table.columns)


def test_the_readings_of_claims_are_those_in_force(record: Record) -> None:
    claims = record.claims
    touched = claims[claims["ambiguity"].ne("")]
    names = sorted({name for cell in touched["ambiguity"] for name in cell.split(";")})
    assert readings_of(record, touched["claim_id"]) == tuple(f"{name}={record.scenario[name]}" for name in names)
    assert readings_of(record, claims.loc[claims["ambiguity"].eq(""), "claim_id"]) == ()


def test_what_is_said_stands_in_the_table_as_it_is_coded(record: Record) -> None:
    claims, table = record.claims, said(record, record.claims)
    assert list(table.columns) == ["claim", "phrase", "said by", "as of", "kind", "window", "interval", "readings"]
    for name, column in {"claim": "claim_id", "phrase": "phrase", "said by": "speaker", "as of": "as_of"}.items():
        assert list(table[name]) == list(claims[column])
    assert list(table["kind"]) == list(claims["kind"]) and set(table.loc[claims["period"].eq(""), "window"]) == {
        "no stated window"
    }
    assert list(table["interval"]) == [in_words(*bounds_of(row), row.unit) for row in claims.itertuples()]
    assert list(table["readings"].eq("")) == list(claims["ambiguity"].eq(""))


def test_counts_are_of_moroccans_in_persons_and_of_no_case(record: Record) -> None:
    persons, moroccans = person_counts(record), counts(record)
    assert set(persons["unit"]) == {"persons"} and set(persons["case_id"]) == {""} and persons["lower"].notna().all()
    left = record.claims[~record.claims["claim_id"].isin(persons["claim_id"])]
    assert (left["unit"].ne("persons") | left["case_id"].ne("") | left["lower"].isna()).all()
    assert set(moroccans["claim_id"]) < set(persons["claim_id"])
    assert moroccans["population"].str.startswith("moroccan").all()
    whole = whole_subject(record.claims)
    assert 0 < len(whole) < len(record.claims) and set(whole["origin"]) == {"morocco"}
    assert not set(whole["place"]) & {"syria", "iraq", "libya"} and "dual_nationals" not in set(whole["population"])


def test_the_rival_answers_are_those_that_move(record: Record) -> None:
    table = rival_answers(record, deaths_by_year.analyse, ["shares_2014_2015"])
    base = {item.id: item.answer for item in deaths_by_year.analyse(record).findings}
    other = record.under(record.scenario.with_choices(shares_2014_2015="together"))
    moved = {item.id: item.answer for item in deaths_by_year.analyse(other).findings}
    expected = pd.DataFrame(
        [
            (id, "shares_2014_2015", "together", moved[id], before)
            for id, before in base.items()
            if moved.get(id, before) != before
        ],
        columns=["finding", "ambiguity", "reading", "answer", "instead of"],
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
