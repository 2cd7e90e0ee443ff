"""What does the explorer show? The questions that can be answered in more than one way, and the evaluated scenarios.

The questions that move most findings come first. Nothing is computed in the page: it looks a combination up among those
that the sweep evaluated, and says so where one was not.
"""

from collections import Counter
from typing import Any

import pandas as pd

from analysis.analyses.sensitivity import ANALYSES
from analysis.evidence.intervals import as_float
from analysis.report.site.pages import Pages
from analysis.report.site.trace import UNITS, anchor
from analysis.wording import formats


def explorer(pages: Pages, results: pd.DataFrame) -> dict[str, Any]:
    """All that the page needs: the questions, the findings, and the bounds of each scenario.

    ``results`` is the table of the sweep (:mod:`analysis.analyses.sensitivity`). Findings without a measure, such as a
    verdict, are left out: their bounds say nothing to a reader.
    """
    results = results[results["unit"].isin(UNITS)]
    names = [p.name for p in pages.trace.record.scenario.parameters if p.name in results.columns]
    varied = [name for name in names if results[name].replace("", pd.NA).nunique() > 1]
    intervals: dict[tuple[str, float | None, float | None], int] = {}
    analyses, findings = [], {}
    for name, about in pages.index.answers.items():
        if name not in ANALYSES:
            continue
        takes = [choice for choice in varied if choice in pages.trace.record.parameters_of(ANALYSES[name][0])]
        scenarios: dict[str, dict[str, int]] = {}
        for row in results[results["analysis"].eq(name)].to_dict("records"):
            id_ = row["finding"]
            known = about.findings.get(id_) or about.findings.get(".".join(id_.split(".")[:2]))
            if known is None:
                continue
            low, high, share = as_float(row["lower"]), as_float(row["upper"]), row["unit"] == "share"
            words = formats.amount(low, high, UNITS[row["unit"]], share)
            under = scenarios.setdefault("|".join(row[choice] for choice in takes), {})
            under[id_] = intervals.setdefault((words, low, high), len(intervals))
            noun = "%" if share else UNITS[row["unit"]]
            findings[id_] = {"question": known.question, "href": f"findings.html#{anchor(known.id)}", "noun": noun}
        analyses.append({"name": name, "title": about.title, "takes": takes, "scenarios": scenarios})
    moves = _moves(results)
    parameters = [_parameter(pages, name, results[name]) | {"moves": moves.get(name, 0)} for name in varied]
    parameters.sort(key=lambda one: -one["moves"])
    return {"parameters": parameters, "analyses": analyses, "findings": findings, "intervals": list(intervals)}


def _moves(results: pd.DataFrame) -> dict[str, int]:
    """How many findings move when one question alone is answered in another way, by question."""
    bounds = lambda row: (as_float(row.lower), as_float(row.upper))
    rows = [row for row in results.itertuples() if int(row.changes) <= 1]
    default = {row.finding: bounds(row) for row in rows if int(row.changes) == 0}
    moved = {(row.scenario.partition("=")[0], row.finding) for row in rows if default.get(row.finding) != bounds(row)}
    return dict(Counter(name for name, _ in moved))


def _parameter(pages: Pages, name: str, column: pd.Series) -> dict[str, Any]:
    """One question: its answers, the default first, each with its reason."""
    record, words = pages.trace.record, pages.trace.words
    readings = record.reported["readings"].query("ambiguity == @name").drop_duplicates("reading").set_index("reading")
    values = [value for value in dict.fromkeys(column) if value]
    values.sort(key=lambda value: value != str(record.scenario.parameter(name).default))
    answers = [(value, *words.choice(name, value), readings["reason"].get(value, "")) for value in values]
    return {
        "name": name,
        "question": answers[0][1],
        "reading": not readings.empty,
        "values": [{"value": value, "answer": answer, "reason": reason} for value, _, answer, reason in answers],
    }
