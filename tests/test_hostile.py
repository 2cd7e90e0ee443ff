"""What goes wrong while a command runs: one clear line, and every file whole, the old or the new."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.evidence import paths
from analysis.recorded import NotebookError
from analysis.report.run.notebooks import execute
from analysis.report.run.provenance import report_stamp
from tests.conftest import SMALL, SOURCE, drawing, launch, put, run
from tests.report.run.test_sweep import declare

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and users as Unix has them")

OUTPUTS = ("data/curated", "notebooks", "figures", "build")

TINY = """
import sys

def command():
    from analysis.report import build
    from analysis.report.run import notebooks as execute
    names = tuple(name for name in execute.NOTEBOOKS if (build.paths.NOTEBOOKS / f"{name}.ipynb").exists())
    execute.NOTEBOOKS, execute.INDEX = names, ""
    *build.NOTEBOOKS, build.INDEX = names
    build.evaluated = build.all_findings = build.load_sphinx = lambda *_: ()
    def site(record, executed, drawn, target, state):
        for name in names:
            build.files.write(target / f"{name}.html", (executed / f"{name}.ipynb").read_text() * 100)
    build.site = site
    from analysis.cli import main
    return main(sys.argv[1:])

if __name__ == "__main__":  # its children import this module too, and need nothing of it
    sys.exit(command())
"""
"""The command with the notebooks that are there, and with pages of its own in place of Sphinx's, which write where nobody looks."""


@pytest.fixture
def small(small: Path) -> Path:
    (small / "tiny.py").write_text(TINY)
    return small


def change_inputs(project: Path) -> None:
    """Another input, from which other outputs follow."""
    for path in (project / "data" / "raw").rglob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("fighters", "warriors"), encoding="utf-8")
    for name in SMALL:
        put(project, name, drawing("new"))


def outputs(project: Path) -> dict[str, bytes]:
    """What is in the folders of outputs, but for what is not whole yet and says so by its name."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for folder in OUTPUTS
        for path in (project / folder).rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(project).parts)
    }


DATA, REPORT, SWEEP = ("analysis", "data"), ("tiny", "report"), ("analysis", "sweep")


@pytest.mark.parametrize(
    ("command", "kills"), [(DATA, 2), (REPORT, 2)], ids=lambda part: part[-1] if isinstance(part, tuple) else ""
)
def test_killed_at_any_moment_every_file_is_the_old_or_the_new(
    small: Path, tmp_path: Path, command: tuple[str, ...], kills: int
) -> None:
    assert run(small, *command).returncode == 0
    old = outputs(small)
    shutil.copytree(small, tmp_path / "undisturbed" / small.name)
    undisturbed = tmp_path / "undisturbed" / small.name
    started = time.monotonic()
    for project in (undisturbed, small):
        change_inputs(project)
    assert run(undisturbed, *command).returncode == 0
    lasts = time.monotonic() - started
    new = outputs(undisturbed)
    assert sum(old.get(name) != new[name] for name in new) >= 4
    chance = random.Random(7)
    for place in range(kills):
        shutil.copytree(small, tmp_path / "killed")
        killed = launch(tmp_path / "killed", *command)
        time.sleep(lasts * (place + chance.random()) / kills)
        if killed.poll() is None:
            os.killpg(killed.pid, chance.choice([signal.SIGKILL, signal.SIGINT]))
        stderr = killed.communicate(timeout=60)[1]
        assert "Traceback" not in stderr or "KeyboardInterrupt" in stderr  # Python's own, before and after all work
        for name, content in outputs(tmp_path / "killed").items():
            assert content in (old.get(name), new.get(name)), f"{name} is neither the old nor the new"
        assert run(tmp_path / "killed", *command).returncode == 0 and outputs(tmp_path / "killed") == new
        shutil.rmtree(tmp_path / "killed")


def test_killed_at_every_step_of_writing_and_made_whole_by_the_next_run(small: Path) -> None:
    (small / "steps.py").write_text(STEPS)
    change_inputs(small)
    result = run(small, "steps")
    assert result.returncode == 0, result.stdout + result.stderr
    assert int(result.stdout.split()[-2]) >= 12 and not list((small / "data" / "curated").glob(".*"))


STEPS = """
import os, shutil, signal, pathlib
from analysis.evidence import curate, files, paths
from analysis.cli import main

def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}

def child(step):
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    seen = []
    for name in ("write_bytes", "replace"):
        def counted(path, *rest, done=getattr(pathlib.Path, name), whole=name == "replace"):
            seen.append(path)
            if len(seen) == step:
                if not whole:
                    done(path, rest[0][: len(rest[0]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return done(path, *rest)
        setattr(pathlib.Path, name, counted)
    os._exit(main(["data"]))

old, kept, stamp = contents(paths.CURATED), pathlib.Path("kept"), pathlib.Path("build/data.json")
shutil.copytree(paths.CURATED, kept)
before = stamp.read_bytes()
curate.read = lambda raw, tables=curate.read(paths.RAW): tables  # as quick as can be, for it is written many times
assert child(0) == 0
new, step = contents(paths.CURATED), 0
assert new != old
while True:
    step += 1
    shutil.rmtree(paths.CURATED)
    shutil.copytree(kept, paths.CURATED)
    stamp.write_bytes(before)
    if child(step) == 0:
        break
    for name, content in contents(paths.CURATED).items():
        assert content in (old[name], new[name]), name
    assert child(0) == 0 and contents(paths.CURATED) == new, step
print(step, "steps")
"""
"""Kills `data` at every write, half of it done, and at every exchange in turn; after each, the next run."""


def test_two_at_once_end_well_with_the_files_of_one(small: Path, tmp_path: Path) -> None:
    """The report, of which the curated tables are a part."""
    shutil.copytree(small, tmp_path / "one" / small.name)
    change_inputs(small)
    change_inputs(tmp_path / "one" / small.name)
    both = [launch(small, *REPORT) for _ in range(2)]
    assert [process.communicate(timeout=120)[1] and process.returncode for process in both] in (
        [0, 0],
        [0, ""],
        ["", 0],
    )
    assert run(tmp_path / "one" / small.name, *REPORT).returncode == 0
    assert outputs(small) == outputs(tmp_path / "one" / small.name)


def test_two_sweeps_at_once_end_well(named: Path) -> None:
    declare(named, {"as printed": {}})
    both = [launch(named, *SWEEP) for _ in range(2)]
    assert [(process.communicate(timeout=120), process.returncode)[1] for process in both] == [0, 0]
    assert "build/sweep/as-printed.ipynb" in outputs(named)


def test_ctrl_c_after_the_last_line_changes_nothing(small: Path) -> None:
    """Python takes its time to end; by then all is written."""
    (small / "late.py").write_text(LATE)
    result = run(small, "late", "data")
    assert (result.returncode, result.stdout, result.stderr) == (0, "data: current\n", "")


LATE = """
import atexit, os, signal
from analysis.cli import command
atexit.register(os.kill, os.getpid(), signal.SIGINT)
command()
"""


def test_what_a_killed_command_left_is_no_output_and_goes_with_the_next_run(small: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = small / "data" / "curated" / f".claims.csv.{dead.pid}.tmp"
    mine = small / "data" / "curated" / f".claims.csv.{os.getpid()}.tmp"
    folder = small / "build" / f".abc.{dead.pid}.tmp"
    (folder / "site").mkdir(parents=True)
    for path in (left, mine, folder / "site" / "half"):
        path.write_text("half")
    result = run(small, *DATA)
    assert result.stdout == "data: current\n"
    assert mine.exists() and not left.exists() and not folder.exists()


FAILING = {
    "3_pathways": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "the process that runs it ended with -9. ",
    ),
    "4_accounting": ("import time; time.sleep(1000)", "not done after 2 seconds. "),
}
"""Two ways to fail; every other is one of tests/report/run/test_shell.py."""


def test_notebooks_that_die_or_hang_are_named_the_other_finishes_and_the_report_stays(small: Path) -> None:
    for name, (cell, _) in FAILING.items():
        put(small, name, drawing("new"), cell)
    report = small / "build" / "report" / "index.html"
    report.parent.mkdir(parents=True)
    report.write_text("the old")
    before = outputs(small)
    result = run(small, *REPORT, CELL_TIMEOUT="2")
    assert result.returncode == 1 and "Traceback" not in result.stderr
    for name, (_, message) in FAILING.items():
        assert f"notebooks/{name}.ipynb, cell 2: {message}" in result.stderr
    made = {name for name in outputs(small) if name not in before}
    assert {name for name in made if name.endswith(".ipynb")} == {
        "build/notebooks/1_deaths_by_year/1_deaths_by_year.ipynb"
    }
    assert before.items() <= outputs(small).items() and "figures/0.svg" not in made


def test_a_process_of_the_grid_that_dies_is_named(small: Path) -> None:
    module = small / "src" / "analysis" / "analyses" / "accounting.py"
    module.write_text(module.read_text() + "\n\ndef outline(record):\n    import os\n\n    os._exit(9)\n")
    (small / "scenarios.toml").write_text("[grid.accounting]\n")
    result = run(small, *SWEEP)
    assert result.returncode == 1 and result.stderr.splitlines()[-1].startswith("the scenarios: a process was killed")
    assert "Traceback" not in result.stderr and not (small / "build" / "grid" / "results.csv").exists()


CORRUPT = (b"", b"{}", b'{"cells": [', b"[]", b'{"cells": [5]}', b"\xff")
NO_NOTEBOOK = "notebooks/3_pathways.ipynb: not a complete notebook; restore it from git or fix it in JupyterLab"


@pytest.mark.parametrize("content", CORRUPT, ids=str)
def test_a_corrupt_notebook_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    notebook = put(tmp_path, "3_pathways")
    notebook.write_bytes(content)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    with pytest.raises(NotebookError, match=NO_NOTEBOOK):  # what a report is made from, asked before anything is done
        report_stamp()
    with pytest.raises(NotebookError, match=NO_NOTEBOOK):  # as the sweep executes it
        execute("3_pathways", {}, {})
    assert notebook.read_bytes() == content


def test_a_command_that_meets_a_corrupt_notebook_leaves_everything_as_it_is(small: Path) -> None:
    (small / "notebooks" / "3_pathways.ipynb").write_bytes(b"{}")
    before = outputs(small)
    for words in (("report",), ("notebooks", "3_pathways")):
        result = run(small, "analysis", *words)
        assert result.returncode == 1 and result.stderr.startswith(NO_NOTEBOOK) and outputs(small) == before
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("command", "environment", "message"),
    [
        (("analysis", "notebooks", "../../x"), {}, "there is no notebook '../../x'. Allowed: 1_deaths_by_year, "),
        (("analysis", "notebooks", "3_pathways"), {"CELL_TIMEOUT": "soon"}, "CELL_TIMEOUT = 'soon' is not allowed. "),
        (("analysis", "trace", "../../etc/passwd"), {}, "../../etc/passwd"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(
    small: Path, command: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    result = run(small, *command, **environment)
    assert result.returncode == 2 and message in result.stderr.splitlines()[-1] and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[grid", "scenarios.toml: "),
        (b"\xff", "scenarios.toml: 'utf-8' codec"),
        (b"", "scenarios.toml: found grid = None; expected a table"),
        (b"grid = 5", "scenarios.toml: found grid = 5; expected a table"),
        (
            b"[grid.deaths_by_year]\ncross = 5",
            "scenarios.toml, [grid.deaths_by_year]: found cross = 5; expected a table",
        ),
        (b'[grid.deaths_by_year.cross]\nleft_out = ["none-such"]', "parameter left_out = 'none-such' is not allowed"),
        (b"[grid.deaths_by_year.cross]\nabout_width = [nan]", "parameter about_width = nan is not allowed"),
        (b"[grid.no_such]", "there is no analysis 'no_such'"),
        (
            b'[grid]\n[[notebook]]\nname = "3_pathways"',
            "scenarios.toml, [[notebook]] number 1: found {'name': '3_pathways'}",
        ),
        (b'[grid]\n[[notebook]]\nname = "3_pathways"\nscenario = "../.."', "expected a name with a letter or a digit"),
        (b'[grid]\n[[conclusion]]\nsays = "x"', "scenarios.toml, [[conclusion]] number 1: found {'says': 'x'}"),
    ],
)
def test_a_grid_that_cannot_be_is_refused(
    record: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes, message: str
) -> None:
    from analysis.analyses import sensitivity
    from analysis.evidence.scenario import ParameterError
    from analysis.report.run import sweep

    (tmp_path / "scenarios.toml").write_bytes(text)
    monkeypatch.setattr(paths, "SCENARIOS", tmp_path / "scenarios.toml")
    with pytest.raises(ParameterError) as caught:
        sweep.runs(sensitivity.declared())
        sensitivity.grid(record, sensitivity.declared())
    assert message in str(caught.value)


def test_a_full_disk_is_told_with_the_file_and_leaves_the_old(small: Path) -> None:
    change_inputs(small)
    old = outputs(small)
    full = launch(small, *DATA, preexec_fn=limited)
    stderr = full.communicate(timeout=60)[1]
    assert full.returncode == 2
    assert stderr.splitlines()[-1].endswith("/data/curated/codings.csv: File too large") and "Traceback" not in stderr
    changed = {name for name, content in outputs(small).items() if old[name] != content}
    assert all(name in ("data/curated/claims.csv", "data/curated/explanations.csv") for name in changed)
    assert not list((small / "data" / "curated").glob(".*"))
    assert run(small, *DATA).returncode == 0


def limited() -> None:
    """No file longer than so: what a full disk does, at a place that can be foreseen."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (7000, 7000))


POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""For root may write where nobody may."""


@pytest.mark.skipif(bool(POWERLESS) and not shutil.which("setpriv"), reason="root without setpriv may do anything")
@pytest.mark.parametrize(
    ("closed", "mode", "named"),
    [
        ("data/curated", 0o555, "data/curated/claims.csv"),
        ("build", 0o555, "build/.data.lock"),
        (f"data/raw/{SOURCE}/claims.csv", 0, f"data/raw/{SOURCE}/claims.csv"),
    ],
)
def test_what_may_not_be_written_or_read_is_told_with_the_file(small: Path, closed: str, mode: int, named: str) -> None:
    change_inputs(small)
    (small / "build" / ".data.lock").unlink()
    old, was = outputs(small), (small / closed).stat().st_mode
    (small / closed).chmod(mode)
    refused = launch(small, *DATA, before=POWERLESS)
    stderr = refused.communicate(timeout=60)[1]
    (small / closed).chmod(was)
    assert refused.returncode == 2 and stderr.splitlines()[-1] == f"{small / named}: Permission denied"
    assert "Traceback" not in stderr and outputs(small) == old
