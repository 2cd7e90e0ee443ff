"""The main points: five at most, in the chosen order, none that other sources contradict without its saying so."""

import pytest

from analysis.index import Index, main_points
from analysis.recorded import Recorded

FOUND = {name: Recorded(name) for name in "abcdef"} | {"refuted": Recorded("refuted", agreement="low")}


def test_they_come_in_the_chosen_order_and_what_is_not_answered_is_left_out() -> None:
    assert [point.id for point in main_points(FOUND, ["c", "missing", "a"])] == ["c", "a"]


def test_more_than_five_are_refused() -> None:
    with pytest.raises(ValueError, match="6 main points; expected 5 at most"):
        main_points(FOUND, "abcdef")


def test_a_contradicted_finding_opens_nothing_unless_its_sentence_gives_both_sides() -> None:
    with pytest.raises(ValueError, match="other sources contradict refuted"):
        main_points(FOUND, ["a", "refuted"])
    assert [point.id for point in main_points(FOUND, ["refuted"], both_sides=["refuted"])] == ["refuted"]


def test_the_index_says_how_to_change_each_reading() -> None:
    text = Index().readings().text
    row = next(line for line in text.splitlines() if "Does 1,631 count" in line)
    assert "those still in Syria" in row and " 4, 5, 7 " in row
    assert row.rstrip().endswith('count_1631 = "cumulative_departures" or "present_stock"')
