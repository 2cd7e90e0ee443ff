"""How does an executed notebook become a page? Code folded, figures with alt text and downloads, tables with links."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag

from analysis.report.site.pages import Pages
from analysis.report.site.trace import Links


class NotebookPage:
    """The page of the executed notebook ``name``.

    ``evidence`` are the ids that its findings rest on: what a number opens whose row names none of its own.
    """

    def __init__(self, name: str, pages: Pages, evidence: Iterable[str]) -> None:
        self.name, self.links, self.evidence = name, Links(pages.trace), tuple(evidence)
        self.figures = {figure.svg: figure for figure in pages.figures.values()}
        self.macros: Any = pages.templates.get_template("macros.html.jinja").module
        self.tables: dict[str, str] = {}
        """The tables of the page as CSV, by file name."""
        self.shown: list[str] = []
        """The figures of the page."""

    @property
    def whole(self) -> str:
        return f"the notebook {self.name}"

    def page(self, notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """``notebook`` prepared for MyST-NB; the original is changed."""
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
                cell.outputs = [new for output in cell.outputs for new in self._output(cell, output)]
        panels = _html(self.macros.panels(self.links))
        hidden = {"tags": ["remove-input"]}
        # MyST-NB leaves out a cell without a source
        last = nbformat.v4.new_code_cell("# the words", outputs=[panels], metadata=hidden, id="evidence")  # type: ignore[no-untyped-call]
        notebook.cells.append(last)
        return notebook

    def _output(self, cell: nbformat.NotebookNode, output: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            cell.metadata["mystnb"] = {"image": {"alt": data["text/plain"]}}
            figure = self.figures.get(data["image/svg+xml"])
            if figure is None:
                return [output]
            self.shown.append(figure.name)
            evidence = self.links.trace.evidence(figure.plotted) or self.evidence
            return [output, _html(self.macros.figure_data(figure, self.links, evidence, self.whole))]
        if "text/html" in data:
            return [_html(self._table(cell, data["text/html"]))]
        return [output]

    def _table(self, cell: nbformat.NotebookNode, html: str) -> str:
        """A pandas table with its numbers and ids linked, to be scrolled by keyboard, and to be downloaded."""
        soup = BeautifulSoup(html, "html.parser")
        table = soup.find("table")
        if not isinstance(table, Tag) or len(soup.find_all("table")) > 1:
            raise ValueError(f"notebooks/{self.name}.ipynb, cell {cell['id']}: an HTML output that is not one table")
        del table["border"]
        _drop_positions(table)
        rows = [[part.get_text() for part in row.find_all(["th", "td"])] for row in table.find_all("tr")]
        for row in table.select("tbody tr"):
            cells = row.find_all("td")
            names = [name for part in cells for name in self.links.ids(part.get_text())]
            for part in cells:
                linked = self.links.cell(part.get_text(), names or self.evidence, "" if names else self.whole)
                part.clear()
                part.append(BeautifulSoup(str(linked), "html.parser"))
        file = f"{self.name}-{cell['id'].rsplit('-', 1)[-1]}.csv"
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        self.tables[file] = buffer.getvalue()
        root = self.links.root
        return (
            f'<div class="scroll" tabindex="0" role="region" aria-label="Table {file.removesuffix(".csv")}">{table}</div>'
            f'<p class="downloads">Download the table: <a href="{root}tables/{file}" download>CSV</a></p>'
        )


def _drop_positions(table: Tag) -> None:
    """Take away the column that only counts the rows, and name the empty corner of one that does not."""
    corners = table.select("thead tr th:first-child")
    first = [row.find("th") for row in table.select("tbody tr")]
    unnamed = len(corners) == 1 and not corners[0].get_text(strip=True)
    if unnamed and all(cell is not None and cell.get_text().isdigit() for cell in first):
        for cell in [*corners, *first]:
            if cell is not None:
                cell.decompose()
    for cell in table.select("thead th"):
        cell["scope"] = "col"
        if not cell.get_text(strip=True):
            cell.name = "td"
            del cell["scope"]
    for cell in table.select("tbody th"):
        cell["scope"] = "row"


def _html(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/html": str(text)})  # type: ignore[no-untyped-call]
