"""A finding that changed leads to the row, the reading or the code that moved it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.evidence import paths
from analysis.evidence.scenario import ParameterError
from analysis.recorded import FINDINGS
from analysis.report.diff import changes, opened, summary
from analysis.report.run.provenance import hash_files

FIRST = {
    "id": "accounting.killed",
    "answer": "Between 601 and 1,432.",
    "lower": 601,
    "upper": 1432,
    "claims": ["raseef22-2017-03.c27"],
    "readings": ["count_1631=cumulative"],
}


STAMP = {"provenance": {"sha256": "", "the data": hash_files(paths.CURATED.glob("*.csv"))}}


def state(folder: Path, finding: dict[str, Any]) -> Path:
    shutil.copytree(paths.CURATED, folder / "data" / "curated")
    (folder / "notebooks").mkdir()
    output = {"data": {FINDINGS: {"analysis": "accounting", "findings": [finding]}}}
    parameters = {"source": ['count_1631 = "cumulative_departures"'], "metadata": {"tags": ["parameters"]}}
    cells = [parameters, {"source": ["page.answer()"], "outputs": [output]}]
    (folder / "notebooks" / "4_accounting.ipynb").write_text(
        json.dumps({"cells": cells, "metadata": STAMP}), encoding="utf-8"
    )
    return folder


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def compared(old: Path, new: Path) -> list[str]:
    with opened(str(old)) as before, opened(str(new)) as after:
        return summary(before, after).split("\n\n")


def causes(old: Path, new: Path) -> tuple[str, ...]:
    with opened(str(old)) as before, opened(str(new)) as after:
        (change,) = changes(before, after)
    assert change.before == FIRST["answer"] and change.after == "Between 700 and 1,432."
    return change.causes


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    other = FIRST | {"answer": "Between 700 and 1,432.", "lower": 700}
    return state(tmp_path / "old", FIRST), state(tmp_path / "new", other)


def test_a_row_that_moved_it_is_named_with_its_cells(states: tuple[Path, Path]) -> None:
    row = next(
        line
        for line in (states[1] / "data/curated/claims.csv").read_text(encoding="utf-8").splitlines()
        if line.startswith("raseef22-2017-03.c27,")
    )
    replace(states[1] / "data/curated/claims.csv", row, row.replace(",600.0,", ",699.0,", 1))
    assert causes(*states) == ("row raseef22-2017-03.c27 (claims)",)
    rows, finding, count, behind = compared(*states)
    moved = "it moved 1 finding: accounting.killed"
    assert rows == f"row raseef22-2017-03.c27 (claims): value was 600, is 699; {moved}"
    assert finding.startswith("accounting.killed") and count.startswith("1 of 1 findings differ; 1 row differs")
    assert behind.startswith("Executed with other tables than those of the new state") and "4_accounting" in behind


def test_a_reading_that_moved_it_is_named(states: tuple[Path, Path]) -> None:
    table = states[1] / "data/curated/readings.csv"
    row = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("count_1631,"))
    replace(table, row, row.replace(",True,", ",False,"))
    assert causes(*states) == ("reading count_1631 cumulative_departures (readings)",)
    assert "default was True, is False" in compared(*states)[0]


def test_a_reading_that_was_changed_in_a_notebook_is_named(states: tuple[Path, Path]) -> None:
    replace(states[1] / "notebooks" / "4_accounting.ipynb", "cumulative_departures", "present_stock")
    assert causes(*states) == ("reading count_1631 (parameters of 4_accounting)",)
    rows, *_, count = compared(*states)
    assert rows.startswith(
        "reading count_1631 (parameters of 4_accounting): was cumulative_departures, is present_stock;"
    )
    assert count.endswith("; the code is the same")  # and no notebook is behind


def test_code_that_moved_it_is_named_and_nothing_at_all_too(states: tuple[Path, Path]) -> None:
    assert causes(*states) == ("neither rows, readings nor code differ: the stored notebook is out of date",)
    (states[1] / "src" / "analysis").mkdir(parents=True)
    (states[1] / "src" / "analysis" / "new.py").write_text("x = 1\n", encoding="utf-8")
    assert causes(*states) == ("the code changed",)


def test_a_row_that_it_does_not_cite_is_said_to_be_elsewhere(states: tuple[Path, Path]) -> None:
    replace(states[1] / "data/curated/sources.csv", "Raseef22", "Raseef")
    assert causes(*states) == ("none of the rows that it cites changed; others did: row raseef22-2017-03 (sources)",)


def test_a_revision_is_a_state(states: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    git = ["git", "-C", str(states[0]), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "old"]):
        subprocess.run([*git, *command], check=True)
    with opened("HEAD", states[0]) as before, opened(str(states[0])) as after:
        assert before.findings == after.findings and changes(before, after) == []
    for wrong, why in (("no-such", "neither a folder nor a revision"), ("HEAD:data", "holds no data/curated")):
        with pytest.raises(ParameterError, match=why), opened(wrong, states[0]):
            pass
    assert main(["diff", str(states[0]), str(states[1])]) == 0
    assert "accounting.killed\n  before: Between 601" in capsys.readouterr().out
