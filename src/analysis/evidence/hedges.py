"""Which hedge do the words around a number make, and what interval does a hedged number mean?

Rules after the practice of reading numeric hedge words as intervals (Ferson et al. 2015, "Natural language of
uncertainty: numeric hedge words"); the words are in hedges.csv. Nothing here knows of the record's tables.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from analysis.evidence import files
from analysis.evidence.intervals import Bounds

COUNTED = frozenset({"persons", "cells", "attacks", "plots", "rank"})
"""Units that come in whole numbers: "more than 600 persons" means 601 or more."""

NUMBERED = ("exact", "about", "at_least", "more_than", "at_most", "less_than", "range")
"""The hedges that carry a number; ``vague`` carries none."""

_LINES = files.table_beside(__file__)


def _rules(place: str) -> list[tuple[str, str]]:
    """The patterns of a place in hedges.csv, each with its hedge; in <> a pattern names the words of another place."""
    lines = (line for line in _LINES if line["place"] == place)
    return [(re.sub(r"<(\w[\w ]*)>", lambda name: _words(name[1]), line["pattern"]), line["hedge"]) for line in lines]


def _words(place: str) -> str:
    return "|".join(pattern for pattern, _ in _rules(place))


_QUOTES = _words("quotes")
BEFORE = _rules("before")
"""Words right before a number, the first that fits."""

AFTER = _rules("after")
"""Words right after a number, or after it and what it counts."""

_PLAIN = re.compile(
    rf"(?:^|[;(\[—–]|:\s|\s-|(?:[^\W\d]|[{_QUOTES}’”)]|\b(?:19|20)\d\d),\s|\b(?:{_words('plain')}))[\s{_QUOTES}]*$"
)
"""What may come before an exact number: the beginning of a clause, or a word that leaves the number as it is."""

_DOUBT = re.compile(rf"\b(?:{_words('doubt')})\b")
"""Words that make a number of their clause another one, or none."""

_UNDONE = re.compile(rf"\b(?:{_words('undone')})(?: \w+)?\s*$")
"""Words that undo the hedge that follows them: nowhere near, not much more than, twice as many as."""

_UNSURE_AFTER = re.compile(_words("unsure"))
"""Words and marks right after a number, or after what it counts, that may hedge it and that no rule understands."""


def hedge_of(before: str, after: str) -> tuple[str, int, int]:
    """The hedge that the words ``before`` and ``after`` a number make, and how many characters of each belong to it.

    Empty where the words are not understood, or where two of them disagree. A number is exact only where all that is
    beside it is known to leave it as it is.
    """
    before, after = (re.sub(r"\s", " ", words.lower()) for words in (before, after))
    name, start = _before(before)
    stacked, _ = _before(before[:start]) if name not in ("", "exact") else ("", 0)
    later, end = "", 0
    for pattern, hedge in AFTER:
        if match := re.match(rf"(?:[ -](?!and|or|but|of|to|in|more)[a-z]+){{0,2}}?(?:{pattern})(?!\w)(?!\s?\d)", after):
            later, end = hedge, match.end()
            break
    names = {name, stacked, later} - {"", "exact"}
    if names:
        clear = not _UNDONE.search(before[:start])
    else:  # all that is beside an exact number, or beside the word before it, has to leave it as it is
        *_, last = re.split(r"[:;(\[—–]|, (?=.*\w)", before[:start])
        known = name or _PLAIN.search(before[:start])
        clear = bool(known) and not _DOUBT.search(last) and not _UNSURE_AFTER.match(after)
    hedge = next(iter(names), "exact") if clear and len(names) < 2 else ""
    return hedge, len(before) - start, end


def _before(words: str) -> tuple[str, int]:
    """The hedge that ``words`` end with, and where it begins."""
    for pattern, hedge in BEFORE:
        if match := re.search(rf"(?<!\w)(?:{pattern})\s*(?<!\w)(?:an?\s+)?$", words):
            return hedge, match.start()
    return "", len(words)


def half_width(value: Decimal) -> Decimal:
    """Half a unit of the last non-zero digit: 5 for 70, 50 for 300, 0.005 for 0.38, 0.5 for 71.

    A fraction without end, such as 1/3, is as wide as its first digit: 0.05.
    """
    if value == 0:
        raise ValueError("zero has no last non-zero digit, so 'about 0' has no interval")
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(5).scaleb((value.adjusted() if exponent < -12 else exponent) - 1)


@lru_cache(maxsize=4096)
def interval(
    hedge: str, value: Decimal | None, value_to: Decimal | None, unit: str, about_width: Decimal = Decimal(1)
) -> Bounds:
    """The numbers that ``hedge`` and ``value`` admit. A strict bound on a share is kept as its closure.

    ``value_to`` is the far end of a range. ``about_width`` stretches "about": 1 admits the numbers that round to the
    printed one at its last non-zero digit. A count is a whole number; a share lies in [0, 1]. Raises ValueError where
    no number is admitted, as in "less than 0 persons".
    """
    if hedge == "vague":
        return None, None
    if value is None:
        raise ValueError(f"the hedge {hedge!r} needs a number")
    if hedge == "range" and value_to is None:
        raise ValueError("a range needs both ends")
    step = Decimal(1) if unit in COUNTED else Decimal(0)
    width = half_width(value) * about_width if hedge == "about" else Decimal(0)
    ends: dict[str, tuple[Decimal, Decimal | None]] = {
        "exact": (value, value),
        "about": (value - width, value + width),
        "at_least": (value, None),
        "more_than": (value + step, None),
        "at_most": (Decimal(0), value),
        "less_than": (Decimal(0), value - step),
        "range": (value, value_to),
    }
    if hedge not in ends:
        raise ValueError(f"unknown hedge {hedge!r}")
    lower, upper = ends[hedge]
    lower = max(lower, Decimal(0))
    if unit == "share":
        upper = Decimal(1) if upper is None else min(upper, Decimal(1))
    if step:
        lower = lower.to_integral_value(ROUND_CEILING)
        upper = None if upper is None else upper.to_integral_value(ROUND_FLOOR)
    if upper is not None and lower > upper:
        raise ValueError(f"{hedge} {value} {unit} admits no number")
    return float(lower), None if upper is None else float(upper)
