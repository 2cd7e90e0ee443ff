"""Which readings, sources and conventions is an answer computed under?

A parameter is anything that an analyst may choose: one reading of each ambiguity in readings.csv, the sources, the
width of "about", a coding frame. A scenario is one full choice.
"""

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from sys import float_info
from typing import Any

import pandas as pd

ALL, NONE = "all", "none"

FRAMES = ("hafez_mullins", "push_pull_personal", "neumann")
"""The coding frames of the explanations, each a column of codes."""

LEVELS = ("monotone", "claims", "balance", "aligned", "closed")
"""The nested assumptions of the accounting, the default first; `analysis.account.model` says what each holds."""

STATEMENTS = ("all", "two_independent")
"""Which statements count; `analysis.analyses.grading` says when a second one is independent and agrees."""

WIDER_TOO = "articles+wider"
"""The record that takes in the figures published elsewhere."""


class ParameterError(Exception):
    """A parameter that does not exist, or a value that it does not admit; the message names what is allowed."""

    def _render_traceback_(self) -> list[str]:
        # IPython prints these lines in place of a traceback: the message is all that an analyst needs.
        return [f"ParameterError: {self}"]


@dataclass(frozen=True)
class Parameter:
    """One choice: the values it admits, the default first.

    ``many`` admits several, all of them by default, or none where it is ``optional``; ``number`` any number of 0 or more,
    ``start`` by default.
    """

    name: str
    what: str
    values: tuple[str, ...] = ()
    many: bool = False
    number: bool = False
    optional: bool = False
    start: float = 1.0

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
        if not isinstance(value, str):
            raise refused
        if not self.many:
            if value not in self.values:
                raise refused
            return value
        chosen = {part.strip() for part in value.split(",")}
        if chosen == {self.default} or (chosen == set(self.values) and not self.optional):
            return self.default
        if not chosen <= set(self.values):
            raise refused
        return ",".join(name for name in self.values if name in chosen)


@dataclass(frozen=True)
class Scenario:
    """One full choice: a value for every parameter. Made by :func:`scenario`."""

    parameters: tuple[Parameter, ...]
    choices: tuple[Any, ...]

    @cached_property
    def _named(self) -> dict[str, Any]:
        return dict(zip((p.name for p in self.parameters), self.choices, strict=True))

    def __getitem__(self, name: str) -> Any:
        return self._named[name]

    def chosen(self, name: str) -> tuple[str, ...]:
        """The values of a parameter that admits several, ``all`` and ``none`` spelled out."""
        parameter = next(p for p in self.parameters if p.name == name)
        value = self[name]
        return parameter.values if value == ALL else () if value == NONE else tuple(value.split(","))

    def changed(self) -> dict[str, Any]:
        """The choices that are not the default."""
        pairs = zip(self.parameters, self.choices, strict=True)
        return {parameter.name: choice for parameter, choice in pairs if choice != parameter.default}

    def with_choices(self, **choices: Any) -> "Scenario":
        """This scenario with other choices. Raises ParameterError."""
        return scenario(self.parameters, {**self._named, **choices})

    def restrict(self, names: Iterable[str]) -> "Scenario":
        """This scenario without the parameters that an analysis does not take."""
        kept = set(names)
        pairs = [(p, c) for p, c in zip(self.parameters, self.choices, strict=True) if p.name in kept]
        return replace(self, parameters=tuple(p for p, _ in pairs), choices=tuple(c for _, c in pairs))


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
    headed = [source for source in cells if source.startswith(HEADING)]
    apart = any(set(_assigned(source)) & set(names) for source in cells if source not in headed)
    found = _assigned(headed[-1]) if headed and (apart or not names) else []
    found = [name for name in found if name not in names and not name.startswith("PAPERMILL_")]
    set_here = [name for name in names if name in namespace]
    others = [name for name, value in namespace.items() if name not in names and isinstance(value, str | int | float)]
    for name in names if set_here else ():
        if name not in set_here:
            found += get_close_matches(name, others, 1, 0.8)
    return found


HEADING = "# Parameters\n"
"""How the cell begins that papermill injects."""


def _assigned(source: str) -> list[str]:
    """The names that a cell assigns at its top level; none where it is no Python."""
    with suppress(SyntaxError, ValueError):
        assignments = (node for node in ast.parse(source).body if isinstance(node, ast.Assign))
        return [target.id for node in assignments for target in node.targets if isinstance(target, ast.Name)]
    return []


def parameters(loaded: Mapping[str, pd.DataFrame]) -> tuple[Parameter, ...]:
    """Every parameter that the record offers: one an ambiguity, and the conventions."""
    readings = loaded["readings"].sort_values("default", ascending=False, kind="stable")
    ambiguities = tuple(
        Parameter(str(name), str(rows["question"].iloc[0]), tuple(rows["reading"]))
        for name, rows in readings.groupby("ambiguity", sort=False)
    )
    codebook = loaded["codebook"]
    terms = codebook.groupby("field", sort=False)["term"].agg(tuple)
    return (
        *sorted(ambiguities, key=lambda parameter: parameter.name),
        Parameter("sources", "the sources that count", tuple(loaded["sources"]["source_id"]), many=True),
        Parameter("record", "the articles alone, or the figures published elsewhere too", ("articles", WIDER_TOO)),
        Parameter("statements", "all, or those that a second independent statement agrees with", STATEMENTS),
        Parameter("left_out", "families left out", _families(loaded), many=True, optional=True),
        Parameter("assumptions", "what the accounting assumes", LEVELS),
        Parameter("revision", "by how many persons a cumulative count may fall", number=True, start=25.0),
        Parameter("same_date", "counts at most so many months apart may be of one date", number=True, start=3.0),
        Parameter("about_width", "how wide 'about' is: 1 is half a unit of the last non-zero digit", number=True),
        Parameter("frame", "coding frame of the explanations", FRAMES),
        Parameter("phases", "phases of the way that count", terms["phase"], many=True),
        Parameter("speaker_roles", "speakers whose explanations count", terms["speaker_role"], many=True),
    )


def _families(loaded: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Every family, a claim that stands alone included: under every reading, so that each can be left out."""
    patches = loaded["patches"]
    named = [
        *loaded["claims"]["family"],
        *loaded["wider"]["family"],
        *patches.loc[patches["field"].eq("family"), "value"],
    ]
    return tuple(dict.fromkeys(named))
