"""How does every figure look, and how does it become the same bytes everywhere?

A chart has a title (what it shows), a subtitle (measure, population, unit, period), a note, and a source line that is
built from the claims it draws, so that it cannot go stale. Words come from the templates of :mod:`analysis.wording`.
One colour means one thing in all figures: Okabe & Ito's palette, safe for the colour-blind. What belongs to one
analysis only is drawn in its own module.
"""

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.evidence import files
from analysis.wording import Wording
from analysis.wording.formats import amount, day

INK, GREY, PALE, WHITE = "#222222", "#666666", "#DDDDDD", "#FFFFFF"
_COLOURS = files.table_beside(__file__)
COLOURS = {line["name"]: line["colour"] for line in _COLOURS if line["means"] == "count"}
"""What is counted, and who counts it: the same colour in every figure."""

SPEAKERS = {line["name"]: line["colour"] for line in _COLOURS if line["means"] == "speaker"}
"""Kinds of speakers."""

STYLE = mpl.rc_params_from_file(Path(__file__).with_suffix(".mplstyle"), use_default_template=False)

WIDTH = 6.0
"""Inches. Letters of 10 points stay readable where a telephone shrinks the figure to its screen."""


def style() -> Any:
    """A context in which every figure has this style, whatever a person's own matplotlibrc says."""
    return mpl.rc_context({**mpl.rcParamsDefault, **STYLE, "backend": mpl.rcParams["backend"]})


class Chart:
    """One figure, made inside :func:`style`; shown in a notebook as SVG and PNG, with its alt text as plain form.

    ``name`` is that of its templates: figure.NAME.title, .subtitle, .alt, and .note where there is one. ``values`` fill
    them. ``claims`` are the ids of the coded rows that it draws, one or several a cell. ``height`` in inches is that of
    the drawing alone: title and source line are added to it. ``data`` is what it plots, there once it is done. Where there is
    nothing to draw, ``why`` says so in place of all templates.
    """

    alt: str
    data: pd.DataFrame

    def __init__(
        self, words: Wording, name: str, claims: Iterable[str], height: float, values: dict[str, Any], why: str = ""
    ) -> None:
        self.words, self.part, self.values, self.why = words, f"figure.{name}", values, why
        self.name = f"{words.analysis}/{name}"
        self.drawn = tuple(dict.fromkeys(claim for cell in claims for claim in str(cell).split("; ")))
        self.title = self._text("title")
        note = self._text("note") if words.has(f"{self.part}.note") else ""
        heads = [
            (textwrap.fill(self.title, 56), 12.5, "bold", INK),
            (textwrap.fill(self._text("subtitle"), 78), 9.5, "normal", GREY),
        ]
        foot = textwrap.fill(f"{note} {source_line(words, self.drawn)}".strip(), 96)
        tall = lambda text, size: 1.3 * size / 72 * (text.count("\n") + 1)
        top = sum(tall(text, size) for text, size, _, _ in heads) + 0.18
        bottom = tall(foot, 7.5) + 0.12
        whole = height + top + bottom
        self.figure: Any = Figure(figsize=(WIDTH, whole), facecolor=WHITE)
        self.figure.set_layout_engine("constrained", rect=(0, bottom / whole, 1, height / whole))
        y = whole - 0.06
        for text, size, weight, colour in heads:
            font: dict[str, Any] = {"fontsize": size, "fontweight": weight, "color": colour, "linespacing": 1.2}
            self.figure.text(0.015, y / whole, text, va="top", **font)
            y -= tall(text, size) + 0.03
        self.figure.text(0.015, 0.05 / whole, foot, va="bottom", fontsize=7.5, color=GREY, linespacing=1.2)

    def _text(self, part: str) -> str:
        if self.why:
            return self.why if part in ("title", "alt") else ""
        return self.words.text(f"{self.part}.{part}", **self.values)

    def done(self, data: pd.DataFrame) -> "Chart":
        """The figure with the data it plots."""
        self.data, self.alt = data, self._text("alt")
        return self

    @cached_property
    def svg(self) -> str:
        """The figure as SVG, its alt text as accessible name, the ids of what it draws as keywords in its metadata."""
        buffer = BytesIO()
        about = {"Date": None, "Creator": None, "Title": self.title, "Keywords": list(self.drawn)}
        self.figure.dpi = FigureCanvasSVG(self.figure).fixed_dpi  # SVG is drawn in points, and laid out so
        engine = self.figure.get_layout_engine()
        with style(), mpl.rc_context({"svg.hashsalt": self.name}):
            if self.figure.axes:
                engine.execute(self.figure)
            self.figure.set_layout_engine(None)  # else it is drawn twice: once to lay it out
            try:
                self.figure.savefig(buffer, format="svg", metadata=about)
            finally:
                self.figure.set_layout_engine(engine)
        return buffer.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1)

    @cached_property
    def png(self) -> bytes:
        """The SVG as PNG, for programs that show no SVG."""
        import typst  # here: only drawing needs it

        with TemporaryDirectory() as folder:
            Path(folder, "figure.svg").write_text(self.svg, encoding="utf-8")
            page = Path(folder, "page.typ")
            page.write_text('#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")', encoding="utf-8")
            return bytes(typst.compile(str(page), root=folder, ignore_system_fonts=True, format="png", ppi=180))

    def save(self, folder: Path, provenance: str) -> None:
        """Write SVG, PNG, plotted data as CSV and alt text to ``folder``/analysis/figure, each whole or not at all.

        The SVG carries ``provenance`` in its metadata: what it was made from, as JSON.
        """
        target = folder / self.name
        carried = f"<metadata>\n  <provenance>{escape(provenance)}</provenance>"
        files.write(target.with_suffix(".svg"), self.svg.replace("<metadata>", carried, 1))
        files.write(target.with_suffix(".png"), self.png)
        table = self.data.to_csv(index=False, lineterminator="\n", float_format="%.6g")
        files.write(target.with_suffix(".csv"), table)
        files.write(target.with_suffix(".txt"), f"{self.alt}\n")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        # PNG too: JupyterLab shows no SVG of a notebook that is not trusted yet
        return {"image/svg+xml": self.svg, "image/png": self.png, "text/plain": self.alt}


def nothing(words: Wording, name: str, why: str) -> Chart:
    """A figure that says why there is nothing to draw."""
    return Chart(words, name, (), 0.1, {}, why).done(pd.DataFrame())


def source_line(words: Wording, claims: Iterable[str]) -> str:
    """``Source: Publisher, date; ...`` for what is drawn, in order of publication; figures published elsewhere are counted."""
    record = words.record
    cited = {claim.rpartition(".")[0] for claim in claims}
    sources = record.reported["sources"]
    sources = sources[sources["source_id"].isin(cited)].sort_values("published_start")
    parts = [f"{source.publisher}, {day(source.published.split('/')[0])}" for source in sources.itertuples()]
    wider = record.reported["wider"]
    elsewhere = wider.loc[wider["claim_id"].isin(list(claims)), "publisher"].str.replace(r" \d{4}-.*", "", regex=True)
    named = list(dict.fromkeys(elsewhere))
    if len(named) > 3:
        parts.append(f"{len(named)} other publications (listed with the data)")
    else:
        parts += named
    return f"Source: {'; '.join(parts)}." if parts else "Source: none of the chosen articles."


def interval(axes: Axes, y: float, lower: float, upper: float | None, edge: float, colour: str) -> None:
    """An interval as a bar at height ``y``: a dot where it is a point, an arrow to ``edge`` where it is unbounded."""
    if upper is None:
        arrow(axes, (lower, y), (edge, y), colour, 2.5)
        axes.plot([lower], [y], marker="|", color=colour, markersize=11, markeredgewidth=2.5)
    elif lower == upper:
        axes.plot([lower], [y], marker="o", color=colour, markersize=7)
    else:
        axes.plot([lower, upper], [y, y], color=colour, lw=2.5, solid_capstyle="butt")
        axes.plot([lower, upper], [y, y], color=colour, ls="", marker="|", markersize=11, markeredgewidth=2.5)


def arrow(axes: Axes, start: Any, end: Any, colour: str, width: float, head: str = "-|>") -> None:
    """An arrow from one point of the axes to another; a line where ``head`` is "-"."""
    drawn = {"arrowstyle": head, "color": colour, "lw": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=drawn)


BACKED = {"facecolor": WHITE, "edgecolor": "none", "pad": 1}
"""The box of a label that lies over lines."""


def label(axes: Axes, text: str, at: Any, lift: tuple[float, float] = (0, 0), **style: Any) -> None:
    """A text at a point of the axes, moved from it by ``lift`` in points: it keeps its distance at every scale."""
    style = {"fontsize": 8.5, "annotation_clip": False, **style}
    axes.annotate(text, at, lift, textcoords="offset points", **style)


def brief(lower: float | None, upper: float | None) -> str:
    """An interval in words, short enough for a label: 601 to 1,432."""
    return amount(lower, upper).replace("between ", "").replace(" and ", " to ")


def row_labels(axes: Axes, labels: Sequence[str], wrap: int = 30) -> None:
    """Label the rows 0, 1, ... from the top, and take the ink off the axis."""
    axes.set_yticks(range(len(labels)), [textwrap.fill(label, wrap) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def column_labels(axes: Axes, labels: Sequence[str]) -> None:
    """Label the columns 0, 1, ... above the axes, and take the ink off the axis."""
    axes.set_xticks(range(len(labels)), labels, fontsize=8.5, rotation=45, ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)


def legend(axes: Axes, colours: Mapping[str, str], **place: Any) -> None:
    """What each colour means, outside the axes."""
    handles = [mpl.patches.Patch(color=colour, label=text) for text, colour in colours.items()]
    axes.legend(handles=handles, frameon=False, **place)


def years(axes: Axes) -> None:
    """A tick a year on the axis of time."""
    axes.xaxis.set_major_locator(mdates.YearLocator())
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))


def show(chart: Chart, default: bool) -> Chart:
    """``chart``, for a notebook to display; saved too where ANALYSIS_FIGURES names a folder.

    Only a ``default`` scenario is saved: the committed figures are those of the default readings.
    """
    folder = os.environ.get("ANALYSIS_FIGURES")
    if folder and default:
        chart.save(Path(folder), os.environ.get("ANALYSIS_PROVENANCE", ""))
    return chart
