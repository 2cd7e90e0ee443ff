"""How does every figure look, and how does it become the same bytes everywhere?

A drawing carries its title (the finding), its alt text, the data it plots and the claims those come from; the source
line is built from the claims, so it cannot go stale. Colours: Okabe & Ito's palette, safe for the colour-blind.
"""

import os
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.evidence import files
from analysis.evidence.record import Record

INK, GREY, PALE = "#222222", "#767676", "#DDDDDD"
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
)
ROLE_COLOURS = {
    "official": BLUE,
    "expert": SKY,
    "journalist": PALE,
    "insider": RED,
    "lawyer": PURPLE,
    "kin": ORANGE,
    "resident": YELLOW,
    "friend": GREEN,
    "ngo": GREEN,
}

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "path",
    "figure.dpi": 100,
}

WIDTH = 8.0
"""Inches: a figure is as wide as a column of the report."""


class Canvas(Figure):
    """A figure that knows which coded rows it draws."""

    drawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A finished figure. Shown in a notebook as SVG, so that nbval compares it; its alt text is its plain form."""

    name: str
    figure: Canvas
    title: str
    alt: str
    data: pd.DataFrame

    @cached_property
    def _svg(self) -> str:
        # drawn once: after the PNG, the layout of a second time would differ in the last digits
        buffer = BytesIO()
        about = {"Date": None, "Creator": None, "Title": self.title, "Keywords": list(self.figure.drawn)}
        with mpl.rc_context(STYLE | {"svg.hashsalt": self.name}):
            self.figure.savefig(buffer, format="svg", metadata=about)
        return buffer.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1)

    def svg(self) -> str:
        """The figure as SVG, its alt text as accessible name, the ids of what it draws as keywords in its metadata.

        The same bytes in every process.
        """
        return self._svg

    def png(self, provenance: str = "") -> bytes:
        """The figure as PNG, 200 dots an inch."""
        buffer = BytesIO()
        about = {"Software": None, "Description": self.alt} | ({"Provenance": provenance} if provenance else {})
        with mpl.rc_context(STYLE):
            self.figure.savefig(buffer, format="png", dpi=200, metadata=about)
        return buffer.getvalue()

    def save(self, folder: Path, provenance: str) -> None:
        """Write the SVG, the PNG, the plotted data as CSV and the alt text, each whole or not at all.

        The images carry ``provenance`` in their metadata: what they were made from, as JSON.
        """
        carried = f"<metadata>\n  <provenance>{escape(provenance)}</provenance>"
        files.write(folder / f"{self.name}.svg", self.svg().replace("<metadata>", carried, 1))
        files.write(folder / f"{self.name}.png", self.png(provenance))
        files.write(
            folder / f"{self.name}.csv", self.data.to_csv(index=False, lineterminator="\n", float_format="%.6g")
        )
        files.write(folder / f"{self.name}.txt", f"{self.alt}\n")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}


def canvas(
    height: float, title: str, record: Record, claims: Iterable[str], note: str = "", width: float = WIDTH
) -> Canvas:
    """An empty figure with its title and its source line, in inches; ``note`` stands before the source.

    ``claims`` are the ids of the coded rows that it is to draw.
    """
    drawn = tuple(dict.fromkeys(claims))
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(width, height), layout="constrained")
        figure.drawn = drawn
        figure.suptitle(textwrap.fill(title, int(11 * width)), x=0.01, ha="left", fontsize=11, fontweight="bold")
        figure.supxlabel(
            textwrap.fill(f"{note} {source_line(record, drawn)}".strip(), int(16.9 * width)),
            x=0.01,
            ha="left",
            fontsize=7,
            color=GREY,
        )
    return figure


def source_line(record: Record, claims: Iterable[str]) -> str:
    """``Source: Publisher, date (claims c03, c04); ...`` for the claims that are plotted, in order of publication."""
    by_source: dict[str, list[str]] = {}
    for claim in dict.fromkeys(claims):
        source, _, number = claim.rpartition(".")
        by_source.setdefault(source, []).append(number)
    sources = record.sources[record.sources["source_id"].isin(list(by_source))].sort_values("published_start")
    named = {source.source_id: f"{source.publisher}, {source.published}" for source in sources.itertuples()}
    parts = []
    for source_id, name in (named | {"wider": "figures published elsewhere"}).items():
        numbers = sorted(by_source.get(source_id, []))
        listed = ", ".join(numbers) if len(numbers) <= 8 else f"{len(numbers)} rows"
        parts += [f"{name} ({listed})"] if numbers else []
    return f"Source: {'; '.join(parts)}." if parts else "Source: no claim in the chosen sources."


def nothing_to_draw(axes: Axes, why: str) -> None:
    """Say in an empty figure that there is nothing to draw, and why."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, textwrap.fill(why, 70), ha="center", va="center", color=GREY, transform=axes.transAxes)


def interval(axes: Axes, y: float, lower: float, upper: float | None, edge: float, colour: str) -> None:
    """An interval as a bar at height ``y``: a dot where it is a point, an arrow to ``edge`` where it is unbounded."""
    if upper is None:
        axes.annotate(
            "",
            (edge, y),
            (lower, y),
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2.2, "shrinkA": 0, "shrinkB": 0},
        )
        axes.plot([lower], [y], marker="|", color=colour, markersize=11, markeredgewidth=2.2)
    elif lower == upper:
        axes.plot([lower], [y], marker="o", color=colour, markersize=6)
    else:
        axes.plot(
            [lower, upper],
            [y, y],
            color=colour,
            lw=2.2,
            solid_capstyle="butt",
            marker="|",
            markersize=11,
            markeredgewidth=2.2,
        )


def rows(axes: Axes, labels: list[str], wrap: int = 42) -> None:
    """Label the rows 0, 1, ... from the top, and take the ink off the axis."""
    axes.set_yticks(range(len(labels)), [textwrap.fill(label, wrap) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def show(drawing: Drawing, record: Record) -> Drawing:
    """``drawing``, for a notebook to display; saved too where ANALYSIS_FIGURES names a folder.

    Only the default scenario is saved: the committed figures are those of the default readings.
    """
    folder = os.environ.get("ANALYSIS_FIGURES")
    if folder and not record.scenario.changed():
        drawing.save(Path(folder), os.environ.get("ANALYSIS_PROVENANCE", ""))
    return drawing
