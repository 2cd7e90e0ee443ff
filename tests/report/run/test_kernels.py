"""Kernels of JupyterLab and nbval: the first starts at once, the others are forked, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from analysis.report.run import children, kernels
from analysis.report.run.notebooks import KERNEL, LANGUAGE

pytestmark = pytest.mark.skipif(not children.FORKS, reason="kernels are forked on Linux alone")


@contextmanager
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager = KernelManager(kernel_name=KERNEL)
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def ask(client: BlockingKernelClient, code: str) -> str:
    """What ``code`` prints, or the name of the error that it ends in."""
    shown: list[str] = []
    client.execute_interactive(
        code,
        timeout=60,
        output_hook=lambda m: shown.append(m["content"].get("text") or m["content"].get("ename") or ""),
    )
    return "".join(shown)


@pytest.fixture
def ready() -> None:
    """The server forks."""
    if not kernels.READY.is_set():
        with kernel():
            assert kernels.READY.wait(60)


def test_the_first_kernel_waits_for_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "READY", type(kernels.READY)())
    manager = KernelManager(kernel_name=KERNEL)
    began = time.perf_counter()
    manager.start_kernel()
    assert time.perf_counter() - began < 1 and isinstance(manager.provisioner.process, subprocess.Popen)
    manager.shutdown_kernel(now=True)


def test_kernels_share_no_name_and_no_random_state_and_write_no_version(ready: None) -> None:
    draw = "import random, numpy; print(globals().get('left'), random.random(), numpy.random.rand()); left = 1"
    with kernel() as (one, first), kernel() as (two, second):
        assert isinstance(one.provisioner.process, kernels.Forked) and one.provisioner.pid != two.provisioner.pid
        shown = [ask(client, draw).split() for client in (first, second)]
        assert shown[0][0] == shown[1][0] == "None" and shown[0][1] != shown[1][1] and shown[0][2] != shown[1][2]
        asked = first.kernel_info()
        reply = first.get_shell_msg(timeout=20)
        while reply["parent_header"].get("msg_id") != asked:
            reply = first.get_shell_msg(timeout=20)
        assert reply["content"]["language_info"] == LANGUAGE


def test_a_kernel_can_be_interrupted_restarted_and_its_death_is_seen(ready: None) -> None:
    with kernel() as (manager, client):
        asked = client.execute("import time; print('asleep'); time.sleep(60)")
        while client.get_iopub_msg(timeout=20)["content"].get("text") != "asleep\n":
            pass
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=20)
        while reply["parent_header"].get("msg_id") != asked:  # the first may answer wait_for_ready
            reply = client.get_shell_msg(timeout=20)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert ask(client, "print('again')") == "again\n"
        client.execute("import os; os._exit(3)")
        end = time.monotonic() + 20
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.05)
        assert not manager.is_alive() and manager.provisioner.process.returncode == 3


def test_a_kernel_starts_as_usual_where_it_cannot_be_forked(ready: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(children, "start", refuse)
    with kernel() as (manager, client):
        assert isinstance(manager.provisioner.process, subprocess.Popen) and ask(client, "print(1)") == "1\n"


def test_nothing_is_left_when_the_client_is_killed() -> None:
    script = (
        "import time; from jupyter_client.manager import KernelManager\n"
        "from analysis.report.run import kernels\n"
        "for _ in range(2):\n"
        "    m = KernelManager(kernel_name='analysis'); m.start_kernel(); kernels.READY.wait()\n"
        "print(m.provisioner.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None and int(next(line for line in client.stdout if line.strip()))
        left = psutil.Process(client.pid).children(recursive=True)
        assert len(left) >= 3
        os.kill(client.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(left, timeout=30)
    assert not alive
