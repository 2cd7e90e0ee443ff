"""How are the notebooks executed? With papermill, in the project's kernel, to the same bytes every time."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from analysis.evidence import paths

NOTEBOOKS = ("evidence", "deaths_by_year", "returnees_and_arrests", "pathways")
"""The notebooks in the order of the report."""

KERNEL = "analysis"


class NotebookError(Exception):
    """A notebook failed; the message names it and the cell."""


def execute(name: str, parameters: Mapping[str, Any], output: Path, figures: Path | None = None) -> Path:
    """Execute the notebook ``name`` with ``parameters`` into ``output``, which is written whole or not at all.

    ``figures`` is the folder where the figures of the default scenario are saved. Raises NotebookError.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.stem}.{os.getpid()}.ipynb")
    if figures is not None:
        os.environ["ANALYSIS_FIGURES"] = str(figures)
    try:
        papermill.execute_notebook(
            paths.NOTEBOOKS / f"{name}.ipynb",
            temporary,
            parameters=dict(parameters),
            kernel_name=KERNEL,
            progress_bar={"desc": name, "file": sys.stderr},
        )
        notebook = nbformat.read(temporary, as_version=4)  # type: ignore[no-untyped-call]
        paths.write(output, nbformat.writes(normalised(notebook)) + "\n")  # type: ignore[no-untyped-call]
    except PapermillExecutionError as error:
        raise NotebookError(f"notebooks/{name}.ipynb, cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    except RuntimeError as error:  # the kernel did not start, or died
        raise NotebookError(f"notebooks/{name}.ipynb: {error}") from None
    finally:
        os.environ.pop("ANALYSIS_FIGURES", None)
        temporary.unlink(missing_ok=True)
    return output


def normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """``notebook`` without what differs from run to run: times, ids of injected cells, the interpreter's version."""
    for key in list(notebook.metadata):
        if key not in {"kernelspec", "language_info"}:
            del notebook.metadata[key]
    notebook.metadata["kernelspec"] = {"display_name": "Analysis (this project)", "language": "python", "name": KERNEL}
    notebook.metadata["language_info"] = {"name": "python"}
    for place, cell in enumerate(notebook.cells):
        for key in list(cell.metadata):
            if key != "tags":
                del cell.metadata[key]
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{place}"
    return notebook
