"""Contracts of the package and the project's files."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from analysis.cli import main
from analysis.evidence import paths
from tools.reproduce import DAYS, compared, elsewhere


def test_imports_point_down_the_floors() -> None:
    assert lint_imports(config_filename=str(paths.ROOT / "pyproject.toml")) == 0


LOCKS = ("requirements.txt", "requirements-test.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_hashes_everything(name: str) -> None:
    lock = (paths.ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+", lock, re.MULTILINE)
    assert len(pins) > 30 and "://" not in lock
    assert lock.count("==") >= len(pins) and lock.count("--hash=sha256:") >= len(pins)


def test_conda_users_get_the_locked_versions() -> None:
    assert "- -r requirements.txt" in (paths.ROOT / "environment.yml").read_text()


def test_direct_dependencies_are_locked() -> None:
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        *project["dependencies"],
        *project["optional-dependencies"]["lab"],
        *project["optional-dependencies"]["test"],
    }
    locked = {
        name for lock in LOCKS for name in re.findall(r"^([\w.-]+)==", (paths.ROOT / lock).read_text(), re.MULTILINE)
    }
    assert {re.split("[<>=]", requirement)[0] for requirement in wanted} <= locked


def test_every_target_of_make_is_documented_and_no_other() -> None:
    makefile = (paths.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    pages = [paths.ROOT / "README.md", paths.ROOT / "CONTRIBUTING.md", *(paths.ROOT / "docs").glob("*.md")]
    commands = re.findall(
        r"(?:`|^)make((?:\s[a-z-]+)+)", "\n".join(page.read_text(encoding="utf-8") for page in pages), re.MULTILINE
    )
    assert {target for command in commands for target in command.split()} == targets
    assert re.findall(r"^([a-z-]+):(?!.*## )", makefile, re.MULTILINE) == []


def test_findings_and_trace_print_words(capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["findings"]) == 0 and "deaths_by_year.printed" in capsys.readouterr().out
    assert main(["trace", "deaths_by_year.printed"]) == 0 and "approximately 38% of them" in capsys.readouterr().out
    assert main(["trace", "nothing"]) == 2 and "no finding and no coded row" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_output_of_any_encoding_is_printed(encoding: str) -> None:
    """A letter that a terminal does not have is written as its code."""
    claim = "raseef22-2017-03.c02"  # its phrase has a typographic apostrophe
    variables = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "analysis", "trace", claim]
    result = subprocess.run(command, capture_output=True, check=True, env=variables, cwd=paths.ROOT)
    assert claim in result.stdout.decode(encoding) and b"Traceback" not in result.stderr


def test_a_reader_that_leaves_is_no_fault() -> None:
    """As of `analysis trace ID | head -1`: no sentence, and the exit code of a command that SIGPIPE ended."""
    command = [sys.executable, "-m", "analysis", "trace", "raseef22-2017-03.c02"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=paths.ROOT) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 141 and "Broken pipe" not in said and "Traceback" not in said


def test_help_loads_no_heavy_package() -> None:
    code = "import sys, analysis.cli; print([m for m in ('pandas', 'matplotlib', 'papermill') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.skipif(not (shutil.which("taskset") and shutil.which("cc")), reason="needs taskset and a C compiler")
def test_the_other_environment_has_one_processor_and_a_later_clock(tmp_path: Path) -> None:
    code = (
        "import datetime, threading, time; from analysis.report.run.children import cores;"
        "time.sleep(0.01); threading.Event().wait(0.01);"
        "print(cores(), time.time(), datetime.datetime.now().timestamp())"
    )
    command = [*elsewhere(tmp_path), sys.executable, "-c", code]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert shown[0] == "1"
    assert all(abs(float(clock) - time.time() - DAYS * 86400) < 60 for clock in shown[1:])


def test_a_byte_that_differs_and_a_missing_file_are_found(tmp_path: Path) -> None:
    same, other, alone = "figures/same.csv", "build/report/index.html", "notebooks/alone.ipynb"
    for root, files in (("one", {same: "a", other: "b"}), ("two", {same: "a", other: "c", alone: ""})):
        for name, text in files.items():
            (tmp_path / root / name).parent.mkdir(parents=True)
            (tmp_path / root / name).write_text(text)
    assert compared(tmp_path / "one", tmp_path / "two") == (3, [other, alone])
