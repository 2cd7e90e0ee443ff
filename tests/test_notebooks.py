"""The stored notebooks: thin, executed, in order, with their default parameters; and what spoils them is caught."""

import re
import shutil
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.kernel import Kernel
from analysis.notebook import Notebook
from analysis.recorded import INDEX, NOTEBOOKS, all_latest
from analysis.report.run.notebooks import normalised
from tests.conftest import put, run

STORED = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
ANALYSED = [path for path in STORED if path.stem != INDEX]


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_is_in_the_report() -> None:
    assert {path.stem for path in STORED} == {INDEX, *NOTEBOOKS}


def test_a_copy_that_lies_beside_the_notebooks_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    for name in ("3_pathways", "3_pathways-Copy1"):
        (tmp_path / f"{name}.ipynb").touch()
    assert [path.stem for path in all_latest()] == ["3_pathways"]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_executed_and_in_order(path: Path) -> None:
    cells = code_cells(nbformat.read(path, as_version=4))
    shown = cells if path.stem == INDEX else cells[1:]  # the first has the parameters
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in shown)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_as_the_report_writes_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert nbformat.writes(normalised(notebook)) + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ANALYSED, ids=lambda path: path.stem)
def test_the_parameters_of_a_notebook_are_defaults_of_what_its_analysis_takes(path: Path, record: Record) -> None:
    module = __import__(f"analysis.analyses.{path.stem[2:]}", fromlist=["READS"])
    cell = next(
        cell for cell in nbformat.read(path, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])
    )
    values: dict[str, object] = {}
    exec(cell.source, values)
    del values["__builtins__"]
    assert values.items() <= {name: record.scenario[name] for name in record.parameters_of(module)}.items()


@pytest.mark.parametrize("path", ANALYSED, ids=lambda path: path.stem)
def test_notebooks_are_thin_and_say_what_they_cannot_show(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    parameters, *others = code_cells(notebook)
    assert all(cell.source.count("\n") < 6 for cell in others)
    assert all(" = " in line or line.startswith("#") for line in parameters.source.splitlines())
    calls = "\n".join(cell.source for cell in others)
    assert all(call in calls for call in ("page.answer()", "would_change", "cannot_show"))


def spoil_number(notebook: Any) -> None:
    output = next(o for cell in code_cells(notebook) for o in cell.outputs if "text/html" in o.get("data", {}))
    text = output.data["text/html"]
    output.data["text/html"] = re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text, count=1)


def spoil_figure(notebook: Any) -> None:
    output = next(o for cell in code_cells(notebook) for o in cell.outputs if "image/svg+xml" in o.get("data", {}))
    output.data["image/svg+xml"] = output.data["image/svg+xml"].replace("<path d=", "<path  d=", 1)


def clear(notebook: Any) -> None:
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def reorder(notebook: Any) -> None:
    code_cells(notebook)[2].execution_count = 99


SPOILED = {
    "2_returnees_and_arrests": spoil_number,
    "1_deaths_by_year": spoil_figure,
    "3_pathways": clear,
    "7_claims": reorder,
}


CHANGED = ("2_returnees_and_arrests", "1_deaths_by_year")
"""Those whose outputs a kernel has to make once more to see it; of the others the file is enough."""

SHOWN = (
    "# defaults\nwidth = 1.0",
    "from analysis.notebook import Shown\nShown('<table><tr><td>199</td></tr></table>', 'a table')",
    'from IPython.display import SVG\nSVG(\'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>\')',
)
"""A notebook with a table and a figure."""


def test_a_spoiled_notebook_fails_the_tests(small: Path) -> None:
    whole = put(small, "4_accounting", *SHOWN)
    assert run(small, "analysis", "notebooks", whole.stem).returncode == 0
    for name, spoil in SPOILED.items():
        path = whole.with_stem(name)
        notebook = nbformat.read(whole, as_version=4)
        before = nbformat.writes(notebook)
        spoil(notebook)
        assert nbformat.writes(notebook) != before
        nbformat.write(notebook, path)
    (small / "tests").mkdir()
    for name in ("__init__.py", "conftest.py", "test_notebooks.py"):
        shutil.copy(paths.ROOT / "tests" / name, small / "tests")
    result = run(
        small,
        "pytest",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        *(f"notebooks/{name}.ipynb" for name in (*CHANGED, whole.stem)),
        "tests/test_notebooks.py::test_stored_executed_and_in_order",
    )
    assert result.returncode == 1, result.stdout[-2000:]
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAILED")]
    for name in SPOILED:
        assert any(name in line for line in failed), name
    assert not any(whole.stem in line for line in failed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("-p", "about_width", "wide"),
            "parameter about_width = 'wide' is not allowed. Allowed: a number of 0 or more.",
        ),
        (("-p", "about_widht", "2"), "there is no parameter 'about_widht'. Did you mean about_width?"),
        (("--inject-output-path", "--inject-input-path", "--inject-paths", "-p", "about_width", "2"), ""),
    ],
    ids=str,
)
def test_papermill_is_refused_in_one_clear_sentence_or_not_at_all(
    named: Path, options: tuple[str, ...], said: str
) -> None:
    result = run(named, "papermill", "notebooks/3_pathways.ipynb", "out.ipynb", *options)
    assert (result.returncode == 1) == bool(said)
    assert said in result.stderr and ("ParameterError: " in result.stderr) == bool(said)
    assert "evidence/scenario.py" not in result.stderr, "no traceback through the package"


def test_a_notebook_becomes_a_script_and_is_stored_as_jupyterlab_stores_it(named: Path) -> None:
    assert run(named, "analysis", "notebooks", "3_pathways").returncode == 0
    path = named / "notebooks" / "3_pathways.ipynb"
    assert run(named, "nbconvert", "--to", "script", "notebooks/3_pathways.ipynb").returncode == 0
    assert path.with_suffix(".py").is_file() and not path.with_suffix(".txt").exists()
    before = path.read_text(encoding="utf-8")
    manager = FileContentsManager(root_dir=str(named / "notebooks"))
    model = manager.get("3_pathways.ipynb")
    model["content"]["metadata"]["language_info"] = dict(Kernel.language_info)  # as a kernel that is connected sets it
    manager.save(model, "3_pathways.ipynb")
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("analysis", "figure"), [("claims", "who"), ("deaths_by_year", "series"), ("returnees_and_arrests", "gap")]
)
def test_no_setting_of_matplotlib_reaches_a_figure(record: Record, analysis: str, figure: str) -> None:
    """Nor any that a cell, a startup file or a matplotlibrc made in the kernel that draws it."""
    page = Notebook(analysis, {}, record)
    theirs = {"font.size": 20, "font.family": "serif", "lines.linewidth": 5, "text.color": "red", "axes.grid": True}
    theirs |= {"patch.linewidth": 4, "lines.markersize": 20, "axes.facecolor": "pink", "xtick.direction": "in"}
    with mpl.rc_context(theirs):
        changed = page.figure(figure).svg
    assert changed == page.figure(figure).svg


def test_a_personal_matplotlibrc_changes_nothing(small: Path, tmp_path: Path) -> None:
    for name in ("data", "scenarios.toml"):
        whole = paths.ROOT / name
        shutil.copytree(
            whole, small / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("texts")
        ) if whole.is_dir() else None
    shutil.copy(paths.NOTEBOOKS / "1_deaths_by_year.ipynb", small / "notebooks")
    ours = tmp_path / "home" / ".config" / "matplotlib"
    ours.mkdir(parents=True)
    (ours / "matplotlibrc").write_text("font.size: 20\nsvg.fonttype: none\naxes.grid: True\nfigure.facecolor: yellow\n")
    made = small / "build" / "notebooks" / "1_deaths_by_year"
    stored = []
    for variables in ({}, {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": "", "MATPLOTLIBRC": str(ours)}):
        result = run(small, "analysis", "notebooks", "1_deaths_by_year", **variables)
        assert result.returncode == 0, result.stderr
        stored.append({path.name: path.read_bytes() for path in made.rglob("*") if path.is_file()})
        shutil.rmtree(made)
    assert [name for name in stored[0] | stored[1] if stored[0].get(name) != stored[1].get(name)] == []


def test_a_home_that_cannot_be_written_and_a_long_one_will_do(small: Path, tmp_path: Path) -> None:
    long = tmp_path / ("d" * 60) / ("e" * 60)
    long.mkdir(parents=True)
    for home in ("/proc", str(long)):
        put(small, "3_pathways", f"{home!r}")
        result = run(
            small, "analysis", "notebooks", "3_pathways", HOME=home, JUPYTER_RUNTIME_DIR=home, XDG_RUNTIME_DIR=home
        )
        assert result.returncode == 0, result.stderr
