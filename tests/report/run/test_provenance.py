"""What is current is kept, what changed is made again, and the command says which and why."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis.evidence import paths
from analysis.evidence.problems import ParameterError
from analysis.recorded import INDEX
from analysis.report.run import provenance
from analysis.report.run.notebooks import _stamp
from tests.conftest import SMALL, drawing, put, run


def made(project: Path, *names: str, **variables: str) -> str:
    result = run(project, "analysis", "notebooks", *(names or SMALL), **variables)
    return result.stderr if result.returncode == 0 else f"exit {result.returncode}: {result.stderr}"


@pytest.fixture(scope="module")
def once(curated: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project whose notebooks were executed, and what the command said."""
    root = Path(shutil.copytree(curated, tmp_path_factory.mktemp("executed") / "a project"))
    put(root, "3_pathways", drawing("new"))  # whose figures are not those of the other
    return root, made(root)


@pytest.fixture
def executed(once: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, which this process takes for its own."""
    project, root = Path(shutil.copytree(once[0], tmp_path / "a project")), paths.ROOT
    for name in ("ROOT", "NOTEBOOKS", "BUILD", "CURATED", "SCENARIOS"):
        monkeypatch.setattr(paths, name, project / getattr(paths, name).relative_to(root))
    provenance._module.cache_clear()
    yield project
    provenance._module.cache_clear()


def test_only_what_changed_is_executed_and_the_command_says_why(executed: Path, once: tuple[Path, str]) -> None:
    assert "0 of 2 are current" in once[1] and "3_pathways: not made yet" in once[1]
    for path in executed.rglob("*"):
        os.utime(path)
    put(executed, "3_pathways", "'another'")
    second = made(executed)
    assert "1 of 2 are current" in second and "3_pathways: the notebook changed" in second
    assert "2 of 2 are current" in made(executed)


def test_a_report_is_current_once_it_has_executed_its_notebooks(executed: Path) -> None:
    """The index is made from the others as executed, the report from what all of them are made from."""
    put(executed, INDEX)
    index, report = provenance.notebook_parts(INDEX), provenance.report_stamp().now
    other = executed / "build" / "notebooks" / "3_pathways" / "3_pathways.ipynb"
    other.write_text(f"{other.read_text()} ")
    assert provenance.notebook_parts(INDEX) != index and provenance.report_stamp().now == report


def test_each_part_that_changes_makes_a_notebook_stale_and_no_other_does(executed: Path) -> None:
    def reasons() -> list[str]:
        provenance._module.cache_clear()
        return [_stamp(name).stale() for name in SMALL]

    def after(path: Path, edited: str) -> list[str]:
        before = path.read_text()
        path.write_text(edited)
        found = reasons()
        path.write_text(before)
        return found

    assert reasons() == ["", ""]
    lock = executed / "requirements.txt"
    assert after(lock, lock.read_text() + "# another\n") == ["the lock changed"] * 2
    drawn = executed / "build" / "notebooks" / "1_deaths_by_year" / "figures" / "0.svg"
    assert after(drawn, "mine") == ["figures/0.svg changed after it was made", ""]
    module = executed / "src" / "analysis" / "analyses" / "pathways.py"
    assert after(module, module.read_text() + "# what the other notebook does not use\n") == ["", "the code changed"]
    assert reasons() == ["", ""]


def test_a_notebook_that_fails_does_not_hide_the_others(small: Path) -> None:
    put(small, "3_pathways", "1", "1 / 0")
    failed = made(small)
    assert failed.startswith("exit 1") and "notebooks/3_pathways.ipynb, cell 2: ZeroDivisionError" in failed
    assert "1 of 1 are current" in made(small, "1_deaths_by_year")


def test_data_that_are_current_are_left_alone(small: Path) -> None:
    assert run(small, "analysis", "data").stdout == "data: current\n"
    claims = small / "data" / "curated" / "claims.csv"
    whole = claims.read_bytes()
    claims.write_bytes(whole[:1000])
    again = run(small, "analysis", "data")
    assert "curated/claims.csv changed after it was made" in again.stderr and claims.read_bytes() == whole


EDIT_MEANWHILE = """
if __name__ == "__main__":
    import json
    from analysis.evidence import paths
    from analysis.report.run.notebooks import NotebookError, bring_up_to_date, store
    bring_up_to_date(["3_pathways"])
    path = paths.NOTEBOOKS / "3_pathways.ipynb"
    document = json.loads(path.read_text())
    document["cells"][0]["source"] = "mine"
    path.write_text(json.dumps(document))
    try:
        store(["3_pathways"])
    except NotebookError as error:
        print(error, path.read_text() == json.dumps(document))
"""


def test_what_was_edited_while_it_ran_is_not_overwritten(small: Path) -> None:
    (small / "edit.py").write_text(EDIT_MEANWHILE)
    result = run(small, "edit")
    assert "was not overwritten: the notebook changed while it ran" in result.stdout, result.stderr
    assert result.stdout.endswith("True\n")


def test_two_commands_at_once_wait_for_each_other(small: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: made(small, "3_pathways"), range(2)))
    assert sorted("0 of 1 are current" in one for one in both) == [False, True], both
    assert sorted("1 of 1 are current" in one for one in both) == [False, True], both


def test_an_output_says_what_it_was_made_from_and_whether_that_is_so(executed: Path) -> None:
    notebook, figure = (
        executed / "notebooks" / "3_pathways.ipynb",
        executed / "build/notebooks/3_pathways/figures/0.svg",
    )
    for path in (notebook, figure):
        words, current = provenance.why(path)
        assert current and "3_pathways, made with default parameters" in words and words.endswith("\ncurrent")

    def not_current(path: Path, edited: str) -> str:
        before = path.read_text()
        path.write_text(edited)
        words, current = provenance.why(path)
        path.write_text(before)
        assert not current and words.endswith("out of date: run `make report`")
        return words

    document = json.loads(notebook.read_text())
    document["metadata"]["papermill"] = {"parameters": {"about_width": 2}}  # executed by papermill
    assert "the file: changed after it was made" in not_current(notebook, json.dumps(document, indent=1))
    assert "the file: changed after" in not_current(
        notebook, notebook.read_text().replace('"outputs": [', '"outputs": [ ')
    )
    provenance._module.cache_clear()
    module = executed / "src" / "analysis" / "evidence" / "hedges.py"
    module.write_text(module.read_text() + "# what it uses by way of others\n")
    words, current = provenance.why(notebook)
    assert not current and "the code: " in words and "changed; now" in words and words.count(" current\n") == 4
    figure.write_text("by hand")
    with pytest.raises(ParameterError, match="no notebook here made it as it is: it was edited"):
        provenance.why(figure)


def test_the_state_of_git_is_that_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*command: str) -> None:
        called = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *command]
        subprocess.run(called, cwd=tmp_path, check=True, capture_output=True)

    inside = tmp_path / "data" / "copy"
    (inside / "data" / "raw").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("a")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    state = provenance.git_state()
    assert state.startswith("commit ") and "changed" not in state
    (tmp_path / "data" / "raw").mkdir()
    (tmp_path / "data" / "raw" / "new.csv").write_text("untracked")
    assert provenance.git_state() == f"{state}, changed since"
    monkeypatch.setattr(paths, "ROOT", inside)
    assert provenance.git_state() == "a copy without git"


def test_a_copied_project_is_refused_by_the_command_of_the_original(small: Path) -> None:
    result = run(small, "analysis", "findings", PYTHONPATH=str(paths.ROOT / "src"))
    assert result.returncode == 2 and result.stderr.endswith("Run `make setup` here first.\n")
    assert len(result.stderr.splitlines()) == 1


def test_make_knows_its_folder_and_its_python(tmp_path: Path) -> None:
    def planned(*given: str) -> str:
        return subprocess.run(["make", "-n", "data", *given], cwd=tmp_path, capture_output=True, text=True).stdout

    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(paths.ROOT / name, tmp_path)
    spec = tmp_path / "share" / "jupyter" / "kernels" / "analysis" / "kernel.json"
    spec.parent.mkdir(parents=True)
    shutil.copy(paths.ROOT / spec.relative_to(tmp_path), spec)
    assert "Python 3.11 or newer is needed" in planned() and "venv --clear" in planned()  # nothing is there yet
    if (paths.ROOT / ".venv" / "bin" / "python").exists():
        (tmp_path / ".venv").symlink_to(paths.ROOT / ".venv")  # as copied: it belongs to another folder
        assert "venv --clear" in planned()
    none = subprocess.run(["make", "setup", "PYTHON=no-python"], cwd=tmp_path, capture_output=True, text=True)
    assert none.returncode == 2 and "Python 3.11 or newer is needed, and no-python does not run" in none.stderr


def test_make_does_not_look_at_a_foreign_package_of_the_same_name(tmp_path: Path) -> None:
    if not (paths.ROOT / ".venv" / "ready").exists():
        pytest.skip("these tests run in an environment of their own")
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").touch()
    foreign = os.environ | {"PYTHONPATH": str(tmp_path)}
    planned = subprocess.run(["make", "-n", "data"], cwd=paths.ROOT, env=foreign, capture_output=True, text=True)
    assert planned.returncode == 0 and "venv --clear" not in planned.stdout
