"""What the accounting must reach by computing, and the laws that its bounds keep."""

from itertools import pairwise

import pytest

from analysis.account.model import ASSUMPTIONS, LEVELS, Book
from analysis.account.solver import Interval
from analysis.analyses import accounting
from analysis.evidence.record import LEVELS as ALLOWED
from analysis.evidence.record import Record

from .test_findings import under

OFFICIAL, COMMITTEE = "raseef22-2017-03.c03", "raseef22-2017-03.c04"


@pytest.fixture(scope="module")
def result(record: Record) -> accounting.Accounting:
    return accounting.analyse(record)


def book(read: Record, level: str = "monotone", **choices: object) -> Book:
    return Book(under(read, **choices), level)


def sentences(found: accounting.Accounting, id: str) -> str:
    return next(item.answer for item in found.findings if item.id == f"accounting.{id}")


def test_the_levels_offered_are_the_levels_there_are() -> None:
    assert set(ALLOWED) == set(LEVELS) and LEVELS["closed"] == tuple(ASSUMPTIONS)
    assert all(set(less) < set(more) for less, more in pairwise(LEVELS.values()))


def test_the_only_conflict_by_default_is_199_against_about_300(record: Record, result: accounting.Accounting) -> None:
    assert list(result.conflicts["claims"]) == [f"{OFFICIAL}; {COMMITTEE}"]
    assert "leaves 199 persons returned, but 'at around 300'" in result.conflicts["sentence"][0]
    assert list(result.repairs["persons"]) == [51, 51] and set(result.repairs["changes"]) == {1}


def test_unaccounted_for_under_either_count_of_the_returned(result: accounting.Accounting) -> None:
    table = result.unaccounted
    assert list(table["as printed"]) == [1600 - 600 - 199 - 500, 1600 - 600 - 300 - 500]
    assert list(table["lower"]) == [0, 0] and list(table["upper"]) == [1631 - 816 - 199, 1631 - 816 - 250]


def test_what_500_and_1600_and_the_returned_imply_for_the_dead(result: accounting.Accounting) -> None:
    table = result.implied.set_index(
        [result.implied["returned"].str.contains("199"), result.implied["claim"].str.contains("half")]
    )
    assert (
        table.loc[(True, True), "dead_lower"] == 1600 - 500 - 199
        and table.loc[(False, True), "dead_lower"] == 1600 - 500 - 350
    )
    assert table.loc[(True, True), "claim_lower"] == 801 and table.loc[(True, False), "claim_lower"] == 601
    assert list(table["verdict"]) == ["follows", "follows", "fits", "follows"]


def test_600_to_699_dead_cannot_hold_if_nobody_is_elsewhere(record: Record) -> None:
    implied = accounting.analyse(under(record, deaths_total="600_to_699")).implied
    assert set(implied.loc[~implied["claim"].str.contains("half"), "verdict"]) == {"cannot hold"}


def test_1631_cannot_be_a_stock(result: accounting.Accounting) -> None:
    told = sentences(result, "stock")
    assert (
        told.startswith("It cannot be: with the other counts it takes 2,431 departures or more.")
        and 1631 + 601 + 199 == 2431
    )


def test_the_majority_cannot_be_set_to_return_unless_of_those_remaining(
    record: Record, result: accounting.Accounting
) -> None:
    assert sentences(result, "set_to_return").startswith("It does not fit (0 of 2 ways")
    other = accounting.analyse(under(record, set_to_return="of_those_remaining"))
    assert sentences(other, "set_to_return").startswith("It fits (2 of 2 ways")


def test_a_repair_by_reading_is_found(record: Record) -> None:
    repairs = accounting.analyse(under(record, count_1631="present_stock", left_out="raseef22-300")).repairs
    assert set(repairs["changes"]) == {1}
    assert "read count_1631 as cumulative_departures" in set(repairs["sentence"])
    assert any("give up that IS stands for all armed groups" in sentence for sentence in repairs["sentence"])


def test_a_sum_over_claims_of_several_scopes_is_not_formed(record: Record) -> None:
    for level in ("claims", "balance"):
        assert "unaccounted" not in book(record, level).account()
        for measure in ("departed", "killed", "returned"):
            scope = book(record, level, record="articles+wider").at(measure).scope
            assert scope.population in {"moroccan_fighters", "moroccans_joined"} and scope.place.startswith(
                "syria_iraq"
            )


def test_more_dates_taken_for_one_never_widen_a_bound(record: Record) -> None:
    expressions = book(record).account()
    found = [book(record, left_out="raseef22-300", same_date=months) for months in (0.0, 3.0, 8.0)]
    assert {one.where for one in found} == {book(record).where}
    bounds = [one.system.bounds_of(expressions) for one in found]
    assert all(_within(tight[name], loose[name]) for loose, tight in pairwise(bounds) for name in expressions)


def test_a_count_of_a_part_reconciles_199_and_300(result: accounting.Accounting) -> None:
    told = " ".join(result.repairs["sentence"])
    assert "c03), or move it by 51 persons or more, or take it to count only a part of them" in told
    assert "c04), or move it by 51 persons or more, or take it to count more than them" in told


def test_every_side_of_an_inconsistent_record_is_followed(record: Record) -> None:
    torn = book(record, count_1631="present_stock", deaths_total="600_to_699", half_of_whom="all_departed")
    found = torn.system.reconcile(torn.given, repairs_only=True)
    assert len(accounting.sides(torn)) == len(found.repairs) > 16


def test_where_the_search_is_cut_no_bound_is_given(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounting, "SEARCH", 1)
    result = accounting.analyse(record)
    assert "accounting.killed" not in {item.id for item in result.findings} and result.left_out.empty
    assert sentences(result, "repairs").startswith("More than can be listed") and sentences(result, "stock").startswith(
        "Not decided"
    )


def test_the_stock_is_judged_alike_under_either_reading(record: Record, result: accounting.Accounting) -> None:
    other = accounting.analyse(under(record, count_1631="present_stock"))
    assert sentences(other, "stock").split(".")[0] == sentences(result, "stock").split(".")[0]


@pytest.mark.parametrize("gone", ["raseef22-199", "raseef22-300"])
def test_relaxing_an_assumption_never_narrows_a_bound(record: Record, gone: str) -> None:
    expressions = book(record, "closed").account()
    found = [book(record, level, left_out=gone).system.bounds_of(expressions) for level in LEVELS]
    for loose, tight in pairwise(found):
        assert all(_within(tight[name], loose[name]) for name in expressions)


def _within(tight: Interval | None, loose: Interval | None) -> bool:
    return tight is None or (loose is not None and loose[0] <= tight[0] and tight[1] <= loose[1])


def test_a_larger_revision_never_narrows_a_bound(record: Record) -> None:
    expressions = book(record).account()
    found = [
        book(record, left_out="raseef22-300", revision=r).system.bounds_of(expressions) for r in (0.0, 25.0, 400.0)
    ]
    assert all(_within(tight[name], loose[name]) for tight, loose in pairwise(found) for name in expressions)


def test_families_count_once(record: Record) -> None:
    families = book(record).claims["family"]
    assert set(book(record).system.elements) - set(ASSUMPTIONS) == set(families) and families.nunique() < len(families)


def test_what_hangs_on_a_single_statement(result: accounting.Accounting) -> None:
    moving = result.left_out[result.left_out["moves"] & result.left_out["quantity"].eq("killed")].set_index("family")
    assert list(moving.loc["raseef22-2017-03.c02", ["lower", "upper"]]) == [601, 1432]
    assert "raseef22-600" not in moving.index


def test_the_outline_agrees_with_the_whole_analysis(record: Record, result: accounting.Accounting) -> None:
    full = {item.id: (item.lower, item.upper) for item in result.findings}
    for item in accounting.outline(record).findings:
        if item.id != "accounting.stock_ways":
            assert full[item.id] == (item.lower, item.upper), item.id
    assert {item.claims for item in accounting.outline(record).findings} == {tuple(book(record).claims["claim_id"])}
    ways = next(item for item in accounting.outline(record).findings if item.id == "accounting.stock_ways")
    assert ways.upper == 0 and sentences(result, "stock").startswith("It cannot be")


@pytest.mark.parametrize("level", list(LEVELS))
def test_a_bound_is_the_same_alone_and_in_the_whole_system(record: Record, level: str) -> None:
    chosen = book(record, level, left_out="raseef22-300")
    every = chosen.system.bounds()
    for name, terms in chosen.account().items():
        if name != "unaccounted":
            (quantity,) = terms
            assert every.get(quantity, (0, float("inf"))) == chosen.system.bound(terms)


def test_no_claim_of_the_wider_record_enters_the_run_of_the_articles(record: Record) -> None:
    assert "wider" not in set(book(record).claims["source_id"])
    both = book(record, "claims", record="articles+wider")
    assert "wider" in set(both.claims["source_id"]) and not both.system.feasible()


def test_a_count_of_others_does_not_bound_the_moroccans(record: Record) -> None:
    measures = set(book(record).claims["claim_id"])
    assert "magharebia-2014-12.c06" not in measures, "executed fighters of all nationalities"
    assert "almonitor-2017-05.c17" not in measures, "arrests of every kind"
