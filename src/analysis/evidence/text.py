"""Where does a phrase stand in a text, and which number-like words does a text hold?

A locator is a character span (Unicode characters of the text decoded as UTF-8, end exclusive) and the SHA-256 of the
sentence around it, after the selectors of the W3C Web Annotation model. The hash is taken over a normalised sentence,
so that another capture of the same article, with other white space or quotes, is still recognised.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import accumulate

_CLOSERS = "\"'“”„‘’«»)\\]"
_BOUNDARY = re.compile(rf"[.!?][{_CLOSERS}]*\s+|\n\s*|\[/?h\d\]\s*")
_BREAK = re.compile(r"[;:()\[\]<>|\"“”„«»—]|[,،.!?](?!\d)|\s[–-]\s")
_WORD = re.compile(r"\w+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})

_UNITS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_CARDINALS = _UNITS | dict(zip(_TEENS, range(13, 20), strict=True)) | _TENS
_ORDINALS = dict(
    zip(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
        range(1, 11),
        strict=True,
    )
)
_FRACTIONS = {"half": Decimal("0.5"), "third": Decimal(1) / 3, "quarter": Decimal("0.25")}
_FRACTIONS |= {"majority": Decimal("0.5"), "most": Decimal("0.5")}  # read as more than one half
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12, "score": 20}
_VAGUE = [
    "tens",
    "dozen",
    "dozens",
    "score",
    "scores",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "half",
    "halves",
    "third",
    "thirds",
    "quarter",
    "quarters",
    "once",
    "twice",
    "both",
    "couple",
    "pair",
    "few",
    "several",
    "many",
    "most",
    "majority",
    "minority",
    "some",
    "number",
    "numbers",
    "numerous",
    "handful",
    "all",
    "every",
    "each",
    "exclusively",
]
_WORDS = sorted({*_CARDINALS, *_ORDINALS, *_VAGUE}, key=len, reverse=True)
_GROUP = "\u00a0\u2009\u202f"  # spaces that group digits, and never end a number
_NUMBER_LIKE = re.compile(
    rf"\d{{1,3}}(?:[{_GROUP}]\d{{3}}(?!\d))+|\d+(?:[.,٫٬]\d+)*|[¼-¾⅐-⅞]|\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE
)
_COMPOUND = re.compile(
    rf"(?:\b(?:(?:hundred|thousand)[\s-]+and|{'|'.join([*_CARDINALS, *_SCALES])})\b[\s-]*)+",
    re.IGNORECASE,
)
_FRACTION_OF = re.compile(rf"\b({'|'.join(_CARDINALS)})[\s-](third|quarter)s?\b")
PERCENT = r"\s?(?:[%٪％]|per\s?cent\b)"
_OF_PERCENT = re.compile(rf"(?:(?:\s?[-–—]\s?|\s(?:to|or|and)\s)\d[\d.,٫٬]*)?{PERCENT}")
"""After a number: its percent sign, or that of the range it begins, as in 20-30%."""


@dataclass(frozen=True)
class Span:
    """A stretch of a text: first character, and the one after the last."""

    start: int
    end: int

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


class Cover:
    """Many spans, asked whether one of them covers another span."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted((span.start, span.end) for span in spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def covers(self, other: Span) -> bool:
        before = bisect_right(self._starts, other.start)
        return before > 0 and self._reach[before - 1] >= other.end


def normalised(sentence: str) -> str:
    """``sentence`` with white space collapsed, quotes straightened and Unicode composed."""
    return " ".join(unicodedata.normalize("NFC", sentence).translate(_QUOTES).split())


class Text:
    """One article's text, cut into sentences.

    A sentence ends after ``.``, ``!`` or ``?`` (and closing quotes) before white space, at a line break, and at a
    heading mark. That is cruder than grammar and the same on every machine.
    """

    def __init__(self, content: str) -> None:
        self.content = content
        self._hashes: dict[Span, str] = {}
        cuts = [0, *(match.end() for match in _BOUNDARY.finditer(content)), len(content)]
        self._starts = sorted(set(cuts[:-1]))
        self.sentences = [
            Span(start, end)
            for start, end in zip(self._starts, [*self._starts[1:], len(content)], strict=True)
            if content[start:end].strip()
        ]

    @classmethod
    def read(cls, data: bytes) -> "Text":
        """The text in ``data``; raises UnicodeDecodeError where that is not UTF-8."""
        return cls(data.decode("utf-8"))

    def enclosing(self, span: Span) -> Span:
        """``span`` widened to whole sentences."""
        first = bisect_right(self._starts, span.start) - 1
        last = bisect_right(self._starts, max(span.start, span.end - 1))
        end = self._starts[last] if last < len(self._starts) else len(self.content)
        return Span(self._starts[first], end)

    def quote(self, span: Span) -> str:
        """The characters of ``span``."""
        return self.content[span.start : span.end]

    def near(self, span: Span) -> Span:
        """What stands around ``span`` in its sentence; of an endless one, a screenful."""
        sentence = self.enclosing(span)
        return Span(max(sentence.start, span.start - 400), min(sentence.end, span.end + 400))

    def clause(self, span: Span) -> Span:
        """The part of the sentence around ``span`` that no comma, colon, bracket or quotation mark interrupts."""
        sentence = self.near(span)
        before = [sentence.start, *(m.end() for m in _BREAK.finditer(self.content, sentence.start, span.start))]
        after = _BREAK.search(self.content, span.end, sentence.end)
        return Span(before[-1], after.start() if after else sentence.end)

    def words_around(self, span: Span, most: int, within: Span | None = None) -> Span:
        """``span`` with the words of its clause that follow it, and then those before it, ``most`` words in all and
        none outside ``within``.
        """
        clause = self.clause(span)
        if within:
            clause = Span(max(clause.start, within.start), min(clause.end, within.end))
        room = most - len(_WORD.findall(self.quote(span)))
        after = list(_WORD.finditer(self.content, span.end, clause.end))[: max(room, 0)]
        before = list(_WORD.finditer(self.content, clause.start, span.start))
        before = before[max(len(before) - max(room - len(after), 0), 0) :]
        return Span(before[0].start() if before else span.start, after[-1].end() if after else span.end)

    def sentence_hash(self, span: Span) -> str:
        """SHA-256 of the normalised sentence or sentences around ``span``."""
        sentence = self.enclosing(span)
        if sentence not in self._hashes:
            self._hashes[sentence] = sha256(normalised(self.quote(sentence)).encode()).hexdigest()
        return self._hashes[sentence]

    def occurrences(self, phrase: str) -> list[Span]:
        """Every place where ``phrase`` stands, white space, quotes and composition aside; places may overlap."""
        pattern = r"\s+".join(map(_any_form, phrase.split()))
        return [Span(*match.span(1)) for match in re.finditer(f"(?=({pattern}))", self.content)] if pattern else []

    def locate(self, phrase: str, sentence_sha256: str) -> list[Span]:
        """Every place of ``phrase`` inside a sentence with that hash."""
        return [span for span in self.occurrences(phrase) if self.sentence_hash(span) == sentence_sha256]

    def number_like(self, within: Span | None = None) -> Iterator[Span]:
        """Every digit run, number word and quantity word of the text, or of the part ``within``, in order."""
        span = within or Span(0, len(self.content))
        for match in _NUMBER_LIKE.finditer(self.content, span.start, span.end):
            yield Span(*match.span())


def _any_form(word: str) -> str:
    """A pattern for ``word`` with its letters as they are, composed or taken apart, and with any quotes."""
    forms = dict.fromkeys([word, *(unicodedata.normalize(form, word) for form in ("NFC", "NFD"))])
    escaped = "|".join(re.escape(form.translate(_QUOTES)) for form in forms)
    return "(?:" + escaped.replace('"', '["“”„«»]').replace("'", "['‘’]") + ")"


def numbers_in(phrase: str) -> list[Decimal]:
    """The numbers that ``phrase`` can be read to print, in its order: digits, number words, also several that make one
    number, and fractions; percentages as shares too."""
    found: list[Decimal] = []
    if re.search(r"\ban? (day|week|month|year)\b|\bhighest\b", phrase, re.IGNORECASE):
        found.append(Decimal(1))
    for count, part in _FRACTION_OF.findall(phrase.lower()):
        found.append(_CARDINALS[count] * _FRACTIONS[part])
    for match in _COMPOUND.finditer(phrase):
        found.extend(_spelt_out(phrase, match))
    for match in _NUMBER_LIKE.finditer(phrase):
        word = match.group().lower()
        if word[0].isdecimal():
            values = _printed(word)
            found += values
            if _OF_PERCENT.match(phrase, match.end()):
                found += [value / 100 for value in values]
        elif word[0].isnumeric():
            found.append(Decimal(str(unicodedata.numeric(word))))
        for table in (_CARDINALS, _ORDINALS, _FRACTIONS):
            if word in table:
                found.append(Decimal(table[word]))
        if word in {"all", "every", "each", "exclusively", "both"}:
            found.append(Decimal(2 if word == "both" else 1))
    return list(dict.fromkeys(found))


def _printed(digits: str) -> list[Decimal]:
    """What a run of digits can print, the likelier first; nothing for several numbers, as in 12.05.2017."""
    found = []
    if re.fullmatch(rf"(?!0|٠)\d{{1,3}}(?:([.,٬{_GROUP}])\d{{3}})(?:\1\d{{3}})*", digits):
        found.append(Decimal(re.sub(r"\D", "", digits)))  # thousands, also as the French and Arabic press print them
    if re.fullmatch(r"\d+|(?:\d+|\d{1,3}(?:[,٬]\d{3})+)[.٫]\d+|\d+,\d{1,2}", digits):
        whole, _, part = re.sub(r"٬|,(?=\d{3})", "", digits).replace("٫", ".").replace(",", ".").partition(".")
        found.append(Decimal(f"{whole}.{part}" if part else whole))
    return found


def _spelt_out(phrase: str, words: re.Match[str]) -> Iterator[Decimal]:
    """The number that several number words make, such as two thousand five hundred, or 1.6 million."""
    total = current = Decimal(0)
    before = re.search(r"(\d[\d.,]*)\s+$", phrase[: words.start()])
    names = re.findall(r"[a-z]+", words.group().lower())
    if before and names[0] in _SCALES:
        current = next(iter(_printed(before[1])), Decimal(0))
    for name in names:
        if name in _SCALES:
            current = max(current, Decimal(1)) * _SCALES[name]
            if _SCALES[name] >= 1000:
                total, current = total + current, Decimal(0)
        else:
            current += _CARDINALS.get(name, 0)
    if before or len(names) > 1 or names[0] in _SCALES:
        yield total + current
