"""Does each notebook show what is stored, within this very process? For mutmut, whose mutants live in the process of
the test; `make test` leaves it to nbval, which asks the same of kernels, and of the drawings too."""

import ast
from typing import Any

import nbformat
import pandas as pd
import pytest

from analysis.evidence import paths
from analysis.figures.chart import Drawing
from analysis.report.run.notebooks import NOTEBOOKS

from .test_notebooks import code_cells

FEW_SECONDS = [name for name in NOTEBOOKS if not name.endswith("sensitivity")]  # which rests on the whole grid


@pytest.mark.parametrize("name", FEW_SECONDS)
def test_a_notebook_shows_what_is_stored(name: str) -> None:
    namespace: dict[str, Any] = {}
    notebook = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4)
    with pd.option_context("display.max_colwidth", None):  # set by the notebooks, and given back here
        for cell in code_cells(notebook):
            stored = [output.data for output in cell.outputs if "data" in output]
            *before, last = ast.parse(cell.source).body
            if not stored:
                exec(cell.source, namespace)
                continue
            exec(compile(ast.Module(before, []), name, "exec"), namespace)
            assert isinstance(last, ast.Expr)
            shown = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
            if isinstance(shown, pd.DataFrame):
                assert shown._repr_html_() == stored[0]["text/html"]
            else:
                assert (shown.alt if isinstance(shown, Drawing) else repr(shown)) == stored[0]["text/plain"]
