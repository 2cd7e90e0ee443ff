"""What comes first, and how sure the record says it is."""

import pandas as pd
import pytest

from analysis.analyses import deaths_by_year, pathways, returnees_and_arrests, sensitivity
from analysis.analyses.finding import Finding
from analysis.analyses.headlines import HEADLINES, headlines
from analysis.evidence.record import Record

from .test_sensitivity import SMALL

NO_STANDS = pd.DataFrame(columns=["finding", "verdict", "why", "claims"])


@pytest.fixture(scope="module")
def small(record: Record) -> sensitivity.Sensitivity:
    return sensitivity.analyse(sensitivity.results(record, SMALL), SMALL)


def test_a_share_says_what_it_rests_on_how_it_moves_and_how_few_were_counted(
    record: Record, small: sensitivity.Sensitivity
) -> None:
    findings = deaths_by_year.analyse(record).findings
    verdicts = {"stands": "stands", "falls": "falls", "partly": "stands in part", "open": "is neither met nor refuted"}
    stands = pd.DataFrame(
        [{"finding": "deaths_by_year.pace", "verdict": v, "why": f"of {v}.", "claims": "w1; w2"} for v in verdicts]
    )
    residual, pace = headlines(record, findings, small, stands)
    assert (residual.lead, pace.lead) == ("11.5% to 12.5%", "2.25 to 2.31 times")
    assert residual.rest == residual.finding.answer and residual.finding.id == "deaths_by_year.residual"
    assert (residual.least, residual.most, residual.scenarios) == (0.115, 0.375, 10)
    assert residual.drawn == "headline_deaths_by_year_residual"
    said = [reason.text for reason in residual.sure]
    assert said[:4] == [
        "Rests on 2 claims (1 statement) in 1 source.",
        "Over 10 scenarios: 11.5% to 37.5%.",
        "“little is left” holds in 8 of the 10 scenarios that give a number; "
        "it takes shares_2014_2015=together to break it.",
        "“something is left” holds in 10 of the 10 scenarios that give a number.",
    ]
    assert len(said) == 5 and said[4].startswith("Small sample: 18 of 48 documented dead")
    assert all(reason.evidence == residual.finding.evidence for reason in residual.sure[:4])
    assert pace.sure[1].text == "Over 10 scenarios: 1.5 to 4.62 times."
    elsewhere = [reason for reason in pace.sure if reason.text.startswith("Beside figures published elsewhere it")]
    assert [reason.text for reason in elsewhere] == [
        f"Beside figures published elsewhere it {told}: of {verdict}." for verdict, told in verdicts.items()
    ]
    assert {reason.evidence for reason in elsewhere} == {("w1", "w2", *pace.finding.evidence)}


def test_what_is_no_interval_leads_with_its_first_sentence(record: Record, small: sensitivity.Sensitivity) -> None:
    findings = (*pathways.analyse(record).findings, *returnees_and_arrests.analyse(record).findings)
    pairs, gap, factors = headlines(record, findings, small, NO_STANDS)
    assert pairs.lead == "0 of 22 pairs count the same persons over the same time"
    assert pairs.rest.startswith("Against comparison stand: window 22, ") and pairs.drawn == HEADLINES[pairs.finding.id]
    assert (factors.lead, factors.drawn) == ("46 explanations carry a code of this frame", "pathways_codes")
    assert [reason.text for reason in factors.sure] == ["Counted from 46 coded rows."]
    assert gap.lead == "128 persons" and (gap.least, gap.most, gap.scenarios) == (None, None, 0)


@pytest.mark.parametrize(
    ("answer", "lead", "rest"),
    [
        ("By 2018-12-13: 816 to 1,432 persons.", "By 2018-12-13: 816 to 1,432 persons", ""),
        ("816 to 1,432 persons.", "816 to 1,432 persons", ""),
        ("So many, 816 to 1,432.", "816 to 1,432 persons", "So many, 816 to 1,432."),
    ],
)
def test_a_date_stays_before_the_number_and_nothing_is_said_twice(
    record: Record, small: sensitivity.Sensitivity, answer: str, lead: str, rest: str
) -> None:
    finding = Finding("accounting.killed", "How many?", answer, 816.0, 1432.0, "persons", ("mwn-2018-12.c01",), ())
    (headline,) = headlines(record, [finding], small, NO_STANDS)
    assert (headline.lead, headline.rest) == (lead, rest)


def test_scenarios_that_give_no_number_are_counted(record: Record, small: sensitivity.Sensitivity) -> None:
    table = small.results.copy()
    some = table.index[table["finding"].eq("deaths_by_year.residual")][:3]
    table.loc[some, ["lower", "upper"]] = float("nan")
    findings = [f for f in deaths_by_year.analyse(record).findings if f.id == "deaths_by_year.residual"]
    (residual,) = headlines(record, findings, sensitivity.analyse(table, SMALL), NO_STANDS)
    assert residual.sure[1].text.endswith("; in 3 of them no number can be formed.")
    assert "of the 7 scenarios that give a number" in residual.sure[2].text
