"""Which days does a date as coded cover?

Dates are EDTF (Library of Congress, Extended Date/Time Format), parsed by the ``edtf`` library.
"""

from datetime import date
from functools import lru_cache

Days = tuple[date | None, date | None]
"""First and last day, inclusive; ``None`` is open or unknown."""


@lru_cache(maxsize=4096)
def days(edtf: str) -> Days:
    """First and last day of ``edtf``: ``2016`` is its whole year, ``2011/..`` is open. Raises ValueError."""
    from edtf import parse_edtf  # here: most runs read curated dates and never parse one

    try:
        parsed = parse_edtf(edtf)
        bounds = parsed.lower_strict(), parsed.upper_strict()
    except Exception as error:  # the library raises several types of its own, and pyparsing's
        raise ValueError(f"{edtf!r} is not an EDTF date") from error
    first, last = (None if isinstance(bound, float) else date(*bound[:3]) for bound in bounds)
    if first and last and first > last:
        raise ValueError(f"{edtf!r} ends before it begins")
    return first, last
