"""Parameters are checked on entry, and a reading patches what it names and nothing else."""

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.evidence.curate import curate
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError, misnamed

from .conftest import Compare

DEATHS = SimpleNamespace(READS=("killed",), CONVENTIONS=("about_width",))
"""What an analysis says of itself: the measures it reads, and its other parameters."""


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"shares_2014_2015": "both"}, "Allowed: one of: each, together"),
        ({"shares_2014_2105": "each"}, "Did you mean shares_2014_2015?"),
        ({"about_width": "wide"}, "a number of 0 or more"),
        ({"about_width": True}, "a number of 0 or more"),
        ({"about_width": float("nan")}, "a number of 0 or more"),
        ({"sources": "raseef22"}, "joined by commas"),
        ({"year_2016": 7}, "one of: part_year, full_year"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(record: Record, choice: dict[str, object], expected: str) -> None:
    with pytest.raises(ParameterError, match=expected.replace("?", r"\?")):
        record.scenario.with_choices(**choice)


def test_every_parameter_has_its_stored_description(record: Record, messages: Compare) -> None:
    lines = [f"{one.name}: {one.question}; {one.default!r}; {one.allowed}" for one in record.scenario.parameters]
    messages("the parameters", lines)


def test_a_name_that_papermill_injected_is_refused(record: Record) -> None:
    with pytest.raises(ParameterError, match="no parameter 'shares'"):
        record.with_parameters(
            DEATHS, {"shares_base": "all_moroccan_dead", "In": ["", "shares_base = 1", "# Parameters\nshares = 1\n"]}
        )


def test_outside_a_notebook_no_name_is_injected(record: Record) -> None:
    chosen = record.with_parameters(DEATHS, {"shares_base": "all_moroccan_dead"})
    assert chosen.scenario["shares_base"] == "all_moroccan_dead"


def test_tables_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"sources, claims, .*: not in .*\. Run `make data` first\."):
        Record.load(tmp_path)


def test_each_rival_reading_changes_only_the_claims_it_names(record: Record) -> None:
    record, patches = record.with_choices(record="articles+wider"), record.reported["patches"]
    for ambiguity, reading, other in record.rivals(patches["ambiguity"].unique()):
        changed = record.claims.compare(other.claims).index
        named = patches.loc[patches["ambiguity"].eq(ambiguity), "claim_id"]
        assert len(changed) > 0 and set(record.claims.loc[changed, "claim_id"]) <= set(named), reading


def test_sources_can_be_chosen(record: Record) -> None:
    chosen = record.under(record.scenario.with_choices(sources="mwn-2018-12, mwn-2017-07"))
    assert set(chosen.claims["source_id"]) == {"mwn-2017-07", "mwn-2018-12"}


def test_a_scenario_tells_what_differs_and_keeps_what_an_analysis_takes(record: Record) -> None:
    chosen = record.scenario.with_choices(about_width=2, shares_2014_2015="together")
    assert record.scenario.changed() == {}
    assert chosen.changed() == {"about_width": 2.0, "shares_2014_2015": "together"}
    kept = chosen.restrict(["about_width", "sources"])
    assert [parameter.name for parameter in kept.parameters] == ["sources", "about_width"]
    assert kept.choices == ("all", 2.0)


def test_the_ends_of_what_is_allowed(record: Record) -> None:
    default = record.scenario
    assert default.with_choices(about_width=0)["about_width"] == 0.0
    with pytest.raises(ParameterError, match="a number of 0 or more"):
        default.with_choices(about_width=float("inf"))
    families = next(parameter for parameter in default.parameters if parameter.name == "left_out").values
    assert (
        default.chosen("left_out") == ()
        and default.with_choices(left_out=",".join(families)).chosen("left_out") == families
    )
    assert default.with_choices(sources=",".join(default.chosen("sources")))["sources"] == "all"


def test_a_name_like_no_other_gets_no_hint(record: Record) -> None:
    with pytest.raises(ParameterError) as caught:
        record.scenario.with_choices(zzz=1)
    names = ", ".join(parameter.name for parameter in record.scenario.parameters)
    assert str(caught.value) == f"there is no parameter 'zzz'. Allowed: {names}."


DEFAULTS = "about_width = 1.0\nsources = 'all'"


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ([DEFAULTS, "# Parameters\nabout_widht = 2\n"], ["about_widht"]),
        ([DEFAULTS, "# Parameters\nanother = 1\n"], ["another"]),
        ([DEFAULTS, "# Parameters\nwrong = 1\n", "# Parameters\nabout_width = 2\n"], []),  # corrected, and run again
        ([DEFAULTS, "# Parameters\nPAPERMILL_OUTPUT_PATH = 'x'\nPAPERMILL_INPUT_PATH = 'y'\n"], []),
        ([f"# Parameters\n{DEFAULTS}\nmy_title = 'x'"], []),  # a person's own cell
        ([f"# Parameters\n{DEFAULTS}\nmy_title = 'x'", "my_title = 'y'"], []),
        (["about_widht = 2.0\nsources = 'all'"], ["about_widht"]),  # misspelt in the cell of the parameters
        (["about_widht = 2.0\nsources = 'all'", DEFAULTS], []),
        (["sources = 'all'"], []),
        (["mine = 1"], []),
        ([], []),
        (["%matplotlib inline", "x = "], []),
    ],
)
def test_a_name_in_the_place_of_a_parameter_is_refused_while_it_is_there(cells: list[str], refused: list[str]) -> None:
    namespace: dict[str, object] = {"In": ["", *cells]}
    for cell in cells:
        with suppress(SyntaxError):
            exec(cell, namespace)
    assert misnamed(["about_width", "sources"], namespace) == refused
    assert misnamed([], {"In": ["# Parameters\nx = 1\n"], "x": 1}) == ["x"]


def test_a_value_that_is_no_parameter_is_refused_in_a_short_sentence(record: Record) -> None:
    for value, shown in ((record, "a Record"), (["all"], "a list"), ("x" * 10**6, "xxx...")):
        with pytest.raises(ParameterError) as caught:
            record.with_parameters(SimpleNamespace(READS=(), CONVENTIONS=("record",)), {"record": value})
        assert shown in str(caught.value) and len(str(caught.value)) < 400


def test_the_parameters_are_the_ambiguities_and_the_conventions(record: Record) -> None:
    parameters = {parameter.name: parameter for parameter in record.scenario.parameters}
    readings = record.reported["readings"]
    ambiguities = sorted(readings["ambiguity"].unique())
    assert list(parameters)[: len(ambiguities)] == ambiguities
    assert list(parameters)[len(ambiguities) :] == [
        *("sources", "record", "statements", "left_out", "assumptions", "revision", "same_date", "about_width"),
        *("frame", "phases", "speaker_roles"),
    ]
    for name in ambiguities:
        rows = readings[readings["ambiguity"].eq(name)]
        assert set(parameters[name].values) == set(rows["reading"])
        assert parameters[name].default in set(rows.loc[rows["default"], "reading"])
    assert {name: parameters[name].default for name in ("revision", "same_date", "about_width", "record")} == {
        "revision": 25.0, "same_date": 3.0, "about_width": 1.0, "record": "articles",
    }  # fmt: skip
    assert all(parameter.question.endswith("?") for parameter in parameters.values())
    assert list(parameters["phases"].values) == record.terms("phase")


def test_each_reading_of_an_ambiguity_and_every_rival_is_a_record(record: Record) -> None:
    each = record.each_reading("shares_2014_2015")
    assert {name: read.scenario["shares_2014_2015"] for name, read in each.items()} == {name: name for name in each}
    assert len(each) == 2
    rivals = {(ambiguity, reading) for ambiguity, reading, _ in record.rivals(["shares_2014_2015", "sources"])}
    assert rivals == {("shares_2014_2015", name) for name in each} - {("shares_2014_2015", "each")}


def test_the_record_with_the_figures_published_elsewhere_holds_both(record: Record) -> None:
    both = record.under(record.scenario.with_choices(record="articles+wider")).claims
    assert list(both["claim_id"]) == [*record.claims["claim_id"], *record.reported["wider"]["claim_id"]]
    assert both["case_id"].notna().all() and str(both["upper"].dtype) == str(both["lower"].dtype) == "Float64"


def test_a_choice_of_several_may_be_a_list(record: Record) -> None:
    chosen = record.with_choices(sources=["mwn-2018-12", "mwn-2017-07"])
    assert chosen.scenario == record.with_choices(sources="mwn-2018-12,mwn-2017-07").scenario
    for wrong in ([], [1], "mwn"):
        with pytest.raises(ParameterError, match="joined by commas"):
            record.with_choices(sources=wrong)


def test_every_choice_has_an_answer_in_words(record: Record) -> None:
    for parameter in record.scenario.parameters:
        values = [0.0, 25.0, 1.5] if parameter.number else [*parameter.values, parameter.default]
        answers = [parameter.answer(value) for value in values]
        assert all(answers) and len(set(answers)) == len(set(values)), parameter.name


def test_an_ambiguity_bears_on_the_analyses_that_read_a_claim_it_touches(record: Record) -> None:
    assert {"shares_base", "year_2016"} <= set(record.ambiguities_of(["killed"]))
    assert "seventy_one_counts" in record.ambiguities_of(["returned"])  # as one of its readings has it
    assert "seventy_one_counts" in record.ambiguities_of(["returned_arrested"])
    assert record.ambiguities_of([]) == ()
    assert record.ambiguities_of(lambda claims: claims["population"].eq("foreign_fighters")) == (
        "executed_120",
        *_rest(record),
    )


def _rest(record: Record) -> list[str]:
    claims = record.reported["claims"].query("population == 'foreign_fighters'")["claim_id"]
    patches = record.reported["patches"]
    return sorted(set(patches.loc[patches["claim_id"].isin(claims), "ambiguity"]) - {"executed_120"})


def test_a_new_ambiguity_is_a_parameter_without_a_change_of_code(raw: Path, tmp_path: Path) -> None:
    with (raw / "readings.csv").open("a") as readings, (raw / "patches.csv").open("a") as patches:
        for reading, value, default in (("printed", "199", "true"), ("other", "150", "false")):
            readings.write(f"new_one,How many?,{reading},{value} people,{default},a test\n")
            patches.write(f"new_one,{reading},raseef22-2017-03.c03,value,{value}\n")
    curate(raw, tmp_path / "curated")
    record = Record.load(tmp_path / "curated", new_one="other")
    assert record.claim("raseef22-2017-03.c03").upper == 150
    assert "new_one" in record.parameters_of(SimpleNamespace(READS=("returned",), CONVENTIONS=()))
    assert "new_one" not in record.parameters_of(DEATHS)
    assert "How many? 150 people" in repr(record)
    notebook = {"new_one": "printed", "In": ["# Parameters\nnew_one = 'printed'\n"]}
    chosen = record.with_parameters(SimpleNamespace(READS=("returned",), CONVENTIONS=()), notebook)
    assert chosen.claim("raseef22-2017-03.c03").upper == 199
