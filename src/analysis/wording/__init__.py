"""Every sentence that a reader meets: findings in, sentences out.

The sentences are in one TOML file for each analysis, as Jinja templates; ``common.toml`` has what all share. The same
template feeds notebook, site, brief and command line. No number is typed here: it comes with the finding.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from analysis.analyses.finding import Finding
from analysis.analyses.statistics import CONFIDENCE
from analysis.evidence.record import Record
from analysis.evidence.tables import lookup
from analysis.wording import formats


@cache
def templates(analysis: str) -> dict[str, Any]:
    """The templates of one analysis, as its TOML file nests them."""
    return tomllib.loads(Path(__file__).with_name(f"{analysis}.toml").read_text(encoding="utf-8"))


def _as_json(value: Any) -> Any:
    """``value`` as a browser writes it: JSON knows no NaN, JavaScript no whole number with a point."""
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value


class Wording:
    """The words of one analysis of a record; ``name`` and ``label`` are those of the record.

    >>> from analysis.evidence.record import Record
    >>> Wording(Record.load(), "common").fill("{{ amount(816, 1432, 'people') }}")
    'between 816 and 1,432 people'
    """

    def __init__(self, record: Record, analysis: str) -> None:
        self.record, self.analysis = record, analysis
        self.name, self.label = record.name, record.label
        self.common = templates("common")
        self.templates = templates(analysis)
        # not optimized: what is compiled once for all scenarios must not hold a name of this one
        self._jinja = jinja2.Environment(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, optimized=False
        )
        as_is = {name: getattr(formats, name) for name in ("amount", "plural", "stated", "sentence")}
        self._jinja.globals |= as_is | {
            "name": self.name,
            "label": self.label,
            "choice": self.choice,
            "confidence": formats.share(CONFIDENCE),
            "speaker_name": lambda key: lookup(record.reported["speakers"], "speaker", "name")[key],
            "reading": lambda ambiguity, reading: self.choice(ambiguity, reading)[1],
            "word": lambda field, term, **values: self.text(f"words.{field}.{term}", **values),
        }
        names = ("number", "share", "month", "day", "window", "listed", "sentence")
        self._jinja.filters |= {name: getattr(formats, name) for name in names} | {"label": self.label}

    def fill(self, template: str, **values: Any) -> str:
        """``template`` with its values, on one line. Raises jinja2.UndefinedError for a value that is not there."""
        source = (self.templates.get("macros", "") if "{" in template else "") + template
        code = self.record.cached(("template", source), lambda: self._jinja.compile(source))
        return " ".join(jinja2.Template.from_code(self._jinja, code, self._jinja.globals).render(values).split())

    def has(self, key: str) -> bool:
        """Whether there is a template at ``key``, such as ``figure.series.title``."""
        return self._find(key) is not None

    def text(self, key: str, **values: Any) -> str:
        """The template at ``key`` with its values. Raises KeyError where there is none."""
        found = self._find(key)
        if not isinstance(found, str):
            raise KeyError(f"wording/{self.analysis}.toml has no text {key}")
        return self.fill(found, **values)

    def _find(self, key: str) -> Any:
        found: Any = self.templates
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def worded(self, finding: Finding) -> dict[str, Any]:
        """A finding with its sentences, as a notebook records it and all else reads it.

        ``short``: the answer in one sentence. ``answer``: that and what the template adds. ``arithmetic``: how the
        number comes about, empty where nothing is computed. ``assumes`` and ``sure``: sentences.
        """
        key = f"finding.{finding.id.split('.')[1]}"
        values = dict(finding.values) | {"lower": finding.lower, "upper": finding.upper, "unit": finding.unit}
        parts = {
            part: self.text(f"{key}.{part}", **values) if self.has(f"{key}.{part}") else ""
            for part in ("question", "short", "more", "arithmetic", "would_change")
        }
        more = parts.pop("more")
        return (
            _as_json(asdict(finding))
            | parts
            | {
                "answer": f"{parts['short']} {more}".strip(),
                "assumes": [self.assumption(assumed, **values) for assumed in finding.assumptions],
                "sure": self.sure(finding),
            }
        )

    def assumption(self, key: str, **values: Any) -> str:
        own = self.templates.get("assumption", {}).get(key)
        return self.fill(own or self.common["assumption"][key], **values)

    def sure(self, finding: Finding) -> str:
        """How sure: one sentence from the table of evidence and agreement in common.toml, or the finding's own.

        Empty for what is only counted.
        """
        key = f"finding.{finding.id.split('.')[1]}"
        if self.has(f"{key}.sure"):
            return self.text(f"{key}.sure", **finding.values)
        if not finding.lines:
            return ""
        table = self.common["sure"]
        level = ("limited", "medium", "robust")[min(finding.lines, 3) - 1]
        own = f"{key}.agreement"
        agreement = self.text(own, **finding.values) if self.has(own) else table["agreement"][finding.agreement]
        filled = {"evidence": table["evidence"][level], "agreement": agreement}
        return self.fill(table["sentence"], lines=finding.lines, **filled)

    def term(self, term: str) -> str:
        """The human name of a term, given as ``field:term``, or of the first field that has it."""
        field, _, key = term.rpartition(":")
        names = self.record.names
        return names.get(field, {}).get(key) or next((one[key] for one in names.values() if key in one), key)

    def choice(self, parameter: str, value: Any) -> tuple[str, str]:
        """One choice of a scenario, such as a reading of an ambiguity, as question and answer, both from the data."""
        about = self.record.scenario.parameter(parameter)
        return about.question, about.answer(float(value) if about.number else str(value))
