"""An error says in words where, what was found, what was expected, and how many more there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.problems import SHOWN, EvidenceError, Problem


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (Problem("a.csv", "x", "y"), "a.csv: found x; expected y."),
        (Problem("a.csv", "x", "y", 3), "a.csv, row 3: found x; expected y."),
        (
            Problem("a.csv", "x", "y", 3, "value", "Do z."),
            "a.csv, row 3, column value: found x; expected y. Do z.",
        ),
    ],
)
def test_a_problem_names_its_place_as_far_as_it_is_known(problem: Problem, expected: str) -> None:
    assert str(problem) == expected


@given(st.integers(1, 3 * SHOWN))
def test_the_first_problems_are_listed_and_the_others_counted(total: int) -> None:
    head, *lines = str(EvidenceError(Problem(f"{n}.csv", "x", "y") for n in range(total))).splitlines()
    assert head == ("1 problem in the data:" if total == 1 else f"{total} problems in the data:")
    assert lines[:SHOWN] == [f"  {n}.csv: found x; expected y." for n in range(min(total, SHOWN))]
    assert lines[SHOWN:] == ([f"  and {total - SHOWN} more."] if total > SHOWN else [])
