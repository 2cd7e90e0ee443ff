"""Where does a phrase stand in a text, and which number-like words does a text hold?

A locator is a character span (Unicode characters of the text decoded as UTF-8, end exclusive) and the SHA-256 of the
sentence around it, after the selectors of the W3C Web Annotation model. The hash is taken over a normalised sentence,
so that another capture of the same article, with other white space or quotes, is still recognised.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

_CLOSERS = "\"'”’»)\\]"
_BOUNDARY = re.compile(rf"[.!?][{_CLOSERS}]*\s+|\s*\n\s*|\s*\[/?h\d\]\s*")
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
_NUMBER_LIKE = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A stretch of a text: first character, and the one after the last."""

    start: int
    end: int

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


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

    def sentence_hash(self, span: Span) -> str:
        """SHA-256 of the normalised sentence or sentences around ``span``."""
        sentence = self.enclosing(span)
        return sha256(normalised(self.content[sentence.start : sentence.end]).encode()).hexdigest()

    def occurrences(self, phrase: str) -> list[Span]:
        """Every place where ``phrase`` stands, white space and quotes aside."""
        pattern = r"\s+".join(_any_quote(word) for word in phrase.split())
        return [Span(*match.span()) for match in re.finditer(pattern, self.content)] if pattern else []

    def locate(self, phrase: str, sentence_sha256: str) -> list[Span]:
        """Every place of ``phrase`` inside a sentence with that hash."""
        return [span for span in self.occurrences(phrase) if self.sentence_hash(span) == sentence_sha256]

    def number_like(self) -> Iterator[Span]:
        """Every digit run, number word and quantity word, in order."""
        for match in _NUMBER_LIKE.finditer(self.content):
            yield Span(*match.span())


def _any_quote(word: str) -> str:
    escaped = re.escape(word.translate(_QUOTES))
    return escaped.replace('"', '["“”„«»]').replace("'", "['‘’]")


def numbers_in(phrase: str) -> set[Decimal]:
    """The numbers that ``phrase`` can be read to print: digits, number words, fractions; percentages as shares too."""
    found: set[Decimal] = set()
    if re.search(r"\ban? (day|week|month|year)\b|\bhighest\b", phrase, re.IGNORECASE):
        found.add(Decimal(1))
    for match in _NUMBER_LIKE.finditer(phrase):
        word = match.group().lower()
        if word[0].isdigit():
            value = Decimal(word.replace(",", ""))
            if re.fullmatch(r"\d{1,3}(\.\d{3})+", word):  # thousands as the French and Arabic press print them
                found.add(Decimal(word.replace(".", "")))
            found |= {value, value / 100} if re.match(r"\s?(%|percent)", phrase[match.end() :]) else {value}
        for table in (_CARDINALS, _ORDINALS, _FRACTIONS):
            if word in table:
                found.add(Decimal(table[word]))
        if word in {"all", "every", "each", "exclusively", "both"}:
            found.add(Decimal(2 if word == "both" else 1))
    return found
