"""What does ``make sweep`` make? The grid of scenarios evaluated, and the declared notebooks executed, on a Dask cluster.

Both go to ``build/sweep/``: the results as one tidy table (CSV and Parquet), each notebook under its scenario's name.
What is there already and rests on the same content is kept, so that an interrupted sweep goes on where it was. The
workers hand back what they made and only this process writes, so that a cluster needs no shared folder; or, where the
sweep goes to a URL that all can reach, each worker writes its own.
"""

import json
import logging
import os
import re
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, as_completed, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from multiprocessing import get_context, resource_tracker
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from analysis.analyses import sensitivity
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError
from analysis.report.run.notebooks import NOTEBOOKS, cores, executed, serialised
from analysis.report.run.provenance import FLOORS, NotebookError, Stamp, alone, content, digest, key

BATCH = 20
"""Scenarios evaluated in one task: about a second's work."""

AHEAD = 4
"""Notebooks submitted at a time for each core of the cluster."""

RETRIES = 2

RESULTS = paths.SWEEP / "results.csv"

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One notebook under one scenario, stored in ``folder``: none but for the scenarios of a ``cross``."""

    scenario: str
    name: str
    parameters: tuple[tuple[str, Any], ...]
    folder: str = ""

    @property
    def key(self) -> str:
        """SHA-256 of all that its output rests on."""
        grid = paths.SCENARIOS.read_text(encoding="utf-8") if self.name == "6_sensitivity" else ""
        return key(content(), _notebook(self.name), self.scenario, json.dumps(self.parameters), grid)

    def stored(self, notebook: str, made_from: str) -> str:
        """The executed ``notebook`` as it is stored: with its scenario, and the key it was made from."""
        document = json.loads(notebook)
        document["metadata"]["scenario"] = {
            "name": self.scenario,
            "parameters": dict(self.parameters),
            "key": made_from,
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    @property
    def file(self) -> str:
        """Where its output is stored: the scenario's name, in letters, digits and hyphens, in the folder of a cross."""
        return f"{self.folder}{_slug(self.scenario)}.ipynb"


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name.lower()).strip("-")


@lru_cache
def _notebook(name: str) -> str:
    return digest([paths.NOTEBOOKS / f"{name}.ipynb"])


class Store:
    """Where the notebooks of a sweep go: a folder, or a URL that fsspec knows, such as ``s3://bucket/sweep``."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs  # here: a report needs none

        self.files, self.root = url_to_fs(url)

    def place(self, file: str) -> str:
        return f"{self.root}/{file}"

    def read(self, file: str) -> str:
        """What is stored as ``file``; nothing where nothing is."""
        try:
            return str(self.files.cat_file(self.place(file)).decode(errors="replace"))
        except FileNotFoundError:
            return ""

    def write(self, file: str, data: bytes) -> None:
        """Store ``data`` as ``file``, whole or not at all."""
        if "file" in self.files.protocol:
            return paths.write(Path(self.place(file)), data)
        self.files.pipe_file(self.place(file), data)  # an object store shows an object once it is whole

    def keep(self, files: Iterable[str]) -> None:
        """Remove the notebooks that are none of ``files``, and the folders that this leaves empty."""
        kept = {self.place(file) for file in files}
        for path in self.files.find(self.root):
            if path.endswith(".ipynb") and path not in kept:
                self.files.rm_file(path)
                with suppress(OSError):  # it holds others
                    self.files.rmdir(path.rpartition("/")[0])


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
    """The notebooks to execute: one an entry, or one a combination of the values of its ``cross``.

    Raises ParameterError for a notebook that does not exist, and for a scenario named twice.
    """
    found = [run for entry in spec.get("notebook", []) for run in _runs(entry)]
    unknown = {run.name for run in found if run.name not in NOTEBOOKS}
    if unknown:
        raise ParameterError(
            f"scenarios.toml: there is no notebook {', '.join(sorted(unknown))}. Allowed: {', '.join(NOTEBOOKS)}."
        )
    times = Counter(run.file for run in found)
    twice = sorted({run.scenario for run in found if times[run.file] > 1})
    if unnamed := [run.scenario for run in found if not _slug(run.scenario)]:
        raise ParameterError(f"scenarios.toml: scenario = {unnamed[0]!r}: expected a name with a letter or a digit.")
    if twice:
        raise ParameterError(
            f"scenarios.toml: more than one scenario is stored as {', '.join(twice)}. Give each a name of its own."
        )
    return found


def _runs(entry: Mapping[str, Any]) -> Iterator[Run]:
    """A cross has a folder for each value of each parameter but the last, so that no folder holds too many."""
    scenario, name, cross = str(entry["scenario"]), str(entry["name"]), entry.get("cross", {})
    for values in product(*cross.values()):
        chosen = dict(zip(cross, values, strict=True))
        told = [f"{parameter} {value}" for parameter, value in chosen.items()]
        folder = "".join(f"{_slug(part)}/" for part in [scenario, *told[:-1]]) if cross else ""
        parameters = tuple((dict(entry.get("parameters", {})) | chosen).items())
        yield Run(", ".join([scenario, *told]), name, parameters, folder)


@lru_cache(maxsize=1)
def _record() -> Record:
    return Record.load()


def _evaluate(scenarios: list[tuple[str, sensitivity.Choices]]) -> list[dict[str, Any]]:
    """A task: the rows of some scenarios."""
    return [row for scenario in scenarios for row in sensitivity.evaluate(_record(), scenario)]


def _execute(run: Run, made_from: str, url: str) -> tuple[str, str]:
    """A task: the executed notebook as it is stored, or, second, why it failed. With a ``url`` it is stored there."""
    try:
        notebook = run.stored(serialised(executed(run.name, dict(run.parameters))), made_from)
    except NotebookError as error:
        return "", str(error)
    if not url:
        return notebook, ""
    Store(url).write(run.file, notebook.encode())
    return "", ""


@contextmanager
def cluster() -> Iterator[tuple[Executor, int]]:
    """The Dask cluster named in DASK_SCHEDULER_ADDRESS, or one of this machine's cores: an executor, and its cores.

    What a worker could not do, for it died or its storage failed, is tried anew ``RETRIES`` times.
    """
    from distributed import Client, LocalCluster  # here: a report needs no cluster

    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if address:
        with Client(address) as client:
            yield client.get_executor(pure=False, retries=RETRIES), sum(client.nthreads().values()) or cores()
        return
    with ExitStack() as stack:
        with _deaf():
            local = stack.enter_context(
                LocalCluster(
                    n_workers=cores(),
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,  # an error comes back; what a worker logs as it ends is noise
                )
            )
        yield stack.enter_context(Client(local)).get_executor(pure=False, retries=RETRIES), cores()


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
    with alone("grid"):
        stamp, now = grid_stamp()
        if stamp.stale(now):
            scenarios = sensitivity.grid(_record(), declared())
            batches = [scenarios[start : start + BATCH] for start in range(0, len(scenarios), BATCH)]
            if executor is None:
                with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
                    rows = _gathered(pool, batches)
            else:
                rows = _gathered(executor, batches)
            table = sensitivity.table(rows)
            paths.write(RESULTS, table.to_csv(index=False, lineterminator="\n", float_format="%.9g"))
            paths.write(RESULTS.with_suffix(".parquet"), table.to_parquet(index=False))
            stamp.put(now)
        return sensitivity.read(RESULTS)


def grid_stamp() -> tuple[Stamp, dict[str, str]]:
    """The stamp of the evaluated grid, and what it rests on now."""
    now = {"the code, the data or the lock": content(*FLOORS), "the grid": digest([paths.SCENARIOS])}
    return Stamp(RESULTS.with_suffix(".json"), [RESULTS, RESULTS.with_suffix(".parquet")]), now


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


def sweep(url: str = "") -> list[str]:
    """Evaluate the grid and execute the declared notebooks, what is current excepted. Returns what failed, and why.

    One that fails does not keep the others from finishing. With a ``url`` all of it goes there, and each worker writes
    its own notebooks. Raises ParameterError for a grid that cannot be.
    """
    wanted = runs(declared())
    store = Store(url or str(paths.SWEEP))
    keys = {run: run.key for run in wanted}  # before they run: what changes meanwhile is not taken for run
    stale = [run for run in wanted if keys[run] not in store.read(run.file)]
    why: dict[Run, str] = {}
    print(f"sweep: {len(wanted) - len(stale)} of {len(wanted)} notebooks are current", file=sys.stderr)
    stamp, now = grid_stamp()
    if stale or stamp.stale(now):
        with cluster() as (executor, workers):
            evaluated(executor)
            submit = lambda run: executor.submit(_execute, run, keys[run], url)  # noqa: E731
            with tqdm(total=len(stale), desc="notebooks", file=sys.stderr, unit="notebook", disable=None) as bar:
                for run, future in _in_turn(submit, stale, AHEAD * workers):
                    try:
                        notebook, why[run] = future.result()
                    except Exception as error:  # whatever a worker could not do, the others finish
                        notebook, why[run] = "", f"{type(error).__name__}: {error}"
                    if notebook:
                        store.write(run.file, notebook.encode())
                    bar.set_postfix_str(run.scenario)
                    bar.update()
    rows = [
        (run.scenario, run.name, json.dumps(dict(run.parameters)), "" if why.get(run) else run.file, why.get(run, ""))
        for run in wanted
    ]
    index = pd.DataFrame(rows, columns=["scenario", "notebook", "parameters", "file", "failure"])
    store.write("index.csv", index.to_csv(index=False, lineterminator="\n").encode())
    for table in (RESULTS, RESULTS.with_suffix(".parquet")):
        store.write(table.name, table.read_bytes())
    store.keep(run.file for run in wanted)
    return [f"{run.scenario}: {reason}" for run, reason in why.items() if reason]


def _in_turn(
    submit: Callable[[Run], Future[Any]], wanted: Iterable[Run], ahead: int
) -> Iterator[tuple[Run, Future[Any]]]:
    """Each of ``wanted`` with its future once that is done, ``ahead`` of them submitted at a time.

    What is done is let go of, so that memory does not grow with their number.
    """
    running: dict[Future[Any], Run] = {}
    queue = iter(wanted)
    while True:
        for run in islice(queue, ahead - len(running)):
            running[submit(run)] = run
        if not running:
            return
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            yield running.pop(future), future
