"""What did the notebooks find? The form in which they record their answers, and how these are read again.

The first output of a notebook records the findings of its analysis, values and sentences, and the texts of its page. Index
notebook, site, brief, ``findings.csv`` and command line all read them from there; nothing is computed again.
"""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any

from analysis.evidence import paths

NOTEBOOKS = (
    "1_deaths_by_year",
    "2_returnees_and_arrests",
    "3_pathways",
    "4_accounting",
    "5_wider_record",
    "6_sensitivity",
    "7_claims",
)
"""The notebooks of the report, in reading order; a copy of one that lies beside them is not in it."""

INDEX = "0_index"
"""The notebook that reads what the others found: executed last, read first."""

FINDINGS = "application/vnd.analysis.findings+json"
"""The type of output under which they are recorded."""

NO_NOTEBOOK = "not a complete notebook; restore it from git or fix it in JupyterLab"


class NotebookError(Exception):
    """A notebook cannot be read, or failed, or no site can be made of it; the message names it and the cell, or the step."""


@dataclass(frozen=True, repr=False)
class Recorded:
    """A finding in words, as its notebook records it; it shows itself.

    ``lower`` and ``upper`` are inclusive bounds in ``unit``, None where unbounded. ``short`` is the answer in one sentence,
    ``answer`` the whole of it, ``arithmetic`` how the number comes about, ``assumes`` and ``sure`` sentences. ``values`` is
    what the sentences were filled with. ``claims`` and ``coded`` are ids, ``readings`` are ``ambiguity=reading``.

    >>> from analysis import Record
    >>> finding = Record.load().analyse("returnees_and_arrests").findings[0]
    >>> finding.question, finding.lower, finding.upper
    ('How many returned?', 199, 350)
    """

    id: str
    question: str = ""
    short: str = ""
    answer: str = ""
    arithmetic: str = ""
    sure: str = ""
    would_change: str = ""
    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    agreement: str = "untested"
    claims: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    values: Mapping[str, Any] | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        """The ids of all that it rests on."""
        return self.claims + self.coded

    def lines(self) -> list[tuple[str, str]]:
        """All of it in words: headings and sentences; what is empty is left out."""
        lines = [
            ("question", self.question),
            ("answer", self.answer),
            ("how the number comes about", self.arithmetic),
            ("we assume", " ".join(self.assumes)),
            ("how sure", self.sure),
            ("what would change it", self.would_change),
            ("rests on", ", ".join(self.evidence)),
            ("readings", ", ".join(self.readings)),
        ]
        return [(heading, text) for heading, text in lines if text]

    def __repr__(self) -> str:
        return "\n".join([self.id, *(f"  {heading}: {text}" for heading, text in self.lines())])

    def _repr_html_(self) -> str:
        shown = [(heading, text) for heading, text in self.lines() if heading != "question"]
        lines = "".join(f"<br><em>{heading}:</em> {escape(text)}" for heading, text in shown)
        return f"<p><strong>{escape(self.question or self.id)}</strong>{lines}</p>"


NAMES = tuple(field.name for field in fields(Recorded))


@dataclass(frozen=True)
class Answers:
    """What one executed notebook recorded: its page's texts, its findings by id, its tables as HTML by name."""

    notebook: str
    analysis: str
    page: Mapping[str, str]
    findings: Mapping[str, Recorded]
    tables: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.page.get("title", self.analysis.replace("_", " "))

    @property
    def short(self) -> str:
        """The sentence that its page begins with."""
        return self.page.get("answer") or next((finding.short for finding in self.findings.values()), self.title)


def latest(name: str) -> Path:
    """The notebook ``name`` as it was last executed here, or, on a fresh clone, as it is stored."""
    executed = paths.BUILD / "notebooks" / name / f"{name}.ipynb"
    return executed if executed.is_file() else paths.NOTEBOOKS / f"{name}.ipynb"


def all_latest() -> list[Path]:
    """The notebooks but for the index, in reading order, each as :func:`latest` finds it."""
    return [path for name in NOTEBOOKS if (path := latest(name)).is_file()]


def read_answers(path: Path) -> Answers | None:
    """What the executed notebook at ``path`` recorded; None where it was stored without outputs.

    Raises NotebookError where it is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [("".join(c["source"]), out["data"]) for c in cells for out in c.get("outputs", ()) if "data" in out]
        found = next((data[FINDINGS] for _, data in outputs if FINDINGS in data), None)
        if found is None:
            return None
        findings = {one["id"]: in_words(one) for one in found["findings"]}
        tables = {
            shown[1]: "".join(data["text/html"])
            for source, data in outputs
            if "text/html" in data and (shown := re.search(r'\bpage\.table\("(\w+)"\)', source))
        }
        return Answers(path.stem, found.get("analysis", ""), found.get("page", {}), findings, tables)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path.parent.name}/{path.name}: {NO_NOTEBOOK} ({type(error).__name__})") from None


def parameters_cell(path: Path) -> dict[str, Any]:
    """What the parameters cell of the notebook at ``path`` sets, each name with its value; empty where there is none."""
    found = {}
    # what is no notebook is refused elsewhere
    with suppress(ValueError, KeyError, TypeError, AttributeError, SyntaxError):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = ["".join(c["source"]) for c in cells if "parameters" in c.get("metadata", {}).get("tags", ())]
        for line in ast.parse("\n".join(tagged)).body:
            if isinstance(line, ast.Assign) and isinstance(name := line.targets[0], ast.Name):
                found[name.id] = ast.literal_eval(line.value)
    return found


def in_words(found: Mapping[str, Any]) -> Recorded:
    """A finding from its recorded values and sentences; what is not known here is left out."""
    known: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return Recorded(**{name: value for name, value in known.items() if name in NAMES})


def all_findings(notebooks: Iterable[Path] | None = None) -> tuple[Recorded, ...]:
    """What ``notebooks`` found, by default all of them as they were executed last."""
    read = map(read_answers, all_latest() if notebooks is None else notebooks)
    return tuple(finding for one in read if one for finding in one.findings.values())
