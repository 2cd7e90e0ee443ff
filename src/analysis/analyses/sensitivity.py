"""Which reading changes which answer, and which conclusions hold whatever is chosen?

The grid of scenarios is declared in scenarios.toml, with the main findings and the conclusions, each with its name. An
analysis is evaluated under every combination of what its `cross` names, and, from the default, under each other value
of each parameter that it takes, one at a time, and where `pairs` is true under every two readings: a parameter that it
does not take cannot move it. A part of the scenarios is no probability: the grid counts choices, not evidence.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import Finding, Result, make_finding
from analysis.analyses.grading import restrict
from analysis.evidence import paths
from analysis.evidence.intervals import as_float
from analysis.evidence.record import WIDER_TOO, Record
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

SMALL, LARGE = 0.1, 0.5
"""A bound that moves by less than a tenth of itself moves a little, by more than half of itself a lot."""


@dataclass(frozen=True)
class Sensitivity:
    """The tables behind the findings.

    ``moves``: each main finding under each single choice that moves it, the widest first. ``ranges``: each main finding
    by default and over the whole grid. ``conclusions``: whether each holds in every scenario, and the fewest choices that
    break it. ``results``: one row a scenario and finding.
    """

    moves: pd.DataFrame
    ranges: pd.DataFrame
    conclusions: pd.DataFrame
    results: pd.DataFrame
    findings: tuple[Finding, ...]


def declared() -> Spec:
    """scenarios.toml. Raises ParameterError where it is no TOML in UTF-8, or lacks what every scenario needs."""
    try:
        spec = tomllib.loads(paths.SCENARIOS.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParameterError(f"scenarios.toml: {error}") from None
    for name, needed in (
        ("main", ("name", "finding")),
        ("conclusion", ("says", "finding")),
        ("notebook", ("scenario", "name")),
    ):
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
    """The findings of one scenario as rows: analysis, scenario, finding, bounds, unit, claims, and every choice."""
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
            "claims": "; ".join(item.claims),
        }
        | held
        for item in analyse(restrict(record.under(under))).findings
    ]


def table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows of :func:`evaluate` as one tidy table; a choice that an analysis does not take is empty."""
    frame = pd.DataFrame(rows)
    return frame.astype({"lower": "Float64", "upper": "Float64"} | {name: "string" for name in frame.columns[8:]})


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


def analyse(record: Record) -> Sensitivity:
    """What the evaluated grid shows, whatever the scenario of the record: the grid is the choice.

    Raises ParameterError where the grid was not evaluated.
    """
    return summarise(record, read(paths.GRID / "results.csv"), declared())


def summarise(record: Record, evaluated: pd.DataFrame, spec: Spec) -> Sensitivity:
    """What an evaluated grid shows of the main findings and the conclusions of ``spec``."""
    main = {entry["finding"]: entry["name"] for entry in spec.get("main", ())}
    moves, ranges = _moves(evaluated, main), _ranges(evaluated, main)
    conclusions = _conclusions(record, evaluated, spec["conclusion"])
    cited = _cited(evaluated)
    findings = (
        *_move_finding(record, evaluated, moves, ranges, cited),
        *_conclusion_finding(record, conclusions, cited),
    )
    return Sensitivity(moves, ranges, conclusions, evaluated, findings)


def _cited(evaluated: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The claims that each finding rests on in some scenario, in the order met."""
    together: dict[str, dict[str, None]] = {}
    for finding, claims in evaluated[["finding", "claims"]].drop_duplicates().itertuples(index=False):
        together.setdefault(finding, {}).update(dict.fromkeys(claim for claim in claims.split("; ") if claim))
    return {finding: tuple(claims) for finding, claims in together.items()}


def _ranges(evaluated: pd.DataFrame, main: Mapping[str, str]) -> pd.DataFrame:
    """The main findings by default, and the least and most over the grid (empty where some scenario has no bound).

    Columns: finding, name, row, over and values (of its sentences), lower, upper, least, most, without (scenarios that give
    no number). A finding that is not in the grid has no row.
    """
    rows = []
    for finding, name in main.items():
        part = evaluated[evaluated["finding"].eq(finding)]
        default = part[part["changes"].eq(0)]
        if default.empty:
            continue
        unit, lower, upper = default.iloc[0][["unit", "lower", "upper"]]
        numbered = part[part["lower"].notna() | part["upper"].notna()]
        low = as_float(numbered["lower"].min()) if numbered["lower"].notna().all() else None
        high = as_float(numbered["upper"].max()) if numbered["upper"].notna().all() else None
        values = {"unit": unit, "lower": as_float(lower), "upper": as_float(upper), "least": low, "most": high}
        rows.append((finding, name, "row", "row", values, lower, upper, low, high, len(part) - len(numbered)))
    columns = ["finding", "name", "row", "over", "values", "lower", "upper", "least", "most", "without"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(["lower", "upper", "least", "most"], "Float64"))


def _moves(evaluated: pd.DataFrame, main: Mapping[str, str]) -> pd.DataFrame:
    """Each main finding under each single choice that moves a bound of it, the widest move first.

    Columns: finding, name, parameter, choice, row, then and values (of its sentences), lower, upper, move (how far a bound
    moves, as a part of itself; infinite where it is lost or gained), size (little, some, a lot).
    """
    rows = []
    for finding, name in main.items():
        part = evaluated[evaluated["finding"].eq(finding)]
        default = part[part["changes"].eq(0)]
        for row in part[part["changes"].eq(1)].to_dict("records") if len(default) else ():
            base, ends = _ends(default.iloc[0]), _ends(row)
            moved = max((_moved(old, new) for old, new in zip(base, ends, strict=True)), default=0.0)
            if moved:
                parameter, _, choice = row["scenario"].partition("=")
                size = "little" if moved < SMALL else "some" if moved < LARGE else "lot"
                bounds = (as_float(row["lower"]), as_float(row["upper"]))
                values = {"parameter": parameter, "value": choice, "unit": row["unit"], "lower": bounds[0], "upper": bounds[1]}  # fmt: skip
                rows.append((finding, name, parameter, choice, "row", "row", values, *bounds, moved, size))
    columns = ["finding", "name", "parameter", "choice", "row", "then", "values", "lower", "upper", "move", "size"]
    frame = pd.DataFrame(rows, columns=columns).astype({"lower": "Float64", "upper": "Float64"})
    place = {finding: place for place, finding in enumerate(main)}
    order = frame.assign(place=frame["finding"].map(place), back=-frame["move"]).sort_values(
        ["place", "back", "parameter", "choice"], kind="stable"
    )
    return frame.loc[order.index].reset_index(drop=True)


def _ends(row: Any) -> tuple[float, float]:
    low, high = as_float(row["lower"]), as_float(row["upper"])
    return -inf if low is None else low, inf if high is None else high


def _moved(old: float, new: float) -> float:
    """How far a bound moves, as a part of what it was."""
    if old == new:
        return 0.0
    return abs(new - old) / abs(old) if abs(old) not in (0.0, inf) and abs(new) != inf else inf


TESTS: dict[str, Callable[[float, float, float], bool]] = {
    "lower_at_least": lambda low, high, asked: low >= asked,
    "upper_at_most": lambda low, high, asked: high <= asked,
}


def _conclusions(record: Record, evaluated: pd.DataFrame, asked: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Each conclusion over the scenarios in which its finding is a number.

    The limit of a test is a number, "default" (the bound that the default scenario gives), or the claim whose own bound
    it is; ``says`` may print it as {limit}. Columns: conclusion, finding, holds (yes or no), changes (the fewest choices
    that break it), broken (the key of its sentence), values, without (scenarios that give no number). Raises
    ParameterError for an unknown test, finding or claim.
    """
    rows = []
    for conclusion in asked:
        test, limit = _test(record, evaluated, conclusion)
        every = evaluated[evaluated["finding"].eq(conclusion["finding"])]
        part = every[every["lower"].notna() | every["upper"].notna()]
        kept = [TESTS[test](*_ends(row), limit) for row in part.to_dict("records")]
        broken = part[[not holds for holds in kept]].sort_values(["changes", "scenario"], kind="stable")
        fewest = broken[broken["changes"].eq(broken["changes"].min())]["scenario"].head(2)
        ways = [[change.split("=", 1) for change in scenario.split("; ") if "=" in change] for scenario in fewest]
        says = conclusion["says"].format(limit=limit)
        changes = int(broken["changes"].min()) if len(broken) else None
        key = "never" if broken.empty else "already" if changes == 0 else "row"
        values = {"ways": ways, "more": int(broken["changes"].eq(changes).sum()) - len(ways)}
        rows.append(
            (says, conclusion["finding"], "yes" if broken.empty else "no", changes, key, values, len(every) - len(part))
        )
    columns = ["conclusion", "finding", "holds", "changes", "broken", "values", "without"]
    return pd.DataFrame(rows, columns=columns).astype({"changes": "Int64"})


def _test(record: Record, evaluated: pd.DataFrame, conclusion: Mapping[str, Any]) -> tuple[str, float]:
    """The test of a conclusion and its limit. Raises ParameterError."""
    where = f"scenarios.toml, conclusion {conclusion.get('says')!r}"
    tests = set(conclusion) - {"says", "finding"}
    if len(tests) != 1 or not tests <= set(TESTS):
        found = ", ".join(sorted(tests)) or "none"
        raise ParameterError(f"{where}: expected one of {', '.join(TESTS)}, found {found}.")
    (test,) = tests
    end = test.partition("_")[0]
    rows = evaluated[evaluated["finding"].eq(conclusion["finding"])]
    limit: Any = conclusion[test]
    claims = record.under(record.scenario.with_choices(record=WIDER_TOO)).claims.set_index("claim_id")[end]
    if isinstance(limit, Mapping):
        limit = as_float(claims[limit["claim"]]) if limit.get("claim") in claims.index else None
    elif limit == "default":
        limit = as_float(rows[rows["changes"].eq(0)][end].iloc[0]) if len(rows) else None
    if rows.empty or isinstance(limit, bool) or not isinstance(limit, int | float):
        told = f"found {conclusion['finding']}, {test} = {conclusion[test]!r}"
        raise ParameterError(f'{where}: {told}; expected a finding of the grid, and a number, "default" or a claim.')
    return test, float(limit)


def _move_finding(
    record: Record,
    evaluated: pd.DataFrame,
    moves: pd.DataFrame,
    ranges: pd.DataFrame,
    cited: Mapping[str, tuple[str, ...]],
) -> Iterator[Finding]:
    """Which single choice changes most answers, and how far each main finding goes over the grid."""
    scenarios = evaluated.groupby("analysis")["scenario"].nunique()
    readings = moves["parameter"].isin(record.reported["readings"]["ambiguity"])  # what is left out is no reading
    read = moves[readings] if readings.any() else moves
    by = read.groupby("parameter", sort=False)["finding"].nunique().sort_values(ascending=False, kind="stable")
    still = [
        row.name_
        for row in ranges.rename(columns={"name": "name_"}).itertuples()
        if row.finding not in set(moves["finding"])
    ]
    if len(by):
        top = moves[moves["parameter"].eq(by.index[0])]
        values = {
            "parameter": by.index[0],
            "value": top["choice"].iloc[0],
            "names": list(dict.fromkeys(top["name"])),
            "moved": int(moves["finding"].nunique()),
            "all": len(ranges),
            "still": still,
            "scenarios": int(scenarios.sum()),
        }
        claims = [claim for finding in dict.fromkeys(moves["finding"]) for claim in cited.get(finding, ())]
        size = float(len(by))
        yield make_finding(record, "sensitivity.moves", (size, size), "choices", claims, values, lines=0)
    for row in ranges.rename(columns={"name": "name_"}).itertuples():
        default = [row.values["lower"], row.values["upper"]]
        values = {"name": row.name_, "without": int(row.without), "default": default}
        bounds = (as_float(row.least), as_float(row.most))
        id_ = f"sensitivity.range.{row.finding.replace('.', '-')}"
        yield make_finding(record, id_, bounds, row.values["unit"], cited.get(row.finding, ()), values, lines=0)


def _conclusion_finding(
    record: Record, conclusions: pd.DataFrame, cited: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    always = conclusions[conclusions["holds"].eq("yes")]
    values = {"all": len(conclusions), "hold": list(always["conclusion"])}
    claims = dict.fromkeys(claim for name in conclusions["finding"] for claim in cited.get(name, ()))
    size = float(len(always))
    yield make_finding(record, "sensitivity.conclusions", (size, size), "conclusions", claims, values, lines=0)
