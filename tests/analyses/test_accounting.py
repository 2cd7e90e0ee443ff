"""What the accounting must reach by computing, against calculations by hand, and the properties that its bounds keep."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from analysis.account.model import ALIGNMENT, ASSUMPTIONS, BALANCE, LEVELS, AccountModel
from analysis.account.scopes import AS_READ
from analysis.account.solver import Interval, Terms
from analysis.analyses import accounting
from analysis.analyses.finding import Finding, Result
from analysis.evidence.record import ASSUMPTION_LEVELS, Record
from analysis.wording import Wording

OFFICIAL, COMMITTEE = "raseef22-2017-03.c03", "raseef22-2017-03.c04"


@pytest.fixture(scope="module")
def result(record: Record) -> Result:
    return accounting.analyse(record)


def under(read: Record, /, **choices: object) -> Record:
    return read.under(read.scenario.with_choices(**choices))


def model(read: Record, level: str = "monotone", /, **choices: object) -> AccountModel:
    return AccountModel(under(read, **choices), level)


def found(result: Result, name: str) -> Finding:
    return next(item for item in result.findings if item.id == f"accounting.{name}")


def hull(chosen: AccountModel) -> dict[str, Interval | None]:
    return chosen.system.hull(chosen.account(), chosen.hard_elements)


def test_the_levels_offered_are_the_levels_there_are() -> None:
    assert set(ASSUMPTION_LEVELS) == set(LEVELS) and LEVELS["closed"] == ASSUMPTIONS
    assert all(set(less) < set(more) for less, more in pairwise(LEVELS.values()))


def test_bounds_by_default_with_the_sum_that_proves_each(record: Record, result: Result) -> None:
    sums = {
        "killed": ("at least 601", f"1,631 left − 199 returned = at most {1631 - 199:,}"),
        "away": ("", f"1,631 left − 199 returned − 601 killed = at most {1631 - 199 - 601}"),
    }
    words = Wording(record, "accounting")
    for name, (least, most) in sums.items():
        arithmetic = words.worded(found(result, name))["arithmetic"]
        assert least in arithmetic and most in arithmetic
    assert (found(result, "killed").lower, found(result, "killed").upper) == (601, 1432)
    assert found(result, "away").upper == 831


def test_more_than_half_bounds_all_only_where_it_is_read_of_all(record: Record, result: Result) -> None:
    """816 is more than half of 1,631; read of the members of one group, the share says nothing of all who left."""
    words = Wording(record, "accounting")
    arithmetic = words.worded(found(result, "killed"))["arithmetic"]
    assert "more than half of 1,631 = at least 816" in arithmetic and (1631 + 1) / 2 == 816
    other = hull(model(record, half_of_whom="all_departed"))
    assert other["killed"] == (816, 1432) and other["away"] == (0, 1631 - 816 - 199)
    assert hull(model(record, half_of_whom="not_returned"))["killed"] == ((1631 - 350 + 1) // 2, 1432)


def test_an_assumption_does_not_undo_a_reading(record: Record) -> None:
    chosen = model(record)
    (claim,) = [c for c in chosen.claims if c.claim_id == "raseef22-2017-03.c02"]
    assert chosen.scopes.of(claim).group == "is" + AS_READ
    aligned = [c for c in chosen.system.constraints if c.element == ALIGNMENT["group"]]
    assert not any(q.scope.group.endswith(AS_READ) for c in aligned for q, _ in c.terms)
    (fighting,) = [c for c in chosen.claims if c.measure == "fighting"]
    assert chosen.scopes.of(fighting).group == "is", "no reading settles it"


def test_a_bound_that_repeats_one_claim_says_so(result: Result) -> None:
    left = found(result, "departed").values
    assert left["least"]["repeats"] == left["most"]["repeats"] == "mwn-2017-07.c02"
    assert found(result, "killed").values["most"]["repeats"] == ""
    assert found(result, "unaccounted").values["same_as_away"]


def test_what_is_assumed_is_what_the_proof_needs(result: Result) -> None:
    assert found(result, "departed").assumptions == ()
    assert BALANCE in found(result, "away").assumptions and "no_fall" not in found(result, "away").assumptions


def test_the_official_series_leads_and_contradicts_the_lower_bound(record: Record, result: Result) -> None:
    assert list(result.official["upper"]) == sorted(result.official["upper"])
    assert (
        found(result, "killed").agreement == "low"
        and "558" in Wording(record, "accounting").worded(found(result, "killed"))["short"]
    )


def test_the_only_conflict_by_default_is_199_against_about_300(result: Result) -> None:
    assert list(result.conflicts["claims"]) == [f"{OFFICIAL}; {COMMITTEE}"]
    row = result.conflicts.iloc[0]
    assert (row["lower"], row["upper"], row["says_lower"], row["says_upper"]) == (199, 199, 250, 350)
    assert list(result.repairs["people"]) == [250 - 199, 250 - 199] and set(result.repairs["changes"]) == {1}
    assert list(result.repairs["instead"]) == ["part", "more"]


def test_the_sum_as_printed_under_either_count_of_the_returned(result: Result) -> None:
    assert list(result.unaccounted["left"]) == [1600 - 600 - 199 - 500, 1600 - 600 - 300 - 500]


def test_the_dead_if_nobody_is_elsewhere(record: Record, result: Result) -> None:
    assert list(result.implied["lower"]) == [1600 - 500 - 199, 1600 - 500 - 350]
    assert set(result.implied["verdict"]) == {"follows"}
    other = accounting.analyse(under(record, deaths_total="600_to_699")).implied
    assert set(other["verdict"]) == {"cannot_hold"}


def test_the_total_cannot_be_a_stock(record: Record, result: Result) -> None:
    assert found(result, "stock").lower == 1 and found(result, "stock").values["departed"] == 1631 + 601 + 199
    other = accounting.outline(under(record, count_1631="present_stock"))
    assert found(other, "stock").lower == 1, "judged alike under either reading"


def test_the_majority_can_be_set_to_return_unless_more_than_half_of_all_died(record: Record) -> None:
    """831 may be alive and not back, more than half of 1,631; with 816 dead, 616 at most are."""
    assert found(accounting.outline(record), "forecast").lower == 0
    assert found(accounting.outline(under(record, half_of_whom="all_departed")), "forecast").lower == 1


def test_a_repair_by_reading_is_found(record: Record) -> None:
    torn = under(record, count_1631="present_stock", left_out="raseef22-300")
    assert "count_1631=cumulative_departures" in set(accounting.analyse(torn).repairs["readings"])


def test_a_sum_over_claims_of_several_scopes_is_not_formed(record: Record) -> None:
    for level in ("claims", "balance"):
        assert "unaccounted" not in model(record, level).account()


def test_more_dates_taken_for_one_never_widen_a_bound(record: Record) -> None:
    chosen = [model(record, left_out="raseef22-300", same_date=months) for months in (0.0, 3.0, 8.0)]
    assert len({one.where for one in chosen}) == 1
    bounds = [_bounds(one, chosen[0].account()) for one in chosen]
    assert all(_within(tight[name], loose[name]) for loose, tight in pairwise(bounds) for name in tight)


@pytest.mark.parametrize("dropped", ["raseef22-199", "raseef22-300"])
def test_relaxing_an_assumption_never_narrows_a_bound(record: Record, dropped: str) -> None:
    expressions = model(record, "closed").account()
    bounds = [_bounds(model(record, level, left_out=dropped), expressions) for level in LEVELS]
    assert all(_within(tight[name], loose[name]) for loose, tight in pairwise(bounds) for name in expressions)


def test_a_larger_revision_never_narrows_a_bound(record: Record) -> None:
    expressions = model(record).account()
    chosen = [model(record, left_out="raseef22-300", revision=r) for r in (0.0, 25.0, 400.0)]
    bounds = [_bounds(one, expressions) for one in chosen]
    assert all(_within(tight[name], loose[name]) for tight, loose in pairwise(bounds) for name in expressions)


def _bounds(chosen: AccountModel, expressions: Mapping[str, Terms]) -> dict[str, Interval | None]:
    return {name: chosen.system.bound(terms) for name, terms in expressions.items()}


def _within(tight: Interval | None, loose: Interval | None) -> bool:
    return tight is None or (loose is not None and loose[0] <= tight[0] and tight[1] <= loose[1])


def test_where_the_lists_are_cut_the_size_and_the_bounds_are_still_proven(
    record: Record, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounting, "SEARCH", 1)
    cut = accounting.analyse(replace(record, memo={}))
    assert not found(cut, "repairs").values["complete"] and found(cut, "repairs").lower == 1
    assert found(cut, "killed").upper == found(result, "killed").upper


def test_the_wider_record_gives_bounds_and_the_size_of_the_smallest_repair(record: Record) -> None:
    both = model(record, record="articles+wider")
    search = both.system._search(both.hard_elements)
    assert both.system.without(search.first or ()).feasible() and search.size == len(search.first or ())
    assert all(one & (search.first or frozenset()) for one in search.cores), "each conflict is hit"
    for name, bounds in hull(both).items():
        alone = both.system.without(search.first or ()).bound(both.account()[name])
        assert bounds is not None and _within(alone, bounds)


def test_families_count_once(record: Record) -> None:
    families = [claim.family for claim in model(record).claims]
    assert set(model(record).system.elements) - set(ASSUMPTIONS) == set(families) and len(set(families)) < len(families)


def test_what_depends_on_a_single_statement(result: Result) -> None:
    moving = result.left_out[result.left_out["moves"]].set_index("family")
    assert list(moving.loc["raseef22-199", ["lower", "upper"]]) == [601, 1631 - 250]
    assert list(moving.loc["bcij-1631", ["lower", "upper"]]) == [601, 1668 + 25 - 199]


@pytest.mark.parametrize("choices", [{}, {"half_of_whom": "all_departed"}, {"assumptions": "claims"}])
def test_the_outline_agrees_with_the_whole_analysis(record: Record, choices: dict[str, str]) -> None:
    read = under(record, **choices)
    full = {item.id: (item.lower, item.upper) for item in accounting.analyse(read).findings}
    for item in accounting.outline(read).findings:
        assert full[item.id] == (item.lower, item.upper), item.id


def test_no_claim_of_the_wider_record_enters_the_run_of_the_articles(record: Record) -> None:
    assert "wider" not in {claim.source_id for claim in model(record).claims}
    assert "wider" in {claim.source_id for claim in model(record, "claims", record="articles+wider").claims}


def test_a_count_of_others_does_not_bound_the_moroccans(record: Record) -> None:
    claims = {claim.claim_id for claim in model(record).claims}
    assert "magharebia-2014-12.c06" not in claims, "executed fighters of all nationalities"
    assert "almonitor-2017-05.c17" not in claims, "arrests of every kind"
