"""What did the notebooks find? Read from what they recorded as they ran; nothing is computed here.

The first output of a notebook records the findings of its analysis, values and sentences. Site, brief, ``findings.csv`` and
command line all read them from here.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from analysis.recorded import NAMES, Recorded, latest, read_answers
from analysis.report.run import NOTEBOOKS
from analysis.report.run.provenance import NO_NOTEBOOK, NotebookError

__all__ = ["Recorded", "all_findings", "as_csv", "latest", "read_findings"]


def read_findings(path: Path) -> tuple[Recorded, ...]:
    """The findings that the executed notebook at ``path`` recorded; none where it was stored without outputs.

    Raises NotebookError where it is no notebook.
    """
    try:
        answers = read_answers(path)
        return tuple(answers.findings.values()) if answers else ()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path.parent.name}/{path.name}: {NO_NOTEBOOK} ({type(error).__name__})") from None


def as_csv(findings: Iterable[Recorded]) -> str:
    """Findings as a table, one a row, lists joined by ``; ``."""
    columns = [name for name in NAMES if name != "values"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(finding, name)) for name in columns] for finding in findings)
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def all_findings(folder: Path | None = None) -> tuple[Recorded, ...]:
    """The findings of all notebooks, in the order of the report: those executed last, or those in ``folder``."""
    files = (folder / f"{name}.ipynb" if folder else latest(name) for name in NOTEBOOKS)
    return tuple(finding for path in files if path.is_file() for finding in read_findings(path))
