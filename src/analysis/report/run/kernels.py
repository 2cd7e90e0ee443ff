"""How does a kernel of JupyterLab or nbval start? Forked from a process that has the imports done, but for the first.

A provisioner of jupyter_client behind the project's kernelspec. The first kernel of a process starts as usual, so that
nobody waits for it, and the server of :mod:`analysis.report.run.children` gets ready meanwhile; it imports nothing of
this project, whose code is edited while JupyterLab runs. The report needs no kernel: see :mod:`analysis.report.run.shell`.
"""

import asyncio
import os
import random
import runpy
import signal
import sys
import time
from collections.abc import Mapping
from threading import Event, Thread
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.provisioning import LocalProvisioner

from analysis.report.run import children

READY = Event()
"""Set once the server has forked: what it forks now starts at once."""


class Kernel(IPythonKernel):  # type: ignore[misc]
    """A kernel that writes no version of Python into a notebook's metadata: they are the same on every machine."""

    language_info = {name: value for name, value in IPythonKernel.language_info.items() if name != "version"}  # noqa: RUF012


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Forks the kernel where that can be done at once; otherwise starts it as its base class does."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel of ``cmd``; returns its connection."""
        if children.FORKS and cmd[0] == sys.executable and cmd[1:3] == ["-m", "ipykernel_launcher"]:
            if READY.is_set():
                folder = os.path.abspath(kwargs.get("cwd") or ".")  # noqa: PTH100 (a link stays a link)
                environment = dict(kwargs.get("env") or os.environ)
                try:
                    child = await asyncio.to_thread(children.start, _be_kernel, cmd[3:], environment, folder)
                except OSError as error:
                    self.log.warning("the kernel is started as usual, for it could not be forked: %s", error)
                else:
                    self.process: Any = Forked(child)
                    self.pid = self.pgid = child.pid
                    self.cwd = kwargs.get("cwd")
                    return self.connection_info
            else:
                children.start_server("ipykernel.kernelapp", __name__)
                Thread(target=_get_ready, daemon=True).start()
        return await super().launch_kernel(cmd, **kwargs)


def _get_ready() -> None:
    child = children.start(print)
    child.join()
    READY.set()


class Forked:
    """A forked kernel, with as much of ``subprocess.Popen`` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, child: Any) -> None:
        self.child, self.pid = child, child.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        code: int | None = self.child.exitcode
        return code

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def wait(self) -> int | None:
        self.child.join()
        return self.poll()

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        self.child.terminate()

    def kill(self) -> None:
        self.child.kill()


def _be_kernel(argv: list[str], environment: Mapping[str, str], folder: str) -> None:
    """Go on as the kernel of ``argv``, in the place of ``python -m ipykernel_launcher``."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a kernel is interrupted by it
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.path.insert(0, folder)  # which the launcher takes away again
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    sys.argv = ["ipykernel_launcher", *argv, f"--IPKernelApp.parent_handle={os.getppid()}"]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
