"""What does each page of the site hold? Rendered from the templates in ``site/templates``, for Sphinx to build.

What a page says of findings it reads from the executed notebooks (:mod:`analysis.index`), what it says of sources and
printed words from the record. Whatever comes from data is escaped: as HTML by Jinja within a block of HTML, as Markdown
by ``plain`` outside of it. The explorer computes nothing: it looks a combination of answers up among those that the sweep
evaluated, and says so where one was not.
"""

import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from analysis.analyses import sensitivity
from analysis.evidence import paths
from analysis.evidence.intervals import as_float
from analysis.evidence.tables import nested
from analysis.index import Index
from analysis.recorded import Recorded
from analysis.report.site.trace import UNITS, Entry, Links, Trace, anchor
from analysis.wording import formats


@dataclass(frozen=True)
class Figure:
    """A published figure: its title, its alt text, its size in pixels, and the coded rows that it draws."""

    name: str
    svg: str
    title: str
    alt: str
    width: int
    height: int
    drawn: tuple[str, ...]


def figures(folder: Path) -> dict[str, Figure]:
    """The figures of ``folder`` by name, such as ``deaths_by_year/series``."""
    made = {}
    for path in sorted(folder.glob("*/*.svg")):
        # as a notebook shows it: the file carries its provenance too
        svg = re.sub(r"\n  <provenance>.*?</provenance>", "", path.read_text(encoding="utf-8"), count=1)
        width, height = (round(float(size) * 4 / 3) for size in re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2])
        title = re.search(r"<dc:title>(.*?)</dc:title>", svg)
        name = f"{path.parent.name}/{path.stem}"
        alt = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
        drawn = tuple(re.findall(r"<rdf:li>([^<]+)</rdf:li>", svg))
        made[name] = Figure(name, svg, html.unescape(title[1]) if title else "", alt, width, height, drawn)
    return made


def plain(text: Any) -> Markup:
    """``text`` as Markdown text: every sign that can be markup is escaped."""
    return Markup(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(str(text).split())))


def raw(caller: Callable[[], str]) -> Markup:
    """A block of HTML in a page of Markdown; a backtick in it cannot end the block."""
    return Markup("````{{raw}} html\n{}\n````\n").format(Markup(str(caller()).replace("`", "&#96;")))


def as_json(data: Any) -> Markup:
    """``data`` as JSON that can be put in a script element: no sign of it can end the element or the block."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(re.sub(r"[<>&`\u2028\u2029]", lambda sign: f"\\u{ord(sign[0]):04x}", text))


class Pages:
    """The pages of one report; ``drawn`` are its figures by name."""

    def __init__(self, trace: Trace, index: Index, drawn: Mapping[str, Figure]) -> None:
        self.trace, self.index, self.figures = trace, index, drawn
        self.title, self.kinds = index.text("title"), index.words.templates["kinds"]
        self.templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(paths.SITE_SOURCE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals |= {"raw": raw, "trace": trace, "index": index, "pages": self}
        self.templates.filters |= {"plain": plain, "anchor": anchor, "plural": formats.plural, "window": formats.window}
        self.macros: Any = self.templates.get_template("macros.html.jinja").module

    def _render(self, template: str, root: str = "", **values: Any) -> str:
        return self.templates.get_template(f"{template}.md.jinja").render(links=Links(self.trace, root), **values)

    def texts(self, version: str, places: Mapping[str, str]) -> dict[str, str]:
        """Every page but those of the notebooks; ``places`` says on which page each figure is."""
        explorer = self._explorer(sensitivity.read(paths.GRID / "results.csv"))
        package = json.loads((paths.CURATED / "datapackage.json").read_text(encoding="utf-8"))
        lists = self.index.words.templates["lists"]
        return {
            "index": self._render("index", version=version),
            "findings": self._render("findings"),
            "contradictions": self._render("contradictions"),
            "explorer": self._render("explorer", parameters=explorer["parameters"], data=as_json(explorer)),
            **{page: self._render("table", **about) for page, about in lists.items()},
            "data": self._render("data", tables=package["resources"]),
            "search": self._render("search"),
            **self._sources(places),
        }

    def descriptions(self) -> dict[str, str]:
        """What each page is about, in a sentence; ``image``: the figure that represents the site."""
        notebooks = {one.notebook: one.short for one in self.index.answers.values()}
        first = next(iter(self.figures), "")
        return {"index": self.index.text("about"), "image": first, **self.index.words.templates["rest"], **notebooks}

    def questions(self) -> list[dict[str, Any]]:
        """The questions that lead, each with its answer, its chart, how sure it is and what would change it."""
        found = []
        for chosen in self.index.words.templates["question"]:
            if about := self.index.answers.get(chosen["analysis"]):
                names = [f"{about.analysis}.{name}" for name in chosen["findings"]]
                findings = [about.findings[name] for name in names if name in about.findings]
                first = findings[0] if findings else Recorded(about.analysis)
                one = {
                    "analysis": about.analysis,
                    "notebook": about.notebook,
                    "title": about.title,
                    "findings": findings,
                    "figure": self.figures.get(f"{about.analysis}/{chosen['figure']}"),
                    "sure": first.sure,
                    "would_change": first.would_change or about.page.get("would_change", ""),
                }
                found.append(one)
        return found

    def disputed(self) -> list[Recorded]:
        """The findings that say which figures contradict each other."""
        found, chosen = self.index.findings, self.index.words.templates["disputed"]
        return [found[name] for name in chosen if name in found]

    def positions(self) -> dict[str, list[Entry]]:
        """The positions of the texts by question, in words."""
        found = defaultdict(list)
        for entry in self.of(["positions"]):
            found[self.trace.record.name("question", entry.row["question"])].append(entry)
        return found

    def of(self, tables: Iterable[str]) -> list[Entry]:
        """The coded rows of some tables."""
        return [entry for entry in self.trace.entries.values() if entry.table in tables]

    def _sources(self, places: Mapping[str, str]) -> dict[str, str]:
        """The list of what was read, and a page for each source with all that was coded from it."""
        sources = self.trace.record.sources
        about = sources.set_index("source_id").to_dict("index")
        coded = {source: defaultdict[str, list[Entry]](list) for source in [*about, "wider"]}
        for entry in self.trace.entries.values():
            kind = self.kinds[entry.table]
            group = f"{kind}: {self.trace.term('measure', entry.row['measure'])}" if kind == "Numbers" else kind
            coded[entry.source][group].append(entry)
        counts = {name: formats.plural(sum(map(len, of.values())), "coded row") for name, of in coded.items()}
        made = {"sources": self._render("sources", sources=sources.to_dict("records"), counts=counts)}
        for name, groups in coded.items():
            made[f"sources/{name}"] = self._render("source", "../", about=about.get(name), groups=groups, places=places)
        return made

    def details(self, entry: Entry) -> list[tuple[str, str]]:
        """The columns of a row as names and words."""
        shown = self.index.words.templates["details"][entry.table.replace("wider", "claims")]
        cells = [(field, entry.row.get(field, "")) for field in shown]
        return [
            (field.replace("_", " "), str(value) if field == "note" else self.trace.term(field, value))
            for field, value in cells
            if not (pd.isna(value) or value == "")
        ]

    def searched(self) -> list[list[str]]:
        """What the search looks through: kind, title, text and place of each finding, page and coded row."""
        index, words = self.index, self.index.words.templates
        found = []
        for one in index.findings.values():
            found.append(["Finding", one.question, f"{one.answer} {one.arithmetic}", f"findings.html#{anchor(one.id)}"])
        for answers in index.answers.values():
            found.append(["Notebook", answers.title, " ".join(answers.page.values()), f"{answers.notebook}.html"])
        found += [["Page", text, "", f"{name}.html"] for name, text in words["rest"].items()]
        found += [["Term", term, text, "0_index.html"] for term, text in words["glossary"].items()]
        for entry in self.trace.entries.values():
            kind = self.kinds[entry.table].split()[0].removesuffix("s")
            text = f"“{entry.phrase}” {entry.speaker}, {entry.where}. {entry.number}"
            found.append([kind, entry.name, text, entry.href])
        return found

    def _explorer(self, results: pd.DataFrame) -> dict[str, Any]:
        """The questions, those first that move most findings, the findings, and the bounds of each evaluated scenario.

        Findings without a measure, such as a verdict, are left out: their bounds say nothing to a reader.
        """
        record, results = self.trace.record, results[results["unit"].isin(UNITS)]
        names = [p.name for p in record.scenario.parameters if p.name in results.columns]
        varied = [name for name in names if results[name].replace("", pd.NA).nunique() > 1]
        intervals: dict[tuple[str, float | None, float | None], int] = {}
        analyses, findings = [], {}
        for name, about in self.index.answers.items():
            if name not in sensitivity.ANALYSES:
                continue
            taken = record.parameters_of(sensitivity.ANALYSES[name][0])
            takes = [choice for choice in varied if choice in taken]
            scenarios: dict[str, dict[str, int]] = {}
            for row in results[results["analysis"].eq(name)].to_dict("records"):
                id_ = row["finding"]
                known = about.findings.get(id_) or about.findings.get(".".join(id_.split(".")[:2]))
                if known is None:
                    continue
                low, high, share = as_float(row["lower"]), as_float(row["upper"]), row["unit"] == "share"
                words = formats.amount(low, high, UNITS[row["unit"]], share)
                under = scenarios.setdefault("|".join(row[choice] for choice in takes), {})
                under[id_] = intervals.setdefault((words, low, high), len(intervals))
                noun = "%" if share else UNITS[row["unit"]]
                findings[id_] = {"question": known.question, "href": f"findings.html#{anchor(known.id)}", "noun": noun}
            analyses.append({"name": name, "title": about.title, "takes": takes, "scenarios": scenarios})
        moves = _moves(results)
        parameters = [self._parameter(name, results[name]) | {"moves": moves.get(name, 0)} for name in varied]
        parameters.sort(key=lambda one: -one["moves"])
        return {"parameters": parameters, "analyses": analyses, "findings": findings, "intervals": list(intervals)}

    def _parameter(self, name: str, column: pd.Series) -> dict[str, Any]:
        """One question: its answers, the default first, each with its reason."""
        about = self.trace.record.scenario.parameter(name)
        reasons = nested(self.trace.record.reported["readings"], "ambiguity", "reading", "reason").get(name, {})
        answer = lambda value: self.trace.words.choice(name, value)[1]
        values = sorted(filter(None, dict.fromkeys(column)), key=lambda value: value != str(about.default))
        return {
            "name": name,
            "question": about.question,
            "reading": bool(reasons),
            "values": [{"value": v, "answer": answer(v), "reason": reasons.get(v, "")} for v in values],
        }


def _moves(results: pd.DataFrame) -> dict[str, int]:
    """How many findings move when one question alone is answered in another way, by question."""
    bounds = lambda row: (as_float(row.lower), as_float(row.upper))
    rows = [row for row in results.itertuples() if int(row.changes) <= 1]
    default = {row.finding: bounds(row) for row in rows if int(row.changes) == 0}
    moved = {(row.scenario.partition("=")[0], row.finding) for row in rows if default.get(row.finding) != bounds(row)}
    return dict(Counter(name for name, _ in moved))
