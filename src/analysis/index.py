"""What do the notebooks answer together? Read from what each of them recorded in its outputs; nothing is computed again.

For the index notebook and for the site. How a notebook records its answers is the matter of :mod:`analysis.notebook`.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.notebook import Shown, paragraphs, rendered
from analysis.recorded import Answers, Recorded, all_latest, parameters_cell, read_answers
from analysis.wording import Wording, formats


def main_points(
    findings: Mapping[str, Recorded], chosen: Iterable[str], both_sides: Iterable[str] = ()
) -> tuple[Recorded, ...]:
    """The ``chosen`` findings in their order; one that the chosen sources do not answer is left out.

    Raises ValueError for more than five, and for one that other sources contradict but for ``both_sides``, whose
    sentences say so: who reads a number first and its refutation later remembers the number.
    """
    names, sides = tuple(chosen), set(both_sides)
    if len(names) > 5:  # more are not read
        raise ValueError(f"wording/main.toml names {len(names)} main points; expected 5 at most")
    points = tuple(findings[name] for name in names if name in findings)
    refuted = [point.id for point in points if point.agreement == "low" and point.id not in sides]
    if refuted:
        raise ValueError(
            f"wording/main.toml, points: other sources contradict {', '.join(refuted)}. "
            "Choose another, or let its sentence give both sides and list it under both_sides."
        )
    return points


class Index:
    """The index notebook: the main points, what each notebook answers, the terms, and how to go on.

    The answers are those that the notebooks recorded when they were last executed.
    """

    def __init__(self, executed: Iterable[Path] | None = None) -> None:
        self.executed = tuple(all_latest() if executed is None else executed)
        self.answers: dict[str, Answers] = {one.analysis: one for one in map(read_answers, self.executed) if one}
        self.record = Record.load()
        self.words = Wording(self.record, "main")
        self.cited = paths.citation()

    @cached_property
    def findings(self) -> dict[str, Recorded]:
        """Every recorded finding by id."""
        return {name: one for answers in self.answers.values() for name, one in answers.findings.items()}

    @cached_property
    def points(self) -> tuple[Recorded, ...]:
        templates = self.words.templates
        return main_points(self.findings, templates["points"], templates["both_sides"])

    def text(self, name: str) -> str:
        """A text of wording/main.toml, such as ``about``; ``cite`` is how to cite this collection."""
        counts = {name: len(self.record.reported[name]) for name in ("sources", "claims", "wider", "explanations")}
        years = sorted(day[:4] for day in self.record.reported["sources"]["published_start"])
        cited = {"version": self.cited["version"], "year": self.cited["date-released"][:4]}
        title = self.words.templates["page"]["title"]
        return self.words.text(f"page.{name}", title=title, first_year=years[0], last_year=years[-1], **counts, **cited)

    @property
    def date(self) -> str:
        """When this version was released, in words."""
        return f"{formats.day(self.cited['date-released'])}."

    def show(self, name: str) -> Shown:
        """A text of wording/main.toml."""
        return paragraphs(self.text(name))

    def answer(self) -> Shown:
        """The main points."""
        lines = [point.short for point in self.points] or ["Run the other notebooks first: none has an answer yet."]
        html = "".join(f"<li>{escape(line)}</li>" for line in lines)
        return Shown(f'<ul class="points">{html}</ul>', "\n".join(f"- {line}" for line in lines))

    def notebooks(self) -> Shown:
        """Each notebook with its question and its answer."""
        html = "<caption>The notebooks, in reading order</caption>"
        html += '<thead><tr><th scope="col">Question</th><th scope="col">Answer</th></tr></thead><tbody>'
        for one in self.answers.values():
            link = f'<a href="{escape(one.notebook)}.ipynb">{escape(one.title)}</a>'
            html += f"<tr><td>{link}</td><td>{escape(one.short)}</td></tr>"
        text = "\n".join(f"{one.title} {one.short}" for one in self.answers.values())
        return Shown(f'<table class="dataframe">{html}</tbody></table>', text)

    def glossary(self) -> Shown:
        """The terms of this collection."""
        terms = self.words.templates["glossary"]
        html = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>" for term, meaning in terms.items())
        return Shown(f"<dl>{html}</dl>", "\n".join(f"{term}: {meaning}" for term, meaning in terms.items()))

    def readings(self) -> Shown:
        """Every question on which the printed words can be read in more than one way: answers, parameter, notebooks."""
        readings = self.record.reported["readings"]
        taken = {path.stem.partition("_")[0]: parameters_cell(path) for path in self.executed}
        rows = []
        for name in dict.fromkeys(readings["ambiguity"]):
            about = self.record.scenario.parameter(name)
            default, *others = map(about.answer, about.values)
            notebooks = ", ".join(number for number, chosen in taken.items() if name in chosen) or "–"
            values = " or ".join(f'"{value}"' for value in about.values)
            rows.append((about.question, default, "; ".join(others), notebooks, f"{name} = {values}"))
        heads = ["Question", "Default answer", "Other answers", "Notebooks", "Parameter and its values"]
        caption = f"{formats.plural(len(rows), 'question')} on which readings differ"
        return rendered(pd.DataFrame(rows, columns=heads), caption)
