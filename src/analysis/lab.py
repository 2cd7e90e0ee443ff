"""What does an analyst call? Check a sentence, explore the readings, see what would settle an answer.

``from analysis import check, explore, settle``: each shows itself in JupyterLab and in a terminal. What they show is
computed in :mod:`analysis.analyses`; the words are in ``wording/check.toml``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

from analysis.analyses.check import CANNOT, FITS, FOLLOWS, Check, Reason
from analysis.analyses.check import check as compute
from analysis.analyses.settle import settling
from analysis.evidence.record import Record
from analysis.wording import Wording, formats
from analysis.wording.facts import fact_in_words


@dataclass(frozen=True)
class Display:
    """An answer that shows itself: headings and sentences, and its values in ``data`` (JSON types only).

    ``found`` is the object behind it.
    """

    lines: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    found: Any

    def __repr__(self) -> str:
        return "\n".join(f"{head}: {text}" if head else text for head, text in self.lines)

    def _repr_html_(self) -> str:
        first, *rest = self.lines
        html = f"<p><strong>{escape(first[1])}</strong></p>"
        html += "".join(f"<p>{f'<em>{escape(head)}:</em> ' if head else ''}{escape(text)}</p>" for head, text in rest)
        return f'<div class="answer">{html}</div>'


def check(record: Record | None = None, measure: str = "killed", **sentence: Any) -> Display:
    """Whether a sentence with a number follows from the published words, fits them, or cannot be true.

    ``measure`` is what is counted, by key or by name; ``as_of`` the date up to which; one of exactly, about, at_least,
    more_than, at_most, less_than or between gives the number, of persons or, with ``of``, as a share of another measure.
    Raises ParameterError, which says what is allowed.

    >>> from analysis import Record, check
    >>> check(Record.load(), "killed", at_least=5000, as_of="2017-05").data["verdict"]
    'cannot be true'
    """
    found = compute(record or Record.load(), measure, **sentence)
    words = Wording(found.record, "check")
    tell = lambda part, **values: words.text(f"check.{part}", **values)
    one, what = found.sentence, found.record.name("measure", found.sentence.measure)
    number = formats.share if one.base else formats.number
    base = found.record.name("measure", one.base) if one.base else ""
    said = tell(
        "sentence",
        hedge=one.hedge,
        value=number(one.value),
        value_to="" if one.value_to is None else number(one.value_to),
        base=base,
        what="were " + what if what in PARTICIPLES else what,
        as_of=found.asked,
    )
    ways = {"ways": found.ways, "possible": found.possible}
    lines = [("", tell("verdict", said=said, verdict=found.verdict))]
    lines += [("", tell({FOLLOWS: "follows", FITS: "fits", CANNOT: "cannot"}[found.verdict], **ways))]
    day = found.asked if found.as_of.startswith(found.asked) else found.as_of
    lines += [("", tell("range", lower=found.lower, upper=found.upper, what=what, as_of=day))]
    if day != found.asked:
        lines += [("", tell("compared", as_of=found.as_of))]
    if found.size:
        lines += [("", tell("set_aside", size=found.size))]
    reasons, assumed = [], dict.fromkeys(name for reason in found.reasons for name in reason.assumptions)
    for reason in found.reasons:
        rows = [found.record.claim(claim) for claim in reason.claims]
        claims = [{"claim_id": row.claim_id, "label": row.label, "phrase": row.phrase} for row in rows]
        heading = tell("for" if found.verdict == FOLLOWS else "against")
        sum_ = _arithmetic(found, reason)
        lines += [("", tell("reason", heading=heading, claims=claims))]
        lines += [(tell("arithmetic_heading"), sum_)] if sum_ else []
        reasons.append({"claims": claims, "assumptions": list(reason.assumptions), "arithmetic": sum_})
    if assumed:
        lines += [(tell("assumes"), " ".join(_assumption(found, name) for name in assumed))]
    changed = [f"{question} {answer}" for _, _, question, answer in found.record.changes()]
    lines += [(tell("choices"), "; ".join(changed))] if changed else []
    data = {
        "sentence": said,
        "verdict": found.verdict,
        "lower": found.lower,
        "upper": found.upper,
        "as_of": found.as_of,
        **ways,
        "reasons": reasons,
        "choices": found.record.scenario.changed(),
    }
    return Display(tuple(lines), data, found)


def _arithmetic(found: Check, reason: Reason) -> str:
    """The sum that proves a bound, in the words of the account; empty where one claim alone says it."""
    if reason.proof is None or len(reason.proof["steps"]) < 2:
        return ""
    end = "at least" if reason.end == "lower" else "at most"
    return Wording(found.record, "accounting").fill("{{ total(p, end) }}", p=reason.proof, end=end)


def _assumption(found: Check, name: str) -> str:
    scenario = found.record.scenario
    limits = {"same_date": scenario["same_date"], "revision": scenario["revision"]}
    return Wording(found.record, "accounting").assumption(name, **limits)


PARTICIPLES = ("killed", "executed", "arrested abroad", "prevented")
"""Names of measures that need a verb before them."""


def settle(record: Record | None, analysis: str, findings: Iterable[str] = ()) -> Display:
    """Which one further fact would narrow each answer most: readings decided, counts known, contradictions resolved.

    ``findings`` are names of findings of the analysis; default: those that its page leads with.
    """
    record = record or Record.load()
    page = Wording(record, analysis)
    words = Wording(record, "check")
    names = tuple(findings) or tuple(page.templates["page"]["answer"])
    facts = settling(record, import_module(f"analysis.analyses.{analysis}"), [f"{analysis}.{name}" for name in names])
    lines, data = [("", words.text("settle.title"))], []
    for name in names:
        mine = [fact for fact in facts if fact.finding == f"{analysis}.{name}"]
        question = page.text(f"finding.{name}.question") if page.has(f"finding.{name}.question") else name
        told = [fact_in_words(fact, words) for fact in mine] or [words.text("settle.none")]
        lines += [(question, told[0]), *(("", text) for text in told[1:3])]
        data += [
            {"finding": fact.finding, "kind": fact.kind, "key": fact.key, "text": text}
            for fact, text in zip(mine, told, strict=False)
        ]
    return Display(tuple(lines), {"facts": data}, facts)


def explore(analysis: str) -> Any:
    """The readings of an analysis as questions, its sources and assumptions; answer, chart and sums follow each choice.

    Needs ipywidgets, which ``make setup`` installs. Below the answer stand the choices as papermill takes them.
    """
    import ipywidgets  # here: nothing else needs it, nor charts

    from analysis.notebook import Notebook

    module = import_module(f"analysis.analyses.{analysis}")
    record = Record.load()
    controls = {}
    for name in record.parameters_of(module):
        one = record.scenario.parameter(name)
        options = [(one.answer(value), value) for value in one.values]
        if one.number:
            made = ipywidgets.FloatText(value=one.default)
        elif one.many:
            chosen = [] if one.optional else list(one.values)
            made = ipywidgets.SelectMultiple(options=options, value=chosen, rows=min(6, len(options)))
        else:
            made = ipywidgets.Dropdown(options=options, value=one.default)
        made.layout = ipywidgets.Layout(width="95%")
        controls[name] = made
    shown, copied = ipywidgets.HTML(), ipywidgets.Textarea(layout={"width": "95%", "height": "6em"})

    def follow(_: Any = None) -> None:
        values = {name: _value(record, name, control.value) for name, control in controls.items()}
        page = Notebook(analysis, values)
        changed = page.record.scenario.changed()
        copied.value = (
            "\n".join(f"{name} = {value!r}" for name, value in changed.items()) or "# every choice is the default"
        )
        parts = [page.answer().html]
        for name in page.words.templates["page"]["answer"]:
            drawn = page.figure(name).svg if page.words.has(f"figure.{name}.title") else ""
            parts += [drawn[drawn.find("<svg") :] if drawn else "", page.finding(name).html]
        shown.value = "".join(parts)

    for control in controls.values():
        control.observe(follow, "value")
    follow()
    asked = [
        ipywidgets.VBox([ipywidgets.Label(record.scenario.parameter(name).question), control])
        for name, control in controls.items()
    ]
    note = ipywidgets.Label("Copy as parameters, for a notebook or papermill:")
    left = ipywidgets.VBox([*asked, note, copied], layout={"width": "34%"})
    return ipywidgets.HBox([left, ipywidgets.VBox([shown], layout={"width": "66%"})])


def _value(record: Record, name: str, value: Any) -> Any:
    """The value of a control as a parameter takes it."""
    one = record.scenario.parameter(name)
    return (",".join(value) or one.default) if one.many else value
