"""The figures of the wider record."""

from typing import Any

import pandas as pd

from analysis.analyses.finding import SERIES, Result
from analysis.evidence.intervals import as_float
from analysis.figures.chart import COLOURS, GREY, SPEAKERS, Chart, arrow, label, nothing, row_labels, years
from analysis.wording import Wording
from analysis.wording.formats import amount, month, number

YEAR = pd.Timedelta(days=365)


def series(result: Result, words: Wording) -> Chart:
    """The official running totals over time and the articles' counts beside them, a panel a measure."""
    frame = result.series
    official, articles = frame[frame["who"].eq("official")], frame[frame["who"].eq("article")]
    if official.empty:
        return nothing(words, "series", "No official count is published elsewhere.")
    articles = articles.drop_duplicates(["measure", "family", "lower", "upper"])
    outside = sum(not _near(row, official) for row in articles.itertuples())
    listed = "; ".join(
        f"{words.name('measure', row.measure)} {amount(as_float(row.lower), as_float(row.upper))} by {month(f'{row.day:%Y-%m}')} (article)"
        for row in articles.itertuples()
    )
    values = {"outside": outside, "all": len(articles), "listed": listed}
    chart = Chart(words, "series", frame["claim"], 5.4, values)
    panels = chart.figure.subplots(len(SERIES), 1, sharex=True)
    for axes, measure in zip(panels, SERIES, strict=True):
        counted = official[official["measure"].eq(measure) & official["lower"].eq(official["upper"])]
        own = articles[articles["measure"].eq(measure)].sort_values(["day", "lower"])
        top = 1.3 * float(pd.concat([counted["upper"], own["upper"], own["lower"]]).max())
        dots = {"ls": "", "marker": "o", "markersize": 4.5, "color": SPEAKERS["official"]}
        axes.plot(counted["day"], counted["upper"].astype(float), label="official counts", **dots)
        axes.plot([], [], color=COLOURS["articles"], lw=3, marker="_", markersize=9, label="the articles' counts")
        for place, row in enumerate(own.itertuples()):
            _count(axes, row, top, place == 0 and len(own) > 1)
        axes.set_title(words.name("measure", measure), fontsize=9.5, loc="left")
        axes.set_ylim(0, top)
        axes.grid(axis="y")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    panels[0].legend(loc="lower left", frameon=False, fontsize=8.5)
    panels[-1].set_xlim(pd.Timestamp("2013-06-01"), pd.Timestamp("2019-12-31"))
    years(panels[-1])
    return chart.done(frame)


def _count(axes: Any, row: Any, top: float, below: bool) -> None:
    """A count of an article: a dot, a bar, or an arrow where it has no upper limit, with its number beside it."""
    low, high, colour = float(row.lower), as_float(row.upper), COLOURS["articles"]
    if high is None:
        arrow(axes, (row.day, low), (row.day, 0.97 * top), colour, 2)
    axes.plot([row.day] * 2, [low, low if high is None else high], color=colour, lw=3, marker="_", markersize=9)
    y = low if high is None else (low + high) / 2
    label(axes, amount(row.lower, high), (row.day, y), (-8, -13 if below else 5), ha="right")


def _near(claim: Any, official: pd.DataFrame) -> bool:
    """Whether a claim meets the range of the official counts of its measure in the year around it."""
    around = official[official["measure"].eq(claim.measure) & ((official["day"] - claim.day).abs() <= YEAR)]
    if around.empty:
        return False
    low, high = as_float(claim.lower), as_float(claim.upper)
    return bool((high is None or high >= around["lower"].min()) and (low is None or low <= around["upper"].max()))


def origins(result: Result, words: Wording) -> Chart:
    """How much older the statement is that each count goes back to."""
    frame = result.origins[result.origins["how"].eq("same")].sort_values("days", ascending=False, kind="stable")
    if frame.empty:
        return nothing(words, "origins", "No count of the chosen articles is found elsewhere.")
    listed = "; ".join(f"{words.label(row.claim)} {number(row.days)} days" for row in frame.itertuples())
    values = {"stale": int(frame["stale"].sum()), "listed": listed}
    chart = Chart(words, "origins", frame["claims"], 0.5 + 0.42 * max(len(frame), 2), values)
    axes = chart.figure.subplots()
    for place, row in enumerate(frame.itertuples()):
        axes.barh(place, row.days, height=0.5, color=COLOURS["articles"] if row.stale else COLOURS["unknown"])
        label(axes, number(row.days), (row.days, place), (4, 0), va="center", fontsize=8, color=GREY)
    axes.set_xlim(0, 1.15 * float(frame["days"].max() or 1))
    axes.set_xlabel("days")
    row_labels(axes, [words.label(row.claim) for row in frame.itertuples()], 34)
    return chart.done(frame)
