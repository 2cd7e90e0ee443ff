"""The figures of the sensitivity analysis."""

import matplotlib as mpl
import pandas as pd

from analysis.analyses.finding import in_words
from analysis.analyses.sensitivity import Sensitivity
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.figures.style import BLUE, GREY, INK, ORANGE, PALE, STYLE, Drawing, canvas, interval, rows

MOST_ROWS = 12
"""Changes drawn in one chart, the widest first."""


def tornado(record: Record, result: Sensitivity, finding: str) -> Drawing:
    """One main finding by default, under each single change that moves it, and over the whole grid."""
    about = result.ranges[result.ranges["finding"].eq(finding)].iloc[0]
    part = result.swings[result.swings["finding"].eq(finding)]
    moving = part[part["swing"].gt(0)].head(MOST_ROWS)
    unit = about["unit"]
    first = moving["change"].iloc[0].partition("=")[0].replace("_", " ") if len(moving) else ""
    cited = next((item.claims for item in result.findings if item.id.endswith(finding.replace(".", "-"))), ())
    head = f"{about['what'][0].upper()}{about['what'][1:]}"
    title = f"{head}: the choice of {first} moves it most" if first else f"{head}: no single change moves it"
    note = f"{about['scenarios']} scenarios declared in scenarios.toml, {about['with_number']} with a number."
    figure = canvas(1.7 + 0.33 * (len(moving) + 2), title, record, cited, note)
    lines = [("default", about["lower"], about["upper"], INK)]
    lines += [(row.change.replace("=", " = "), row.lower, row.upper, ORANGE) for row in moving.itertuples()]
    lines += [("least and most over the grid", about["least"], about["most"], BLUE)]
    ends = [float(value) for _, low, high, _ in lines for value in (low, high) if not pd.isna(value)]
    edge = 1.25 * max(ends, default=1.0) or 1.0
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        for bound in (about["lower"], about["upper"]):
            if not pd.isna(bound):
                axes.axvline(float(bound), color=PALE, lw=1, zorder=0)
        for place, (_, low, high, colour) in enumerate(lines):
            if pd.isna(low) and pd.isna(high):
                axes.text(
                    0,
                    place,
                    "no bound in some scenario" if colour == BLUE else "no number",
                    fontsize=8,
                    va="center",
                    color=GREY,
                )
                continue
            interval(axes, place, 0.0 if pd.isna(low) else float(low), as_float(high), edge, colour)
            axes.text(
                1.01 * edge,
                place,
                in_words(as_float(low), as_float(high), unit).removesuffix(f" {unit}").replace("no", "0"),
                fontsize=8,
                va="center",
                color=INK,
            )
        rows(axes, [label for label, *_ in lines], 46)
        axes.set_xlim(0, edge)
        axes.set_xlabel(f"{unit} (black: default; orange: one choice changed; blue: the whole grid)")
    alt = "; ".join(f"{label}: {in_words(as_float(low), as_float(high), unit)}" for label, low, high, _ in lines)
    name = finding.replace(".", "_").replace("-", "_")
    return Drawing(
        f"sensitivity_{name}",
        figure,
        title,
        f"{head}. {alt}.",
        moving.assign(default_lower=about["lower"], default_upper=about["upper"]),
    )


def conclusions(record: Record, result: Sensitivity) -> Drawing:
    """In what part of the scenarios each conclusion holds."""
    frame = result.conclusions.assign(share=result.conclusions["holds"] / result.conclusions["scenarios"])
    frame = frame.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)
    always = int(frame["holds"].eq(frame["scenarios"]).sum())
    title = f"{always} of {len(frame)} conclusions hold in every scenario"
    cited = result.findings[-1].claims
    figure = canvas(1.5 + 0.5 * len(frame), title, record, cited, "Scenarios declared in scenarios.toml.")
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        for place, row in enumerate(frame.itertuples()):
            axes.barh(place, row.share, height=0.5, color=BLUE if row.holds == row.scenarios else ORANGE)
            broken = f"; broken by {row.broken_by.split(' | ')[0]}" if row.broken_by else ""
            axes.text(
                0.01, place + 0.42, f"{row.holds} of {row.scenarios}{broken}", fontsize=7.5, va="center", color=GREY
            )
        rows(axes, list(frame["conclusion"]), 46)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0))
        axes.set_xlabel("share of the scenarios that give a number (blue: all of them)")
    told = "; ".join(f"{row.conclusion} {row.holds} of {row.scenarios}" for row in frame.itertuples())
    return Drawing("sensitivity_conclusions", figure, title, f"{told}.", frame.drop(columns="share"))
