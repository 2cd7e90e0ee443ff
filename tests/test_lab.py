"""What an analyst calls: a sentence checked, the readings explored, what would settle an answer."""

import doctest
import json
import subprocess
import sys
from typing import Any

import nbformat
import pytest

from analysis import Record, check, explore, lab, recorded, settle
from analysis.analyses import pathways, returnees_and_arrests
from analysis.cli import main
from analysis.evidence import paths, rows
from analysis.evidence import scenario as scenarios
from analysis.evidence.scenario import ParameterError
from analysis.notebook import Notebook
from analysis.wording.facts import none_in_words


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ({"measure": "killed", "at_least": 600, "as_of": "2017-03"}, "follows"),
        ({"measure": "killed", "at_least": 1000, "as_of": "2017-05"}, "fits"),
        ({"measure": "killed", "at_least": 5000}, "cannot be true"),
        ({"measure": "killed", "about": 1400}, "fits"),
        ({"measure": "killed", "less_than": 601, "as_of": "2017-03"}, "cannot be true"),
        ({"measure": "departed", "exactly": 1631, "as_of": "2017-05"}, "follows"),
        ({"measure": "returned", "at_least": 199}, "follows"),
        ({"measure": "returned", "exactly": 199}, "fits"),
        ({"measure": "returned", "between": (200, 240)}, "cannot be true"),
        ({"measure": "killed", "more_than": "50%", "of": "departed", "as_of": "2017-03"}, "fits"),
        ({"measure": "killed", "more_than": 0.9, "of": "departed", "as_of": "2017-05"}, "cannot be true"),
    ],
)
def test_a_sentence_follows_fits_or_cannot_be_true(record: Record, sentence: dict[str, Any], verdict: str) -> None:
    assert check(record, **sentence).data["verdict"] == verdict


def test_the_words_against_a_sentence_and_the_sum_are_shown(record: Record) -> None:
    answer = check(record, "killed", at_least=1500, as_of="2017-05")
    sums = [reason["arithmetic"] for reason in answer.data["reasons"]]
    assert sums == ["1,631 left − 250 returned = at most 1,381", "1,631 left − 199 returned = at most 1,432"]
    words = {claim["phrase"] for reason in answer.data["reasons"] for claim in reason["claims"]}
    assert words == {"at around 300", "has registered 199 fighters", "1,631 Moroccan fighters in Syria and Iraq"}
    assert repr(answer).startswith("“At least 1,500 people were killed by May 2017” cannot be true.\n")
    assert "<strong>" in answer._repr_html_() and "1,432" in answer._repr_html_()


def test_the_verdict_is_that_of_the_bounds(record: Record) -> None:
    """Each number in turn: below the range it follows, within it fits, above it cannot be true."""
    found = check(record, "killed", at_least=0, as_of="2017-05").found
    low, high = int(found.lower), int(found.upper)
    for number, verdict in ((low, "follows"), (low + 1, "fits"), (high, "fits"), (high + 1, "cannot be true")):
        assert check(record, "killed", at_least=number, as_of="2017-05").data["verdict"] == verdict


def test_a_choice_changes_the_verdict(record: Record) -> None:
    alone = record.with_choices(left_out="bcij-1631,bcij-1668")
    answer = check(alone, "killed", at_least=5000)
    assert answer.data["verdict"] == "fits" and "Under these choices" in repr(answer)


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ({"measure": "kiled", "at_least": 1}, "Did you mean killed\\? Allowed: departed"),
        ({"measure": "killed"}, "give one number, as one of: exactly"),
        ({"measure": "killed", "at_least": 1, "at_most": 2}, "Found: at_least, at_most"),
        ({"measure": "killed", "roughly": 1}, "Allowed: exactly, about"),
        ({"measure": "killed", "at_least": "many"}, "whole number of people"),
        ({"measure": "killed", "at_least": "50%"}, "a share needs `of`"),
        ({"measure": "killed", "at_least": 2, "of": "departed"}, "a share, as 0.5 or 50%"),
        ({"measure": "killed", "between": (5, 2)}, "no number of persons"),
        ({"measure": "killed", "between": (5,)}, "two numbers"),
        ({"measure": "killed", "between": "200-300"}, "between = '200-300' is not allowed. Expected two numbers"),
        ({"measure": "killed", "at_least": 1, "as_of": "May"}, "Give a day, month or year"),
        ({"measure": "killed", "at_least": 0.1, "of": "killed"}, "of another measure"),
    ],
)
def test_what_is_wrong_with_a_sentence_is_said(record: Record, sentence: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        check(record, **sentence)


def test_a_share_is_answered_as_a_share(record: Record) -> None:
    answer = check(record, "killed", more_than="50%", of="departed", as_of="2017-05")
    low, high = answer.data["share"]
    assert low <= 601 / 1631 < low + 0.001 and high - 0.001 < 1432 / 1631 <= high
    assert "of those who left by May 2017 (between 601 and 1,432 killed, of 1,631 who left)" in repr(answer)
    for share, verdict in ((low, "follows"), (low + 0.002, "fits"), (high - 0.002, "fits"), (high, "cannot be true")):
        found = check(record, "killed", more_than=share, of="departed", as_of="2017-05").data
        assert found["verdict"] == verdict
        assert found["reasons"] and all(reason["claims"] for reason in found["reasons"])


def test_the_words_behind_both_ends_of_the_range_are_shown(record: Record) -> None:
    answer = check(record, "killed", at_least=1000, as_of="2017-05")
    ends = {reason["for"]: reason for reason in answer.data["reasons"]}
    assert [claim["phrase"] for claim in ends["lower"]["claims"]] == ["more than 600 Moroccan jihadists killed"]
    assert ends["upper"]["arithmetic"] == "1,631 left − 199 returned = at most 1,432"
    assert "The highest number comes from: “has registered 199 fighters”" in repr(answer)


def test_what_contradicts_and_what_was_not_asked_is_said(record: Record) -> None:
    answer = repr(check(record, "killed", at_least=1))
    assert "“At least 1 person was killed by 31 May 2017” follows.\nNo date is given: it is taken as" in answer
    assert "Two claims contradict each other: “has registered 199 fighters” (BCIJ: 199 returned) and “at" in answer
    assert "--set record=articles+wider" in answer
    without = repr(check(record.with_choices(left_out="raseef22-300"), "killed", at_least=1, as_of="2017-05"))
    assert "contradict" not in without and "No date" not in without


def test_ranges_that_lie_apart_and_the_readings_behind_an_answer_are_named(record: Record) -> None:
    apart = check(record, "returned", exactly=230, as_of="2017-03")
    assert apart.data["verdict"] == "cannot be true"
    assert "They allow 199, or between 250 and 350 people returned by March 2017." in repr(apart)
    left = check(record, "departed", exactly=1631, as_of="2017-05")
    assert left.data["readings"]["count_1631"] == "cumulative_departures"
    assert "those still there? All who left up to May 2017 (count_1631)." in repr(left)
    other = record.with_choices(count_1631="present_stock")
    assert check(other, "departed", exactly=1631, as_of="2017-05").data["verdict"] == "fits"


def test_what_is_no_record_and_no_table_is_said() -> None:
    with pytest.raises(ParameterError, match="the first argument is a record"):
        check("returned", about=300)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="there is no table 'claim'"):
        Record.load().labelled("claim")


def test_a_table_has_labels_beside_its_keys(record: Record) -> None:
    for table in lab.LABELLED:
        frame = Record.load(record="articles+wider").labelled(table)
        for field in (name for name in frame if f"{name}_label" in frame):
            place = [*frame].index(field)
            assert frame.columns[place + 1] == f"{field}_label"
            assert (frame[f"{field}_label"].ne("") | frame[field].eq("") | frame[field].isna()).any()


def test_check_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--measure", "killed", "--at-least", "1000", "--as-of", "2017-05"]) == 0
    assert "by May 2017” fits." in capsys.readouterr().out
    choice = ["--set", "left_out=bcij-1631,bcij-1668"]
    assert main(["check", "--measure", "killed", "--between", "5000", "6000", "--json", *choice]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["verdict"] == "fits" and data["choices"] == {"left_out": "bcij-1631,bcij-1668"}
    assert main(["check", "--measure", "killed", "--at-least", "1", "--set", "record"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_what_would_settle_an_answer_is_computed_and_ranked(record: Record) -> None:
    answer = settle(record, "accounting", ["killed", "returned"])
    facts = answer.found
    gains = [fact.gain for fact in facts if fact.finding == "accounting.killed"]
    assert gains and gains == sorted(gains, reverse=True)
    first = next(fact for fact in facts if fact.finding == "accounting.returned")
    assert first.kind == "claim" and first.gain == 151 - 100  # 199 to 350 is 151 wide; 250 to 350, 100
    assert "Which claim is right: it would be 199 people (BCIJ: 199 returned)" in repr(answer)
    assert "1 which" not in repr(answer)
    with pytest.raises(ParameterError, match="accounting has no finding 'kiled'"):
        settle(record, "accounting", ["kiled"])


def test_every_answer_has_what_would_narrow_it_or_why_nothing_does(record: Record) -> None:
    for choices in ({}, {"sources": "mwn-2017-07"}):
        for analysis in ("deaths_by_year", "returnees_and_arrests", "pathways"):
            lines = settle(record.with_choices(**choices), analysis).lines[1:]
            assert lines and all(text.endswith(".") for _, text in lines)
    wider = record.with_choices(record="articles+wider")
    assert "only the readings" in none_in_words(wider, returnees_and_arrests, "it")
    assert "None could be tried" in none_in_words(record, pathways, "it")
    page = Notebook("accounting", {})
    base, answer = page.settles(readings=False).text.splitlines()
    assert base.startswith("By the articles alone")
    assert answer.startswith("How many had died? An exact count of those alive")


def test_explore_shows_questions_and_follows(record: Record) -> None:
    widgets = pytest.importorskip("ipywidgets")
    left, right = explore("returnees_and_arrests").children
    asked = {box.children[0].value: box.children[1] for box in left.children if isinstance(box, widgets.VBox)}
    copied, shown = left.children[-1], right.children[0]
    control = asked["Does 71 count arrests or returns?"]
    assert copied.value == "# every choice is the default" and "<svg" in shown.value
    before = shown.value
    control.value = next(value for _, value in control.options if value != control.value)
    assert copied.value == f"seventy_one_counts = {control.value!r}" and shown.value != before


def test_explore_leads_with_what_the_whole_analysis_finds() -> None:
    pytest.importorskip("ipywidgets")
    _, right = explore("accounting").children
    whole = Notebook("accounting", {})
    assert "<svg" in right.children[0].value
    for name in whole.words.templates["page"]["answer"]:
        assert whole.finding(name).html in right.children[0].value


def test_the_examples_of_the_docstrings_run() -> None:
    pytest.importorskip("ipywidgets")
    for module in (lab, scenarios, rows, recorded):
        failed, tried = doctest.testmod(module)
        assert failed == 0 < tried
    for name in lab.Record, lab.Record.analyse, check, explore, settle:
        assert ">>> from analysis import" in (name.__doc__ or "")


def test_an_analysis_is_asked_from_the_record() -> None:
    found = Record.load(shares_2014_2015="together").analyse("deaths_by_year")
    printed = next(finding for finding in found.findings if finding.id == "deaths_by_year.printed")
    assert all(part in repr(printed) for part in (printed.question, printed.arithmetic, printed.evidence[0]))
    assert "<em>answer:</em>" in printed._repr_html_() and printed._repr_html_() in found._repr_html_()
    default = {finding.id: finding for finding in Record.load().analyse("deaths_by_year").findings}
    assert printed.short != default[printed.id].short  # the reading is followed
    with pytest.raises(ParameterError, match=r"no analysis 'deaths'. Allowed: deaths_by_year, returnees_and_arrests"):
        Record.load().analyse("deaths")


def test_a_row_shows_its_words_speaker_interval_and_link(record: Record) -> None:
    shown = repr(record.claim("raseef22-2017-03.c03")).split("\n")
    assert shown[0] == "BCIJ: 199 returned (raseef22-2017-03.c03)" and shown[2] == "199 (persons)"
    assert "“has registered 199 fighters”: the Central Bureau" in shown[1] and shown[3].startswith(
        "https://raseef22.net"
    )


def test_choices_show_themselves() -> None:
    chosen = Record.load(count_1631="present_stock").scenario
    assert repr(chosen).startswith("Changed from the default:\n  Does 1,631 count all who left")
    assert "'present_stock': those still in Syria" in repr(chosen.parameter("count_1631"))
    assert "several are allowed" in repr(chosen.parameter("sources"))


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, analysis; assert 'explore' in dir(analysis); assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_examples_run_from_a_cold_start() -> None:
    cells = nbformat.read(paths.ROOT / "docs" / "examples.ipynb", as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    spaces: list[dict[str, Any]] = []
    for source in code:
        assert len([line for line in source.splitlines() if line]) <= 6
        spaces.append({})
        exec(source, spaces[-1])
    counts = spaces[0]["counts"]
    assert len(code) == 4 and len(counts) > 10 and counts["kind"].eq("cumulative").all()
    assert not counts["label"].str.contains("arrested|women|minors| in 2013", regex=True).any()


def test_what_a_notebook_records_is_what_a_browser_writes() -> None:
    """JavaScript writes 199.0 as 199: a notebook saved in JupyterLab would differ from the stored one."""
    recorded = json.dumps(dict(Notebook("returnees_and_arrests", {}).answer().data))
    json.loads(recorded, parse_float=lambda number: pytest.fail(number) if float(number).is_integer() else number)
