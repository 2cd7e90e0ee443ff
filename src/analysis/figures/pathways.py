"""The figures of pathways."""

import itertools

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve

from analysis.analyses.pathways import FRAME_NAMES, NO_CODE, STAGES, Pathways
from analysis.evidence.record import Record
from analysis.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    ROLE_COLOURS,
    STYLE,
    Drawing,
    canvas,
    interval,
    nothing_to_draw,
    rows,
)


def _words(term: str) -> str:
    return term.replace("_", " ")


def _stacked(axes: Axes, frame: pd.DataFrame, by: str, order: list[str]) -> None:
    """Counts of explanations as bars, a row a value of ``by``, a colour a speaker role, each part labelled."""
    for place, value in enumerate(order):
        start = 0
        for role, colour in ROLE_COLOURS.items():
            count = int(frame.loc[frame[by].eq(value) & frame["speaker_role"].eq(role), "explanations"].sum())
            if count:
                axes.barh(place, count, left=start, height=0.66, color=colour, edgecolor="white")
                dark = role in {"official", "insider"}
                axes.text(
                    start + count / 2,
                    place,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else INK,
                )
            start += count
    rows(axes, [_words(value) for value in order])
    axes.set_xlabel("explanations (not persons)")
    shown = [role for role in ROLE_COLOURS if frame["speaker_role"].eq(role).any()]
    handles = [mpl.patches.Patch(color=ROLE_COLOURS[role], label=role) for role in shown]
    axes.legend(handles=handles, title="told by", frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))


def codes(record: Record, result: Pathways) -> Drawing:
    """Explanations by code of the chosen frame, stacked by who tells them."""
    frame = result.codes[result.codes["code"] != NO_CODE]
    named = FRAME_NAMES[record.scenario["frame"]]
    totals = frame.groupby("code", sort=False)["explanations"].sum()
    order = list(totals.index)
    title = (
        f"{_words(totals.idxmax()).capitalize()} are the factor named most: {totals.max()} times ({named})"
        if order
        else f"No explanation carries a code of {named}"
    )
    drawn = [name for cell in frame["ids"] for name in cell.split("; ")]
    figure = canvas(1.5 + 0.42 * max(len(order), 2), title, record, drawn)
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if order:
            _stacked(axes, frame, "code", order)
        else:
            nothing_to_draw(axes, "No explanation of the chosen phases and speakers carries a code of this frame.")
    told = ", ".join(f"{_words(code)} {count}" for code, count in totals.items())
    return Drawing(
        "pathways_codes",
        figure,
        title,
        f"Explanations by code of {named}, by speaker: {told}." if told else title,
        frame,
    )


def phases(record: Record, result: Pathways) -> Drawing:
    """Explanations by phase of the way, stacked by who tells them."""
    told_by = result.explanations.groupby(["phase", "speaker_role"])["explanation_id"]
    frame = told_by.agg(explanations="size", ids="; ".join).reset_index()
    order = [phase for phase in record.terms("phase") if frame["phase"].eq(phase).any()]
    first = int(result.explanations["first_hand"].sum())
    title = f"{first} of {len(result.explanations)} explanations are told at first hand; the rest are other people's accounts"
    figure = canvas(1.6 + 0.42 * max(len(order), 2), title, record, result.explanations["explanation_id"])
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if order:
            _stacked(axes, frame, "phase", order)
        else:
            nothing_to_draw(axes, "No explanation of the chosen phases and speakers.")
    told = ", ".join(
        f"{_words(phase)} {int(frame.loc[frame['phase'].eq(phase), 'explanations'].sum())}" for phase in order
    )
    return Drawing("pathways_phases", figure, title, f"Explanations by phase, by speaker: {told}.", frame)


def flows(record: Record, result: Pathways) -> Drawing:
    """The cases from departure to outcome, a band a step, as wide as the number of cases."""
    cases = result.cases
    wished = cases[cases["exit"].isin(["wished_to_leave", "left_group"])]
    killed = wished["outcome"].str.startswith("killed").sum()
    title = (
        f"{len(cases)} cases: of {len(wished)} said to have left or wished to, {killed} are told to have been killed"
    )
    figure = canvas(5.2, title, record, cases["case_id"])
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        axes.set_axis_off()
        if cases.empty:
            nothing_to_draw(axes, "The chosen sources tell of no case.")
        else:
            _bands(axes, cases)
    told = "; ".join(f"{_words(row.outcome)} {row.cases}" for row in result.outcomes.itertuples())
    return Drawing(
        "pathways_flows",
        figure,
        title,
        f"Flows of cases by stage, ending in: {told}.",
        result.flows,
    )


def _bands(axes: Axes, cases: pd.DataFrame) -> None:
    """Nodes a stage and bands between them; the order within a stage is by size, so that it is the same everywhere."""
    gap, thick = 0.9, 0.03
    height = len(cases) + gap * (max(cases[stage].nunique() for stage in STAGES) - 1)
    spot: dict[tuple[str, str], float] = {}
    for x, stage in enumerate(STAGES):
        sizes = cases[stage].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        y = (len(sizes) - 1) * gap / 2 + len(cases) / 2
        for name, size in sizes.items():
            spot[stage, str(name)] = y
            axes.add_patch(mpl.patches.Rectangle((x - thick, y - size), 2 * thick, size, color=INK))
            axes.text(x + (thick + 0.02), y - size / 2, f"{_words(str(name))} {size}", va="center", ha="left", fontsize=8, zorder=3,
                      bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6})  # fmt: skip
            y -= size + gap
        axes.text(x, height / 2 + 1, _words(stage), ha="center", fontsize=9, fontweight="bold")
    out, into = dict(spot), dict(spot)
    for x, (left, right) in enumerate(itertools.pairwise(STAGES)):
        counted = cases.groupby([left, right]).size()
        ranked = sorted(counted.items(), key=lambda item: (-spot[left, item[0][0]], -spot[right, item[0][1]]))  # type: ignore[index]
        for (source, target), size in ranked:  # type: ignore[misc]
            top, goal = out[left, source], into[right, target]
            out[left, source] -= size
            into[right, target] -= size
            a, b, m = x + thick, x + 1 - thick, x + 0.5
            points = [
                (a, top),
                (m, top),
                (m, goal),
                (b, goal),
                (b, goal - size),
                (m, goal - size),
                (m, top - size),
                (a, top - size),
                (a, top),
            ]
            steps = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
            colour = ORANGE if target.startswith("killed") else BLUE
            axes.add_patch(PathPatch(Curve(points, steps), facecolor=colour, alpha=0.35, edgecolor="none"))
    axes.set_xlim(-0.15, len(STAGES) - 0.3)
    axes.set_ylim(-height / 2 - 0.5, height / 2 + 2)


def reliability(record: Record, result: Pathways) -> Drawing:
    """Krippendorff's alpha of each code with its bootstrap interval, counts beside it."""
    frame = result.reliability
    firm = int((frame["alpha_lower"] >= 0.667).sum())
    title = f"Two codings agree: {firm} of {len(frame)} codes stay above 0.667 over their whole interval"
    figure = canvas(1.4 + 0.235 * max(len(frame), 2), title, record, record.codings["coding_id"])
    with mpl.rc_context(STYLE):
        axes = figure.add_subplot()
        if frame.empty:
            nothing_to_draw(axes, "The chosen sources have no codings.")
        else:
            for place, row in enumerate(frame.itertuples()):
                interval(axes, place, row.alpha_lower, row.alpha_upper, 1, BLUE if row.alpha_lower >= 0.667 else ORANGE)
                axes.plot([row.alpha], [place], marker="o", color=INK, markersize=4)
                axes.text(
                    1.03, place, f"{row.coder_a}, {row.coder_b}, {row.both}", va="center", fontsize=7.5, color=GREY
                )
            rows(
                axes,
                [f"{FRAME_NAMES.get(row.field, _words(row.field))}: {_words(row.code)}" for row in frame.itertuples()],
            )
            axes.axvline(0.667, color=GREY, lw=0.8, ls=":")
            axes.text(1.03, -1.1, "a, b, both", fontsize=7.5, color=GREY)
            axes.set_xlim(-0.05, 1.18)
            axes.set_xticks([0, 0.25, 0.5, 0.667, 0.8, 1], ["0", "0.25", "0.5", "0.667", "0.8", "1"])
            axes.set_xlabel(
                "Krippendorff's alpha, with its 95% bootstrap interval (right: sentences coded by a, by b, by both)"
            )
            axes.grid(axis="x", color=PALE)
    told = "; ".join(f"{_words(row.code)} {row.alpha:.2f}" for row in frame.itertuples())
    return Drawing("pathways_reliability", figure, title, f"Alpha by code: {told}.", frame)
