"""How does a further fact, and what it would do to an answer, read in a sentence?"""

from math import inf

from analysis.analyses.settle import Fact, width
from analysis.wording import Wording, formats


def fact_in_words(fact: Fact, words: Wording) -> str:
    """One sentence. ``words`` are those of ``check.toml``."""
    record = words.record
    amount = lambda bounds: formats.amount(
        bounds[0], bounds[1], "people" if fact.unit in ("people", "persons") else "", as_share=fact.unit == "share"
    )
    parameter = record.scenario.parameter(fact.key) if fact.kind == "reading" else None
    values = {
        "kind": fact.kind,
        "before": amount(fact.before),
        "now": None if width(fact.before) == inf else width(fact.before),
        "then": max(map(width, fact.answers.values())),
        "question": parameter.question if parameter else "",
        "what": record.name("measure", fact.key) if fact.kind == "count" else "",
        "as_of": fact.as_of,
        "labels": [record.label(claim) for claim in fact.key.split("; ")] if fact.kind == "claim" else [],
        "answers": [f"{amount(bounds)} ({_if(fact, turn, words)})" for turn, bounds in fact.answers.items()],
    }
    return words.text(f"settle.{fact.kind}", **values)


def _if(fact: Fact, turn: str, words: Wording) -> str:
    if fact.kind == "reading":
        return words.record.scenario.parameter(fact.key).answer(turn)
    return words.record.label(turn) if fact.kind == "claim" else turn
