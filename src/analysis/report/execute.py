"""How are the notebooks executed? With papermill, in the project's kernel, to the same bytes every time."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from papermill.exceptions import PapermillExecutionError
from traitlets import CaselessStrEnum

from analysis.evidence import paths

NOTEBOOKS = (
    "evidence",
    "deaths_by_year",
    "returnees_and_arrests",
    "pathways",
    "accounting",
    "wider_record",
    "sensitivity",
)
"""The notebooks in the order of the report."""

KERNEL = "analysis"


class NotebookError(Exception):
    """A notebook failed; the message names it and the cell."""


class LocalKernel(AsyncKernelManager):
    """A kernel reached through files, not ports: no other process can take its port or listen in."""

    transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc" if os.name == "posix" else "tcp", config=True)

    def __init__(self, **settings: Any) -> None:
        # named here, for without a file of its own every kernel of a folder would share one set of sockets
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(connection_file=str(folder / f"kernel-{uuid4().hex[:16]}.json"), **settings)


def executed(name: str, parameters: Mapping[str, Any], figures: Path | None = None) -> nbformat.NotebookNode:
    """The notebook ``name`` executed with ``parameters``, free of what differs from run to run.

    ``figures`` is the folder where the figures of the default scenario are saved. Raises NotebookError.
    """
    if figures is not None:
        os.environ["ANALYSIS_FIGURES"] = str(figures)
    try:
        notebook = papermill.execute_notebook(
            paths.NOTEBOOKS / f"{name}.ipynb",
            None,
            parameters=dict(parameters),
            kernel_name=KERNEL,
            progress_bar={"desc": name, "file": sys.stderr} if figures is not None else False,
            kernel_manager_class=LocalKernel,
            shutdown_kernel="immediate",  # a kernel here has nothing to save
        )
    except PapermillExecutionError as error:
        raise NotebookError(f"notebooks/{name}.ipynb, cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    except RuntimeError as error:  # the kernel did not start, or died
        raise NotebookError(f"notebooks/{name}.ipynb: {error}") from None
    finally:
        os.environ.pop("ANALYSIS_FIGURES", None)
    return normalised(notebook)


def execute(name: str, parameters: Mapping[str, Any], output: Path, figures: Path | None = None) -> Path:
    """:func:`executed`, written to ``output`` whole or not at all."""
    paths.write(output, serialised(executed(name, parameters, figures)))
    return output


def serialised(notebook: nbformat.NotebookNode) -> str:
    """``notebook`` as its file holds it."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


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
