"""What does an analyst call? The record, an analysis of it, a sentence checked, readings explored, what would settle an answer.

``from analysis import Record, check, explore, settle``: each shows itself in JupyterLab and in a terminal. What they show is
computed in :mod:`analysis.analyses`; the words are in ``wording/check.toml``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

import pandas as pd

from analysis.analyses.check import FOLLOWS, Check
from analysis.analyses.check import check as compute
from analysis.evidence import record as evidence
from analysis.evidence.problems import ParameterError
from analysis.evidence.scenario import Parameter
from analysis.notebook import Notebook
from analysis.recorded import NOTEBOOKS, Recorded, in_words
from analysis.wording import Wording, formats
from analysis.wording.facts import narrowed

LABELLED = ("claims", "explanations", "cases", "stages", "events", "positions")
"""The tables whose keys have labels."""


@dataclass(frozen=True, repr=False)
class Found:
    """What an analysis finds: ``findings``, each with its question, answer, arithmetic and evidence.

    ``result`` has the tables behind them, as the analysis describes them.
    """

    findings: tuple[Recorded, ...]
    result: Any

    def __repr__(self) -> str:
        return "\n".join(f"{finding.id}: {finding.short}" for finding in self.findings)

    def _repr_html_(self) -> str:
        return "".join(finding._repr_html_() for finding in self.findings)


class Record(evidence.Record):
    """What the sources say, under one scenario: their tables, and what each analysis finds in them.

    ``Record.load(...)`` opens it, ``record.claims`` and the other tables are DataFrames, ``record.claim(id)`` is one claim with its
    words, ``record.scenario`` what was chosen. :mod:`analysis.evidence.record` lists the rest.

    >>> from analysis import Record
    >>> record = Record.load(record="articles+wider", year_2016="full_year")
    >>> record.scenario.changed()
    {'year_2016': 'full_year', 'record': 'articles+wider'}
    >>> record.claims[["label", "as_of_last", "lower", "upper"]].shape[1]
    4
    >>> record.analyse("deaths_by_year").findings[0].question
    'In which years did the documented dead fall?'
    """

    def labelled(self, table: str) -> pd.DataFrame:
        """A table with labels beside its keys: after each column of keys one with their names, such as ``measure_label``.

        Raises ParameterError for a table that there is not.

        >>> from analysis import Record
        >>> Record.load().labelled("claims")[["measure", "measure_label"]].iloc[0].tolist()
        ['duration', 'length of time']
        """
        if table not in LABELLED:
            raise ParameterError(f"there is no table {table!r}. Allowed: {', '.join(LABELLED)}.")
        frame = getattr(self, table).copy()
        for field in frame.columns.difference(["claim_id", "case_id"] if "label" in frame else [], sort=False):
            labels = frame[field].map(self.names.get("measure" if field == "base" else field, {}))
            if labels.notna().any():
                frame.insert(frame.columns.get_loc(field) + 1, f"{field}_label", labels.fillna(""))
        return frame

    def analyse(self, analysis: str) -> Found:
        """What an analysis, by the name of its notebook, finds under these choices. Raises ParameterError.

        >>> from analysis import Record
        >>> returned = Record.load().analyse("returnees_and_arrests").findings[0]
        >>> returned.id, len(returned.evidence) > 0
        ('returnees_and_arrests.returned', True)
        """
        _module(analysis)
        page = Notebook(analysis, {}, self)
        return Found(tuple(in_words(one) for one in page.worded.values()), page.result)


def _module(analysis: str) -> Any:
    """The analysis of that name. Raises ParameterError for one that no notebook shows."""
    allowed = [name.partition("_")[2] for name in NOTEBOOKS]
    if analysis not in allowed:
        raise ParameterError(f"there is no analysis {analysis!r}. Allowed: {', '.join(allowed)}.")
    return import_module(f"analysis.analyses.{analysis}")


@dataclass(frozen=True)
class Display:
    """An answer that shows itself: headings and sentences, and its values in ``data`` (JSON types only).

    ``found`` is the object behind it.
    """

    lines: tuple[tuple[str, str], ...]
    data: dict[str, Any]
    found: Any

    def __repr__(self) -> str:
        return "\n".join(f"{_heading(head)} {text}" if head else text for head, text in self.lines)

    def _repr_html_(self) -> str:
        first, *rest = self.lines
        html = f"<p><strong>{escape(first[1])}</strong></p>"
        html += "".join(
            f"<p>{f'<em>{escape(_heading(head))}</em> ' if head else ''}{escape(text)}</p>" for head, text in rest
        )
        return f'<div class="answer">{html}</div>'


def _heading(head: str) -> str:
    return head if head.endswith("?") else f"{head}:"


def check(record: evidence.Record | None = None, measure: str = "killed", **sentence: Any) -> Display:
    """Whether a sentence with a number follows from the published words, fits them, or cannot be true.

    ``measure`` is what is counted, by key or by name; ``as_of`` the date up to which; one of exactly, about, at_least,
    more_than, at_most, less_than or between gives the number, of persons or, with ``of``, as a share of another measure.
    Raises ParameterError, which says what is allowed.

    >>> from analysis import Record, check
    >>> check(Record.load(), "killed", at_least=5000, as_of="2017-05").data["verdict"]
    'cannot be true'
    """
    if isinstance(record, str):
        raise ParameterError(f"the first argument is a record: check(Record.load(), {record!r}, ...).")
    found = compute(record or Record.load(), measure, **sentence)
    words, one, scenario = Wording(found.record, "check"), found.sentence, found.record.scenario
    what, base = (found.record.name("measure", key) if key else "" for key in (one.measure, one.base))
    day = found.asked if found.as_of.startswith(found.asked) else found.as_of
    rivals = _claims(found, found.rivals)
    known = vars(found) | {"what": what, "base": base, "as_of": day, "dated": sentence.get("as_of"), "claims": rivals}
    tell = lambda part, **values: words.text(f"check.{part}", **known | values)
    number = formats.share if base else formats.number
    said = known["said"] = tell(
        "sentence",
        hedge=one.hedge,
        value=number(one.value),
        value_to="" if one.value_to is None else number(one.value_to),
        verb=what in ("killed", "executed", "arrested abroad", "prevented"),  # names that need a verb before them
        as_of=found.asked,
    )
    parts = ("verdict", "undated", found.verdict.split()[0], "allowed", "compared", "rivals")
    lines = [("", text) for part in parts if (text := tell(part))]
    behind, reasons = _behind(found, tell)
    lines += behind
    claims = [claim["claim_id"] for reason in reasons for claim in reason["claims"]]
    if unclear := _unclear(found, claims):
        lines += [(tell("readings"), tell("unclear", unclear=unclear))]
    if changed := [f"{question} {answer}" for _, _, question, answer in scenario.changes()]:
        lines += [(tell("choices"), "; ".join(changed))]
    if scenario["record"] != evidence.WIDER_TOO:
        lines += [("", tell("articles"))]
    data = {
        "sentence": said,
        "verdict": found.verdict,
        "lower": found.lower,
        "upper": found.upper,
        "share": found.share,
        "of": found.whole,
        "as_of": found.as_of,
        "ways": found.ways,
        "possible": found.possible,
        "contradict": rivals,
        "readings": {parameter.name: scenario[parameter.name] for parameter, _ in unclear},
        "reasons": reasons,
        "choices": scenario.changed(),
    }
    return Display(tuple(lines), data, found)


def _behind(found: Check, tell: Callable[..., str]) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """The reasons in lines, with what they assume, and as data."""
    account, scenario = Wording(found.record, "accounting"), found.record.scenario
    lines, data = [], []
    assumed: list[str] = []
    bears = [("for" if found.verdict == FOLLOWS else "against", found.reasons), *found.ends.items()]
    for role, reasons in bears:
        for reason in reasons:
            claims, sum_ = _claims(found, reason.claims), ""
            if reason.proof and len(reason.proof["steps"]) > 1:  # else one claim alone says it
                end = "at least" if reason.end == "lower" else "at most"
                sum_ = account.fill("{{ total(p, end) }}", p=reason.proof, end=end)
            lines += [("", tell("reason", heading=tell(role), claims=claims))]
            lines += [(tell("arithmetic_heading"), sum_)] if sum_ else []
            data += [{"for": role, "claims": claims, "assumptions": list(reason.assumptions), "arithmetic": sum_}]
            assumed += reason.assumptions
    if assumed:
        limits = {name: scenario[name] for name in ("same_date", "revision")}
        lines += [(tell("assumes"), " ".join(account.assumption(name, **limits) for name in dict.fromkeys(assumed)))]
    return lines, data


def _unclear(found: Check, claims: list[str]) -> list[tuple[Parameter, str]]:
    """The questions that decide how one of the claims is read, each with the answer chosen."""
    patches, scenario = found.record.reported["patches"], found.record.scenario
    names = patches.loc[patches["claim_id"].isin(claims), "ambiguity"].unique()
    parameters = [parameter for parameter in scenario.parameters if parameter.name in names]
    return [(parameter, parameter.answer(scenario[parameter.name])) for parameter in parameters]


def _claims(found: Check, ids: Iterable[str]) -> list[dict[str, str]]:
    rows = map(found.record.claim, ids)
    return [{"claim_id": row.claim_id, "label": row.label, "phrase": row.phrase} for row in rows]


def settle(record: evidence.Record | None, analysis: str, findings: Iterable[str] = ()) -> Display:
    """Which one further fact would narrow each answer most: readings decided, counts known, contradictions resolved.

    ``findings`` are names of findings of the analysis; default: those that its page leads with.

    >>> from analysis import Record, settle
    >>> fact = settle(Record.load(), "accounting", ["returned"]).found[0]
    >>> fact.kind, fact.gain
    ('claim', 51.0)
    """
    record, module = record or Record.load(), _module(analysis)
    page = Wording(record, analysis)
    lines, data = [("", Wording(record, "check").text("settle.title"))], []
    names = tuple(findings) or page.templates["page"]["answer"]
    if unknown := [name for name in names if not page.has(f"finding.{name}")]:
        allowed = ", ".join(page.templates["finding"])
        raise ParameterError(f"{analysis} has no finding {unknown[0]!r}. Allowed: {allowed}.")
    answers = narrowed(record, module, page, names)
    for answer in answers:
        lines += [(answer.question, answer.texts[0]), *(("", text) for text in answer.texts[1:3])]
        data += [
            {"finding": fact.finding, "kind": fact.kind, "key": fact.key, "text": text}
            for fact, text in zip(answer.facts, answer.texts, strict=False)
        ]
    return Display(tuple(lines), {"facts": data}, [fact for answer in answers for fact in answer.facts])


def explore(analysis: str) -> Any:
    """The readings of an analysis as questions, its sources and assumptions; answer, chart and sums follow each choice.

    Needs ipywidgets, which ``make setup`` installs. Below the questions stand the choices as papermill takes them.

    >>> from analysis import explore
    >>> panel = explore("returnees_and_arrests")  # in JupyterLab, end the cell with its name
    """
    import ipywidgets  # here: nothing else needs it

    record, module = Record.load(), _module(analysis)
    controls = {name: _control(record.scenario.parameter(name)) for name in record.parameters_of(module)}
    shown, copied = ipywidgets.HTML(), ipywidgets.Textarea(layout={"width": "95%", "height": "6em"})
    made: dict[tuple[Any, ...], tuple[str, str]] = {}

    def follow(_: Any = None) -> None:
        values = {name: control.value for name, control in controls.items() if control.value != ()}  # none: the default
        key = tuple(values.items())
        if key not in made:
            wide = ": with the figures published elsewhere it takes up to half a minute"
            wait = f"One moment, please{wide if values.get('record') == evidence.WIDER_TOO else ''}."
            shown.value = f'<p><em>{wait}</em></p><div style="opacity: 0.4">{shown.value}</div>'
            made[key] = _explored(analysis, values, record)
        shown.value, copied.value = made[key]

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


def _control(parameter: Parameter) -> Any:
    import ipywidgets

    layout = {"width": "95%"}
    options = [(parameter.answer(value), value) for value in parameter.values]
    if parameter.number:
        return ipywidgets.FloatText(value=parameter.default, layout=layout)
    if parameter.many:
        chosen = () if parameter.optional else parameter.values
        return ipywidgets.SelectMultiple(options=options, value=chosen, rows=min(6, len(options)), layout=layout)
    return ipywidgets.Dropdown(options=options, value=parameter.default, layout=layout)


def _explored(analysis: str, values: dict[str, Any], record: evidence.Record) -> tuple[str, str]:
    """Under these choices: the answer, the first chart and the sums as HTML, and the choices as parameters."""
    try:
        page = Notebook(analysis, values, record, brief=True)
    except ParameterError as error:  # a number below 0
        return f"<p>{escape(str(error))}</p>", ""
    first, leads = next(iter(page.words.templates.get("figure", ())), ""), page.words.templates["page"]["answer"]
    drawn = page.figure(first).svg if first else ""
    parts = [page.answer().html, drawn[max(0, drawn.find("<svg")) :], *(page.finding(name).html for name in leads)]
    changed = [f"{name} = {value!r}" for name, value in page.record.scenario.changed().items()]
    return "".join(parts), "\n".join(changed) or "# every choice is the default"
