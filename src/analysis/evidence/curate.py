"""How do the raw tables become the curated ones? ``make data``.

Reads everything, reports every fault at once, and only then writes: validated, typed, sorted, with derived columns,
and a ``datapackage.json`` that describes them (Frictionless Table Schema).
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd

from analysis.evidence import paths, tables
from analysis.evidence.hedges import COUNTED, NUMBERED
from analysis.evidence.periods import days
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.record import decimal, derive, patched

MAX_WORDS = 8
"""A printed phrase of more words would be copying."""

Frames = dict[str, pd.DataFrame]


def curate(raw: Path = paths.RAW, curated: Path = paths.CURATED) -> Frames:
    """Derive the curated tables from ``raw``, write them to ``curated`` and return them.

    Raises EvidenceError with every problem found; nothing is written then.
    """
    frames, vocabulary = read(raw)
    frames = derived(frames)
    for table in tables.TABLES:
        paths.write(curated / f"{table.name}.csv", frames[table.name].to_csv(index=False, lineterminator="\n"))
    paths.write(curated / "datapackage.json", json.dumps(datapackage(vocabulary), indent=1, ensure_ascii=False) + "\n")
    return frames


def source_folders(raw: Path) -> list[Path]:
    """The folders that hold a source, by name."""
    return sorted(path.parent for path in raw.glob("*/source.toml"))


def read(raw: Path) -> tuple[Frames, tables.Vocabulary]:
    """The raw tables as text, checked, each source's tables put together. Raises EvidenceError."""
    problems: list[Problem] = []
    frames: Frames = {}

    def take(path: Path, table: tables.Table, vocabulary: tables.Vocabulary) -> pd.DataFrame:
        file = path.relative_to(raw).as_posix()
        try:
            frame = tables.read_raw(path, table, file)
        except EvidenceError as error:
            problems.extend(error.problems)
            return pd.DataFrame(columns=[*table.raw_columns, "file", "row"], dtype=str)
        problems.extend(tables.check(frame, table, vocabulary, file))
        return frame.assign(file=file, row=frame.index + 2)

    for table in (tables.CODEBOOK, tables.MEASURES):
        frames[table.name] = take(raw / f"{table.name}.csv", table, {})
    vocabulary = _vocabulary(frames)
    frames["readings"] = take(raw / "readings.csv", tables.READINGS, vocabulary)

    folders = source_folders(raw)
    frames["sources"] = _sources(folders, problems)
    for table in tables.BY_SOURCE:
        parts = [
            take(folder / f"{table.name}.csv", table, vocabulary).assign(source_id=folder.name) for folder in folders
        ]
        frames[table.name] = pd.concat(parts, ignore_index=True)
    frames["wider"] = take(raw / "wider" / "figures.csv", tables.WIDER, vocabulary).assign(source_id="wider")
    for table in (*tables.BY_SOURCE, tables.WIDER):
        problems.extend(_row_problems(frames[table.name], table, set(frames["cases"]["case_id"])))
    for name in ("claims", "wider"):
        problems.extend(_claim_problems(frames[name]))
    problems.extend(_part_problems(frames))
    if not problems:  # a reading is judged against claims that are sound
        problems.extend(_reading_problems(frames, vocabulary))
    if problems:
        raise EvidenceError(problems)
    return frames, vocabulary


def derived(frames: Frames) -> Frames:
    """The checked raw tables with their derived columns, typed, in the order of their schema."""
    touched = frames["readings"].groupby("claim_id")["ambiguity"].agg(lambda names: ";".join(sorted(set(names))))
    for name in ("claims", "wider"):
        claims = derive(frames[name])
        claims["ambiguity"] = claims["claim_id"].map(touched).fillna("")
        claims["family"] = claims["family"].where(claims["family"] != "", claims["claim_id"])
        frames = frames | {name: claims}
    frames = frames | {
        "sources": _with_days(frames["sources"], "published", "published"),
        "events": _with_days(frames["events"], "date", "date"),
    }
    return {table.name: tables.typed(table.order(frames[table.name]), table) for table in tables.TABLES}


def datapackage(vocabulary: tables.Vocabulary) -> dict[str, object]:
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
                    "primaryKey": list(table.primary_key),
                },
            }
            for table in tables.TABLES
        ],
    }


def _vocabulary(frames: Frames) -> tables.Vocabulary:
    terms = frames["codebook"].groupby("field")["term"].agg(frozenset).to_dict()
    return terms | {"measure": frozenset(frames["measures"]["measure"])}


def _sources(folders: Iterable[Path], problems: list[Problem]) -> pd.DataFrame:
    """The source.toml of each folder as one table of text."""
    rows = []
    for folder in folders:
        file = f"{folder.name}/source.toml"
        try:
            values = tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append(Problem(file, str(error), "TOML in UTF-8"))
            continue
        expected = [column for column in tables.SOURCES.raw_columns if column != "source_id"]
        if sorted(values) != sorted(expected):
            problems.append(Problem(file, f"the keys {', '.join(sorted(values))}", ", ".join(sorted(expected))))
            continue
        text = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}
        frame = pd.DataFrame([{"source_id": folder.name} | text], dtype=str)
        problems.extend(tables.check(frame, tables.SOURCES, {}, file))
        problems.extend(_date_problems(frame.assign(file=file, row=1), "published"))
        rows.append(frame)
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=tables.SOURCES.raw_columns, dtype=str)


def _with_days(frame: pd.DataFrame, column: str, prefix: str) -> pd.DataFrame:
    windows = [days(cell) for cell in frame[column]]
    return frame.assign(
        **{
            f"{prefix}_start": [first.isoformat() if first else "" for first, _ in windows],
            f"{prefix}_end": [last.isoformat() if last else "" for _, last in windows],
        }
    )


def _date_problems(frame: pd.DataFrame, column: str) -> Iterator[Problem]:
    for row in frame[frame[column] != ""].to_dict("records"):
        try:
            days(row[column])
        except ValueError as error:
            yield Problem(row["file"], str(error), "an EDTF date such as 2016-08 or 2015/2016", row["row"], column)


def _row_problems(frame: pd.DataFrame, table: tables.Table, case_ids: set[str]) -> Iterator[Problem]:
    """What no single column shows: ids and folders, spans, phrase lengths, dates, cases that do not exist."""
    for column in ("period", "as_of", "date"):
        if column in frame:
            yield from _date_problems(frame, column)
    key = table.columns[0].name
    for row in frame.to_dict("records"):
        file, number, source = row["file"], row["row"], row["source_id"]
        if not row[key].startswith(f"{source}."):
            yield Problem(file, repr(row[key]), f"an id that begins with {source}.", number, key)
        if (
            "char_start" in row
            and row["char_start"].isdigit()
            and row["char_end"].isdigit()
            and int(row["char_start"]) >= int(row["char_end"])
        ):
            yield Problem(
                file, f"{row['char_start']} to {row['char_end']}", "a start before the end", number, "char_end"
            )
        words = len(re.findall(r"\w+", row["phrase"]))
        if words > MAX_WORDS:
            yield Problem(
                file, f"{words} words", f"{MAX_WORDS} at most", number, "phrase", "Quote less of the sentence."
            )
        if key != "case_id" and row.get("case_id", "") not in {"", *case_ids}:
            yield Problem(file, repr(row["case_id"]), "a case_id of some cases.csv, or nothing", number, "case_id")


def _claim_problems(claims: pd.DataFrame) -> Iterator[Problem]:
    """Numbers that their hedge, unit or kind does not admit."""
    for row in claims.to_dict("records"):
        file, number = row["file"], row["row"]
        try:
            value, end = decimal(row["value"]), decimal(row["value_to"])
        except ArithmeticError:
            continue  # reported by the column's own check
        if (value is not None) != (row["hedge"] in NUMBERED):
            found = f"{row['value']!r} with the hedge {row['hedge']}"
            yield Problem(file, found, "a number for every hedge but vague, and none for vague", number, "value")
        if (end is not None) != (row["hedge"] == "range"):
            yield Problem(
                file, f"{row['value_to']!r}", "the far end of a range, and of nothing else", number, "value_to"
            )
        if value is not None and end is not None and end < value:
            yield Problem(file, f"{value} to {end}", "a range that rises", number, "value_to")
        top = max(value or Decimal(0), end or Decimal(0))
        if row["unit"] == "share" and top > 1:
            yield Problem(file, f"{top}", "a fraction of 1, such as 0.38 for 38%", number, "value")
        if row["hedge"] == "about" and value == 0:
            yield Problem(file, "about 0", "a number that has a last non-zero digit", number, "value")
        if row["unit"] in COUNTED and value is not None and value % 1:
            yield Problem(file, row["value"], "a whole number", number, "value")
        if (row["kind"] == "share") != (row["unit"] == "share"):
            yield Problem(
                file, f"unit {row['unit']} for the kind {row['kind']}", "shares in the unit share", number, "unit"
            )
        if (row["base"] != "") != (row["kind"] == "share"):
            yield Problem(file, repr(row["base"]), "the whole of a share, and nothing else", number, "base")


def _part_problems(frames: Frames) -> Iterator[Problem]:
    """Parts of what does not exist, and wholes that are in the end their own part."""
    for table, field in (("measures", "measure"), ("codebook", "term")):
        frame = frames[table]
        groups = frame.groupby("field", sort=False) if table == "codebook" else [("measure", frame)]
        for _, rows in groups:
            whole = dict(zip(rows[field], rows["part_of"], strict=True))
            for row in rows[rows["part_of"] != ""].to_dict("records"):
                where = {"file": row["file"], "row": row["row"], "column": "part_of"}
                seen, name = {row[field]}, row["part_of"]
                while name and name not in seen:
                    seen.add(name)
                    name = whole.get(name, "")
                if row["part_of"] not in whole:
                    yield Problem(found=repr(row["part_of"]), expected=f"a {field} of {table}.csv, or nothing", **where)
                elif name:
                    yield Problem(found=f"{row[field]} within {name} within itself", expected="a tree", **where)


def _reading_problems(frames: Frames, vocabulary: tables.Vocabulary) -> Iterator[Problem]:
    """Readings that are no choice, patch what does not exist, or leave out what the source literally says."""
    readings, every = frames["readings"], pd.concat([frames["claims"], frames["wider"]], ignore_index=True).fillna("")
    claims = every.set_index("claim_id")
    fields = [name for name in tables.CLAIMS.raw_columns if name != "claim_id"]
    sound = []
    for row in readings.to_dict("records"):
        where = {"file": row["file"], "row": row["row"]}
        if row["claim_id"] not in claims.index:
            yield Problem(
                found=repr(row["claim_id"]), expected="a claim_id of some claims.csv", column="claim_id", **where
            )
        elif row["field"] not in fields:
            yield Problem(found=repr(row["field"]), expected=f"one of {', '.join(fields)}", column="field", **where)
        else:
            sound.append(row)
    for (ambiguity, reading), rows in readings.groupby(["ambiguity", "reading"], sort=False):
        if rows["default"].nunique() > 1:
            yield Problem(
                "readings.csv", f"{ambiguity}: {reading} both default and not", "one or the other", column="default"
            )
    for ambiguity, rows in readings.groupby("ambiguity", sort=False):
        defaults = rows.loc[rows["default"] == "true", "reading"].nunique()
        if defaults != 1 or rows["reading"].nunique() < 2:
            found = f"{rows['reading'].nunique()} readings of {ambiguity}, {defaults} of them default"
            yield Problem("readings.csv", found, "two readings or more, one of them the default", column="default")
        touched = rows.groupby("reading")[["claim_id", "field"]].apply(
            lambda part: frozenset(map(tuple, part.to_numpy()))
        )
        if touched.nunique() > 1:
            found = f"readings of {ambiguity} that set different cells"
            yield Problem("readings.csv", found, "the same claims and fields in each, so that a choice is complete")
    if len(sound) < len(readings):
        return
    for ambiguity, rows in readings.groupby("ambiguity", sort=False):
        held = [claims.loc[claim, field] for claim, field in zip(rows["claim_id"], rows["field"], strict=True)]
        if not (rows["value"] == held).groupby(rows["reading"]).all().any():
            expected = "one reading that sets what claims.csv holds, so that the words as printed stay a choice"
            yield Problem("readings.csv", f"no reading of {ambiguity} as reported", expected, column="value")
    for (_, reading), rows in readings.groupby(["ambiguity", "reading"], sort=False):
        patch = patched(every, rows)
        patch = patch[patch["claim_id"].isin(rows["claim_id"])].reset_index(drop=True)
        at = f"readings.csv, reading {reading}, applied to"
        checked = patch.assign(file=[f"{at} {file}" for file in patch["file"]])
        for table, part in (
            (tables.WIDER, patch["source_id"].eq("wider")),
            (tables.CLAIMS, patch["source_id"].ne("wider")),
        ):
            held = patch.loc[part, table.raw_columns].reset_index(drop=True)
            yield from tables.check(held, table, vocabulary, at)
        yield from _claim_problems(checked)
        yield from _date_problems(checked, "period")
