"""Which reading changes which answer, and which conclusions hold whatever is chosen?

The grid of scenarios is declared in scenarios.toml, with the main findings and the conclusions, each with its name. An
analysis is evaluated under every combination of what its `cross` names, and, from the default, under each other value
of each parameter that it takes, one at a time, and where `pairs` is true under every two readings: a parameter that it
does not take cannot move it. A part of the scenarios is no probability: the grid counts choices, not evidence.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import Finding, Result, make_finding
from analysis.analyses.grading import restrict
from analysis.analyses.rows import claim_rows, framed, grouped, kind, listed, picked
from analysis.evidence import paths
from analysis.evidence.problems import ParameterError, Problem
from analysis.evidence.record import Record
from analysis.evidence.scenario import Scenario

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


COLUMNS = ["analysis", "scenario", "changes", "finding", "lower", "upper", "unit", "claims"]
"""The columns of a table of results, before those of the choices."""

Results = Mapping[str, list[Any]]
"""The rows of each finding."""

Move = kind("Move", "finding name parameter choice row then values lower upper move size")
"""A main finding under a single choice that moves it, the widest first; ``move``: how far, as a part of the bound, infinite where it is lost."""

Range = kind("Range", "finding name row over values lower upper least most without")
"""A main finding by default, and its least and most over the grid (None where some scenario has no bound)."""

Conclusion = kind("Conclusion", "conclusion finding holds changes broken values without")
"""Whether a conclusion holds, the fewest ``changes`` that break it, and the scenarios ``without`` a number.

Here and above ``row``, ``over``, ``then`` and ``broken`` are keys of sentences that ``values`` fill.
"""


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
        values = {p.name: list(p.values) for p in record.scenario.parameters if p.name in takes}
        crossed, alone = asked.get("cross", {}), asked.get("single", {})
        wrong = [parameter for parameter in (*crossed, *alone) if parameter not in values]
        if wrong:
            raise ParameterError(
                f"scenarios.toml: {name} does not take {', '.join(wrong)}. It takes: {', '.join(values)}."
            )
        ambiguities = set(record.reported["readings"]["ambiguity"])
        readings = [parameter for parameter in takes if parameter in ambiguities]
        alone = dict.fromkeys((p for p in readings if p not in crossed), EVERY) | alone
        pairs = combinations(readings, 2) if asked.get("pairs") else ()
        varied = [
            {},
            crossed,
            *({p: wanted} for p, wanted in alone.items()),
            *(dict.fromkeys(pair, EVERY) for pair in pairs),
        ]
        for one in varied:
            for combination in product(*(values[p] if wanted == EVERY else wanted for p, wanted in one.items())):
                scenario = record.scenario.with_choices(**dict(zip(one, combination, strict=True))).restrict(takes)
                found.setdefault((name, scenario), scenario.changed())
    return [(name, choices) for (name, _), choices in found.items()]


def evaluate(record: Record, scenario: tuple[str, Choices]) -> list[dict[str, Any]]:
    """The findings of one scenario as rows: analysis, scenario, finding, bounds, unit, claims, and every choice."""
    name, choices = scenario
    analysis, analyse = ANALYSES[name]
    takes = record.cached(("parameters of", name), lambda: record.parameters_of(analysis))
    under = record.scenario.with_choices(**choices)
    told = "; ".join(f"{p}={value}" for p, value in choices.items()) or "default"
    about = {"analysis": name, "scenario": told, "changes": len(choices)}
    held = {p: under[p] for p in takes}
    return [
        about | picked(item, "lower", "upper", "unit", finding="id") | {"claims": "; ".join(item.claims)} | held
        for item in analyse(restrict(record.under(under))).findings
    ]


def table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows of :func:`evaluate` as one tidy table; a choice that an analysis does not take is empty."""
    frame = pd.DataFrame(rows)
    return frame.astype(
        {"lower": "Float64", "upper": "Float64"} | {name: "string" for name in frame.columns[len(COLUMNS) :]}
    )


def read(path: Path) -> pd.DataFrame:
    """A table of :func:`table` as it was stored in a CSV. Raises ParameterError where there is none."""
    if not path.is_file():
        raise ParameterError("The scenarios were not evaluated yet: run `make sweep`, then run this again.")
    frame = pd.read_csv(path, dtype="string", keep_default_na=False)
    numbers = {name: pd.to_numeric(frame[name].replace("", pd.NA)) for name in ("changes", "lower", "upper")}
    return frame.assign(**numbers).astype({"changes": "int64", "lower": "Float64", "upper": "Float64"})


def without_limit(record: Record, spec: Spec) -> Iterator[Problem]:
    """Each conclusion of ``spec`` whose limit the default scenario does not give, before the whole grid is evaluated."""
    conclusions = [one for one in spec.get("conclusion", ()) if "default" in one.values()]
    asked = {one["finding"].partition(".")[0] for one in conclusions} & set(spec["grid"])
    rows = [row for name in ANALYSES if name in asked for row in evaluate(record, (name, {}))]
    found = grouped(listed(table(rows)[COLUMNS]), "finding") if rows else {}
    for conclusion in conclusions:
        try:
            _test(record, found, conclusion)
        except ParameterError as error:
            yield error.args[0]


def results(record: Record, spec: Spec) -> pd.DataFrame:
    """The whole grid, evaluated here and now."""
    return table(row for scenario in grid(record, spec) for row in evaluate(record, scenario))


def analyse(record: Record) -> Result:
    """What the evaluated grid shows, whatever the scenario of the record: the grid is the choice.

    Raises ParameterError where the grid was not evaluated.
    """
    return summarise(record, read(paths.GRID / "results.csv"), declared())


def summarise(record: Record, evaluated: pd.DataFrame, spec: Spec) -> Result:
    """What an evaluated grid shows of the main findings and the conclusions of ``spec``; ``results`` is the grid itself."""
    main = {entry["finding"]: entry["name"] for entry in spec.get("main", ())}
    results = grouped(listed(evaluated[COLUMNS]), "finding")
    moves, ranges = [*_moves(results, main)], [*_ranges(results, main)]
    conclusions = [*_conclusions(record, results, spec["conclusion"])]
    scenarios = len(evaluated[["analysis", "scenario"]].drop_duplicates())
    cited = {finding: _cited(rows) for finding, rows in results.items()}
    findings = (
        *_move_finding(record, scenarios, moves, ranges, cited),
        *_conclusion_finding(record, conclusions, cited),
    )
    return Result(
        moves=framed(Move, moves),
        ranges=framed(Range, ranges),
        conclusions=framed(Conclusion, conclusions),
        results=evaluated,
        findings=findings,
    )


def _cited(rows: list[Any]) -> list[str]:
    """The claims that a finding rests on in some scenario, in the order met."""
    cells = dict.fromkeys(row.claims for row in rows)
    return list(dict.fromkeys(claim for cell in cells for claim in cell.split("; ") if claim))


def _default(rows: list[Any]) -> Any:
    """The row of the default scenario; None where there is none."""
    return next((row for row in rows if not row.changes), None)


def _numbered(rows: list[Any]) -> list[Any]:
    """The rows that give a number."""
    return [row for row in rows if row.lower is not None or row.upper is not None]


def _ranges(results: Results, main: Mapping[str, str]) -> Iterator[Any]:
    """The main findings by default and over the grid; a finding that is not in the grid has no row."""
    for finding, name in main.items():
        rows = results.get(finding, [])
        default, numbered = _default(rows), _numbered(rows)
        if default:
            lower, upper = ([getattr(row, end) for row in numbered] for end in ("lower", "upper"))
            least = min(lower) if lower and None not in lower else None
            most = max(upper) if upper and None not in upper else None
            values = picked(default, "unit", "lower", "upper") | {"least": least, "most": most}
            without = len(rows) - len(numbered)
            yield Range(finding, name, "row", "row", values, default.lower, default.upper, least, most, without)


def _moves(results: Results, main: Mapping[str, str]) -> list[Any]:
    """Each main finding under each single choice that moves a bound of it, the widest move first."""
    moves = []
    for finding, name in main.items():
        rows = results.get(finding, [])
        default = _default(rows)
        for row in rows if default else ():
            move = max(map(_moved, _ends(default), _ends(row)))
            if row.changes == 1 and move:
                parameter, _, choice = row.scenario.partition("=")
                size = "little" if move < SMALL else "some" if move < LARGE else "lot"
                values = {"parameter": parameter, "value": choice, **picked(row, "unit", "lower", "upper")}
                moves.append(
                    Move(finding, name, parameter, choice, "row", "row", values, row.lower, row.upper, move, size)
                )
    place = list(main).index
    return sorted(moves, key=lambda move: (place(move.finding), -move.move, move.parameter, move.choice))


def _ends(row: Any) -> tuple[float, float]:
    return -inf if row.lower is None else row.lower, inf if row.upper is None else row.upper


def _moved(old: float, new: float) -> float:
    """How far a bound moves, as a part of what it was."""
    if old == new:
        return 0.0
    return abs(new - old) / abs(old) if abs(old) not in (0.0, inf) and abs(new) != inf else inf


TESTS: dict[str, Callable[[float, float, float], bool]] = {
    "lower_at_least": lambda low, high, asked: low >= asked,
    "upper_at_most": lambda low, high, asked: high <= asked,
}


def _conclusions(record: Record, results: Results, asked: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    """Each conclusion over the scenarios in which its finding is a number.

    The limit of a test is a number, "default" (the bound that the default scenario gives), or the claim whose own bound
    it is; ``says`` may print it as {limit}. Raises ParameterError for an unknown test, finding or claim.
    """
    for conclusion in asked:
        test, limit = _test(record, results, conclusion)
        rows = results[conclusion["finding"]]
        numbered = _numbered(rows)
        broken = [row for row in numbered if not TESTS[test](*_ends(row), limit)]
        changes = min((row.changes for row in broken), default=None)
        fewest = sorted(row.scenario for row in broken if row.changes == changes)
        ways = [[change.split("=", 1) for change in way.split("; ") if "=" in change] for way in fewest[:2]]
        key = "never" if changes is None else "row" if changes else "already"
        values = {"ways": ways, "more": len(fewest) - len(ways)}
        says, holds = conclusion["says"].format(limit=limit), "no" if broken else "yes"
        yield Conclusion(says, conclusion["finding"], holds, changes, key, values, len(rows) - len(numbered))


def _test(record: Record, results: Results, conclusion: Mapping[str, Any]) -> tuple[str, float]:
    """The test of a conclusion and its limit. Raises ParameterError, with a Problem as its argument."""
    where = f"scenarios.toml, conclusion {conclusion.get('says')!r}"
    tests = set(conclusion) - {"says", "finding"}
    if len(tests) != 1 or not tests <= set(TESTS):
        raise ParameterError(Problem(where, ", ".join(sorted(tests)) or "none", f"one of {', '.join(TESTS)}"))
    (test,) = tests
    rows = results.get(conclusion["finding"], [])
    limit: Any = conclusion[test]
    if isinstance(limit, Mapping):
        named = [claim for claim in claim_rows(record).both if claim.claim_id == limit.get("claim")]
    else:
        named = [_default(rows)] if limit == "default" else []
    if named:
        limit = getattr(named[0], test.partition("_")[0], None)
    if not rows or isinstance(limit, bool) or not isinstance(limit, int | float):
        expected = 'a finding of the grid, and a number, "default" or a claim'
        if rows and conclusion[test] == "default":
            expected = "a number or a claim, for the answer under the default readings has no such limit"
        raise ParameterError(Problem(where, f"{conclusion['finding']}, {test} = {conclusion[test]!r}", expected))
    return test, float(limit)


def _move_finding(
    record: Record, scenarios: int, moves: list[Any], ranges: list[Any], cited: Mapping[str, list[str]]
) -> Iterator[Finding]:
    """Which single choice changes most answers, and how far each main finding goes over the grid."""
    moved = dict.fromkeys(move.finding for move in moves)
    readings = set(record.reported["readings"]["ambiguity"])  # what is left out is no reading
    read = [move for move in moves if move.parameter in readings] or moves
    by = grouped(read, "parameter")
    if by:
        top = max(by.values(), key=lambda group: len({move.finding for move in group}))
        values = {
            **picked(top[0], "parameter", value="choice"),
            "names": list(dict.fromkeys(move.name for move in top)),
            "moved": len(moved),
            "all": len(ranges),
            "still": [row.name for row in ranges if row.finding not in moved],
            "scenarios": scenarios,
        }
        claims, size = [claim for finding in moved for claim in cited.get(finding, ())], float(len(by))
        yield make_finding(record, "sensitivity.moves", (size, size), "choices", claims, values, lines=0)
    for row in ranges:
        values = {**picked(row, "name", "without"), "default": [row.lower, row.upper]}
        id_ = f"sensitivity.range.{row.finding.replace('.', '-')}"
        bounds, unit = (row.least, row.most), row.values["unit"]
        yield make_finding(record, id_, bounds, unit, cited[row.finding], values, lines=0)


def _conclusion_finding(record: Record, conclusions: list[Any], cited: Mapping[str, list[str]]) -> Iterator[Finding]:
    always = [row.conclusion for row in conclusions if row.holds == "yes"]
    claims = [claim for row in conclusions for claim in cited[row.finding]]
    values, size = {"all": len(conclusions), "hold": always}, float(len(always))
    yield make_finding(record, "sensitivity.conclusions", (size, size), "conclusions", claims, values, lines=0)
