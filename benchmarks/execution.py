"""What does executing notebooks cost: with the public tools, with this project, and as bare cells in one process?

Every way is a command of its own in a throw-away copy of the project, measured from its start until it ends, with all
the processes that it starts. All ways of a group are run in turn, round after round.
"""

import ast
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import islice, product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .measure import measured

ROOT = Path(__file__).resolve().parents[1]
NAMES = tuple(sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")))
SCENARIOS = 50
BUDGET = 240
"""Seconds that a group may take: as many rounds as fit, at least one and at most five."""
CORES = os.cpu_count() or 1
PYTHON = [sys.executable, "-m"]
BARE = [*PYTHON, "benchmarks.execution"]

Task = tuple[str, dict[str, Any], str]
"""A notebook, its parameters, and the file for its output."""


def make(root: Path, target: str) -> list[str]:
    """``make TARGET`` with the copy's own package, which the Makefile hides from what is set outside."""
    return ["make", "--silent", "--old-file=.venv/ready", f"RUN=env PYTHONPATH={root}/src {sys.executable} -m", target]


LINE, LINES = "papermill, command line, one by one", f"papermill, command line, {CORES} at once"
API, FLOOR = "papermill, API, one by one", "the floor: the cells in one plain process"
OURS, NOOP = "ours, forked shells", "ours, nothing to do"
REPORT, REPORT_NOOP = "ours, make report, all stale", "ours, make report, nothing to do"

SWEPT = "1_deaths_by_year"

TITLES = {
    "report": "The report's {} notebooks, each once",
    "sweep": "{} scenarios of one notebook",
}


@dataclass(frozen=True)
class Way:
    """One way to do the work of a group. ``makes`` are the files it leaves; they and ``remove`` are removed before."""

    name: str
    command: list[str]
    makes: str = ""
    remove: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


def project(root: Path) -> Path:
    """A copy of this project without its texts; the results of the grid come along, to be used where current."""
    for name in ("src", "data", "notebooks", "figures", "share", "benchmarks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("texts", "__pycache__"))
    for name in ("pyproject.toml", "scenarios.toml", "requirements.txt", "Makefile", "CITATION.cff"):
        shutil.copy(ROOT / name, root)
    (root / "build").mkdir()
    (root / "made").mkdir()
    shutil.copytree(ROOT / "build" / "grid", root / "build" / "grid")
    shutil.copy(ROOT / "build" / "grid.json", root / "build")
    return root


def loop(at_once: int, file: str, python: str = sys.executable) -> list[str]:
    """A shell's loop over papermill's command line: a line of ``file`` a call."""
    return ["sh", "-c", f"xargs -P {at_once} -L 1 {python} -m papermill < {file}"]


def write(root: Path, file: str, work: list[Task]) -> None:
    """Write the work of a group: for :func:`api` and :func:`floor`, and as arguments of papermill's command line."""
    (root / f"{file}.json").write_text(json.dumps(work))
    lines = [
        " ".join([f"notebooks/{name}.ipynb", output, *(f"-p {key} {value}" for key, value in parameters.items())])
        for name, parameters, output in work
    ]
    (root / f"{file}.txt").write_text("\n".join(lines) + "\n")


def report(root: Path, names: tuple[str, ...]) -> list[Way]:
    """The notebooks of the report, each once, figures saved; the grid that one of them reads is there."""
    write(root, "report", [(name, {}, f"made/{name}.ipynb") for name in names])
    files = [f"notebooks/{name}.ipynb" for name in names]
    convert = [*PYTHON, "nbconvert", "--execute", "--to=notebook", "--output-dir=made", *files]
    execute = [str(Path(sys.executable).with_name("jupyter-execute")), "--output=../made/{notebook_name}", *files]
    ours = [*PYTHON, "analysis", "notebooks", *names]
    saving = {"ANALYSIS_FIGURES": str(root / "made" / "figures")}
    made, stored = "made/*.ipynb", "build/notebooks/*/*.ipynb"
    everything = ("build/notebooks", "build/report*", "build/jupyter_execute")
    return [
        Way(LINES, loop(CORES, "report.txt"), made, variables=saving),
        Way(LINE, loop(1, "report.txt"), made, variables=saving),
        Way(API, [*BARE, "api", "report"], made, variables=saving),
        Way("nbconvert --execute", convert, made, variables=saving),
        Way("nbclient (jupyter execute)", execute, made, variables=saving),
        Way(OURS, ours, stored),
        Way(NOOP, ours),
        Way(REPORT, make(root, "report"), stored, everything),
        Way(REPORT_NOOP, make(root, "report")),
        Way(FLOOR, [*BARE, "floor", "report"], variables=saving),
    ]


def swept(root: Path, count: int, name: str = SWEPT) -> None:
    """The work of a sweep: one notebook under ``count`` scenarios, the grid cut down to next to nothing."""
    widths = [step / 8 for step in range(17)]
    choices = product(widths, ("each", "together"), ("part_year", "full_year"))
    keys = ("about_width", "shares_2014_2015", "year_2016")
    wanted = [dict(zip(keys, values, strict=True)) for values in islice(choices, count)]
    write(root, "sweep", [(name, each, f"made/{number}.ipynb") for number, each in enumerate(wanted)])
    entries = [
        f'[[notebook]]\nscenario = "{number}"\nname = "{name}"\n'
        + "".join(f"parameters.{key} = {json.dumps(value)}\n" for key, value in each.items())
        for number, each in enumerate(wanted)
    ]
    (root / "scenarios.toml").write_text("\n".join([f"[grid.{name.removeprefix('1_')}]", *entries]))


def sweep(root: Path, count: int) -> list[Way]:
    """One notebook under ``count`` scenarios; the grid is there."""
    swept(root, count)
    ours = [*PYTHON, "analysis", "sweep"]
    made, stored = "made/*.ipynb", "build/sweep/*.ipynb"
    return [
        Way(LINES, loop(CORES, "sweep.txt"), made),
        Way(API, [*BARE, "api", "sweep"], made),
        Way(OURS, ours, stored),
        Way(NOOP, ours),
        Way(FLOOR, [*BARE, "floor", "sweep"]),
    ]


def measure(names: tuple[str, ...] = NAMES, scenarios: int = SCENARIOS, budget: float = BUDGET) -> dict[str, Any]:
    """Every way of every group: seconds and MiB of each round, and the CPU seconds that the cells take by themselves."""
    found: dict[str, Any] = {
        "versions": {name: version(name) for name in ("papermill", "nbconvert", "nbclient", "ipykernel")},
    }
    with TemporaryDirectory() as folder:
        root = project(Path(folder) / "project")
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DASK"))}
        variables |= {"PYTHONPATH": str(root / "src"), "JUPYTER_PATH": str(root / "share" / "jupyter")}
        tell("everything is made once", *measured(make(root, "report"), root, variables))
        found["report"] = {"notebooks": names, **rounds(root, report(root, names), len(names), variables, budget)}
        found["report"]["own"] = own(root / "report.own")
        ways = sweep(root, scenarios)  # last, for it changes the copy's scenarios
        tell("every scenario is made once", *measured([*PYTHON, "analysis", "sweep"], root, variables))
        found["sweep"] = {"notebooks": [SWEPT] * scenarios, **rounds(root, ways, scenarios, variables, budget)}
        found["sweep"]["own"] = own(root / "sweep.own")
    return found


def rounds(root: Path, ways: list[Way], count: int, variables: dict[str, str], budget: float) -> dict[str, Any]:
    """All ``ways``, one after the other, as often as fits. Raises RuntimeError where one makes less than ``count``."""
    runs: dict[str, Any] = {way.name: {"seconds": [], "MiB": []} for way in ways}
    began = time.perf_counter()
    for turn in range(1, 6):
        for way in ways:
            for pattern in (way.makes, *way.remove) if way.makes else ():
                for path in root.glob(pattern):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            seconds, peak = measured(way.command, root, variables | way.variables)
            if way.makes and len(list(root.glob(way.makes))) < count:
                raise RuntimeError(f"{way.name}: made less than {count} notebooks")
            runs[way.name]["seconds"].append(round(seconds, 3))
            runs[way.name]["MiB"].append(round(peak))
            tell(f"round {turn}, {way.name}", seconds, peak)
        if (time.perf_counter() - began) * (turn + 1) / turn > budget:
            break
    return {"ways": runs}


def tell(what: str, seconds: float, peak: float) -> None:
    print(f"  {what}: {seconds:.1f} s, {peak:.0f} MiB", file=sys.stderr, flush=True)


def own(path: Path) -> list[float]:
    """What the cells of each notebook take by themselves: medians over the rounds."""
    turns = [json.loads(line) for line in path.read_text().splitlines()]
    return [round(median(each), 3) for each in zip(*turns, strict=True)]


def section(results: dict[str, Any]) -> list[str]:
    """A table a group."""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    text = [
        "## Executing notebooks",
        "",
        f"{versions}. Every way is a command measured from start to end with all its processes; the public tools save the "
        "report's figures as ours do. Peak memory counts shared pages once. Medians over rounds in which all ways took "
        "turns; the ratio is to the first row.",
    ]
    for group, title in TITLES.items():
        ways, count = results[group]["ways"], len(results[group]["notebooks"])
        first = seconds(results, group, next(iter(ways)))
        text += ["", f"### {title.format(count)}", ""]
        text += [
            "| way | wall time | fastest to slowest | ratio | a notebook | peak memory |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for name, runs in ways.items():
            wall = seconds(results, group, name)
            spread = f"{min(runs['seconds']):.2f} to {max(runs['seconds']):.2f} s"
            times = f"{wall:.2f} s | {spread} | {wall / first:.3f} | {wall / count:.3f} s"
            text.append(f"| {name} | {times} | {max(runs['MiB']):,} MiB |")
        text += ["", f"Rounds: {len(runs['seconds'])}."]
        if group == "report":
            each = zip(results[group]["notebooks"], results[group]["own"], strict=True)
            text[-1] += f" The cells by themselves: {', '.join(f'{name} {spent:.2f} s' for name, spent in each)}."
    return text


def seconds(results: dict[str, Any], group: str, name: str) -> float:
    """The median wall time of a way."""
    return float(median(results[group]["ways"][name]["seconds"]))


def api(work: list[Task]) -> None:
    """Papermill's API, one notebook after the other."""
    import papermill

    for name, parameters, output in work:
        papermill.execute_notebook(f"notebooks/{name}.ipynb", output, parameters=parameters)


def floor(work: list[Task], own: Path) -> None:
    """The cells in this process, results formatted as a notebook shows them; to ``own`` their CPU seconds after imports."""
    from IPython.core.interactiveshell import InteractiveShell

    cells = {}
    for name in {name for name, _, _ in work}:
        document = json.loads(Path(f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))
        code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        cells[name] = [("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in code]
    lines = [line for each in cells.values() for source, _ in each for line in ast.parse(source).body]
    imports: list[ast.stmt] = [line for line in lines if isinstance(line, (ast.Import, ast.ImportFrom))]
    exec(compile(ast.Module(imports, []), "imports", "exec"), {})
    shell = InteractiveShell.instance()
    spent = []
    for name, parameters, _ in work:
        began = time.process_time()
        shell.reset()
        for source, tags in cells[name]:
            shell.run_cell(source).raise_error()
            if "parameters" in tags:
                shell.push(parameters)
        spent.append(time.process_time() - began)
    with own.open("a") as file:
        print(json.dumps(spent), file=file)


if __name__ == "__main__":
    way, group = sys.argv[1:]  # in the copy of the project that :func:`project` makes
    work = json.loads(Path(f"{group}.json").read_text())
    api(work) if way == "api" else floor(work, Path(f"{group}.own"))
