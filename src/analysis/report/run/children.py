"""In which process is work done? In a child, forked from a server that has the imports done, that ends with its parent.

The server is that of :mod:`multiprocessing`; where fork is not safe (macOS) or not there (Windows) a child is spawned.
What a child executes is no concern of this module: see :mod:`analysis.report.run.shell`.
"""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import active_children, current_process, forkserver, get_context, parent_process, resource_tracker
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")

FORKS = sys.platform == "linux"
CONTEXT: Any = get_context("forkserver" if FORKS else "spawn")

ENVIRONMENT = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
"""What every child is started with, whatever the person's own settings are; share/jupyter/kernels has the same."""

LONGEST = 60
"""Letters of a folder in which a Unix socket can still have a name: its whole path has 107 at most."""

ALARMED = -getattr(signal, "SIGALRM", signal.SIGTERM)
"""The exit code of a child that its own alarm ended."""

_starting = threading.Lock()
_stopped = threading.Event()


def start_server() -> None:
    """Start the server that children are forked from, unless it runs already.

    Returns at once; it is ready some two seconds later, and the first child waits for it. Call it from the main thread,
    so that Ctrl-C reaches the command alone.
    """
    if FORKS:
        CONTEXT.set_forkserver_preload(["analysis.report.run.preloaded"])
        with _inherited():
            forkserver.ensure_running()


@contextmanager
def _inherited() -> Iterator[None]:
    """What is started here inherits ENVIRONMENT and hears no Ctrl-C: the command hears it, and ends its children."""
    main = threading.current_thread() is threading.main_thread()
    before, folder = dict(os.environ), tempfile.tempdir
    heard: set[int] = set()
    if main and os.name == "posix":  # blocked and not ignored: what is pressed here is heard once the block ends
        resource_tracker.ensure_running()  # which ends a block of its own
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ.update(ENVIRONMENT)
    if os.name == "posix" and len(tempfile.gettempdir()) > LONGEST:
        tempfile.tempdir = "/tmp"
    try:
        yield
    finally:
        tempfile.tempdir = folder
        os.environ.clear()
        os.environ.update(before)
        if main and os.name == "posix":
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)


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


def messages(target: Callable[..., None], *arguments: Any) -> Iterator[Any]:
    """What a child sends while it runs ``target(send, *arguments)``, one after the other, until it ends.

    Raises TimeoutError where it was ended by ``signal.alarm``, ChildProcessError where it could not start or was ended
    otherwise, OSError where the system refuses it, and what ``target`` raises.
    """
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_run, args=(sender, target, *arguments), daemon=True)
    with receiver:
        with sender:
            _start(process)
        try:
            while True:
                try:
                    message = receiver.recv()
                except EOFError:
                    break
                if isinstance(message, Exception):
                    raise message
                yield message
            process.join()
            if process.exitcode == ALARMED:
                raise TimeoutError
            if process.exitcode:
                raise ChildProcessError(f"ended with {process.exitcode}")
        finally:
            process.kill()
            process.join()


def _start(process: Any) -> None:
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # a worker of Dask may be one, and has children
    try:
        with _starting, _inherited():
            process.start()
    except EOFError as error:
        raise ChildProcessError("could not start") from error
    if _stopped.is_set():  # Ctrl-C came while it started
        process.kill()


def _run(sender: Any, target: Callable[..., None], *arguments: Any) -> None:
    end_with_parent()
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


@contextmanager
def _interrupt_deferred() -> Iterator[None]:
    """Ctrl-C comes at the end of this block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_turn(
    task: Callable[[T], Any], wanted: Sequence[T], what: str, executor: Executor | None = None, ahead: int = 256
) -> Iterator[tuple[T, Future[Any]]]:
    """Each of ``wanted`` with the future of ``task`` once that is done; a bar counts ``what`` they are.

    By default threads do it, one a core, which wait for children. ``ahead`` tasks are submitted at a time, and what is done
    is let go of, so that memory does not grow with their number.
    """
    if executor is None:
        start_server()
    running: dict[Future[Any], T] = {}
    queue = iter(wanted)
    bar = tqdm(total=len(wanted), desc=what, file=sys.stderr, disable=None)
    with bar, ThreadPoolExecutor(cores()) as threads, none_left(threads):
        while True:
            for one in islice(queue, ahead - len(running)):
                with (
                    _interrupt_deferred()
                ):  # a pool may be starting a child, which has to be known before it can be killed
                    running[(executor or threads).submit(task, one)] = one
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                bar.update()
                yield running.pop(future), future
