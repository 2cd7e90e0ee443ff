"""JupyterLab as an analyst meets it: opened by the line of `make lab` in a fresh clone, and driven by a browser."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, Route

from analysis.evidence import paths

PATIENCE = 180_000
"""Milliseconds until anything must have happened, on a busy machine too."""

SCRATCH = "notebooks/scratch.ipynb"
COLD = "notebooks/cold.ipynb"


def of_cells(*sources: str) -> dict[str, Any]:
    """A notebook of code cells, for the kernel of the project."""
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for n, source in enumerate(sources)
    ]
    kernel = {"display_name": "Analysis (this project)", "language": "python", "name": "analysis"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def git(clone: Path, *command: str) -> str:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *named, *command], cwd=clone, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of the project as it is, with two notebooks more: one of small cells, one without its outputs."""
    root = tmp_path_factory.mktemp("bench") / "a clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=paths.ROOT, capture_output=True
    )
    if listed.returncode:
        pytest.skip("not a git repository")
    for name in listed.stdout.decode().split("\0"):
        if name and (paths.ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, root / name)
    cold = json.loads((root / "notebooks" / "2_returnees_and_arrests.ipynb").read_text(encoding="utf-8"))
    for cell in cold["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    scratch = of_cells("import os, time\nprint(os.getpid())", "time.sleep(1000)", "print('after')")
    for name, notebook in ((COLD, cold), (SCRATCH, scratch)):
        (root / name).write_text(json.dumps(notebook), encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


@pytest.fixture(scope="module")
def address(clone: Path, browser: Browser) -> Iterator[str]:
    """The address of a server that was started as `make lab` starts it, by a person without settings."""
    lines = (clone / "Makefile").read_text().replace("\\\n", "").replace(" $(ARGS)", "")
    line = re.search(r"^lab:.*\n\t\$\(RUN\) (.+)$", lines, re.MULTILINE)
    assert line
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = [f"--port={port}", "--no-browser", "--IdentityProvider.token=t", "--LabApp.expose_app_in_browser=True"]
    home = clone.parent / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "XDG"))}
    shutil.copytree(clone / "share", clone.parent / "share")  # as in .venv: a kernel writes beside its specification
    kept |= {
        "HOME": str(home),
        "PYTHONPATH": str(clone / "src"),
        "JUPYTER_PATH": str(clone.parent / "share" / "jupyter"),
    }
    with (clone.parent / "server.log").open("w") as log:
        command = [sys.executable, "-m", *line[1].split(), *own, *["--allow-root"] * (os.geteuid() == 0)]
        server = subprocess.Popen(command, cwd=clone, env=kept, stdout=log, stderr=log, start_new_session=True)
    try:
        root = f"http://127.0.0.1:{port}"
        for _ in range(PATIENCE // 100):
            try:
                urlopen(f"{root}/api/status?token=t", timeout=10).close()
                break
            except (URLError, OSError):
                assert server.poll() is None, (clone.parent / "server.log").read_text()
                time.sleep(0.1)
        yield root
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(30)
        server.kill()  # its kernels end with it


class Bench:
    """A window of JupyterLab."""

    def __init__(self, page: Page, clone: Path) -> None:
        self.page, self.clone = page, clone

    @property
    def panel(self) -> Locator:
        """The notebook in front."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def open(self, path: str) -> None:
        self.page.evaluate("path => void jupyterapp.commands.execute('docmanager:open', {path})", path)
        self.page.wait_for_function("path => jupyterapp.shell.currentWidget?.context?.path === path", arg=path)
        self.page.wait_for_function("jupyterapp.shell.currentWidget.context.isReady")

    def menu(self, name: str, entry: str) -> None:
        self.page.get_by_role("menuitem", name=name, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()

    def ready(self) -> None:
        """Wait for the kernel of the notebook in front; one that came after another may show as starting until it runs."""
        there = "['idle', 'starting'].includes(jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus)"
        self.page.wait_for_function(there)

    def ran(self, *cells: int) -> None:
        """Wait until these cells of the notebook in front, or all of code, have run, or one of them has failed."""
        done = """wanted => {
            const cells = jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model)
                .filter((model, n) => model.type === 'code' && (!wanted.length || wanted.includes(n)));
            return cells.every(model => model.executionCount && model.executionState === 'idle')
                || cells.some(model => model.outputs.toJSON().some(output => output.output_type === 'error'));
        }"""
        self.page.wait_for_function(done, arg=list(cells))

    def printed(self, cell: int) -> str:
        """What a cell of the notebook in front shows, as JSON."""
        return str(
            self.page.evaluate(
                "n => JSON.stringify(jupyterapp.shell.currentWidget.content.widgets[n].model.outputs.toJSON())", cell
            )
        )

    def process(self, *others: int) -> int:
        """The process of the kernel, as the first cell of the small notebook prints it: none of ``others``."""
        shown = """others => {
            const [output] = jupyterapp.shell.currentWidget.content.widgets[0].model.outputs.toJSON();
            return output && !others.includes(Number(output.text)) && Number(output.text);
        }"""
        return int(self.page.wait_for_function(shown, arg=list(others)).json_value())

    def saved(self, path: str) -> str:
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        return (self.clone / path).read_text(encoding="utf-8")


def until(address: str, what: str, wanted: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """What is wanted of the server's kernels or sessions, once it is there."""
    for _ in range(PATIENCE // 100):
        with urlopen(f"{address}/api/{what}?token=t", timeout=PATIENCE / 1000) as answer:
            if found := wanted(json.load(answer)):
                return found
        time.sleep(0.1)
    pytest.fail(f"not among the {what}")


@pytest.fixture(scope="module")
def ahead(address: str) -> str:
    """The kernel that runs before a notebook was opened."""
    return str(until(address, "kernels", lambda kernels: kernels and kernels[0]["id"]))


@pytest.fixture(scope="module")
def bench(browser: Browser, address: str, ahead: str, clone: Path) -> Iterator[Bench]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/?token=t")
    page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")
    yield Bench(page, clone)
    context.close()


def test_lab_opens_the_index_and_figures_are_visible_before_anything_runs(bench: Bench) -> None:
    assert bench.page.evaluate("jupyterapp.shell.currentWidget.context.path") == "notebooks/0_index.ipynb"
    for name in ("1_deaths_by_year", "2_returnees_and_arrests"):
        path = f"notebooks/{name}.ipynb"
        bench.open(path)
        cells = json.loads((bench.clone / path).read_text(encoding="utf-8"))["cells"]
        drawn = [
            n for n, cell in enumerate(cells) if any("image/png" in o.get("data", {}) for o in cell.get("outputs", ()))
        ]
        assert drawn
        for number in drawn:
            bench.page.evaluate("n => jupyterapp.shell.currentWidget.content.scrollToItem(n)", number)
            picture = bench.panel.locator(f".jp-Cell[data-windowed-list-index='{number}'] .jp-OutputArea-output img")
            picture.wait_for(state="visible")
            bench.page.wait_for_function(
                "image => image.complete && image.naturalWidth > 300", arg=picture.element_handle()
            )
    assert git(bench.clone, "status", "--porcelain") == ""


def test_the_text_of_a_table_is_aligned_left(bench: Bench) -> None:
    bench.open("notebooks/1_deaths_by_year.ipynb")
    cells = json.loads((bench.clone / "notebooks/1_deaths_by_year.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [n for n, cell in enumerate(cells) if "page.table" in "".join(cell["source"])]
    bench.page.evaluate("n => jupyterapp.shell.currentWidget.content.scrollToItem(n)", shown[0])
    table = bench.panel.locator(f".jp-Cell[data-windowed-list-index='{shown[0]}'] table")
    aligned = "cell => getComputedStyle(cell).textAlign"
    assert table.locator("td:not(.n)").first.evaluate(aligned) == "left"
    assert table.locator("td.n").first.evaluate(aligned) == "right"


def test_the_first_notebook_gets_the_kernel_that_started_with_the_server(
    bench: Bench, address: str, ahead: str
) -> None:
    index = lambda sessions: [one["kernel"]["id"] for one in sessions if one["path"] == "notebooks/0_index.ipynb"]
    assert until(address, "sessions", index) == [ahead]
    used = until(address, "sessions", lambda sessions: {one["kernel"]["id"] for one in sessions})
    until(address, "kernels", lambda kernels: {one["id"] for one in kernels} - used)  # one for the next notebook


def test_run_all_pressed_before_the_kernel_is_there_runs_and_saving_leaves_no_change(bench: Bench) -> None:
    requests: list[Route] = []
    wanted = lambda url: url.partition("?")[0].endswith("/api/sessions")
    hold = lambda route: requests.append(route) if route.request.method == "POST" else route.continue_()
    bench.page.route(wanted, hold)
    bench.open(COLD)
    bench.menu("Run", "Run All Cells")
    while not requests:
        bench.page.wait_for_timeout(50)
    assert not bench.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.isReady")
    for route in requests:
        route.continue_()
    bench.page.unroute(wanted)
    bench.ran()
    assert bench.saved(COLD) == git(bench.clone, "show", "HEAD:notebooks/2_returnees_and_arrests.ipynb")
    git(bench.clone, "checkout", COLD)
    assert git(bench.clone, "status", "--porcelain") == ""


def test_interrupt_restart_and_a_killed_kernel_end_as_expected(bench: Bench) -> None:
    bench.open(SCRATCH)
    bench.ready()
    bench.menu("Run", "Run All Cells")
    first = bench.process()
    bench.menu("Kernel", "Interrupt Kernel")
    bench.ran(1)
    assert "KeyboardInterrupt" in bench.printed(1)

    bench.menu("Kernel", "Restart Kernel…")
    bench.page.get_by_role("button", name="Confirm Kernel Restart").click()
    bench.ready()
    bench.menu("Run", "Run All Cells")
    second = bench.process(first)

    os.kill(second, signal.SIGKILL)
    died = bench.page.get_by_role("dialog").filter(has_text="restart")
    died.wait_for()
    died.get_by_role("button").last.click()
    bench.ready()
    bench.menu("Run", "Run All Cells")
    assert bench.process(first, second)


def test_of_two_notebooks_one_runs_while_the_other_is_busy(bench: Bench) -> None:
    own = "import os, time\nprint(os.getpid())"
    for name, then in (("busy", "time.sleep(1000)"), ("free", "print('after')")):
        (bench.clone / f"notebooks/{name}.ipynb").write_text(json.dumps(of_cells(own, then)), encoding="utf-8")
    processes = []
    for name in ("busy", "free"):
        bench.open(f"notebooks/{name}.ipynb")
        bench.ready()
        bench.menu("Run", "Run All Cells")
        processes.append(bench.process(*processes))
    bench.ran()
    assert "after" in bench.printed(1)
    bench.open("notebooks/busy.ipynb")
    assert bench.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus") == "busy"


def test_a_choice_in_explore_changes_the_answer(bench: Bench) -> None:
    pytest.importorskip("ipywidgets")
    path = "notebooks/explored.ipynb"
    source = "from analysis import explore\nexplore('returnees_and_arrests')"
    (bench.clone / path).write_text(json.dumps(of_cells(source)), encoding="utf-8")
    bench.open(path)
    bench.menu("Run", "Run All Cells")
    question = bench.panel.locator(".widget-vbox", has=bench.page.get_by_text("Does 71 count arrests or returns?")).last
    bench.panel.locator(".widget-html svg").wait_for()
    before = bench.panel.locator(".answer").inner_text()
    question.locator("select").select_option(label="arrests of returnees")
    bench.page.wait_for_function(
        "([panel, old]) => panel.querySelector('.answer').innerText !== old", arg=[bench.panel.element_handle(), before]
    )
    assert "seventy_one_counts" in bench.panel.locator("textarea").last.input_value()
