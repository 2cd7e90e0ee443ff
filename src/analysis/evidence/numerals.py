"""Which numbers does a phrase print, in figures or in words?

A small grammar: every word is one symbol (numerals.csv), and the patterns below say how symbols make a number. Values are
exact fractions.

Libraries were tried first. text2num 3.1 reads "hundreds of men" as 100 and "two and a half thousand" as 1000, leaves
"half a million" alone; word2number 1.1 reads "two to three thousand" as 5000; quantulum3 0.10 reads "half a million" as
1.5 million and "two to three thousand" as 1501. Whoever checks a coded figure needs "no number" where none is printed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import prod
from typing import NamedTuple

from analysis.evidence import files

Readings = tuple[Fraction, ...]
"""What one number can mean, the likelier first: "1.600" is 1600 or 1.6."""

_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
_LEXICON: dict[str, tuple[str, Readings]] = {
    line["word"]: (line["symbol"], (Fraction(line["value"]),)) for line in files.table_beside(__file__)
}
"""Each word that a number is made of: its symbol in the grammar, and its value. The symbols:

1 one, u two to nine, e zero and ten to nineteen, t tens, h hundred, s a larger scale, n first and second, o another
ordinal, p a part, m a multiple, y an age in tens, w a scale of unknown number (thousands), q all, none and the like,
v a vague quantity, S some, a an article, Y a unit of time; &, f, B, i, - and P are and, of, between, in, to and point.
"""
_NAMES = "|".join(sorted((word for word in _LEXICON if _LEXICON[word][0] in "1uethson"), key=len, reverse=True))
_GLUED = re.compile(rf"({_NAMES})(?=(?:{_NAMES}|somethings?|ish|odd|plus)+$)")
"""A number that is printed in one word with another, or with its hedge: twentyfive, thirtysomething."""
_ONE = Fraction(1)
NUMBER_LIKE = frozenset("1uethsonpFdDymqvwS")
"""The symbols of words and figures that have to be coded or dismissed."""

MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
YEAR = r"(?:1[89]|20)\d\d"
_SPACES = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_GROUP = rf"[{_SPACES}'’]"
_GROUPED = rf"(?![0٠۰])\d{{1,3}}(?:(?P<mark>{_GROUP})\d{{3}}(?!\d))(?:(?P=mark)\d{{3}}(?!\d))*(?:[.,٫]\d+)?"
_TOKEN = re.compile(
    rf"(?P<date>\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}([./-])\d{{1,2}}\2(?:\d\d){{1,2}}\b(?![./-]\d)|(?<=\w\s)\d{{1,2}}, {YEAR}\b)"
    r"|(?P<part>(?<![\d/.,])\d{1,2}[/⁄]\d{1,3}(?![\d/⁄]))"
    rf"|(?P<figures>{_GROUPED}|(?<![\w.])\.\d+|\d+(?:[.,٫٬·_]\d+)*)"
    r"(?:(?:(?P<suffix>k|mn?|bn|tn)|(?P<decade>s)|(?P<ordinal>st|nd|rd|th))\b)?"
    r"|(?P<vulgar>[¼-¾⅐-⅞↉])"
    r"|(?P<percent>[%٪‰]|per[\s-]?cent(?!age)|percentage\spoints?|pct\b|p\.c\.|pc\b)"
    r"|(?P<among>out\sof(?:\s(?:every|each))?|(?:in|of)\s(?:every|each)(?=\s\w)|per(?=\s(?:\d|hundred|thousand|million)))"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<dash>(?<=\d)\s?[-–—/]\s?(?=\d)|\s?[–—]\s?)|(?P<and>&)|(?P<other>[^\s-])"
)
_AFTER_MONTH = re.compile(rf"\b{MONTH}\s$")

_SMALL = "(?:t[1u]?|[1ue])"
_WHOLE = f"(?:(?:{_SMALL}|d|a)?h(?:&?{_SMALL}(?!h))?|{_SMALL}(?:P[1ue]+)?|d)"
_PART = "(?:[1uaed]p|[1a]o|p|F)"
_GROUP_OF = "(?:(?P<part>{part})(?:f?a(?=[hs]))?|(?P<whole>{whole})(?P<mixed>F|&{part})?|a(?=[hs]|Y&a?p)|(?=[hs]))"
_SCALED = "(?P<scale>[hs]{{0,3}}(?:(?<=[1utedhs])w)?)(?P<tail>(?<=[hs])&a?p|(?<=[1utedha])Y&a?p)?"
_NUMBER = re.compile((_GROUP_OF + _SCALED).format(part=_PART, whole=_WHOLE))
"""two hundred and five, 5½, two and a half thousand, half a million, a million and a half, two years and a half"""
_PLAIN = re.compile((_GROUP_OF + _SCALED).format(part=_PART, whole=_WHOLE.replace("&?", "")).replace("|&", "|(?!)&"))
"""The same after "between", where "and" comes before the other end."""
_BEGINS = re.compile("[1uethsdnopFaDymqvwS]")
_LOOSE = re.compile("[vw](?:f?[hsw])*")
"""several hundred, tens of thousands: no number is printed."""


_HYPHENS = {0x2010: "-", 0x2011: "-"}
_TENS_DASH = re.compile("(?<=ty)–(?=(?:one|two|three|four|five|six|seven|eight|nine)\\b)")
"""twenty–five with a dash is one number: a range would not fall."""


class Symbol(NamedTuple):
    """A word, figure or mark of a text: its symbol in the grammar, place, readings, and what its suffix multiplied."""

    symbol: str
    start: int
    end: int
    readings: Readings
    factor: Fraction


@dataclass(frozen=True)
class Quantity:
    """One quantity of a text: where it is printed, its one number or the two ends of its range, and its kind.

    A vague quantity, a date and figures that can be no number (1,6001,600) have none. Kinds: count, share, percent,
    order, times, age, date, word, vague.
    """

    start: int
    end: int
    kind: str
    ends: tuple[Readings, ...] = ()


@dataclass(frozen=True)
class _Number:
    """A number that was read: the place after its last symbol, its readings, and what its scale multiplied."""

    stop: int
    readings: Readings
    kind: str
    factor: Fraction = Fraction(1)


def symbols(text: str) -> Iterator[Symbol]:
    """Every word, figure and mark of ``text`` as a symbol of the grammar, with its place, readings and factor."""
    text, place = text.replace("İ", "i").lower().translate(_HYPHENS), 0  # of all letters, only İ would grow
    text = _TENS_DASH.sub("-", text)
    while match := _TOKEN.search(text, place):
        name, word, (start, place) = match.lastgroup or "", match.group(), match.span()
        if name == "word":
            if word not in _LEXICON and (glued := _GLUED.match(word)):
                word, place = glued[1], start + glued.end()
            symbol, readings = _LEXICON.get(word, ("x", (Fraction(0),)))
            yield Symbol(symbol, start, place, readings, _ONE)
            continue
        symbol, factor = "x", _ONE
        readings = ()
        if match["figures"]:
            figures = match["figures"]
            if match["mark"] == " " and _AFTER_MONTH.search(text, max(start - 12, 0), start):
                figures, place = figures.split(" ")[0], start + figures.index(" ")  # May 12 300 men left
            factor = Fraction(_SUFFIXES.get(match["suffix"] or "", 1)) if place == match.end() else factor
            symbol, readings = "d", tuple(value * factor for value in _figures(figures))
            if match["decade"] and readings and not readings[0] % 10:
                symbol = "y" if readings[0] < 100 else "D"
            if match["ordinal"] and readings:
                symbol = "n" if readings[0] < 3 else "o"
        elif name == "part":
            over, under = (int(part) for part in re.split("[/⁄]", word))
            if not 0 < over < under:
                place = start + re.match(r"\d+", word).end()  # type: ignore[union-attr]
            symbol, readings = ("F", (Fraction(over, under),)) if 0 < over < under else ("d", (Fraction(over),))
        elif name == "vulgar":
            symbol, readings = "F", (Fraction(unicodedata.numeric(word)).limit_denominator(16),)
        elif name == "percent":
            symbol, factor = "%", Fraction(1, 1000 if word == "‰" else 100)
        elif name == "date":
            symbol = "D"
            if "," in word and not _AFTER_MONTH.search(text, max(start - 12, 0), start):
                figures = re.match(r"\d+", word).group()  # type: ignore[union-attr]
                symbol, readings, place = "d", _figures(figures), start + len(figures)
        else:
            symbol = {"among": "I", "dash": "-", "and": "&"}.get(name, ".")
        yield Symbol(symbol, start, place, readings, factor)


def _figures(printed: str) -> Readings:
    """What a run of figures can print, the likelier first; nothing for several numbers, as in 12.05.2017."""
    found = []
    if len(printed) > 40:
        return ()  # no number that anyone prints
    thousands = rf"(?![0٠۰])\d{{1,3}}(?:([.,٬·_'’{_SPACES}])\d{{3}})(?:\1\d{{3}})*"
    if re.fullmatch(rf"{thousands}|[1-9]\d?(?:,\d\d)+,\d{{3}}", printed):
        found.append(Fraction(re.sub(r"\D", "", printed)))  # thousands, also as the French and Arabic press print them
    plain = re.sub(rf"(?<=\d){_GROUP}(?=\d)", "", printed)
    if re.fullmatch(r"\d+|(?:\d*|\d{1,3}(?:[,٬]\d{3})+)[.٫]\d+|(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}", plain):
        found.append(Fraction(re.sub("[٫,]", ".", re.sub("[.,٬](?=.*[.,٫])", "", plain))))
    return tuple(dict.fromkeys(found))


class _Reader:
    """The quantities of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(symbols(text))
        self.line = "".join(token.symbol for token in self.tokens)

    def value(self, place: int) -> Fraction:
        return next(iter(self.tokens[place].readings), Fraction(0))

    def part(self, start: int, stop: int) -> tuple[Fraction, Fraction]:
        """a half, three quarters, one third, ½: the number, and what is counted in it."""
        start += self.line[start] == "&"
        last = self.value(stop - 1) if self.line[stop - 1] in "pF" else 1 / self.value(stop - 1)
        return last * (self.value(start) if stop - start == 2 else 1), last

    def whole(self, start: int, stop: int) -> Readings:
        """Up to 999, or figures as printed."""
        if self.line[start:stop] == "d":
            return self.tokens[start].readings
        total, point = Fraction(0), count(1)
        for place in range(start, stop):
            after_point = "P" in self.line[start:place]
            match self.line[place]:
                case "h":
                    total = (total or Fraction(1)) * 100
                case "&" | "P":
                    pass
                case _:
                    total += self.value(place) / (10 ** next(point) if after_point else 1)
        return (total,)

    def group(self, start: int, pattern: re.Pattern[str]) -> _Number | None:
        match = pattern.match(self.line, start)
        if not match or match.end() == start:
            return None
        scale = prod(self.value(place) for place in range(*match.span("scale")))
        factor = Fraction(scale * (100 if (match["whole"] or "").endswith("h") else 1))
        readings = self.whole(*match.span("whole")) if match["whole"] else (Fraction(1),)
        if match["whole"] == "d":
            factor *= self.tokens[start].factor
        if match["mixed"]:
            part, _ = self.part(*match.span("mixed"))
            readings = tuple(value + part for value in readings)
        if match["part"]:
            part, factor = self.part(*match.span("part"))
            readings = (part,)
        readings = tuple(value * scale for value in readings)
        if match["tail"]:
            half = self.value(match.end() - 1) * (self.value(match.end("scale") - 1) if match["scale"] else 1)
            readings = tuple(value + half for value in readings)
        if match["part"] and not match["scale"]:
            ordinal = self.line[match.end("part") - 1] == "o" and self.line[match.end() : match.end() + 1] == "x"
            return _Number(match.end(), (*readings, *([1 / readings[0]] if ordinal else [])), "share", factor)
        return _Number(match.end(), readings, "count", factor) if readings else None

    def number(self, start: int, pattern: re.Pattern[str] = _NUMBER) -> _Number | None:
        """The longest number that begins at ``start``: two thousand five hundred, twenty-first, forty percent."""
        number = self.group(start, pattern)
        while number and number.kind == "count" and number.factor >= 1000:
            and_ = self.line.startswith("&", number.stop) and pattern is _NUMBER
            rest = self.group(number.stop + and_, pattern)
            if not rest or rest.kind != "count" or rest.readings[0] >= number.factor:
                break
            number = _Number(rest.stop, (number.readings[0] + rest.readings[0],), "count", rest.factor)
        stop = number.stop if number else start
        if self.line[stop : stop + 1] in ("n", "o"):
            if number is None:
                value = self.value(stop)
                share = self.line[stop : stop + 2] == "of"
                return _Number(stop + 1, (value, 1 / value) if share else (value,), "order")
            return self.ordinal(number, stop) or number
        if number and re.match("&[no]", self.line[stop : stop + 2]) and self.line[stop - 1] in "hs":
            return self.ordinal(number, stop + 1) or number
        if number and number.kind == "share" and self.line.startswith("f", stop):
            rest = self.number(stop + 1)
            if rest and rest.kind == "percent":  # half of one percent
                return _Number(rest.stop, tuple(value * rest.readings[0] for value in number.readings), "percent")
        hyphen = self.text[self.tokens[stop - 1].end : self.tokens[stop - 1].end + 1] == "-"
        if number and hyphen and self.line.startswith("x%", stop):  # forty-odd percent
            return _Number(stop, tuple(value * self.tokens[stop + 1].factor for value in number.readings), "percent")
        percent = stop + (2 if self.line.startswith("fa%", stop) else self.line.startswith("a%", stop))
        if number and self.line.startswith("%", percent):
            factor = self.tokens[percent].factor
            return _Number(percent + 1, tuple(value * factor for value in number.readings), "percent")
        return number

    def ordinal(self, number: _Number, place: int) -> _Number | None:
        last, value = self.line[number.stop - 1], self.value(place)
        if (last == "t" and value < 10) or (last in "hs" and value < 100):
            return _Number(place + 1, (number.readings[0] + value,), "order")
        if last in "1uted" and value >= 100:
            return _Number(place + 1, (number.readings[0] * value,), "order")
        return None

    def quantity(self, start: int) -> tuple[int, str, tuple[Readings, ...]] | None:
        """What begins at ``start``: the place after it, its kind, its number or the ends of its range."""
        symbol = self.line[start]
        between = start > 0 and self.line[start - 1] == "B"
        if loose := _LOOSE.match(self.line, start):
            return loose.end(), "vague", ()
        if symbol == "S":
            after = self.quantity(start + 1) if self.line[start + 1 : start + 2] in tuple("1uethsdwap") else None
            return after if after and after[1] in {"count", "vague"} else (start + 1, "vague", ())
        if symbol == "y":
            age = self.value(start)
            return start + 1, "age", ((age,), (age + (6 if age == 13 else 9),))
        if symbol in "Dqm":
            kind = {"D": "date", "q": "word", "m": "times"}[symbol]
            return start + 1, kind, (self.tokens[start].readings,) if symbol != "D" else ()
        second = self.number(start + 3) if re.match("1x[iI]", self.line[start : start + 3]) else None
        if second and not re.match(r"(?i)\s\w+s\b", self.text[self.tokens[second.stop - 1].end :]):  # one man in ten
            one = _Number(start + 1, (_ONE,), "count")
            if self.among(one, second, self.line[start + 2]):
                return second.stop, "share", ((1 / second.readings[0], _ONE),)
        first = self.number(start)
        if first and between and self.line[first.stop : first.stop + 1] not in ("&", "-"):
            first = self.number(start, _PLAIN)
        if not first:
            return None
        joint = self.line[first.stop : first.stop + 1]
        second = self.number(first.stop + 1) if joint and joint in "iI&-" else None
        if second and joint in "iI" and self.among(first, second, joint):
            return second.stop, "share", ((first.readings[0] / second.readings[0],),)
        if second and (joint == "-" or (joint == "&" and between)) and "order" not in (first.kind, second.kind):
            return second.stop, second.kind, (self.alike(first, second), second.readings)
        return first.stop, first.kind, (first.readings,)

    def among(self, first: _Number, second: _Number, joint: str) -> bool:
        """Whether the two make a share: one in five, two out of every three; not two in 2015, nor two in three days."""
        few = first.kind == second.kind == "count" and 0 < first.readings[0] < second.readings[0]
        year = 1800 <= second.readings[0] < 2100 and self.line[second.stop - 1] == "d"
        return few and not year and (joint == "I" or not self.line.startswith("Y", second.stop))

    def alike(self, first: _Number, second: _Number) -> Readings:
        """The readings of ``first`` with the percent sign or scale of the other end: 20-30%, two to three thousand."""
        if second.kind == "percent" and first.kind != "percent":
            return tuple(value / 100 for value in first.readings)
        low, high = first.readings[0], second.readings[0]
        for scale in (100, 1000):  # 2-300, 5-6,000
            if first.factor == second.factor == 1 and high % scale == 0 and high / 2 < low * scale < high:
                return low * scale, *first.readings
        scaled = first.factor == 1 and low < high / second.factor
        return tuple(value * second.factor for value in first.readings) if scaled else first.readings


def quantities_in(text: str) -> list[Quantity]:
    """Every quantity of ``text`` in order, several words that make one number together, and so the ends of a range."""
    reader, found, place = _Reader(text), [], 0
    while begin := _BEGINS.search(reader.line, place):
        place = begin.start()
        stop, kind, ends = reader.quantity(place) or (place + 1, "count", ())
        if NUMBER_LIKE & set(reader.line[place:stop]):
            found.append(Quantity(reader.tokens[place].start, reader.tokens[stop - 1].end, kind, ends))
        place = stop
    return found


def numbers_in(phrase: str) -> list[Fraction]:
    """The numbers that ``phrase`` can be read to print, in its order; a percentage is a share of 1."""
    found = [value for quantity in quantities_in(phrase) for end in quantity.ends for value in end]
    if re.search(r"\ban? (?:day|week|month|year)\b(?! and a half)|\bhighest\b", phrase, re.IGNORECASE):
        found.append(Fraction(1))
    if re.search(r"\b(?:no|nobody|never)\b", phrase, re.IGNORECASE):
        found.append(Fraction(0))
    return list(dict.fromkeys(found))
