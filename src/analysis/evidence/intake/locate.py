"""Where is a phrase in a source's text, and which row does it begin? ``analysis locate``.

A coder writes rows with a phrase and what it means; ids, places, hashes and the usual values are filled in here.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import files, paths, schema, tables
from analysis.evidence.intake.verify import available
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.rules import MAX_WORDS
from analysis.evidence.text import Span, Text

LOCATOR = ("char_start", "char_end", "sentence_sha256")
DRAFTED = tuple(table for table in schema.BY_SOURCE if table.name != "codings")
"""The tables that get draft rows; what a coder coded blind is never touched."""


def locator(text: Text, span: Span) -> dict[str, str]:
    """The locator of ``span`` as a row holds it."""
    place = {"char_start": str(span.start), "char_end": str(span.end), "phrase": text.quote(span)}
    return place | {"sentence_sha256": text.sentence_hash(span)}


def free_ids(table: schema.Table, source: str, used: Iterable[str]) -> Iterator[str]:
    """The ids of ``table`` that no row of ``source`` has yet, from the next on; a claim's is SOURCE.c01."""
    letter = table.columns[0].pattern.removesuffix("[0-9]+")[-1]
    ends = (re.search(rf"\.{letter}([0-9]+)$", one) for one in used)
    first = max((int(end[1]) for end in ends if end), default=0) + 1
    return (f"{source}.{letter}{number:02}" for number in count(first))


def coded_text(source: str, raw: Path, folders: list[Path] | None) -> tuple[Text, dict[str, Any]]:
    """The text that ``source`` was coded from, and what its source.toml says. Raises EvidenceError."""
    form = raw / source / "source.toml"
    if not form.is_file():
        known = ", ".join(sorted(path.parent.name for path in raw.glob("*/source.toml")))
        raise EvidenceError(
            [Problem("--source", repr(source), f"one of {known}", remedy="`analysis intake` begins one.")]
        )
    described = tomllib.loads(form.read_text(encoding="utf-8"))
    texts, notes = available(paths.texts() if folders is None else folders)
    if described.get("text_sha256") not in texts:
        found = " ".join(["no text with the text_sha256 of this source.", *notes])
        where = "the coded text in data/raw/texts, or in the folder that ARTICLE_TEXTS names"
        raise EvidenceError([Problem(f"{source}/source.toml", found, where)])
    return Text(texts[described["text_sha256"]]), described


def locate_phrase(
    phrase: str, source: str, table: str = "", raw: Path = paths.RAW, folders: list[Path] | None = None
) -> str:
    """Each place of ``phrase``: span, hash and the words around it; for a ``table``, its header and a draft row."""
    text, described = coded_text(source, raw, folders)
    places = text.occurrences(phrase)
    if not places:
        expected = "words of the text, as printed"
        raise EvidenceError(
            [Problem(source, f"{phrase!r} nowhere in its text", expected, remedy="Copy them from the text.")]
        )
    if not table:
        return "\n".join(
            f"{place.start},{place.end},{text.sentence_hash(place)}  {text.quote(text.words_around(place, MAX_WORDS))!r}"
            for place in places
        )
    wanted = schema.TABLES[table]
    used = (row[0] for row in tables.read_raw(raw / source / f"{table}.csv", wanted, padded=True))
    free = free_ids(wanted, source, used)
    drafts = [draft(wanted, source, next(free), described) | locator(text, place) for place in places]
    return tables.to_csv(pd.DataFrame(drafts, columns=wanted.raw_columns)).rstrip("\n")


def draft(table: schema.Table, source: str, row_id: str, described: Mapping[str, Any]) -> dict[str, str]:
    """The usual values of a new row of ``table``."""
    number = re.search(r"[1-9][0-9]*$", row_id)
    known = {"source": source, "number": number[0] if number else 0, "published": described.get("published", "")}
    usual = {column.name: column.usual.format(**known) for column in table.raw if column.usual}
    return {table.id: row_id} | usual


def fill(source: str, raw: Path = paths.RAW, folders: list[Path] | None = None) -> str:
    """Complete every row of ``source`` that has a phrase and lacks its place, hash or id; every other cell stays.

    Raises EvidenceError, and writes nothing, where a phrase is not in the text or in several places of it.
    """
    text, described = coded_text(source, raw, folders)
    problems, contents = [], {}
    filled: Counter[str] = Counter()
    for table in DRAFTED:
        path = raw / source / f"{table.name}.csv"
        rows = tables.to_frame(tables.read_raw(path, table, padded=True), table).to_dict("records")
        free = free_ids(table, source, (row[table.id] for row in rows))
        changes: list[dict[str, str]] = []
        for row in rows:
            new: dict[str, str] = {}
            placed = all(row[name] for name in LOCATOR)
            if row["phrase"] and not (placed and row[table.id]):
                new = draft(table, source, row[table.id] or next(free), described)
                filled[table.name] += 1
            if row["phrase"] and not placed:
                start = row["char_start"]
                places = [place for place in text.occurrences(row["phrase"]) if start in ("", str(place.start))]
                if len(places) == 1:
                    new |= locator(text, places[0])
                else:
                    found = f"{row['phrase']!r} at {', '.join(map(str, places[:9])) or 'no place'} of the text"
                    remedy = (
                        "Give the char_start of the one that is meant." if places else "Copy the words from the text."
                    )
                    problems.append(Problem(row["file"], found, "one place", row["row"], "phrase", remedy))
            changes.append({name: cell for name, cell in new.items() if not row[name]})
        contents[path] = edited(path.read_bytes().decode("utf-8"), table, changes)
    if problems:
        raise EvidenceError(problems)
    for path, content in contents.items():
        files.write(path, content)
    return f"{source}: " + (", ".join(f"{name} {rows}" for name, rows in filled.items()) or "no row") + " completed"


_CELL = re.compile(r'("(?:[^"]|"")*"[^,\r\n]*|[^,\r\n]*)(,|\r\n|\r|\n|\Z)')


def edited(content: str, table: schema.Table, changes: Iterable[Mapping[str, str]]) -> str:
    """A table's ``content`` with the cells of ``changes``, a mapping a row; every other character as it was."""
    lines: list[list[list[str]]] = [[]]
    for cell, separator in _CELL.findall(content):
        lines[-1].append([cell, separator])
        if separator != ",":
            lines.append([])
    rows = [line for line in lines[1:] if len(line) > 1 or (line and line[0][0])]  # a blank line is no row
    for line, change in zip(rows, changes, strict=True):
        if change and (missing := len(table.raw_columns) - len(line)) > 0:
            end, line[-1][1] = line[-1][1] or "\n", ","
            line += [["", ","] for _ in range(missing - 1)] + [["", end]]
        for name, cell in change.items():
            place = line[table.raw_columns.index(name)]
            place[0] = f'"{cell}"' if place[0].startswith('"') else cell
    return "".join(cell + separator for line in lines for cell, separator in line)
