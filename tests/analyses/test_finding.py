"""Findings, the claims that count, and the intervals that every analysis rests on."""

from fractions import Fraction
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from analysis.analyses.finding import least_part, make_finding
from analysis.analyses.rows import claim_rows, of_whole_subject
from analysis.evidence.intervals import Bounds, distance, overlap
from analysis.evidence.record import Record

ends = st.one_of(st.none(), st.integers(0, 9).map(float))
intervals = st.tuples(ends, ends).filter(lambda pair: None in pair or pair[0] <= pair[1])


@given(intervals, intervals)
def test_intervals_overlap_where_a_number_is_in_both(one: Bounds, two: Bounds) -> None:
    holds = lambda pair, value: (pair[0] or 0) <= value <= (inf if pair[1] is None else pair[1])
    common = any(holds(one, value) and holds(two, value) for value in range(20))
    assert overlap(one, two) == overlap(two, one) == common == (distance(one, two) == 0)


@given(st.integers(1, 100), st.integers(1, 5000), st.sampled_from(["exact", "more_than", "at_least"]))
def test_the_least_part_is_the_smallest_count_that_is_enough(percent: int, whole: int, hedge: str) -> None:
    share, least = Fraction(percent, 100), least_part(percent / 100, hedge, whole)
    enough = lambda count: count > share * whole if hedge == "more_than" else count >= share * whole
    assert enough(least) and not enough(least - 1)


def test_the_readings_of_a_finding_are_those_in_force(record: Record) -> None:
    claims = record.claims
    touched = claims[claims["ambiguity"].ne("")]
    names = sorted({name for cell in touched["ambiguity"] for name in cell.split(";")})
    found = make_finding(record, "a.b", (1.0, None), "people", touched["claim_id"], coded=["x"])
    assert found.readings == tuple(f"{name}={record.scenario[name]}" for name in names)
    assert (*found.claims, *found.coded) == (*touched["claim_id"], "x")
    assert (
        make_finding(record, "a.b", (1.0, 1.0), "people", claims.loc[claims["ambiguity"].eq(""), "claim_id"]).readings
        == ()
    )


def test_the_whole_subject_is_no_part_of_it(record: Record) -> None:
    claims = claim_rows(record).own
    whole = [claim for claim in claims if of_whole_subject(claim)]
    assert 0 < len(whole) < len(claims) and {claim.origin for claim in whole} == {"morocco"}
    assert not {claim.place for claim in whole} & {"syria", "iraq", "libya"}
    assert "dual_nationals" not in {claim.population for claim in whole}
