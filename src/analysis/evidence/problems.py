"""What is wrong with the data, said so that a person can mend it; all of it at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, and what to do."""

    file: str
    found: str
    expected: str
    row: int | None = None
    column: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column {self.column}"
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}: found {self.found}; expected {self.expected}.{remedy}"


SHOWN = 100
"""So many faults are printed; who has more has one cause behind many of them."""


class EvidenceError(Exception):
    """The record cannot be used as it stands. ``problems`` lists every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        total = len(self.problems)
        lines = [f"  {problem}" for problem in self.problems[:SHOWN]]
        if total > SHOWN:
            lines.append(f"  and {total - SHOWN} more.")
        count = f"{total} problem{'s' if total > 1 else ''} in the data:"
        super().__init__("\n".join([count, *lines]))
