"""Which printed words does a number rest on, and what rests on them? For the site, the brief and ``analysis trace``."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from analysis.analyses.finding import Finding, how_many
from analysis.evidence.record import WIDER_TOO, Record

CODED = {
    "claim": ("claim_id", "speaker", "speaker_role", "as_of"),
    "explanation": ("explanation_id", "speaker", "speaker_role", ""),
    "case": ("case_id", "who", "age_band", ""),
    "event": ("event_id", "speaker", "speaker_role", "date"),
}
"""The coded rows: the columns of their id, of who speaks, in what role, and as of when."""

MANY = 6
"""So many ids in one cell are listed; more are counted, and open on a click."""


@dataclass(frozen=True)
class Entry:
    """One coded row: its words, who says them, where they were published, and how they are read."""

    id: str
    kind: str
    phrase: str
    speaker: str
    role: str
    as_of: str
    source: str
    where: str
    published: str
    page: str
    readings: tuple[str, ...]
    row: Mapping[str, Any]

    @property
    def href(self) -> str:
        """Its place in the site, from the site's root."""
        return f"sources/{self.source}.html#{anchor(self.id)}"


class Trace:
    """The coded rows of a record by id, and the findings and figures that rest on each.

    ``plotted`` maps the name of a figure to the ids in its data.
    """

    def __init__(
        self, record: Record, findings: Iterable[Finding] = (), plotted: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.record = record
        self.findings = {finding.id: finding for finding in findings}
        self.plotted = {name: tuple(dict.fromkeys(ids)) for name, ids in (plotted or {}).items()}

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every coded row, the figures published elsewhere included."""
        record = self.record
        sources = record.reported["sources"].set_index("source_id").to_dict("index")
        wide = record.under(record.scenario.with_choices(record=WIDER_TOO))
        frames = {
            "claim": wide.claims,
            "explanation": record.explanations,
            "case": record.cases,
            "event": record.events,
        }
        return {
            entry.id: entry
            for kind, frame in frames.items()
            for entry in (_entry(record, sources, kind, row) for row in frame.to_dict("records"))
        }

    @cached_property
    def used_by(self) -> dict[str, tuple[list[str], list[str]]]:
        """The findings and the figures that rest on each coded row."""
        used: dict[str, tuple[list[str], list[str]]] = {}
        for finding in self.findings.values():
            for name in finding.evidence:
                used.setdefault(name, ([], []))[0].append(finding.id)
        for figure, ids in self.plotted.items():
            for name in ids:
                used.setdefault(name, ([], []))[1].append(figure)
        return used

    def evidence(self, names: Iterable[str]) -> tuple[str, ...]:
        """The coded rows among ``names``, and those that the findings among them rest on, each once."""
        found = [
            row
            for name in names
            for row in ([name] if name in self.entries else getattr(self.findings.get(name), "evidence", ()))
        ]
        return tuple(dict.fromkeys(row for row in found if row in self.entries))

    def words(self, name: str) -> str:
        """From a finding or a coded row to the words, as text. Raises KeyError where ``name`` is neither."""
        finding = self.findings.get(name)
        rows = finding.evidence if finding else (name,) if name in self.entries else ()
        lines = [finding.question, finding.answer, *(f"reading {one}" for one in finding.readings)] if finding else []
        for entry in (self.entries[row] for row in rows):
            lines.append(f"{entry.id}: '{entry.phrase}', {entry.speaker} ({entry.role}); {entry.where}, {entry.page}")
        if not lines:
            part = name.split(".")[0]
            known = [one for one in self.findings if one.startswith(f"{part}.")]
            told = f"Findings of {part}: {', '.join(known)}." if known else "`analysis findings` lists the findings."
            raise KeyError(f"no finding and no coded row is called {name}. {told}")
        return "\n".join(lines)


def _entry(record: Record, sources: Mapping[str, Mapping[str, Any]], kind: str, row: Mapping[str, Any]) -> Entry:
    id_, speaker, role, as_of = CODED[kind]
    if row["source_id"] == "wider":
        where, page = f"{row['publisher']}, grade {row['grade']}", row["url"]
        date = row["as_of"]
    else:
        about = sources[row["source_id"]]
        date = about["published"]
        where = f"{about['publisher']} {date}, characters {row['char_start']} to {row['char_end']} of the text"
        fragment = quote(row["phrase"], safe="").replace("-", "%2D")  # a bare hyphen would be part of the syntax
        page = f"{about['url'] or about['stored_copy_url']}#:~:text={fragment}"
    page = page if re.match("https?://", page) else ""  # nothing else may become a link
    named = [name for name in row.get("ambiguity", "").split(";") if name]
    return Entry(
        row[id_],
        kind,
        row["phrase"],
        row[speaker],
        row[role],
        row[as_of] if as_of else date,
        row["source_id"],
        where,
        date,
        page,
        tuple(f"{name}={record.scenario[name]}" for name in named),
        row,
    )


def anchor(name: str) -> str:
    """The anchor of a coded row or a finding in the site."""
    return name.replace(".", "-").replace("_", "-")


TOKEN = re.compile(
    r"(?P<name>[a-z][a-z0-9_-]*\.[a-z][\w-]*(?:\.[\w-]+)*)|(?P<number>(?<![\w=.-])-?\d(?:[\d.,:-]*\d)?%?(?![\w]))"
)
"""An id, or a number: digits with their separators and percent sign, but no part of a name or of a parameter."""

QUOTED = re.compile(r"['“](?P<phrase>[^'“”]+)['”] \((?P<name>[\w-]+\.[\w-]+)\)")
"""A phrase with the id of its claim: a number in it rests on that claim alone."""


class Links:
    """The links of one page: what its numbers open, and where its ids lead. ``root`` leads to the site's folder."""

    def __init__(self, trace: Trace, root: str = "") -> None:
        self.trace, self.root = trace, root
        self.opened: dict[str, tuple[tuple[str, ...], str]] = {}

    def text(self, text: str, names: Iterable[str], whole: str = "") -> Markup:
        """``text`` as HTML, every number opening the evidence among ``names``, every id a link.

        ``whole`` says what ``names`` are the evidence of, where they are not of this very number alone.
        """
        rows = self.trace.evidence(names)
        quoted = [(found.span("phrase"), self.trace.evidence([found["name"]])) for found in QUOTED.finditer(text)]
        parts, end = [], 0
        for found in TOKEN.finditer(text):
            own = next((ids for (start, stop), ids in quoted if start <= found.start() < stop and ids), ())
            if found["number"] and (own or rows):
                new: Markup | None = self.opener(found["number"], own or rows, "" if own else whole)
            else:
                new = self.to(found["name"]) if found["name"] else None
            if new is not None:
                parts += [escape(text[end : found.start()]), new]
                end = found.end()
        return Markup("").join([*parts, escape(text[end:])])

    def cell(self, text: str, names: Iterable[str], whole: str = "") -> Markup:
        """:meth:`text` for a cell of a table: many ids are counted, not listed."""
        ids = self.ids(text)
        return self.opener(how_many(len(ids), "row"), ids) if len(ids) > MANY else self.text(text, names, whole)

    def ids(self, text: str) -> tuple[str, ...]:
        """The ids in a cell that holds nothing else; a cell of prose holds none."""
        names = [name.strip() for name in re.split("[;,]", text) if name.strip()]
        return tuple(names) if all(n in self.trace.entries or n in self.trace.findings for n in names) else ()

    def to(self, name: str) -> Markup | None:
        """A link to a coded row or a finding; None where ``name`` is neither."""
        if name in self.trace.entries:
            href = self.trace.entries[name].href
        elif name in self.trace.findings:
            href = f"findings.html#{anchor(name)}"
        else:
            return None
        return Markup('<a href="{}{}">{}</a>').format(self.root, href, name)

    def opener(self, label: str, rows: Iterable[str], whole: str = "") -> Markup:
        """A button that opens the evidence ``rows``."""
        rows = self.trace.evidence(rows)
        key = "ev-" + sha256("\0".join([whole, *rows]).encode()).hexdigest()[:12]
        self.opened[key] = (rows, whole)
        return Markup(
            '<button type="button" class="number" aria-haspopup="dialog" popovertarget="{}">{}</button>'
        ).format(key, label)

    def panels(self) -> list[tuple[str, str, list[Entry]]]:
        """What the buttons of the page open: the id of each panel, what it says of itself, and its entries."""
        return [(key, whole, [self.trace.entries[row] for row in rows]) for key, (rows, whole) in self.opened.items()]
