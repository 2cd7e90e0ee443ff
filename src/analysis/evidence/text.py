"""Where is a phrase in a text, and which number-like words does a text hold?

A locator is a character span (Unicode characters of the text decoded as UTF-8, end exclusive) and the SHA-256 of the
sentence around it, after the selectors of the W3C Web Annotation model. Texts and phrases are compared as a reader
sees them (`visible`) and the hash is taken over a normalised sentence, so that another capture of the same article,
with other white space, quotes, invisible marks or HTML entities, is still recognised.
"""

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise

from analysis.evidence.numerals import NUMBER_LIKE, symbols

_CLOSERS = "\"'“”„‘’«»)\\]"
_BOUNDARY = re.compile(rf"[.!?][{_CLOSERS}]*\s+|\n\s*|\[/?h\d\]\s*")
_BREAK = re.compile(r"[;:()\[\]<>|\"“”„«»—]|[,،.!?](?!\d)|\s[–-]\s")
WORD = re.compile(r"\w+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_FORMS = (
    dict.fromkeys([0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0xFEFF], "")
    | dict.fromkeys([*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)], "")
    | {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFF01, 0xFF5F), *range(0xFB00, 0xFB07))}
    | {code: bytes([code]).decode("cp1252", "ignore") for code in (0x80, 0x82, 0x84, *range(0x91, 0x9A), 0x9B)}
    | {0x2010: "-", 0x2011: "-"}
)
"""What a reader sees of invisible marks, full-width forms, ligatures, Windows-1252 read as Latin-1, two hyphens."""
_ENTITY = r"&(?:amp;)*(?:nbsp(?!;)|(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});)"
_UNSEEN = re.compile(f"{_ENTITY}|[{''.join(map(chr, _FORMS))}]")


def _seen(match: re.Match[str]) -> str:
    form = match.group()
    if form[0] != "&":
        return _FORMS[ord(form)]
    decoded = html.unescape(form)
    return form if decoded == form else visible(decoded)


def visible(text: str) -> str:
    """``text`` as a reader sees it: without soft hyphens and other invisible marks, entities and full-width forms read."""
    return _UNSEEN.sub(_seen, text)


@dataclass(frozen=True)
class Span:
    """A stretch of a text: first character, and the one after the last."""

    start: int
    end: int

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


def normalised(sentence: str) -> str:
    """``sentence`` as a reader sees it, with white space collapsed, quotes straightened and Unicode composed."""
    return " ".join(unicodedata.normalize("NFC", visible(sentence)).translate(_QUOTES).split())


class Text:
    """One article's text, cut into sentences.

    A sentence ends after ``.``, ``!`` or ``?`` (and closing quotes) before white space, at a line break, and at a
    heading mark. That is cruder than grammar and the same on every machine. Spans count the characters of ``content``;
    words are looked for in what a reader sees of it.
    """

    def __init__(self, content: str) -> None:
        self.content = content
        self._hashes: dict[Span, str] = {}
        cuts = (self.printed(Span(match.end(), match.end())).start for match in _BOUNDARY.finditer(self.plain))
        self._starts = sorted({0, *cuts} - {len(content)}) or [0]
        ends = pairwise([*self._starts, len(content)])
        self.sentences = [Span(start, end) for start, end in ends if content[start:end].strip()]

    @cached_property
    def _places(self) -> list[tuple[int, int]] | None:
        """Where each visible character is printed in ``content``; None where all are visible."""
        places: list[tuple[int, int]] = []
        end = 0
        for match in _UNSEEN.finditer(self.content):
            places += ((place, place + 1) for place in range(end, match.start()))
            places += [match.span()] * len(_seen(match))
            end = match.end()
        return places + [(place, place + 1) for place in range(end, len(self.content))] if end else None

    @cached_property
    def plain(self) -> str:
        """``content`` as a reader sees it."""
        return visible(self.content)

    def printed(self, span: Span) -> Span:
        """Where the characters ``span`` of the visible text are printed in ``content``."""
        if self._places is None:
            return span
        start = self._places[span.start][0] if span.start < len(self._places) else len(self.content)
        return Span(start, self._places[span.end - 1][1] if span.end > span.start else start)

    def _trimmed(self, span: Span) -> Span:
        """``span`` without the white space and the invisible marks at its ends, which may be of another sentence."""
        places = self._places or []
        first = bisect_left(places, span.start, key=lambda place: place[0])
        last = bisect_right(places, span.end, key=lambda place: place[1])
        seen = [place for place in range(first, last) if not self.plain[place].isspace()]
        return Span(places[seen[0]][0], places[seen[-1]][1]) if seen else span

    def enclosing(self, span: Span) -> Span:
        """``span`` widened to whole sentences."""
        first = bisect_right(self._starts, span.start) - 1
        last = bisect_right(self._starts, max(span.start, span.end - 1))
        end = self._starts[last] if last < len(self._starts) else len(self.content)
        return Span(self._starts[first], end)

    def quote(self, span: Span) -> str:
        """What a reader sees of ``span``."""
        return visible(self.content[span.start : span.end])

    def near(self, span: Span) -> Span:
        """What is around ``span`` in its sentence; of an endless one, a screenful."""
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
        room = most - len(WORD.findall(self.quote(span)))
        after = list(WORD.finditer(self.content, span.end, clause.end))[: max(room, 0)]
        before = list(WORD.finditer(self.content, clause.start, span.start))
        before = before[max(len(before) - max(room - len(after), 0), 0) :]
        return Span(before[0].start() if before else span.start, after[-1].end() if after else span.end)

    def sentence_hash(self, span: Span) -> str:
        """SHA-256 of the normalised sentence or sentences around ``span``."""
        sentence = self.enclosing(self._trimmed(span))
        if sentence not in self._hashes:
            self._hashes[sentence] = sha256(normalised(self.quote(sentence)).encode()).hexdigest()
        return self._hashes[sentence]

    def occurrences(self, phrase: str) -> list[Span]:
        """Every place of ``phrase``, invisible marks, white space, quotes and composition aside; places may overlap."""
        pattern = r"\s+".join(map(_any_form, visible(phrase).split()))
        matches = re.finditer(f"(?=({pattern}))", self.plain) if pattern else ()
        return [self.printed(Span(*match.span(1))) for match in matches]

    def locate(self, phrase: str, sentence_sha256: str) -> list[Span]:
        """Every place of ``phrase`` inside a sentence with that hash."""
        return [span for span in self.occurrences(phrase) if self.sentence_hash(span) == sentence_sha256]

    @cached_property
    def numbers(self) -> list[Span]:
        """Every figure, number word and quantity word of the text, in order."""
        tokens = (token for token in symbols(self.plain) if token.symbol in NUMBER_LIKE)
        return [self.printed(Span(token.start, token.end)) for token in tokens]

    def number_like(self, within: Span | None = None) -> list[Span]:
        """Those of the part ``within`` of the text; without it, of all of it."""
        if within is None:
            return self.numbers
        first = bisect_left(self.numbers, within.start, key=lambda span: span.start)
        return self.numbers[first : bisect_right(self.numbers, within.end, key=lambda span: span.end)]


def _any_form(word: str) -> str:
    """A pattern for ``word`` with its letters as they are, composed or taken apart, and with any quotes."""
    forms = dict.fromkeys([word, *(unicodedata.normalize(form, word) for form in ("NFC", "NFD"))])
    escaped = "|".join(re.escape(form.translate(_QUOTES)) for form in forms)
    return "(?:" + escaped.replace('"', '["“”„«»]').replace("'", "['‘’]") + ")"
