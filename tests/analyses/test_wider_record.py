"""The wider record beside the articles: found by computing, and found in new figures as well."""

import pandas as pd
import pytest

from analysis.analyses import wider_record
from analysis.analyses.sum_checks import sum_checks
from analysis.evidence.record import Record

from .test_findings import under


@pytest.fixture(scope="module")
def result(record: Record) -> wider_record.WiderRecord:
    return wider_record.analyse(record)


def test_the_official_series_falls_now_and_then(result: wider_record.WiderRecord) -> None:
    falls = result.falls.set_index(["claim", "later_claim"])["falls_by"]
    assert falls[("wider.c107", "wider.c131")] == 3, "1,669 in November 2017, 1,666 in October 2018"


def test_each_figure_goes_back_to_its_statement(result: wider_record.WiderRecord) -> None:
    origins = result.origins.set_index("claim")
    assert list(origins.loc[["almonitor-2017-05.c09", "mwn-2018-12.c07"], "origin"]) == ["wider.c063", "wider.c063"]
    assert origins.loc["mwn-2018-12.c07", "origin_measure"] == "returned"
    assert (
        origins.loc["raseef22-2017-03.c03", "origin_phrase"].startswith("198")
        and origins.loc["raseef22-2017-03.c03", "stale_by"] == 7
    )
    assert origins.loc["raseef22-2017-03.c27", "origin"] == "", "no official count comes near more than 600"
    stale = set(origins.index[origins["stale"]])
    assert {"almonitor-2017-05.c09", "almonitor-2017-05.c17", "raseef22-2017-03.c01"} <= stale
    assert "mwn-2018-12.c07" not in stale, "its window is printed: it cannot go stale"
    assert "almonitor-2017-05.c07" not in stale, "it fits an official count, but is not known to be that statement"


def test_71_and_128_stand_under_two_measures(result: wider_record.WiderRecord) -> None:
    pairs = {(row.number, row.measure, row.other_measure) for row in result.one_number.itertuples()}
    assert (71, "returned_arrested", "returned") in pairs and (128, "returned_arrested", "returned") in pairs


def test_shares_that_lost_their_base_are_of_48_northern_dead(result: wider_record.WiderRecord) -> None:
    assert set(result.bases["claim"]) == {"raseef22-2017-03.c25", "raseef22-2017-03.c26"} and set(
        result.bases["n"]
    ) == {48}


def test_women_and_minors_inside_or_beside(result: wider_record.WiderRecord) -> None:
    may = result.women_and_minors.set_index("statement").loc["laftit-2017-05-08"]
    assert (may["men_if_inside"], may["all_if_beside"], may["worded"]) == (1631 - 284 - 333, 1631 + 284 + 333, "inside")


@pytest.mark.parametrize(
    ("total", "sum_", "verdict", "gap"),
    [
        ("1622", "871 + 553 + 206 = 1,630", "parts exceed the whole", -8),
        ("46", "34 + 7 + 1 = 42", "parts leave a rest", 4),
        ("46", "1 + 4 + 12 + 9 + 15 = 41", "parts leave a rest", 5),
        ("206", "135 + 71 = 206", "adds up", 0),
        ("553", "286 + 267 = 553", "adds up", 0),
        ("558", "489 + 69 = 558", "adds up", 0),
        ("333", "152 + 181 = 333", "adds up", 0),
        ("265", "52 + 15 + 198 = 265", "adds up", 0),
        ("1666", "929 + 100 + 50 = 1,079", "parts leave a rest", 587),
    ],
)
def test_sums_are_found(result: wider_record.WiderRecord, total: str, sum_: str, verdict: str, gap: int) -> None:
    rows = result.sums[result.sums["sum"].eq(sum_) & result.sums["whole"].str.startswith(f"'{total}'")]
    assert set(rows["verdict"]) == {verdict} and set(rows["gap"]) == {gap}


def test_a_new_figure_needs_no_new_code(record: Record) -> None:
    row = record.reported["wider"].query("claim_id == 'wider.c017a'").iloc[0].to_dict()
    new = [
        row
        | {
            "claim_id": f"wider.c90{place}",
            "statement": "made-up",
            "family": f"made-up-{place}",
            "place": where,
            "value": value,
            "phrase": f"{value}",
        }
        for place, (where, value) in enumerate([("syria_iraq", 100.0), ("syria", 70.0), ("iraq", 35.0)])
    ]
    wider = pd.concat(
        [record.reported["wider"], pd.DataFrame(new).astype(record.reported["wider"].dtypes)], ignore_index=True
    )
    made = Record(record.reported | {"wider": wider}, record.scenario)
    sums = sum_checks(under(made, record="articles+wider"))
    found = sums[sums["sum"].eq("70 + 35 = 105") & sums["total_upper"].eq(100)]
    assert list(found["verdict"]) == ["parts exceed the whole"] and list(found["gap"]) == [-5]


def test_what_contradicts_a_figure_is_told_from_what_refutes_an_assumption(result: wider_record.WiderRecord) -> None:
    table = result.contradictions
    real = table[table["against"].eq("the figure")]
    assert set(real["family"]) == {"raseef22-300", "raseef22-600"}
    pair = real[real["family"].eq("raseef22-600")]
    assert list(pair["assumptions"]) == ["no fall"]
    assert set(pair["claims"].iloc[0].split("; ")) == {"raseef22-2017-03.c27", "wider.c078a", "wider.c089"}
    slides = table[table["against"].ne("the figure")]
    assert slides["assumptions"].str.contains("one group|one place").all()


def test_what_stands_and_what_falls(result: wider_record.WiderRecord) -> None:
    verdicts = result.stands.set_index("finding")["verdict"]
    assert verdicts["deaths_by_year.residual"] == "stands" and verdicts["accounting.stock"] == "stands"
    assert verdicts["accounting.killed"] == "falls" and verdicts["deaths_by_year.half"] == "open"
    assert verdicts["returnees_and_arrests.every.raseef22-2017-03-c03"] == "falls", "128 arrests are counted elsewhere"
    assert verdicts["returnees_and_arrests.every.raseef22-2017-03-c04"] == "partly", "128 are fewer than are missing"
    assert verdicts["returnees_and_arrests.comparable"] == "stands", "128 returned and 128 arrested are one statement"


def test_1631_worded_as_a_stock_elsewhere_follows_the_reading(record: Record) -> None:
    wide = under(record, record="articles+wider").claims.set_index("claim_id")
    stock = under(record, record="articles+wider", count_1631="present_stock").claims.set_index("claim_id")
    assert (wide.loc["wider.c087", "measure"], stock.loc["wider.c087", "measure"]) == ("departed", "present")


def test_half_of_all_who_left_falls_against_the_official_counts(record: Record) -> None:
    stands = wider_record.analyse(under(record, half_of_whom="all_departed")).stands.set_index("finding")
    assert stands.loc["deaths_by_year.half", "verdict"] == "falls"
