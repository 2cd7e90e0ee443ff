"""What does a notebook show? Its answer first, then charts, sentences and tables, each by one call.

A notebook holds headings and calls; the analysis computes, the templates of :mod:`analysis.wording` speak, the module of
the same name in :mod:`analysis.figures` draws. Nothing here knows how notebooks are run or published.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.analyses.finding import findings_under
from analysis.analyses.grading import restrict
from analysis.evidence.intervals import as_float
from analysis.evidence.record import WIDER_TOO, Record
from analysis.recorded import FINDINGS
from analysis.wording import Wording, formats
from analysis.wording.facts import narrowed, none_in_words

if TYPE_CHECKING:
    from analysis.figures.chart import Chart

LONG = 50
"""Rows of a table that the appendix shows at most."""


@dataclass(frozen=True)
class Shown:
    """Something to display: as HTML, as text, and with what programs read from it."""

    html: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/html": self.html, "text/plain": self.text, **self.data}


class Notebook:
    """One analysis under the parameters of a notebook.

    ``namespace`` is the notebook's ``globals()``. Raises ParameterError for a parameter that does not exist or a value
    that it does not admit. ``record`` and ``result`` are there for who wants to go on in Python. With ``brief``, an
    analysis that has findings to lead with computes these alone.
    """

    def __init__(
        self, analysis: str, namespace: Mapping[str, Any], record: Record | None = None, brief: bool = False
    ) -> None:
        self.analysis, self.module = analysis, import_module(f"analysis.analyses.{analysis}")
        self.record = restrict((record or Record.load()).with_parameters(self.module, namespace))
        self.result = ((brief and getattr(self.module, "leading", None)) or self.module.analyse)(self.record)
        self.words = Wording(self.record, analysis)
        self.worded = {item.id.partition(".")[2]: self.words.worded(item) for item in self.result.findings}
        self.assumed: set[str] = set()

    def answer(self) -> Shown:
        """The answer in three sentences at most; records every finding of the analysis in the output."""
        names = self.words.templates["page"]["answer"]
        sentences = [self.worded[name]["short"] for name in names if name in self.worded]
        sentences = sentences or ["The chosen sources do not answer this question."]
        changed = self.record.scenario.changed()
        if "statements" in changed:  # said in these words, without a list of all the statements that it leaves out
            changed.pop("left_out")
        choices = "; ".join(" ".join(self.words.choice(name, value)) for name, value in changed.items())
        default = "Unclear statements are read in the way that is best documented (the default)."
        under = f"Changed from the default: {choices}." if choices else default
        html = "".join(f"<p><strong>{escape(line)}</strong></p>" for line in sentences)
        html += f'<p class="choices">{escape(under)}</p>'
        names = [name for name in ("title", "means", "would_change", "cannot_show") if self.words.has(f"page.{name}")]
        texts = {name: self.text(name).text for name in names} | {"answer": sentences[0]}
        recorded = {"analysis": self.analysis, "page": texts, "findings": list(self.worded.values())}
        return Shown(f'<div class="answer">{html}</div>', "\n".join([*sentences, under]), {FINDINGS: recorded})

    def finding(self, name: str) -> Shown:
        """One finding: its answer, how the number comes about, what is assumed, how sure it is."""
        item = self.worded.get(name)
        if item is None:
            return paragraphs("The chosen sources do not say.")
        new = [assumed for assumed in item["assumes"] if assumed not in self.assumed]  # each is said once a page
        parts = {
            "": item["answer"],
            "How the number comes about: ": item["arithmetic"],
            "We also assume: " if self.assumed else "We assume: ": " ".join(new),
            "How sure: ": item["sure"],
        }
        self.assumed.update(new)
        lines = [(head, line) for head, line in parts.items() if line]
        ids = escape(" ".join([*item["claims"], *item["coded"]]))
        html = "".join(f"<p>{f'<em>{head}</em>' if head else ''}{escape(line)}</p>" for head, line in lines)
        text = "\n".join(head + line for head, line in lines)
        return Shown(f'<div class="finding" data-finding="{escape(item["id"])}" data-rows="{ids}">{html}</div>', text)

    def figure(self, name: str) -> "Chart":
        """One figure of the analysis."""
        from analysis.figures.chart import show, style  # here: matplotlib takes half of all imports, and not all draw

        draw = getattr(import_module(f"analysis.figures.{self.analysis}"), name)
        with style():
            return show(draw(self.result, self.words), not self.record.scenario.changed())

    def text(self, name: str) -> Shown:
        """A text of the page, such as ``cannot_show``."""
        text = self.words.text(f"page.{name}", **{key.replace(".", "_"): item for key, item in self.worded.items()})
        return paragraphs(text)

    def table(self, name: str) -> Shown:
        """A table of the analysis, as its template describes it: caption, six columns at most, formats."""
        about = self.words.templates["table"][name]
        frame = getattr(self.result, name).head(about.get("rows"))
        if frame.empty:
            return paragraphs("There is nothing to list here.")
        shown = {self.words.fill(head): self._cells(frame, column, about) for column, head in about["columns"].items()}
        caption = self.words.text(f"table.{name}.caption")
        return rendered(pd.DataFrame(shown), caption, _ids(frame))

    def _cells(self, frame: pd.DataFrame, column: str, about: Mapping[str, Any]) -> list[str]:
        """The cells of a column as text; ``lower:upper`` is an interval."""
        kind = about.get("formats", {}).get(column, "")
        if kind.startswith("sentence:"):  # a template a row, filled with its values
            kind = kind.removeprefix("sentence:")
            rows = zip(frame[column], frame["values"], strict=True)
            return [self.words.text(f"words.{kind}.{key}", **values) for key, values in rows]
        if ":" in column:
            ends = zip(*(map(as_float, frame[end]) for end in column.split(":")), strict=True)
            return [formats.amount(low, high, as_share=kind == "share") for low, high in ends]
        return [self._cell(value, kind) for value in frame[column]]

    def _cell(self, value: Any, kind: str) -> str:
        if isinstance(value, pd.Timestamp):
            return formats.day(f"{value:%Y-%m-%d}")
        if isinstance(value, float | int) and not pd.api.types.is_bool(value) and not pd.isna(value):
            return formats.share(value) if kind == "share" else str(value) if kind == "year" else formats.number(value)
        if value is None or value is pd.NA or value != value or value == "":
            return "–"
        if pd.api.types.is_bool(value):
            return "yes" if value else "no"
        text, (kind, _, field) = str(value), kind.partition(":")
        match kind:
            case "month" | "day" | "window":
                return str(getattr(formats, kind)(text))
            case "label":
                return "; ".join(map(self.words.label, text.split("; ")))
            case "words" | "list":
                return "; ".join(self.words.text(f"words.{field}.{part}") for part in text.split("; "))
            case "term":
                return self.words.name(field, text) if field else self.words.term(text)
        return text

    def rivals(self) -> Shown:
        """How the findings answer when one reading at a time is changed: only the answers that move."""
        rows = []
        for ambiguity, reading, other in self.record.rivals(self.record.parameters_of(self.module)):
            words = Wording(other, self.analysis)
            for item in findings_under(other, self.module):
                name = item.id.partition(".")[2]
                before, after = self.worded.get(name, {}).get("short", "no answer"), words.worded(item)["short"]
                if before != after:
                    rows.append((*words.choice(ambiguity, reading), after, before))
        frame = pd.DataFrame(rows, columns=["If the question", "is answered", "the answer becomes", "instead of"])
        if frame.empty:
            return paragraphs("No single reading changes an answer.")
        return rendered(frame, "Answers that move when one reading is changed")

    def settles(self, readings: bool = True) -> Shown:
        """The one further fact that would narrow each answer of the page most, as tried; answers that none narrows are left out.

        ``readings`` are tried too, which takes seconds where each asks for the account again.
        """
        answers = narrowed(self.record, self.module, self.words, self.words.templates["page"]["answer"], readings)
        lines = [f"{answer.question} {answer.texts[0]}" for answer in answers if answer.facts]
        if lines and self.record.scenario["record"] != WIDER_TOO:
            lines = [Wording(self.record, "check").text("settle.articles"), *lines]
        return paragraphs(*lines or [none_in_words(self.record, self.module, "an answer")])

    def appendix(self) -> Shown:
        """Every table of the analysis with all its columns; of a long one the first rows, for the data page has the rest."""
        html, text = [], []
        for table_name, frame in vars(self.result).items():
            if isinstance(frame, pd.DataFrame) and len(frame):
                nested = {column for column in frame if isinstance(frame[column].iloc[0], list | tuple | dict)}
                # what only programs read, which the downloads have, and dates, which the table has in words
                hidden = ("char_start", "char_end", "sentence_sha256", "_first", "_last")
                columns = [column for column in frame if column not in nested and not str(column).endswith(hidden)]
                # printed phrases last: beside a name they would be longer quotes
                heads = {column: str(column).replace("_", " ") for column in sorted(columns, key="phrase".__eq__)}
                rows = formats.plural(len(frame), "row") + (f", the first {LONG} shown" if len(frame) > LONG else "")
                frame = frame.head(LONG)
                cells = pd.DataFrame({head: [self._cell(v, "") for v in frame[c]] for c, head in heads.items()})
                name = formats.sentence(table_name.replace("_", " "))
                table = rendered(cells, name, _ids(frame))
                html.append(f"<details><summary>{escape(name)}: {rows}</summary>{table.html}</details>")
                text.append(table.text)
        return Shown("".join(html), "\n\n".join(text))


def paragraphs(*texts: str) -> Shown:
    """Texts on their own."""
    return Shown("".join(f"<p>{escape(text)}</p>" for text in texts), "\n".join(texts))


def _ids(frame: pd.DataFrame) -> list[str]:
    """The coded rows behind each row of a table, where a column names them."""
    column = next((frame[name] for name in ("claims", "claim", "claim_id", "ids", "rows") if name in frame), ())
    return [str(cell).replace(";", "") for cell in column]


def rendered(frame: pd.DataFrame, caption: str, ids: Sequence[str] = ()) -> Shown:
    """A table of text: numbers to the right, no index; ``ids`` are the coded rows of each row."""
    right = [bool(len(frame)) and all(re.fullmatch(r"–|[\d,.]+%?", cell) for cell in frame[head]) for head in frame]
    cells = lambda row, tag: "".join(
        f"<{tag}{' class=n' if number else ''}{' scope=col' if tag == 'th' else ''}>{escape(cell)}</{tag}>"
        for cell, number in zip(row, right, strict=True)
    )
    named = [f' data-rows="{escape(rows)}"' if rows else "" for rows in ids or [""] * len(frame)]
    body = zip(named, frame.itertuples(index=False), strict=True)
    rows = "".join(f"<tr{name}>{cells(row, 'td')}</tr>" for name, row in body)
    head = f"<caption>{escape(caption)}</caption><thead><tr>{cells(frame.columns, 'th')}</tr></thead>"
    html = f'<table class="dataframe">{head}<tbody>{rows}</tbody></table>'
    with pd.option_context("display.max_colwidth", None, "display.width", 200):
        return Shown(html, f"{caption}\n{frame.to_string(index=False)}")
