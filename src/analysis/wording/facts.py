"""How does a further fact, and what it would do to an answer, read in a sentence?"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

from analysis.analyses.finding import findings_under
from analysis.analyses.settle import Fact, settling, width
from analysis.evidence.record import WIDER_TOO, Record
from analysis.wording import Wording, formats


@dataclass(frozen=True)
class Open:
    """An answer, and what would narrow it: ``facts`` with a sentence each, the most useful first; or why none does."""

    question: str
    facts: tuple[Fact, ...]
    texts: tuple[str, ...]


def narrowed(record: Record, analysis: Any, page: Wording, names: Iterable[str], readings: bool = True) -> list[Open]:
    """What would narrow the findings of an analysis, by name, as far as it has them. ``page`` are its words."""
    words, found = Wording(record, "check"), {item.id: item for item in findings_under(record, analysis)}
    wanted = [key for name in names if (key := f"{page.analysis}.{name}") in found]
    facts, answers = settling(record, analysis, wanted, readings), []
    for item in map(found.__getitem__, wanted):
        mine = tuple(fact for fact in facts if fact.finding == item.id)
        none = none_in_words(record, analysis, "it") if item.lower != item.upper else words.text("settle.no_range")
        texts = tuple(fact_in_words(fact, words) for fact in mine) or (none,)
        answers.append(Open(page.worded(item)["question"], mine, texts))
    return answers


def none_in_words(record: Record, analysis: Any, what: str) -> str:
    """That no fact narrows an answer, and what was tried."""
    names = record.parameters_of(analysis)
    wider = record.scenario["record"] == WIDER_TOO  # its contradictions are more than settling lists
    if not record.ambiguities_of(analysis.READS):
        tried = "nothing"
    elif "left_out" not in names:
        tried = "readings"
    else:
        tried = "wider" if wider else "counts" if analysis.__name__.endswith(".accounting") else "claims"
    return Wording(record, "check").text("settle.none", what=what, tried=tried)


def fact_in_words(fact: Fact, words: Wording) -> str:
    """One sentence. ``words`` are those of ``check.toml``."""
    record = words.record
    amount = lambda bounds: formats.amount(
        bounds[0], bounds[1], "people" if fact.unit in ("people", "persons") else "", as_share=fact.unit == "share"
    )
    parameter = record.scenario.parameter(fact.key) if fact.kind == "reading" else None
    turn = parameter.answer if parameter else record.label if fact.kind == "claim" else str
    values = {
        "kind": fact.kind,
        "before": amount(fact.before),
        "now": None if width(fact.before) == inf else width(fact.before),
        "then": max(map(width, fact.answers.values())),
        "question": parameter.question if parameter else "",
        "what": record.name("measure", fact.key) if fact.kind == "count" else "",
        "as_of": fact.as_of,
        "labels": [record.label(claim) for claim in fact.key.split("; ")] if fact.kind == "claim" else [],
        "answers": [f"{amount(bounds)} ({turn(key)})" for key, bounds in fact.answers.items()],
    }
    return words.text(f"settle.{fact.kind}", **values)
