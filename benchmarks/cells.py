"""How many wrong cells are caught, and by what? Every cell of the raw tables, changed one at a time in several ways.

A changed row is put to the checks of its row; what gets through and bears on other rows, to the checks across them. That
this is what the whole validation would say is checked on a sample of the changes. What validation lets through is put
to ``make verify``, and a sample of what that lets through to the analyses: do their findings or tables change?
"""

import dataclasses
import random
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pandas as pd

from analysis.analyses import claims as evidence
from analysis.analyses import deaths_by_year, pathways, returnees_and_arrests
from analysis.evidence import curate, paths, rules, schema, tables
from analysis.evidence.intake import verify
from analysis.evidence.problems import EvidenceError
from analysis.evidence.record import Record
from analysis.evidence.scenario import parameters, scenario
from analysis.evidence.text import Span, Text

WAYS = {
    "digit": "a digit is another",
    "other": "another term of its vocabulary, or what another row holds",
    "empty": "emptied",
    "space": "a space after it",
    "letters": "two neighbouring letters change places",
    "shift": "the span begins and ends a character later",
    "doubled": "the row stands twice",
    "dropped": "the row is not there",
}
STAGES = ("validation", "verify, without the texts", "verify, with the texts", "nothing but the data itself")
CELLS, AGREEING = 20, 30
"""So many cells of each column are changed, or all; so many changes that are caught, and not, are put to the whole check."""

RESTED_ON = {
    "codebook": ("field", "term", "part_of", "exclusive", "(row)"),
    "measures": ("measure", "unit", "part_of", "exclusive", "(row)"),
    "cases": ("case_id", "(row)"),
    "sources": ("published",),
    "speakers": ("speaker", "(row)"),
    "questions": ("question", "(row)"),
    "parameters": ("parameter", "question", "value", "answer", "(row)"),
}
"""Columns that rows of other tables rest on: a change there is put to the whole validation."""

NAMES = ("label", "name", "short")
"""Columns whose cells no other row may have."""

SHOWN_EACH = {"findings": 3, "evidence": 1}
"""So many of what is caught by nothing, in each column, are put to the analyses."""

Changes = pd.DataFrame
"""Changed rows of one table: its columns, and which ``column`` of the row ``at`` which place was changed in which ``way``; ``row`` numbers
them, and is how a problem names one."""


@dataclasses.dataclass
class Campaign:
    """The record as it stands, and the checks that a change of it is put to."""

    frames: tables.Frames
    vocabulary: schema.Vocabulary
    texts: dict[str, Text]
    draw: random.Random = dataclasses.field(default_factory=lambda: random.Random(1))

    def changes(self, table: schema.Table) -> Changes:
        """Every cell of ``table`` changed in every way that changes it, one at a time."""
        frame = self.frames[table.name]
        stored = frame.to_dict("records")
        columns = [column for column in table.raw if column.name in frame]
        if table is schema.TABLES["sources"]:
            columns = columns[1:]  # its folder's name
        rows = []

        def change(at: int, column: str, way: str, **cells: str) -> None:
            rows.append(stored[at] | cells | {"at": at, "was": stored[at]["row"], "column": column, "way": way})

        for column in columns:
            for at in self._some(stored):
                for way, cell in self._ways(column, frame, stored[at][column.name]):
                    if cell != stored[at][column.name]:
                        change(at, column.name, way, **{column.name: cell})
        if "char_start" in frame:
            for at in self._some(stored):
                moved = {name: str(int(stored[at][name]) + 1) for name in ("char_start", "char_end")}
                change(at, "char_start", "shift", **moved)
        if table is not schema.TABLES["sources"]:
            for at in self._some(stored):
                change(at, "(row)", "doubled")
                change(at, "(row)", "dropped")
        return pd.DataFrame(rows).assign(row=range(len(rows)))

    def _some(self, rows: list[Any]) -> list[int]:
        return sorted(self.draw.sample(range(len(rows)), min(CELLS, len(rows))))

    def _ways(self, column: schema.Column, frame: pd.DataFrame, cell: str) -> Iterator[tuple[str, str]]:
        draw = self.draw
        if digits := [place for place, sign in enumerate(cell) if sign.isdigit()]:
            place = draw.choice(digits)
            yield "digit", cell[:place] + str((int(cell[place]) + draw.randint(1, 9)) % 10) + cell[place + 1 :]
        terms = self.vocabulary.get(column.terms) or set(frame[column.name])
        if column.type == "boolean":
            terms = {"true", "false"}
        if others := sorted(set(terms) - {cell, ""}):
            yield "other", draw.choice(others)
        yield "empty", ""
        yield "space", cell + " "
        letters = [p for p in range(len(cell) - 1) if cell[p : p + 2].isalpha() and cell[p] != cell[p + 1]]
        if letters:
            place = draw.choice(letters)
            yield "letters", cell[:place] + cell[place + 1] + cell[place] + cell[place + 2 :]

    def with_change(self, table: schema.Table, change: dict[str, Any]) -> pd.DataFrame:
        """The whole table with one change."""
        frame = self.frames[table.name].copy()
        if change["way"] == "dropped":
            return frame.drop(index=change["at"]).reset_index(drop=True)
        row = pd.DataFrame([change | {"row": change["was"]}])[frame.columns].astype(frame.dtypes)
        if change["way"] == "doubled":
            return pd.concat([frame, row], ignore_index=True)
        frame.loc[change["at"]] = row.iloc[0]
        return frame

    def refused(self, table: schema.Table, change: dict[str, Any]) -> bool:
        """Whether the whole validation refuses the record with one change."""
        frames = self.frames | {table.name: self.with_change(table, change)}

        def to_frame(_: object, asked: schema.Table) -> pd.DataFrame:
            return frames[asked.name][[*asked.raw_columns, "file", "row"]]

        with mock.patch.object(tables, "read_raw", lambda *_: []), mock.patch.object(tables, "to_frame", to_frame):
            try:
                curate.read(paths.RAW)
            except EvidenceError:
                return True
        return False

    def put(self, table: schema.Table) -> Changes:
        """The changes of a table, each with the ``stage`` that catches it."""
        changes = self.changes(table)
        caught = self._alone(table, changes)
        stage = pd.Series("", changes.index).mask(caught, STAGES[0])
        for place in changes.index[~caught]:
            change = changes.loc[place].to_dict()
            across = self.refused if change["column"] in RESTED_ON.get(table.name, ()) else self._against_others
            stage[place] = STAGES[0] if across(table, change) else STAGES[3]
        for place in stage.index[stage == STAGES[3]]:
            row = changes.loc[[place]]
            if table in (schema.TABLES["claims"], schema.TABLES["wider"]) and any(verify._misquoted(row)):
                stage[place] = STAGES[1]
            elif "char_start" in changes and self._lost(table, row.to_dict("records")[0]):
                stage[place] = STAGES[2]
        return changes.assign(stage=stage)

    def _alone(self, table: schema.Table, changes: Changes) -> "pd.Series[bool]":
        """Which changes the checks of a row by itself refuse, and those of keys."""
        problems = list(tables.check_cells(changes, table, self.vocabulary))
        if table in (*schema.BY_SOURCE, schema.TABLES["wider"]):
            problems += rules.row_problems(changes, table)
            problems += rules.context_problems(changes, self.frames)
            problems += rules.stage_problems(changes, self.vocabulary)
        if table in (schema.TABLES["explanations"], schema.TABLES["codings"]):
            problems += rules.frame_problems(changes)
        if table is schema.TABLES["codings"]:
            problems += rules.coding_problems(changes)
        if table is schema.TABLES["cases"]:
            problems += rules.case_problems(changes)
        if table in (schema.TABLES["claims"], schema.TABLES["wider"]):
            problems += rules.figure_problems(changes)
            problems += rules.measure_problems(changes, self.frames["measures"])
        if table is schema.TABLES["sources"]:
            problems += rules.date_problems(changes, "published")
        key = table.primary_key
        taken = pd.MultiIndex.from_frame(changes[key]).isin(pd.MultiIndex.from_frame(self.frames[table.name][key]))
        again = changes["way"].eq("doubled") | (changes["column"].isin(key) & taken)
        return again | (changes["row"].isin({problem.row for problem in problems}) & changes["way"].ne("dropped"))

    def _against_others(self, table: schema.Table, change: dict[str, Any]) -> bool:
        """Whether the readings that bear on a changed row, or the rows with the same name, refuse it."""
        frames = self.frames | {table.name: self.with_change(table, change)}
        was = self.frames[table.name].loc[change["at"]]
        if change["column"] in NAMES and any(rules.name_problems(frames)):
            return True
        if table in (schema.TABLES["readings"], schema.TABLES["patches"]):
            touched = {was["ambiguity"], change["ambiguity"]}
        elif table in (schema.TABLES["claims"], schema.TABLES["wider"]):
            patches = self.frames["patches"]
            touched = set(patches.loc[patches["claim_id"].eq(was["claim_id"]), "ambiguity"])
        else:
            return False
        part = {name: frames[name][frames[name]["ambiguity"].isin(touched)] for name in ("readings", "patches")}
        return bool(touched) and any(rules.reading_problems(frames | part, self.vocabulary))

    def _lost(self, table: schema.Table, change: dict[str, Any]) -> bool:
        """Whether a changed row does not lead to its words, or a dropped one leaves a number that no row holds."""
        text = self.texts[change["source_id"]]
        if change["way"] != "dropped":
            return verify.locate(text, change)[0] != "found"
        if table.name not in verify.COVERING:
            return False
        rows = pd.concat([self.frames[name].assign(table=name) for name in verify.COVERING], ignore_index=True)
        itself = rows["table"].eq(table.name) & rows["row"].eq(change["was"])
        others = rows[rows["source_id"].eq(change["source_id"]) & ~itself]
        spans = [
            Span(int(start), int(end)) for start, end in zip(others["char_start"], others["char_end"], strict=True)
        ]
        return bool(verify.overlooked(text, spans))

    def record(self, table: schema.Table | None = None, change: dict[str, Any] | None = None) -> Record:
        """The curated record, with one change or none."""
        frames = self.frames | ({table.name: self.with_change(table, change)} if table and change else {})
        loaded = curate.derived(frames)
        return Record(loaded, scenario(parameters(loaded), {}))


ANALYSES = {
    "findings": (deaths_by_year, returnees_and_arrests, pathways),
    "evidence": (evidence,),
}


def told(record: Record, group: str) -> list[str]:
    """All that the analyses of a group return, as text."""
    results = [analysis.analyse(record) for analysis in ANALYSES[group]]
    values = [getattr(result, field.name) for result in results for field in dataclasses.fields(result)]
    return [value.to_csv() if isinstance(value, pd.DataFrame) else repr(value) for value in values]


def campaign() -> Campaign:
    """The record as it is committed. Raises FileNotFoundError where a text is not at hand."""
    frames, vocabulary = curate.read(paths.RAW)
    by_hash, _ = verify.available(paths.texts())
    sources = frames["sources"]
    if missing := sorted(set(sources["text_sha256"]) - set(by_hash)):
        raise FileNotFoundError(f"{len(missing)} of the texts are not at hand: name their folder in ARTICLE_TEXTS.")
    texts = {name: Text(by_hash[sha]) for name, sha in zip(sources["source_id"], sources["text_sha256"], strict=True)}
    return Campaign(frames, vocabulary, texts)


def measure() -> dict[str, Any]:
    """For each column and way: how many changes were made, what caught them, and how many of the rest showed in a result."""
    whole = campaign()
    every = {}
    for table in schema.TABLES.values():
        every[table.name] = whole.put(table)
        print(f"  {table.name}: {len(every[table.name])} changes", file=sys.stderr, flush=True)
    changes = pd.concat([made.assign(table=name) for name, made in every.items()], ignore_index=True)
    agreeing = 0
    for caught in (True, False):
        rows = changes[changes["stage"].eq(STAGES[0]) == caught].sample(AGREEING, random_state=1)
        for name, place in zip(rows["table"], rows["row"], strict=True):
            table = schema.TABLES[name]
            agreeing += whole.refused(table, every[name].loc[place].to_dict()) == caught
    counts = changes.groupby(["table", "column", "way", "stage"], sort=False).size()
    return {
        "cells": len({*zip(changes["table"], changes["at"], changes["column"], strict=True)}),
        "agreeing": agreeing,
        "counts": [[*at, int(count)] for at, count in counts.items()],
        "shown": shown(whole, changes[changes["stage"].eq(STAGES[3])]),
    }


def shown(whole: Campaign, uncaught: Changes) -> list[list[Any]]:
    """Of each column, how many of the uncaught changes were put to a group of analyses, and how many showed there."""
    found = []
    before = {group: told(whole.record(), group) for group in ANALYSES}
    for group, each in SHOWN_EACH.items():
        rows = uncaught.sample(frac=1, random_state=1).groupby(["table", "column"], sort=False).head(each)
        if group == "evidence":
            rows = rows[rows["table"].eq("claims")]
        for (name, column), part in rows.groupby(["table", "column"], sort=False):
            table = schema.TABLES[name]
            moved = 0
            for change in part.to_dict("records"):
                try:
                    moved += told(whole.record(table, change), group) != before[group]
                except Exception:  # an analysis that stops has shown the change
                    moved += 1
            found.append([group, name, column, len(part), moved])
        print(f"  {group}: {len(rows)} changes", file=sys.stderr, flush=True)
    return found


def section(results: dict[str, Any]) -> list[str]:
    """The figure, by stage and table; and what nothing but the data itself shows."""
    counts = pd.DataFrame(results["counts"], columns=["table", "column", "way", "stage", "n"])
    total = counts["n"].sum()
    by = counts.pivot_table(index="table", columns="stage", values="n", aggfunc="sum", fill_value=0, sort=False)
    by = by.reindex(columns=list(STAGES), fill_value=0)
    caught = counts.loc[counts["stage"] != STAGES[3], "n"].sum()
    lines = [
        "## Wrong cells",
        "",
        f"{total:,} changes of {results['cells']:,} cells and rows, one at a time: {caught:,} ({caught / total:.0%}) are caught, "
        f"{by[STAGES[0]].sum():,} by validation, {by[STAGES[1]].sum() + by[STAGES[2]].sum():,} more by `make verify`; the rest "
        "shows as changed bytes in `data/curated` alone. Of "
        f"{2 * AGREEING} changes put to the whole validation, {results['agreeing']} were judged as here.",
        "",
        f"Changed were {CELLS} cells of each column, or all, in each of these ways: {'; '.join(WAYS.values())}.",
        "",
        f"| table | changes | {' | '.join(STAGES)} |",
        f"|---|{'---:|' * (len(STAGES) + 1)}",
    ]
    lines += [f"| {name} | {row.sum():,} | {' | '.join(f'{n:,}' for n in row)} |" for name, row in by.iterrows()]
    lines += [
        "",
        "### What nothing catches",
        "",
        "A term for another of its vocabulary, free words, ids, dates within their window: only a second reading of the "
        "source shows them. A wrong hash of a text is taken for another capture of the article. The last column: of some "
        "of these changes, how many move a finding or table of the deaths, the returnees or the pathways, or, for claims, "
        "of the evidence too.",
        "",
        "| column | uncaught | of | ways | shown in a finding or table |",
        "|---|---:|---:|---|---:|",
    ]
    put = pd.DataFrame(results["shown"], columns=["group", "table", "column", "put", "moved"])
    put = put.groupby(["table", "column"])[["moved", "put"]].sum()
    for (name, column), rows in counts.groupby(["table", "column"], sort=False):
        missed = rows[rows["stage"].eq(STAGES[3])]
        if len(missed):
            moved, of = put.loc[(name, column)]
            ways = ", ".join(f"{row.way} {row.n}" for row in missed.itertuples())
            lines.append(f"| {name}.{column} | {missed['n'].sum()} | {rows['n'].sum()} | {ways} | {moved} of {of} |")
    return lines
