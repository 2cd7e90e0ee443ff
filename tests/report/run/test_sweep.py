"""The sweep: what fails is named and the others finish, what is current is kept, and no worker's death loses anything."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import pandas as pd
import pytest

from analysis.evidence.scenario import ParameterError
from analysis.report.run.children import in_turn
from analysis.report.run.sweep import Run, Store, cluster, runs
from tests.conftest import launch, preload, put, run

GRID = """
[grid.accounting.cross]
about_width = [0.0, 1.0]
[[conclusion]]
says = "many"
finding = "accounting.departed"
lower_at_least = 1
"""


def declare(project: Path, notebooks: dict[str, dict[str, object]], name: str = "3_pathways") -> None:
    entries = [
        f'[[notebook]]\nscenario = "{scenario}"\nname = "{name}"\nparameters = {{ {", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in parameters.items())} }}\n'
        for scenario, parameters in notebooks.items()
    ]
    (project / "scenarios.toml").write_text(GRID + "".join(entries))
    preload(project, "papermill.parameterize", "analysis.report.run.sweep")


def outputs(project: Path) -> set[str]:
    return {path.name for path in (project / "build" / "sweep").glob("*.ipynb")}


def test_a_failing_scenario_is_named_and_the_others_finish_and_are_kept(named: Path) -> None:
    project = named
    declare(project, {"As Printed!": {}, "no number": {"about_width": "many"}, "exact": {"about_width": 0.0}})
    first = run(project, "analysis", "sweep")
    assert first.returncode == 1
    assert (
        "no number: notebooks/3_pathways.ipynb, cell 3: ParameterError: parameter about_width = 'many'" in first.stderr
    )
    assert outputs(project) == {"as-printed.ipynb", "exact.ipynb"}
    stored = json.loads((project / "build" / "sweep" / "exact.ipynb").read_text())["metadata"]["provenance"]
    assert stored["scenario"] == "exact" and stored["parameters"] == {"about_width": 0.0}
    table = pd.read_csv(project / "build" / "sweep" / "results.csv")
    assert table["lower"].notna().any()
    pd.testing.assert_frame_equal(
        table[["lower", "upper"]].astype("float64"),
        pd.read_parquet(project / "build" / "sweep" / "results.parquet")[["lower", "upper"]].astype("float64"),
    )
    index = pd.read_csv(project / "build" / "sweep" / "index.csv", keep_default_na=False).set_index("scenario")
    assert index.loc["no number", "failure"] and index.loc["exact", "file"] == "exact.ipynb"

    for path in (project / "src").rglob("*.py"):
        path.touch()
    declare(project, {"As Printed!": {}, "exact": {"about_width": 0.0}, "wide": {"about_width": 2.0}})
    second = run(project, "analysis", "sweep")
    assert second.returncode == 0 and "2 of 3 notebooks are current" in second.stderr, second.stderr
    assert outputs(project) == {"as-printed.ipynb", "exact.ipynb", "wide.ipynb"}


def start(project: Path, *command: str, **variables: str) -> subprocess.Popen[str]:
    return launch(project, *command, variables=variables, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(project: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while len(outputs(project)) < count:
        assert process.poll() is None and time.monotonic() < deadline, "the sweep stopped, or hangs"
        time.sleep(0.05)


@pytest.fixture
def slow(small: Path) -> Path:
    """A project whose notebook takes a second under every one of four scenarios."""
    put(small, "3_pathways", "# defaults\nabout_width = 1.0", "import time; time.sleep(1)")
    declare(small, MANY)
    return small


MANY: dict[str, dict[str, object]] = {f"width {place}": {"about_width": 1.0 + place / 8} for place in range(4)}


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT], ids=lambda sent: sent.name)
def test_an_interrupted_sweep_goes_on_where_it_was(slow: Path, sent: signal.Signals) -> None:
    project = slow
    broken = start(project, "analysis", "sweep")
    try:
        wait_for(project, 2, broken)
        os.killpg(broken.pid, sent)
        assert broken.wait(timeout=60) in (-signal.SIGKILL, 130)
    finally:
        kill(broken)
    kept = outputs(project)
    for name in kept:
        json.loads((project / "build" / "sweep" / name).read_text())
    again = run(project, "analysis", "sweep")
    assert again.returncode == 0 and f"{len(kept)} of 4 notebooks are current" in again.stderr, again.stderr
    assert len(outputs(project)) == 4


@contextmanager
def by_hand(project: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A Dask scheduler and workers on loopback, each started by its own command."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    started = [
        start(project, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    ]
    started += [
        start(
            project,
            "distributed.cli.dask_worker",
            address,
            "--host",
            "127.0.0.1",
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        )
        for _ in range(workers)
    ]
    try:
        yield address, started[1:]
    finally:
        for process in started:
            kill(process)


def test_a_worker_killed_in_the_middle_loses_no_scenario(slow: Path) -> None:
    project = slow
    with by_hand(project, 2) as (address, workers):
        sweep = start(project, "analysis", "sweep", DASK_SCHEDULER_ADDRESS=address)
        try:
            wait_for(project, 1, sweep)
            kill(workers[0])
            assert sweep.wait(timeout=120) == 0
        finally:
            kill(sweep)
    assert outputs(project) == {f"width-{place}.ipynb" for place in range(4)}
    index = pd.read_csv(project / "build" / "sweep" / "index.csv", keep_default_na=False)
    assert list(index["failure"]) == [""] * 4


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:9", "127.0.0.1:9"),
        *(
            (wrong, f"DASK_SCHEDULER_ADDRESS = {wrong!r}: expected tcp://HOST:PORT or tls://HOST:PORT.")
            for wrong in (
                "127.0.0.1",
                "http://127.0.0.1:8786",
                "ucx://x:1",
                "inproc://x:1",
                "a b:1",
                "tcp://x",
                "tcp://:1",
            )
        ),
    ],
)
def test_an_address_without_a_scheduler_is_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, said: str
) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    with pytest.raises((ParameterError, OSError), match=re.escape(said)), cluster():
        pass


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ([{"scenario": "a", "name": "pathway"}], "no notebook pathway"),
        ([{"scenario": "a b", "name": "3_pathways"}, {"scenario": "A, b", "name": "3_pathways"}], "a name of its own"),
    ],
)
def test_a_wrong_declaration_is_refused(entry: list[dict[str, str]], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        runs({"notebook": entry})


def test_a_cross_is_a_folder_for_each_value_but_the_last() -> None:
    cross = {"about_width": [0.0, 1.0], "deaths_total": ["more_than_600"], "revision": [0.0, 25.0, 50.0]}
    declared = {"scenario": "All Widths", "name": "4_accounting", "parameters": {"same_date": 1.0}, "cross": cross}
    found = runs({"notebook": [declared]})
    assert len(found) == 6 and len({run.scenario for run in found}) == 6
    assert dict(found[1].parameters) == {
        "same_date": 1.0,
        "about_width": 0.0,
        "deaths_total": "more_than_600",
        "revision": 25.0,
    }
    assert found[1].file == (
        "all-widths/about_width-0-0/deaths_total-more_than_600/"
        "all-widths-about_width-0-0-deaths_total-more_than_600-revision-25-0.ipynb"
    )


def test_of_ten_thousand_notebooks_few_are_held_at_a_time() -> None:
    many = [Run(f"width {place}", "accounting", (("about_width", float(place)),)) for place in range(10_000)]
    waiting: set[Run] = set()
    most = 0

    class Counting(ThreadPoolExecutor):
        def submit(self, task: Any, run: Any) -> Future[str]:  # type: ignore[override]
            nonlocal most
            waiting.add(run)
            most = max(most, len(waiting))
            return super().submit(task, run)

    with Counting(4) as pool:
        done = []
        for run, future in in_turn(lambda run: str(run.scenario), many, "notebooks", pool, 16):
            waiting.remove(run)
            done.append((run.scenario, future.result()))
    assert most == 16 and sorted(done) == sorted((run.scenario, run.scenario) for run in many)


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_a_store_holds_what_was_written_and_no_other_notebook(protocol: str, tmp_path: Path) -> None:
    store = Store(f"{protocol}://{tmp_path}/sweep")
    assert store.read("a/b/one.ipynb") == ""
    for file in ("a/b/one.ipynb", "a/b/two.ipynb", "c/three.ipynb", "results.csv"):
        store.write(file, file.encode())
    store.keep(["a/b/one.ipynb"])
    assert store.read("a/b/one.ipynb") == "a/b/one.ipynb" and store.read("results.csv")
    assert not store.read("a/b/two.ipynb") and not store.read("c/three.ipynb")
    assert protocol == "memory" or not (tmp_path / "sweep" / "c").exists()


def test_each_worker_writes_to_a_url_that_all_can_reach(named: Path, tmp_path: Path) -> None:
    project = named
    declare(project, {"as printed": {}, "wide": {"about_width": 2.0}, "wrong": {"about_width": -1.0}})
    url = f"file://{tmp_path}/shared storage"
    first = run(project, "analysis", "sweep", "--to", url)
    assert first.returncode == 1 and "wrong: " in first.stderr
    written = {path.name for path in (tmp_path / "shared storage").iterdir()}
    assert written == {"as-printed.ipynb", "wide.ipynb", "index.csv", "results.csv", "results.parquet"}
    assert not outputs(project)
    declare(project, {"as printed": {}, "wide": {"about_width": 2.0}})
    again = run(project, "analysis", "sweep", "--to", url)
    assert again.returncode == 0 and "2 of 2 notebooks are current" in again.stderr
