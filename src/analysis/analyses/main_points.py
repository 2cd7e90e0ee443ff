"""Which findings open the report? Those that wording/main.toml names, unless other sources contradict them.

Works on findings as the notebooks record them, so that nothing is computed twice. Sentences belong in the templates.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

MOST = 5
"""More points than this are not read."""


class Answer(Protocol):
    """What is needed of a recorded finding."""

    @property
    def id(self) -> str: ...
    @property
    def agreement(self) -> str: ...


Found = TypeVar("Found", bound=Answer)


def main_points(
    findings: Mapping[str, Found], chosen: Iterable[str], both_sides: Iterable[str] = ()
) -> tuple[Found, ...]:
    """The ``chosen`` findings in their order; one that the chosen sources do not answer is left out.

    ``both_sides`` are the findings whose sentence says that sources contradict each other. Raises ValueError for more
    than five, and for any other that sources contradict: who reads a number first and its refutation later remembers
    the number.
    """
    names, sides = tuple(chosen), set(both_sides)
    if len(names) > MOST:
        raise ValueError(f"wording/main.toml names {len(names)} main points; expected {MOST} at most")
    points = tuple(findings[name] for name in names if name in findings)
    refuted = [point.id for point in points if point.agreement == "low" and point.id not in sides]
    if refuted:
        raise ValueError(
            f"wording/main.toml, points: other sources contradict {', '.join(refuted)}. "
            "Choose another, or let its sentence give both sides and list it under both_sides."
        )
    return points
