"""Does each notebook show what is stored, within this very process? For mutmut, whose mutants live in the process of
the test; `make test` leaves it to nbval, which asks the same of kernels, and of the drawings too."""

import ast
import json
from typing import Any

import nbformat
import pytest

from analysis.evidence import paths
from analysis.figures.chart import Chart
from analysis.recorded import NOTEBOOKS

from .test_notebooks import code_cells

FEW_SECONDS = [name for name in NOTEBOOKS if not name.endswith("sensitivity")]  # which rests on the whole grid


@pytest.mark.parametrize("name", FEW_SECONDS)
def test_a_notebook_shows_what_is_stored(name: str) -> None:
    namespace: dict[str, Any] = {}
    for cell in code_cells(nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4)):
        *before, last = ast.parse(cell.source).body
        if not cell.outputs:
            exec(cell.source, namespace)
            continue
        exec(compile(ast.Module(before, []), name, "exec"), namespace)
        assert isinstance(last, ast.Expr)
        shown = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
        (stored,) = (output.data for output in cell.outputs)
        if isinstance(shown, Chart):
            assert shown.alt == stored["text/plain"]
        else:
            assert json.loads(json.dumps(shown._repr_mimebundle_())) == stored
