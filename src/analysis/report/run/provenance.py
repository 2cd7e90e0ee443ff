"""What is current, and what was it made from? Decided by the content of all that an output rests on, never by times.

Only the standard library is imported here, so that a command which has nothing to do ends at once.
"""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.evidence import paths

FLOORS = ("evidence", "account", "analyses")
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


_IMPORT = re.compile(r"^ *(?:from (analysis[\w.]*) import (\([^)]*\)|[^\n]*)|import (analysis[\w.]*))", re.MULTILINE)


def _imported(source: str) -> frozenset[Path]:
    """The files of this package that ``source`` imports."""
    found = set()
    for module, names, plain in _IMPORT.findall(source):
        for name in [module or plain, *(f"{module}.{one}" for one in re.findall(r"\w+", names))]:
            path = paths.ROOT.joinpath("src", *name.split("."))
            found |= {file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()}
    return frozenset(found)


@lru_cache(maxsize=256)
def _imported_by(path: Path) -> frozenset[Path]:
    return _imported(path.read_text(encoding="utf-8"))


def code_of(source: str) -> set[Path]:
    """The files of this package that ``source`` imports, and all that these import."""
    found, ahead = set(), {*_imported(source)}
    while ahead:
        path = ahead.pop()
        found.add(path)
        ahead |= _imported_by(path) - found
    return found


REPORT = "the report"
"""What draws the figures that no notebook draws."""


def made_of(name: str) -> dict[str, str]:
    """What a notebook, or :data:`REPORT`, is made from, part by part, each as a hash: the same on every machine.

    Raises NotebookError where it is none.
    """
    if name == REPORT:
        source, cells = "from analysis.report.build import report", []
    else:
        kept = ("cell_type", "id", "attachments")
        try:
            document = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
            cells = [
                [*(cell.get(field) for field in kept), "".join(cell["source"]), cell["metadata"].get("tags", [])]
                for cell in document["cells"]
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotebookError(f"notebooks/{name}.ipynb: {NO_NOTEBOOK} ({type(error).__name__}: {error})") from None
        source = "\n".join(cell[3] for cell in cells if cell[0] == "code")
    return {
        "the notebook": key(json.dumps(cells)),
        "the code": digest(code_of(source)),
        "the data": digest([*paths.CURATED.glob("*.csv"), paths.SCENARIOS]),
        "the lock": digest([paths.ROOT / "requirements.txt"]),
    }


def parts_of(name: str) -> dict[str, str]:
    """What bears on whether the output of a notebook is current here: what it is made from, and how it is run."""
    package = paths.ROOT / "src" / "analysis" / "report" / "run"
    how = [*under(paths.ROOT / "share"), *(package / f"{module}.py" for module in ("notebooks", "sweep", "kernels"))]
    return made_of(name) | {"Python": sys.version, "how it is run": digest(how)}


def provenance(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What an output carries in its metadata: whose it is, its parameters, and the hashes of what it is made from."""
    return {"of": name, "parameters": dict(parameters)} | made_of(name)


def why(path: Path) -> tuple[str, bool]:
    """What the notebook or figure at ``path`` was made from, and whether each part is still what is here, in words.

    The second is whether all of it is. Raises ValueError where it carries no provenance.
    """
    carried = _carried(path)
    try:
        now = provenance(carried["of"], carried["parameters"])
    except FileNotFoundError:
        now = {}
    parameters = ", ".join(f"{name}={value}" for name, value in carried["parameters"].items())
    lines = [f"{path}: {carried['of']}, {parameters or 'default parameters'}"]
    for part, held in list(carried.items())[2:]:
        state = "current" if now.get(part) == held else f"changed; now {now.get(part, 'not there')[:16]}"
        lines.append(f"  {part}: {held[:16]} {state}")
    current = carried == now
    return "\n".join([*lines, "current" if current else "not current: `make report` makes it anew"]), current


def _carried(path: Path) -> dict[str, Any]:
    try:
        if path.suffix == ".ipynb":
            held = json.loads(path.read_text(encoding="utf-8"))["metadata"]["provenance"]
        elif path.suffix == ".svg":
            (found,) = re.findall(r"<provenance>(.*?)</provenance>", path.read_text(encoding="utf-8"))
            held = json.loads(html.unescape(found))
        else:
            from PIL import Image  # here: it is matplotlib's, and only a PNG needs it

            with Image.open(path) as image:
                held = json.loads(image.info["Provenance"])
        return {"of": held["of"], "parameters": held["parameters"]} | held
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        expected = "a notebook, an SVG or a PNG that `make report` or `make sweep` made"
        raise ValueError(f"{path}: found no provenance in it; expected {expected}") from error


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
        "the lock": digest([paths.ROOT / "requirements.txt"]),
        "Python": sys.version,
    }
    return Stamp(paths.BUILD / "data.json", [paths.CURATED]), now
