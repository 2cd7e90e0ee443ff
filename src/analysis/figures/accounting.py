"""The figures of the accounting."""

import matplotlib as mpl
import pandas as pd

from analysis.analyses.accounting import Accounting
from analysis.analyses.finding import in_words
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    STYLE,
    Drawing,
    canvas,
    interval,
    nothing_to_draw,
    rows,
)

PANELS = {"killed": "dead", "away": "alive and not back", "unaccounted": "not accounted for"}
SIDE_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


def bounds(record: Record, result: Accounting) -> Drawing:
    """What each nested set of assumptions leaves possible, a panel a quantity, a colour a way to take the claims."""
    frame = result.bounds[result.bounds["quantity"].isin(PANELS)].reset_index(drop=True)
    sides = list(dict.fromkeys(frame["side"]))[: len(SIDE_COLOURS)]
    levels = list(dict.fromkeys(frame["assumptions"]))
    dead = frame[frame["quantity"].eq("killed")]
    told = {level: _hull(dead[dead["assumptions"].eq(level)]) for level in levels}
    title = f"The dead: {told[levels[0]]} by the claims alone, {told[record.scenario['assumptions']]} under the assumptions chosen"
    figure = canvas(2.0 + 0.42 * len(levels), title, record, result.said["claim"], "Bounds, not confidence intervals.")
    with mpl.rc_context(STYLE):
        panels = figure.subplots(1, len(PANELS), sharey=True)
        edge = 1.15 * float(pd.concat([frame["lower"], frame["upper"]]).max())
        for axes, (quantity, name) in zip(panels, PANELS.items(), strict=True):
            axes.set_title(name, fontsize=9, loc="left", color=GREY)
            for place, level in enumerate(levels):
                if not (frame["quantity"].eq(quantity) & frame["assumptions"].eq(level)).any():
                    axes.text(0, place, "not formed: several scopes", fontsize=7, va="center", color=GREY)
                for shift, side in enumerate(sides):
                    for row in frame[
                        frame["quantity"].eq(quantity) & frame["assumptions"].eq(level) & frame["side"].eq(side)
                    ].itertuples():
                        y = place + 0.26 * (shift - (len(sides) - 1) / 2)
                        low, high = as_float(row.lower), as_float(row.upper)
                        if low is None and high is None:
                            axes.text(0, y, "no bound", fontsize=7, va="center", color=GREY)
                        else:
                            interval(axes, y, low or 0.0, high, edge, SIDE_COLOURS[shift])
            axes.set_xlim(-0.02 * edge, 1.02 * edge)
            axes.set_xlabel("persons")
            axes.grid(axis="x", color=PALE)
        rows(panels[0], levels)
        names = [
            f"{name}: {side.split(' (')[0]}"
            for name, side in zip(("blue", "orange", "green", "purple"), sides, strict=False)
        ]
        panels[len(PANELS) // 2].set_xlabel("persons\n" + "; ".join(names))
    alt = "; ".join(
        f"{row.quantity} under {row.assumptions}, {row.side}: {in_words(as_float(row.lower), as_float(row.upper), 'persons')}"
        for row in frame.itertuples()
    )
    return Drawing("accounting_bounds", figure, title, f"Bounds by assumption: {alt}.", frame)


def _hull(part: pd.DataFrame) -> str:
    low = as_float(part["lower"].min())
    high = as_float(part["upper"].max()) if part["upper"].notna().all() else None
    return in_words(low, high, "persons").removesuffix(" persons")


def implied(record: Record, result: Accounting) -> Drawing:
    """The dead that the others leave if nobody is elsewhere, above what is said of the dead."""
    frame = result.implied
    if frame.empty:
        title = "The chosen sources do not give departures, fighters and returns together"
        figure = canvas(1.8, title, record, [])
        nothing_to_draw(figure.add_subplot(), "Nothing is left to be computed.")
        return Drawing("accounting_implied", figure, title, title, frame)
    left = frame.drop_duplicates("returned")
    said = frame.drop_duplicates("claim")
    least = " or ".join(
        in_words(as_float(low), None, "persons").removesuffix(" or more persons") for low in sorted(left["dead_lower"])
    )
    title = f"If nobody is elsewhere, {least} persons or more are dead, by which count of returns is taken"
    lines = [(f"left with {row.returned}", row.dead_lower, row.dead_upper, BLUE) for row in left.itertuples()]
    lines += [(f"said: {row.claim}", row.claim_lower, row.claim_upper, ORANGE) for row in said.itertuples()]
    claims = [claim for cell in frame["claims"] for claim in cell.split("; ")]
    figure = canvas(1.5 + 0.5 * len(lines), title, record, claims)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        edge = 1.5 * max(float(value) for _, low, high, _ in lines for value in (low, high) if not pd.isna(value))
        for place, (_, low, high, colour) in enumerate(lines):
            interval(axes, place, float(low), as_float(high), edge, colour)
            axes.text(
                float(low), place - 0.22, in_words(as_float(low), as_float(high), "persons"), fontsize=8, color=INK
            )
        rows(axes, [label for label, *_ in lines], 46)
        axes.set_xlim(0, edge)
        axes.set_xlabel("persons (blue: what the other counts leave; orange: what is said of the dead)")
        axes.grid(axis="x", color=PALE)
    alt = "; ".join(f"{label}: {in_words(as_float(low), as_float(high), 'persons')}" for label, low, high, _ in lines)
    return Drawing("accounting_implied", figure, title, f"The dead if nobody is elsewhere: {alt}.", frame)


def left_out(record: Record, result: Accounting) -> Drawing:
    """The bounds on the dead with each statement left out, those that move a bound first."""
    frame = result.left_out[result.left_out["quantity"].eq("killed")].sort_values(
        "moves", ascending=False, kind="stable"
    )
    base = frame.iloc[:1]
    moving = int(frame["moves"].sum())
    title = (
        f"{moving} of {len(frame)} statements alone move the bounds on the dead"
        if len(frame)
        else "No statement bounds the dead"
    )
    figure = canvas(
        1.5 + 0.3 * max(len(frame) + 1, 3), title, record, result.said["claim"], "One statement left out at a time."
    )
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "The chosen sources bound nothing.")
        else:
            edge = 1.25 * float(pd.concat([frame["upper"], frame["lower"], frame["upper_with_all"]]).max())
            lines = [("all statements", base["lower_with_all"].iloc[0], base["upper_with_all"].iloc[0], INK)]
            lines += [
                (f"without {row.statement}", row.lower, row.upper, ORANGE if row.moves else GREY)
                for row in frame.itertuples()
            ]
            for place, (_, low, high, colour) in enumerate(lines):
                if as_float(low) is None and as_float(high) is None:
                    axes.text(0, place, "no number", va="center", fontsize=8, color=GREY)
                    continue
                interval(axes, place, as_float(low) or 0.0, as_float(high), edge, colour)
                text = in_words(as_float(low), as_float(high), "persons").removesuffix(" persons")
                axes.text(edge, place, text, fontsize=8, va="center", color=INK)
            rows(axes, [label for label, *_ in lines], 60)
            axes.set_xlim(0, edge)
            axes.set_xlabel("persons dead (orange: the bounds move)")
            axes.grid(axis="x", color=PALE)
    alt = "; ".join(
        f"without {row.statement} {in_words(as_float(row.lower), as_float(row.upper), 'persons')}"
        for row in frame[frame["moves"]].itertuples()
    )
    return Drawing("accounting_left_out", figure, title, f"{title}: {alt}." if alt else title, frame)
