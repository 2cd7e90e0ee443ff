"""What tests found before, to the letter, in a JSON file beside them.

``WRITE_HELD=1 .venv/bin/pytest -n0 tests/evidence tests/findings`` writes the files anew: then read their diff.
"""

import json
import os
from pathlib import Path


class Held:
    """Lines by the name of what they were found for."""

    def __init__(self, path: Path) -> None:
        self.path, self.writes = path, "WRITE_HELD" in os.environ
        self.lines: dict[str, list[str]] = {} if self.writes else json.loads(path.read_text(encoding="utf-8"))

    def check(self, name: str, found: list[str]) -> None:
        """Fails where ``name`` did not find just this before."""
        if self.writes and found:
            self.lines[name] = found
        assert found == self.lines.get(name, [])

    def close(self) -> None:
        """Write what was found, where that is asked for."""
        if self.writes:
            told = json.dumps(self.lines, indent=1, sort_keys=True, ensure_ascii=False)
            self.path.write_text(f"{told}\n", encoding="utf-8")
