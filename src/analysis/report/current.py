"""What is current? Decided by the content of all that an output rests on, never by the times of files.

Only the standard library is imported here, so that a command which has nothing to do ends at once.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from analysis.evidence import paths

FLOORS = ("evidence", "findings")
"""The floors of the package that the results of the grid rest on."""


NO_NOTEBOOK = "no whole notebook; expected what Jupyter saves. Take it anew from git, or mend it"


class NotebookError(Exception):
    """A notebook is none, or failed; the message names it and the cell."""


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Wait until no other process of this project does ``what``: it may be doing just what is wanted."""
    lock = paths.BUILD / f".{what}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        if os.name == "posix":
            import fcntl  # here: there is none elsewhere, where two at once do the work twice

            fcntl.flock(file, fcntl.LOCK_EX)
            paths.clear_unfinished()
        yield


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of ``files``; a file that is not there counts as empty."""
    found = sha256()
    for path in sorted(files):
        data = path.read_bytes() if path.is_file() else b""
        found.update(path.relative_to(paths.ROOT).as_posix().encode() + b"\0" + sha256(data).digest())
    return found.hexdigest()


def under(folder: Path) -> list[Path]:
    """The files in ``folder``, but for what Python and commands that were killed leave there."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".pyc", ".tmp"}]


@lru_cache(maxsize=4)
def content(*floors: str) -> str:
    """SHA-256 of the code, the curated data and the lock; ``floors`` are the folders of the package that count."""
    package = paths.ROOT / "src" / "analysis"
    code = [path for folder in floors or (".",) for path in (package / folder).rglob("*.py")]
    return digest([*code, *paths.CURATED.glob("*.csv"), paths.ROOT / "requirements.txt"])


def key(*parts: str) -> str:
    """SHA-256 of ``parts``."""
    return sha256("\0".join(parts).encode()).hexdigest()


def environment() -> str:
    """SHA-256 of the lock and of the version of Python."""
    return key(digest([paths.ROOT / "requirements.txt"]), sys.version)


def parts_of(name: str) -> dict[str, str]:
    """What the output of a notebook rests on, part by part, each as a hash. Raises NotebookError where it is none."""
    kept = ("cell_type", "id", "attachments")
    try:
        document = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
        cells = [
            [*(cell.get(field) for field in kept), "".join(cell["source"]), cell["metadata"].get("tags", [])]
            for cell in document["cells"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"notebooks/{name}.ipynb: {NO_NOTEBOOK} ({type(error).__name__}: {error})") from None
    package = paths.ROOT / "src" / "analysis"
    kernel = under(paths.ROOT / "share")
    return {
        "the notebook": key(json.dumps(cells)),
        "the code": digest(path for floor in ("evidence", "findings", "figures") for path in under(package / floor)),
        "the data": digest([*paths.CURATED.glob("*.csv"), paths.SCENARIOS]),
        "the lock": environment(),
        "how it is run": digest(
            [*kernel, *(package / "report" / f"{module}.py" for module in ("execute", "sweep", "warm"))]
        ),
    }


class Stamp:
    """What a set of outputs was made from, kept in a file beside them."""

    def __init__(self, path: Path, outputs: Iterable[Path]) -> None:
        self.path, self.outputs = path, tuple(outputs)

    def stale(self, now: Mapping[str, str]) -> str:
        """Why the outputs are not current, in words; empty where they are."""
        try:
            before = dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return "not made yet"
        held = {**now, "what was made": self._made()}
        changed = [name for name in {**held, **before} if before.get(name) != held.get(name)]
        return f"{' and '.join(changed)} changed" if changed else ""

    def put(self, now: Mapping[str, str]) -> None:
        """Note that the outputs were made from ``now``."""
        paths.write(self.path, json.dumps({**now, "what was made": self._made()}, indent=1) + "\n")

    def _made(self) -> str:
        return digest(file for output in self.outputs for file in (under(output) if output.is_dir() else [output]))


def git_state() -> str:
    """The commit that is checked out, and whether anything differs from it."""
    command = ["git", "describe", "--always", "--dirty=, changed since", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "a copy without git"
    return f"commit {told}"


def report_stamp() -> tuple[Stamp, dict[str, str]]:
    """The stamp of the report, and what the report rests on now."""
    names = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))
    now = {f"{name}.ipynb": key(json.dumps(parts_of(name))) for name in names}
    now["the code"] = digest(under(paths.ROOT / "src" / "analysis"))
    now["the state of git"] = git_state()
    return Stamp(paths.BUILD / "report.json", [paths.REPORT, paths.FIGURES]), now


def data_stamp() -> tuple[Stamp, dict[str, str]]:
    """The stamp of the curated tables, and what they rest on now."""
    now = {
        "the raw tables": digest(path for path in under(paths.RAW) if path.relative_to(paths.RAW).parts[0] != "texts"),
        "the code": digest(under(paths.ROOT / "src" / "analysis" / "evidence")),
        "the lock": environment(),
    }
    return Stamp(paths.BUILD / "data.json", [paths.CURATED]), now
