"""How many scenarios are evaluated in a second, in one process, and what does the whole accounting take beside them?"""

import time

from analysis.analyses import accounting, sensitivity
from analysis.evidence.record import Record
from analysis.report.run.sweep import declared


def measure() -> dict[str, float]:
    """Seconds of one declared scenario, over every twelfth of them, and of the whole accounting."""
    record = Record.load()
    chosen = sensitivity.grid(record, declared())[::12]
    sensitivity.evaluate(record, chosen[0])
    began = time.perf_counter()
    for scenario in chosen:
        sensitivity.evaluate(record, scenario)
    each = (time.perf_counter() - began) / len(chosen)
    began = time.perf_counter()
    accounting.analyse(record)
    return {"scenarios": len(chosen), "each": each, "accounting": time.perf_counter() - began}


def section(results: dict[str, float]) -> list[str]:
    """One line."""
    return [
        "## Scenarios",
        "",
        f"{results['scenarios']} of the declared scenarios, one process: {1 / results['each']:.0f} a second; the whole "
        f"accounting takes {results['accounting'] / results['each']:.0f} times one of them.",
    ]
