"""Why did a number change? Two states of the project, and what moved each finding that differs between them.

A state is a folder or a git revision. Findings are read from its stored notebooks, rows and readings from its curated
tables, and its code as one fingerprint. Nothing is computed again.
"""

import csv
import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.evidence import paths
from analysis.evidence.scenario import ParameterError
from analysis.recorded import Recorded, all_findings
from analysis.report.run.provenance import files_in, hash_parts

PLACES = ("data/curated", "notebooks", "scenarios.toml", "requirements.txt", "src/analysis")
KEYS = {"readings": ("ambiguity", "reading"), "patches": ("ambiguity", "reading", "claim_id", "field")}
"""The columns that name a row, where it is not the first alone."""

COMPARED = ("lower", "upper", "unit", "answer", "arithmetic")
"""What of a finding is compared."""

Rows = dict[tuple[str, ...], dict[str, str]]


@dataclass(frozen=True)
class State:
    """A state of the project: its findings by id, its tables by name, and the hash of its code."""

    findings: Mapping[str, Recorded]
    tables: Mapping[str, Rows]
    code: str

    @classmethod
    def of(cls, root: Path) -> "State":
        """The state in ``root``."""
        findings = {one.id: one for one in all_findings(sorted((root / "notebooks").glob("*.ipynb")))}
        tables = {path.stem: _rows(path) for path in sorted((root / "data" / "curated").glob("*.csv"))}
        code = [root / "scenarios.toml", root / "requirements.txt", *sorted(files_in(root / "src" / "analysis"))]
        parts = [part for file in code if file.is_file() for part in (str(file.relative_to(root)), file.read_bytes())]
        return cls(findings, tables, hash_parts(*parts))


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = KEYS.get(path.stem, tuple(reader.fieldnames or ("",))[:1])
        found: Rows = {}
        for row in reader:
            key = tuple(row.get(name) or "" for name in names)
            while key in found:  # codings and the like: rows of one name, in order
                key += ("",)
            found[key] = row
        return found


@contextmanager
def opened(name: str, root: Path = paths.ROOT) -> Iterator[State]:
    """The state that ``name`` names: a folder, or a revision of the repository at ``root``. Raises ParameterError."""
    if Path(name).is_dir():
        if not (Path(name) / "data" / "curated").is_dir():
            raise ParameterError(f"{name} holds no data/curated. Give the top folder of a copy of the project.")
        yield State.of(Path(name))
        return
    there = subprocess.run(["git", "-C", str(root), "ls-tree", "--name-only", name, *PLACES], capture_output=True)
    if there.returncode or not there.stdout:
        raise ParameterError(f"{name!r} is neither a folder nor a revision that git knows here. `git log` lists them.")
    kept = there.stdout.decode().split()
    packed = subprocess.run(["git", "-C", str(root), "archive", name, *kept], capture_output=True, check=True).stdout
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        yield State.of(Path(folder))


@dataclass(frozen=True)
class Change:
    """A finding that differs, its answers, and what moved it, each in a line."""

    id: str
    before: str
    after: str
    causes: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join([self.id, f"before: {self.before}", f"after:  {self.after}", *self.causes])


def changes(old: State, new: State) -> list[Change]:
    """The findings that differ, in the order of the new state, then those that it no longer has."""
    moved, found = changed_rows(old, new), []
    none = Recorded("", answer="no such finding")
    for name in dict.fromkeys((*new.findings, *old.findings)):
        before, after = old.findings.get(name, none), new.findings.get(name, none)
        if any(getattr(before, part) != getattr(after, part) for part in COMPARED):
            causes = _causes((before, after), moved, old.code != new.code)
            found.append(Change(name, before.answer, after.answer, causes))
    return found


def changed_rows(old: State, new: State) -> dict[tuple[str, str], str]:
    """Every row that differs, by table and name, with its cells in words."""
    found = {}
    for table in dict.fromkeys((*old.tables, *new.tables)):
        before, after = old.tables.get(table, {}), new.tables.get(table, {})
        for key in dict.fromkeys((*before, *after)):
            one, other = before.get(key), after.get(key)
            if one == other:
                continue
            what = "added" if one is None else "removed"
            if one and other:
                columns = [column for column in {**one, **other} if one.get(column) != other.get(column)]
                cells = ((column, one.get(column) or "empty", other.get(column) or "empty") for column in columns)
                what = "; ".join(f"{column} was {was}, is {is_}" for column, was, is_ in cells)
            found[table, " ".join(filter(None, key))] = what
    return found


def _causes(both: tuple[Recorded, Recorded], moved: Mapping[tuple[str, str], str], code: bool) -> tuple[str, ...]:
    """What moved a finding: the rows that it rests on, the readings in force, the code; else what else changed."""
    rows = {row for finding in both for row in finding.evidence}
    ambiguities = {reading.partition("=")[0] for finding in both for reading in finding.readings}
    found = []
    for (table, name), what in moved.items():
        if name.split(" ")[0] in (ambiguities if table in KEYS else rows):
            found.append(f"{'reading' if table in KEYS else 'row'} {name}: {what}")
    cited = bool(found)
    if code:
        found.append("the code changed")
    if moved and not cited:
        tables = ", ".join(dict.fromkeys(table for table, _ in moved))
        found.append(f"none of the rows that it cites changed; others did, in {tables}")
    return tuple(found) or ("neither rows, readings nor code differ: the stored notebook is out of date",)


def summary(old: State, new: State) -> str:
    """The changes in words, as the command line prints them."""
    found, moved = changes(old, new), changed_rows(old, new)
    code = "the code changed" if old.code != new.code else "the code is the same"
    count = f"{len(found)} of {len(new.findings)} findings differ; {len(moved)} row{'s differ' if len(moved) != 1 else ' differs'}; {code}"
    missing = [f"no findings are stored in the {w} state" for w, s in (("old", old), ("new", new)) if not s.findings]
    return "\n\n".join([*missing, *map(str, found), count])
