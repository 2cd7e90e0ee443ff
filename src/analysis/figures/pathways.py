"""The figures of pathways."""

import matplotlib as mpl
import pandas as pd

from analysis.analyses.pathways import FEW_UNITS, FIRM, STAGES, Pathways
from analysis.figures.chart import COLOURS, GREY, INK, PALE, SPEAKERS, Chart, Drawing, interval, row_labels
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


def courses(result: Pathways, words: Wording) -> Drawing:
    """Every case as a line from motive to outcome, gaps visible, sorted by how it ended."""
    frame = result.courses
    ends = result.outcomes.set_index("end")["cases"]
    listed = ", ".join(f"{words.text(f'words.end.{end}')} {count}" for end, count in ends.items())
    values = {
        "died": ends.get("died", 0),
        "home": ends.get("home", 0),
        "cases": int((~frame["within"]).sum()),
        "listed": listed,
    }
    chart = Chart(
        words,
        "courses",
        [one for cell in frame["ids"] for one in cell.split("; ")],
        0.7 + 0.27 * max(len(frame), 3),
        values,
    )
    if frame.empty:
        return chart.empty("The chosen articles tell of no case.")
    axes = chart.axes()
    for place, row in enumerate(frame.itertuples()):
        colour = END_COLOURS[row.end]
        told = [x for x, stage in enumerate(STAGES) if getattr(row, stage)]
        if told:
            axes.plot([told[0], told[-1]], [place, place], color=colour, lw=1.2, zorder=1)
        axes.scatter(told, [place] * len(told), s=42, color=colour, zorder=2)
        gaps = [x for x in range(len(STAGES)) if x not in told]
        axes.scatter(gaps, [place] * len(gaps), s=14, facecolor="white", edgecolor=PALE, zorder=1)
        axes.text(len(STAGES) - 0.55, place, words.text(f"words.end.{row.end}"), va="center", fontsize=8.5, color=INK)
    row_labels(axes, [f"{row.label}{' *' if row.within else ''}" for row in frame.itertuples()], 60)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.set_xticks(range(len(STAGES)), HEADS, fontsize=8.5, rotation=45, ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(-0.4, len(STAGES) + 2.2)
    return chart.done(frame)


def codes(result: Pathways, words: Wording) -> Drawing:
    """Distinct speakers by factor, a colour a kind of speaker."""
    frame_name = words.record.scenario["frame"]
    table = result.explanations
    long = table.assign(code=table[frame_name].str.split(";")).explode("code")
    long = long[long["code"].fillna("").ne("")]
    counted = long.groupby("code").agg(
        speakers=("speaker", "nunique"), explanations=("explanation_id", "size"), stories=("story", "nunique")
    )
    counted = counted.sort_values(["speakers", "explanations"], ascending=False)
    name = lambda code: words.text(f"words.reason.{code}")
    listed = ", ".join(f"{name(code)} {row.speakers}" for code, row in counted.iterrows())
    top = name(counted.index[0]) if len(counted) else ""
    values = {"top": top, "listed": listed}
    chart = Chart(words, "codes", long["explanation_id"], 0.9 + 0.5 * max(len(counted), 2), values)
    if counted.empty:
        return chart.empty("No explanation of the chosen phases and speakers carries a factor of this frame.")
    axes = chart.axes()
    shown = _stacked(axes, long, "code", list(counted.index))
    edge = counted["speakers"].max()
    for place, (_, row) in enumerate(counted.iterrows()):
        text = f"{row.speakers} speakers\n{plural(row.explanations, 'statement')}, {plural(row.stories, 'story', 'stories')}"
        axes.text(row.speakers + 0.02 * edge, place, text, va="center", fontsize=8.5, color=INK)
    row_labels(axes, [name(code) for code in counted.index], 24)
    axes.set_xlim(0, 1.45 * edge)
    _legend(axes, shown, words)
    return chart.done(counted.reset_index())


def _stacked(axes: mpl.axes.Axes, table: pd.DataFrame, by: str, order: list[str]) -> list[str]:
    """Distinct speakers as bars, a row a value of ``by``, a colour a kind of speaker; returns the kinds shown."""
    shown = [role for role in SPEAKERS if table["speaker_role"].eq(role).any()]
    for place, value in enumerate(order):
        start = 0
        for role in shown:
            part = table[table[by].eq(value) & table["speaker_role"].eq(role)]
            count = part["speaker"].nunique()
            axes.barh(place, count, left=start, height=0.62, color=SPEAKERS[role], edgecolor="white")
            start += count
    return shown


def _legend(axes: mpl.axes.Axes, shown: list[str], words: Wording) -> None:
    handles = [mpl.patches.Patch(color=SPEAKERS[role], label=words.name("speaker_role", role)) for role in shown]
    axes.legend(handles=handles, frameon=False, fontsize=8.5, ncols=4, loc="lower right", bbox_to_anchor=(1.02, 1))
    axes.set_xlabel("different speakers")
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))


def directions(result: Pathways, words: Wording) -> Drawing:
    """Distinct speakers by part of the way and kind of factor."""
    table = result.explanations
    pairs = result.directions
    order = [f"{row.phase}: {row.direction}" for row in pairs.itertuples()]
    long = table.assign(pair=table["phase"] + ": " + table["direction"])
    phases = {phase: place for place, phase in enumerate(words.record.terms("phase"))}
    counts = long.groupby("pair")["speaker"].nunique()
    order = sorted(order, key=lambda pair: (phases[pair.split(": ")[0]], -counts[pair]))
    name = lambda pair: (
        f"{words.name('phase', pair.split(': ')[0])}: {words.text('words.direction.' + pair.split(': ')[1])}"
    )
    listed = ", ".join(f"{name(pair)} {counts[pair]}" for pair in order[:5])
    chart = Chart(words, "directions", table["explanation_id"], 0.8 + 0.3 * max(len(order), 3), {"listed": listed})
    if table.empty:
        return chart.empty("No explanation of the chosen phases and speakers.")
    axes = chart.axes()
    shown = _stacked(axes, long, "pair", order)
    for place, pair in enumerate(order):
        axes.text(counts[pair] + 0.2, place, number(counts[pair]), va="center", fontsize=8.5)
    row_labels(axes, [name(pair) for pair in order], 44)
    axes.tick_params(axis="y", labelsize=9)
    _legend(axes, shown, words)
    return chart.done(pairs)


def reliability(result: Pathways, words: Wording) -> Drawing:
    """Krippendorff's alpha of each code that enough sentences carry, with its interval; the others in grey."""
    frame = result.reliability.sort_values(["status", "alpha"], key=lambda c: c.map({"holds": 0, "fails": 1, "few": 2}) if c.name == "status" else -c)  # fmt: skip
    frame = frame[frame["status"].ne("few") | frame["units"].ge(FEW_UNITS // 2)]
    holds = int(frame["status"].eq("holds").sum())
    listed = ", ".join(
        f"{words.term(row.name)} {row.alpha:.2f}" for row in frame[frame["status"].eq("holds")].head(8).itertuples()
    )
    values = {
        "holds": holds,
        "codes": len(result.reliability),
        "few_units": FEW_UNITS,
        "threshold": FIRM,
        "listed": listed,
    }
    chart = Chart(words, "reliability", result.explanations["explanation_id"], 0.5 + 0.22 * max(len(frame), 3), values)
    if frame.empty:
        return chart.empty("The chosen articles have no double coding.")
    axes = chart.axes()
    colours = {"holds": COLOURS["returned"], "fails": COLOURS["arrested"], "few": COLOURS["unknown"]}
    for place, row in enumerate(frame.itertuples()):
        interval(axes, place, row.alpha_lower, row.alpha_upper, 1, colours[row.status])
        axes.plot([row.alpha], [place], marker="o", color=INK if row.status != "few" else GREY, markersize=4)
    row_labels(axes, [f"{words.term(row.name)} ({row.units})" for row in frame.itertuples()], 60)
    axes.tick_params(axis="y", labelsize=8.5)
    axes.axvline(FIRM, color=GREY, lw=0.8, ls=":")
    axes.set_xlim(-0.1, 1.05)
    axes.set_xlabel("alpha (in brackets: sentences that carry the code)")
    axes.grid(axis="x")
    return chart.done(frame)
