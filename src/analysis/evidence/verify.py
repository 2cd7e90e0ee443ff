"""Does every locator still lead to its words, and is nothing in the texts overlooked? ``make verify``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pandas as pd

from analysis.evidence import paths
from analysis.evidence.curate import read
from analysis.evidence.locators import Span, Text, normalised, numbers_in
from analysis.evidence.record import decimal

LOCATED = ("claims", "explanations", "cases", "events", "dismissed", "codings")
COVERING = ("claims", "events", "dismissed")
"""The tables whose spans account for a number-like word."""


@dataclass
class Verification:
    """What was checked, and what does not hold."""

    statuses: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    missing_texts: list[str] = field(default_factory=list)

    def count(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1


def verify(raw: Path = paths.RAW, folders: list[Path] | None = None) -> Verification:
    """Check every coded row of ``raw`` against its phrase and, where a text is at hand, against the text.

    ``folders`` are searched for the texts. Each locator is *found* (phrase and sentence stand where they are said to),
    *moved* (the same sentence stands elsewhere), *changed* (the phrase stands there, its sentence has changed) or
    *missing*. Raises EvidenceError where the raw tables themselves are faulty.
    """
    frames, _ = read(raw)
    result = Verification()
    for name in ("claims", "wider"):
        result.faults.extend(_misquoted(frames[name]))
    available = _available(paths.texts() if folders is None else folders)
    for source in frames["sources"].to_dict("records"):
        rows = {
            name: frame[frame["source_id"] == source["source_id"]] for name, frame in frames.items() if name in LOCATED
        }
        data = available.get(source["text_sha256"])
        exact = data is not None
        text = Text.read(data) if data is not None else _same_article(available, rows["claims"])
        if text is None:
            result.missing_texts.append(source["source_id"])
            continue
        for frame in rows.values():
            for row in frame.to_dict("records"):
                status, where = locate(text, row)
                result.count(status)
                if status != "found" and (exact or status != "moved"):
                    told = f"{row['file']}, row {row['row']}: {status}: {row['phrase']!r} {where}"
                    result.faults.append(told)
        if exact:
            spans = [span for name in COVERING for span in _spans(rows[name])]
            result.faults.extend(f"{source['source_id']}: {told}" for told in overlooked(text, spans))
    return result


def locate(text: Text, row: dict[str, str]) -> tuple[str, str]:
    """Status of one coded row against ``text``, and where its phrase stands now."""
    span = Span(int(row["char_start"]), int(row["char_end"]))
    there = text.content[span.start : span.end]
    if normalised(there) == normalised(row["phrase"]):
        if text.sentence_hash(span) == row["sentence_sha256"]:
            return "found", ""
        return "changed", "stands there, but its sentence has another hash"
    elsewhere = text.locate(row["phrase"], row["sentence_sha256"])
    if elsewhere:
        return (
            "moved",
            f"stands at {', '.join(f'{s.start}-{s.end}' for s in elsewhere)}, not at {span.start}-{span.end}",
        )
    if text.occurrences(row["phrase"]):
        return "changed", "stands in the text, but in no sentence of that hash"
    return "missing", f"does not stand in the text; at {span.start}-{span.end} stands other text"


def overlooked(text: Text, covered: list[Span]) -> Iterator[str]:
    """Every number-like word that no span in ``covered`` holds."""
    for token in text.number_like():
        if not any(span.covers(token) for span in covered):
            yield f"{text.content[token.start : token.end]!r} at {token.start}-{token.end} is neither coded nor dismissed"


def _misquoted(claims: pd.DataFrame) -> Iterator[str]:
    """Claims whose number their own phrase does not print."""
    for row in claims.to_dict("records"):
        printed = numbers_in(row["phrase"])
        for column in ("value", "value_to"):
            number = decimal(row[column])
            if number is not None and number not in printed and row["measure"] != "age":
                yield f"{row['file']}, row {row['row']}, column {column}: {number} is not printed in {row['phrase']!r}"


def _spans(rows: pd.DataFrame) -> list[Span]:
    return [Span(int(start), int(end)) for start, end in zip(rows["char_start"], rows["char_end"], strict=True)]


def _available(folders: list[Path]) -> dict[str, bytes]:
    """The texts at hand, by the hash of their bytes."""
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.txt"))]
    contents = [path.read_bytes() for path in files]
    return {sha256(content).hexdigest(): content for content in contents}


def _same_article(available: dict[str, bytes], claims: pd.DataFrame) -> Text | None:
    """Another capture of the article: the text that holds most of the claims' sentences, if it holds half of them."""
    best, most = None, 0
    for content in available.values():
        try:
            text = Text.read(content)
        except UnicodeDecodeError:
            continue
        held = sum(bool(text.locate(row["phrase"], row["sentence_sha256"])) for row in claims.to_dict("records"))
        if held > most and held * 2 >= len(claims):
            best, most = text, held
    return best
