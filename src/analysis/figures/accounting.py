"""The figures of the account."""

import pandas as pd

from analysis.analyses.finding import Result
from analysis.evidence.intervals import as_float
from analysis.figures.chart import COLOURS, SPEAKERS, Chart, arrow, brief, interval, label, nothing, row_labels
from analysis.wording import Wording
from analysis.wording.formats import amount, day

PANELS = ("killed", "away")
"""The quantities whose bounds depend on what is assumed."""


def dead(result: Result, words: Wording) -> Chart:
    """The official totals of the dead by date, and the range that the articles allow."""
    found = next((item for item in result.findings if item.id == "accounting.killed"), None)
    frame = result.official
    if found is None or frame.empty:
        return nothing(words, "dead", "The chosen articles do not bound the number of the dead.")
    listed = ", ".join(f"{brief(row.lower, row.upper)} ({day(row.as_of)})" for row in frame.itertuples())
    values = {**found.values, "lower": found.lower, "upper": found.upper, "listed": listed}
    chart = Chart(words, "dead", found.claims, 3.2, values)
    axes = chart.figure.subplots()
    dates, middle = pd.to_datetime(frame["date"]), (frame["lower"] + frame["upper"]).astype(float) / 2
    axes.plot(dates, middle, color=SPEAKERS["official"], lw=1, ls=":")
    for date, row in zip(dates, frame.itertuples(), strict=True):
        axes.plot([date, date], [row.lower, row.upper], color=SPEAKERS["official"], lw=2.5, marker="o", markersize=5)
        label(axes, brief(row.lower, row.upper), (date, row.lower), (0, -14), ha="center", fontsize=9)
    top = found.upper if found.upper is not None else 2 * float(frame["upper"].max())
    at = pd.Timestamp(values["day"])
    head = "-|>" if found.upper is None else "-"
    arrow(axes, (at, found.lower or 0), (at, top), COLOURS["killed"], 4, head)
    label(axes, f"articles:\n{amount(found.lower, found.upper)}", (at, top), (8, -10), va="top", fontsize=10)
    label(axes, "official totals", (dates.iloc[0], middle.iloc[0]), (0, 44), fontsize=9, color=SPEAKERS["official"])
    axes.set_ylim(0, 1.08 * top)
    axes.set_xlim(dates.min() - pd.Timedelta(days=200), max(dates.max(), at) + pd.Timedelta(days=240))
    axes.set_ylabel("people killed")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    return chart.done(frame)


def bounds(result: Result, words: Wording) -> Chart:
    """What each nested set of assumptions leaves possible of the dead and of those alive and not back."""
    frame = result.bounds[result.bounds["quantity"].isin(PANELS)].reset_index(drop=True)
    ends = pd.concat([frame["lower"], frame["upper"]]).dropna()
    if ends.empty or not ends.max():
        return nothing(words, "bounds", "The chosen articles bound nothing.")
    name = lambda key: words.text(f"words.quantity.{key}")
    level = lambda key: words.text(f"words.level.{key}")
    listed = "; ".join(
        f"{name(row.quantity)}, {level(row.assumptions)} {amount(as_float(row.lower), as_float(row.upper))}"
        for row in frame[frame["assumptions"].isin(["claims", "monotone"])].itertuples()
    )
    claims = sorted({claim for cell in frame["claims"] for claim in cell.split("; ")})
    chart = Chart(words, "bounds", claims, 3.0, {"day": frame["day"].iloc[0], "listed": listed})
    edge = 1.15 * float(ends.max())
    levels = list(dict.fromkeys(frame["assumptions"]))
    panels = chart.figure.subplots(1, len(PANELS), sharey=True)
    for axes, quantity in zip(panels, PANELS, strict=True):
        axes.set_title(name(quantity), fontsize=10, loc="left")
        rows = frame[frame["quantity"].eq(quantity)].set_index("assumptions")
        for place, key in enumerate(levels):
            if key in rows.index:
                low, high = as_float(rows.loc[key, "lower"]), as_float(rows.loc[key, "upper"])
                interval(axes, place, low or 0.0, high, edge, COLOURS[quantity])
                axes.text(low or 0, place - 0.25, brief(low, high), fontsize=8.5)
        axes.set_xlim(0, 1.02 * edge)
        axes.set_xlabel("people")
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter("{x:,.0f}")
    row_labels(panels[0], [level(key) for key in levels], 26)
    for axes in panels[1:]:
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
    return chart.done(frame)
