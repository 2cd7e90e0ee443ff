"""How are the notebooks executed? With papermill, in the project's kernel, as many at once as there are cores, to the
same bytes every time, and only where something that they rest on has changed."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from papermill.exceptions import PapermillExecutionError
from tqdm import tqdm
from traitlets import CaselessStrEnum

from analysis.evidence import paths
from analysis.report.current import Stamp, parts_of, provenance
from analysis.report.warm import Nursery

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

    ``figures`` is the folder where the figures of the default scenario are saved. Raises NotebookError.
    """
    made = provenance(name, parameters)
    for parameter in parameters:  # papermill writes it into a cell as it is
        if not parameter.isidentifier():
            raise NotebookError(f"notebooks/{name}.ipynb: there is no parameter {parameter!r}")
    try:
        notebook = papermill.execute_notebook(
            paths.NOTEBOOKS / f"{name}.ipynb",
            None,
            parameters=dict(parameters),
            kernel_name=KERNEL,
            progress_bar=False,
            kernel_manager_class=type("Kernel", (LocalKernel,), {"figures": figures, "provenance": json.dumps(made)}),
            shutdown_kernel="immediate",  # a kernel here has nothing to save
        )
    except PapermillExecutionError as error:
        raise NotebookError(f"notebooks/{name}.ipynb, cell {error.exec_count}: {error.ename}: {error.evalue}") from None
    except RuntimeError as error:  # the kernel did not start, or died
        raise NotebookError(f"notebooks/{name}.ipynb: {error}") from None
    notebook = normalised(notebook)
    notebook.metadata["provenance"] = made
    return notebook


def folder_of(name: str) -> Path:
    """Where the executed notebook ``name`` and its figures are kept."""
    return paths.BUILD / "notebooks" / name


def bring_up_to_date(names: Iterable[str]) -> None:
    """Execute those of the notebooks ``names`` that are not current, as many at once as there are cores.

    Each ends in its :func:`folder_of`, whole or not at all. One that fails does not keep the others from finishing.
    Raises NotebookError, which names each that failed.
    """
    names = tuple(dict.fromkeys(names))
    now = {name: parts_of(name) for name in names}
    why = {name: _stamp(name).stale(now[name]) for name in names}
    stale = [name for name in names if why[name]]
    print(f"notebooks: {len(names) - len(stale)} of {len(names)} are current", file=sys.stderr)
    for name in stale:
        print(f"  {name}: {why[name]}", file=sys.stderr)
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
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


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Wait until no other process of this project does ``what``: it may be doing just what is wanted."""
    lock = paths.BUILD / f".{what}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        if os.name == "posix":
            import fcntl  # here: there is none elsewhere, where two at once do the work twice

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _execute(name: str, now: Mapping[str, str]) -> None:
    target = folder_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder) / name
        paths.write(new / f"{name}.ipynb", serialised(executed(name, {}, new / "figures")))
        shutil.rmtree(target, ignore_errors=True)
        new.replace(target)
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
