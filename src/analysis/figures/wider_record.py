"""The figures of the wider record."""

from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd

from analysis.analyses.finding import SERIES, in_words, number
from analysis.analyses.wider_record import WiderRecord
from analysis.evidence.intervals import as_float
from analysis.evidence.record import WIDER_TOO, Record
from analysis.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    SKY,
    STYLE,
    YELLOW,
    Drawing,
    canvas,
    nothing_to_draw,
    rows,
)


def _both(record: Record) -> Record:
    return record.under(record.scenario.with_choices(record=WIDER_TOO))


def series(record: Record, result: WiderRecord) -> Drawing:
    """The official cumulative counts over time, the articles' claims on them."""
    frame = result.series.assign(date=pd.to_datetime(result.series["date"]))
    official, articles = frame[frame["record"].eq("official")], frame[frame["record"].eq("articles")]
    off = [row for row in articles.itertuples() if not _near(row, official)]
    title = (
        f"{len(off)} of {len(articles)} counts in the articles lie outside the official counts of the year around them"
    )
    figure = canvas(7.2, title, _both(record), frame["claim_id"])
    with mpl.rc_context(STYLE):
        panels = figure.subplots(len(SERIES), 1, sharex=True)
        for axes, measure in zip(panels, SERIES, strict=True):
            part = official[official["measure"].eq(measure)].sort_values(["date", "lower"])
            axes.set_title(measure, fontsize=9, loc="left", color=GREY)
            line = part.groupby("date", as_index=False).last()
            axes.step(line["date"], line["upper"].astype(float), where="post", color=SKY, lw=1)
            for row in part.itertuples():
                low, high = float(row.lower), float(row.upper if pd.notna(row.upper) else row.lower)
                axes.plot([row.date, row.date], [low, high], color=BLUE, marker="o", markersize=3.5, lw=2)
            own = articles[articles["measure"].eq(measure)].sort_values("date")
            top = 1.25 * float(pd.concat([part["upper"], own["upper"], own["lower"]]).max())
            for row in own.itertuples():
                least, most = float(row.lower), as_float(row.upper)
                if most is None:
                    axes.annotate(
                        "",
                        (row.date, top),
                        (row.date, least),
                        arrowprops={"arrowstyle": "-|>", "color": ORANGE, "lw": 2, "shrinkA": 0, "shrinkB": 0},
                    )
                ends = [least, least if most is None else most]
                axes.plot([row.date] * 2, ends, color=ORANGE, lw=4, solid_capstyle="butt", marker="_", markersize=10)
                text = in_words(least, most, "persons").removesuffix(" persons")
                middle = (least + (top if most is None else most)) / 2
                place = (9, -11) if least == most else (9, 0)
                axes.annotate(
                    text, (row.date, middle), place, textcoords="offset points", fontsize=8, va="center", color=INK
                )
            axes.set_ylim(0, top)
            axes.set_ylabel("persons")
            axes.grid(axis="y", color=PALE)
        panels[-1].set_xlim(pd.Timestamp("2012-01-01"), pd.Timestamp("2019-06-30"))
        panels[-1].xaxis.set_major_locator(mdates.YearLocator())
        panels[-1].xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        panels[-1].set_xlabel(
            "as of (blue: official counts; orange: the articles, an arrow where the words set no upper bound)"
        )
    told = "; ".join(
        f"{row.measure} {row.date:%Y-%m} {in_words(float(row.lower), as_float(row.upper), 'persons')} ({row.record})"
        for row in frame.itertuples()
    )
    data = result.series.copy()
    return Drawing("wider_record_series", figure, title, f"Counts by date: {told}.", data)


def _near(claim: Any, official: pd.DataFrame) -> bool:
    """Whether a claim meets the range of the official counts of its measure in the year around it."""
    around = official[
        official["measure"].eq(claim.measure) & ((official["date"] - claim.date).abs() <= pd.Timedelta(days=365))
    ]
    if around.empty:
        return False
    low, high = as_float(claim.lower), as_float(claim.upper)
    return bool((high is None or high >= around["lower"].min()) and (low is None or low <= around["upper"].max()))


def origins(record: Record, result: WiderRecord) -> Drawing:
    """The date that each count is given, and the date of the statement that it goes back to."""
    frame = (
        result.origins[result.origins["origin"].ne("")]
        .sort_values("days_between", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    late = frame[frame["stale"]]
    title = f"{len(late)} of {len(frame)} counts give an older statement as of their own date; {int(frame['how'].ne('same statement').sum())} only resemble an official count"
    figure = canvas(1.6 + 0.42 * max(len(frame), 2), title, _both(record), [*frame["claim"], *frame["origin"]])
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "No count of the chosen sources is found elsewhere.")
        for place, row in enumerate(frame.itertuples()):
            days = int(row.days_between)
            axes.plot([-days, 0], [place, place], color=GREY, lw=1)
            axes.plot([-days], [place], marker="o", color=BLUE, markersize=6)
            axes.plot([0], [place], marker="o", color=ORANGE, markersize=6)
            axes.annotate(
                f"'{row.origin_phrase}', {row.origin_as_of} ({row.how})",
                (-days, place),
                (0, 7),
                textcoords="offset points",
                fontsize=7.5,
                color=INK,
            )
        if len(frame):
            rows(axes, [f"'{row.phrase}', as of {row.as_of}" for row in frame.itertuples()], 40)
            longest = float(max(frame["days_between"].max(), 1))
            axes.set_xlim(-1.05 * longest, 0.7 * longest)
            axes.set_xticks([tick for tick in axes.get_xticks() if -longest <= tick <= 0])
            axes.set_xlabel(
                "days before the date in the article (orange: the article; blue: the statement it goes back to)"
            )
            axes.grid(axis="x", color=PALE)
    told = "; ".join(
        f"'{row.phrase}' of {row.as_of} goes back to '{row.origin_phrase}' of {row.origin_as_of}, {row.days_between} days"
        for row in frame.itertuples()
    )
    return Drawing("wider_record_origins", figure, title, f"{told}." if told else title, frame)


def women_and_minors(record: Record, result: WiderRecord) -> Drawing:
    """Each total with women and minors inside it, and with them beside it."""
    frame = result.women_and_minors
    claims = [claim for cell in frame["claims"] for claim in cell.split("; ")]
    span = (
        f"{number(frame['men_if_inside'].min(), 'persons')} to {number(frame['men_if_inside'].max(), 'persons')}"
        if len(frame)
        else "no"
    )
    title = f"With women and minors inside the totals, {span} men left; {int(frame['worded'].eq('inside').sum())} of {len(frame)} statements say so"
    figure = canvas(1.6 + 0.55 * max(len(frame), 2), title, _both(record), claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "No statement gives a total, the women and the minors.")
        for place, row in enumerate(frame.itertuples()):
            left = 0.0
            for value, colour in ((row.men_if_inside, BLUE), (row.women, ORANGE), (row.minors, YELLOW)):
                axes.barh(place, value, left=left, height=0.36, color=colour)
                axes.text(
                    left + value / 2,
                    place,
                    number(value, "persons"),
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color="white" if colour == BLUE else INK,
                )
                left += value
            axes.barh(place + 0.3, row.all_if_beside, height=0.14, color=PALE)
            axes.text(
                row.all_if_beside,
                place + 0.3,
                f" {number(row.all_if_beside, 'persons')} in all if beside",
                va="center",
                fontsize=7.5,
                color=GREY,
            )
        if len(frame):
            rows(axes, [f"{row.statement}: total {number(row.total, 'persons')}" for row in frame.itertuples()], 34)
            axes.set_xlim(0, 1.35 * float(frame["all_if_beside"].max()))
            axes.set_xlabel(
                "persons (blue: men; orange: women; yellow: minors; grey: all, if women and minors are beside)"
            )
    told = "; ".join(
        f"{row.statement}: total {number(row.total, 'persons')}, {number(row.men_if_inside, 'persons')} men if inside, {number(row.all_if_beside, 'persons')} in all if beside"
        for row in frame.itertuples()
    )
    return Drawing("wider_record_women_and_minors", figure, title, f"{told}." if told else title, frame)
