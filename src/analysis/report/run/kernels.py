"""How does a kernel start at once? Forked from a process that has the imports done.

A kernel provisioner of jupyter_client behind the project's kernelspec, so that papermill, nbval, JupyterLab and the
sweep all profit. The first kernel that a process asks for starts its *nursery*, which imports the packages that every
notebook needs (nothing of this project, whose code may change while it runs) and then forks a kernel a request. Each
has a namespace, a random state and a session of its own. The nursery ends with the process that started it, however
that ends, and its kernels end with it. Where fork is not there or not safe, a kernel starts as it always did.
"""

import asyncio
import builtins
import ctypes
import gc
import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from jupyter_client.provisioning import LocalProvisioner

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
    "scipy.stats",
    "scipy.sparse.csgraph",
    "highspy",
    "edtf",
)

FORKS = sys.platform == "linux"
"""macOS can fork, but its frameworks start threads of their own that do not survive it."""

PATIENCE = 60.0
"""Seconds after which a nursery that does not answer is given up; a fresh one takes two to be ready."""

SHAPING = ("PYTHON", "LC_", "LANG", "OMP_", "OPENBLAS_", "MPL", "VIRTUAL_ENV")
"""The variables that shape a process as it starts or imports: a nursery serves the kernels that share them."""


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts kernels in the nursery of this process; otherwise as its base class."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel of ``cmd``, or start it as usual where that cannot be; returns its connection."""
        environment = kwargs.get("env") or dict(os.environ)
        if FORKS and cmd[0] == sys.executable and cmd[1:3] == ["-m", "ipykernel_launcher"]:
            folder = os.path.abspath(kwargs.get("cwd") or ".")  # noqa: PTH100 (a link stays a link)
            try:  # in a thread, for a nursery takes seconds to be ready, and a server has other things to do
                kernel = await asyncio.to_thread(Nursery.begin, cmd[2:], environment, folder)
            except OSError as error:
                self.log.warning("a kernel is started as usual, for it could not be forked: %s", error)
            else:
                self.process: Any = kernel
                self.pid = self.pgid = kernel.pid
                self.cwd = kwargs.get("cwd")
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


class Nursery:
    """The process that kernels are forked from, as its client sees it."""

    started: ClassVar[dict[Any, "Nursery"]] = {}
    opening: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                env=dict(environment),
                cwd="/",  # where no file has the name of a module
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.lock = threading.Lock()
        self.asked = 0
        self.channel = ours
        self.channel.settimeout(PATIENCE)
        self.replies = ours.makefile("r", encoding="utf-8")

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Nursery":
        """The nursery for kernels of this ``environment``, started if need be."""
        key = os.getpid(), *sorted(item for item in environment.items() if item[0].startswith(SHAPING))
        with cls.opening:
            if key not in cls.started or cls.started[key].process.poll() is not None:
                cls.started[key] = cls(environment)
            return cls.started[key]

    @classmethod
    def begin(cls, argv: list[str], environment: Mapping[str, str], folder: str) -> "Forked":
        """A new kernel in ``folder``. Raises OSError where it cannot be forked."""
        return cls.of(environment).start(argv, environment, folder)

    @classmethod
    def end_all(cls) -> None:
        """End every nursery of this process, and its kernels with it."""
        for nursery in cls.started.values():
            nursery.process.kill()

    @classmethod
    def forget(cls) -> None:
        """In a forked child of the client: the nurseries are the parent's, and their sockets are let go."""
        for nursery in cls.started.values():
            nursery.channel.close()
        cls.started.clear()
        cls.opening = threading.Lock()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to ``request``. Raises OSError where there is none."""
        with self.lock:
            self.asked += 1
            try:
                self.channel.sendall(json.dumps({**request, "number": self.asked}).encode() + b"\n")
                reply: dict[str, Any] = {}
                while reply.get("number") != self.asked:  # one that was asked for and not waited for is passed over
                    reply = json.loads(self.replies.readline())
            except (OSError, ValueError) as error:
                self.process.kill()
                raise OSError(f"the process that forks kernels does not answer: {error}") from None
        if "error" in reply:
            raise OSError(reply["error"])
        return reply

    def start(self, argv: list[str], environment: Mapping[str, str], folder: str) -> "Forked":
        """A new kernel. Raises OSError where it cannot be forked."""
        return Forked(self, self.ask({"argv": argv, "env": dict(environment), "cwd": folder})["pid"])


if FORKS:
    os.register_at_fork(after_in_child=Nursery.forget)


class Forked:
    """A forked kernel, with as much of ``subprocess.Popen`` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs. With its nursery a kernel ends too."""
        if self.returncode is None:
            try:
                self.returncode = self.nursery.ask({"poll": self.pid})["status"]
            except OSError:
                self.returncode = -signal.SIGKILL
        return self.returncode

    def wait(self) -> int:
        """How it ended, once it has."""
        while self.poll() is None:
            time.sleep(0.01)
        return self.returncode or 0

    def send_signal(self, signum: int) -> None:
        """Send ``signum``, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def nurse(descriptor: int) -> None:
    """Be a nursery: fork a kernel a request, until the client at the other end of the socket is gone."""
    sys.path[:] = [folder for folder in sys.path if folder != "/"]  # where it was started, which is no kernel's
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # read when ipykernel is imported: kernels end with this process
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as a kernel would, but too late
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)  # pandas asks, as it is imported, for a kernel
    for name in PRELOADED:
        import_module(name)
    del vars(builtins)["get_ipython"]
    gc.collect()
    gc.freeze()  # what is shared stays shared
    channel = socket.socket(fileno=descriptor)
    requests = channel.makefile("r", encoding="utf-8")
    running: set[int] = set()
    nursery = os.getpid()
    try:
        for line in requests:
            request = json.loads(line)
            try:
                if "argv" in request:
                    pid = os.fork()
                    if not pid:
                        requests.close()
                        channel.close()
                        return _be_kernel(request, nursery)
                    running.add(pid)
                    reply: dict[str, Any] = {"pid": pid}
                else:
                    reply = {"status": _status(request["poll"], running)}
            except OSError as error:
                reply = {"error": str(error)}
            channel.sendall(json.dumps({**reply, "number": request["number"]}).encode() + b"\n")
    except OSError:
        pass  # the client is gone
    finally:
        for pid in running if os.getpid() == nursery else ():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _status(pid: int, running: set[int]) -> int | None:
    if pid not in running:
        return 0
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:  # nobody is told how children end where SIGCHLD is ignored
        return None if Path(f"/proc/{pid}").exists() else 0
    if not ended:
        return None
    running.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _be_kernel(request: Mapping[str, Any], nursery: int) -> None:
    """Go on as the kernel of ``request``, in the place of ``python -m ipykernel_launcher``."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: the kernel ends the moment its nursery does
    if os.getppid() != nursery:
        os._exit(1)
    with suppress(OSError):  # where memory runs out, the kernel ends, and the command lives to say so
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.setsid()
    os.environ.clear()
    os.environ |= {**request["env"], "JPY_PARENT_PID": str(nursery)}
    time.tzset()
    os.chdir(request["cwd"])
    sys.path.insert(0, str(Path.cwd()))  # which the launcher takes away again
    random.seed()
    sys.modules["numpy"].random.seed()
    sys.argv = ["ipykernel_launcher", *request["argv"][1:]]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    nurse(int(sys.argv[1]))
