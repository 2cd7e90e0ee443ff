"""What does ``make sweep`` make? The grid of scenarios evaluated, and the declared notebooks executed.

Both go to ``build/sweep/``: the results as one tidy table (CSV and Parquet), each notebook under its scenario's name.
What is there already and rests on the same content is kept, so that an interrupted sweep goes on where it was. The work is
done by this machine's cores, or by the Dask cluster of DASK_SCHEDULER_ADDRESS: its workers hand back what they made and
only this process writes, so that a cluster needs no shared folder; or, where the sweep goes to a URL that all can reach,
each worker writes its own.
"""

import gc
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.analyses import sensitivity
from analysis.analyses.sensitivity import declared
from analysis.evidence import files, paths
from analysis.evidence.problems import ParameterError
from analysis.evidence.record import Record
from analysis.recorded import NOTEBOOKS, NotebookError
from analysis.report.run import children
from analysis.report.run.children import cores, in_turn
from analysis.report.run.notebooks import execute
from analysis.report.run.provenance import Parts, Stamp, file_lock, grid_stamp, notebook_parts

SLICES = 2
"""Slices of the grid for each core: few enough that scenarios of one system of equations stay together, enough that
the cores end together."""

RETRIES = 2

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One notebook under one scenario, stored in ``folder``: none but for the scenarios of a ``cross``."""

    scenario: str
    name: str
    parameters: tuple[tuple[str, Any], ...]
    folder: str = ""

    @cached_property
    def stamp(self) -> Stamp:
        """The stamp of its output."""
        chosen = {"of": self.name, "scenario": self.scenario, "parameters": dict(self.parameters)}
        return Stamp(Path(self.file), chosen | _parts(self.name))

    @property
    def file(self) -> str:
        """Where its output is stored: the scenario's name, in letters, digits and hyphens, in the folder of a cross."""
        return f"{self.folder}{_slug(self.scenario)}.ipynb"


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-")


@lru_cache
def _parts(name: str) -> Parts:
    return notebook_parts(name)


class Store:
    """Where the notebooks of a sweep go: a folder, or a URL that fsspec knows, such as ``s3://bucket/sweep``."""

    def __init__(self, url: str) -> None:
        from fsspec import get_mapper  # here: a report needs none

        self.files = get_mapper(url)

    def read(self, file: str) -> str:
        """What is stored as ``file``; nothing where nothing is."""
        return str(self.files.get(file, b"").decode(errors="replace"))

    def write(self, file: str, data: bytes) -> None:
        """Store ``data`` as ``file``, whole or not at all."""
        if "file" in self.files.fs.protocol:
            files.write(Path(self.files.root, file), data)
        else:
            self.files[file] = data  # an object store shows an object once it is whole

    def keep(self, kept: Iterable[str]) -> None:
        """Remove the notebooks that are none of ``kept``, and the folders that this leaves empty."""
        for file in {file for file in self.files if file.endswith(".ipynb")} - {*kept}:
            del self.files[file]
            with suppress(OSError):  # it holds others
                self.files.fs.rmdir(f"{self.files.root}/{file}".rpartition("/")[0])


def runs(spec: Spec) -> list[Run]:
    """The notebooks to execute: one an entry, or one a combination of the values of its ``cross``.

    Raises ParameterError for a notebook that does not exist, and for a scenario named twice.
    """
    found = [run for entry in spec.get("notebook", []) for run in _runs(entry)]
    times = Counter(run.file for run in found)
    problem = ""
    if unknown := sorted({run.name for run in found} - {*NOTEBOOKS}):
        problem = f"there is no notebook {', '.join(unknown)}. Allowed: {', '.join(NOTEBOOKS)}."
    elif unnamed := [run.scenario for run in found if not _slug(run.scenario)]:
        problem = f"scenario = {unnamed[0]!r}: expected a name with a letter or a digit."
    elif twice := sorted({run.scenario for run in found if times[run.file] > 1}):
        problem = f"more than one scenario is stored as {', '.join(twice)}. Give each a name of its own."
    if problem:
        raise ParameterError(f"scenarios.toml: {problem}")
    return found


def _runs(entry: Mapping[str, Any]) -> Iterator[Run]:
    """A cross has a folder for each value of each parameter but the last, so that no folder holds too many."""
    scenario, name, cross = str(entry["scenario"]), str(entry["name"]), entry.get("cross", {})
    for values in product(*cross.values()):
        chosen = dict(zip(cross, values, strict=True))
        named = [f"{parameter} {value}" for parameter, value in chosen.items()]
        folder = "".join(f"{_slug(part)}/" for part in [scenario, *named[:-1]]) if cross else ""
        parameters = tuple((dict(entry.get("parameters", {})) | chosen).items())
        yield Run(", ".join([scenario, *named]), name, parameters, folder)


@lru_cache(maxsize=1)
def _record() -> Record:
    return Record.load()


Scenario = tuple[str, sensitivity.Choices]


def _evaluate(part: Mapping[int, Scenario]) -> list[list[dict[str, Any]]]:
    """A task: the rows of each of some scenarios."""
    return [sensitivity.evaluate(_record(), scenario) for scenario in part.values()]


def _begin() -> None:
    """Prepare a process of the grid."""
    children.end_with_parent()
    gc.disable()  # what is kept for further scenarios is no garbage, and looking through it takes a seventh of the time


def _execute(url: str, run: Run) -> tuple[str, str]:
    """A task: the executed notebook as it is stored, or, second, why it failed. With a ``url`` it is stored there."""
    try:
        notebook = execute(run.name, dict(run.parameters), run.stamp.now)
    except NotebookError as error:  # here: what a worker raises is tried again
        return "", str(error)
    if not url:
        return notebook, ""
    Store(url).write(run.file, notebook.encode())
    return "", ""


ADDRESS = re.compile(r"(tcp://|tls://)?(\[[0-9a-fA-F:]+\]|[\w.-]+):\d+")


@contextmanager
def cluster() -> Iterator[Executor | None]:
    """The Dask cluster named in DASK_SCHEDULER_ADDRESS; None where none is named.

    What a worker could not do, for it died or its storage failed, is tried again ``RETRIES`` times. Raises ParameterError
    for what is no address, and OSError where nobody answers there.
    """
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        yield None
        return
    if not ADDRESS.fullmatch(address):
        raise ParameterError(f"DASK_SCHEDULER_ADDRESS = {address!r}: expected tcp://HOST:PORT or tls://HOST:PORT.")
    from distributed import Client  # here: only a cluster needs it

    with Client(address) as client:
        yield client.get_executor(pure=False, retries=RETRIES)


def evaluated(executor: Executor | None = None) -> None:
    """Evaluate the whole grid into build/grid/, unless it is there and nothing that it rests on has changed.

    ``executor`` evaluates it; by default one process a core. Raises ParameterError for a grid that cannot be.
    """
    with file_lock("grid"):
        stamp = grid_stamp()
        if not stamp.stale():
            return
        if executor is None:
            children.start_server()  # it imports while the scenarios are listed
        scenarios = sensitivity.grid(_record(), declared())
        if problems := [*sensitivity.without_limit(_record(), declared())]:
            raise ParameterError("\n".join(map(str, problems)))
        table = sensitivity.table(_rows(scenarios, executor))
        files.write(paths.GRID / "results.csv", table.to_csv(index=False, lineterminator="\n", float_format="%.9g"))
        files.write(paths.GRID / "results.parquet", table.to_parquet(index=False))
        stamp.write()


def _rows(scenarios: list[Scenario], executor: Executor | None) -> list[dict[str, Any]]:
    """The rows of ``scenarios``, in their order."""
    if executor is None:
        pool = ProcessPoolExecutor(cores(), mp_context=children.CONTEXT, initializer=_begin)
        try:
            with pool, children.none_left(pool):
                return _rows(scenarios, pool)
        except BrokenExecutor:
            reason = "a process was killed, probably out of memory. Run the command again"
            raise NotebookError(f"the scenarios: {reason}") from None
    done: dict[int, list[dict[str, Any]]] = {}
    for part, future in in_turn(_evaluate, _slices(scenarios), "slices of the scenarios", executor):
        done |= zip(part, future.result(), strict=True)
    return [row for place in sorted(done) for row in done[place]]


def _slices(scenarios: list[Scenario]) -> list[dict[int, Scenario]]:
    """``scenarios`` by their places, in contiguous slices: those that read the claims in the same way are neighbours."""
    record = _record()

    def shared(place: int) -> tuple[str, ...]:
        name, choices = scenarios[place]
        return name, *map(str, record.under(record.scenario.with_choices(**choices)).choice)

    order = sorted(range(len(scenarios)), key=shared)
    length = -(-len(order) // (SLICES * cores())) or 1
    slices = (order[start : start + length] for start in range(0, len(order), length))
    return [{place: scenarios[place] for place in places} for places in slices]


def sweep(url: str = "") -> list[str]:
    """Evaluate the grid and execute the declared notebooks, what is current excepted. Returns what failed, and why.

    One that fails does not keep the others from finishing. With a ``url`` all of it goes there, and each worker writes
    its own notebooks. Raises ParameterError for a grid that cannot be.
    """
    wanted = runs(declared())
    store = Store(url or str(paths.SWEEP))
    stale = [run for run in wanted if run.stamp.stale(store.read(run.file))]
    print(f"sweep: {len(wanted) - len(stale)} of {len(wanted)} notebooks are current", file=sys.stderr)
    failures: dict[Run, str] = {}
    if stale or grid_stamp().stale():
        with cluster() as executor:
            evaluated(executor)
            for run, future in in_turn(partial(_execute, url), stale, "notebooks", executor):
                try:
                    notebook, failure = future.result()
                except Exception as error:  # whatever a worker could not do, the others finish
                    notebook, failure = "", f"{type(error).__name__}: {error}"
                if notebook:
                    store.write(run.file, notebook.encode())
                if failure:
                    failures[run] = failure
    columns = ["scenario", "notebook", "parameters", "file", "failure"]
    rows = []
    for run in wanted:
        failure = failures.get(run, "")
        rows.append((run.scenario, run.name, json.dumps(dict(run.parameters)), "" if failure else run.file, failure))
    store.write("index.csv", pd.DataFrame(rows, columns=columns).to_csv(index=False, lineterminator="\n").encode())
    for table in sorted(paths.GRID.iterdir()):
        store.write(table.name, table.read_bytes())
    store.keep(run.file for run in wanted)
    return [f"{run.scenario}: {reason}" for run, reason in failures.items()]
