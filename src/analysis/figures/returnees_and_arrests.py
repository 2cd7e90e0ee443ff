"""The figures of returnees and arrests."""

import matplotlib as mpl
import pandas as pd

from analysis.analyses.finding import in_words, number, window
from analysis.analyses.returnees_and_arrests import ReturneesAndArrests
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    RED,
    STYLE,
    Drawing,
    canvas,
    interval,
    nothing_to_draw,
    rows,
)


def counts(record: Record, result: ReturneesAndArrests) -> Drawing:
    """Every numbered count of returns and arrests on one axis, each with its window."""
    frame = pd.concat(
        [result.returned.assign(what="returned"), result.arrested.assign(what="arrested")], ignore_index=True
    )
    frame = frame[frame["unit"].eq("persons") & frame["lower"].notna()]
    data = frame[["what", "claim_id", "phrase", "lower", "upper", "population", "period", "attribution_type"]]
    windows = frame["period"].replace("", "no window").nunique()
    title = f"{len(frame)} counts of returns and arrests, over {windows} different windows"
    figure = canvas(1.3 + 0.46 * max(len(frame), 2), title, record, frame["claim_id"])
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "The chosen sources print no number of returns or arrests.")
        edge = 1.6 * float(pd.concat([frame["lower"], frame["upper"]]).max()) if len(frame) else 1.0
        for place, row in enumerate(frame.itertuples()):
            low, high = float(row.lower), as_float(row.upper)
            returnees = row.population == "moroccan_returnees"
            colour = BLUE if row.what == "returned" else ORANGE if returnees else GREY
            interval(axes, place, low, high, edge, colour)
            text = f"{in_words(low, high, 'persons')}, {row.what}" + (
                "" if returnees else f" ({row.population.replace('_', ' ')})"
            )
            late = low > edge / 3
            axes.text(
                edge if late else low,
                place - 0.26,
                f"{text}; {window(row.period)}",
                fontsize=8,
                color=INK,
                ha="right" if late else "left",
            )
        if len(frame):
            rows(axes, [f"'{phrase}'" for phrase in frame["phrase"]], 34)
            axes.set_xlim(0, edge)
            axes.set_xlabel("persons (blue: returned; orange: returnees arrested; grey: other arrests)")
            axes.grid(axis="x", color=PALE)
    told = "; ".join(
        f"{row.what} {in_words(float(row.lower), as_float(row.upper), 'persons')} {window(row.period)}"
        for row in frame.itertuples()
    )
    return Drawing(
        "returnees_and_arrests_counts", figure, title, f"Counts as intervals: {told}." if told else title, data
    )


def every(record: Record, result: ReturneesAndArrests) -> Drawing:
    """The arrests that must be added, outside the counted window, if everyone who returned was arrested."""
    frame = result.every.sort_values("gap_upper").drop_duplicates("returned_claim").reset_index(drop=True)
    claims = [*frame["returned_claim"], *frame["arrested_claim"]]
    gaps = zip(frame["gap_lower"], frame["gap_upper"], strict=True)
    needed = " or ".join(in_words(max(0.0, low), high, "persons").removesuffix(" persons") for low, high in gaps)
    title = (
        f"If every returnee was arrested, {needed} persons were arrested in years that no source counts"
        if len(frame)
        else "No count of arrests falls inside a count of returns under this reading"
    )
    figure = canvas(1.7 + 0.6 * max(len(frame), 1), title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "Nothing can be added up: no window of arrests lies inside a window of returns.")
        table = record.claims.set_index("claim_id")
        for place, row in enumerate(frame.itertuples()):
            held = table.loc[row.arrested_claim]
            axes.barh(place, held["lower"], height=0.5, color=ORANGE)
            axes.text(
                held["lower"] / 2,
                place,
                f"arrested\n{window(held['period'])}: {number(held['lower'], 'persons')}",
                ha="center",
                va="center",
                fontsize=8,
            )
            low, high = held["lower"] + max(0.0, row.gap_lower), held["lower"] + row.gap_upper
            axes.barh(
                place, low - held["lower"], left=held["lower"], height=0.5, facecolor="white", edgecolor=RED, hatch="//"
            )
            if high > low:
                axes.barh(
                    place,
                    high - low,
                    left=low,
                    height=0.5,
                    facecolor="white",
                    edgecolor=RED,
                    hatch="..",
                    linestyle="--",
                )
            axes.text(
                high + 4,
                place,
                f"not counted:\n{in_words(max(0.0, row.gap_lower), row.gap_upper, 'persons')}",
                va="center",
                fontsize=8,
                color=RED,
            )
        if len(frame):
            who = table.loc[frame["returned_claim"], "attribution_type"]
            rows(
                axes, [f"'{phrase}' returned ({kind})" for phrase, kind in zip(frame["returned"], who, strict=True)], 26
            )
            held = table.loc[frame["arrested_claim"]]
            most = held["upper"].fillna(held["lower"]).to_numpy() + frame["gap_upper"].to_numpy()
            axes.set_xlim(0, 1.3 * float(most.max()))
            axes.set_xlabel("persons (solid: counted; hatched: at least; dotted: at most)")
    told = "; ".join(
        f"{row.returned} returned and {row.arrested}: {in_words(max(0.0, row.gap_lower), row.gap_upper, 'persons')} missing"
        for row in frame.itertuples()
    )
    return Drawing("returnees_and_arrests_every", figure, title, f"{told}." if told else title, frame)
