"""Every child ends with the command that started it, in every phase, however that ends."""

import os
import re
import signal
import time
from contextlib import suppress
from itertools import product
from pathlib import Path

import psutil
import pytest

from tests.conftest import begun, put
from tests.test_hostile import TINY

TWO = """
[grid.accounting.cross]
about_width = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
[[conclusion]]
says = "many"
finding = "accounting.departed"
lower_at_least = 1
"""

SPHINX = """
def site(record, executed, drawn, target, state):
    conf = target.parent / "source" / "conf.py"
    build.files.write(conf, "import pathlib, time; pathlib.Path('../../../reached').touch(); time.sleep(60)")
    build._sphinx(conf.parent, target)
build.site = site
from analysis.cli import main
"""
"""A site whose settings take a minute to read."""


def phase(project: Path, name: str) -> tuple[str, ...]:
    """A command that is long in one phase."""
    if name == "notebooks":
        put(project, "1_deaths_by_year", "import time; time.sleep(60)")
        return ("analysis", "notebooks", "1_deaths_by_year")
    if name == "busy":
        put(project, "1_deaths_by_year", "while True: pass")
        return ("analysis", "notebooks", "1_deaths_by_year")
    if name == "site":
        (project / "tiny.py").write_text(TINY.replace("from analysis.cli import main\n", SPHINX))
        return ("tiny", "report")
    (project / "scenarios.toml").write_text(TWO)
    slow = project / "src" / "analysis" / "analyses" / "accounting.py"
    slow.write_text(slow.read_text() + "\n\ndef outline(record):\n    import time\n\n    time.sleep(60)\n")
    return ("analysis", "sweep")


PHASES = ("server", "notebooks", "busy", "grid", "site")


def old_enough(child: psutil.Process) -> bool:
    """Whether a child has read what its parent passed on: one that is still reading it may print a traceback of its own."""
    with suppress(psutil.NoSuchProcess):
        return time.time() - child.create_time() > 0.5
    return False


@pytest.mark.parametrize(
    ("name", "sent"),
    [*product(PHASES, (signal.SIGKILL, signal.SIGINT)), ("notebooks", signal.SIGTERM)],  # which nothing here handles
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_no_child_outlives_its_command(small: Path, name: str, sent: signal.Signals) -> None:
    command = begun(small, *phase(small, "notebooks" if name == "server" else name))
    there = psutil.Process(command.pid)
    end = time.monotonic() + 60
    wanted = {"server": 1, "site": 2}.get(name, 3)  # the resource tracker, the server, and a child of that
    while time.monotonic() < end:
        left = there.children(recursive=True)
        reached = len(left) >= wanted and (name != "site" or (small / "reached").exists())
        if reached and all(old_enough(child) for child in left):
            break
        assert command.poll() is None, command.communicate()
        time.sleep(0.02)
    os.kill(command.pid, sent)
    said = command.communicate(timeout=60)[1]
    _, alive = psutil.wait_procs(left, timeout=20)
    assert not alive and command.returncode in (-sent, 130)
    assert "Traceback" not in said and (
        sent != signal.SIGINT or re.search("^(site: )?interrupted; ", said, re.MULTILINE)
    )
