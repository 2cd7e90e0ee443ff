"""The stored notebooks: thin, executed, in order, with their default parameters; and what spoils them is caught."""

from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path
from typing import Any

import nbformat
import pytest

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.report.run.notebooks import NOTEBOOKS, normalised

from .conftest import run

STORED = sorted(paths.NOTEBOOKS.glob("*.ipynb"))


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_is_in_the_report() -> None:
    assert {path.stem for path in STORED} == set(NOTEBOOKS)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_executed_and_in_order(path: Path) -> None:
    cells = code_cells(nbformat.read(path, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells[1:]), "every cell but the parameters shows something"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_as_the_report_writes_it(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert nbformat.writes(normalised(notebook)) + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_parameters_of_a_notebook_are_defaults_of_what_its_analysis_takes(path: Path, record: Record) -> None:
    module = __import__(f"analysis.analyses.{path.stem}", fromlist=["READS"])
    cell = next(
        cell for cell in nbformat.read(path, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])
    )
    values: dict[str, object] = {}
    exec(cell.source, values)
    del values["__builtins__"]
    assert values.items() <= {name: record.scenario[name] for name in record.parameters_of(module)}.items()


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_notebooks_are_thin_and_say_what_they_cannot_show(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    parameters, *others = code_cells(notebook)
    assert all(cell.source.count("\n") < 15 for cell in others)
    assert all(" = " in line or line.startswith("#") for line in parameters.source.splitlines())
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for heading in (
        "**Question.**",
        "What the sources say",
        "## Findings",
        "What would change it",
        "What it cannot show",
    ):
        assert heading in prose


def spoil_number(notebook: Any) -> None:
    cell = next(cell for cell in code_cells(notebook) if cell.source == "result.every")
    for output in cell.outputs:
        for kind, text in output.data.items():
            output.data[kind] = text.replace("128", "129")


def spoil_figure(notebook: Any) -> None:
    output = next(o for cell in code_cells(notebook) for o in cell.outputs if "image/svg+xml" in o.get("data", {}))
    output.data["image/svg+xml"] = output.data["image/svg+xml"].replace("#0072b2", "#0072b3")


def clear(notebook: Any) -> None:
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None


def reorder(notebook: Any) -> None:
    code_cells(notebook)[2].execution_count = 99


SPOILED = {
    "returnees_and_arrests": spoil_number,
    "deaths_by_year": spoil_figure,
    "pathways": clear,
    "accounting": reorder,
}


def test_a_spoiled_notebook_fails_the_tests(project: Path) -> None:
    for name, spoil in SPOILED.items():
        path = project / "notebooks" / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        before = nbformat.writes(notebook)
        spoil(notebook)
        assert nbformat.writes(notebook) != before
        nbformat.write(notebook, path)
    chosen = [f"notebooks/{name}.ipynb" for name in SPOILED]
    result = run(
        project,
        "pytest",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        *chosen,
        "tests/test_notebooks.py::test_stored_executed_and_in_order",
    )
    assert result.returncode == 1, result.stdout[-2000:]
    for name in SPOILED:
        assert any(line.startswith("FAILED") and name in line for line in result.stdout.splitlines()), name


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (("-p", "seventy_one_counts", "both"), "Allowed: one of: arrests, returns"),
        (("-p", "seventyone", "returns"), "there is no parameter 'seventyone'"),
    ],
)
def test_papermill_is_refused_in_one_clear_sentence(tmp_path: Path, parameters: tuple[str, ...], told: str) -> None:
    result = run(
        paths.ROOT, "papermill", "notebooks/returnees_and_arrests.ipynb", str(tmp_path / "out.ipynb"), *parameters
    )
    assert result.returncode == 1
    assert "ParameterError: " in result.stderr and told in result.stderr
    assert "evidence/scenario.py" not in result.stderr, "no traceback through the package"


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("evidence", {"record": "articles+wider", "assumptions": "claims"}),
        ("returnees_and_arrests", {"record": "articles+wider"}),
        *(
            (name, {"sources": "mwn-2017-07"})
            for name in ("deaths_by_year", "evidence", "returnees_and_arrests", "accounting")
        ),
        *(
            (name, {"about_width": 0.0})
            for name in ("deaths_by_year", "evidence", "returnees_and_arrests", "accounting")
        ),
        ("accounting", {"left_out": "raseef22-199,raseef22-300"}),
        ("accounting", {"assumptions": "claims"}),
    ],
    ids=str,
)
def test_every_figure_can_be_drawn_under_other_choices(record: Record, name: str, choices: dict[str, object]) -> None:
    chosen = record.under(record.scenario.with_choices(**choices))
    result = import_module(f"analysis.analyses.{name}").analyse(chosen)
    drawn = import_module(f"analysis.figures.{name}")
    functions = [
        value
        for key, value in vars(drawn).items()
        if isfunction(value) and value.__module__ == drawn.__name__ and not key.startswith("_")
    ]
    assert len(functions) > 1
    for draw in functions:
        readings = "results" in signature(draw).parameters
        assert "<svg" in draw(chosen, {"as chosen": result} if readings else result).svg()


def test_a_figure_keeps_its_bytes_in_another_zone_locale_and_hash_seed(project: Path) -> None:
    code = (
        "import json, pathlib; from analysis.evidence.record import Record; from analysis.figures import pathways as draw;"
        "from analysis.analyses import pathways as p; from analysis.report.run.provenance import provenance;"
        "r = Record.load(); made = json.dumps(provenance('pathways', {}));"
        "draw.flows(r, p.analyse(r)).save(pathlib.Path('figures'), made)"
    )
    script = project / "draw.py"
    script.write_text(code)
    (project / "figures" / "pathways_flows.svg").unlink()
    result = run(project, "draw", TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7")
    assert result.returncode == 0, result.stderr
    for suffix in ("svg", "png", "csv", "txt"):
        name = f"pathways_flows.{suffix}"
        assert (project / "figures" / name).read_bytes() == (paths.FIGURES / name).read_bytes()


TWO_NOTEBOOKS = """
from analysis.report import build
build.NOTEBOOKS = ("evidence", "returnees_and_arrests")
build.evaluated = lambda: None
build.report()
"""


def test_nothing_is_published_where_a_notebook_fails(project: Path) -> None:
    path = project / "notebooks" / "evidence.ipynb"
    notebook = nbformat.read(path, as_version=4)
    code_cells(notebook)[1].source = "1 / 0"
    nbformat.write(notebook, path)
    figures = {item.name: item.read_bytes() for item in (project / "figures").iterdir()}
    (project / "two.py").write_text(TWO_NOTEBOOKS)
    result = run(project, "two")
    assert result.returncode == 1
    assert "NotebookError: notebooks/evidence.ipynb, cell 2: ZeroDivisionError" in result.stderr
    assert not (project / "build" / "report").exists() and not list((project / "build").glob(".*.tmp"))
    assert figures == {item.name: item.read_bytes() for item in (project / "figures").iterdir()}
