"""What is flagged in figures made up for it, what is not once they are mended, and what is flagged in the real ones."""

from itertools import product

import pandas as pd
import pytest

from analysis.analyses import accounting
from analysis.analyses import claims as evidence
from analysis.analyses.flags import flags
from analysis.evidence.record import Record, parameters
from analysis.evidence.scenario import scenario

from .test_findings import under

Rows = list[dict[str, object]]

KILLED = {"measure": "killed", "population": "moroccan_fighters", "place": "syria_iraq"}
RETURNED = {"measure": "returned", "population": "moroccan_returnees", "place": "morocco"}
SHARE = {"kind": "share", "unit": "share", "base": "killed"}
IN_SYRIA, IN_IRAQ = {"place": "syria"}, {"place": "iraq"}
EARLY, LATE = {"as_of": "2016-03"}, {"as_of": "2018-03"}
A, B = {"source_id": "magharebia-2014-12"}, {"source_id": "mwn-2017-07"}

PARTS = tuple(product((A, B), (KILLED, RETURNED)))
TOWNS = tuple(product((A, B), ({"origin": town} for town in ("fes", "sale", "tangier"))))


def added(record: Record, rows: Rows) -> Record:
    """Two articles with made-up counts, each of a family of its own unless it says otherwise."""
    frame = record.reported["claims"]
    plain = frame[frame["kind"].eq("cumulative") & frame["hedge"].eq("exact")].iloc[0].to_dict()
    plain |= KILLED | {"origin": "morocco", "group": "any", "unit": "persons", "period": "", "case_id": "", "note": ""}
    plain |= {"as_of": "2017-03", "speaker": "the article", "speaker_role": "journalist", "ambiguity": ""}
    new = [
        plain | {"claim_id": f"made-up.{place}", "family": f"made-up-{place}", "phrase": f"{row['value']:g}"} | row
        for place, row in enumerate(rows)
    ]
    made = pd.DataFrame(new)[frame.columns].astype(frame.dtypes)
    reported = record.reported | {"claims": pd.concat([frame, made], ignore_index=True)}
    return Record(reported, scenario(parameters(reported), {"sources": f"{A['source_id']}, {B['source_id']}"}))


def found(record: Record, rows: Rows) -> dict[str, str]:
    """The kinds of flag on made-up claims, each with its sentence."""
    table = flags(added(record, rows))
    table = table[table["claims"].str.contains("made-up")]
    return dict(zip(table["kind"], table["sentence"], strict=True))


CASES: dict[str, tuple[str, Rows, Rows]] = {
    "parts over the total": (
        "parts_and_totals",
        [A | {"value": 100.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
        [A | {"value": 105.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
    ),
    "more dead and back than ever left": (
        "parts_and_totals",
        [A | {"value": 500.0, "measure": "departed"}, A | {"value": 340.0}, A | RETURNED | {"value": 220.0}],
        [A | {"value": 900.0, "measure": "departed"}, A | {"value": 340.0}, A | RETURNED | {"value": 220.0}],
    ),
    "parts that leave a small rest": (
        "parts_and_totals",
        [A | {"value": 110.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
        [A | {"value": 400.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
    ),
    "shares of one whole that exceed it": (
        "parts_and_totals",
        [A | SHARE | {"value": v, "origin": o} for v, o in ((0.5, "fes"), (0.4, "sale"), (0.3, "tangier"))],
        [A | SHARE | {"value": v, "origin": o} for v, o in ((0.5, "fes"), (0.4, "sale"), (0.1, "tangier"))],
    ),
    "one count of one speaker under a later date": (
        "two_dates",
        [A | EARLY | {"value": 440.0}, A | LATE | {"value": 440.0}],
        [A | EARLY | {"value": 440.0}, A | EARLY | {"value": 440.0}],
    ),
    "one statement under a later date elsewhere": (
        "two_dates",
        [A | EARLY | {"value": 440.0, "family": "made-up"}, B | LATE | {"value": 440.0, "family": "made-up"}],
        [A | EARLY | {"value": 440.0, "family": "made-up"}, B | LATE | {"value": 450.0, "family": "made-up"}],
    ),
    "one share under two windows": (
        "two_dates",
        [s | SHARE | {"value": 0.37, "family": "made-up", "period": p} for s, p in ((A, "2014"), (B, "2016"))],
        [s | SHARE | {"value": 0.37, "family": "made-up", "period": "2014"} for s in (A, B)],
    ),
    "a rare number of two kinds of persons": (
        "two_populations",
        [A | EARLY | {"value": 437.0}, B | LATE | {"value": 437.0, "population": "moroccan_men"}],
        [A | EARLY | {"value": 437.0}, B | LATE | {"value": 438.0, "population": "moroccan_men"}],
    ),
    "the dead of the north as those of the country": (
        "two_populations",
        [
            s | SHARE | {"value": 0.37, "family": "made-up", "origin": o}
            for s, o in ((A, "morocco"), (B, "northern_morocco"))
        ],
        [s | SHARE | {"value": 0.37, "family": "made-up", "origin": "northern_morocco"} for s in (A, B)],
    ),
    "one number dead and back": (
        "two_measures",
        [A | {"value": 440.0}, A | RETURNED | {"value": 440.0}],
        [A | {"value": 440.0}, A | RETURNED | {"value": 441.0}],
    ),
    "swapped parts": (
        "swapped_parts",
        [s | m | {"value": v} for (s, m), v in zip(PARTS, (340.0, 220.0, 220.0, 340.0), strict=True)],
        [s | m | {"value": v} for (s, m), v in zip(PARTS, (340.0, 220.0, 340.0, 220.0), strict=True)],
    ),
    "three parts gone round": (
        "swapped_parts",
        [s | o | {"value": v} for (s, o), v in zip(TOWNS, (31.0, 22.0, 13.0, 13.0, 31.0, 22.0), strict=True)],
        [s | o | {"value": v} for (s, o), v in zip(TOWNS, (31.0, 22.0, 13.0, 14.0, 31.0, 22.0), strict=True)],
    ),
    "a percentage coded as a count": (
        "percentage_as_count",
        [A | {"value": 37.0, "phrase": "approximately 37% of them"}],
        [A | SHARE | {"value": 0.37, "phrase": "approximately 37% of them", "hedge": "about"}],
    ),
    "a fraction coded as a count": (
        "percentage_as_count",
        [A | {"value": 20.0, "phrase": "half of the returnees"}],
        [A | {"value": 20.0, "phrase": "20 in the first half of 2016"}],
    ),
    "a count coded as a percentage": (
        "percentage_as_count",
        [A | SHARE | {"value": 0.37, "phrase": "37 fighters died"}],
        [A | {"value": 37.0, "phrase": "37 fighters died"}],
    ),
    "a percentage printed as persons": (
        "percentage_as_count",
        [A | SHARE | {"value": 0.37, "phrase": "37%"}, A | {"value": 37.0}],
        [A | SHARE | {"value": 0.37, "phrase": "37%"}, A | {"value": 52.0}],
    ),
}
"""Of each kind: the figures that are odd, and the same figures mended."""


@pytest.mark.parametrize("case", CASES)
def test_odd_figures_are_flagged_and_mended_ones_are_not(record: Record, case: str) -> None:
    kind, odd, mended = CASES[case]
    sentence = found(record, odd)[kind]
    assert all(f"(made-up.{place}, " in sentence for place in range(len(odd)))
    assert kind not in found(record, mended)


def test_ordinary_agreement_is_no_flag(record: Record) -> None:
    repeated = [s | {"value": 437.0, "family": "made-up"} for s in (A, B)]
    independent = [A | {"value": 440.0}, B | {"value": 440.0} | LATE]
    small = [A | {"value": 4.0}, A | {"value": 4.0} | LATE, A | RETURNED | {"value": 4.0}]
    assert not found(record, repeated) and not found(record, independent) and not found(record, small)


def test_a_record_without_claims_has_no_flag(record: Record) -> None:
    assert flags(under(record, left_out=", ".join(record.claims["family"].unique()))).empty


def test_the_articles_alone_have_no_flag_and_say_over_which_claims(record: Record) -> None:
    result = evidence.analyse(record)
    told = next(item for item in result.findings if item.id == "evidence.flags")
    assert result.flags.empty and told.upper == 0
    assert set(told.claims) == set(record.claims.query("value.notna() and case_id == ''")["claim_id"])


def test_a_new_flag_is_told_in_the_finding(record: Record) -> None:
    made = added(record, CASES["swapped parts"][1])
    result = evidence.analyse(made)
    told = next(item for item in result.findings if item.id == "evidence.flags")
    assert "swapped parts 1" in told.answer and all(sentence in told.answer for sentence in result.flags["sentence"])
    assert {f"made-up.{place}" for place in range(4)} <= set(told.claims) and told.lower == len(result.flags)


WIDER = {
    # the interim list of the northern dead, by cause and by year, does not make its total
    "parts_and_totals": {"wider.c045a; wider.c045f; wider.c045g; wider.c045h"}
    | {"wider.c045m; wider.c045l; wider.c045k; wider.c045j; wider.c045a; wider.c045i"}
    # 265 returned with women and children, 211 by another office; two totals of one day; 1,630 of 1,622
    | {"wider.c085d; wider.c090; wider.c091c; wider.c092b", "wider.c009; wider.c012b; wider.c012c"}
    | {"wider.c060; wider.c061; wider.c068; wider.c071c"},
    # officials' counts that stood still while their totals moved: children and women back, Nusra, detainees, IS, all
    "two_dates": {"wider.c056b; wider.c085c; wider.c091c; wider.c097d", "wider.c052; wider.c142"}
    | {"wider.c055b; wider.c085b; wider.c092b; wider.c144b", "wider.c077; wider.c112", "wider.c051; wider.c076"}
    | {"wider.c108; wider.c132; wider.c140", "wider.c050; wider.c068", "wider.c131; wider.c139"}
    # 500 left of November again in March; 286 dead by the end of 2014 and by July 2015; 120 in six weeks or six months
    | {"wider.c058; raseef22-2017-03.c01", "wider.c069; wider.c034a", "magharebia-2014-12.c06; wider.c208c"}
    # 25% in each year, or in both together
    | {"wider.c047c; raseef22-2017-03.c26; wider.c047b"},
    # 198 back in all, and 198 men
    "two_populations": {"wider.c053a; wider.c085d"},
    # 71 and 128, back or arrested
    "two_measures": {"mwn-2018-12.c07; mwn-2018-12.c09; wider.c063", "wider.c011a; wider.c011b"},
}
"""Every flag on the figures published elsewhere, each read against them: none is a mere coincidence."""


def test_the_flags_on_the_wider_record_are_those_that_were_read(record: Record) -> None:
    table = flags(under(record, record="articles+wider"))
    assert {kind: set(rows["claims"]) for kind, rows in table.groupby("kind")} == WIDER


@pytest.mark.parametrize(
    ("rows", "conflicting"),
    [
        (CASES["parts over the total"][1], {0, 1, 2}),
        (CASES["more dead and back than ever left"][1], {0, 1, 2}),
        (CASES["swapped parts"][1], {0, 2}),
        (CASES["swapped parts"][1], {1, 3}),
    ],
)
def test_they_are_conflicts_of_the_accounting_too(record: Record, rows: Rows, conflicting: set[int]) -> None:
    conflicts = accounting.analyse(added(record, rows)).conflicts["claims"]
    assert any({f"made-up.{place}" for place in conflicting} <= set(cell.split("; ")) for cell in conflicts)
