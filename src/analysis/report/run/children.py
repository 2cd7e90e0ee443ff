"""In which process is work done? In a child, forked from a server that has the imports done, that ends with its parent.

The server is that of :mod:`multiprocessing`; where fork is not safe (macOS) or not there (Windows) a child is spawned.
What a child executes is no concern of this module: see :mod:`analysis.report.run.shell` and
:mod:`analysis.report.run.kernels`.
"""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from multiprocessing import active_children, current_process, forkserver, get_context, parent_process
from pathlib import Path
from typing import Any

FORKS = sys.platform == "linux"
CONTEXT: Any = get_context("forkserver" if FORKS else "spawn")

ENVIRONMENT = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""What every child is started with, whatever the person's own settings are; share/jupyter/kernels has the same."""

PACKAGES = (
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
    "scipy.stats",
    "scipy.sparse.csgraph",
    "highspy",
    "edtf",
    "jinja2",
)
"""What nearly every notebook imports, and what no edit of this project changes."""

LONGEST = 60
"""Letters of a folder in which a Unix socket can still have a name: its whole path has 107 at most."""

STARTS = 60.0
"""Seconds in which a child must have begun."""

_starting = threading.Lock()
_stopped = threading.Event()


def start_server(*modules: str) -> None:
    """Start the server that children are forked from, with ``modules`` imported, unless it runs already.

    Returns at once; it is ready some two seconds later, and the first child waits for it. Call it from the main thread,
    so that Ctrl-C reaches the command alone.
    """
    if FORKS:
        CONTEXT.set_forkserver_preload([*PACKAGES, *modules])
        with _inherited():
            forkserver.ensure_running()


@contextmanager
def _inherited() -> Iterator[None]:
    """What is started here inherits ENVIRONMENT and ignores Ctrl-C: the command hears it, and ends its children."""
    main = threading.current_thread() is threading.main_thread()
    before, folder = dict(os.environ), tempfile.tempdir
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    os.environ.update(ENVIRONMENT)
    if os.name == "posix" and len(tempfile.gettempdir()) > LONGEST:
        tempfile.tempdir = "/tmp"
    try:
        yield
    finally:
        tempfile.tempdir = folder
        os.environ.clear()
        os.environ.update(before)
        if main:
            signal.signal(signal.SIGINT, heard)


def start(target: Callable[..., None], *arguments: Any) -> Any:
    """A child that runs ``target(*arguments)``: a ``multiprocessing.Process``. Raises OSError where it cannot start."""
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # a worker of Dask may be one, and has children
    process = CONTEXT.Process(target=_run, args=(target, *arguments), daemon=True)
    try:
        with _starting, _inherited():
            process.start()
    except EOFError as error:
        raise ChildProcessError("could not start") from error
    if _stopped.is_set():  # Ctrl-C came while it started
        process.kill()
    return process


def _run(target: Callable[..., None], *arguments: Any) -> None:
    end_with_parent()
    target(*arguments)


def end_with_parent() -> None:
    """End this process when the one that started it has ended, however that ended; it runs out of memory first."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def messages(patience: float, target: Callable[..., None], *arguments: Any) -> Iterator[Any]:
    """What a child sends while it runs ``target(send, *arguments)``, one after the other, until it ends.

    Raises TimeoutError where ``patience`` seconds pass without a message, ChildProcessError where it could not start or
    was ended, and what ``target`` raises.
    """
    receiver, sender = CONTEXT.Pipe(duplex=False)
    with receiver:
        with sender:
            process = start(_send, sender, target, *arguments)
        limit = max(patience, STARTS)
        try:
            while receiver.poll(limit):
                limit = patience
                try:
                    message = receiver.recv()
                except EOFError:
                    process.join()
                    if process.exitcode:
                        raise ChildProcessError(f"ended with {process.exitcode}") from None
                    return
                if isinstance(message, Exception):
                    raise message
                yield message
            raise TimeoutError
        finally:
            process.kill()
            process.join()


def _send(sender: Any, target: Callable[..., None], *arguments: Any) -> None:
    try:
        target(sender.send, *arguments)
    except Exception as error:
        sender.send(error)


@contextmanager
def none_left(pool: Executor) -> Iterator[None]:
    """Where this block ends in an error or by Ctrl-C, the children are killed, so that nobody waits for them."""
    _stopped.clear()
    try:
        yield
    except BaseException:
        _stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():
            child.kill()
        raise
