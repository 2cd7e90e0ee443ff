"""What the published record lets us say about the Moroccans who left for Syria and Iraq.

Data flows up, imports point down:

- ``evidence``: the record: sources, words, numbers, dates, readings; raw tables to curated ones
- ``account``: claims as constraints, and what follows from them
- ``analyses``: one module an analysis: a record in, findings out
- ``wording``, ``figures``: findings in sentences and in charts
- ``notebook``: what a notebook shows; ``report``: notebooks executed, the site built

In Python, start with :class:`Record`; :func:`check` a sentence, :func:`explore` the readings, and see what would :func:`settle`
an answer: ``from analysis import Record, check, explore, settle``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.lab import Record, check, explore, settle

__all__ = ["Record", "check", "explore", "settle"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    # here: `import analysis` alone loads no library
    return getattr(import_module("analysis.lab"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
