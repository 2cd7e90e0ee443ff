"""How do the raw tables become the curated ones? ``make data``.

Reads everything, reports every fault at once, and only then writes: validated, typed, sorted, with derived columns,
and a ``datapackage.json`` that describes them (Frictionless Table Schema).
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.evidence import files, paths, rules, schema, tables
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.readings import derive, roles, with_days
from analysis.evidence.schema import Vocabulary
from analysis.evidence.tables import Frames
from analysis.evidence.text import visible

RESERVED = ("texts", "wider")
"""Folders of data/raw that hold no source."""


def curate(
    raw: Path = paths.RAW, curated: Path = paths.CURATED, check: Callable[[Frames], Iterable[Problem]] = lambda _: ()
) -> Frames:
    """Derive the curated tables from ``raw``, write them to ``curated`` and return them.

    ``check`` may find more problems in the derived tables. Raises EvidenceError with every problem found; nothing is
    written then.
    """
    frames, vocabulary = read(raw)
    frames = derived(frames)
    if problems := [*check(frames)]:
        raise EvidenceError(problems)
    for name in schema.TABLES:
        files.write(curated / f"{name}.csv", tables.to_csv(frames[name]))
    files.write(curated / "datapackage.json", json.dumps(datapackage(vocabulary), indent=1, ensure_ascii=False) + "\n")
    return frames


def _source_folders(raw: Path, problems: list[Problem]) -> list[Path]:
    """The folders that hold a source, by name. One that is half made is a problem, so that no source is passed over."""
    sources = []
    for folder in sorted(raw.iterdir()):
        described = folder / "source.toml"
        if folder.name == "texts" or folder.name.startswith(".") or folder.is_file():
            continue
        if folder.is_symlink():
            problems.append(Problem(folder.name, "a link", "a folder of its own", remedy="Move the folder here."))
        elif folder.name == "wider" or not (described.is_symlink() or described.exists() or any(folder.glob("*.csv"))):
            continue
        elif not re.fullmatch(schema.ID, folder.name):
            expected = f"a folder named by publisher and month, such as gazette-2016-05 ({schema.ID})"
            problems.append(Problem(folder.name, "this name", expected, remedy="Rename the folder."))
        else:
            sources.append(folder)
    return sources


def read(raw: Path) -> tuple[Frames, Vocabulary]:
    """The raw tables as text, checked, each source's tables put together. Raises EvidenceError."""
    problems: list[Problem] = []
    frames: Frames = {}

    def take(table: schema.Table, vocabulary: Vocabulary, *files: Path) -> pd.DataFrame:
        rows: list[tables.Row] = []
        for path in files:
            try:
                rows += tables.read_raw(path, table, path.relative_to(raw).as_posix())
            except EvidenceError as error:
                problems.extend(error.problems)
        frame = tables.to_frame(rows, table)
        problems.extend(tables.check(frame, table, vocabulary))
        problems.extend(tables.unsafe_cells(frame, table))
        return frame

    vocabulary: dict[str, frozenset[str]] = {}
    for table in schema.SHARED:
        frame = frames[table.name] = take(table, vocabulary, raw / f"{table.name}.csv")
        if table.name == "codebook":
            vocabulary |= dict(frame.groupby("field")["term"].agg(frozenset))
        elif table.name in schema.KEYS.values():
            vocabulary[table.id] = frozenset(frame[table.id])

    folders = _source_folders(raw, problems)
    frames["sources"] = _sources(folders, problems)
    for table in schema.BY_SOURCE:
        frame = take(table, vocabulary, *(folder / f"{table.name}.csv" for folder in folders))
        frames[table.name] = frame.assign(source_id=frame["file"].str.split("/").str[0])
    frames["wider"] = take(schema.TABLES["wider"], vocabulary, raw / "wider" / "figures.csv").assign(source_id="wider")
    problems.extend(rules.check_all(frames, vocabulary))
    if not problems:  # a reading is judged against claims that are sound
        problems.extend(rules.reading_problems(frames, vocabulary))
    if problems:
        raise EvidenceError(problems)
    return frames, vocabulary


def derived(frames: Frames) -> Frames:
    """The checked raw tables with their derived columns, typed, in the order of their schema."""
    frames, speakers = dict(frames), frames["speakers"]
    touched = frames["patches"].groupby("claim_id")["ambiguity"].agg(lambda names: ";".join(sorted(set(names))))
    for name in ("claims", "wider"):
        claims = derive(frames[name], speakers)
        frames[name] = claims.assign(
            ambiguity=claims["claim_id"].map(lambda claim: touched.get(claim, "")),
            family=claims["family"].where(claims["family"] != "", claims["claim_id"]),
        )
    for name in ("explanations", "stages", "events", "positions"):
        frames[name] = frames[name].assign(speaker_role=roles(frames[name]["speaker"], speakers))
    for name, column in (("sources", "published"), ("events", "date")):
        frames[name] = with_days(frames[name], column)
    for name in (name for name, frame in frames.items() if "phrase" in frame):
        frames[name] = frames[name].assign(phrase=frames[name]["phrase"].map(visible))
    return {name: tables.coerce(frames[name], table) for name, table in schema.TABLES.items()}


def datapackage(vocabulary: Vocabulary) -> dict[str, object]:
    """The descriptor of the curated tables, a Frictionless data package."""
    return {
        "name": "moroccan-fighters-record",
        "title": "Published claims about the Moroccans who left for Syria and Iraq",
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "description": f"A row is {table.what}.",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [column.frictionless(vocabulary) for column in table.columns],
                    "primaryKey": table.primary_key,
                    "foreignKeys": table.foreign_keys,
                },
            }
            for table in schema.TABLES.values()
        ],
    }


def _sources(folders: Iterable[Path], problems: list[Problem]) -> pd.DataFrame:
    """The source.toml of each folder as one table of text."""
    table = schema.TABLES["sources"]
    wanted = [name for name in table.raw_columns if name != table.id]
    rows: list[tables.Row] = []
    for folder in folders:
        file = f"{folder.name}/source.toml"
        try:
            content = tables.read_text(folder / "source.toml", file, "what `analysis intake` writes there")
            values = tomllib.loads(content)
        except EvidenceError as error:
            problems.extend(error.problems)
            continue
        except tomllib.TOMLDecodeError as error:
            problems.append(Problem(file, str(error), "TOML in UTF-8"))
            continue
        if sorted(values) != sorted(wanted):
            problems.append(Problem(file, f"the keys {', '.join(sorted(values))}", ", ".join(sorted(wanted))))
            continue
        for key, value in values.items():
            if not isinstance(value, str | bool):
                problems.append(Problem(f"{file}, key {key}", repr(value), 'text in quotes, such as "2017-03"'))
        cells = (values[key] for key in wanted)
        rows.append([folder.name, *(str(v).lower() if isinstance(v, bool) else str(v) for v in cells), file, 1])
    frame = tables.to_frame(rows, table)
    problems.extend(
        replace(problem, file=f"{problem.file}, key {problem.column}", row=None, column="")
        for problem in (
            *tables.check(frame, table, {}),
            *tables.unsafe_cells(frame, table),
            *rules.date_problems(frame, "published"),
        )
    )
    return frame
