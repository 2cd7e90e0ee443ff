"""What the published record lets us say about the Moroccans who left for Syria and Iraq.

Data flows up, imports point down:

- ``evidence``: the record: sources, words, numbers, dates, readings; raw tables to curated ones
- ``account``: claims as constraints, and what follows from them
- ``analyses``: one module an analysis: a record in, findings out
- ``wording``, ``figures``: findings in sentences and in charts
- ``notebook``: what a notebook shows; ``report``: notebooks executed, the site built

In Python, start with :class:`Record`: ``from analysis import Record``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.evidence.record import Record

__all__ = ["Record"]


def __getattr__(name: str) -> Any:
    if name != "Record":
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    from analysis.evidence.record import Record  # here: `import analysis` alone loads no library

    return Record


def __dir__() -> list[str]:
    return [*globals(), "Record"]
