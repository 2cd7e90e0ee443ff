"""Which readings, sources and conventions is an answer computed under?

A parameter is anything that an analyst may choose: one reading of each ambiguity in readings.csv, the sources, the
width of "about", a coding frame. A scenario is one full choice.
"""

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from sys import float_info
from typing import Any

import pandas as pd

from analysis.evidence.dates import days
from analysis.evidence.problems import ParameterError
from analysis.evidence.tables import lookup, nested

ALL, NONE = "all", "none"

FRAMES = ("hafez_mullins", "push_pull_personal", "neumann")
"""The coding frames of the explanations, each a column of codes."""

ASSUMPTION_LEVELS = ("monotone", "claims", "balance", "aligned", "closed")
"""The nested assumptions of the accounting, the default first; `LEVELS` of `analysis.account.assumptions` says what each holds."""

WIDER_TOO = "articles+wider"
"""The record that takes in the figures published elsewhere."""


@dataclass(frozen=True, repr=False)
class Parameter:
    """One choice: its question, the values it admits, the default first, and each value as an answer.

    ``many`` admits several values, all of them by default, or none where it is ``optional``; ``number`` admits any number
    of 0 or more, ``start`` by default.

    >>> from analysis import Record
    >>> Record.load().scenario.parameter("revision")
    By how many people may a running total fall when it is corrected? (revision)
      a number of 0 or more
      default: 25.0
    """

    name: str
    question: str
    values: tuple[str, ...] = ()
    many: bool = False
    number: bool = False
    optional: bool = False
    start: float = 1.0
    answers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __repr__(self) -> str:
        lines = [f"  {value!r}: {self.answer(value)}" for value in self.values]
        lines += [f"  {self.allowed}"] if self.number else ["  several are allowed"] if self.many else []
        return "\n".join([f"{self.question} ({self.name})", *lines, f"  default: {self.default!r}"])

    def answer(self, value: Any) -> str:
        """A value as an answer to the question, for people: ``25.0`` is "up to 25 people"."""
        if self.number:
            shown = f"{value:g}"
            return self.answers.get(shown) or self.answers.get("*", "{value}").format(value=shown)
        parts = [value] if value == self.default or not self.many else value.split(",")
        return " and ".join(self.answers.get(part, part) for part in parts)

    @property
    def default(self) -> Any:
        return self.start if self.number else (NONE if self.optional else ALL) if self.many else self.values[0]

    @property
    def allowed(self) -> str:
        """The admitted values, in words."""
        if self.number:
            return "a number of 0 or more"
        if self.many:
            return f"{self.default!r}, or one or more of these, joined by commas: {', '.join(self.values)}"
        return f"one of: {', '.join(self.values)}"

    def parse(self, value: Any) -> Any:
        """``value`` as a scenario keeps it. Raises ParameterError where it is not allowed."""
        shown = repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
        shown = shown if len(shown) < 200 else f"{shown[:200]}..."
        refused = ParameterError(f"parameter {self.name} = {shown} is not allowed. Allowed: {self.allowed}.")
        if self.number:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= float_info.max:
                raise refused
            return float(value)
        if self.many and isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
            value = ",".join(value)
        if not isinstance(value, str):
            raise refused
        chosen = {part.strip() for part in value.split(",")} if self.many else {value}
        if chosen == {self.default} or (chosen == set(self.values) and not self.optional):
            return self.default
        if not chosen <= set(self.values):
            raise refused
        return ",".join(name for name in self.values if name in chosen)


@dataclass(frozen=True, repr=False)
class Scenario:
    """One full choice: a value for every parameter. Made by :func:`scenario`; shows what differs from the default.

    >>> from analysis import Record
    >>> Record.load(revision=100).scenario
    Changed from the default:
      By how many people may a running total fall when it is corrected? up to 100 people (revision = 100.0)
    """

    parameters: tuple[Parameter, ...]
    choices: tuple[Any, ...]

    @cached_property
    def _named(self) -> dict[str, Any]:
        return dict(zip((p.name for p in self.parameters), self.choices, strict=True))

    def __getitem__(self, name: str) -> Any:
        return self._named[name]

    def __repr__(self) -> str:
        lines = [f"  {question} {answer} ({name} = {value!r})" for name, value, question, answer in self.changes()]
        return "\n".join(["Changed from the default:", *lines]) if lines else "Every choice is the default."

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises ParameterError where there is none."""
        refuse_unknown([name], self._named)
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values of a parameter that admits several, ``all`` and ``none`` spelled out."""
        parameter, value = self.parameter(name), self[name]
        return parameter.values if value == ALL else () if value == NONE else tuple(value.split(","))

    def changed(self) -> dict[str, Any]:
        """The choices that are not the default."""
        return {name: value for name, value, *_ in self.changes()}

    def changes(self) -> list[tuple[str, Any, str, str]]:
        """The choices that are not the default: parameter, value, question, answer."""
        pairs = zip(self.parameters, self.choices, strict=True)
        return [(p.name, choice, p.question, p.answer(choice)) for p, choice in pairs if choice != p.default]

    def with_choices(self, **choices: Any) -> "Scenario":
        """This scenario with other choices. Raises ParameterError."""
        return scenario(self.parameters, {**self._named, **choices})

    def restrict(self, names: Iterable[str]) -> "Scenario":
        """This scenario without the parameters that an analysis does not take."""
        taken = set(names)
        kept = tuple(parameter for parameter in self.parameters if parameter.name in taken)
        return Scenario(kept, tuple(self[parameter.name] for parameter in kept))


def scenario(parameters: Iterable[Parameter], choices: Mapping[str, Any]) -> Scenario:
    """A scenario from named choices, defaults for the rest.

    Raises ParameterError for a name that no parameter has and for a value that its parameter does not admit.
    """
    parameters = tuple(parameters)
    refuse_unknown(choices, (p.name for p in parameters))
    return Scenario(parameters, tuple(p.parse(choices.get(p.name, p.default)) for p in parameters))


def refuse_unknown(names: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ParameterError if any of ``names`` is not among ``allowed``."""
    allowed = tuple(allowed)
    for name in names:
        if name not in allowed:
            close = get_close_matches(name, allowed, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise ParameterError(f"there is no parameter {name!r}.{hint} Allowed: {', '.join(allowed)}.")


def misnamed(names: Iterable[str], namespace: Mapping[str, Any]) -> list[str]:
    """The names in a notebook that were set in the place of one of its parameters ``names``.

    ``namespace`` is the notebook's ``globals()``. These are the names that papermill injected last, for it only warns of one
    that it does not know; and, where a parameter is not set, a name that differs from it by a letter or two. A cell of
    parameters that a person wrote may have papermill's heading, and name more.
    """
    names = tuple(names)
    cells = [str(source) for source in namespace.get("In", ())]
    headed = [source for source in cells if source.startswith("# Parameters\n")]  # as the cell that papermill injects
    apart = any(set(_assigned(source)) & set(names) for source in cells if source not in headed)
    found = _assigned(headed[-1]) if headed and (apart or not names) else []
    found = [name for name in found if name not in names and not name.startswith("PAPERMILL_")]
    set_here = [name for name in names if name in namespace]
    others = [name for name, value in namespace.items() if name not in names and isinstance(value, str | int | float)]
    for name in names if set_here else ():
        if name not in set_here:
            found += get_close_matches(name, others, 1, 0.8)
    return found


def _assigned(source: str) -> list[str]:
    """The names that a cell assigns at its top level; none where it is no Python."""
    with suppress(SyntaxError, ValueError):
        assignments = (node for node in ast.parse(source).body if isinstance(node, ast.Assign))
        return [target.id for node in assignments for target in node.targets if isinstance(target, ast.Name)]
    return []


def parameters(tables: Mapping[str, pd.DataFrame]) -> tuple[Parameter, ...]:
    """Every parameter that the curated (or checked raw) ``tables`` offer: one an ambiguity, then the conventions."""
    readings = tables["readings"].sort_values("default", ascending=False, kind="stable")
    questions = lookup(readings, "ambiguity", "question") | lookup(tables["parameters"], "parameter", "question")
    ambiguities = [
        Parameter(name, questions[name], tuple(answers), answers=answers)
        for name, answers in nested(readings, "ambiguity", "reading", "answer").items()
    ]
    labels = nested(tables["codebook"], "field", "term", "label")
    given = nested(tables["parameters"], "parameter", "value", "answer")
    families, sources = _families(tables), source_names(tables["sources"])

    def convention(
        name: str, values: Iterable[str] = (), labels: Mapping[str, str] | None = None, **kind: Any
    ) -> Parameter:
        answers = given.get(name, {})
        pattern, values = answers.get("*", "{value}"), tuple(values)
        others = {v: pattern.format(value=v, label=(labels or {}).get(v, v)) for v in values if v not in answers}
        return Parameter(name, questions.get(name, name), values, answers=answers | others, **kind)

    return (
        *sorted(ambiguities, key=lambda parameter: parameter.name),
        convention("sources", sources, sources, many=True),
        convention("record", ("articles", WIDER_TOO)),
        convention("statements", ("all", "two_independent")),  # `analysis.analyses.grading` says what the second means
        convention("left_out", families, families | labels.get("family", {}), many=True, optional=True),
        convention("assumptions", ASSUMPTION_LEVELS),
        convention("revision", number=True, start=25.0),
        convention("same_date", number=True, start=3.0),
        convention("about_width", number=True),
        convention("frame", FRAMES, labels.get("frame")),
        convention("phases", labels["phase"], labels["phase"], many=True),
        convention("speaker_roles", labels["speaker_role"], labels["speaker_role"], many=True),
    )


def source_names(sources: pd.DataFrame) -> dict[str, str]:
    """Each source as a reader meets it: publisher and month, "Raseef22, March 2017"."""
    first = sources["published"].map(lambda cell: days(cell)[0])
    named = zip(sources["source_id"], sources["publisher"], first, strict=True)
    return {str(source): f"{publisher}, {day:%B %Y}" if day else str(publisher) for source, publisher, day in named}


def _families(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Every family that can be left out, under every reading, with the label of the first claim it names."""
    named = {
        family or claim: label
        for name in ("wider", "claims")
        for claim, label, family in tables[name][["claim_id", "label", "family"]].itertuples(index=False)
    }
    order = [*tables["claims"]["family"], *tables["wider"]["family"]]
    patches = tables["patches"]
    order += list(patches.loc[patches["field"].eq("family"), "value"])
    return {family: named.get(family, family) for family in order if family}
