"""How many scenarios are evaluated in a second: in one process, and by one and two workers of a Dask cluster?"""

import time
from collections.abc import Callable
from statistics import median

from distributed import Client, LocalCluster

from analysis.analyses import accounting, sensitivity
from analysis.evidence.record import Record
from analysis.report.run.sweep import _evaluate, _record

SLICES, TASKS, TIMES = 8, 500, 3
WORKERS = (1, 2)


def forget() -> None:
    """What was evaluated once is evaluated again."""
    _record.cache_clear()
    _record()


def measure() -> dict[str, float]:
    """Medians: seconds of every twelfth scenario here and on workers, of an empty task, and of the whole accounting."""
    record = Record.load()
    chosen = sensitivity.grid(record, sensitivity.declared())[::12]
    slices = [dict(enumerate(chosen[start::SLICES])) for start in range(SLICES)]
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        found.setdefault(name, []).append(time.perf_counter() - began)

    _evaluate(slices[0])  # the imports, and the record
    for _ in range(TIMES):
        forget()
        timed("here", lambda: [_evaluate(part) for part in slices])
    timed("accounting", lambda: accounting.analyse(record))
    for workers in WORKERS:
        settings = {"n_workers": workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
        with LocalCluster(**settings) as local, Client(local) as client:
            spread = lambda work, parts, client=client: client.gather(client.map(work, parts, pure=False))
            client.run(_evaluate, slices[0])
            for _ in range(TIMES):
                client.run(forget)
                timed(str(workers), lambda spread=spread: spread(_evaluate, slices))
                timed("task", lambda spread=spread: spread(lambda n: n, range(TASKS)))
    return {"scenarios": len(chosen), **{name: median(seconds) for name, seconds in found.items()}}


def section(results: dict[str, float]) -> list[str]:
    """The rate, the overhead a scenario, and the speed-up."""
    count, here = results["scenarios"], results["here"]
    rows = {"none: this process": here} | {str(workers): results[str(workers)] for workers in WORKERS}
    return [
        "## Scenarios, here and on a Dask cluster",
        "",
        f"{count} of the declared scenarios in {SLICES} slices, workers ready; medians of {TIMES}.",
        "",
        "| workers | time | scenarios a second |",
        "|---:|---:|---:|",
        *(f"| {name} | {seconds:.2f} s | {count / seconds:.1f} |" for name, seconds in rows.items()),
        "",
        f"Overhead {1000 * (results['1'] - here) / count:.1f} ms a scenario; an empty task takes "
        f"{1000 * results['task'] / TASKS:.1f} ms. From one worker to two: {results['1'] / results['2']:.2f} times the rate. "
        f"The whole accounting takes {results['accounting'] / here * count:.0f} times one scenario.",
    ]
