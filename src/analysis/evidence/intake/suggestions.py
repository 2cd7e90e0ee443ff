"""What might each number of a text say? A first guess for whoever codes it, and only where plain words make it plain.

The words are English; a number in another language is listed with as little as its digits say.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.evidence import files
from analysis.evidence.hedges import hedge_of
from analysis.evidence.numerals import MONTH, YEAR, Quantity, quantities_in
from analysis.evidence.rules import MAX_WORDS, TIMES
from analysis.evidence.schema import NUMBER
from analysis.evidence.text import WORD, Span, Text

_WORDS = files.table_beside(__file__)


def _words(field: str) -> str:
    return "|".join(line["words"] for line in _WORDS if line["field"] == field)


_BETWEEN = re.compile(r"\b(?:(?:anywhere|somewhere) )?(?:between|from)\s+$")
_CHANGE = re.compile(rf"\b(?:{_words('change')})\b[^.;]{{0,30}}\b(?:from|by)\s+$")
"""A number before or beside a change is no count of its own, and its two ends are no range."""
_YEARS = re.compile(rf"{YEAR}(?:\D{{1,5}}(?:{YEAR}|\d\d))?")
_NAMED = re.compile(rf"\b(?:{_words('named')})\.?\s$|[$€£#№]\s?$")
_OTHER = re.compile(rf"[\s-]?(?:{_words('measured')})\b")
"""What is named by a number, and what is measured that no claim is about."""

_UNITS = [(line["term"], line["words"]) for line in _WORDS if line["field"] == "unit"]
"""A unit, and the words that may name it."""
_MEASURES = [(line["of"], line["words"], line["term"]) for line in _WORDS if line["field"] == "measure"]
"""Unit (or what it is of), words of the clause, measure; the first that fits."""


@dataclass(frozen=True)
class Suggestion:
    """A number with the few words around it, and what it may be coded as; what is not plain is empty.

    ``table`` is the one that it may go to: claims, events (a date with its day or month) or dismissed.
    """

    span: Span
    table: str
    measure: str = ""
    hedge: str = ""
    value: str = ""
    unit: str = ""
    kind: str = ""
    value_to: str = ""


def suggestions(text: Text) -> list[Suggestion]:
    """What each quantity of ``text`` may be coded as. The words around it hold no other quantity, but for what is part
    of its hedge, as in "at most 500"; that is no suggestion of its own.
    """
    seen = Text(text.plain)
    numbers = [part for quantity in quantities_in(seen.content) for part in _parts(seen, quantity)]
    ends = [0, *(number.end for number in numbers)]
    starts = [*(number.start for number in numbers[1:]), len(seen.content)]
    guesses = [_suggestion(seen, number, Span(*room)) for number, *room in zip(numbers, ends, starts, strict=False)]
    kept: dict[int, Suggestion] = {}
    for place in sorted(range(len(guesses)), key=lambda place: guesses[place].span.start - guesses[place].span.end):
        beside = (kept[near].span for near in (place - 1, place + 1) if near in kept)
        if not any(span.covers(Span(numbers[place].start, numbers[place].end)) for span in beside):
            kept[place] = guesses[place]
    return [replace(kept[place], span=text.printed(kept[place].span)) for place in sorted(kept)]


def _parts(text: Text, quantity: Quantity) -> list[Quantity]:
    """``quantity``, or, where it has more words than a phrase may have, its parts, without a number."""
    words = [match.span() for match in WORD.finditer(text.content, quantity.start, quantity.end)]
    if len(words) <= MAX_WORDS:
        return [quantity]
    pieces = [words[place : place + MAX_WORDS] for place in range(0, len(words), MAX_WORDS)]
    return [Quantity(piece[0][0], piece[-1][1], "count") for piece in pieces]


def _suggestion(text: Text, quantity: Quantity, within: Span) -> Suggestion:
    number = Span(quantity.start, quantity.end)
    sentence, clause = text.near(number), text.clause(number)
    words = _lower(text.quote(number))
    if quantity.ends and (some := re.match(r"some\s+", words)):
        number, words = Span(number.start + some.end(), number.end), words[some.end() :]
    lines = _unwrapped(text, number, sentence)
    before = _lower(text.quote(Span(lines.start, number.start)))
    after = _lower(text.quote(Span(number.end, lines.end)))
    month = re.search(rf"\b{MONTH}\s+$", before)
    whole = quantity.kind == "word"  # to both, on each: no hedge, as in "on 300" or "to 300"
    leading = re.sub(r"\b(?:to|on|at|from|by)\s\Z", "the ", before) if whole else before
    hedge, before_it, after_it = hedge_of(leading, after)
    if hedge == "exact" and _unlike(quantity, words, text, number, within):
        hedge = ""
    start, end = number.start - before_it, number.end + after_it
    ends, change = quantity.ends, _CHANGE.search(before)
    ranged = len(ends) == 2 and ends[0][0] < ends[1][0] and not change and "/" not in words
    if ranged and (between := _BETWEEN.search(before)):
        start = lines.start + between.start()
    odd = re.search(r"\b(?:over-|under-|not\s(?:between|from)\s+)$", before) or hedge not in ("", "exact", "about")
    if month:
        start = lines.start + month.start()
    around = text.words_around(Span(min(start, quantity.start), end), MAX_WORDS, within)
    unit = _unit(quantity, words, text.quote(Span(number.end, clause.end)).lower())
    if month or re.match(rf"(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}\b", after):
        return Suggestion(around, "events")
    if quantity.kind == "date" or (_YEARS.fullmatch(words) and not (hedge not in ("", "exact") and unit == "persons")):
        return Suggestion(around, "dismissed" if _YEARS.fullmatch(words) or words.endswith("s") else "events")
    if _idle(quantity, words, before, after):
        return Suggestion(around, "dismissed")
    value = value_to = ""
    if ranged:
        hedge, value, value_to = "" if odd else "range", _cell(ends[0][0]), _cell(ends[1][0])
    elif quantity.kind == "vague":
        hedge = "vague"
    elif change or len(ends) != 1 or quantity.kind == "times":
        hedge = ""
    else:
        value = next(filter(None, (_cell(one) for one in ends[0] if unit != "share" or one <= 1)), "")
        hedge = "more_than" if value and hedge == "exact" and re.search(r"\bmost\b|majority", words) else hedge
    if quantity.kind == "share" and not ranged and len(ends[0]) > 1:  # a fifth attack, a fifth left
        hedge = ""
    outside = (hedge, value) in (("less_than", "0"), ("more_than", "1")) or (ranged and ends[1][0] > 1)
    numberless = (hedge not in ("", "vague") and not value) or (ranged and not value_to)
    if numberless or (unit == "share" and outside):
        hedge = value = value_to = ""
    measure = "age" if quantity.kind == "age" else _measure(unit, text.quote(clause).lower())
    kind = {"share": "share", "rank": "rank"}.get(unit, "duration" if unit in TIMES else "")
    return Suggestion(around, "claims", measure, hedge, value, unit, "age" if measure == "age" else kind, value_to)


def _unwrapped(text: Text, number: Span, sentence: Span) -> Span:
    """``sentence``, longer where none ends: after an abbreviation, as in "est. 300", and in the middle of long lines."""
    start, end = sentence.start, sentence.end
    before, line = text.content[max(0, start - 200) : start], text.content[start:end]
    if not text.content[start : number.start].strip(" \t\"“'‘("):
        abbreviated = text.content[number.start].isdigit() and re.search(r"(?<!\S)[a-z]{1,6}\.\s+\Z", _lower(before))
        if match := abbreviated or re.search(r"[^\n]{40,}[\w,-][ \t\r]*\n[ \t]*\Z", before):
            start -= len(match.group())
    if re.search(r"[^\n]{40,}[\w,-][ \t\r]*\n[ \t]*\Z", line) and end < len(text.content):
        end = text.enclosing(Span(end, end + 1)).end
    return Span(start, end)


def _unlike(quantity: Quantity, words: str, text: Text, number: Span, within: Span) -> bool:
    """Whether a number may be one of a list, part of a longer one, a date such as 9/11, or the "all" of "after all"."""
    before, after = text.quote(Span(within.start, number.start)), text.quote(Span(number.end, within.end))
    beside = [gap for gap, at in ((before, within.start > 0), (after, within.end < len(text.content))) if at]
    year = re.search(rf"{YEAR}$", text.content[: within.start])
    if any(re.fullmatch(r",\s|\s?(?:or|to|[~/])\s?", gap) for gap in beside[1 if year else 0 :]):
        return True
    if words == "all":
        return not re.match(r"\s(?:\w+\s)?(?:of|th\w+|\w*s|men|women|people)\b", after)
    return "/" in words and not re.match(r"\s(?:of|a)\b", after)


def _cell(value: Fraction) -> str:
    """``value`` as it is coded: 1600, 0.38, 1/3; nothing where it has too many digits."""
    cell = f"{value.numerator / value.denominator:.12f}".rstrip("0").rstrip(".")
    cell = cell if len(cell) <= 12 and Fraction(cell) == value else str(value)
    return cell if re.fullmatch(NUMBER, cell) else ""


def _lower(words: str) -> str:
    """``words`` in small letters, as many characters as before: of all letters, only this one would grow."""
    return words.replace("İ", "i").lower()


def _unit(quantity: Quantity, words: str, after: str) -> str:
    if quantity.kind == "age":
        return "years"
    if re.match(r"\s\w+est\b", after):
        return "rank"
    if quantity.kind in ("percent", "share") or (quantity.kind == "word" and words != "both"):
        return "share"
    for word in re.findall(r"[\w]+", after)[:5]:
        for unit, pattern in _UNITS:
            if re.fullmatch(pattern, word):
                return unit
    return "persons" if words in {"many", "both", "one", "several"} else ""


def _idle(quantity: Quantity, words: str, before: str, after: str) -> bool:
    """Whether a number counts nothing: part of a name, a pronoun, an order, a superlative, a price, a distance."""
    note = before.endswith("[") and after.startswith("]")
    if note or re.search(r"[a-zà-ÿ]\Z", before) or _NAMED.search(before) or _OTHER.match(after):
        return True
    match words:
        case "one":
            return bool(
                re.search(r"\b(?:no|any|every|this|that|the|only)\s$", before) or after.startswith((" another", " by"))
            )
        case "each" | "every":
            return bool(re.match(r"\s(?:other|day|week|month|year|time)\b", after))
        case "number" | "numbers" | "couple":
            return not re.search(r"\ban?(?: \w+)?\s$", before)
        case "score" | "decade":
            return True
        case "most":
            return before.endswith("the ") and not after.startswith(" part")
    if quantity.kind == "order":
        return not re.match(r"\s\w+est\b", after) and len(quantity.ends[0]) < 2
    return words in {"once", "twice"}


def _measure(unit: str, clause: str) -> str:
    of = "time" if unit in TIMES else "persons" if unit == "share" else unit
    return next((name for scope, words, name in _MEASURES if scope == of and re.search(words, clause)), "")
