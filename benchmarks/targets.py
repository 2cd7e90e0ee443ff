"""How fast is this state, beside the one in which the targets of speed were set, on one machine in one run?

Each state is a clone with an environment of its own, made by its own Makefile: what is committed counts. Both clones do the
same, in the same order, the later state first.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from .execution import CORES, ROOT, SCENARIOS, SWEPT, loop, own, swept, write

STATES = {"now": "HEAD", "before": "011abda"}
"""The states that are compared, by commit."""

GRID = """
import gc
from analysis import Record
from analysis.analyses.sensitivity import declared, results
gc.disable()
results(Record.load(), declared())
"""
"""The whole grid in one process, as each process of the pool does its part, so that it can be profiled."""

PROFILED = """
import cProfile, json, pstats, re, sys
profile = cProfile.Profile()
profile.run(sys.argv[1])
shares = {}
for (path, _, name), (_, _, own, *_) in pstats.Stats(profile).stats.items():
    of = re.search(r"highspy|pandas|numpy|analysis/(?:account|analyses|evidence)", f"{path} {name}")
    shares[of[0] if of else "else"] = shares.get(of[0] if of else "else", 0) + own
print(json.dumps(shares))
"""
"""Prints the seconds that a program spends in each of some packages itself, as the profiler counts them."""

DURATION = re.compile(r"^([0-9.]+)s (?:call|setup|teardown) +(tests/\w+|notebooks)", re.MULTILINE)
"""How long a part of a test took, and in which folder or module it is."""

ROWS = {
    "setup": ("install what `make report` needs", "s", 100, 30),
    "findings": ("`analysis findings` on a fresh clone", "s", 360, 10),
    "nothing": ("`make report` from nothing", "s", 122, 45),
    "grid": ("the grid of scenarios", "CPU s", 125, 25),
    "stale": ("`make report`, all stale, with the grid there", "s", 37, 19),
    "loop": ("the same notebooks by papermill's command line", "s", None, None),
    "report": ("`make report`, all stale, over papermill's loop", "", 1.06, 0.45),
    "cells": ("the cells of the seven notebooks, nothing kept", "CPU s", 30, 12),
    "sweep": ("a sweep of {count} notebooks: throughput over papermill's loop", "", 2.1, -5),
    "nbval": ("nbval over all notebooks, as the tests run it, over nbval by itself", "", 0.56, 0.36),
    "tests": ("`make test`", "s", 379, 175),
}
"""What is measured: its name, its unit, what it took when the targets were set, on another machine, and the target, at
most; at least where it is negative."""


def measure(scenarios: int = SCENARIOS, states: dict[str, str] = STATES) -> dict[str, dict[str, Any]]:
    """For each state the seconds of each row, or their ratio."""
    with TemporaryDirectory() as folder:
        return {name: measured(Path(folder) / name, commit, scenarios) for name, commit in states.items()}


def measured(root: Path, commit: str, scenarios: int) -> dict[str, Any]:
    """The rows of one state, in a new clone of it at ``root``."""
    subprocess.run(["git", "clone", "--quiet", ROOT, root], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=root, check=True)
    python, analysis = str(root / ".venv" / "bin" / "python"), str(root / ".venv" / "bin" / "analysis")
    found: dict[str, Any] = {"cpu": {}}

    def timed(name: str, *command: str, may_fail: bool = False, **variables: str) -> str:
        """Run a command; it and all its processes count, in wall time, and in CPU time of the whole machine beside it.

        One that ``may_fail``, as tests of an old state do now and then, is said to have done so. Returns what it printed.
        """
        used, began = cpu_seconds(), time.perf_counter()
        with (root / "printed.txt").open("w+") as printed:
            done = subprocess.run(
                command, cwd=root, env=environment() | variables, stdout=printed, stderr=printed, check=False
            )
            printed.seek(0)
            text = printed.read()
            if done.returncode and not may_fail:
                raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{text[-2000:]}")
        found[name], found["cpu"][name] = time.perf_counter() - began, cpu_seconds() - used
        failed = ", failed" if done.returncode else ""
        times = f"{found[name]:.1f} s, {found['cpu'][name]:.1f} CPU s"
        print(f"  {commit}, {name}: {times}{failed}", file=sys.stderr, flush=True)
        return text

    stock, saving = {"JUPYTER_PATH": str(usual_kernel(root))}, {"ANALYSIS_FIGURES": str(root / "made" / "figures")}
    names = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    bare = [python, "-P", "-m", "benchmarks.execution", "floor", "report"]
    (root / "made").mkdir()

    nothing_kept = {"XDG_CACHE_HOME": str(root / "cache")}
    timed("setup", "make", "setup", f"PYTHON={sys._base_executable}", **nothing_kept)
    if commit == STATES["now"]:  # before it made the whole report first
        timed("findings", analysis, "findings")
        remove(root, "build")
    timed("nothing", "make", "report")
    remove(root, "build/notebooks", "build/report*")
    timed("stale", "make", "report")
    write(root, "report", [(name, {}, f"made/{name}.ipynb") for name in names])
    timed("loop", *loop(CORES, "report.txt", python), **stock, **saving)
    write(root, "report", [(name, {}, "") for name in names if name != "0_index"])
    timed("floor", *bare, PYTHONPATH=str(ROOT), **saving)
    found |= {"report": found["stale"] / found["loop"], "cells": sum(own(root / "report.own"))}
    found["grid"] = found["cpu"]["nothing"] - found["cpu"]["stale"]
    if commit == STATES["now"]:  # before it was installed with all else
        timed("testing", "make", ".venv/ready-test")
    timed("nbval by itself", python, "-m", "pytest", "-n0", "notebooks", **stock)
    timed("nbval as tests", python, "-m", "pytest", "notebooks")
    text = timed("tests", "make", "test", may_fail=True, PYTEST_ADDOPTS="--durations=0")
    found["count"], found["failed"] = counted(text)
    if commit == STATES["now"]:
        found["profiles"] = {"`make test`": durations(text)}
        others = [subprocess.Popen([python, "-c", "while True: pass"]) for _ in range(CORES)]
        try:
            found["beside"] = counted(timed("tests beside others", "make", "test", may_fail=True))
        finally:
            for other in others:
                other.kill()
                other.wait()
        found["profiles"]["the grid"] = json.loads(timed("profile", python, "-c", PROFILED, GRID).splitlines()[-1])
    one = next(name for name in names if name.endswith(SWEPT[2:]))
    swept(root, scenarios, one)  # last, for it changes the scenarios
    timed("loops", *loop(CORES, "sweep.txt", python), **stock)
    timed("grid of none", analysis, "sweep")
    remove(root, "build/sweep")
    timed("sweeps", analysis, "sweep")
    timed("bare sweep", *bare[:-1], "sweep", PYTHONPATH=str(ROOT))
    found["swept cells"] = sum(own(root / "sweep.own"))
    return found | {
        "sweep": found["loops"] / found["sweeps"],
        "nbval": found["nbval as tests"] / found["nbval by itself"],
    }


def durations(text: str) -> dict[str, float]:
    """The seconds that the tests of each folder or module take, of what pytest printed."""
    spent: Counter[str] = Counter()
    for seconds, place in DURATION.findall(text):
        spent[place] += float(seconds)
    return spent


def counted(text: str) -> tuple[int, int]:
    """How many tests ran and how many of them failed, of what pytest printed."""
    found = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", text)}
    failed = found.get("failed", 0) + found.get("error", 0)
    return found.get("passed", 0) + failed, failed


def cpu_seconds() -> float:
    """The CPU seconds that all processes of this machine have used: those of a pool are no children of who starts it."""
    used = psutil.cpu_times()
    return float(used.user + used.nice + used.system)


def environment() -> dict[str, str]:
    """The environment without what belongs to this process's own project."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DASK", "PYTHON"))}


def remove(root: Path, *patterns: str) -> None:
    for path in (path for pattern in patterns for path in root.glob(pattern)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def usual_kernel(root: Path) -> Path:
    """A folder with the kernel of a clone, which starts as ipykernel's own does."""
    shutil.copytree(root / "share" / "jupyter", root / "stock")
    path = root / "stock" / "kernels" / "analysis" / "kernel.json"
    kernel = json.loads(path.read_text())
    kernel.get("metadata", {}).pop("kernel_provisioner", None)
    path.write_text(json.dumps(kernel))
    return root / "stock"


def section(results: dict[str, dict[str, Any]]) -> list[str]:
    """The table of targets, what bounds them, and where the time goes."""
    now, before = results["now"], results["before"]
    text = [
        "## Targets of speed, before and now",
        "",
        f"*Before* is commit {STATES['before']}, at which the targets were set, and *now* the present code, both measured here in one "
        "run: each was cloned, set up by its own Makefile and measured once. A row may take half as long again in the next run. "
        f"*Then* is what was measured when the targets were set, on a faster machine: `make report` from nothing took "
        f"{ROWS['nothing'][2]} s there, and takes {before['nothing']:.0f} s here. So seconds are judged twice: *met* if now is at most "
        "the target; *met for this machine* if now / before is at most target / then. A ratio is judged once. An empty cell was not "
        "measured, or does not apply.",
        "",
        "- Seconds are wall time. CPU s are those of the whole machine, which had nothing else to do.",
        "- The grid: all scenarios that the report evaluates. Its row is a report from nothing minus a report with the grid there.",
        f"- papermill's loop: `xargs -P {CORES}` calls papermill's command line for each notebook.",
        "- The sweep: how many times as many notebooks a second as the loop; more is better. In all other rows less is better.",
        f"- nbval: the tests run it on {CORES} notebooks at once; by itself it runs one after the other.",
        f"- The tests: {now['count']} now, {now['failed']} failed; {before['count']} before, {before['failed']} failed. Under load, "
        f"beside {CORES} processes that want all cores, {now['beside'][1]} of {now['beside'][0]} failed, in "
        f"{now['tests beside others']:.0f} s.",
        "",
        "| what | then | target | before | now | met | now / before | target / then | met for this machine |",
        "|---|---:|---:|---:|---:|---|---:|---:|---|",
    ]
    for name, (what, unit, then, target) in ROWS.items():
        shown = lambda value, unit=unit: "" if value is None else f"{value:.{1 if unit else 2}f} {unit}".strip()
        met = lambda value, aim: "" if value is None or aim is None else "yes" if value <= aim else "no"
        old, sign = before.get(name), -1 if (target or 0) < 0 else 1
        share = now[name] / old if unit and old and target else None
        aim = target / then if share is not None else None
        shares = [f"{one:.2f}" if one is not None else "" for one in (share, aim)]
        cells = [shown(then), shown(abs(target) if target else None), shown(old), shown(now[name])]
        cells += [met(sign * now[name], target), *shares, met(share, aim)]
        text.append(f"| {what.format(count=SCENARIOS)} | {' | '.join(cells)} |")
    least = now["cells"] / CORES
    return [
        *text,
        "",
        f"The least that the present work can take on {CORES} cores, if none were ever idle (CPU s / {CORES}):",
        "",
        f"- a report, all stale: {now['cpu']['stale']:.1f} CPU s, so {now['cpu']['stale'] / CORES:.1f} s, "
        f"{now['cpu']['stale'] / CORES / now['loop']:.2f} of the loop; its cells alone {least:.1f} s, {least / now['loop']:.2f} of the loop",
        f"- a report from nothing: {now['cpu']['nothing'] / CORES:.1f} s",
        f"- `make test`: {now['cpu']['tests']:.0f} CPU s, so {now['cpu']['tests'] / CORES:.0f} s",
        f"- the sweep: its cells alone take {now['swept cells']:.1f} CPU s, without any start of a process: "
        f"{now['loops'] / now['swept cells'] * CORES:.1f} times the loop's throughput at most",
        f"- nbval on {CORES} notebooks at once: {1 / CORES:.2f} of nbval on one after the other",
        *(line for name, spent in now["profiles"].items() for line in profile(name, spent)),
    ]


def profile(name: str, spent: dict[str, float]) -> list[str]:
    """The parts of what was profiled, the largest first, as a sentence."""
    whole = sum(spent.values())
    parts = sorted(spent.items(), key=lambda part: -part[1])
    shares = ", ".join(f"{place} {seconds / whole:.0%}" for place, seconds in parts if seconds >= whole / 50)
    return ["", f"Where the time of {name} goes, of {whole:.0f} s added up over its parts: {shares}."]
