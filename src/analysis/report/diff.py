"""Why did a number change? Two states of the project, and what moved each finding that differs between them.

A state is a folder or a git revision. Findings are read from its stored notebooks, rows and readings from its curated
tables, and its code as one fingerprint. Nothing is computed again.
"""

import csv
import io
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.evidence import paths
from analysis.evidence.problems import ParameterError
from analysis.evidence.schema import TABLES
from analysis.recorded import Recorded, all_findings, parameters_cell
from analysis.report.run.provenance import data_stamp, files_in, hash_files, read_stamp
from analysis.wording.formats import plural

PARAMETERS = "parameters of "
"""How the table is named that has the parameters cell of a notebook."""

READINGS = ("readings", "patches")
"""The tables whose rows are readings: the first column is the ambiguity."""

Rows = dict[tuple[str, ...], dict[str, str]]


class State:
    """The state of the project in a folder: its findings by id, its tables by name, and the hash of its code.

    ``behind`` are the stored notebooks that were executed with other tables than those of the state; ``unbuilt`` says that
    its raw tables have changed since these tables were built, which is known of this project's folder alone.
    """

    def __init__(self, root: Path) -> None:
        notebooks, scenarios = sorted((root / "notebooks").glob("*.ipynb")), root / "scenarios.toml"
        stored = [*(root / "data" / "curated").glob("*.csv")]
        self.findings = {one.id: one for one in all_findings(notebooks)}
        self.tables = {path.stem: _rows(path) for path in sorted(stored)}
        for path in notebooks:
            chosen = parameters_cell(path).items()
            self.tables[f"{PARAMETERS}{path.stem}"] = {(name,): {"": str(value)} for name, value in chosen}
        self.code = hash_files([scenarios, root / "requirements.txt", *files_in(root / "src" / "analysis")], root)
        data = [hash_files(stored, root), hash_files([*stored, scenarios], root)]
        self.behind = [path.stem for path in notebooks if read_stamp(path).get("the data", data[0]) not in data]
        self.unbuilt = root.resolve() == paths.ROOT and "the raw tables" in data_stamp().stale()


def _rows(path: Path) -> Rows:
    """The rows of a table by their keys."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = TABLES[path.stem].primary_key if path.stem in TABLES else [*(rows or [{"": ""}])[0]][:1]
    return {tuple(row.get(name) or "" for name in names): row for row in rows}


@contextmanager
def opened(name: str, root: Path = paths.ROOT) -> Iterator[State]:
    """The state that ``name`` names: a folder, or a revision of the repository at ``root``. Raises ParameterError."""
    with TemporaryDirectory() as folder:
        place = Path(name)
        if not place.is_dir():
            packed = subprocess.run(["git", "-C", str(root), "archive", name], capture_output=True)
            if packed.returncode:
                problem = f"{name!r} is neither a folder nor a revision that git knows here."
                raise ParameterError(f"{problem} `git log` lists them.")
            place = Path(folder)
            with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
                archive.extractall(place, filter="data")
        if not (place / "data" / "curated").is_dir():
            raise ParameterError(f"{name} holds no data/curated. Give the top folder of a copy of the project.")
        yield State(place)


@dataclass(frozen=True)
class Change:
    """A finding that differs, its answers (where these are the same, its sums), and what moved it, each in a line."""

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
        compared = ("lower", "upper", "unit", "answer", "arithmetic")
        if any(getattr(before, part) != getattr(after, part) for part in compared):
            causes = _causes((before, after), moved, old.code != new.code)
            shown = "answer" if before.answer != after.answer else "arithmetic"
            found.append(Change(name, getattr(before, shown), getattr(after, shown), causes))
    return found


def changed_rows(old: State, new: State) -> dict[tuple[str, str], str]:
    """Every row that differs, by table and name, with its cells in words; what is derived is left out."""
    found = {}
    for table in dict.fromkeys((*old.tables, *new.tables)):
        before, after = old.tables.get(table, {}), new.tables.get(table, {})
        coded = {"", *(TABLES[table].raw_columns if table in TABLES else ())}
        for key in dict.fromkeys((*before, *after)):
            one, other = before.get(key), after.get(key)
            if one == other:
                continue
            what = "added" if one is None else "removed"
            if one and other:
                columns = [column for column in {**one, **other} if one.get(column) != other.get(column)]
                columns = [column for column in columns if column in coded] or columns
                cell = lambda row, column: (row.get(column) or "empty").removesuffix(".0")
                what = "; ".join(f"{column} was {cell(one, column)}, is {cell(other, column)}" for column in columns)
            found[table, " ".join(filter(None, key))] = what.strip()
    return found


def _named(table: str, name: str) -> str:
    """A row in words: what it is, its name, its table."""
    return f"{'reading' if table in READINGS or table.startswith(PARAMETERS) else 'row'} {name} ({table})"


def _bears_on(table: str, name: str, both: Iterable[Recorded]) -> bool:
    """Whether a row is one that a finding rests on, before or after, or decides a reading of it."""
    if table.startswith(PARAMETERS):
        return any(finding.id.partition(".")[0] == table.partition("_")[2] for finding in both)
    key = name.split(" ")[0]
    if table in READINGS:
        return any(reading.partition("=")[0] == key for finding in both for reading in finding.readings)
    return any(key in finding.evidence for finding in both)


def _causes(both: tuple[Recorded, Recorded], moved: Mapping[tuple[str, str], str], code: bool) -> tuple[str, ...]:
    """What moved a finding: the rows that it rests on, the readings in force, the code; else what else changed."""
    found = [_named(*row) for row in moved if _bears_on(*row, both)]
    if moved and not found:
        more = f" and {len(moved) - 3} more" if len(moved) > 3 else ""
        names = ", ".join(_named(*row) for row in [*moved][:3])
        found.append(f"none of the rows that it cites changed; others did: {names}{more}")
    if code:
        found.append("the code changed")
    return tuple(found) or ("neither rows, readings nor code differ: the stored notebook is out of date",)


def summary(old: State, new: State) -> str:
    """The changes in words, as the command line prints them: each row and what it moved, then each finding."""
    found, moved = changes(old, new), changed_rows(old, new)
    lines, rows, notes = [], [], []
    for row, what in moved.items():
        ids = [change.id for change in found if _named(*row) in change.causes]
        effect = f"; it moved {plural(len(ids), 'finding')}: {', '.join(ids)}" if ids else ""
        rows.append(f"{_named(*row)}: {what}{effect}")
    code = "the code changed" if old.code != new.code else "the code is the same"
    count = f"{len(found)} of {len(new.findings)} findings differ; {plural(len(moved), 'row')} differ{'s' * (len(moved) == 1)}; {code}"
    for which, state in (("old", old), ("new", new)):
        if not state.findings:
            lines.append(f"no findings are stored in the {which} state")
        if state.unbuilt:
            notes.append(f"The raw tables of the {which} state changed since its tables were built. Run `make data`.")
        if state.behind:
            other = f"Executed with other tables than those of the {which} state, so that its changes do not show yet"
            notes.append(f"{other}: {', '.join(state.behind)}. Run `make notebooks` there, then compare again.")
    return "\n\n".join([*lines, *(["\n".join(rows)] if rows else []), *map(str, found), count, *notes])
