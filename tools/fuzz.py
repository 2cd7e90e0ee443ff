"""For how many random inputs do the property tests of ``tests/evidence`` pass? ``make fuzz``: each in turn, for some minutes.

A property that fails is printed with the smallest example that makes it fail: add that to the test as an ``@example``.
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

from tests.evidence import test_fuzz, test_hedges, test_numerals, test_text  # noqa: E402  they use the profile that is loaded

TURN = 10.0
"""Seconds that a property is tried for, at most, before the next one's turn."""


def run_until(test: Any, until: float, count: Callable[[], None]) -> None:
    """Try the ``test`` on new examples ``until`` that time; ``count`` is called for each. Raises its failure."""
    inner = test.hypothesis.inner_test

    @wraps(inner)
    def timed(*drawn: Any, **named: Any) -> None:
        nonlocal until
        count()
        try:
            inner(*drawn, **named)
        except HypothesisException:
            raise  # the property does not cover this example
        except Exception:
            until = inf  # this one is made small first
            raise
        if time.monotonic() > until:
            raise SkipTest  # the one way out of a run of examples

    test.hypothesis.inner_test = timed
    try:
        with suppress(SkipTest), redirect_stdout(None):  # it prints how to run it again, though nothing failed
            test()
    finally:
        test.hypothesis.inner_test = inner


def main(minutes: float) -> int:
    """The number of properties that failed within so many ``minutes``."""
    modules = (test_fuzz, test_hedges, test_numerals, test_text)
    tests = {name: test for one in modules for name, test in vars(one).items() if hasattr(test, "hypothesis")}
    examples = Counter(dict.fromkeys(tests, 0))
    failed: set[str] = set()
    end = time.monotonic() + 60 * minutes
    turn = min(TURN, 60 * minutes / len(tests))
    while time.monotonic() < end and len(failed) < len(tests):
        for name in [name for name in tests if name not in failed]:
            try:
                run_until(tests[name], min(time.monotonic() + turn, end), lambda name=name: examples.update([name]))  # type: ignore[misc]
            except Exception:
                failed.add(name)
                traceback.print_exc()
    for name in tests:
        print(f"{examples[name]:>9,}  {name}{'  FAILED' if name in failed else ''}")
    print(f"{examples.total():>9,}  examples in {minutes:g} minutes")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
