"""For how many examples do the laws of ``test_fuzz.py`` hold? ``make fuzz``: all of them in turn, for so many minutes.

A law that breaks is told with the example that broke it, made small: it goes to the law as one more ``@example``.
"""

import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from functools import wraps
from math import inf
from typing import Any
from unittest import SkipTest

from hypothesis import HealthCheck, settings
from hypothesis.errors import HypothesisException

settings.register_profile(
    "fuzz",
    max_examples=10**9,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("fuzz")

from tests.evidence import test_fuzz  # noqa: E402  its laws take the profile that is loaded

TURN = 10.0
"""Seconds that a law is tried for, at most, before the next one's turn."""


def tried(law: Any, until: float, count: Callable[[], None]) -> None:
    """Try ``law`` on new examples ``until`` then; ``count`` is called for each. Raises what breaks the law."""
    inner = law.hypothesis.inner_test

    @wraps(inner)
    def timed(*drawn: Any, **named: Any) -> None:
        nonlocal until
        count()
        try:
            inner(*drawn, **named)
        except HypothesisException:
            raise  # the law says nothing of this example
        except Exception:
            until = inf  # this one is made small first
            raise
        if time.monotonic() > until:
            raise SkipTest  # the one way out of a run of examples

    law.hypothesis.inner_test = timed
    try:
        with suppress(SkipTest), redirect_stdout(None):  # which is told how to run it again, though nothing broke
            law()
    finally:
        law.hypothesis.inner_test = inner


def main(minutes: float) -> int:
    """The number of laws that broke within so many ``minutes``."""
    laws = {name: law for name, law in vars(test_fuzz).items() if hasattr(law, "hypothesis")}
    examples = Counter(dict.fromkeys(laws, 0))
    broken: set[str] = set()
    end = time.monotonic() + 60 * minutes
    turn = min(TURN, 60 * minutes / len(laws))
    while time.monotonic() < end and len(broken) < len(laws):
        for name in [name for name in laws if name not in broken]:
            try:
                tried(laws[name], min(time.monotonic() + turn, end), lambda name=name: examples.update([name]))  # type: ignore[misc]
            except Exception:
                broken.add(name)
                traceback.print_exc()
    for name in laws:
        print(f"{examples[name]:>9,}  {name}{'  BROKEN' if name in broken else ''}")
    print(f"{examples.total():>9,}  examples in {minutes:g} minutes")
    return len(broken)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
