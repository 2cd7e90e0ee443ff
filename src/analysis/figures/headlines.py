"""The small figure of a headline: its interval by default, and how far it moves over the grid of scenarios."""

import matplotlib as mpl
import pandas as pd

from analysis.analyses.finding import number
from analysis.analyses.headlines import Headline, words
from analysis.evidence.record import Record
from analysis.figures.style import BLUE, INK, PALE, SKY, STYLE, WIDTH, Drawing, canvas, interval, rows


def strip(record: Record, headline: Headline) -> Drawing:
    """Two bars on one scale: by default, and the least and most over all scenarios (an arrow where unbounded)."""
    finding = headline.finding
    ends = {
        "by default": (finding.lower, finding.upper, BLUE),
        f"over {headline.scenarios:,} scenarios": (headline.least, headline.most, SKY),
    }
    frame = pd.DataFrame(
        [(name, low, high) for name, (low, high, _) in ends.items()], columns=["what", "lower", "upper"]
    )
    title = f"{finding.question.rstrip('?')}: {headline.lead[0].lower()}{headline.lead[1:]}"
    figure = canvas(1.7, title, record, finding.claims, "Bounds, not confidence intervals.", WIDTH * 0.72)
    edge = 1.2 * max((end for low, high, _ in ends.values() for end in (low, high) if end is not None), default=1.0)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        for place, (low, high, colour) in enumerate(ends.values()):
            told = words(finding, low, high).removesuffix(f" {finding.unit}")
            if low is None and high is None:
                axes.text(0, place, "no bound in some scenario", va="center", fontsize=8)
                continue
            interval(axes, place, low or 0.0, high, edge, colour)
            axes.text(1.02 * edge, place, told, va="center", fontsize=9, color=INK)
        rows(axes, list(ends))
        axes.set_xlim(0, edge)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6, integer=finding.unit not in {"share", "ratio"}))
        axes.xaxis.set_major_formatter(lambda value, _: number(value, finding.unit))
        axes.set_xlabel({"share": "share of the dead", "ratio": "times"}.get(finding.unit, finding.unit))
        axes.grid(axis="x", color=PALE)
    told = "; ".join(f"{what} {words(finding, low, high)}" for what, (low, high, _) in ends.items())
    return Drawing(headline.drawn, figure, title, f"{finding.question} {told}.", frame)
