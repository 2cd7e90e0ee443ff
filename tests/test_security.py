"""What SECURITY.md promises: nothing listens, nothing of this machine is in an output, parameters
are data."""

import json
import os
import re
import socket
import subprocess
from pathlib import Path
from secrets import token_hex

import pytest

from analysis.evidence import paths
from tests.conftest import put, run
from tests.report.run.test_sweep import declare
from tools.audit import summary

OUTPUTS = ("data/curated", "notebooks", "figures", "build/report")


def test_the_lab_is_started_on_loopback() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "-o", ".venv/ready", "lab"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    )
    assert "jupyterlab --ip=127.0.0.1" in shown.stdout


def test_a_command_that_executes_notebooks_listens_nowhere(small: Path) -> None:
    code = """import os, psutil
command = psutil.Process(os.getppid()).parent()
found = [one for process in [command, *command.children(recursive=True)] for one in process.net_connections("inet")]
open("listening.txt", "w").write(str(found))"""
    put(small, "3_pathways", code)
    assert run(small, "analysis", "notebooks", "3_pathways").returncode == 0
    assert next(small.rglob("listening.txt")).read_text() == "[]"


def of_this_machine() -> list[str]:
    """Strings that would tell whose machine an output was made on."""
    named = [str(paths.ROOT), str(Path.home()), socket.gethostname(), os.environ.get("ARTICLE_TEXTS", "")]
    return [text for text in named if len(text) > 5]


@pytest.mark.parametrize("folder", OUTPUTS)
def test_no_output_tells_of_the_machine(folder: str) -> None:
    files = [path for path in (paths.ROOT / folder).rglob("*") if path.is_file()]
    if not files:
        pytest.skip(f"{folder} is not made here")
    wanted = [*map(re.escape, of_this_machine()), r"/home/\w", r"/Users/\w", r"/root/", r"/tmp/"]
    pattern = re.compile("|".join(wanted).encode())
    # what others wrote and bundle, which may name folders of theirs
    bundled = ("_static", ".pdf", ".png")
    found = {
        path.relative_to(paths.ROOT).as_posix(): match[0]
        for path in files
        if not any(part in str(path) for part in bundled)
        for match in [pattern.search(path.read_bytes())]
        if match
    }
    assert found == {}


def test_no_secret_of_the_environment_is_in_an_output(small: Path) -> None:
    secret, project = token_hex(), small
    made = run(small, "analysis", "notebooks", "3_pathways", API_TOKEN=secret, AWS_SECRET_ACCESS_KEY=secret)
    assert made.returncode == 0 and secret not in made.stdout + made.stderr
    files = [path for path in project.rglob("*") if path.is_file()]
    assert len(files) > 50 and not [path for path in files if secret.encode() in path.read_bytes()]


INJECTED = '__import__("pathlib").Path("injected").touch()'


INJECTIONS = {
    "a word": ("sources", INJECTED),
    "a string that ends": ("sources", f'x"; {INJECTED}; y="'),
    "a number": ("about_width", INJECTED),
    "a name": (f"x = {INJECTED}; y", "1"),
    "two lines": ("sources", f"all\n{INJECTED}"),
}


def test_a_parameter_is_data_and_never_code(named: Path) -> None:
    project = named
    declare(project, {scenario: {name: value} for scenario, (name, value) in INJECTIONS.items()})
    result = run(project, "analysis", "sweep")
    assert result.returncode == 1 and all(f"{scenario}: " in result.stderr for scenario in INJECTIONS)
    assert not list(project.rglob("injected")) and not list(project.glob("build/sweep/*.ipynb"))


def test_the_audit_names_each_vulnerability() -> None:
    known = {"id": "GHSA-1", "fix_versions": ["2.0"]}
    packages = [{"name": "a", "version": "1.0", "vulns": [known]}, {"name": "b", "version": "1", "vulns": []}]
    words, code = summary(json.dumps({"dependencies": [*packages, {"name": "c", "skip_reason": "not found"}]}))
    assert code == 1 and words.splitlines() == [
        "a 1.0: GHSA-1, fixed in 2.0",
        "2 of 3 locked packages looked up, 1 vulnerabilities known",
    ]
    assert summary(json.dumps({"dependencies": packages[1:]}))[1] == 0
    assert summary("")[1] == 0 and "not audited" in summary("")[0]
