"""What does each page of the site hold? Rendered from the templates in ``site/pages``, for Sphinx to build.

Whatever comes from data is escaped: as HTML by Jinja within a block of HTML, as Markdown by ``plain`` outside of it.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from analysis.analyses.finding import how_many, in_words
from analysis.analyses.headlines import Headline
from analysis.evidence import paths
from analysis.evidence.intervals import as_float
from analysis.report.site.trace import Entry, Links, Trace, anchor

TITLE = "The Moroccans who left for Syria and Iraq: what the published record lets us say"
KINDS = ("claim", "explanation", "case", "event")

NEEDED = "The names in brackets are the assumptions that it takes."

DETAILS = {
    "claim": "measure kind hedge unit population origin place group base modality period family statement note",
    "explanation": "first_hand case_id phase direction hafez_mullins push_pull_personal neumann gist note",
    "case": "persons age_band origin departure inside exit outcome note",
    "event": "place what note",
}
"""What a source's page shows of each kind of coded row, beside its words."""


@dataclass(frozen=True)
class Figure:
    """A published figure: its alt text, its size in pixels, its data as printed, and the rows it draws."""

    name: str
    svg: str
    alt: str
    width: int
    height: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    drawn: tuple[str, ...]
    names: frozenset[str]

    @property
    def plotted(self) -> tuple[str, ...]:
        """The ids of all that it draws."""
        return (*self.drawn, *(name for row in self.rows for name in self.ids(row)))

    def ids(self, row: Iterable[str]) -> tuple[str, ...]:
        """The ids in a row of its data."""
        return tuple(name for cell in row for name in cell.split("; ") if name in self.names)


def figures(folder: Path, trace: Trace) -> dict[str, Figure]:
    """The figures of ``folder`` by name."""
    known = frozenset({*trace.entries, *trace.findings})
    made = {}
    for path in sorted(folder.glob("*.svg")):
        svg = re.sub(
            r"\n  <provenance>.*?</provenance>", "", path.read_text(encoding="utf-8")
        )  # as a notebook shows it
        width, height = (round(float(size) * 4 / 3) for size in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
        columns, *rows = csv.reader(path.with_suffix(".csv").read_text(encoding="utf-8").splitlines() or [""])
        made[path.stem] = Figure(
            path.stem,
            svg,
            path.with_suffix(".txt").read_text(encoding="utf-8").strip(),
            width,
            height,
            tuple(columns),
            tuple(map(tuple, rows)),
            tuple(re.findall(r"<rdf:li>([^<]+)</rdf:li>", svg)),
            known,
        )
    return made


class Ordered(str):
    """The text of a cell that is sorted by a number; what has none comes first."""

    order: float

    def __new__(cls, text: str, order: Any) -> "Ordered":
        made = super().__new__(cls, text)
        made.order = -1.0 if pd.isna(order) else float(order)
        return made


def plain(text: Any) -> Markup:
    """``text`` as Markdown text: every sign that can be markup is escaped."""
    return Markup(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(str(text).split())))


def raw(caller: Callable[[], str]) -> Markup:
    """A block of HTML in a page of Markdown; a backtick in it cannot end the block."""
    return Markup("````{{raw}} html\n{}\n````\n").format(Markup(str(caller()).replace("`", "&#96;")))


def as_json(data: Any) -> Markup:
    """``data`` as JSON that can stand in a script element: no sign of it can end the element or the block."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(re.sub(r"[<>&`\u2028\u2029]", lambda sign: f"\\u{ord(sign[0]):04x}", text))


class Pages:
    """The pages of one report; ``drawn`` are its figures by name."""

    def __init__(self, trace: Trace, drawn: Mapping[str, Figure], notebooks: Sequence[str]) -> None:
        self.trace, self.figures = trace, drawn
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(paths.SITE_SOURCE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals |= {"raw": raw, "trace": trace, "notebooks": notebooks, "title": TITLE}
        self.templates.filters |= {
            "plain": plain,
            "anchor": anchor,
            "count_of": how_many,
            "words": lambda name: name.replace("_", " ").capitalize(),
        }

    def _render(self, template: str, root: str = "", **values: Any) -> str:
        return self.templates.get_template(template).render(links=Links(self.trace, root), **values)

    def index(self, headlines: Iterable[Headline], scenarios: int, provenance: str) -> str:
        """The front page: the main findings, and how sure each is."""
        record = self.trace.record
        return self._render(
            "index.md.jinja",
            sources=len(record.sources),
            claims=len(record.claims),
            headlines=list(headlines),
            figures=self.figures,
            scenarios=f"{scenarios:,}",
            provenance=provenance,
        )

    def findings(self) -> str:
        """Every finding, by analysis."""
        return self._render("findings.md.jinja", findings=list(self.trace.findings.values()))

    def sources(self) -> str:
        """The list of sources."""
        by_source: dict[str, dict[str, int]] = {}
        for entry in self.trace.entries.values():
            kinds = by_source.setdefault(entry.source, {})
            kinds[entry.kind] = kinds.get(entry.kind, 0) + 1
        return self._render(
            "sources.md.jinja",
            sources=self.trace.record.sources.to_dict("records"),
            counts={
                source: ", ".join(how_many(count, kind) for kind, count in kinds.items())
                for source, kinds in by_source.items()
            },
            tables=sorted(path.name for path in paths.CURATED.iterdir()),
        )

    def source_pages(self, places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A page for each source with all that was coded from it; ``places`` says where each figure stands."""
        named = self.trace.record.sources.set_index("source_id").to_dict("index")
        for source in [*named, "wider"]:
            about = named.get(source)
            yield (
                source,
                self._render(
                    "source.md.jinja",
                    "../",
                    name=f"{about['publisher']}, {about['published']}" if about else "Figures published elsewhere",
                    about=(about["title"] or "(no title in the stored text)")
                    if about
                    else "Read beside the articles, never mixed into their runs. Coded from a list of printed figures; grades A to C say how near to the statement each was found.",
                    kinds=[
                        (f"{kind}s", entries)
                        for kind in KINDS
                        if (
                            entries := [e for e in self.trace.entries.values() if e.source == source and e.kind == kind]
                        )
                    ],
                    details=_details,
                    places=places,
                ),
            )

    def claims(self) -> str:
        """The table of claims, for search."""
        rows = [
            [
                self._link(entry),
                f"“{entry.phrase}”",
                *(entry.row[field].replace("_", " ") for field in ("measure", "kind", "hedge")),
                Ordered(_interval(entry.row), entry.row["lower"]),
                entry.speaker,
                entry.role,
                entry.source,
                entry.as_of,
                ", ".join(entry.readings),
                str(len(self.trace.used_by.get(entry.id, ((), ()))[0])),
            ]
            for entry in self._of("claim")
        ]
        columns = "id, phrase, measure, kind, hedge, interval, said by, role, source, as of, read as, findings"
        about = "Every claim of the articles, and the figures published elsewhere. Search, sort, or filter by a column."
        return self._table("Claims", about, "claims", columns.split(", "), rows, ["claims.csv", "wider.csv"])

    def explanations(self) -> str:
        """The table of explanations, cases and events, for search."""
        rows = [
            [
                self._link(entry),
                entry.kind,
                f"“{entry.phrase}”",
                entry.speaker,
                entry.role,
                entry.source,
                entry.as_of,
                "; ".join(f"{field} {value}" for field, value in _details(entry)),
            ]
            for kind in KINDS[1:]
            for entry in self._of(kind)
        ]
        columns = "id, what, phrase, said by, role, source, as of, coded as"
        about = "Every attributed explanation, case and dated event. The unit is a statement, not a person."
        files = ["explanations.csv", "cases.csv", "events.csv"]
        return self._table("Explanations, cases, events", about, "explanations", columns.split(", "), rows, files)

    def _of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.trace.entries.values() if entry.kind == kind]

    def _link(self, entry: Entry) -> Markup:
        return Markup('<a href="{}">{}</a>').format(entry.href, entry.id)

    def _table(
        self, name: str, about: str, id: str, columns: list[str], rows: list[list[Any]], files: list[str]
    ) -> str:
        return self._render("table.md.jinja", name=name, about=about, id=id, columns=columns, rows=rows, files=files)

    def contradictions(self, rivals: pd.DataFrame, repairs: pd.DataFrame, elsewhere: pd.DataFrame) -> str:
        """Three tables that have a ``sentence``: the contradictions under each reading, the repairs, and those with
        figures published elsewhere, of which each pair is shown once."""
        under = rivals["reading"].ne("as chosen")
        pairs = elsewhere.drop_duplicates(["family", "other_family", "against"])
        real = pairs["against"].eq("the figure")
        sections = [
            (
                "As read by default",
                f"Minimal sets: without any one of its members a set can hold. {NEEDED}",
                rivals[~under],
            ),
            ("What would mend it", "Every smallest set of changes that makes the claims consistent.", repairs),
            ("When one reading is changed", "The sets that another reading of one ambiguity adds.", rivals[under]),
            (
                "Beside figures published elsewhere",
                f"Pairs of a statement in an article and an official figure that cannot both hold. {NEEDED}",
                pairs[real],
            ),
            (
                "Beside figures published elsewhere, if scopes are one",
                "Pairs that cannot both hold only if IS stands for all groups, or Libya is left aside, and so on: that assumption is what they refute.",
                pairs[~real],
            ),
        ]
        return self._render(
            "contradictions.md.jinja",
            sections=[
                {"name": name, "about": about, "rows": [self._set(row) for row in frame.to_dict("records")]}
                for name, about, frame in sections
            ],
        )

    def _set(self, row: Mapping[str, Any]) -> dict[str, Any]:
        names = str(row["claims"]).split("; ") if "claims" in row else re.findall(r"\(([\w.-]+)\)", row["sentence"])
        evidence = self.trace.evidence(names)
        under = row.get("reading", "as chosen")
        return {
            "sentence": row["sentence"],
            "under": "" if under == "as chosen" else f"With {under}",
            "evidence": evidence,
            "entries": [self.trace.entries[name] for name in evidence],
        }

    def explorer(self, data: Mapping[str, Any]) -> str:
        """The page that shows the findings under the reader's choices."""
        ambiguities = set(self.trace.record.reported["readings"]["ambiguity"])
        groups: dict[str, list[Any]] = {"Readings": [], "Sources and claims": [], "Assumptions": []}
        for parameter in data["parameters"]:
            name = parameter["name"]
            group = (
                "Readings"
                if name in ambiguities or name == "about_width"
                else "Sources and claims"
                if name in {"sources", "record", "left_out"}
                else "Assumptions"
            )
            groups[group].append(parameter)
        return self._render("explorer.md.jinja", groups=list(groups.items()), data=as_json(data))


def _interval(row: Mapping[str, Any]) -> str:
    return in_words(as_float(row["lower"]), as_float(row["upper"]), row["unit"])


def _details(entry: Entry) -> list[tuple[str, str]]:
    told = [("interval", _interval(entry.row))] if entry.kind == "claim" else []
    cells = [(field, entry.row.get(field, "")) for field in DETAILS[entry.kind].split()]
    return told + [
        (field.replace("_", " "), str(value) if field == "note" else str(value).replace("_", " "))
        for field, value in cells
        if not (pd.isna(value) or value == "")
    ]
