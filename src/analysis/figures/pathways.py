"""The figures of pathways."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.analyses.finding import Result
from analysis.analyses.pathways import FEW_UNITS, FIRM, STAGES, codes_of
from analysis.analyses.rows import distinct, grouped, listed
from analysis.figures.chart import (
    COLOURS,
    GREY,
    PALE,
    SPEAKERS,
    Chart,
    column_labels,
    interval,
    label,
    legend,
    nothing,
    row_labels,
)
from analysis.wording import Wording
from analysis.wording.formats import number, plural

END_COLOURS = {
    "died": COLOURS["killed"],
    "home": COLOURS["returned"],
    "caught": COLOURS["arrested"],
    "away": COLOURS["away"],
    "stayed": GREY,
    "not_told": COLOURS["unknown"],
}
HEADS = ("motive", "tie", "earlier prison", "group", "route", "inside", "exit", "outcome")


def courses(result: Result, words: Wording) -> Chart:
    """Every case as a line from motive to outcome, gaps visible, sorted by how it ended."""
    frame = result.courses
    if frame.empty:
        return nothing(words, "courses", "The chosen articles tell of no case.")
    ends = result.outcomes.set_index("end")["cases"]
    end_of = lambda end: words.text(f"words.end.{end}")
    values = {
        "died": ends.get("died", 0),
        "home": ends.get("home", 0),
        "cases": int((~frame["within"]).sum()),
        "listed": ", ".join(f"{end_of(end)} {count}" for end, count in ends.items()),
    }
    chart = Chart(words, "courses", frame["ids"], 0.7 + 0.27 * max(len(frame), 3), values)
    axes = chart.figure.subplots()
    colours = [END_COLOURS[end] for end in frame["end"]]
    present = [[x for x, stage in enumerate(STAGES) if getattr(row, stage)] for row in frame.itertuples()]
    lines = [place for place, xs in enumerate(present) if xs]
    ends = [present[place][0] for place in lines], [present[place][-1] for place in lines]
    axes.hlines(lines, *ends, [colours[place] for place in lines], lw=1.2, zorder=1)
    dots = [(x, place) for place, xs in enumerate(present) for x in xs]
    gaps = [(x, place) for place, xs in enumerate(present) for x in range(len(STAGES)) if x not in xs]
    points = lambda pairs: np.array(pairs, float).reshape(-1, 2).T
    axes.scatter(*points(gaps), s=14, facecolor="white", edgecolor=PALE, zorder=2)
    axes.scatter(*points(dots), s=42, c=[colours[place] for _, place in dots], zorder=2)
    for place, end in enumerate(frame["end"]):
        label(axes, end_of(end), (len(STAGES) - 0.55, place), va="center")
    row_labels(axes, [f"{row.label}{' *' if row.within else ''}" for row in frame.itertuples()], 60)
    axes.tick_params(axis="y", labelsize=8.5)
    column_labels(axes, HEADS)
    axes.set_xlim(-0.4, len(STAGES) + 2.2)
    return chart.done(frame)


def codes(result: Result, words: Wording) -> Chart:
    """Distinct speakers by factor, a colour a kind of speaker."""
    frame = words.record.scenario["frame"]
    found: list[dict[str, Any]] = next((f.values["codes"] for f in result.findings if f.id == "pathways.factors"), [])
    if not found:
        why = "No explanation of the chosen phases and speakers carries a factor of this frame."
        return nothing(words, "codes", why)
    name = lambda code: words.text(f"words.reason.{code['code']}")
    rows = [row for row in listed(result.explanations) if codes_of(row, frame)]
    summary = ", ".join(f"{name(code)} {code['speakers']}" for code in found)
    values = {"top": name(found[0]), "listed": summary}
    cited = [row.explanation_id for row in rows]
    chart = Chart(words, "codes", cited, 0.9 + 0.5 * max(len(found), 2), values)
    axes = chart.figure.subplots()
    by_code = {code["code"]: [row for row in rows if code["code"] in codes_of(row, frame)] for code in found}
    _stacked(axes, by_code, words)
    for place, code in enumerate(found):
        passages = f"{plural(code['explanations'], 'statement')}, {plural(code['stories'], 'story', 'stories')}"
        label(axes, f"{code['speakers']} speakers\n{passages}", (code["speakers"], place), (5, 0), va="center")
    row_labels(axes, [name(code) for code in found], 24)
    axes.set_xlim(0, 1.75 * found[0]["speakers"])
    return chart.done(pd.DataFrame(found)[["code", "speakers", "explanations", "stories"]])


def _stacked(axes: Axes, groups: Mapping[Any, list[Any]], words: Wording) -> None:
    """Distinct speakers of explanations as bars, a row a group, a colour a kind of speaker."""
    spoke = {row.speaker_role for rows in groups.values() for row in rows}
    shown = [role for role in SPEAKERS if role in spoke]
    for place, rows in enumerate(groups.values()):
        start = 0
        for role in shown:
            count = distinct((row for row in rows if row.speaker_role == role), "speaker")
            axes.barh(place, count, left=start, height=0.62, color=SPEAKERS[role], edgecolor="white")
            start += count
    colours = {words.name("speaker_role", role): SPEAKERS[role] for role in shown}
    legend(axes, colours, fontsize=8.5, ncols=4, loc="lower right", bbox_to_anchor=(1.02, 1))
    axes.set_xlabel("different speakers")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def directions(result: Result, words: Wording) -> Chart:
    """Distinct speakers by part of the way and kind of factor."""
    found, phases = grouped(listed(result.explanations), "phase", "direction"), words.record.terms("phase")
    if not found:
        return nothing(words, "directions", "No explanation of the chosen phases and speakers.")
    order = sorted(found.items(), key=lambda one: (phases.index(one[0][0]), -distinct(one[1], "speaker")))
    names = [f"{words.name('phase', phase)}: {words.text(f'words.direction.{way}')}" for (phase, way), _ in order]
    counts = [distinct(rows, "speaker") for _, rows in order]
    summary = ", ".join(f"{name} {count}" for name, count in [*zip(names, counts, strict=True)][:5])
    cited = result.explanations["explanation_id"]
    chart = Chart(words, "directions", cited, 0.8 + 0.3 * max(len(order), 3), {"listed": summary})
    axes = chart.figure.subplots()
    _stacked(axes, dict(order), words)
    for place, count in enumerate(counts):
        label(axes, number(count), (count, place), (5, 0), va="center")
    row_labels(axes, names, 44)
    axes.tick_params(axis="y", labelsize=9)
    return chart.done(result.directions)


def reliability(result: Result, words: Wording) -> Chart:
    """Krippendorff's alpha of each code with its interval; those that few sentences carry in grey."""
    order = ["holds", "fails", "few"]
    rows = [row for row in result.reliability.itertuples() if row.status != "few" or row.units >= FEW_UNITS // 2]
    if not rows:
        return nothing(words, "reliability", "The chosen articles have no double coding.")
    rows.sort(key=lambda row: (order.index(row.status), -row.alpha))
    firm = [row for row in rows if row.status == "holds"]
    values = {
        "holds": len(firm),
        "codes": len(result.reliability),
        "few_units": FEW_UNITS,
        "threshold": FIRM,
        "listed": ", ".join(f"{words.term(row.name)} {row.alpha:.2f}" for row in firm[:8]),
    }
    cited = result.explanations["explanation_id"]
    chart = Chart(words, "reliability", cited, 0.5 + 0.22 * max(len(rows), 3), values)
    axes = chart.figure.subplots()
    for place, row in enumerate(rows):
        colour = COLOURS["unknown" if row.status == "few" else "articles"]
        interval(axes, place, row.alpha_lower, row.alpha_upper, 1, colour)
        axes.plot([row.alpha], [place], marker="o", color=colour, markerfacecolor="white", markersize=5)
        if place == 0 or row.status != rows[place - 1].status:
            label(axes, words.text(f"words.status.{row.status}"), (-0.1, place), (4, 0), va="center", color=GREY)
    names = [words.term(row.name) for row in rows]
    kinds = [f", {words.text(f'words.field.{row.field}')}" for row in rows]  # where two codes have one name
    shown_names = [name + (kind if names.count(name) > 1 else "") for name, kind in zip(names, kinds, strict=True)]
    row_labels(axes, [f"{name} ({row.units})" for name, row in zip(shown_names, rows, strict=True)], 60)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.axvline(FIRM, color=GREY, lw=0.8, ls=":")
    axes.set_xlim(-0.1, 1.05)
    axes.set_xlabel("alpha (in brackets: sentences that carry the code)")
    axes.grid(axis="x")
    return chart.done(pd.DataFrame(rows, columns=["Index", *result.reliability]).drop(columns="Index"))
