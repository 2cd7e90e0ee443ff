"""What is current is kept, what changed is made anew, and the command says which and why."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import run

NAMES = ("returnees_and_arrests", "pathways")


def told(project: Path, *names: str) -> str:
    result = run(project, "analysis", "notebooks", *(names or NAMES))
    return result.stderr if result.returncode == 0 else f"exit {result.returncode}: {result.stderr}"


def edit(project: Path, name: str, source: str) -> None:
    path = project / "notebooks" / f"{name}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][-1]["source"] = source
    path.write_text(json.dumps(document), encoding="utf-8")


def test_only_what_changed_is_executed_and_the_command_says_why(project: Path) -> None:
    stored = {name: (project / "notebooks" / f"{name}.ipynb").read_bytes() for name in NAMES}
    first = told(project)
    assert "0 of 2 are current" in first and "pathways: not made yet" in first
    assert {name: (project / "notebooks" / f"{name}.ipynb").read_bytes() for name in NAMES} == stored
    for path in project.rglob("*"):
        os.utime(path)
    assert "2 of 2 are current" in told(project)
    edit(project, "pathways", "Another last word.")
    second = told(project)
    assert "1 of 2 are current" in second and "pathways: the notebook changed" in second
    lock = project / "requirements.txt"
    lock.write_text(lock.read_text() + "# another\n")
    (project / "build" / "notebooks" / "pathways" / "pathways.ipynb").write_text("{}")
    third = told(project)
    assert (
        "returnees_and_arrests: the lock changed" in third and "pathways: the lock and what was made changed" in third
    )


def test_a_notebook_that_fails_does_not_hide_the_others(project: Path) -> None:
    path = project / "notebooks" / "pathways.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][2]["source"] = "1 / 0"
    path.write_text(json.dumps(document), encoding="utf-8")
    failed = told(project)
    assert failed.startswith("exit 1") and "notebooks/pathways.ipynb, cell 2: ZeroDivisionError" in failed
    assert "1 of 1 are current" in told(project, "returnees_and_arrests")


def test_data_that_are_current_are_left_alone(project: Path) -> None:
    first = run(project, "analysis", "data")
    assert first.returncode == 0 and first.stdout.startswith("sources 5")
    assert run(project, "analysis", "data").stdout == "data: current\n"
    claims = project / "data" / "curated" / "claims.csv"
    whole = claims.read_bytes()
    claims.write_bytes(whole[:1000])
    again = run(project, "analysis", "data")
    assert "what was made changed" in again.stderr and claims.read_bytes() == whole


EDIT_MEANWHILE = """
import json
from analysis.evidence import paths
from analysis.report.run.notebooks import NotebookError, bring_up_to_date, store
bring_up_to_date(["returnees_and_arrests"])
path = paths.NOTEBOOKS / "returnees_and_arrests.ipynb"
document = json.loads(path.read_text())
document["cells"][0]["source"] = "mine"
path.write_text(json.dumps(document))
try:
    store(["returnees_and_arrests"])
except NotebookError as error:
    print(error, path.read_text() == json.dumps(document))
"""


def test_what_was_edited_while_it_ran_is_not_overwritten(project: Path) -> None:
    (project / "edit.py").write_text(EDIT_MEANWHILE)
    result = run(project, "edit")
    assert "is left as it is, for meanwhile the notebook changed" in result.stdout and result.stdout.endswith("True\n")


def test_two_commands_at_once_wait_for_each_other(project: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: told(project, "returnees_and_arrests"), range(2)))
    assert sorted("0 of 1 are current" in one for one in both) == [False, True], both
    assert sorted("1 of 1 are current" in one for one in both) == [False, True], both


def test_an_output_says_what_it_was_made_from_and_whether_that_is_still_there(project: Path) -> None:
    told(project, "returnees_and_arrests")
    drawn = sorted((project / "build" / "notebooks" / "returnees_and_arrests" / "figures").glob("*.[sp][vn]g"))
    for path in [project / "notebooks" / "returnees_and_arrests.ipynb", *drawn]:
        fresh = run(project, "analysis", "why", str(path))
        assert fresh.returncode == 0 and "returnees_and_arrests, default parameters" in fresh.stdout, fresh.stderr
        assert fresh.stdout.endswith("\ncurrent\n") and len(fresh.stdout.splitlines()) == 6
    module = project / "src" / "analysis" / "findings" / "pathways.py"
    module.write_text(module.read_text() + "# what the notebook does not use\n")
    assert run(project, "analysis", "why", str(drawn[0])).returncode == 0
    module = project / "src" / "analysis" / "evidence" / "hedges.py"
    module.write_text(module.read_text() + "# what it uses by way of others\n")
    for path in drawn:
        stale = run(project, "analysis", "why", str(path))
        assert stale.returncode == 1 and "the code: " in stale.stdout and "changed; now" in stale.stdout
        assert stale.stdout.count(" current\n") == 3
    bare = run(project, "analysis", "why", str(project / "data" / "curated" / "claims.csv"))
    assert bare.returncode == 2 and "found no provenance in it" in bare.stderr
