"""How are the notebooks executed? Each in a child of its own, as many at once as there are cores, to the same bytes every
time, and only where something that they rest on has changed. What runs in the child is in :mod:`analysis.report.run.shell`."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from analysis.evidence import files, paths
from analysis.evidence.problems import ParameterError
from analysis.recorded import INDEX, NO_NOTEBOOK, NOTEBOOKS, NotebookError
from analysis.report.run import children
from analysis.report.run.provenance import FILES, OWN, Parts, Stamp, listed, notebook_parts, sealed


def execute(name: str, parameters: Mapping[str, Any], stamp: Parts, figures: Path | None = None) -> str:
    """The notebook ``name`` executed with ``parameters``: its text, free of what differs from run to run.

    It carries ``stamp``, and the hash of each figure. ``figures`` is the folder of that name where the figures of the
    default scenario are saved. Raises NotebookError, and ParameterError as :func:`cell_timeout`.
    """
    file, limit = f"notebooks/{name}.ipynb", cell_timeout()
    source = (paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8", errors="replace")
    try:
        nbformat.validate(nbformat.reads(source, as_version=4))  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises several types of its own, and jsonschema's
        raise NotebookError(f"{file}: {NO_NOTEBOOK} ({type(error).__name__})") from None
    for parameter in parameters:  # it is written into a cell as it is
        if not parameter.isidentifier():
            raise NotebookError(f"{file}: there is no parameter {parameter!r}")
    environment = {"ANALYSIS_FIGURES": str(figures or ""), "ANALYSIS_PROVENANCE": json.dumps(stamp)}
    children.start_server()
    cell, done = 0, ""
    try:
        arguments = (source, str(paths.NOTEBOOKS), dict(parameters), environment, limit)
        for message in children.messages(_in_child, *arguments):
            if isinstance(message, int):
                cell = message
            else:
                done = message
    except NotebookError as error:
        raise NotebookError(f"{file}, {error}") from None
    except TimeoutError:
        remedy = "Make the cell faster, or allow it more seconds in CELL_TIMEOUT."
        raise NotebookError(f"{file}, cell {cell}: not done after {limit} seconds. {remedy}") from None
    except ChildProcessError as error:
        reason = "It was killed, probably out of memory, or the cell ended it."
        raise NotebookError(f"{file}, cell {cell}: the process that runs it {error}. {reason}") from None
    notebook = normalised(nbformat.reads(done, as_version=4))  # type: ignore[no-untyped-call]
    notebook.metadata["provenance"] = {**stamp, FILES: listed(*filter(None, [figures])), OWN: ""}
    return sealed(serialised(notebook))


def _in_child(send: Callable[[Any], None], *arguments: Any) -> None:
    from analysis.report.run.shell import execute as in_shell  # here: the command itself needs no IPython

    in_shell(send, *arguments)


def cell_timeout() -> int:
    """The seconds that one cell may take: CELL_TIMEOUT, or ten minutes. Raises ParameterError for what is no number."""
    named = os.environ.get("CELL_TIMEOUT") or "600"
    if not re.fullmatch(r"[1-9][0-9]{0,7}", named):
        raise ParameterError(f"CELL_TIMEOUT = {named!r} is not allowed. Allowed: a whole number of seconds.")
    return int(named)


def folder_of(name: str) -> Path:
    """Where the executed notebook ``name`` and its figures are kept."""
    return paths.BUILD / "notebooks" / name


def bring_up_to_date(names: Iterable[str]) -> None:
    """Execute those of the notebooks ``names`` that are not current, as many at once as there are cores.

    Each ends in its :func:`folder_of`, whole or not at all. One that fails does not keep the others from finishing.
    Raises NotebookError, which names each that failed, and ParameterError for one that the report does not hold.
    """
    names = tuple(dict.fromkeys(names))
    allowed = (*NOTEBOOKS, INDEX)
    if unknown := [name for name in names if name not in allowed]:
        raise ParameterError(f"there is no notebook {', '.join(map(repr, unknown))}. Allowed: {', '.join(allowed)}.")
    if INDEX in names and len(names) > 1:  # it reads what the others found
        bring_up_to_date(name for name in names if name != INDEX)
        names = (INDEX,)
    stamps = {name: _stamp(name) for name in names}
    stale = {name: reason for name, stamp in stamps.items() if (reason := stamp.stale())}
    print(f"notebooks: {len(names) - len(stale)} of {len(names)} are current", file=sys.stderr)
    for name, reason in stale.items():
        print(f"  {name}: {reason}", file=sys.stderr)
    if not stale:
        return
    failed = []
    for _, future in children.in_turn(lambda name: _execute(name, stamps[name].now), list(stale), "notebooks"):
        try:
            future.result()
        except NotebookError as error:
            failed.append(str(error))
    if failed:
        raise NotebookError("\n".join(sorted(failed)))


def store(names: Iterable[str]) -> None:
    """Put the executed notebooks in the place of the notebooks. Raises NotebookError where one was edited meanwhile."""
    for name in names:
        if why := _stamp(name).stale():
            file = f"notebooks/{name}.ipynb"
            raise NotebookError(f"{file} was not overwritten: {why} while it ran. Run the command again.")
        files.write(paths.NOTEBOOKS / f"{name}.ipynb", (folder_of(name) / f"{name}.ipynb").read_bytes())


def _execute(name: str, now: Parts) -> None:
    target = folder_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with files.temp_dir(target.parent) as folder:
        new = Path(folder) / name
        (new / "figures").mkdir(parents=True)
        files.write(new / f"{name}.ipynb", execute(name, {}, now, new / "figures"))
        files.swap(new, target)


def _stamp(name: str) -> Stamp:
    return Stamp(
        folder_of(name) / f"{name}.ipynb",
        {"of": name, "parameters": {}} | notebook_parts(name),
        folder_of(name) / "figures",
    )


def serialised(notebook: nbformat.NotebookNode) -> str:
    """``notebook`` as its file holds it."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """``notebook`` without what differs from run to run: times, ids of injected cells, the interpreter's version."""
    from analysis.kernel import Kernel  # here: who has nothing to execute needs no kernel

    kept = {key: value for key, value in notebook.metadata.items() if key == "provenance"}
    spec = {"display_name": "Analysis (this project)", "language": "python", "name": "analysis"}
    notebook.metadata = {"kernelspec": spec, "language_info": Kernel.language_info, **kept}
    for place, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = {"tags": tags} if tags else {}
        if "injected-parameters" in tags:
            cell["id"] = f"injected-{place}"
    return notebook
