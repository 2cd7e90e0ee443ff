"""Each error message of these tests is compared, word by word, with the one stored in messages.json.

``WRITE_MESSAGES=1 .venv/bin/pytest -n0 tests/evidence`` writes messages.json again: then read its difference. Set
ARTICLE_TEXTS to the folder of the articles' texts for it, or the messages that need them are lost.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.evidence import paths
from analysis.evidence.curate import read
from analysis.evidence.problems import EvidenceError
from analysis.evidence.schema import Vocabulary
from analysis.evidence.tables import Frames

FILE = Path(__file__).with_name("messages.json")
FIRST = 75
"""The number of lines of a test that are stored."""

Compare = Callable[[str, list[str]], None]
"""Called with the name of a test and its lines; fails where other lines are stored."""


@pytest.fixture(scope="session")
def messages() -> Iterator[Compare]:
    write = bool(os.environ.get("WRITE_MESSAGES"))
    stored: dict[str, list[str]] = {} if write else json.loads(FILE.read_text(encoding="utf-8"))

    def compare(name: str, lines: list[str]) -> None:
        if write and lines:
            stored[name] = lines
        assert lines == stored.get(name, [])

    yield compare
    if write:
        FILE.write_text(json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def checked() -> tuple[Frames, Vocabulary]:
    """The raw tables of the project, read once, and their vocabulary."""
    return read(paths.RAW)


@pytest.fixture(autouse=True)
def stored_messages(
    request: pytest.FixtureRequest, messages: Compare, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Compare the errors of a test with the stored ones; those of random inputs differ from run to run."""
    if getattr(request.function, "is_hypothesis_test", False):
        yield
        return
    folder = str(request.getfixturevalue("tmp_path")) if "tmp_path" in request.fixturenames else "\0"
    errors: list[EvidenceError] = []
    make = EvidenceError.__init__
    monkeypatch.setattr(EvidenceError, "__init__", lambda self, *given: (errors.append(self), make(self, *given))[1])
    yield
    lines = [line.strip() for error in errors for line in str(error).replace(folder, "FOLDER").splitlines()]
    messages(f"{request.module.__name__.rpartition('.')[2]}: {request.node.name}", lines[:FIRST])


def spoil(path: Path, row: int, column: str, value: str) -> None:
    """Put ``value`` into one cell of a table; the header is row 1."""
    spoil_all(path, {row: {column: value}})


def spoil_all(path: Path, changes: dict[int, dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, cells in changes.items():
        rows[row - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
