"""What the analyses answer where something is chosen, to the letter: held in answers.json."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..held import Held


@pytest.fixture(scope="session")
def answers() -> Iterator[Held]:
    held = Held(Path(__file__).with_name("answers.json"))
    yield held
    held.close()
