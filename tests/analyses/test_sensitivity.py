"""The grid: what is declared is evaluated, what is wrong is refused, and what the table shows is so."""

import copy
import re

import pandas as pd
import pytest

from analysis.analyses import deaths_by_year, sensitivity
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError
from analysis.report.run.sweep import declared

from ..held import Held
from .test_findings import tables, told, under

SMALL = {
    "grid": {
        "deaths_by_year": {
            "cross": {"shares_2014_2015": "every", "about_width": [1.0, 0.0]},
            "single": {"left_out": ["raseef22-600"]},
        }
    },
    "conclusion": [
        {"says": "little is left", "finding": "deaths_by_year.residual", "upper_at_most": 0.2},
        {"says": "something is left", "finding": "deaths_by_year.residual", "lower_at_least": 0.1},
    ],
}


def test_the_declared_grid_is_every_combination_and_every_single_change(record: Record) -> None:
    scenarios = [choices for _, choices in sensitivity.grid(record, SMALL)]
    readings = set(record.reported["readings"]["ambiguity"]) & set(record.parameters_of(deaths_by_year)) - {
        "shares_2014_2015"
    }
    assert scenarios[0] == {} and len(scenarios) == 2 * 2 + 1 + len(readings)
    assert {"shares_2014_2015": "together", "about_width": 0.0} in scenarios


def test_pairs_are_every_two_readings(record: Record) -> None:
    spec = {"grid": {"deaths_by_year": {"pairs": True}}}
    scenarios = [choices for _, choices in sensitivity.grid(record, spec)]
    readings = sorted(set(record.reported["readings"]["ambiguity"]) & set(record.parameters_of(deaths_by_year)))
    twos = {tuple(sorted(choices)) for choices in scenarios if len(choices) == 2}
    assert twos == {(one, two) for one in readings for two in readings if one < two}


def test_rows_are_what_the_analysis_finds(record: Record) -> None:
    table = sensitivity.results(record, SMALL)
    row = table[
        table["scenario"].eq("shares_2014_2015=together") & table["finding"].eq("deaths_by_year.residual")
    ].iloc[0]
    residual = next(
        f
        for f in deaths_by_year.analyse(under(record, shares_2014_2015="together")).findings
        if f.id == "deaths_by_year.residual"
    )
    assert (row["lower"], row["upper"]) == (residual.lower, residual.upper) and row["shares_2014_2015"] == "together"


def test_conclusions_say_what_breaks_them(record: Record, answers: Held) -> None:
    result = sensitivity.analyse(sensitivity.results(record, SMALL), SMALL)
    answers.check("sensitivity of a small grid", told(result.findings) + tables(result))
    broken, kept = result.conclusions.to_dict("records")
    assert broken["holds"] < broken["scenarios"] and broken["broken_by"] == "shares_2014_2015=together"
    assert kept["holds"] == kept["scenarios"] and kept["broken_by"] == ""
    assert result.swings["change"].iloc[0] == "shares_2014_2015=together"


def test_of_what_breaks_a_conclusion_three_of_the_smallest_changes_are_named() -> None:
    grid = pd.DataFrame(
        {"finding": "f", "lower": 1.0, "upper": 2.0, "changes": changes, "scenario": name}
        for changes, name in [(2, "both"), (1, "d"), (1, "c"), (1, "b"), (1, "a")]
    ).astype({"lower": "Float64", "upper": "Float64"})
    (row,) = sensitivity._conclusions(grid, [{"says": "s", "finding": "f", "upper_at_most": 1.5}]).to_dict("records")
    assert row["broken_by"] == "a | b | c" and (row["holds"], row["scenarios"]) == (0, 5)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda spec: spec["grid"].update(pathway={}), "no analysis 'pathway'"),
        (
            lambda spec: spec["grid"]["deaths_by_year"]["cross"].update(speaker_of_70="every"),
            "does not take speaker_of_70",
        ),
        (lambda spec: spec["grid"]["deaths_by_year"]["cross"].update(shares_base=["all"]), "Allowed: one of"),
        (
            lambda spec: spec["conclusion"][0].update(upper_above=3),
            "scenarios.toml, conclusion 'little is left': expected one of lower_at_least, upper_at_most, "
            "found upper_above, upper_at_most.",
        ),
        (
            lambda spec: spec["conclusion"][0].pop("upper_at_most"),
            "scenarios.toml, conclusion 'little is left': expected one of lower_at_least, upper_at_most, found none.",
        ),
        (
            lambda spec: spec["conclusion"][0].update(finding="deaths_by_year.rest"),
            "scenarios.toml, conclusion 'little is left': found deaths_by_year.rest, upper_at_most = 0.2; "
            "expected a finding of the grid, and a number.",
        ),
        (
            lambda spec: spec["conclusion"][1].update(lower_at_least="a tenth"),
            "scenarios.toml, conclusion 'something is left': found deaths_by_year.residual, "
            "lower_at_least = 'a tenth'; expected a finding of the grid, and a number.",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(record: Record, spoil, told: str) -> None:  # type: ignore[no-untyped-def]
    spec = copy.deepcopy(SMALL)
    spoil(spec)
    with pytest.raises(ParameterError, match=re.escape(told)):
        sensitivity.analyse(sensitivity.results(record, spec), spec)


def test_a_parameter_that_an_analysis_does_not_take_cannot_move_it(record: Record) -> None:
    for name in ("deaths_by_year", "returnees_and_arrests"):
        module, analyse = sensitivity.ANALYSES[name]
        base = analyse(record).findings
        for ambiguity, reading, other in record.rivals(
            set(record.reported["readings"]["ambiguity"]) - set(record.parameters_of(module))
        ):
            moved = [
                (old, new)
                for old, new in zip(base, analyse(other).findings, strict=True)
                if (old.lower, old.upper) != (new.lower, new.upper)
            ]
            assert not moved, (name, ambiguity, reading)


def test_the_real_declaration_covers_readings_widths_assumptions_record_and_families(record: Record) -> None:
    scenarios = sensitivity.grid(record, declared())
    chosen = {parameter for _, choices in scenarios for parameter in choices}
    assert len(scenarios) > 1000 and {"about_width", "assumptions", "record", "left_out", "count_1631"} <= chosen
    assert paths.SCENARIOS.stat().st_size < 8000
