"""What SECURITY.md promises: nothing listens beyond this machine, nothing of this machine is in an output, parameters
are data."""

import json
import os
import re
import socket
import subprocess
from pathlib import Path
from secrets import token_hex

import psutil
import pytest

from analysis.evidence import paths
from analysis.report.run.notebooks import cores
from analysis.report.run.sweep import cluster

from .audit import told
from .conftest import run
from .test_sweep import GRID

OUTPUTS = ("data/curated", "notebooks", "figures", "build/report")


def listening() -> set[str]:
    """The addresses on which this process and its children listen."""
    here = psutil.Process()
    found = set()
    for process in [here, *here.children(recursive=True)]:
        found |= {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return found


def test_the_cluster_of_this_machine_listens_on_loopback_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    with cluster() as (executor, workers):
        assert executor.submit(sum, [1, 2]).result() == 3 and workers == cores()
        assert listening() == {"127.0.0.1"}


def test_the_lab_is_started_on_loopback() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "-o", ".venv/ready", "lab"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    )
    assert "jupyterlab --ip=127.0.0.1" in shown.stdout


def test_a_kernel_listens_on_loopback_at_most(project: Path) -> None:
    code = """import psutil
told = " ".join(connection.laddr.ip for connection in psutil.Process().net_connections("inet"))
open("listening.txt", "w").write(told)"""
    path = project / "notebooks" / "pathways.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][2]["source"] = code
    document["cells"] = document["cells"][:3]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert run(project, "analysis", "notebooks", "pathways").returncode == 0
    assert set(next(project.rglob("listening.txt")).read_text().split()) <= {"127.0.0.1"}


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


def test_no_secret_of_the_environment_is_in_an_output(project: Path) -> None:
    secret = token_hex()
    made = run(
        project, "analysis", "notebooks", "returnees_and_arrests", API_TOKEN=secret, AWS_SECRET_ACCESS_KEY=secret
    )
    assert made.returncode == 0 and secret not in made.stdout + made.stderr
    files = [path for path in project.rglob("*") if path.is_file()]
    assert len(files) > 50 and not [path for path in files if secret.encode() in path.read_bytes()]


INJECTED = '__import__("pathlib").Path("injected").touch()'


INJECTIONS = {
    "a reading": ("deaths_total", INJECTED),
    "a string that ends": ("deaths_total", f'x"; {INJECTED}; y="'),
    "a number": ("about_width", INJECTED),
    "a name": (f"x = {INJECTED}; y", "1"),
    "two lines": ("sources", f"all\n{INJECTED}"),
}


def test_a_parameter_is_data_and_never_code(project: Path) -> None:
    entries = [
        f'[[notebook]]\nscenario = "{scenario}"\nname = "returnees_and_arrests"\n'
        f"parameters = {{ {json.dumps(name)} = {json.dumps(value)} }}\n"
        for scenario, (name, value) in INJECTIONS.items()
    ]
    (project / "scenarios.toml").write_text(GRID + "".join(entries))
    result = run(project, "analysis", "sweep")
    assert result.returncode == 1 and all(f"{scenario}: " in result.stderr for scenario in INJECTIONS)
    assert not list(project.rglob("injected")) and not list(project.glob("build/sweep/*.ipynb"))


def test_what_the_audit_says() -> None:
    known = {"id": "GHSA-1", "fix_versions": ["2.0"]}
    packages = [{"name": "a", "version": "1.0", "vulns": [known]}, {"name": "b", "version": "1", "vulns": []}]
    words, code = told(json.dumps({"dependencies": [*packages, {"name": "c", "skip_reason": "not found"}]}))
    assert code == 1 and words.splitlines() == [
        "a 1.0: GHSA-1, mended in 2.0",
        "2 of 3 locked packages looked up, 1 vulnerabilities known",
    ]
    assert told(json.dumps({"dependencies": packages[1:]}))[1] == 0
    assert told("")[1] == 0 and "not audited" in told("")[0]
