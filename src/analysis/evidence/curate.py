"""How do the raw tables become the curated ones? ``make data``.

Reads everything, reports every fault at once, and only then writes: validated, typed, sorted, with derived columns,
and a ``datapackage.json`` that describes them (Frictionless Table Schema).
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import paths
from analysis.evidence import schema as tables
from analysis.evidence.dates import Days, days
from analysis.evidence.hedges import COUNTED, NUMBERED
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.record import derive, parameters, patched

RESERVED = ("texts", "wider")
"""Folders of data/raw that hold no source."""

TIMES = frozenset({"days", "weeks", "months", "years"})
"""Units of a length of time."""

PHASES = {"hafez_mullins": {"departure"}, "push_pull_personal": {"departure"}, "neumann": {"life_inside", "exit"}}
"""The phases of the way that each coding frame is made for."""

CODED = {
    "claim": ("measure", "hedge", "kind", "population", "modality"),
    "explanation": ("phase", "direction"),
}
"""What a coder gives of each kind of unit, and of no other."""

WORD = re.compile(r"\w+")
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
        paths.write(curated / f"{table.name}.csv", tables.text(frames[table.name]))
    paths.write(curated / "datapackage.json", json.dumps(datapackage(vocabulary), indent=1, ensure_ascii=False) + "\n")
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
        elif not re.fullmatch(tables.ID, folder.name):
            expected = f"a folder named by publisher and month, such as gazette-2016-05 ({tables.ID})"
            problems.append(Problem(folder.name, "this name", expected, remedy="Rename the folder."))
        else:
            sources.append(folder)
    return sources


def read(raw: Path) -> tuple[Frames, tables.Vocabulary]:
    """The raw tables as text, checked, each source's tables put together. Raises EvidenceError."""
    problems: list[Problem] = []
    frames: Frames = {}

    def take(table: tables.Table, vocabulary: tables.Vocabulary, *files: Path) -> pd.DataFrame:
        rows: list[tables.Row] = []
        for path in files:
            try:
                rows += tables.read_raw(path, table, path.relative_to(raw).as_posix())
            except EvidenceError as error:
                problems.extend(error.problems)
        frame = tables.framed(rows, table)
        problems.extend(tables.check(frame, table, vocabulary))
        problems.extend(tables.harmful(frame, table))
        return frame

    for table in (tables.CODEBOOK, tables.MEASURES):
        frames[table.name] = take(table, {}, raw / f"{table.name}.csv")
    vocabulary = _vocabulary(frames)
    frames["readings"] = take(tables.READINGS, vocabulary, raw / "readings.csv")

    folders = _source_folders(raw, problems)
    frames["sources"] = _sources(folders, problems)
    for table in tables.BY_SOURCE:
        frame = take(table, vocabulary, *(folder / f"{table.name}.csv" for folder in folders))
        frames[table.name] = frame.assign(source_id=frame["file"].str.split("/").str[0])
    frames["wider"] = take(tables.WIDER, vocabulary, raw / "wider" / "figures.csv").assign(source_id="wider")
    for table in (*tables.BY_SOURCE, tables.WIDER):
        problems.extend(_row_problems(frames[table.name], table, frames["cases"]["case_id"]))
        problems.extend(_context_problems(frames[table.name], frames))
    for name in ("explanations", "codings"):
        problems.extend(_coding_problems(frames[name]))
    for name in ("claims", "wider"):
        problems.extend(_claim_problems(frames[name]))
        problems.extend(_measure_problems(frames[name], frames["measures"]))
    problems.extend(_speaker_problems(frames))
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
        claims["ambiguity"] = claims["claim_id"].map(lambda claim: touched.get(claim, ""))
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
    wanted = [column for column in tables.SOURCES.raw_columns if column != "source_id"]
    rows: list[tables.Row] = []
    for folder in folders:
        file = f"{folder.name}/source.toml"
        try:
            values = tomllib.loads(
                tables.read_text(folder / "source.toml", file, "what `analysis intake` writes there")
            )
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
    frame = tables.framed(rows, tables.SOURCES)
    problems.extend(
        replace(problem, file=f"{problem.file}, key {problem.column}", row=None, column="")
        for problem in (
            *tables.check(frame, tables.SOURCES, {}),
            *tables.harmful(frame, tables.SOURCES),
            *_date_problems(frame, "published"),
        )
    )
    return frame


def _with_days(frame: pd.DataFrame, column: str, prefix: str) -> pd.DataFrame:
    windows = [days(cell) for cell in frame[column]]
    return frame.assign(
        **{
            f"{prefix}_start": [first.isoformat() if first else "" for first, _ in windows],
            f"{prefix}_end": [last.isoformat() if last else "" for _, last in windows],
        }
    )


def _faults(
    frame: pd.DataFrame, wrong: pd.Series, column: str, found: Callable[[Any], str], expected: str, remedy: str = ""
) -> Iterator[Problem]:
    """A problem for each row of ``frame`` that is ``wrong``; ``found`` says of a row what stands there."""
    for row in frame[wrong].to_dict("records") if wrong.any() else ():
        yield Problem(row["file"], found(row), expected, row["row"], column, remedy)


def _cell(column: str) -> Callable[[Any], str]:
    """Says what stands in ``column`` of a row."""
    return lambda row: repr(row[column])


def _date_problems(frame: pd.DataFrame, column: str) -> Iterator[Problem]:
    wrong = {}
    for cell in frame[column].unique():
        try:
            days(cell) if cell else None
        except ValueError as error:
            wrong[cell] = str(error) if repr(cell) in str(error) else f"{cell!r}: {error}"
    expected = "an EDTF date such as 2016-08 or 2015/2016"
    yield from _faults(frame, frame[column].isin(wrong), column, lambda row: wrong[row[column]], expected)


def _row_problems(frame: pd.DataFrame, table: tables.Table, cases: pd.Series) -> Iterator[Problem]:
    """What no single column shows: ids and folders, spans, phrase lengths, dates, cases that do not exist."""
    for column in ("period", "as_of", "date"):
        if column in frame:
            yield from _date_problems(frame, column)
    key = table.columns[0].name
    held = pd.Series([one.startswith(f"{source}.") for one, source in zip(frame[key], frame["source_id"], strict=True)])
    yield from _faults(frame, ~held.astype(bool), key, _cell(key), "an id that begins with its source and a point")
    if "char_start" in frame:
        start, end = (_numbers(frame[name]) for name in ("char_start", "char_end"))
        span = lambda row: f"{row['char_start']} to {row['char_end']}"  # noqa: E731
        yield from _faults(frame, start >= end, "char_end", span, "a start before the end")
    words = frame["phrase"].map(lambda phrase: len(WORD.findall(phrase)))
    yield from _faults(
        frame,
        words > MAX_WORDS,
        "phrase",
        lambda row: f"{len(WORD.findall(row['phrase']))} words",
        f"{MAX_WORDS} at most",
        "Quote less of the sentence.",
    )
    if key != "case_id" and "case_id" in frame:
        missing = ~frame["case_id"].isin(["", *cases])
        expected = "a case_id of some cases.csv, or nothing"
        yield from _faults(frame, missing, "case_id", _cell("case_id"), expected)


def _numbers(cells: pd.Series) -> pd.Series:
    """The numbers in ``cells``; none where there is none, which is the column's problem."""
    return pd.to_numeric(cells.where(cells.str.fullmatch(tables.NUMBER), None)).astype("float64")


def _claim_problems(claims: pd.DataFrame) -> Iterator[Problem]:
    """Numbers that their hedge, unit or kind does not admit."""
    value, end = (_numbers(claims[name]) for name in ("value", "value_to"))
    given, given_end = claims["value"].ne(""), claims["value_to"].ne("")
    hedge, unit, share = claims["hedge"], claims["unit"], claims["kind"].eq("share")
    top = value.where(end.isna() | (value > end), end)
    for wrong, column, found, expected in (
        (
            given != hedge.isin(NUMBERED),
            "value",
            lambda row: f"{row['value']!r} with the hedge {row['hedge']}",
            "a number for every hedge but vague, and none for vague",
        ),
        (given_end != hedge.eq("range"), "value_to", _cell("value_to"), "the far end of a range, and of nothing else"),
        (end < value, "value_to", lambda row: f"{row['value']} to {row['value_to']}", "a range that rises"),
        (unit.eq("share") & (top > 1), "value", _cell("value"), "a fraction of 1, such as 0.38 for 38%"),
        (
            hedge.isin(["about", "less_than"]) & value.eq(0),
            "value",
            lambda row: f"{row['hedge']} 0",
            "a number above 0 for about and less_than",
        ),
        (unit.isin(COUNTED) & (value % 1).gt(0), "value", _cell("value"), "a whole number"),
        (unit.isin(COUNTED) & (end % 1).gt(0), "value_to", _cell("value_to"), "a whole number"),
        (
            share != unit.eq("share"),
            "unit",
            lambda row: f"unit {row['unit']} for the kind {row['kind']}",
            "shares in the unit share",
        ),
        (claims["base"].ne("") != share, "base", _cell("base"), "the whole of a share, and nothing else"),
    ):
        yield from _faults(claims, wrong, column, found, expected)


def _measure_problems(claims: pd.DataFrame, measures: pd.DataFrame) -> Iterator[Problem]:
    """Units and windows that the measure or the kind does not admit."""
    kind, unit, period = claims["kind"], claims["unit"], claims["period"]
    own = claims["measure"].map(measures.drop_duplicates("measure").set_index("measure")["unit"])
    years = period.map(lambda cell: {day.year for day in _days(cell) if day})
    for wrong, column, found, expected in (
        (
            ~(unit.eq(own) | unit.isin(["share", "rank"]) | (unit.isin(TIMES) & own.isin(TIMES))) & own.notna(),
            "unit",
            lambda row: f"unit {row['unit']} for the measure {row['measure']}",
            "the unit that measures.csv gives the measure, a share of it or a rank by it",
        ),
        (
            kind.eq("rank").ne(unit.eq("rank")) | kind.isin(["duration", "age"]).ne(unit.isin(TIMES)),
            "kind",
            lambda row: f"kind {row['kind']} in the unit {row['unit']}",
            "ranks in the unit rank, durations and ages in a unit of time, and nothing else in those",
        ),
        (
            kind.eq("age").ne(claims["measure"].eq("age")),
            "kind",
            lambda row: f"kind {row['kind']} of the measure {row['measure']}",
            "the kind age for the measure age, and for nothing else",
        ),
        (
            kind.eq("stock") & period.ne(""),
            "period",
            lambda row: f"{row['period']} for a stock",
            "nothing; a stock is of one date, its as_of",
        ),
        (
            claims["base_n"].ne("") & kind.ne("share"),
            "base_n",
            lambda row: f"{row['base_n']} for the kind {row['kind']}",
            "the number of units behind a share, and of nothing else",
        ),
        (
            claims["applies"].eq("each") & years.map(len).lt(2),
            "applies",
            lambda row: f"each, of the window {row['period']!r}",
            "a window of several years, where the figure is of each",
        ),
    ):
        yield from _faults(claims, wrong, column, found, expected)


def _context_problems(frame: pd.DataFrame, frames: Frames) -> Iterator[Problem]:
    """What does not fit the source it stands in, or the case it is of."""
    own = frame["source_id"]
    published = {row.source_id: _days(row.published)[1] for row in frames["sources"].itertuples()}
    last = own.map(published.get)
    for column in [name for name in ("as_of", "period", "date") if name in frame]:
        first = frame[column].map(lambda cell: _days(cell)[0])
        late = pd.Series([bool(day and end and day > end) for day, end in zip(first, last, strict=True)], frame.index)
        if column == "period" and "modality" in frame:
            late &= ~frame["modality"].isin(["intent", "forecast"])
        yield from _faults(frame, late, column, _cell(column), "a date not after the source's publication")
    if "char_start" in frame:
        start, end = (_numbers(frame[name]) for name in ("char_start", "char_end"))
        yield from _faults(
            frame,
            (end - start).lt(frame["phrase"].str.len()) & (start < end),
            "char_end",
            lambda row: f"{row['char_start']} to {row['char_end']} for {len(row['phrase'])} characters",
            "a place with room for the phrase",
        )
    if "case_id" in frame and frame.columns[0] != "case_id":
        case = frame["case_id"]
        other = case.ne("") & case.str.split(".").str[0].ne(own)
        yield from _faults(frame, other, "case_id", _cell("case_id"), "a case of the same source")
        if "population" in frame:
            lone = frame["population"].eq("case_persons") & case.eq("")
            yield from _faults(frame, lone, "case_id", _cell("case_id"), "the case whose persons are counted")


def _coding_problems(frame: pd.DataFrame) -> Iterator[Problem]:
    """Codes of a frame in a phase that it is not made for; of codings, what the unit or the coder's id does not admit."""
    for name, phases in PHASES.items():
        yield from _faults(
            frame,
            frame[name].ne("") & ~frame["phase"].isin(phases),
            name,
            _cell(name),
            f"codes of this frame for {' and '.join(sorted(phases))} alone",
        )
    if "coder" in frame:
        own = frame["coding_id"].str.extract(r"\.([ab])[0-9]+$")[0]
        other = frame["coder"].ne(own)
        yield from _faults(frame, other, "coder", _cell("coder"), "the coder in the coding_id")
        for name, unit in ((name, unit) for unit, names in CODED.items() for name in names):
            wrong = frame[name].ne("") != frame["unit_type"].eq(unit)
            yield from _faults(frame, wrong, name, _cell(name), f"a value for every {unit}, and for nothing else")


def _speaker_problems(frames: Frames) -> Iterator[Problem]:
    """Speakers who are of one kind here and of another there, in one source."""
    names = {"speaker": "attributed_to", "speaker_role": "attribution_type"}
    columns = ["file", "row", "source_id", "attributed_to", "attribution_type"]
    said = [frames[name].rename(columns=names)[columns] for name in ("claims", "explanations", "wider")]
    rows = pd.concat(said, ignore_index=True)
    same = rows.groupby(["source_id", "attributed_to"])["attribution_type"]
    rows["kind"] = same.transform(lambda kinds: kinds.mode()[0])
    yield from _faults(
        rows,
        rows["attribution_type"].ne(rows["kind"]),
        "attribution_type",
        lambda row: f"{row['attributed_to']}: {row['attribution_type']}",
        "the same kind of speaker as elsewhere in the source",
    )


def _days(cell: str) -> Days:
    """First and last day of a date; none of what is no date, which is its column's problem."""
    try:
        return days(cell) if cell else (None, None)
    except ValueError:
        return None, None


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
    readings = frames["readings"]
    touched = [frame[frame["claim_id"].isin(readings["claim_id"])] for frame in (frames["claims"], frames["wider"])]
    every = pd.concat(touched, ignore_index=True).fillna("")
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
    names = Counter(parameter.name for parameter in parameters(frames))
    yield from _faults(
        readings,
        readings["ambiguity"].map(names) > 1,
        "ambiguity",
        _cell("ambiguity"),
        "a name that no other parameter has",
    )
    for (ambiguity, reading), rows in readings.groupby(["ambiguity", "reading"], sort=False):
        if rows["default"].nunique() > 1:
            yield Problem(
                "readings.csv", f"{ambiguity}: {reading} both default and not", "one or the other", column="default"
            )
    set_by = readings.groupby(["claim_id", "field"])["ambiguity"].transform("first")
    yield from _faults(
        readings,
        readings["ambiguity"].ne(set_by),
        "field",
        lambda row: f"{row['field']} of {row['claim_id']} set by {row['ambiguity']} and by another ambiguity",
        "each cell set by one ambiguity, so that no choice undoes another",
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
    if readings.empty:
        return
    patches = []
    for (_, reading), rows in readings.groupby(["ambiguity", "reading"], sort=False):
        patch = patched(every[every["claim_id"].isin(rows["claim_id"])], rows)
        patches.append(patch.assign(file=f"readings.csv, reading {reading}, applied to " + patch["file"]))
    checked = pd.concat(patches, ignore_index=True)
    wider = checked["source_id"].eq("wider")
    for table, part in ((tables.WIDER, wider), (tables.CLAIMS, ~wider)):
        yield from tables.check_cells(checked.loc[part, [*table.raw_columns, "file", "row"]], table, vocabulary)
    yield from _claim_problems(checked)
    yield from _measure_problems(checked, frames["measures"])
    for column in ("period", "as_of"):
        yield from _date_problems(checked, column)
