"""What a person is told when the data are wrong, to the letter: each error of these tests is held in messages.json."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.evidence.problems import EvidenceError

from ..held import Held

FIRST = 30
"""So many lines of a test are held."""


@pytest.fixture(scope="session")
def messages() -> Iterator[Held]:
    held = Held(Path(__file__).with_name("messages.json"))
    yield held
    held.close()


@pytest.fixture(autouse=True)
def to_the_letter(request: pytest.FixtureRequest, messages: Held, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compare what the errors of a test say with what they said; those of invented examples are new each time."""
    if getattr(request.function, "is_hypothesis_test", False):
        yield
        return
    folder = str(request.getfixturevalue("tmp_path")) if "tmp_path" in request.fixturenames else "\0"
    errors: list[EvidenceError] = []
    make = EvidenceError.__init__
    monkeypatch.setattr(EvidenceError, "__init__", lambda self, *given: (errors.append(self), make(self, *given))[1])
    yield
    said = [line.strip() for error in errors for line in str(error).replace(folder, "FOLDER").splitlines()]
    messages.check(f"{request.module.__name__.rpartition('.')[2]}: {request.node.name}", said[:FIRST])
