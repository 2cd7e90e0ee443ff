"""Every child ends with the command that started it, in every phase, however that ends."""

import os
import re
import signal
import time
from itertools import product
from pathlib import Path

import psutil
import pytest

from analysis.report.run.children import cores
from tests.conftest import launch, preload, put
from tests.test_hostile import TINY

TWO = """
[grid.accounting.cross]
about_width = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
[[conclusion]]
says = "many"
finding = "accounting.departed"
lower_at_least = 1
"""

SITE = """
    def site(record, executed, drawn, target, state):
        conf = target.parent / "source" / "conf.py"
        build.files.write(conf, {long!r})
        build._sphinx(conf.parent, target)
    build.site = site
    from analysis.cli import main
"""
"""A site whose settings take a minute to read."""


def phase(project: Path, name: str) -> tuple[str, ...]:
    """A command that is long in one phase, and leaves a file there for each child that has reached it."""
    reached = f"import os, pathlib, time; pathlib.Path({str(project)!r}, f'reached-{{os.getpid()}}').touch()"
    long = f"{reached}; time.sleep(60)"
    if name == "site":
        (project / "tiny.py").write_text(TINY.replace("    from analysis.cli import main\n", SITE.format(long=long)))
        return ("tiny", "report")
    if name == "grid":
        (project / "scenarios.toml").write_text(TWO)
        preload(project, "analysis.report.run.sweep")
        slow = project / "src" / "analysis" / "analyses" / "accounting.py"
        slow.write_text(f"{slow.read_text()}\n\ndef outline(record):\n    {long}\n")
        return ("analysis", "sweep")
    put(project, "1_deaths_by_year", f"{reached}\nwhile True: pass" if name == "busy" else long)
    return ("analysis", "notebooks", "1_deaths_by_year")


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended; a zombie has."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


PHASES = ("server", "notebooks", "busy", "grid", "site")


@pytest.mark.parametrize(
    ("name", "sent"),
    [*product(PHASES, (signal.SIGKILL, signal.SIGINT)), ("notebooks", signal.SIGTERM)],  # which nothing here handles
    ids=lambda part: part if isinstance(part, str) else part.name,
)
def test_no_child_outlives_its_command(small: Path, name: str, sent: signal.Signals) -> None:
    command = launch(small, *phase(small, name))
    there = psutil.Process(command.pid)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        left = there.children(recursive=True)
        if name == "server":
            if len(left) >= 2:  # the resource tracker, and the server, which has yet to import
                break
        elif len([*small.glob("reached-*")]) == (cores() if name == "grid" else 1):
            break
        assert command.poll() is None, command.communicate()
        time.sleep(0.02)
    os.kill(command.pid, sent)
    said = command.communicate(timeout=60)[1]
    end = time.monotonic() + 20
    while (alive := [child for child in left if runs(child)]) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive and command.returncode in (-sent, 130)
    assert "Traceback" not in said and (
        sent != signal.SIGINT or re.search("^(site: )?interrupted; ", said, re.MULTILINE)
    )
