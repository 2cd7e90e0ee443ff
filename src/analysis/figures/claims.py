"""The figures of the evidence."""

import matplotlib.dates as mdates
import pandas as pd
from matplotlib import rc_context

from analysis.analyses.claims import Claims
from analysis.analyses.finding import in_words
from analysis.evidence.dates import days
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    RED,
    STYLE,
    Drawing,
    canvas,
    nothing_to_draw,
    rows,
)

PANELS = {
    "departed": ("departed", "present"),
    "killed": ("killed", "executed"),
    "fighting": ("fighting",),
    "returned": ("returned",),
    "returnees arrested": ("returned_arrested",),
    "other arrests, prevented": ("arrested_terrorism", "arrested_abroad", "prevented"),
}


def timeline(record: Record, result: Claims) -> Drawing:
    """Every count of persons at its as-of date, a panel a quantity, intervals as bars and open bounds as arrows."""
    frame = result.timeline.drop_duplicates(["family", "lower", "upper", "as_of"])
    frame = frame.assign(date=[days(cell)[0] for cell in frame["as_of"]])
    open_ended = int(frame["upper"].isna().sum())
    title = f"{len(frame)} counts of persons in {record.sources.shape[0]} articles; {open_ended} have no upper bound"
    figure = canvas(5.6, title, record, frame["claim_id"])
    with rc_context(STYLE):
        panels = figure.subplots(2, 3, sharex=True).flat
        first, last = pd.Timestamp("2014-06-01"), pd.Timestamp("2019-12-31")
        for axes, (name, measures) in zip(panels, PANELS.items(), strict=True):
            part = frame[frame["measure"].isin(measures)]
            top = 1.45 * float(pd.concat([part["lower"], part["upper"]]).max()) if len(part) else 1.0
            floor = 0.97 * float(part["lower"].min()) if len(part) and part["lower"].min() > top / 2 else 0.0
            top = 1.03 * top / 1.45 if floor else top
            note = " (axis not from 0)" if floor else ""
            axes.set_title(name + note, fontsize=9, loc="left", color=GREY)
            previous = None
            for row in part.sort_values(["date", "lower"]).itertuples():
                low, high = float(row.lower), as_float(row.upper)
                colour = {"official": BLUE, "insider": RED, "expert": GREEN, "ngo": GREEN}.get(row.speaker_role, ORANGE)
                shift = pd.Timedelta(days=70 if previous == row.date else 0)
                previous = row.date
                x = pd.Timestamp(row.date) + shift
                if high is None:
                    axes.annotate(
                        "",
                        (x, top),
                        (x, low),
                        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6, "shrinkA": 0, "shrinkB": 0},
                    )
                axes.plot(
                    [x, x],
                    [low, low if high is None else high],
                    color=colour,
                    lw=3,
                    solid_capstyle="butt",
                    marker="_",
                    markersize=8,
                )
                text = in_words(low, high, "persons").replace(" persons", "") + (
                    "" if row.population.startswith("moroccan") else f"\n({row.population.replace('_', ' ')})"
                )
                axes.text(x + pd.Timedelta(days=45), low if high is None else (low + high) / 2, text, fontsize=7.5, va="bottom", color=INK, zorder=5,
                          bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5})  # fmt: skip
            axes.set_ylim(floor, top)
            axes.set_xlim(first, last)
            axes.xaxis.set_major_locator(mdates.YearLocator())
            axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
            axes.grid(axis="y", color=PALE)
            if part.empty:
                nothing_to_draw(axes, "no count")
        figure.supylabel(
            "persons (blue: official; red: insider; green: expert, observer; orange: journalist)",
            fontsize=8,
            color=GREY,
        )
    told = "; ".join(
        f"{row.as_of} {row.measure.replace('_', ' ')} {in_words(float(row.lower), as_float(row.upper), 'persons')}"
        for row in frame.itertuples()
    )
    return Drawing("claims_timeline", figure, title, f"Counts by date: {told}.", frame.drop(columns="date"))


def who(record: Record, result: Claims) -> Drawing:
    """Claims by measure and kind of speaker, a disc as large as the count."""
    frame = result.who
    by_measure = frame.groupby("measure")["claims"].sum().sort_index().sort_values(ascending=False, kind="stable")
    by_role = frame.groupby("speaker_role")["claims"].sum().sort_index().sort_values(ascending=False, kind="stable")
    share = by_role.get("journalist", 0)
    title = f"{share} of {by_role.sum()} claims have no speaker but the article; officials account for {by_role.get('official', 0)}"
    figure = canvas(1.6 + 0.24 * max(len(by_measure), 3), title, record, record.claims["claim_id"])
    with rc_context(STYLE):
        axes = figure.add_subplot()
        for row in frame.itertuples():
            x, y = by_role.index.get_loc(row.speaker_role), by_measure.index.get_loc(row.measure)
            axes.scatter(
                [x],
                [y],
                s=60 + 34 * row.claims,
                color=BLUE if row.speaker_role == "official" else PALE,
                edgecolor=GREY,
                linewidth=0.5,
            )
            axes.text(
                x,
                y,
                str(row.claims),
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if row.speaker_role == "official" else INK,
            )
        rows(axes, [f"{name.replace('_', ' ')} ({count})" for name, count in by_measure.items()])
        axes.set_xticks(range(len(by_role)), [f"{name}\n({count})" for name, count in by_role.items()], fontsize=8)
        axes.xaxis.tick_top()
        axes.tick_params(axis="x", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(-0.6, len(by_role) - 0.4)
    told = "; ".join(f"{name} {count}" for name, count in by_role.items())
    return Drawing("claims_who", figure, title, f"Claims by measure and speaker. By speaker: {told}.", frame)
