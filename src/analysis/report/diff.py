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
from analysis.recorded import Recorded, read_answers
from analysis.report.run.provenance import files_in, hash_parts

PLACES = ("data/curated", "notebooks", "scenarios.toml", "requirements.txt", "src/analysis")
KEYS = {"readings": ("ambiguity", "reading"), "patches": ("ambiguity", "reading", "claim_id", "field")}
"""The columns that name a row, where it is not the first alone."""

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
        notebooks = sorted((root / "notebooks").glob("*.ipynb"))
        answers = filter(None, map(read_answers, notebooks))
        findings = {name: finding for one in answers for name, finding in one.findings.items()}
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
        return "\n".join(
            [self.id, f"  before: {self.before}", f"  after:  {self.after}", *map("  {}".format, self.causes)]
        )


def changes(old: State, new: State) -> list[Change]:
    """The findings that differ, in the order of the new state, then those that are gone."""
    moved, found = changed_rows(old, new), []
    for name in dict.fromkeys((*new.findings, *old.findings)):
        before, after = old.findings.get(name), new.findings.get(name)
        if _content(before) != _content(after):
            found.append(
                Change(name, _answer(before), _answer(after), _causes(before, after, moved, old.code != new.code))
            )
    return found


def _content(finding: Recorded | None) -> object:
    return finding and (finding.lower, finding.upper, finding.unit, finding.answer, finding.arithmetic)


def _answer(finding: Recorded | None) -> str:
    return finding.answer if finding else "no such finding"


def changed_rows(old: State, new: State) -> dict[tuple[str, str], str]:
    """Every row that differs, by table and name, with its cells in words."""
    found = {}
    for table in dict.fromkeys((*old.tables, *new.tables)):
        before, after = old.tables.get(table, {}), new.tables.get(table, {})
        for key in dict.fromkeys((*before, *after)):
            one, other = before.get(key), after.get(key)
            if one != other:
                cells = [
                    f"{column} was {(one or {}).get(column) or 'empty'}, is {(other or {}).get(column) or 'empty'}"
                    for column in dict.fromkeys((*(one or {}), *(other or {})))
                    if one and other and one.get(column) != other.get(column)
                ]
                name = " ".join(filter(None, key))
                found[table, name] = "; ".join(cells) or ("added" if other else "removed")
    return found


def _causes(
    before: Recorded | None, after: Recorded | None, moved: Mapping[tuple[str, str], str], code: bool
) -> tuple[str, ...]:
    """What moved a finding: the rows that it rests on, the readings in force, the code; else what else changed."""
    both = [finding for finding in (before, after) if finding]
    rows = {row for finding in both for row in finding.evidence}
    ambiguities = {reading.partition("=")[0] for finding in both for reading in finding.readings}
    direct = [
        f"{'reading' if table in KEYS else 'row'} {name}: {what}"
        for (table, name), what in moved.items()
        if name.split(" ")[0] in (ambiguities if table in KEYS else rows)
    ]
    rest = ["the code changed"] if code else []
    if not direct and moved:
        tables = ", ".join(dict.fromkeys(table for table, _ in moved))
        rest.append(f"none of the rows that it cites changed; others did, in {tables}")
    return (*direct, *rest) or ("neither rows, readings nor code differ: the stored notebook is out of date",)


def summary(old: State, new: State) -> str:
    """The changes in words, as the command line prints them."""
    found, moved = changes(old, new), changed_rows(old, new)
    code = "the code changed" if old.code != new.code else "the code is the same"
    count = f"{len(found)} of {len(new.findings)} findings differ; {len(moved)} rows differ; {code}"
    missing = [f"no findings are stored in the {w} state" for w, s in (("old", old), ("new", new)) if not s.findings]
    return "\n\n".join([*missing, *map(str, found), count])
