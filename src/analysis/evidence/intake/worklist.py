"""How does a source come in? Its folder, its text's fingerprint, and a worklist of every number in it.

``analysis intake``. What a person coded is never changed, but for locators: where the text changed and the sentence of
a coded row is still in it, they follow it.
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import files, paths, schema, tables
from analysis.evidence.curate import RESERVED
from analysis.evidence.intake.locate import DRAFTED, LOCATOR, edited, free_ids, locator
from analysis.evidence.intake.suggestions import suggestions
from analysis.evidence.intake.verify import COVERING, STATUSES, locate, overlooked
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.text import Text, visible

_SUGGESTED = ("table", "measure", "hedge", "value", "unit", "kind", "value_to")

_PAGE = re.compile(
    r"<(?:!doctype|!--|\?xml)|</[a-z][\w-]*\s*>|<[a-z][\w-]*\s+[\w-]+\s*=[^<>]*>|<(?:html|body|p|br|hr|h\d|td|li)\s*/?>",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[\w.#*]\s*\{\s*[a-z-]+\s*:[^{}]*;?\}|\b(?:var|let|const)\s+\w+\s*=|function\s*\w*\s*\([^)]*\)\s*\{|\w\([\"')]"
    r"|\|\||=>|\{\s*\"@?\w+\"\s*:|^(?:%PDF-|\{\\rtf|MIME-Version:)|=[\dA-F]{2}=[\dA-F]{2}"
)
"""What shows that a text is a saved page or another file: tags, styles, scripts, data, marks of its format."""


@dataclass(frozen=True)
class Intake:
    """What was done: the source's folder, whether it is new, its rows by status, and what is left to do."""

    folder: Path
    new: bool
    rows: Counter[str]
    todo: int

    def __str__(self) -> str:
        counts = ", ".join(f"{self.rows[status]} {status}" for status in STATUSES)
        first = f"{self.folder.name}: " + ("a new source" if self.new else f"coded rows: {counts}")
        left = f"{self.todo} to do in {self.folder.name}/todo.csv" if self.todo else "nothing left to do"
        form = f"; fill in {self.folder.name}/source.toml" if self.new else ""
        return f"{first}; {left}{form}"


def intake(file: Path, source: str, url: str = "", raw: Path = paths.RAW) -> Intake:
    """Bring the text in ``file`` in as ``source``, or follow it where it was brought in before and has changed.

    Writes ``raw/source``: the tables that are not there yet, the locators that moved, ``todo.csv`` where something is
    left to do, and ``source.toml`` last, so that a run that was cut short leaves no source but what the next run
    finishes. ``url`` is for a new source. Raises EvidenceError where one of the three, or a table, is not as it should
    be; nothing is written then.
    """
    folder = raw / source
    text = _taken(file, raw, source, url)
    described = folder / "source.toml"
    new = not described.exists()
    description = _described(described, sha256(text.content.encode()).hexdigest(), url)
    changed: dict[Path, str] = {}
    rows = _read(folder, text, changed)
    todo = pd.DataFrame(_todo(folder, text, rows), columns=schema.TODO.raw_columns)
    for path, content in changed.items():
        files.write(path, content)
    if len(todo):
        files.write(folder / "todo.csv", tables.to_csv(todo))
    else:
        (folder / "todo.csv").unlink(missing_ok=True)
    files.write(described, description)
    return Intake(folder, new, Counter(row["status"] for row in rows), len(todo))


def _taken(file: Path, raw: Path, source: str, url: str) -> Text:
    """The text in ``file``, once it and the folder's name are found fit."""
    problems = []
    if not re.fullmatch(schema.ID, source) or source in RESERVED:
        expected = f"publisher and month such as gazette-2016-05 ({schema.ID}), and none of {', '.join(RESERVED)}"
        problems.append(Problem("--id", repr(source), expected))
    elif (raw / source).is_symlink() or (raw / source).is_file():
        problems.append(Problem(source, "a link or a file", "a folder, or nothing yet"))
    if url and not (re.fullmatch(r"https?://\S+", url) and url.isprintable()):
        problems.append(Problem("--url", repr(url), "an address such as https://example.org/article"))
    try:
        content = file.read_bytes().decode("utf-8")
        if not content.strip():
            problems.append(Problem(str(file), "no text", "the source's text"))
        elif page := _PAGE.search(visible(content)) or _CODE.search(content):
            remedy = "Open the page in a browser, copy the article, and save it as plain text in UTF-8."
            found = f"a saved page, with {page.group()[:60]!r}"
            problems.append(Problem(str(file), found, "the article's text alone", remedy=remedy))
    except OSError as error:
        problems.append(Problem(str(file), str(error.strerror).lower(), "a file that can be read"))
    except UnicodeDecodeError as error:
        found = f"the byte 0x{error.object[error.start]:02x} at offset {error.start}"
        problems.append(Problem(str(file), found, "UTF-8", remedy="Save the text as UTF-8."))
    if problems:
        raise EvidenceError(problems)
    return Text(content)


def _described(path: Path, fingerprint: str, url: str) -> bytes:
    """What source.toml is to hold: a form to fill in, or what it holds with the fingerprint of the text as it is now."""
    if path.exists():
        stored = path.read_bytes()
        found = re.search(rb"(?m)^[ \t]*text_sha256[ \t]*=[ \t]*[\"']([^\"'\r\n]*)[\"']", stored)
        if not found:
            raise EvidenceError([Problem(f"{path.parent.name}/source.toml", "no such line", 'text_sha256 = "..."')])
        return stored[: found.start(1)] + fingerprint.encode() + stored[found.end(1) :]
    known: dict[str, Any] = {"url": url, "stored_copy_url": url, "reprint": False, "text_sha256": fingerprint}
    lines = [
        f"{column.name} = {json.dumps(known.get(column.name, ''), ensure_ascii=False)}  # {column.what}"
        for column in schema.TABLES["sources"].raw
        if column.name != "source_id"
    ]
    return ("\n".join(lines) + "\n").encode()


def _read(folder: Path, text: Text, changed: dict[Path, str]) -> list[dict[str, Any]]:
    """The coded rows of ``folder`` with their status and the span where each is now.

    Fills ``changed`` with the content of each table that is not there yet or whose locators moved.
    """
    problems: list[Problem] = []
    coded: dict[Path, tuple[schema.Table, list[dict[str, Any]]]] = {}
    for table in schema.BY_SOURCE:
        path = folder / f"{table.name}.csv"
        if not path.exists():
            changed[path] = ",".join(table.raw_columns) + "\n"
            continue
        frame = tables.to_frame(tables.read_raw(path, table), table)
        problems += tables.check(frame[[table.id, *LOCATOR, "phrase", "file", "row"]], table, {})
        coded[path] = table, frame.assign(table=table.name, row_id=frame[table.id]).to_dict("records")
    if problems:
        raise EvidenceError(problems)
    every = [row for _, rows in coded.values() for row in rows]
    for row in every:
        row["status"], row["places"] = locate(text, row)
    shift = lambda row, place: place.start - int(row["char_start"])
    kept = (row for row in every if row["status"] in ("found", "moved"))
    shifts = Counter(shift(row, place) for row in kept for place in row["places"])
    for path, (table, rows) in coded.items():
        for row in rows:
            if row["status"] == "moved":  # of several places of one sentence: as far as most other rows moved
                row["places"].sort(key=lambda place, row=row: -shifts[shift(row, place)])
            row["span"] = row["places"][0] if row["places"] else None
        moves = [locator(text, row["span"]) if row["status"] == "moved" else {} for row in rows]
        if any(moves):
            places = [{name: move[name] for name in ("char_start", "char_end") if move} for move in moves]
            changed[path] = edited(path.read_bytes().decode("utf-8"), table, places)
    return every


def _todo(folder: Path, text: Text, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The worklist: coded rows that lost their words, then every quantity that no coded row covers.

    What was filled in beside a phrase that is still to be coded stays.
    """
    todo = []
    empty = dict.fromkeys(schema.TODO.raw_columns, "")
    for row in rows:
        if row["status"] in {"changed", "missing"}:
            coded = {name: row[name] for name in schema.TODO.raw_columns if name in row}
            place = locator(text, row["span"]) if row["span"] else {"char_start": "", "char_end": ""}
            todo.append(empty | coded | place)
    filled = defaultdict(list)
    if (folder / "todo.csv").exists():
        before = tables.to_frame(tables.read_raw(folder / "todo.csv", schema.TODO), schema.TODO)
        for row in before[before["status"] == "todo"].to_dict("records"):
            cells = {name: row[name] for name in (*_SUGGESTED, "row_id", "label")}
            filled[row["phrase"], row["sentence_sha256"]].append(cells)
    covered = [row["span"] for row in rows if row["span"] and row["table"] in COVERING]
    for guess in suggestions(text):
        if not overlooked(text, covered, guess.span):
            continue
        place = locator(text, guess.span)
        kept = filled[place["phrase"], place["sentence_sha256"]]
        cells = kept.pop(0) if kept else {name: getattr(guess, name) for name in _SUGGESTED}
        todo.append(empty | {"status": "todo"} | place | cells)
    for table in DRAFTED:
        free = free_ids(table, folder.name, [row["row_id"] for row in (*rows, *todo)])
        for row in todo:
            if row["table"] == table.name and not row["row_id"]:
                row["row_id"] = next(free)
    return todo
