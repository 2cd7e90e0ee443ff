"""How do bounds for all quantities grow with the number of claims? One size a process, so that its memory is its own.

A made-up record: populations of 50 quantities (ten dates; departed, killed, returned, away, present), five claims a
quantity, each an interval around one consistent truth; balance at each date, and no fall of more than 25.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise, product

from analysis.account.solver import Constraint, System

from .measure import peak

SIZES = (1000, 3000, 10000)
KINDS = {
    "parts": "## Bounds for all quantities: many populations",
    "connected": "### The same, all quantities in one population",
}
COUNTS = {"claims", "quantities", "MiB beyond the imports"}
DATES, CLAIMS_EACH, REVISION = 10, 5, 25
GROWING = ("departed", "killed", "returned")


def measure() -> dict[str, list[dict[str, float]]]:
    """For each kind of system, what :func:`one` measured for each size, in a process of its own."""
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for kind, size in product(KINDS, SIZES):
        command = [sys.executable, "-m", "benchmarks.solver", str(size), kind]
        found[kind].append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        print(f"  {kind}, {size} claims", file=sys.stderr, flush=True)
    return found


def section(results: dict[str, list[dict[str, float]]]) -> list[str]:
    """A table a kind of system."""
    tables = [[title, "", *table(results[kind])] for kind, title in KINDS.items()]
    return [*tables[0], "", *tables[1]]


def table(rows: list[dict[str, float]]) -> list[str]:
    """Rows as a Markdown table, with the growth from the smallest to the largest."""
    lines = [f"| {' | '.join(rows[0])} |", f"|{'---:|' * len(rows[0])}"]
    for row in rows:
        cells = (f"{value:,.0f}" if name in COUNTS else f"{value:.2f} s" for name, value in row.items())
        lines.append(f"| {' | '.join(cells)} |")
    times = rows[-1]["bounds of all"] / rows[0]["bounds of all"]
    claims = rows[-1]["claims"] / rows[0]["claims"]
    steps = {name: value for name, value in rows[-1].items() if name not in COUNTS}
    most = max(steps, key=steps.__getitem__)
    share = steps[most] / sum(steps.values())
    grown = (
        f"{claims:.1f} times the claims take {times:.1f} times the time; of the largest, '{most}' takes {share:.0%}."
    )
    return [*lines, "", grown]


def population(name: int, dates: int, draw: random.Random) -> Iterator[Constraint]:
    """The constraints of one population of ``5 * dates`` quantities."""
    left = dead = back = 0
    for date in range(dates):
        left, dead, back = left + draw.randint(0, 60), dead + draw.randint(0, 15), back + draw.randint(0, 10)
        truth = {
            "departed": left + 100,
            "killed": dead,
            "returned": back,
            "away": left + 100 - dead - back,
            "present": (left + 100 - dead - back) // 2,
        }
        at = lambda measure, date=date: (name, measure, date)
        for measure, value in truth.items():
            for claim in range(CLAIMS_EACH):
                low, high = draw.choice([(0, 0), (0, 40), (20, 0), (10, 10), (50, 50)])
                lower = value - low if draw.random() < 0.8 else float("-inf")
                upper = value + high if draw.random() < 0.8 else float("inf")
                yield Constraint(f"{name}.{date}.{measure}.{claim}", ((at(measure), 1),), max(0, lower), upper)
        yield Constraint(
            "balance", ((at("departed"), 1), (at("killed"), -1), (at("returned"), -1), (at("away"), -1)), 0, 0
        )
        yield Constraint("balance", ((at("away"), 1), (at("present"), -1)), lower=0)
        if date:
            for measure in GROWING:
                yield Constraint("no fall", ((at(measure), 1), (at(measure, date - 1), -1)), lower=-REVISION)


def one(claims: int, connected: bool) -> dict[str, float]:
    """Seconds of each step, and the peak of the process in MiB, for a system of about ``claims`` claims."""
    draw = random.Random(1)
    before = peak()
    each = DATES * 5 * CLAIMS_EACH
    populations = [(0, claims // (5 * CLAIMS_EACH))] if connected else [(name, DATES) for name in range(claims // each)]
    constraints = [c for name, dates in populations for c in population(name, dates, draw)]
    marks = [time.perf_counter()]
    system = System.of(constraints)
    marks.append(time.perf_counter())
    feasible = system.feasible()
    marks.append(time.perf_counter())
    bounds = {q: system.bound({q: 1}) for c in constraints for q, _ in c.terms}
    marks.append(time.perf_counter())
    assert feasible and all(bound is not None for bound in bounds.values())
    build, check, bound = (after - before for before, after in pairwise(marks))
    return {
        "claims": sum(len(c.terms) == 1 for c in constraints),
        "quantities": len(bounds),
        "group by element": build,
        "feasible": check,
        "bounds of all": bound,
        "MiB beyond the imports": peak() - before,
    }


if __name__ == "__main__":
    print(json.dumps(one(int(sys.argv[1]), sys.argv[2] == "connected")))
