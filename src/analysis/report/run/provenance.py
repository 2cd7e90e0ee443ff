"""What is current, and what was it made from? Decided by the content of all that an output rests on, never by times.

An output's *stamp* names each part that it was made from with a hash, and each file that was made. A notebook carries its
stamp in its metadata; the other outputs have a JSON file in build/. Only the standard library is imported here, so that a
command which has nothing to do ends at once. How outputs are made does not belong here.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.evidence import files, paths
from analysis.evidence.problems import ParameterError
from analysis.recorded import INDEX, NO_NOTEBOOK, NotebookError, all_latest

Parts = dict[str, Any]

FILES, OWN = "files", "sha256"
"""Keys of a stamp: the hash of each file that was made, and the hash of the notebook that carries the stamp."""

OTHERS = "the other notebooks"
"""Key of the index's stamp: the other notebooks as executed. A report executes them itself: its stamp leaves them out."""


@contextmanager
def file_lock(name: str) -> Iterator[None]:
    """Wait until no other process of this project holds the lock ``name``: it may be doing just what is wanted."""
    lock = paths.BUILD / f".{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        if os.name == "posix":
            import fcntl  # here: there is none elsewhere, where two at once do the work twice

            fcntl.flock(file, fcntl.LOCK_EX)
            files.clear_temp_dirs()
        yield


def hash_parts(*parts: str | bytes) -> str:
    """SHA-256 of ``parts``, in order."""
    data = (part.encode() if isinstance(part, str) else part for part in parts)
    return sha256(b"".join(sha256(part).digest() for part in data)).hexdigest()


def hash_files(files: Iterable[Path], root: Path | None = None) -> str:
    """SHA-256 of the names and bytes of ``files`` in the project at ``root``; a file that is not there counts as empty."""
    named = ((path.relative_to(root or paths.ROOT).as_posix(), path) for path in sorted(files))
    return hash_parts(*(part for name, path in named for part in (name, path.read_bytes() if path.is_file() else b"")))


def files_in(folder: Path) -> list[Path]:
    """The files in ``folder``, but for what Python and commands that were killed leave there."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".pyc", ".tmp"}]


_IMPORT = re.compile(r"^ *(?:from (analysis[\w.]*) import (\([^)]*\)|[^\n]*)|import (analysis[\w.]*))", re.MULTILINE)


def _imports(source: str) -> set[str]:
    """The modules of this package that ``source`` names in its imports; a name may be a function's too."""
    found = set()
    for module, names, plain in _IMPORT.findall(source):
        found |= {module or plain, *(f"{module}.{name}" for name in re.findall(r"\w+", names))}
    return found


@lru_cache(maxsize=256)
def _module(name: str) -> tuple[set[Path], set[str]]:
    """The files of a module, with data of the same name beside it, and what it imports; nothing where there is none."""
    path = paths.ROOT.joinpath("src", *name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return {*file.parent.glob(f"{file.stem}.*")}, _imports(file.read_text(encoding="utf-8"))
    return set(), set()


def code_files(*modules: str) -> set[Path]:
    """The files of ``modules`` and of all modules of this package that they import, with the data beside them."""
    files: set[Path] = set()
    known, ahead = set(), {*modules}
    while ahead:
        name = ahead.pop()
        known.add(name)
        files |= _module(name)[0]
        ahead |= _module(name)[1] - known
    return files


def lock() -> Parts:
    """The part that every output rests on: the versions of all packages."""
    return {"the lock": hash_files([paths.ROOT / "requirements.txt"])}


def notebook_parts(name: str) -> Parts:
    """What the notebook ``name`` is made from, each part as a hash: the same on every machine.

    Raises NotebookError where it is none.
    """
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
    analysis, package = name.partition("_")[2], paths.ROOT / "src" / "analysis"
    code = code_files(*_imports(source), f"analysis.analyses.{analysis}", f"analysis.figures.{analysis}")
    words = [package / "wording" / f"{one}.toml" for one in ("common", "main" if name == INDEX else analysis)]
    data = [*paths.CURATED.glob("*.csv")]
    if package / "analyses" / "sensitivity.py" in code:
        data.append(paths.SCENARIOS)
    runners = ("children", "shell", "notebooks")  # they decide what it holds, whatever its cells are
    others = [path.read_bytes() for path in all_latest()] if name == INDEX else []
    return ({OTHERS: hash_parts(*others)} if others else {}) | {
        "the notebook": hash_parts(json.dumps(cells)),
        "the code": hash_files([*code, *words]),
        "the data": hash_files(data),
        **lock(),
        "the way of running it": hash_files(package / "report" / "run" / f"{one}.py" for one in runners),
    }


def listed(*folders: Path) -> Parts:
    """The hash of each file in ``folders``, by the name of the folder and its own from there."""
    return {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": hash_parts(path.read_bytes())
        for folder in folders
        for path in sorted(files_in(folder))
    }


def sealed(text: str) -> str:
    """The notebook ``text`` with its own hash written into the stamp that it carries."""
    return _OWN.sub(rf"\g<1>{_own_hash(text)}", text, count=1)


_OWN = re.compile(rf'("{OWN}": ")[0-9a-f]*')


def _own_hash(text: str) -> str:
    return hash_parts(_OWN.sub(r"\1", text, count=1))


def read_stamp(path: Path, text: str | None = None) -> Parts:
    """What the stamp at ``path``, a notebook or a JSON file, names; empty where there is none. ``text`` is that of the file."""
    try:
        text = path.read_text(encoding="utf-8") if text is None else text
        found = json.loads(text)
        if path.suffix == ".ipynb":
            found = found["metadata"]["provenance"]
            found[OWN] = found[OWN] == _own_hash(text)
        return dict(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


class Stamp:
    """The stamp at ``path``, of the files in ``folders`` or of the notebook at ``path`` itself.

    ``now`` is what they would be made from now. Create a stamp before anything is read: what changes meanwhile is not current.
    """

    def __init__(self, path: Path, now: Parts, *folders: Path) -> None:
        self.path, self.now, self.folders = path, now, folders

    def stale(self, text: str | None = None) -> str:
        """Why the outputs are not current, in words; empty where they are. ``text`` is that of the file, if it is read."""
        before = read_stamp(self.path, text)
        if not before:
            return "not made yet"
        made = before.pop(FILES, {})
        if not before.pop(OWN, True):
            return f"{self.path.name} was changed after it was made"
        if changed := _differing(before, self.now):
            return f"{' and '.join(changed)} changed"
        if self.folders and (spoiled := sorted(_differing(made, listed(*self.folders)))):
            return f"{spoiled[0]}{' and others' if len(spoiled) > 1 else ''} changed after it was made"
        return ""

    def write(self) -> None:
        files.write(self.path, json.dumps({**self.now, FILES: listed(*self.folders)}, indent=1) + "\n")


def _differing(before: Parts, now: Parts) -> list[str]:
    return [name for name in {**now, **before} if before.get(name) != now.get(name)]


def data_stamp() -> Stamp:
    """The stamp of the curated tables."""
    raw = (path for path in files_in(paths.RAW) if path.relative_to(paths.RAW).parts[0] != "texts")
    parts = {"the raw tables": hash_files(raw), "the code": hash_files(code_files("analysis.evidence.curate"))}
    return Stamp(paths.BUILD / "data.json", parts | lock(), paths.CURATED)


def grid_stamp() -> Stamp:
    parts = {
        "the code": hash_files(code_files("analysis.analyses.sensitivity")),
        "the data": hash_files(paths.CURATED.glob("*.csv")),
        "the grid": hash_files([paths.SCENARIOS]),
    }
    return Stamp(paths.BUILD / "grid.json", parts | lock(), paths.GRID)


def report_stamp() -> Stamp:
    """The stamp of the report and the figures."""
    names = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))
    made_from = {name: notebook_parts(name) | {OTHERS: ""} for name in names}
    parts: Parts = {f"{name}.ipynb": hash_parts(json.dumps(made_from[name])) for name in names}
    parts |= {"the code": hash_files(files_in(paths.ROOT / "src" / "analysis")), "the state of git": git_state()}
    return Stamp(paths.BUILD / "report.json", parts, paths.REPORT, paths.FIGURES)


def why(path: Path) -> tuple[str, bool]:
    """What the notebook or figure at ``path`` was made from, and whether each part is still what is here, in words.

    The second is whether it is current: made from what is here, and not changed since. Raises ParameterError where it is
    nothing that this project made.
    """
    source = path if path.suffix == ".ipynb" else _drawn_by(path)
    stamp = read_stamp(source)
    if "of" not in stamp:
        raise ParameterError(f"{path}: this project did not make it; expected a notebook or a figure of `make report`")
    name, parameters = stamp["of"], stamp["parameters"]
    now = notebook_parts(name) if (paths.NOTEBOOKS / f"{name}.ipynb").is_file() else {}
    chosen = ", ".join(f"{key}={value}" for key, value in parameters.items())
    lines = [] if path == source else [f"{path}: made by {source.name}"]
    lines.append(f"{source}: {name}, made with {chosen or 'default parameters'}")
    current = stamp[OWN]
    for part in (part for part in stamp if part not in ("of", "parameters", "scenario", FILES, OWN)):
        same = now.get(part) == stamp[part]
        state = "current" if same else f"changed; now {now.get(part, 'not there')[:16]}"
        lines.append(f"  {part}: {stamp[part][:16]} {state}")
        current = current and same
    if not stamp[OWN]:
        edited = "edited, or executed elsewhere, perhaps with other parameters"
        lines.append(f"  the file: changed after it was made: {edited}")
    return "\n".join([*lines, "current" if current else "out of date: run `make report`"]), current


def _drawn_by(path: Path) -> Path:
    """The executed notebook that made the file ``path``. Raises ParameterError where it is none that is here."""
    found = hash_parts(path.read_bytes())
    for notebook in sorted([*paths.NOTEBOOKS.glob("*.ipynb"), *paths.BUILD.glob("notebooks/*/*.ipynb")]):
        if found in read_stamp(notebook).get(FILES, {}).values():
            return notebook
    raise ParameterError(
        f"{path}: no notebook here made it as it is: it was edited, or is out of date. Run `make report`"
    )


def git_state() -> str:
    """The commit that is checked out in this folder, and whether anything that is read differs from it."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kinds: dict[str, Any] = {"cwd": paths.ROOT, "env": variables, "capture_output": True, "text": True, "check": True}
    git = lambda *command: subprocess.run(["git", *command], **kinds).stdout.strip()
    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != paths.ROOT:
            return "a copy without git"
        commit = git("rev-parse", "--short=12", "HEAD")
        inputs = (".", ":!figures", ":!data/curated")
        changed = git("status", "--porcelain", "--untracked-files=all", "--", *inputs)
    except (OSError, subprocess.CalledProcessError):
        return "a copy without git"
    return f"commit {commit}{', changed since' if changed else ''}"
