"""How does an executed notebook become a page? Figures with captions and downloads, numbers that open printed words.

A notebook marks its outputs (see :mod:`analysis.notebook`): ``div.answer``, ``div.finding`` with the id of its finding,
and tables whose rows name the coded rows behind them in ``data-rows``. Nothing else is looked for.
"""

import re
from html import escape
from typing import Any

import nbformat
import pandas as pd
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from analysis.recorded import Recorded
from analysis.report.site.pages import Pages, raw
from analysis.report.site.trace import Links


class NotebookPage:
    """The page of the executed notebook ``name``. What a number opens that names no rows are those behind its findings."""

    def __init__(self, name: str, pages: Pages) -> None:
        self.name, self.pages = name, pages
        own = (answers for answers in pages.index.answers.values() if answers.notebook == name)
        findings = [finding for answers in own for finding in answers.findings.values()]
        self.rows = tuple(dict.fromkeys(row for finding in findings for row in finding.evidence))
        self.links = Links(pages.trace)
        self.figures = {figure.svg: figure for figure in pages.figures.values()}
        self.answers = {finding.short: finding for finding in reversed(pages.trace.findings.values())}
        self.tables: dict[str, str] = {}
        """The tables of the page as CSV, by file name."""
        self.shown: list[str] = []
        """The names of the figures of the page."""

    def page(self, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """``notebook`` prepared for MyST-NB; the original is changed."""
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [_html(self._output(output["data"])) for output in cell.outputs if "data" in output]
        switch = raw(lambda: self.pages.macros.switch(self.name))
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(str(switch), id="switch"))  # type: ignore[no-untyped-call]
        hidden = {"tags": ["remove-input"]}
        panels = _html(str(self.pages.macros.panels(self.links)))
        # MyST-NB leaves out a cell without a source
        notebook.cells.append(nbformat.v4.new_code_cell("# the words", outputs=[panels], metadata=hidden, id="words"))  # type: ignore[no-untyped-call]
        return notebook

    def _output(self, data: Any) -> str:
        if "image/svg+xml" in data:
            figure = self.figures.get(data["image/svg+xml"])
            if figure is None:
                return str(data["image/svg+xml"])
            self.shown.append(figure.name)
            return str(self.pages.macros.figure(figure, self.links, self.pages.trace.rows(figure.drawn) or self.rows))
        if "text/html" not in data:
            return f"<pre>{escape(data.get('text/plain', ''), quote=False)}</pre>"
        soup = BeautifulSoup(data["text/html"], "html.parser")
        for block in soup.select("[data-finding]"):
            self._link(block, self.pages.trace.findings.get(str(block["data-finding"])))
        for line in soup.select("div.answer p, ul.points li"):
            self._link(line, self.answers.get(line.get_text()))
        for table in soup.find_all("table"):
            self._table(table)
        for link in soup.select("a[href$='.ipynb']"):
            link["href"] = re.sub(r"ipynb$", "html", str(link["href"]))
        return str(soup)

    def _link(self, tag: Tag, finding: Recorded | None) -> None:
        """Make the numbers in ``tag`` open what a finding rests on."""
        if finding is not None:
            for text in tag.find_all(string=True):
                text.replace_with(PreformattedString(self.links.finding(str(text), finding)))

    def _table(self, table: Tag) -> None:
        """Link a table's numbers, and offer it as CSV."""
        file = f"{self.name}-{len(self.tables) + 1}.csv"
        cells = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        self.tables[file] = pd.DataFrame(cells).to_csv(index=False, header=False, lineterminator="\n")
        download = f'<p class="downloads"><a href="tables/{file}" download>Download this table (CSV)</a></p>'
        self.links.table(table, self.rows).insert_after(PreformattedString(download))


def _html(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/html": text})  # type: ignore[no-untyped-call]
