"""What does a command cost, with all the processes that it starts?"""

import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

MIB = 1024**2


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
