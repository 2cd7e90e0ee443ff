"""What is wrong with the data, in words that say how to fix it; all of it at once."""

from collections.abc import Iterable
from dataclasses import dataclass

LONG = 200
"""So much is shown of what was found."""


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, and what to do. As text it is one line that is safe to print."""

    file: str
    found: str
    expected: str
    row: int | None = None
    column: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        found, where = self.found, self.file
        if len(found) > LONG:
            found = f"{found[:LONG]}... ({len(found)} characters)"
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column {self.column}"
        remedy = f" {self.remedy}" if self.remedy else ""
        line = f"{where}: found {found}; expected {self.expected}.{remedy}"
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)


SHOWN = 100
"""So many faults are printed; who has more has one cause behind many of them."""


class EvidenceError(Exception):
    """The record cannot be used as it is. ``problems`` lists every fault."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        total = len(self.problems)
        lines = [f"  {problem}" for problem in self.problems[:SHOWN]]
        if total > SHOWN:
            lines.append(f"  and {total - SHOWN} more.")
        count = f"{total} problem{'s' if total > 1 else ''} in the data:"
        super().__init__("\n".join([count, *lines]))


class ParameterError(Exception):
    """A parameter that does not exist, or a value that it does not admit; the message names what is allowed."""

    def _render_traceback_(self) -> list[str]:
        # IPython prints these lines in place of a traceback: the message is all that an analyst needs.
        return [f"ParameterError: {self}"]
