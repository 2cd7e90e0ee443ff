"""What a notebook shows is what it shows in a kernel, and nothing of the person who runs it gets in."""

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from analysis.evidence import paths
from analysis.recorded import NotebookError
from analysis.report.run import children
from analysis.report.run.notebooks import execute
from tests.conftest import put

CELLS = (
    "# defaults\nwidth = 1.0",
    "print('one'); print('two', end=''); width",
    "import sys; print('three', file=sys.stderr)",
    "import pandas as pd\npd.DataFrame({f'column {n}': range(80) for n in range(30)})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('a')",
    "from IPython.display import display, HTML\nshown = display(HTML('<b>a</b>'), display_id=True); display('b')",
    "shown.update(HTML('<i>later</i>'))",
    "import asyncio; await asyncio.sleep(0); _, Out[3], In[4][:6]",
    "%%capture out\nprint('kept')",
    "out.stdout; None",
    "get_ipython().kernel is None or True",
)


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")

    def run(*cells: str, parameters: dict[str, Any] | None = None) -> Any:
        put(tmp_path, "3_pathways", *cells)
        return nbformat.reads(execute("3_pathways", parameters or {}, {}), as_version=4)

    return run


def outputs(document: Any) -> list[Any]:
    return [cell.get("outputs") for cell in document.cells]


def test_the_outputs_are_those_of_a_kernel(notebook: Any, tmp_path: Path) -> None:
    ours = notebook(*CELLS, parameters={"width": 2.5})
    stock = papermill.execute_notebook(
        tmp_path / "notebooks" / "3_pathways.ipynb", None, {"width": 2.5}, kernel_name="python3", progress_bar=False
    )
    assert outputs(ours) == outputs(stock)
    assert [cell.source for cell in ours.cells] == [cell.source for cell in stock.cells]
    kinds = {kind for cell in ours.cells for output in cell.outputs for kind in output.get("data", {})}
    assert {"image/png", "text/html"} <= kinds and "<i>later</i>" in json.dumps(ours)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1 / 0", "cell 2: ZeroDivisionError: division by zero"),
        ("no valid python", "cell 2: SyntaxError"),
        ("raise SystemExit(0)", "cell 2: SystemExit"),
        ("exit()", "cell 2: SystemExit: the cell calls exit"),
        ("input('your password: ')", "cell 2: "),
        ("import os; os._exit(3)", "cell 2: the process that runs it ended with 3. It was killed, probably out of"),
        ("import os; os.kill(os.getpid(), 9)", "cell 2: the process that runs it ended with -9. "),
        ("import time; time.sleep(1000)", "cell 2: not done after 2 seconds. Make the cell faster, or allow"),
        (
            "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
            "cell 2: not done after 2 seconds. ",
        ),  # no thread gets a turn
        ("raise ValueError('x' * 10**6)", "cell 2: ValueError: xxx"),
    ],
)
def test_a_cell_that_fails_is_named(notebook: Any, monkeypatch: pytest.MonkeyPatch, cell: str, said: str) -> None:
    if "2 seconds" in said:
        monkeypatch.setenv("CELL_TIMEOUT", "2")
    with pytest.raises(NotebookError) as caught:
        notebook("1", cell)
    assert f"notebooks/3_pathways.ipynb, {said}" in str(caught.value) and len(str(caught.value)) < 1200


def test_nothing_of_the_person_gets_in(notebook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    startup = tmp_path / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("mine = 1")
    for name, value in {"HOME": str(tmp_path), "COLUMNS": "40", "IPYTHONDIR": str(tmp_path / ".ipython")}.items():
        monkeypatch.setenv(name, value)
    shown = notebook(
        "import os, time; 'mine' in globals(), os.environ['PYTHONHASHSEED'], time.tzname[0]",
        "import pandas; pandas.DataFrame([['x' * 30] * 5])",
    )
    assert shown.cells[0].outputs[0].data["text/plain"] == "(False, '0', 'UTC')"
    assert max(map(len, shown.cells[1].outputs[0].data["text/plain"].splitlines())) > 60


def test_notebooks_share_no_name_and_no_random_state(notebook: Any) -> None:
    code = "import random, numpy; globals().get('left'), random.random(), float(numpy.random.rand())"
    one, two = (notebook(code, "left = 1").cells[0].outputs[0].data["text/plain"] for _ in range(2))
    assert one.startswith("(None") and two.startswith("(None")
    assert all(a != b for a, b in zip(one.split(", ")[1:], two.split(", ")[1:], strict=True))


@pytest.mark.skipif(not children.FORKS, reason="elsewhere children are spawned")
def test_a_long_folder_for_temporary_files_will_do(tmp_path: Path) -> None:
    import subprocess
    import sys

    folder = tmp_path / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    code = "from analysis.report.run import children; children.start_server(); list(children.messages(print))"
    variables = {name: value for name, value in os.environ.items() if name != "TEMP"} | {"TMPDIR": str(folder)}
    script = tmp_path / "start.py"
    script.write_text(f"if __name__ == '__main__':\n    {code}\n")
    done = subprocess.run([sys.executable, str(script)], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr
