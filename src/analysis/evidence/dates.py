"""Which days does a date as coded cover?

Dates are EDTF (Library of Congress, Extended Date/Time Format). Years, months, days and intervals of them are read
here, which is what nearly every coded date is; all else by the ``edtf`` library, which takes milliseconds a date.
"""

import re
from calendar import monthrange
from contextlib import redirect_stdout
from datetime import date
from functools import lru_cache

Days = tuple[date | None, date | None]
"""First and last day, inclusive; ``None`` is open or unknown."""

_PLAIN = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?[~?%]?")
_OPEN = ("", "..")


@lru_cache(maxsize=4096)
def days(edtf: str) -> Days:
    """First and last day of ``edtf``: ``2016`` is its whole year, ``2011/..`` and ``2011/`` are open. Raises ValueError."""
    ends = edtf.split("/")
    plain = [_PLAIN.fullmatch(end) for end in ends]
    known = len(ends) <= 2 and any(plain) and all(found or end in _OPEN for found, end in zip(plain, ends, strict=True))
    try:
        first, last = (_plain(plain[0])[0], _plain(plain[-1])[1]) if known else _parsed(edtf)
    except Exception as error:  # the library raises several types of its own, and pyparsing's
        raise ValueError(f"{edtf!r} is not an EDTF date of the years 1 to 9999") from error
    if first and last and first > last:
        raise ValueError(f"{edtf!r} ends before it begins")
    return first, last


def _plain(found: re.Match[str] | None) -> Days:
    if found is None:
        return None, None
    year, month, day = (int(part or default) for part, default in zip(found.groups(), (0, 1, 1), strict=True))
    first = date(year, month, day)
    if found[3]:
        return first, first
    last_month = month if found[2] else 12
    return first, date(year, last_month, monthrange(year, last_month)[1])


def _parsed(edtf: str) -> Days:
    from edtf import parse_edtf  # here: most runs need none of it

    with redirect_stdout(None):  # the library prints what it fails at
        # for an end that is not given, it would guess ten years
        parsed = parse_edtf(re.sub(r"^(?=/.)|(?<=./)$", "..", edtf))
    bounds = parsed.lower_strict(), parsed.upper_strict()
    first, last = (None if isinstance(bound, float) else date(*bound[:3]) for bound in bounds)
    return first, last
