"""Which days does a date as coded cover?

Dates are EDTF (Library of Congress, Extended Date/Time Format), parsed by the ``edtf`` library.
"""

import re
from contextlib import redirect_stdout
from datetime import date
from functools import lru_cache

Days = tuple[date | None, date | None]
"""First and last day, inclusive; ``None`` is open or unknown."""


@lru_cache(maxsize=4096)
def days(edtf: str) -> Days:
    """First and last day of ``edtf``: ``2016`` is its whole year, ``2011/..`` and ``2011/`` are open. Raises ValueError."""
    from edtf import parse_edtf  # here: most runs read curated dates and never parse one

    try:
        with redirect_stdout(None):  # the library prints what it fails at
            # for an end that is not given, it would guess ten years
            parsed = parse_edtf(re.sub(r"^(?=/.)|(?<=./)$", "..", edtf))
        bounds = parsed.lower_strict(), parsed.upper_strict()
        first, last = (None if isinstance(bound, float) else date(*bound[:3]) for bound in bounds)
    except Exception as error:  # the library raises several types of its own, and pyparsing's
        raise ValueError(f"{edtf!r} is not an EDTF date of the years 1 to 9999") from error
    if first and last and first > last:
        raise ValueError(f"{edtf!r} ends before it begins")
    return first, last
