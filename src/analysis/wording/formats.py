"""How do numbers, dates and lists read in a sentence? The words of official statistics."""

from calendar import month_name
from collections.abc import Iterable
from datetime import date

from analysis.evidence.dates import days

MONTHS = tuple(month_name)[1:]


def number(value: float | None, decimals: int = 2) -> str:
    """A number with thousands separators: 1,631, 2.25. At most ``decimals`` decimals, none that is 0.

    >>> number(1631.0), number(7.1667, 1)
    ('1,631', '7.2')
    """
    if value is None:
        return "no number"
    text = f"{float(value):,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float | None, decimals: int = 1) -> str:
    """A fraction of 1 as a percentage: 37.5%."""
    return "no share" if value is None else f"{number(100 * float(value), decimals)}%"


def amount(lower: float | None, upper: float | None, noun: str = "", as_share: bool = False) -> str:
    """An interval in words. None is unbounded.

    >>> amount(601, None, "people"), amount(0, 616, "people"), amount(199, 199, "people")
    ('at least 601 people', 'at most 616 people', '199 people')
    >>> amount(816, 1432), amount(None, None, "people"), amount(0, 0, "people")
    ('between 816 and 1,432', 'any number of people', 'no people')
    >>> amount(1, None, "people")
    'at least 1 person'
    """
    tell = share if as_share else number
    single = noun == "people" and 1 in (lower, upper) and (lower in (None, 0, upper) or upper is None)
    noun = f" {'person' if single else noun}" if noun else ""
    low = None if lower == 0 else lower
    if low is None and upper is None:
        return f"any number of{noun}" if noun else "any number"
    if upper is None:
        return f"at least {tell(low)}{noun}"
    if low is None:
        return f"at most {tell(upper)}{noun}" if upper else (f"no{noun}" if noun else "0")
    if tell(low) == tell(upper):
        return f"{tell(low)}{noun}"
    return f"between {tell(low)} and {tell(upper)}{noun}"


def stated(lower: float | None, upper: float | None, hedge: str = "exact", noun: str = "") -> str:
    """A printed count in words; what "about" means is added, for the range lies evenly around the number.

    >>> stated(250, 350, "about"), stated(199, 199), stated(601, None, "more_than")
    ('about 300 (read as 250 to 350)', '199', 'at least 601')
    """
    if hedge != "about" or lower is None or upper is None:
        return amount(lower, upper, noun)
    named = f"about {number((lower + upper) / 2)}" + (f" {noun}" if noun else "")
    return named if lower == upper else f"{named} (read as {number(lower)} to {number(upper)})"


def plural(count: float, noun: str, many: str = "") -> str:
    """A count with its noun: 1 case, 20 cases, 2 countries."""
    return f"{number(count)} {noun if count == 1 else many or f'{noun}s'}"


def day(value: str | date) -> str:
    """An ISO date, a month or a year in words: 24 December 2016, May 2017, 2016."""
    parts = str(value)[:10].replace("~", "").split("-")
    year, *rest = parts
    if not rest:
        return year
    month = MONTHS[int(rest[0]) - 1]
    return f"{int(rest[1])} {month} {year}" if len(rest) > 1 else f"{month} {year}"


def month(value: str | date) -> str:
    """The month of a date: May 2017."""
    return day("-".join(str(value).replace("~", "").split("-")[:2]))


def window(edtf: str) -> str:
    """A window as coded, in words: in 2016, in January to August 2016, 2014 to 2015, up to March 2017.

    >>> window("2016-01/2016-08"), window("../2017-03"), window("2015"), window("2011/2017-03")
    ('January to August 2016', 'up to March 2017', '2015', '2011 to March 2017')
    """
    if not edtf:
        return "no stated period"
    start, _, end = edtf.partition("/")
    if not end:
        return day(start)
    if start in ("..", ""):
        return f"up to {day(end)}"
    if end in ("..",):
        return f"since {day(start)}"
    first, last = days(edtf)
    if first and last and first.year == last.year and len(start) > 4:
        named = MONTHS[first.month - 1]
        if len(start) > 7:
            named = f"{first.day}" if first.month == last.month else f"{first.day} {named}"
        return f"{named} to {day(end)}"
    return f"{day(start)} to {day(end)}"


def listed(items: Iterable[object], last: str = "and") -> str:
    """Items in a row: a, b and c."""
    names = [str(item) for item in items]
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def sentence(text: str) -> str:
    """``text`` with a capital at its start."""
    return f"{text[:1].upper()}{text[1:]}"
