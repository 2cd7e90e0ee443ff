"""What did the notebooks find? Read from what they recorded as they ran; nothing is computed here.

The first output of a notebook records the findings of its analysis, values and sentences. Site, brief, ``findings.csv`` and
command line all read them from here.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from analysis.evidence import paths
from analysis.report.run import NOTEBOOKS
from analysis.report.run.provenance import NO_NOTEBOOK, NotebookError

FINDINGS = "application/vnd.analysis.findings+json"
"""The type of output under which they are recorded; ``analysis.notebook``, which records them, imports pandas."""


@dataclass(frozen=True)
class Recorded:
    """A finding as its notebook recorded it.

    ``lower`` and ``upper`` are inclusive bounds in ``unit``, None where unbounded. ``short`` is the answer in one sentence,
    ``answer`` the whole of it, ``arithmetic`` how the number comes about, ``assumes`` and ``sure`` sentences. ``values`` is
    what the sentences were filled with. ``claims`` and ``coded`` are ids, ``readings`` are ``ambiguity=reading``.
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


NAMES = tuple(field.name for field in fields(Recorded))


def read_findings(path: Path) -> tuple[Recorded, ...]:
    """The findings that the executed notebook at ``path`` recorded; none where it was stored without outputs.

    Raises NotebookError where it is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output["data"] for cell in cells for output in cell.get("outputs", ()) if "data" in output]
        recorded: list[Mapping[str, Any]] = next(
            (data[FINDINGS]["findings"] for data in outputs if FINDINGS in data), []
        )
        return tuple(_finding(found) for found in recorded)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path.parent.name}/{path.name}: {NO_NOTEBOOK} ({type(error).__name__})") from None


def _finding(found: Mapping[str, Any]) -> Recorded:
    known: dict[str, Any] = {}
    for name, value in found.items():
        if name in NAMES:
            known[name] = tuple(value) if isinstance(value, list) else value
    return Recorded(**known)


def latest(name: str) -> Path:
    """The notebook ``name`` as it was last executed here, or, on a fresh clone, as it is stored."""
    executed = paths.BUILD / "notebooks" / name / f"{name}.ipynb"
    return executed if executed.is_file() else paths.NOTEBOOKS / f"{name}.ipynb"


def as_csv(findings: Iterable[Recorded]) -> str:
    """Findings as a table, one a row, lists joined by ``; ``."""
    columns = [name for name in NAMES if name != "values"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(finding, name)) for name in columns] for finding in findings)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def all_findings(folder: Path | None = None) -> tuple[Recorded, ...]:
    """The findings of all notebooks, in the order of the report: those executed last, or those in ``folder``."""
    return tuple(
        finding for name in NOTEBOOKS for finding in read_findings(folder / f"{name}.ipynb" if folder else latest(name))
    )
