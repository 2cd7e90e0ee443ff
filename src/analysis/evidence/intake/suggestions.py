"""What might each number of a text say? A first guess for whoever codes it, and only where plain words make it plain.

The words are English; a number in another language is listed with as little as its digits say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.evidence.rules import MAX_WORDS
from analysis.evidence.text import PERCENT, Span, Text, numbers_in

_DIGITS = r"\d[\d.,٫٬\u00a0\u2009\u202f]*"
_PARTS = r"(?:half|halves|thirds?|quarters?)"
_SCALE = r"(?:tens|hundreds?|thousands?|millions?|billions?|dozens?|scores?)"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_NOT_COUNTS = r"(?:some|many|few|several|all|each|every|most|number|once|both|first|second)"
_JOINED = re.compile(
    rf"\w[\w.,]*[\s-]+{_SCALE}|\w+[\s-]{_PARTS}|{_TENS}[\s-]\w+|(?:hundred|thousand)\s(?:and\s)?\w+"
    rf"|{_SCALE}\sof\s{_SCALE}|some\s(?:{_DIGITS}|(?!{_NOT_COUNTS})\w+)|{_DIGITS}\s?[-–—/.]\s?{_DIGITS}|\d+,\s\d{{4}}"
    rf"|(?!{_NOT_COUNTS})\S+(?:[-–—]|\s(?:to|or)\s)(?!{_NOT_COUNTS})\S+",
    re.IGNORECASE,
)
"""Two neighbouring number words that are one quantity: 1.6 million, two thirds, some 300, 2014-2015, two or three."""
_RANGE = re.compile(r"\s?[-–—]\s?(?=\d)|(?<=\w)-(?=t(?:o|hr))|\s(?:to|or|and)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s$")

_HEDGES_BEFORE = (
    (r"(?:no|not) (?:more|over) than|at (?:the )?most|up to|as many as|a maximum of", "at_most"),
    (r"no (?:fewer|less) than|at least|a minimum of", "at_least"),
    (r"more than|over|above|exceed\w*|in excess of|upwards of", "more_than"),
    (r"less than|fewer than|under|below|almost|nearly", "less_than"),
    (r"about|around|approximately|roughly|an? estimated|circa|some", "about"),
)
_HEDGES_AFTER = ((r",? at (?:the )?most", "at_most"), (r",? at (?:the )?least| or more", "at_least"))

_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_YEAR = r"(?:1[89]|20)\d\d"
_DATE = re.compile(
    rf"{_YEAR}(?:\D{{1,5}}(?:{_YEAR}|\d\d))?|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d\d){{1,2}}|\d{{1,2}}, {_YEAR}"
)

_UNITS = (
    ("attacks", r"attacks?|bombings?"),
    ("cells", r"cells?|networks?"),
    ("plots", r"plots?"),
    ("years", r"years?(?:-old)?"),
    ("months", r"months?"),
    ("weeks", r"weeks?"),
    ("days", r"days?"),
    (
        "persons",
        r"\w*fighters?|jihad\w*|moroccans|volunteers|travell?ers|people|persons?|men|women|girls|boys|children|minors"
        r"|youths?|returnees|militants|members|elements|recruits|combatants|detainees|convicts|brothers|families|guys"
        r"|nationals|supporters|suspects|them|whom|who",
    ),
)
_TIMES = ("years", "months", "weeks", "days")
_MEASURES = (
    ("cells", r"", "cells_dismantled"),
    ("attacks", r"suicide", "suicide_attacks"),
    ("plots", r"foiled|prevented|thwarted", "plots_foiled"),
    ("rank", r"nationalit", "nationality_rank"),
    ("time", r"\bold\b|\baged\b", "age"),
    ("time", r"sentence|jail|prison|term|detained", "sentence"),
    ("time", r"", "duration"),
    ("persons", r"\b(?:wish|want|expect|set|seek|hop|plan)\w* .*(?:return|com\w+ back)", "intend_return"),
    ("persons", r"arrest.*(?:return|com\w+ back)|(?:return|c[oa]m\w+ back).*arrest", "returned_arrested"),
    ("persons", r"prevent|\bstopped", "prevented"),
    ("persons", r"arrest", "arrested_terrorism"),
    ("persons", r"\bkilled|\bdied|\bdead\b|\bdeaths?\b", "killed"),
    ("persons", r"\breturned|\bcame back|\bcome back|\breturnees|\breturning", "returned"),
    ("persons", r"(?:still )?(?:fighting|battling)\b", "fighting"),
    ("persons", r"\bleft\b|\bjoined|\btravell?ed|\bdeparted|\bdeparture|\bgone\b", "departed"),
)
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


def quantities(text: Text) -> Iterator[Span]:
    """Every number-like word of ``text``, neighbours that are one quantity together."""
    whole = last = None
    for token in text.number_like():
        if whole and last:
            opening = text.content[max(whole.start - 10, 0) : whole.start].lower()
            near = token.start - last.end < 12 and len(text.quote(whole).split()) < MAX_WORDS - 2
            between = text.quote(Span(last.end, token.start)) == " and " and _BETWEEN.search(opening)
            if near and (between or _JOINED.fullmatch(text.quote(Span(last.start, token.end)))):
                whole, last = Span(whole.start, token.end), token
                continue
            yield whole
        whole = last = token
    if whole:
        yield whole


def suggestions(text: Text) -> list[Suggestion]:
    """What each quantity of ``text`` may be coded as. The words around it hold no other quantity, but for what is part
    of its hedge, as in "at most 500"; that is no suggestion of its own.
    """
    numbers = list(quantities(text))
    ends = [0, *(number.end for number in numbers)]
    starts = [*(number.start for number in numbers[1:]), len(text.content)]
    found = [_suggestion(text, number, Span(*room)) for number, *room in zip(numbers, ends, starts, strict=False)]
    kept: dict[int, Suggestion] = {}
    for place in sorted(range(len(found)), key=lambda place: found[place].span.start - found[place].span.end):
        beside = (kept[near].span for near in (place - 1, place + 1) if near in kept)
        if not any(span.covers(numbers[place]) for span in beside):
            kept[place] = found[place]
    return [kept[place] for place in sorted(kept)]


def _suggestion(text: Text, number: Span, within: Span) -> Suggestion:
    sentence, clause = text.near(number), text.clause(number)
    before = _lower(text.quote(Span(sentence.start, number.start)))
    after = _lower(text.quote(Span(number.end, sentence.end)))
    words, start, end, hedge = text.quote(number).lower(), number.start, number.end, ""
    for pattern, name in _HEDGES_AFTER:
        if found := re.match(rf"(?: \w+)?(?:{pattern})\b", after):
            hedge, end = name, number.end + found.end()
    if words.startswith("some ") and re.search(r"\d", words):
        hedge, words = "about", words.removeprefix("some ")
    for pattern, name in _HEDGES_BEFORE:
        if found := re.search(rf"\b(?:{pattern})\s+(?:an?\s+|the\s+)?$", before):
            hedge, start = name, sentence.start + found.start()
            break
    ends = [numbers_in(part) for part in _RANGE.split(words)]
    ranged = len(ends) == 2 and all(ends) and ends[0][0] < ends[1][0]
    ranged = ranged and {ends[0][0], ends[1][0]} <= {*numbers_in(words)}  # as the whole phrase prints them too
    if ranged and (found := _BETWEEN.search(before)):
        start = sentence.start + found.start()
    percent = re.match(PERCENT, after)
    end = max(end, number.end + (percent.end() if percent else 0))
    if month := re.search(rf"\b{_MONTH}\s+$", before):
        start = sentence.start + month.start()
    around = text.words_around(Span(start, end), MAX_WORDS, within)
    unit = "share" if percent else _unit(words, text.quote(Span(number.end, clause.end)).lower())
    if month or re.match(rf"(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b", after):
        return Suggestion(around, "events")
    if _DATE.fullmatch(words) and not (hedge and unit == "persons"):
        return Suggestion(around, "events" if "," in words or "/" in words else "dismissed")
    if _idle(words, before, after):
        return Suggestion(around, "dismissed")
    whole = 100 if percent else 1
    printed = numbers_in(words + (percent.group() if percent else ""))
    values = [number for number in printed if unit != "share" or number <= 1]
    value_to = ""
    if ranged and (unit != "share" or ends[1][0] <= whole):
        hedge, values = "range", [ends[0][0] / whole]
        value_to = f"{(ends[1][0] / whole).normalize():f}"
    elif re.search(r"\bmost\b|majority", words):
        hedge = hedge or "more_than"
    value = f"{values[0].normalize():f}" if values else ""
    # a third, written out, has no end
    if not value or len(value) > 12 or re.search(r"\b(?:many|several|few|some|number|couple)\b", words):
        hedge, value, value_to = "vague", "", ""
    kind = {"share": "share", "rank": "rank"}.get(unit, "duration" if unit in _TIMES else "")
    measure = _measure(unit, text.quote(clause).lower())
    return Suggestion(
        around, "claims", measure, hedge or "exact", value, unit, "age" if measure == "age" else kind, value_to
    )


def _lower(words: str) -> str:
    """``words`` in small letters, as many characters as before: of all letters, only this one would grow."""
    return words.replace("İ", "i").lower()


def _unit(words: str, after: str) -> str:
    if re.fullmatch(r".*\b(?:half|third|thirds|quarters?|majority|most|all|every|each|exclusively)", words):
        return "rank" if re.match(r"\s\w+est\b", after) else "share"
    if re.match(r"\s\w+est\b", after):
        return "rank"
    for word in re.findall(r"[\w]+", after)[:5]:
        for unit, pattern in _UNITS:
            if re.fullmatch(pattern, word):
                return unit
    return "persons" if words in {"many", "both", "one", "several"} else ""


def _idle(words: str, before: str, after: str) -> bool:
    """Whether a number word counts nothing: part of a name, a pronoun, an order, a superlative."""
    if re.search(r"[a-zà-ÿ]$", before):
        return True
    match words:
        case "one":
            return bool(
                re.search(r"\b(?:no|any|every|this|that|the|only)\s$", before) or after.startswith((" another", " by"))
            )
        case "each":
            return after.startswith(" other")
        case "number" | "numbers" | "couple":
            return not re.search(r"\ban?(?: \w+)?\s$", before)
        case "most":
            return before.endswith("the ") and not after.startswith(" part")
        case "first" | "second" | "third" | "fourth" | "fifth":
            fraction = words == "third" and (after.startswith(" of") or before.endswith("a "))
            return not fraction and not re.match(r"\s\w+est\b", after)
    return words in {"once", "twice"}


def _measure(unit: str, clause: str) -> str:
    of = "time" if unit in _TIMES else "persons" if unit == "share" else unit
    return next((name for scope, words, name in _MEASURES if scope == of and re.search(words, clause)), "")
