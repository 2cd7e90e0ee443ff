"""The figures of deaths by year."""

from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd

from analysis.analyses.deaths_by_year import DeathsByYear
from analysis.analyses.finding import in_words, number
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    RED,
    SKY,
    STYLE,
    Drawing,
    canvas,
    interval,
    nothing_to_draw,
    rows,
)


def shares(record: Record, results: Mapping[str, DeathsByYear]) -> Drawing:
    """The dead by year as printed, one bar a reading, the years that no claim names hatched.

    ``results`` maps a reading's name to the analysis under it.
    """
    parts = {name: result.shares for name, result in results.items() if not result.shares.empty}
    data = (
        pd.concat([frame.assign(reading=name) for name, frame in parts.items()], ignore_index=True)
        if parts
        else pd.DataFrame()
    )
    claims = [claim for cell in data.get("claim", []) for claim in cell.split("; ")]
    left = {name: number(frame["printed"].iloc[0], "share") for name, frame in parts.items()}
    title = (
        " or ".join(f"{rest} of the dead ({name})" for name, rest in left.items()) or "No shares of the dead by year"
    )
    title = f"Unnamed years hold {title}, as the 25% is read" if left else title
    figure = canvas(1.5 + 0.85 * max(len(parts), 1), title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if not parts:
            nothing_to_draw(axes, "The chosen sources print no shares of the dead by year.")
        for row, frame in enumerate(parts.values()):
            start = 0.0
            for place, share in enumerate(frame.itertuples()):
                colour = "white" if place == 0 else [SKY, BLUE, ORANGE][(place - len(frame)) % 3]
                axes.barh(
                    row,
                    share.printed,
                    left=start,
                    height=0.6,
                    color=colour,
                    edgecolor=INK,
                    linewidth=0.8,
                    hatch="//" if place == 0 else None,
                )
                text = f"{share.label}\n{number(share.printed, 'share')}"
                dark = colour == BLUE
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1} if place == 0 else None
                axes.text(
                    start + share.printed / 2,
                    row,
                    text,
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else INK,
                    bbox=box,
                )
                start += share.printed
            rest = frame.iloc[0]
            axes.plot([rest["lower"], rest["upper"]], [row + 0.38] * 2, color=RED, lw=3, solid_capstyle="butt")
        if parts:
            rows(axes, [f"25%: {name}" for name in parts], 20)
            axes.set_xlim(0, 1)
            axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1))
            axes.set_xlabel(
                "share of the dead the report counts (hatched: years it does not name; red: where that share may end)"
            )
    told = "; ".join(
        f"read as {name}, "
        + ", ".join(f"{row.label} {in_words(row.lower, row.upper, 'share')}" for row in frame.itertuples())
        for name, frame in parts.items()
    )
    return Drawing(
        "deaths_by_year_shares", figure, title, f"Stacked bars of the dead by year: {told}." if told else title, data
    )


def sampling(record: Record, result: DeathsByYear) -> Drawing:
    """The documented dead of each window as a share of the sample, with its exact 95% interval."""
    frame = result.sampling
    claims = [claim for cell in frame["claim"] for claim in cell.split("; ")]
    if frame.empty:
        title = "No whole numbers of dead can be given for the shares under this reading"
    else:
        top = frame.iloc[-1]
        title = f"{top['deaths_lower']} of {top['n']} dead in {top['label']}: chance alone spans {number(top['exact_lower'], 'share')} to {number(top['exact_upper'], 'share')}"
    figure = canvas(1.3 + 0.42 * max(len(frame), 2), title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(
                axes, "No interval can be given: how many dead the shares were computed from is not printed."
            )
        for place, row in enumerate(frame.itertuples()):
            interval(axes, place, row.exact_lower, row.exact_upper, 1, BLUE)
            axes.plot([row.deaths_lower / row.n], [place], marker="o", color=INK, markersize=5)
            axes.text(row.exact_upper + 0.01, place, f"{row.deaths_lower} of {row.n}", va="center", fontsize=8)
        if not frame.empty:
            rows(axes, list(frame["label"]))
            axes.set_xlim(0, 0.65)
            axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1))
            axes.set_xlabel("share of the documented dead; bar: exact (Clopper-Pearson) 95% interval")
            axes.grid(axis="x", color=PALE)
    told = "; ".join(
        f"{row.label} {row.deaths_lower} of {row.n}, {in_words(row.exact_lower, row.exact_upper, 'share')}"
        for row in frame.itertuples()
    )
    return Drawing(
        "deaths_by_year_sampling",
        figure,
        title,
        f"Intervals for the share of each window: {told}." if told else title,
        frame,
    )


def pace(record: Record, results: Mapping[str, DeathsByYear]) -> Drawing:
    """Share of the dead a month in each window, one line a reading of the year 2016."""
    parts = {
        name: result.pace.merge(result.shares[["label", "start", "end"]], on="label")
        for name, result in results.items()
        if not result.pace.empty
    }
    data = (
        pd.concat([frame.assign(reading=name) for name, frame in parts.items()], ignore_index=True)
        if parts
        else pd.DataFrame()
    )
    claims = [claim for cell in data.get("claim", []) for claim in cell.split("; ")]
    last = {name: frame.iloc[-1] for name, frame in parts.items()}
    told = " or ".join(
        f"{number(row['ratio_lower'], 'ratio')} ({name.replace('_', ' ')})" for name, row in last.items()
    )
    year = next(iter(last.values()))["start"].year if last else ""
    title = (
        f"Deaths a month in {year} against the window before: at least {told} times"
        if parts
        else "No pace of deaths can be drawn"
    )
    figure = canvas(3.2, title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if not parts:
            nothing_to_draw(axes, "The chosen sources print no shares of the dead by year.")
        for (name, frame), colour, dash in zip(parts.items(), (BLUE, RED), ("-", "--"), strict=False):
            for row in frame.itertuples():
                ends = row.start, row.end + pd.Timedelta(days=1)
                axes.plot(ends, [row.lower / row.months] * 2, color=colour, ls=dash, lw=2)
                axes.fill_between(ends, row.lower / row.months, row.upper / row.months, color=colour, alpha=0.3, lw=0)
            row = frame.iloc[-1]
            axes.annotate(
                f"{year}: {name.replace('_', ' ')}",
                (row["end"], row["upper"] / row["months"]),
                xytext=(6, 3),
                textcoords="offset points",
                color=colour,
                fontsize=8,
            )
        if parts:
            axes.set_ylim(0)
            axes.set_xlim(right=max(frame["end"].max() for frame in parts.values()) + pd.Timedelta(days=330))
            axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1, decimals=0))
            axes.set_ylabel("share of the dead\na month")
            axes.grid(axis="y", color=PALE)
    rows_told = "; ".join(
        f"{name.replace('_', ' ')}: {row['label']} {number(row['lower'] / row['months'], 'share')} a month"
        for name, row in last.items()
    )
    return Drawing(
        "deaths_by_year_pace",
        figure,
        title,
        f"Steps of the share of the dead a month. {rows_told}." if parts else title,
        data,
    )


def halves(record: Record, result: DeathsByYear) -> Drawing:
    """What "more than half" asks of the dead, beside the counts of the dead."""
    frame = result.halves[~result.halves["verdict"].str.startswith("not comparable")]
    claims = [claim for name in ("half_claim", "whole_claim", "dead_claim") for claim in frame[name]]
    verdicts = ", ".join(sorted(set(frame["verdict"])))
    title = (
        f"'More than half' asks for {number(frame['implied_dead'].min(), 'persons')} dead or more; the count begins at {number(frame['dead_lower'].min(), 'persons')}: {verdicts}"
        if len(frame)
        else "'More than half' cannot be tested under this reading"
    )
    dead = frame.drop_duplicates("dead_claim")
    figure = canvas(1.4 + 0.5 * max(len(frame) + len(dead), 2), title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "No count of departures is of the group that the share is of.")
        else:
            edge = 1.25 * float(frame["implied_dead"].max())
            labels: list[str] = []
            for row in frame.drop_duplicates("whole_claim").itertuples():
                interval(axes, len(labels), row.implied_dead, None, edge, BLUE)
                axes.text(
                    row.implied_dead,
                    len(labels) - 0.28,
                    in_words(row.implied_dead, None, "persons"),
                    fontsize=8,
                    color=BLUE,
                )
                labels.append(f"more than half of '{row.whole}'")
            phrases = record.claims.set_index("claim_id")["phrase"]
            for row in dead.itertuples():
                low, high = float(row.dead_lower), as_float(row.dead_upper)
                interval(axes, len(labels), low, high, edge, ORANGE)
                axes.text(low, len(labels) - 0.28, in_words(low, high, "persons"), fontsize=8, color=INK)
                labels.append(f"'{phrases[row.dead_claim]}'")
            rows(axes, labels, 34)
            axes.set_xlim(0, edge)
            axes.set_xlabel("persons dead (arrow: no upper bound)", color=GREY)
    told = "; ".join(
        f"{row.whole} implies {number(row.implied_dead, 'persons')} or more dead, count {in_words(as_float(row.dead_lower), as_float(row.dead_upper), 'persons')}: {row.verdict}"
        for row in frame.itertuples()
    )
    return Drawing("deaths_by_year_halves", figure, title, f"{told}." if told else title, frame)
