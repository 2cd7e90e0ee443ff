"""Warm kernels: the same outputs as cold ones, nothing shared between them, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from analysis.evidence import paths
from analysis.report.run import kernels as warm
from analysis.report.run.notebooks import KERNEL, executed, serialised

pytestmark = pytest.mark.skipif(not warm.FORKS, reason="kernels are forked on Linux alone")


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
    told: list[str] = []
    client.execute_interactive(
        code, timeout=60, output_hook=lambda m: told.append(m["content"].get("text") or m["content"].get("ename") or "")
    )
    return "".join(told)


def test_the_outputs_are_those_of_a_cold_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    forked = serialised(executed("returnees_and_arrests", {}))
    monkeypatch.setattr(warm, "FORKS", False)
    assert forked == serialised(executed("returnees_and_arrests", {}))
    assert forked == (paths.NOTEBOOKS / "returnees_and_arrests.ipynb").read_text(encoding="utf-8")


def test_kernels_share_no_name_no_random_state_and_no_socket_of_their_nursery() -> None:
    draw = "import random, numpy; print(globals().get('left'), random.random(), numpy.random.rand()); left = 1"
    sockets = "import os; print([os.readlink(f'/proc/self/fd/{f}') for f in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{f}')])"
    with kernel() as (one, first), kernel() as (two, second):
        assert isinstance(one.provisioner.process, warm.Forked) and one.provisioner.pid != two.provisioner.pid
        told = [ask(client, draw).split() for client in (first, second)]
        assert told[0][0] == told[1][0] == "None" and told[0][1] != told[1][1] and told[0][2] != told[1][2]
        nursery = one.provisioner.process.nursery
        ours = str(Path(f"/proc/{nursery.process.pid}/fd/{nursery.process.args[-1]}").readlink())
        assert ours.startswith("socket:") and ours not in ask(first, sockets)


def test_a_kernel_can_be_interrupted_restarted_and_its_death_is_seen() -> None:
    with kernel() as (manager, client):
        asked = client.execute("import time; print('asleep'); time.sleep(60)")
        while client.get_iopub_msg(timeout=20)["content"].get("text") != "asleep\n":
            pass
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=20)
        assert reply["parent_header"]["msg_id"] == asked and reply["content"]["ename"] == "KeyboardInterrupt"
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert ask(client, "print('again')") == "again\n"
        client.execute("import os; os._exit(3)")
        end = time.monotonic() + 20
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.05)
        assert not manager.is_alive() and manager.provisioner.process.returncode == 3


def test_a_kernel_starts_as_usual_where_it_cannot_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(warm.Nursery, "start", refuse)
    with kernel() as (manager, client):
        assert isinstance(manager.provisioner.process, subprocess.Popen) and ask(client, "print(1)") == "1\n"


def test_a_nursery_that_was_killed_is_replaced_and_its_kernels_end() -> None:
    with kernel() as (manager, _):
        nursery = manager.provisioner.process.nursery
        nursery.process.kill()
        nursery.process.wait()
        gone(manager.provisioner.pid)
        assert not manager.is_alive()
    with kernel() as (_, client):
        assert ask(client, "print(1)") == "1\n"


def gone(pid: int) -> None:
    """Wait until no process has this id, or fail."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} is still there")


def test_nothing_is_left_when_the_client_is_killed() -> None:
    script = (
        "import time; from jupyter_client.manager import KernelManager; m = KernelManager(kernel_name='analysis');"
        "m.start_kernel(); p = m.provisioner.process; print(p.nursery.process.pid, p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        nursery, forked = map(int, client.stdout.readline().split())
        os.kill(client.pid, signal.SIGKILL)
    gone(nursery)
    gone(forked)


def test_kernels_asked_for_at_once_by_several_threads_all_start() -> None:
    warm.Nursery.end_all()

    def one(number: int) -> str:
        with kernel() as (_, client):
            return ask(client, f"print({number})")

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(one, range(3))) == ["0\n", "1\n", "2\n"]
