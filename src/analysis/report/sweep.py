"""What does ``make sweep`` make? The grid of scenarios evaluated, and the declared notebooks executed, on a Dask cluster.

Both go to ``build/sweep/``: the results as one tidy table (CSV and Parquet), each notebook under its scenario's name.
What is there already and rests on the same content is kept, so that an interrupted sweep goes on where it was. The
workers hand back what they made and only this process writes, so that a cluster needs no shared folder.
"""

import json
import logging
import os
import re
import signal
import sys
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, resource_tracker
from typing import Any

import pandas as pd
from tqdm import tqdm

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError
from analysis.findings import sensitivity
from analysis.report.current import FLOORS, NotebookError, Stamp, alone, content, digest, key
from analysis.report.execute import NOTEBOOKS, executed, serialised

BATCH = 20
"""Scenarios evaluated in one task: about a second's work."""

RESULTS = paths.SWEEP / "results.csv"

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One notebook under one scenario."""

    scenario: str
    name: str
    parameters: tuple[tuple[str, Any], ...]

    @property
    def key(self) -> str:
        """SHA-256 of all that its output rests on."""
        notebook = (paths.NOTEBOOKS / f"{self.name}.ipynb").read_text(encoding="utf-8")
        grid = paths.SCENARIOS.read_text(encoding="utf-8") if self.name == "sensitivity" else ""
        return key(content(), notebook, self.scenario, json.dumps(self.parameters), grid)

    @property
    def current(self) -> bool:
        """Whether its output is there and rests on what is there now."""
        try:
            stored = json.loads((paths.SWEEP / self.file).read_text(encoding="utf-8"))
            return bool(stored["metadata"]["scenario"]["key"] == self.key)
        except (OSError, ValueError, LookupError, TypeError):
            return False

    def store(self, notebook: str, made_from: str) -> None:
        """Write the executed ``notebook`` under the scenario's name, with its parameters and the key it was made from."""
        document = json.loads(notebook)
        document["metadata"]["scenario"] = {
            "name": self.scenario,
            "parameters": dict(self.parameters),
            "key": made_from,
        }
        paths.write(paths.SWEEP / self.file, json.dumps(document, indent=1, ensure_ascii=False) + "\n")

    @property
    def file(self) -> str:
        """The name of its output: the scenario's, in letters, digits and hyphens."""
        return re.sub(r"\W+", "-", self.scenario.lower()).strip("-") + ".ipynb"


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
            held = asked.get(part, {})
            if not isinstance(held, dict) or any(v != "every" and not isinstance(v, list) for v in held.values()):
                told = f"scenarios.toml, [grid.{name}]: found {part} = {held!r}"
                raise ParameterError(f'{told}; expected a table of parameters, each "every" or a list of values.')
    return spec


def runs(spec: Spec) -> list[Run]:
    """The notebooks to execute. Raises ParameterError for one that does not exist, and for a scenario named twice."""
    found = [
        Run(str(entry["scenario"]), str(entry["name"]), tuple(entry.get("parameters", {}).items()))
        for entry in spec.get("notebook", [])
    ]
    unknown = [run.name for run in found if run.name not in NOTEBOOKS]
    if unknown:
        raise ParameterError(
            f"scenarios.toml: there is no notebook {', '.join(unknown)}. Allowed: {', '.join(NOTEBOOKS)}."
        )
    files = [run.file for run in found]
    twice = sorted({run.scenario for run in found if files.count(run.file) > 1})
    if unnamed := [run.scenario for run in found if run.file == ".ipynb"]:
        raise ParameterError(f"scenarios.toml: scenario = {unnamed[0]!r}: expected a name with a letter or a digit.")
    if twice:
        raise ParameterError(
            f"scenarios.toml: more than one scenario is stored as {', '.join(twice)}. Give each a name of its own."
        )
    return found


@lru_cache(maxsize=1)
def _record() -> Record:
    return Record.load()


def _evaluate(scenarios: list[tuple[str, sensitivity.Choices]]) -> list[dict[str, Any]]:
    """A task: the rows of some scenarios."""
    return [row for scenario in scenarios for row in sensitivity.evaluate(_record(), scenario)]


def _execute(run: Run) -> tuple[str, str]:
    """A task: the executed notebook as text, or, second, why it failed."""
    try:
        return serialised(executed(run.name, dict(run.parameters))), ""
    except NotebookError as error:
        return "", str(error)


@contextmanager
def cluster() -> Iterator[Executor]:
    """The Dask cluster named in DASK_SCHEDULER_ADDRESS, or one of this machine's cores, as an executor."""
    from distributed import Client, LocalCluster  # here: a report needs no cluster

    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if address:
        with Client(address, timeout="10s") as client:
            yield client.get_executor(pure=False)
        return
    cores = os.cpu_count() or 1
    with ExitStack() as stack:
        with _deaf():
            local = stack.enter_context(
                LocalCluster(
                    n_workers=cores,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    silence_logs=logging.ERROR,
                )
            )
        yield stack.enter_context(Client(local)).get_executor(pure=False)


@contextmanager
def _deaf() -> Iterator[None]:
    """The processes that are started here do not hear Ctrl-C: this one does, and ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # now, for as it starts it makes the thread hear again
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def evaluated(executor: Executor | None = None) -> pd.DataFrame:
    """The whole grid, evaluated; kept in build/sweep/ for as long as nothing that it rests on changes.

    ``executor`` evaluates it; by default one process a core. Raises ParameterError for a grid that cannot be.
    """
    now = {"the code, the data or the lock": content(*FLOORS), "the grid": digest([paths.SCENARIOS])}
    stamp = Stamp(RESULTS.with_suffix(".json"), [RESULTS, RESULTS.with_suffix(".parquet")])
    with alone("grid"):
        return _evaluated(executor, now, stamp)


def _evaluated(executor: Executor | None, now: Mapping[str, str], stamp: Stamp) -> pd.DataFrame:
    if stamp.stale(now):
        scenarios = sensitivity.grid(_record(), declared())
        batches = [scenarios[start : start + BATCH] for start in range(0, len(scenarios), BATCH)]
        if executor is None:
            with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
                rows = _gathered(pool, batches)
        else:
            rows = _gathered(executor, batches)
        table = sensitivity.table(rows)
        paths.write(RESULTS, table.to_csv(index=False, lineterminator="\n", float_format="%.9g"))
        paths.write(RESULTS.with_suffix(".parquet"), table.to_parquet(index=False))
        stamp.put(now)
    return sensitivity.read(RESULTS)


def sensitivity_of(_record: Record) -> sensitivity.Sensitivity:
    """The sensitivity of the findings over the declared grid, whatever the scenario of the record."""
    return sensitivity.analyse(evaluated(), declared())


def _gathered(executor: Executor, batches: list[list[tuple[str, sensitivity.Choices]]]) -> Iterator[dict[str, Any]]:
    places = {executor.submit(_evaluate, batch): place for place, batch in enumerate(batches)}
    done: dict[int, list[dict[str, Any]]] = {}
    with tqdm(total=len(batches), desc="scenarios", file=sys.stderr, unit="batch", disable=None) as bar:
        for future in as_completed(places):
            done[places[future]] = future.result()
            bar.update()
    return (row for place in sorted(done) for row in done[place])


def sweep() -> list[str]:
    """Evaluate the grid and execute the declared notebooks, what is current excepted. Returns what failed, and why.

    One that fails does not keep the others from finishing. Raises ParameterError for a grid that cannot be.
    """
    wanted = runs(declared())
    stale = [run for run in wanted if not run.current]
    why: dict[Run, str] = {}
    print(f"sweep: {len(wanted) - len(stale)} of {len(wanted)} notebooks are current", file=sys.stderr)
    with cluster() as executor:
        evaluated(executor)
        keys = {run: run.key for run in stale}  # before they run: what changes meanwhile is not taken for run
        futures = {executor.submit(_execute, run): run for run in stale}
        with tqdm(total=len(stale), desc="notebooks", file=sys.stderr, unit="notebook", disable=None) as bar:
            for future in as_completed(futures):
                run = futures[future]
                notebook, why[run] = future.result()
                if notebook:
                    run.store(notebook, keys[run])
                bar.set_postfix_str(run.scenario)
                bar.update()
    rows = [
        (run.scenario, run.name, json.dumps(dict(run.parameters)), "" if why.get(run) else run.file, why.get(run, ""))
        for run in wanted
    ]
    index = pd.DataFrame(rows, columns=["scenario", "notebook", "parameters", "file", "failure"])
    paths.write(paths.SWEEP / "index.csv", index.to_csv(index=False, lineterminator="\n"))
    kept = {run.file for run in wanted}
    for path in paths.SWEEP.glob("*.ipynb"):
        if path.name not in kept:
            path.unlink()
    return [f"{run.scenario}: {reason}" for run, reason in why.items() if reason]
