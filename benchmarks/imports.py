"""What does it cost to start a command? Each a process of its own, several times."""

import subprocess
import sys
import time
from statistics import median

TIMES = 15
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import analysis": ["-c", "import analysis"],
    "analysis --help": ["-m", "analysis", "--help"],
    "analysis data, nothing to do": ["-m", "analysis", "data"],
    "analysis why": ["-m", "analysis", "why", "notebooks/3_pathways.ipynb"],
    "import pandas": ["-c", "import pandas"],
    "import papermill": ["-c", "import papermill"],
}


def measure() -> dict[str, float]:
    """The median seconds of each command."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(TIMES):
        for name, options in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *options], stdout=subprocess.DEVNULL, check=False)
            seconds[name].append(time.perf_counter() - began)
    return {name: median(found) for name, found in seconds.items()}


def section(results: dict[str, float]) -> list[str]:
    """A row a command."""
    rows = [f"| `{name}` | {1000 * seconds:.0f} ms |" for name, seconds in results.items()]
    return ["## Starting a command", "", f"Medians of {TIMES} starts.", "", "| command | time |", "|---|---:|", *rows]
