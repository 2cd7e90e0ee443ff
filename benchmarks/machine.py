"""On what was it measured, and when?"""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def peak() -> float:
    """The most memory that this process has held, in MiB; getrusage would count the parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def machine() -> str:
    """Date, Python, processor, cores, memory, kernel, and how busy it was, in a line."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {(models or [platform.machine()])[0]}, "
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release().partition('-')[0]}, "
        f"load before {os.getloadavg()[0]:.1f}"
    )
