"""Run the benchmarks and write benchmarks/results.md."""

import json
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from analysis.evidence.record import Record
from analysis.findings import accounting, sensitivity
from analysis.report.sweep import declared

from . import site

SIZES = (1000, 3000, 10000)
COUNTS = {"claims", "quantities", "parts", "MiB beyond the imports"}
HERE = Path(__file__).parent


def solver(kind: str) -> list[dict[str, float]]:
    """One measured system a size, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.solver"]
    runs = [subprocess.run([*command, str(size), kind], capture_output=True, text=True, check=True) for size in SIZES]
    return [json.loads(run.stdout) for run in runs]


def table(rows: list[dict[str, float]]) -> list[str]:
    """Rows as a Markdown table, with the growth of the last step a tenfold of claims."""
    head = list(rows[0])
    lines = [f"| {' | '.join(head)} |", f"|{'---:|' * len(head)}"]
    for row in rows:
        lines.append(
            "| "
            + " | ".join(
                f"{value:,.0f}" if float(value).is_integer() or name.startswith("MiB") else f"{value:.2f} s"
                for name, value in row.items()
            )
            + " |"
        )
    times = rows[-1]["bounds of all"] / rows[0]["bounds of all"]
    claims = rows[-1]["claims"] / rows[0]["claims"]
    total = sum(value for name, value in rows[-1].items() if name not in COUNTS)
    steps = {name: value for name, value in rows[-1].items() if name not in COUNTS}
    most = max(steps, key=steps.__getitem__)
    return [
        *lines,
        "",
        f"{claims:.1f} times the claims take {times:.1f} times the time; of the largest, '{most}' takes {steps[most] / total:.0%}.",
    ]


def scenarios() -> str:
    """The rate at which scenarios are evaluated in one process, against the whole accounting one by one."""
    record = Record.load()
    chosen = sensitivity.grid(record, declared())[::12]
    sensitivity.evaluate(record, chosen[0])
    began = time.perf_counter()
    for scenario in chosen:
        sensitivity.evaluate(record, scenario)
    each = (time.perf_counter() - began) / len(chosen)
    began = time.perf_counter()
    accounting.analyse(record)
    whole = time.perf_counter() - began
    return f"{len(chosen)} of the declared scenarios, one process: {1 / each:.0f} a second; the whole accounting takes {whole / each:.0f} times one of them."


def main() -> None:
    """Measure, and write the results."""
    separate, connected = solver("parts"), solver("connected")
    text = [
        "# Benchmarks",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}. Made by `make bench`. Seconds are of this machine; ratios travel.",
        "",
        "## Bounds for all quantities: many populations",
        "",
        *table(separate),
        "",
        "## The same, all quantities in one population",
        "",
        *table(connected),
        "",
        "## Scenarios",
        "",
        scenarios(),
        "",
        "## The site, from disk, in headless Chromium",
        "",
        *site.table(),
    ]
    (HERE / "results.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
