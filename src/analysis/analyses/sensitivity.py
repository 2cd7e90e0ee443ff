"""Which reading moves which finding by how much, and which conclusions hold in every scenario?

The grid of scenarios is declared in scenarios.toml. An analysis is evaluated under every combination of what its
`cross` names, and, from the default, under each other value of each parameter that it takes, one at a time, and where
`pairs` is true under every two readings: a parameter that it does not take cannot move it.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import Finding, Result, how_many, in_words
from analysis.evidence import paths
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError, Scenario

READS: tuple[str, ...] = ()
CONVENTIONS: tuple[str, ...] = ()
"""The notebook takes no parameter: the grid is the choice."""

Choices = dict[str, Any]
Spec = Mapping[str, Any]
"""scenarios.toml as read."""

EVERY = "every"

ANALYSES: dict[str, tuple[Any, Callable[[Record], Result]]] = {
    "deaths_by_year": (deaths_by_year, deaths_by_year.analyse),
    "returnees_and_arrests": (returnees_and_arrests, returnees_and_arrests.analyse),
    "accounting": (accounting, accounting.outline),
}
"""The analyses of the grid: the module of each, and what evaluates it."""

MAIN = {
    "deaths_by_year.printed": "share of the dead left for the years that are not named",
    "deaths_by_year.pace": "deaths a month, last window against the one before",
    "returnees_and_arrests.gap": "arrests not counted anywhere if each of the 199 was arrested",
    "returnees_and_arrests.rivals": "persons between the rival counts of the returned",
    "accounting.killed": "dead by spring 2017",
    "accounting.unaccounted": "neither counted as dead, nor back, nor fighting",
}
"""The main findings, in words: a tornado chart each."""


@dataclass(frozen=True)
class Sensitivity:
    """The tables behind the findings.

    ``results``: one row a scenario and finding. ``swings``: each main finding under one changed choice, the widest
    first. ``ranges``: each main finding over the whole grid. ``conclusions``: in how many scenarios each holds, and
    the fewest changes that break it.
    """

    results: pd.DataFrame
    swings: pd.DataFrame
    ranges: pd.DataFrame
    conclusions: pd.DataFrame
    findings: tuple[Finding, ...]


def declared() -> Spec:
    """scenarios.toml. Raises ParameterError where it is no TOML in UTF-8, or lacks what every scenario needs."""
    try:
        spec = tomllib.loads(paths.SCENARIOS.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParameterError(f"scenarios.toml: {error}") from None
    for name, needed in (("conclusion", ("says", "finding")), ("notebook", ("scenario", "name"))):
        for place, entry in enumerate(spec.get(name, ()), start=1):
            if not isinstance(entry, dict) or any(not isinstance(entry.get(key), str) for key in needed):
                expected = " and ".join(f'{key} = "..."' for key in needed)
                raise ParameterError(
                    f"scenarios.toml, [[{name}]] number {place}: found {entry!r}; expected {expected}."
                )
    grid = spec.get("grid")
    if not isinstance(grid, dict) or not all(isinstance(asked, dict) for asked in grid.values()):
        raise ParameterError(f"scenarios.toml: found grid = {grid!r}; expected a table [grid.ANALYSIS] an analysis.")
    for name, asked in grid.items():
        for part in "cross", "single":
            found = asked.get(part, {})
            if not isinstance(found, dict) or any(v != EVERY and not isinstance(v, list) for v in found.values()):
                where = f"scenarios.toml, [grid.{name}]: found {part} = {found!r}"
                raise ParameterError(f'{where}; expected a table of parameters, each "every" or a list of values.')
    return spec


def grid(record: Record, spec: Spec) -> list[tuple[str, Choices]]:
    """Every scenario of ``spec``: the analysis and its choices, the default first.

    Raises ParameterError for an analysis, a parameter or a value that does not exist, all of ``spec`` being checked.
    """
    found: dict[tuple[str, Scenario], Choices] = {}
    for name, asked in spec["grid"].items():
        if name not in ANALYSES:
            raise ParameterError(f"scenarios.toml: there is no analysis {name!r}. Allowed: {', '.join(ANALYSES)}.")
        takes = record.parameters_of(ANALYSES[name][0])
        parameters = {p.name: p for p in record.scenario.parameters if p.name in takes}
        named = [*asked.get("cross", {}), *asked.get("single", {})]
        wrong = [parameter for parameter in named if parameter not in parameters]
        if wrong:
            raise ParameterError(
                f"scenarios.toml: {name} does not take {', '.join(wrong)}. It takes: {', '.join(parameters)}."
            )
        values = lambda parameter, asked_for: list(parameters[parameter].values) if asked_for == EVERY else asked_for  # noqa: B023
        cross = {parameter: values(parameter, asked_for) for parameter, asked_for in asked.get("cross", {}).items()}
        readings = set(record.reported["readings"]["ambiguity"])
        single = {p: EVERY for p in takes if p in readings and p not in cross} | dict(asked.get("single", {}))
        chosen: list[Choices] = [{}]
        chosen += [dict(zip(cross, combination, strict=True)) for combination in product(*cross.values())]
        chosen += [
            {parameter: value} for parameter, asked_for in single.items() for value in values(parameter, asked_for)
        ]
        if asked.get("pairs"):
            for one, two in combinations([p for p in takes if p in readings], 2):
                chosen += [{one: v, two: w} for v, w in product(parameters[one].values, parameters[two].values)]
        for choices in chosen:
            scenario = record.scenario.with_choices(**choices).restrict(takes)
            found.setdefault((name, scenario), scenario.changed())
    return [(name, choices) for (name, _), choices in found.items()]


def evaluate(record: Record, scenario: tuple[str, Choices]) -> list[dict[str, Any]]:
    """The findings of one scenario as rows: analysis, scenario, finding, bounds, unit, question, claims, and every choice."""
    name, choices = scenario
    analysis, analyse = ANALYSES[name]
    takes = record.parameters_of(analysis)
    under = record.scenario.with_choices(**choices)
    held = {p: under[p] for p in takes}
    told = "; ".join(f"{p}={value}" for p, value in choices.items()) or "default"
    return [
        {
            "analysis": name,
            "scenario": told,
            "changes": len(choices),
            "finding": item.id,
            "lower": item.lower,
            "upper": item.upper,
            "unit": item.unit,
            "question": item.question,
            "claims": "; ".join(item.claims),
        }
        | held
        for item in analyse(record.under(under)).findings
    ]


def table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows of :func:`evaluate` as one tidy table; a choice that an analysis does not take is empty."""
    frame = pd.DataFrame(rows)
    return frame.astype({"lower": "Float64", "upper": "Float64"} | {name: "string" for name in frame.columns[9:]})


def read(path: Path) -> pd.DataFrame:
    """A table of :func:`table` as it was stored in a CSV. Raises ParameterError where there is none."""
    if not path.is_file():
        raise ParameterError("The scenarios were not evaluated yet: run `make sweep`, then run this again.")
    frame = pd.read_csv(path, dtype="string", keep_default_na=False)
    numbers = {name: pd.to_numeric(frame[name].replace("", pd.NA)) for name in ("changes", "lower", "upper")}
    return frame.assign(**numbers).astype({"changes": "int64", "lower": "Float64", "upper": "Float64"})


def results(record: Record, spec: Spec) -> pd.DataFrame:
    """The whole grid, evaluated here and now."""
    return table(row for scenario in grid(record, spec) for row in evaluate(record, scenario))


def analyse(_record: Record) -> Sensitivity:
    """What the evaluated grid shows, whatever the scenario of the record: the grid is the choice.

    Raises ParameterError where the grid was not evaluated.
    """
    return summarise(read(paths.GRID / "results.csv"), declared())


def summarise(evaluated: pd.DataFrame, spec: Spec) -> Sensitivity:
    """What an evaluated grid shows."""
    swings, ranges = _swings(evaluated), _ranges(evaluated)
    conclusions = _conclusions(evaluated, spec["conclusion"])
    cited = _cited(evaluated)
    found = (*_swing_findings(swings, ranges, cited), _conclusion_finding(conclusions, cited))
    return Sensitivity(evaluated, swings, ranges, conclusions, found)


def _cited(evaluated: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The claims that each finding rests on in some scenario, in the order met."""
    together: dict[str, dict[str, None]] = {}
    for finding, claims in evaluated[["finding", "claims"]].drop_duplicates().itertuples(index=False):
        together.setdefault(finding, {}).update(dict.fromkeys(claim for claim in claims.split("; ") if claim))
    return {finding: tuple(claims) for finding, claims in together.items()}


def over_the_grid(evaluated: pd.DataFrame, findings: Iterable[str]) -> pd.DataFrame:
    """Findings by default, and the least and most over the grid (empty where some scenario has no bound).

    Columns: finding, unit, lower, upper, least, most, scenarios (of its analysis), with_number (those that give one).
    A finding that is not in the grid has no row.
    """
    rows = []
    for finding in findings:
        part = evaluated[evaluated["finding"].eq(finding)]
        default = part[part["changes"].eq(0)]
        if default.empty:
            continue
        unit, lower, upper = default.iloc[0][["unit", "lower", "upper"]]
        numbered = part[part["lower"].notna() | part["upper"].notna()]
        low = numbered["lower"].min() if numbered["lower"].notna().all() else pd.NA
        high = numbered["upper"].max() if numbered["upper"].notna().all() else pd.NA
        asked = evaluated.loc[evaluated["analysis"].eq(default["analysis"].iloc[0]), "scenario"].nunique()
        rows.append((finding, unit, lower, upper, low, high, asked, len(numbered)))
    columns = ["finding", "unit", "lower", "upper", "least", "most", "scenarios", "with_number"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(["lower", "upper", "least", "most"], "Float64"))


def _ranges(evaluated: pd.DataFrame) -> pd.DataFrame:
    """The main findings by default and over the grid."""
    ranges = over_the_grid(evaluated, MAIN)
    ranges.insert(1, "what", ranges["finding"].map(MAIN))
    return ranges


def _swings(evaluated: pd.DataFrame) -> pd.DataFrame:
    """Each main finding under one changed choice. ``swing``: how far a bound moves at most; infinite where it is lost."""
    rows = []
    for finding in MAIN:
        part = evaluated[evaluated["finding"].eq(finding)]
        default = part[part["changes"].eq(0)]
        if default.empty:
            continue
        base = _ends(default.iloc[0])
        for row in part[part["changes"].eq(1)].to_dict("records"):
            ends = _ends(pd.Series(row))
            swing = max((abs(new - old) for new, old in zip(ends, base, strict=True) if new != old), default=0.0)
            rows.append((finding, row["scenario"], as_float(row["lower"]), as_float(row["upper"]), swing))
    frame = pd.DataFrame(rows, columns=["finding", "change", "lower", "upper", "swing"])
    order = {name: place for place, name in enumerate(MAIN)}
    frame = frame.sort_values(
        ["finding", "swing", "change"],
        key=lambda c: c.map(order) if c.name == "finding" else -c if c.name == "swing" else c,
        kind="stable",
    )
    return frame.astype({"lower": "Float64", "upper": "Float64"}).reset_index(drop=True)


def _ends(row: pd.Series) -> tuple[float, float]:
    low, high = as_float(row["lower"]), as_float(row["upper"])
    return float("-inf") if low is None else low, float("inf") if high is None else high


TESTS: dict[str, Callable[[float, float, float], bool]] = {
    "lower_at_least": lambda low, high, asked: low >= asked,
    "upper_at_most": lambda low, high, asked: high <= asked,
}


def _conclusions(evaluated: pd.DataFrame, asked: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Each conclusion over the scenarios in which its finding is a number. Raises ParameterError for an unknown test."""
    rows = []
    known = set(evaluated["finding"])
    for conclusion in asked:
        tests = set(conclusion) - {"says", "finding"}
        if len(tests) != 1 or not tests <= set(TESTS):
            raise ParameterError(
                f"scenarios.toml, conclusion {conclusion.get('says')!r}: expected one of {', '.join(TESTS)}, found {', '.join(sorted(tests)) or 'none'}."
            )
        (test,) = tests
        if conclusion["finding"] not in known or not isinstance(conclusion[test], int | float):
            raise ParameterError(
                f"scenarios.toml, conclusion {conclusion['says']!r}: found {conclusion['finding']}, {test} = {conclusion[test]!r}; expected a finding of the grid, and a number."
            )
        part = evaluated[
            evaluated["finding"].eq(conclusion["finding"]) & (evaluated["lower"].notna() | evaluated["upper"].notna())
        ]
        holds = pd.Series(
            [TESTS[test](*_ends(row), conclusion[test]) for _, row in part.iterrows()], index=part.index, dtype=bool
        )
        broken = part[~holds].sort_values(["changes", "scenario"], kind="stable")
        fewest = broken[broken["changes"].eq(broken["changes"].min())]
        rows.append(
            (
                conclusion["says"],
                conclusion["finding"],
                len(part),
                int(holds.sum()),
                " | ".join(fewest["scenario"].head(3)),
            )
        )
    return pd.DataFrame(rows, columns=["conclusion", "finding", "scenarios", "holds", "broken_by"])


def _swing_findings(
    swings: pd.DataFrame, ranges: pd.DataFrame, cited: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    for row in ranges.itertuples():
        part = swings[swings["finding"].eq(row.finding) & swings["swing"].gt(0)]
        told = "; ".join(
            f"{s.change}: {in_words(as_float(s.lower), as_float(s.upper), row.unit)}" for s in part.head(4).itertuples()
        )
        default = in_words(as_float(row.lower), as_float(row.upper), row.unit)
        most = in_words(as_float(row.least), as_float(row.most), row.unit)
        moved = (
            f"{how_many(len(part), 'single change')} move{'s' if len(part) == 1 else ''} it, most: {told}"
            if len(part)
            else "No single change moves it"
        )
        without = row.scenarios - row.with_number
        none = f" ({without} without a number)" if without else ""
        answer = f"{default[0].upper()}{default[1:]} by default; {most} over {row.scenarios} scenarios{none}. {moved}."
        yield Finding(
            f"sensitivity.{row.finding.replace('.', '-')}",
            f"What moves the finding: {row.what}?",
            answer,
            as_float(row.least),
            as_float(row.most),
            row.unit,
            cited.get(row.finding, ()),
            (),
        )


def _conclusion_finding(conclusions: pd.DataFrame, cited: Mapping[str, tuple[str, ...]]) -> Finding:
    always = conclusions[conclusions["holds"].eq(conclusions["scenarios"])]
    told = " ".join(always["conclusion"])
    others = "; ".join(
        f"{row.conclusion.rstrip('.')} ({row.holds} of {row.scenarios} that give a number; broken by {row.broken_by})"
        for row in conclusions.drop(always.index).itertuples()
    )
    answer = f"{len(always)} of {len(conclusions)} hold in every scenario. {told}{f' The others: {others}.' if others else ''}".strip()
    value = float(len(always))
    return Finding(
        "sensitivity.conclusions",
        "Which conclusions hold in every scenario?",
        answer,
        value,
        value,
        "conclusions",
        tuple(dict.fromkeys(claim for name in conclusions["finding"] for claim in cited.get(name, ()))),
        (),
    )
