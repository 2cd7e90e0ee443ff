"""The grid: what is declared is evaluated, what is wrong is refused, and what the tables show is so."""

import copy
import re
from typing import Any

import pandas as pd
import pytest

from analysis.analyses import deaths_by_year, sensitivity
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError

SMALL: dict[str, Any] = {
    "grid": {
        "deaths_by_year": {
            "cross": {"shares_2014_2015": "every", "about_width": [1.0, 0.0]},
            "single": {"left_out": ["raseef22-600"]},
        }
    },
    "main": [{"name": "left for other years", "finding": "deaths_by_year.printed"}],
    "conclusion": [
        {"says": "little is left", "finding": "deaths_by_year.printed", "upper_at_most": 0.2},
        {"says": "at least {limit:.1%} is left", "finding": "deaths_by_year.printed", "lower_at_least": "default"},
    ],
}


@pytest.fixture(scope="module")
def evaluated(record: Record) -> pd.DataFrame:
    return sensitivity.results(record, SMALL)


def test_the_declared_grid_is_every_combination_and_every_single_change(record: Record) -> None:
    scenarios = [choices for _, choices in sensitivity.grid(record, SMALL)]
    ambiguities = set(record.ambiguities_of(deaths_by_year.READS)) - {"shares_2014_2015"}
    others = sum(len(record.scenario.parameter(name).values) - 1 for name in ambiguities)
    assert scenarios[0] == {} and len(scenarios) == 2 * 2 + 1 + others
    assert {"shares_2014_2015": "together", "about_width": 0.0} in scenarios


def test_pairs_are_every_two_readings(record: Record) -> None:
    scenarios = [choices for _, choices in sensitivity.grid(record, {"grid": {"deaths_by_year": {"pairs": True}}})]
    readings = sorted(record.ambiguities_of(deaths_by_year.READS))
    twos = {tuple(sorted(choices)) for choices in scenarios if len(choices) == 2}
    assert twos == {(one, two) for one in readings for two in readings if one < two}


def test_rows_are_what_the_analysis_finds(record: Record, evaluated: pd.DataFrame) -> None:
    rows = evaluated[evaluated["scenario"].eq("shares_2014_2015=together")].set_index("finding")
    found = {f.id: f for f in deaths_by_year.analyse(record.with_choices(shares_2014_2015="together")).findings}
    row, printed = rows.loc["deaths_by_year.printed"], found["deaths_by_year.printed"]
    assert (row["lower"], row["upper"]) == (printed.lower, printed.upper) and row["shares_2014_2015"] == "together"


def test_conclusions_say_what_breaks_them(record: Record, evaluated: pd.DataFrame) -> None:
    result = sensitivity.summarise(record, evaluated, SMALL)
    broken, kept = result.conclusions.to_dict("records")
    assert broken["holds"] == "no" and broken["changes"] == 1
    assert broken["values"]["ways"] == [[["shares_2014_2015", "together"]]]
    default = evaluated[evaluated["changes"].eq(0) & evaluated["finding"].eq("deaths_by_year.printed")].iloc[0]
    assert kept["conclusion"] == f"at least {default['lower']:.1%} is left" and kept["holds"] == "yes"
    assert kept["broken"] == "never" and pd.isna(kept["changes"])


def test_moves_are_parts_of_the_bound_that_moves_and_the_widest_comes_first(
    record: Record, evaluated: pd.DataFrame
) -> None:
    moves = sensitivity.summarise(record, evaluated, SMALL).moves
    first = moves.iloc[0]
    assert (first["parameter"], first["choice"], first["size"]) == ("shares_2014_2015", "together", "lot")
    base = evaluated[evaluated["changes"].eq(0) & evaluated["finding"].eq("deaths_by_year.printed")].iloc[0]
    assert first["move"] == pytest.approx(max(first["lower"] / base["lower"], first["upper"] / base["upper"]) - 1)
    assert list(moves["move"]) == sorted(moves["move"], reverse=True)


def made(rows: list[tuple[int, str, float | None, float | None]]) -> pd.DataFrame:
    columns = ["changes", "scenario", "lower", "upper"]
    frame = pd.DataFrame(rows, columns=columns).assign(analysis="a", finding="f", unit="people", claims="")
    return frame.astype({"lower": "Float64", "upper": "Float64"})


def concluded(record: Record, table: pd.DataFrame, conclusion: dict[str, Any]) -> list[dict[str, Any]]:
    return sensitivity.summarise(record, table, {"conclusion": [conclusion]}).conclusions.to_dict("records")


def test_a_bound_that_is_lost_moves_most_and_no_number_is_counted(record: Record) -> None:
    table = made(
        [
            (0, "default", 10, 20),
            (1, "x=lost", 10, None),
            (1, "y=less", 8, 20),
            (1, "z=none", None, None),
            (1, "w=same", 10, 20),
        ]
    )
    result = sensitivity.summarise(record, table, {"main": [{"name": "it", "finding": "f"}], "conclusion": []})
    moves = {row.choice: (row.move, row.size) for row in result.moves.itertuples()}
    assert moves == {"lost": (float("inf"), "lot"), "none": (float("inf"), "lot"), "less": (pytest.approx(0.2), "some")}
    (row,) = result.ranges.to_dict("records")
    assert (row["least"], row["without"]) == (8, 1) and pd.isna(row["most"])


def test_of_what_breaks_a_conclusion_the_smallest_changes_are_named(record: Record) -> None:
    table = made([(0, "default", 1, 1), *((1, f"{name}=1", 1, 2) for name in "cba"), (2, "d=1; e=1", 1, 2)])
    (row,) = concluded(record, table, {"says": "s", "finding": "f", "upper_at_most": 1.5})
    assert row["values"] == {"ways": [[["a", "1"]], [["b", "1"]]], "more": 1} and row["changes"] == 1


def test_the_limit_of_a_conclusion_may_be_what_a_claim_says(record: Record) -> None:
    table = made([(0, "default", 601, None), (1, "a=1", 600, None)])
    claim = {"claim": "raseef22-2017-03.c27"}
    (row,) = concluded(record, table, {"says": "{limit:.0f} or more", "finding": "f", "lower_at_least": claim})
    assert (row["conclusion"], row["holds"]) == ("601 or more", "no")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda spec: spec["grid"].update(pathway={}), "no analysis 'pathway'"),
        (lambda spec: spec["grid"]["deaths_by_year"]["cross"].update(speaker_of_70="every"), "does not take speaker_of_70"),
        (lambda spec: spec["grid"]["deaths_by_year"]["cross"].update(shares_base=["all"]), "Allowed: one of"),
        (
            lambda spec: spec["conclusion"][0].update(upper_above=3),
            "conclusion 'little is left': found upper_above, upper_at_most; expected one of lower_at_least, upper_at_most.",
        ),
        (lambda spec: spec["conclusion"][0].pop("upper_at_most"), "conclusion 'little is left': found none; expected one of lower_at_least"),
        (
            lambda spec: spec["conclusion"][0].update(finding="deaths_by_year.rest"),
            "found deaths_by_year.rest, upper_at_most = 0.2; expected a finding of the grid, and a number",
        ),
        (lambda spec: spec["conclusion"][0].update(upper_at_most="a tenth"), "upper_at_most = 'a tenth'; expected"),
        (lambda spec: spec["conclusion"][0].update(upper_at_most={"claim": "nobody.c1"}), "expected a finding of the grid"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused(record: Record, evaluated: pd.DataFrame, spoil: Any, message: str) -> None:
    spec = copy.deepcopy(SMALL)
    spoil(spec)
    with pytest.raises(ParameterError, match=re.escape(message)):
        sensitivity.grid(record, spec)
        sensitivity.summarise(record, evaluated, spec)


def test_what_was_not_evaluated_is_said_in_one_sentence(tmp_path: Any) -> None:
    with pytest.raises(ParameterError, match="not evaluated yet"):
        sensitivity.read(tmp_path / "results.csv")


def test_the_real_declaration_covers_readings_widths_assumptions_record_statements_and_families(record: Record) -> None:
    scenarios = sensitivity.grid(record, sensitivity.declared())
    chosen = {parameter for _, choices in scenarios for parameter in choices}
    assert {"about_width", "assumptions", "record", "statements", "left_out", "count_1631"} <= chosen
    assert len(scenarios) > 400 and paths.SCENARIOS.stat().st_size < 10000
