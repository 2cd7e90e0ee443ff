"""Which printed words does a number rest on, and what rests on them? For the site, the brief and ``analysis trace``."""

import re
from calendar import month_name
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from markupsafe import Markup, escape

from analysis.evidence.intervals import as_float
from analysis.evidence.problems import ParameterError
from analysis.evidence.record import WIDER_TOO, Record
from analysis.evidence.rows import link
from analysis.recorded import Recorded
from analysis.wording import Wording, formats

CODED = {
    "claims": ("claim_id", "label"),
    "wider": ("claim_id", "label"),
    "explanations": ("explanation_id", "gist"),
    "cases": ("case_id", "label"),
    "stages": ("stage_id", "detail"),
    "events": ("event_id", "what"),
    "positions": ("position_id", "answer"),
}
"""The tables of coded rows: the columns of their id and of their name."""

UNITS = {
    "persons": "people",
    "people": "people",
    "share": "",
    "ratio": "times",
    "deaths per 100 person-years": "deaths per 100 people and year",
}
"""How a unit reads after a number; of other units the number alone says little."""


@dataclass(frozen=True)
class Entry:
    """One coded row: its words, its human name, who says them, where they were published."""

    id: str
    table: str
    name: str
    phrase: str
    speaker: str
    role: str
    date: str
    number: str
    source: str
    where: str
    published: str
    readings: tuple[tuple[str, str], ...]
    row: Mapping[str, Any]

    @property
    def href(self) -> str:
        """Its place in the site, from the site's root."""
        return f"sources/{self.source}.html#{anchor(self.id)}"


class Trace:
    """The coded rows of a record by id, and the findings and figures that rest on each.

    ``drawn`` maps the name of a figure to the ids that it draws.
    """

    def __init__(
        self, record: Record, findings: Iterable[Recorded] = (), drawn: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.record, self.findings = record, {finding.id: finding for finding in findings}
        self.words, self.drawn = Wording(record, "common"), drawn or {}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every coded row, the figures published elsewhere included."""
        wide = self.record.with_choices(record=WIDER_TOO).claims
        frames = dict(self.record.reported) | {
            "claims": wide[wide["source_id"].ne("wider")],
            "wider": wide[wide["source_id"].eq("wider")],
        }
        sources = self.record.reported["sources"].set_index("source_id")
        rows = ((table, row) for table in CODED for row in frames[table].to_dict("records"))
        return {entry.id: entry for entry in (self._entry(table, row, sources) for table, row in rows)}

    def _entry(self, table: str, row: Mapping[str, Any], sources: pd.DataFrame) -> Entry:
        id_, name = CODED[table]
        if table == "wider":
            date, page = row["as_of"], link(row["url"])
            where = re.sub(r"(\d{4}-[\d-]+)", lambda found: formats.day(found[1]), row["publisher"])
        else:
            about = sources.loc[row["source_id"]]
            date = row.get("as_of") or row.get("date") or row.get("period") or about["published"]
            where = f"{about['publisher']}, {formats.window(about['published'])}"
            page = link(about["url"] or about["stored_copy_url"], row["phrase"])
        named = [name for name in str(row.get("ambiguity") or "").split(";") if name]
        return Entry(
            row[id_],
            table,
            str(row[name]),
            str(row["phrase"]),
            self.words.name("speaker", row["speaker"]) if "speaker" in row else "",
            self.term("speaker_role", row.get("speaker_role", "")).removesuffix("s"),
            formats.window(str(date)),
            self.number(row) if "lower" in row else "",
            row["source_id"],
            where,
            page,
            tuple(self.words.choice(name, self.record.scenario[name]) for name in named),
            row,
        )

    def term(self, field: str, value: Any) -> str:
        """A coded cell in words: the codebook's label of a term, or the cell without its underscores."""
        try:
            return self.words.name(field, str(value))
        except KeyError:
            return str(value).replace("_", " ").removesuffix(".0")

    def number(self, row: Mapping[str, Any]) -> str:
        """The interval of a claim in words."""
        noun = UNITS.get(row["unit"], row["unit"])
        low, high = as_float(row["lower"]), as_float(row["upper"])
        return "no number" if low is None and high is None else formats.amount(low, high, noun, row["unit"] == "share")

    def used_by(self, name: str) -> tuple[list[str], list[str]]:
        """The findings and the figures that rest on a coded row."""
        findings = [finding.id for finding in self.findings.values() if name in finding.evidence]
        return findings, [figure for figure, ids in self.drawn.items() if name in ids]

    def rows(self, names: Iterable[str]) -> tuple[str, ...]:
        """The coded rows among ``names``, each once."""
        return tuple(dict.fromkeys(name for name in names if name in self.entries))

    def to_text(self, name: str) -> str:
        """From a finding or a coded row to the words, as text. Raises ParameterError where ``name`` is neither."""
        finding = self.findings.get(name)
        lines = []
        if finding:
            lines = [finding.question, finding.answer, finding.arithmetic, *finding.assumes]
            lines += [" ".join(self.words.choice(*one.split("=", 1))) for one in finding.readings]
        for one in map(self.entries.__getitem__, self.rows(finding.evidence if finding else [name])):
            lines.append(f"{one.id}: “{one.phrase}”, {one.speaker} ({one.role}); {one.where}, {one.published}")
        if not lines:
            known = [one for one in self.findings if one.startswith(f"{name.split('.')[0]}.")]
            hint = f"Findings there: {', '.join(known)}." if known else "`analysis findings` lists the findings."
            raise ParameterError(f"no finding and no coded row is called {name}. {hint}")
        return "\n".join(line for line in lines if line)


def anchor(name: str) -> str:
    """The anchor of a coded row or a finding in the site."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


MONTHS = "|".join(month_name[1:])
NUMBER = re.compile(
    rf"(?P<date>(?:\d{{1,2}} )?(?:{MONTHS}) \d{{4}}|(?<![\d.,])(?:19|20)\d\d(?![\d%]|[.,]\d))"
    r"|(?P<number>(?<![\w.])\d(?:[\d.,]*\d)?%?(?!\w))"
)
"""A number: digits with their separators and percent sign. A date is none."""


def split_numbers(text: str) -> list[tuple[str, bool]]:
    """``text`` in parts, each with whether it is a number."""
    parts, end = [], 0
    for found in NUMBER.finditer(text):
        if found["number"]:
            parts += [(text[end : found.start()], False), (found["number"], True)]
            end = found.end()
    return [(part, number) for part, number in [*parts, (text[end:], False)] if part]


@dataclass(frozen=True)
class Panel:
    """What a number opens: how it comes about, and the coded rows that it rests on."""

    key: str
    arithmetic: str
    assumes: tuple[str, ...]
    whole: str
    entries: tuple[Entry, ...]


class Links:
    """What the numbers of one page open. ``root`` leads to the site's folder."""

    def __init__(self, trace: Trace, root: str = "") -> None:
        self.trace, self.root = trace, root
        self.panels: dict[str, Panel] = {}

    def finding(self, text: str, finding: Recorded) -> Markup:
        """``text`` as HTML; each number opens the arithmetic of ``finding`` and the words that it rests on."""
        return self._numbers(text, self._panel(finding.evidence, finding.arithmetic, finding.assumes))

    def _numbers(self, text: str, panel: Panel | None, stops: bool = True) -> Markup:
        """``text`` as HTML; each number opens ``panel``. With ``stops`` false the tab key passes over them."""
        parts = [(part, number and panel) for part, number in split_numbers(text)]
        return Markup("").join(self._opener(part, opened, stops) if opened else escape(part) for part, opened in parts)

    def table(self, table: Tag, rest: tuple[str, ...] = ()) -> Tag:
        """``table`` in a box that the keyboard scrolls; each number opens the words of the coded rows in ``data-rows``.

        A row of the table that names none opens ``rest``: those behind the whole notebook.
        """
        for row in table.select("tbody tr"):
            own, stops = self.trace.rows(str(row.get("data-rows", "")).split()), True
            panel = self._panel(own or rest, whole="" if own else "this notebook")
            for text in [text for cell in row.find_all("td") for text in cell.find_all(string=True)]:
                linked = self._numbers(str(text), panel, stops)
                stops = stops and "<button" not in linked  # with the tab key the first of a row is enough
                text.replace_with(PreformattedString(linked))
        caption = table.find("caption")
        label = caption.get_text() if caption else "table"
        box = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": label}
        return table.wrap(BeautifulSoup("", "html.parser").new_tag("div", attrs=box))

    def table_of(self, html: str) -> Markup:
        """A recorded table as :meth:`table`."""
        table = BeautifulSoup(html, "html.parser").table
        return Markup("") if table is None else Markup(self.table(table))

    def behind(self, rows: Iterable[str], label: str) -> Markup:
        """A button that opens the words of ``rows``, for what is no number."""
        panel = self._panel(rows)
        return Markup("") if panel is None else self._opener(label, panel)

    def _panel(
        self, rows: Iterable[str], arithmetic: str = "", assumes: tuple[str, ...] = (), whole: str = ""
    ) -> Panel | None:
        known = self.trace.rows(rows)
        if not known:
            return None
        key = "ev-" + sha256("\0".join([whole, arithmetic, *assumes, *known]).encode()).hexdigest()[:12]
        entries = tuple(self.trace.entries[row] for row in known)
        return Panel(key, arithmetic, assumes, whole, entries)

    def _opener(self, label: str, panel: Panel, stops: bool = True) -> Markup:
        """A button that opens ``panel``, which is then part of the page."""
        self.panels[panel.key] = panel
        skip = Markup("") if stops else Markup(' tabindex="-1"')
        button = Markup('<button type="button" class="number" popovertarget="{}"{}>{}</button>')
        return button.format(panel.key, skip, label)
