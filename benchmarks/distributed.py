"""What does a Dask cluster add to a scenario, and what does a second worker gain?"""

import time
from itertools import islice
from statistics import median

from distributed import Client, LocalCluster

from analysis.analyses import sensitivity
from analysis.evidence.record import Record
from analysis.report.run.sweep import BATCH, _evaluate, declared

BATCHES, TASKS, TIMES = 8, 500, 3
WORKERS = (1, 2)


def measure() -> dict[str, float]:
    """Seconds of some batches of scenarios here, and on one and two workers; and of an empty task."""
    scenarios = sensitivity.grid(Record.load(), declared())
    spread = scenarios[:: len(scenarios) // (BATCHES * BATCH)]
    batches = [list(islice(spread, start, start + BATCH)) for start in range(0, BATCHES * BATCH, BATCH)]
    found: dict[str, list[float]] = {}

    def timed(name: str, work) -> None:  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        work()
        found.setdefault(name, []).append(time.perf_counter() - began)

    _evaluate(batches[0])
    for _ in range(TIMES):
        timed("here", lambda: [_evaluate(batch) for batch in batches])
    for workers in WORKERS:
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as local,
            Client(local) as client,
        ):
            client.run(_evaluate, batches[0])  # the imports, and the record
            for _ in range(TIMES):
                timed(str(workers), lambda client=client: client.gather(client.map(_evaluate, batches, pure=False)))
                timed(
                    f"empty {workers}",
                    lambda client=client: client.gather(client.map(lambda n: n, range(TASKS), pure=False)),
                )
    return {name: median(seconds) for name, seconds in found.items()}


def section(results: dict[str, float]) -> list[str]:
    """The overhead a scenario, and the speed-up."""
    count = BATCHES * BATCH
    rows = [
        f"| {workers} | {results[str(workers)]:.2f} s | {count / results[str(workers)]:.1f} |" for workers in WORKERS
    ]
    overhead = 1000 * (results["1"] - results["here"]) / count
    return [
        "## The sweep on a Dask cluster",
        "",
        f"{count} of the declared scenarios in {BATCHES} batches, workers ready; medians of {TIMES}.",
        "",
        "| workers | time | scenarios a second |",
        "|---:|---:|---:|",
        f"| none: this process | {results['here']:.2f} s | {count / results['here']:.1f} |",
        *rows,
        "",
        f"Overhead {overhead:.1f} ms a scenario; an empty task takes {1000 * results['empty 1'] / TASKS:.1f} ms."
        f" From one worker to two: {results['1'] / results['2']:.2f} times the rate.",
    ]
