"""On which machine was it measured, and what does a command cost, with all the processes that it starts?"""

import os
import platform
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

MIB = 1024**2


def machine() -> str:
    """Date, Python, processor, cores, memory, kernel, and how busy it was, in a line."""
    cpus = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in cpus.splitlines() if line.startswith("model name")]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {(models or [platform.machine()])[0]}, "
        f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1024**3:.0f} GiB, "
        f"{platform.system()} {platform.release().partition('-')[0]}, load before {os.getloadavg()[0]:.1f}"
    )


def peak() -> float:
    """The most memory that this process has held, in MiB; getrusage would count the parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def measured(command: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """The seconds that ``command`` takes, and the most memory in MiB that it and its children hold at one time.

    Memory that processes share counts once (PSS); it is looked at four times a second, for looking costs time.
    Raises RuntimeError, with the end of what was printed, where the command fails.
    """
    peak, ended = [0.0], threading.Event()

    def watch(process: psutil.Process) -> None:
        pause = 0.05  # at first, for a command that has nothing to do
        while not ended.wait(pause):
            pause, held = 0.25, 0
            with suppress(psutil.NoSuchProcess):
                for one in (process, *process.children(recursive=True)):
                    with suppress(psutil.Error):
                        memory = one.memory_full_info()
                        held += getattr(memory, "pss", memory.rss)
            peak[0] = max(peak[0], held / MIB)

    with (folder / "printed.txt").open("w+") as printed:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=printed, stderr=printed)
        watcher = threading.Thread(target=watch, args=(psutil.Process(process.pid),))
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - began
        ended.set()
        watcher.join()
        if code:
            printed.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{printed.read()[-2000:]}")
    return seconds, peak[0]
