"""Does every locator still lead to its words, and is nothing in the texts overlooked? ``make verify``."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import paths, schema
from analysis.evidence.curate import read
from analysis.evidence.numerals import numbers_in
from analysis.evidence.rules import MAX_WORDS
from analysis.evidence.text import Span, Text, normalised, visible

COVERING = ("claims", "events", "dismissed")
"""The tables whose spans account for a number-like word."""

STATUSES = ("found", "moved", "changed", "missing")


@dataclass
class Verification:
    """What was checked, and what does not hold.

    ``sources`` counts, for each source whose text is at hand, its rows by status and its ``uncoded`` numbers; of
    ``captured`` only another capture is at hand. ``notes`` are on texts that cannot be used.
    """

    sources: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    captured: list[str] = field(default_factory=list)
    missing_texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[str]:
        """How many rows there are of each status, in all sources."""
        counts: Counter[str] = sum(self.sources.values(), Counter())
        return Counter({status: counts[status] for status in STATUSES if counts[status]})


def verify(raw: Path = paths.RAW, folders: list[Path] | None = None) -> Verification:
    """Check every coded row of ``raw`` against its phrase and, where a text is at hand, against the text.

    ``folders`` are searched for the texts. Each row has the status that `locate` gives it. In another capture of the
    article than the coded one, rows that moved are no fault, and numbers that only this capture holds are not looked
    for. Raises EvidenceError where the raw tables themselves are faulty.
    """
    frames, _ = read(raw)
    result = Verification()
    for name in ("claims", "wider"):
        result.faults.extend(_misquoted(frames[name]))
    coded: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in schema.BY_SOURCE:
        for row in frames[table.name].to_dict("records"):
            coded[row["source_id"]].append(row | {"table": table.name, "id": row[table.id]})
    texts, result.notes = available(paths.texts() if folders is None else folders)
    captures = [Text(texts[sha]) for sha in sorted(set(texts) - set(frames["sources"]["text_sha256"]))]
    for source in frames["sources"].to_dict("records"):
        name = source["source_id"]
        exact = source["text_sha256"] in texts
        text = Text(texts[source["text_sha256"]]) if exact else _another_capture(coded[name], captures)
        if text is None:
            result.missing_texts.append(name)
            continue
        counts = result.sources[name] = Counter()
        covered = []
        for row in coded[name]:
            status, places = locate(text, row)
            counts[status] += 1
            if status != "found" and (exact or status != "moved"):
                where = f"{row['file']}, row {row['row']}, {row['id']}"
                result.faults.append(f"{where}: {status}: {row['phrase']!r} {_where(status, places, row)}")
            if row["table"] in COVERING:
                covered += places[:1]
        if not exact:
            result.captured.append(name)
        else:
            for token in overlooked(text, covered):
                counts["uncoded"] += 1
                around = text.quote(text.words_around(token, MAX_WORDS))
                found = f"{text.quote(token)!r} at {token}, in {around!r}"
                result.faults.append(f"{name}: {found}, is neither coded nor dismissed")
    return result


def locate(text: Text, row: Mapping[str, Any]) -> tuple[str, list[Span]]:
    """The status of one coded row against ``text``, and the places of its phrase, the nearest first.

    *found*: phrase and sentence are where the row says. *moved*: the same sentence is elsewhere in the text.
    *changed*: the phrase is in the text, in another sentence. *missing*: it is not in the text.
    """
    span = Span(int(row["char_start"]), int(row["char_end"]))
    there = normalised(text.quote(span)) == normalised(row["phrase"])
    if there and text.sentence_hash(span) == row["sentence_sha256"]:
        return "found", [span]
    nearest = lambda places: sorted(places, key=lambda place: abs(place.start - span.start))
    if moved := text.locate(row["phrase"], row["sentence_sha256"]):
        return "moved", nearest(moved)
    places = nearest(text.occurrences(row["phrase"]))
    return ("changed", places) if places else ("missing", [])


def overlooked(text: Text, covered: list[Span], within: Span | None = None) -> list[Span]:
    """Every number-like word, of the part ``within`` of the text or of all of it, that no span in ``covered`` holds."""
    return [token for token in text.number_like(within) if not any(span.covers(token) for span in covered)]


def _where(status: str, places: list[Span], row: Mapping[str, Any]) -> str:
    listed = ", ".join(map(str, places[:3]))
    if (more := len(places) - 3) > 0:
        listed += f" and {more} more place{'s' if more > 1 else ''}"
    if status == "missing":
        return "is not in the text"
    but = f"not at {row['char_start']}-{row['char_end']}" if status == "moved" else "but in no sentence of that hash"
    return f"is at {listed}, {but}"


def _misquoted(claims: pd.DataFrame) -> Iterator[str]:
    """Claims whose number their own phrase does not print."""
    for column in ("value", "value_to"):
        given = claims[claims[column].ne("") & claims["measure"].ne("age")]
        for file, row, phrase, cell in zip(*(given[c] for c in ("file", "row", "phrase", column)), strict=True):
            if Fraction(cell) not in numbers_in(visible(phrase)):
                yield f"{file}, row {row}, column {column}: {cell} is not printed in {phrase!r}"


def available(folders: list[Path]) -> tuple[dict[str, str], list[str]]:
    """The texts in ``folders`` and below, by the hash of their bytes; and a sentence on each that cannot be used."""
    texts, notes = {}, []
    for folder in folders:
        if not folder.is_dir():
            notes.append(f"{folder}: {'a file, not a folder' if folder.exists() else 'no such folder'}.")
            continue
        candidates = sorted(path for path in folder.rglob("*") if path.is_file())
        if not any(path.suffix.lower() == ".txt" for path in candidates):
            notes.append(f"{folder}: no .txt file among its {len(candidates)} files.")
        for path in (path for path in candidates if path.suffix.lower() == ".txt"):
            try:
                content = path.read_bytes()
                texts[sha256(content).hexdigest()] = content.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"0x{error.object[error.start]:02x} at offset {error.start}"
                notes.append(f"{path}: not UTF-8 (byte {byte}), so it was not read. Save it as UTF-8.")
            except OSError as error:
                notes.append(f"{path}: {str(error.strerror).lower()}.")
    return texts, notes


def _another_capture(rows: list[dict[str, Any]], texts: list[Text]) -> Text | None:
    """The first of the ``texts`` that hold most of the claims' sentences, if it holds half of them."""
    wanted = [row["sentence_sha256"] for row in rows if row["table"] == "claims"]
    hashes = [set(map(text.sentence_hash, text.sentences)) for text in texts]
    held = [sum(one in own for one in wanted) for own in hashes]
    most = max(held, default=0)
    return texts[held.index(most)] if most and most * 2 >= len(wanted) else None
