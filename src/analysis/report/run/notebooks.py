"""How are the notebooks executed? With papermill, in the project's kernel, as many at once as there are cores, to the
same bytes every time, and only where something that they rest on has changed."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any
from uuid import uuid4

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from tqdm import tqdm
from traitlets import CaselessStrEnum

from analysis.evidence import paths
from analysis.evidence.scenario import ParameterError
from analysis.report.run.kernels import Nursery
from analysis.report.run.provenance import NO_NOTEBOOK, NotebookError, Stamp, parts_of, provenance

NOTEBOOKS = (
    "1_deaths_by_year",
    "2_returnees_and_arrests",
    "3_pathways",
    "4_accounting",
    "5_wider_record",
    "6_sensitivity",
    "7_claims",
)
"""The notebooks in the order of the report."""

KERNEL = "analysis"


class LocalKernel(AsyncKernelManager):
    """A kernel reached through files, not ports: no other process can take its port or listen in."""

    transport = CaselessStrEnum(["tcp", "ipc"], default_value="ipc" if os.name == "posix" else "tcp", config=True)
    figures: Path | None = None
    """Where the notebook saves its figures; nowhere by default."""

    provenance = ""
    """What these carry in their metadata."""

    def __init__(self, **settings: Any) -> None:
        # named here, for without a file of its own every kernel of a folder would share one set of sockets
        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(connection_file=str(folder / f"kernel-{uuid4().hex[:16]}.json"), **settings)

    async def start_kernel(self, **settings: Any) -> None:  # type: ignore[override]
        """Start it, told where figures go: in its own environment, for several start at once."""
        told = {"ANALYSIS_FIGURES": str(self.figures), "ANALYSIS_PROVENANCE": self.provenance} if self.figures else {}
        await super().start_kernel(env={**(settings.pop("env", None) or os.environ), **told}, **settings)


def executed(name: str, parameters: Mapping[str, Any], figures: Path | None = None) -> nbformat.NotebookNode:
    """The notebook ``name`` executed with ``parameters``, free of what differs from run to run.

    ``figures`` is the folder where the figures of the default scenario are saved. Raises NotebookError, and
    ParameterError as :func:`cell_timeout`.
    """
    file, limit = f"notebooks/{name}.ipynb", cell_timeout()
    try:
        nbformat.validate(nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4))  # type: ignore[no-untyped-call]
    except OSError:
        raise
    except Exception as error:  # nbformat raises several types of its own, and jsonschema's
        raise NotebookError(f"{file}: {NO_NOTEBOOK} ({type(error).__name__})") from None
    for parameter in parameters:  # papermill writes it into a cell as it is
        if not parameter.isidentifier():
            raise NotebookError(f"{file}: there is no parameter {parameter!r}")
    made = provenance(name, parameters)
    begun: list[int] = []
    try:
        notebook = papermill.execute_notebook(
            paths.NOTEBOOKS / f"{name}.ipynb",
            None,
            parameters=dict(parameters),
            kernel_name=KERNEL,
            progress_bar=False,
            kernel_manager_class=type("Kernel", (LocalKernel,), {"figures": figures, "provenance": json.dumps(made)}),
            shutdown_kernel="immediate",  # a kernel here has nothing to save
            execution_timeout=limit,
            on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        )
    except PapermillExecutionError as error:
        raise NotebookError(f"{file}, cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        remedy = "Mend the cell, or allow it more seconds in CELL_TIMEOUT."
        raise NotebookError(f"{file}, cell {len(begun)}: not done after {limit} seconds. {remedy}") from None
    except DeadKernelError:
        remedy = "It was ended, as what takes more memory than there is, or ended itself: look at what the cell does."
        raise NotebookError(f"{file}, cell {len(begun)}: the kernel died. {remedy}") from None
    except RuntimeError as error:  # the kernel did not start
        raise NotebookError(f"{file}: {error}") from None
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":  # papermill takes exit(0) for success; what follows was not executed
                raise NotebookError(f"{file}, cell {cell['execution_count']}: {output['ename']}: {output['evalue']}")
    notebook = normalised(notebook)
    notebook.metadata["provenance"] = made
    return notebook


def cell_timeout() -> int:
    """The seconds that one cell may take: CELL_TIMEOUT, or ten minutes. Raises ParameterError for what is no number."""
    named = os.environ.get("CELL_TIMEOUT") or "600"
    if not re.fullmatch(r"[1-9][0-9]{0,7}", named):
        raise ParameterError(f"CELL_TIMEOUT = {named!r} is not allowed. Allowed: a whole number of seconds.")
    return int(named)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def folder_of(name: str) -> Path:
    """Where the executed notebook ``name`` and its figures are kept."""
    return paths.BUILD / "notebooks" / name


def bring_up_to_date(names: Iterable[str]) -> None:
    """Execute those of the notebooks ``names`` that are not current, as many at once as there are cores.

    Each ends in its :func:`folder_of`, whole or not at all. One that fails does not keep the others from finishing.
    Raises NotebookError, which names each that failed, and ParameterError for one that the report does not hold.
    """
    names = tuple(dict.fromkeys(names))
    if unknown := [name for name in names if name not in NOTEBOOKS]:
        raise ParameterError(f"there is no notebook {', '.join(map(repr, unknown))}. Allowed: {', '.join(NOTEBOOKS)}.")
    now = {name: parts_of(name) for name in names}
    why = {name: _stamp(name).stale(now[name]) for name in names}
    stale = [name for name in names if why[name]]
    print(f"notebooks: {len(names) - len(stale)} of {len(names)} are current", file=sys.stderr)
    for name in stale:
        print(f"  {name}: {why[name]}", file=sys.stderr)
    failed = []
    with ThreadPoolExecutor(cores()) as pool:
        try:
            futures = {pool.submit(_execute, name, now[name]): name for name in stale}
            with tqdm(total=len(stale), desc="notebooks", file=sys.stderr, unit="notebook", disable=None) as bar:
                for future in as_completed(futures):
                    bar.set_postfix_str(futures[future])
                    bar.update()
                    if isinstance(error := future.exception(), NotebookError):
                        failed.append(str(error))
                    else:
                        future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            Nursery.end_all()  # the kernels too, so that nobody waits for them
            raise
    if failed:
        raise NotebookError("\n".join(sorted(failed)))


def store(names: Iterable[str]) -> None:
    """Put the executed notebooks in the place of the notebooks. Raises NotebookError where one was edited meanwhile."""
    for name in names:
        if why := _stamp(name).stale(parts_of(name)):
            raise NotebookError(f"notebooks/{name}.ipynb is left as it is, for meanwhile {why}. Run the command again.")
        paths.write(paths.NOTEBOOKS / f"{name}.ipynb", (folder_of(name) / f"{name}.ipynb").read_bytes())


def _execute(name: str, now: Mapping[str, str]) -> None:
    target = folder_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with paths.unfinished(target.parent) as folder:
        new = Path(folder) / name
        paths.write(new / f"{name}.ipynb", serialised(executed(name, {}, new / "figures")))
        paths.exchange(new, target)
    _stamp(name).put(now)


def _stamp(name: str) -> Stamp:
    return Stamp(folder_of(name).with_suffix(".json"), [folder_of(name)])


def serialised(notebook: nbformat.NotebookNode) -> str:
    """``notebook`` as its file holds it."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """``notebook`` without what differs from run to run: times, ids of injected cells, the interpreter's version."""
    for key in list(notebook.metadata):
        if key not in {"kernelspec", "language_info", "provenance"}:
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
