"""What happens in the child that executes a notebook? IPython runs its cells, and what they show is collected.

The same shell that a kernel wraps, without the kernel's messages: the outputs are those of JupyterLab and papermill, but
for what a program started by a cell prints. Nothing of the person's IPython profile is read. How the child is started,
timed and ended is in :mod:`analysis.report.run.children`.
"""

import builtins
import io
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from nbformat import v4
from traitlets.config import Config

from analysis.recorded import NotebookError


def _shown(data: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    encoded = {kind: b64encode(one).decode() if isinstance(one, bytes) else one for kind, one in data.items()}
    return {"data": encoded, "metadata": dict(metadata or {})}


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell."""

    def __init__(self, shell: "Shell", name: str) -> None:
        self.shell, self.name = shell, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs = self.shell.outputs
        if outputs and outputs[-1].get("name") == self.name:
            outputs[-1]["text"] += text
        elif text:
            outputs.append(v4.new_output("stream", name=self.name, text=text))
        return len(text)


class Publisher(DisplayPublisher):  # type: ignore[misc]
    """What a cell displays."""

    shell: Any

    def publish(  # type: ignore[override]
        self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **_: Any
    ) -> None:
        shown = _shown(data, metadata)
        name = (transient or {}).get("display_id")
        if update:
            for output in self.shell.displayed.get(name, ()):
                output.update(nbformat.from_dict(shown))
            return
        output = v4.new_output("display_data", **shown)
        self.shell.outputs.append(output)
        if name:
            self.shell.displayed.setdefault(name, []).append(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class Hook(DisplayHook):  # type: ignore[misc]
    """The value of a cell's last line."""

    shell: Any

    def write_output_prompt(self) -> None: ...

    def finish_displayhook(self) -> None: ...

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        shown = _shown(format_dict, md_dict)
        self.shell.outputs.append(v4.new_output("execute_result", execution_count=self.prompt_count, **shown))


class Shell(InteractiveShell):  # type: ignore[misc]
    """IPython whose cells show nothing to a person; ``outputs`` are those of the cell that runs."""

    kernel = None
    """Packages take a shell that has one for a notebook's, not a terminal's."""

    def __init__(self, **settings: Any) -> None:
        self.outputs: list[Any] = []
        self.displayed: dict[str, list[Any]] = {}
        super().__init__(display_pub_class=Publisher, displayhook_class=Hook, **settings)

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Nothing: who called :func:`execute` says what failed."""

    showsyntaxerror = showtraceback

    def raw_input(self, *_: Any) -> str:
        """``input``: nobody is there to answer."""
        raise StdinNotImplementedError("a notebook that is executed cannot ask for input")

    def ask_exit(self) -> None:
        """``exit``: ends the notebook as an error, for what follows would not be executed."""
        raise SystemExit("the cell calls exit")


def execute(
    send: Callable[[Any], None],
    source: str,
    folder: str,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    limit: int,
) -> None:
    """Execute the notebook ``source`` in ``folder``; sends the number of each code cell as it begins, and at the end the
    executed notebook as text.

    Raises NotebookError, which names the cell that failed. A cell that takes more than ``limit`` seconds ends the process
    by SIGALRM, whatever it does.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.dup2(os.open(os.devnull, os.O_RDWR), number)
        setattr(sys, f"__{name}__", None)  # no terminal whose width or colours could show
    os.environ.pop("COLUMNS", None)
    os.environ.update(environment)
    os.chdir(folder)
    sys.path.insert(0, folder)
    notebook = nbformat.reads(source, as_version=4)  # type: ignore[no-untyped-call]
    if parameters:
        from papermill.parameterize import parameterize_notebook  # here: slow to import, and rarely needed

        notebook.metadata["papermill"] = nbformat.NotebookNode()
        for cell in notebook.cells:
            cell.metadata.setdefault("tags", [])
        notebook = parameterize_notebook(notebook, dict(parameters), kernel_name="python3", language="python")
    with TemporaryDirectory() as profile:
        os.environ["IPYTHONDIR"] = profile
        settings = Config({"HistoryManager": {"enabled": False}})
        where = ProfileDir.create_profile_dir(str(Path(profile) / "profile_default"), settings)
        shell = Shell.instance(config=settings, profile_dir=where, ipython_dir=profile)
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()  # the child shares its state with all that were forked from one server
        if pandas := sys.modules.get("pandas"):
            pandas.set_option("display.max_columns", 20)  # as where it is imported in a notebook
        builtins.input = shell.raw_input
        sys.stdout, sys.stderr = Stream(shell, "stdout"), Stream(shell, "stderr")  # type: ignore[assignment]
        send(_run(shell, notebook, send, limit))


def _run(shell: Shell, notebook: Any, send: Callable[[Any], None], limit: int) -> Any:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        send(number)
        if hasattr(signal, "alarm"):  # Windows has none
            signal.alarm(limit)
        shell.outputs.clear()
        result = shell.run_cell(cell.source, store_history=True)
        if error := result.error_before_exec or result.error_in_exec:
            raise NotebookError(f"cell {number}: {type(error).__name__}: {str(error)[:1000]}")
        cell.outputs, cell.execution_count = list(shell.outputs), number
    return nbformat.writes(notebook)  # type: ignore[no-untyped-call]
