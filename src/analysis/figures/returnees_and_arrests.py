"""The figures of returnees and arrests."""

from typing import Any

import matplotlib.dates as mdates
import pandas as pd

from analysis.analyses.finding import Result
from analysis.figures.chart import BACKED, COLOURS, PALE, Chart, label, legend, nothing, row_labels, years
from analysis.wording import Wording
from analysis.wording.formats import amount, month, number


def counts(result: Result, words: Wording) -> Chart:
    """Running totals of returns over time, and arrested returnees as bars over the periods they are counted for."""
    frame = result.returned
    if frame.empty:
        return nothing(words, "counts", "No chosen source counts those who returned.")
    official = frame[frame["elsewhere"] & frame["speaker_role"].eq("official")]
    official = official[official["population"].eq("moroccan_returnees")]
    arrests = _arrests(result)
    ends = official if len(official) else frame
    first = ends.iloc[0]
    values = {
        "first": first,
        "last": ends.iloc[-1],
        "listed": ", ".join(f"{number(row.lower)} in {month(row.day.date())}" for row in ends.itertuples()),
        "bars": "; ".join(f"{amount(row['lower'], row['upper'])} to {row['end']:%Y}" for row in arrests),
    }
    chart = Chart(words, "counts", [*frame["claim_id"], *(row["claim"] for row in arrests)], 3.6, values)
    axes = chart.figure.subplots()
    for row in arrests:
        left, right = mdates.date2num(row["start"]), mdates.date2num(row["end"])
        plain = {"facecolor": COLOURS["arrested"], "alpha": 0.75}
        kind = {"hatch": "///", "facecolor": "white"} if row["contested"] else plain
        axes.bar(left, row["lower"], width=right - left, align="edge", edgecolor=COLOURS["arrested"], **kind)
        text = f"{amount(row['lower'], row['upper'])} arrested{'?' if row['contested'] else ''}"
        if row["contested"]:
            label(axes, text, (left, row["lower"]), (5, -5), va="top", bbox=BACKED)
        else:
            label(axes, text, (right, row["lower"]), (-8, -5), ha="right", va="top")
    blue = {"fontsize": 9, "color": COLOURS["returned"]}
    axes.plot(official["day"], official["lower"], color=COLOURS["returned"], marker="o", lw=1.8)
    for row in official.iloc[[0, -1] if len(official) else []].itertuples():
        label(axes, number(row.lower), (row.day, row.lower), (0, 7), ha="center", **blue)
    if len(official):
        label(axes, "returned (officials)", (first["day"], first["lower"]), (-14, 7), ha="right", **blue)
    for row in frame[~frame["elsewhere"]].itertuples():
        middle, half = (row.lower + row.upper) / 2, (row.upper - row.lower) / 2
        axes.errorbar(row.day, middle, yerr=half, color=COLOURS["articles"], marker="D", markersize=6, capsize=4)
        name = words.label(row.claim_id).replace(": ", ":\n") if half else words.label(row.claim_id)
        label(axes, name, (row.day, middle), (9, 0 if half else -10), va="center" if half else "baseline")
    axes.set_ylim(0, 1.12 * float(frame["upper"].max()))
    axes.set_xlim(pd.Timestamp(2011, 1, 1), frame["day"].max() + pd.Timedelta(days=420))
    years(axes)
    axes.set_ylabel("people")
    axes.grid(axis="y", color=PALE)
    return chart.done(frame.drop(columns=["phrase"]))


def _arrests(result: Result) -> list[dict[str, Any]]:
    """The numbered counts of arrests with a period, and the count that is printed as arrests and as returns."""
    rows: dict[str, dict[str, Any]] = {}
    for row in result.arrest_counts.itertuples():
        if row.kind in ("flow", "cumulative") and not pd.isna(row.start):
            upper = None if pd.isna(row.upper) else row.upper
            bounds = {"start": row.start, "end": row.day, "lower": row.lower, "upper": upper}
            rows[row.claim_id] = {"claim": row.claim_id, "contested": False, **bounds}
    arrested = next((item for item in result.findings if item.id.endswith(".arrested")), None)
    for one in arrested.values["printed"] if arrested else ():
        days = {"start": pd.Timestamp(one["start"]), "end": pd.Timestamp(one["day"])}
        rows[one["claim"]] = {**one, "contested": True, **days}
    return list(rows.values())


def gap(result: Result, words: Wording) -> Chart:
    """One count of returns split into counted arrests and the rest, under each reading and record."""
    frame = result.gap
    found = next((item.values for item in result.findings if item.id.endswith(".gap")), None)
    if found is None:
        return nothing(words, "gap", "No chosen article counts those who returned.")
    claim, contested = found["claim"], number(found["contested"])
    rows = frame[frame["returned"].eq(claim)]
    scope = lambda row: words.text(f"words.record.{row.record}")
    reading = lambda row: f"{contested} as {words.text(f'words.reading.{row.reading}')}, " if row.reading else ""
    names = [reading(row) + scope(row) for row in rows.itertuples()]
    rest = [amount(row.lower, row.upper) for row in rows.itertuples()]
    total = float(rows["returned_lower"].iloc[0])
    values = {
        "returned": number(total),
        "day": result.returned.set_index("claim_id")["day"][claim],
        "listed": "; ".join(f"{name}: {left} not counted as arrested" for name, left in zip(names, rest, strict=True)),
        "contested": contested,
    }
    chart = Chart(words, "gap", rows["claims"], 0.5 + 0.62 * max(len(rows), 2), values)
    axes = chart.figure.subplots()
    for place, row in enumerate(rows.itertuples()):
        left = 0.0
        for _, low, high, inside in row.arrests:
            size = min(low if inside else high, total - left)
            if size > 0:
                kind = {} if inside else {"hatch": "...", "alpha": 0.5}
                axes.barh(place, size, left=left, height=0.62, color=COLOURS["arrested"], edgecolor="white", **kind)
                text = number(low) if inside else f"up to {number(size)}"
                label(axes, text, (left + size / 2, place), ha="center", va="center", fontsize=9)
                left += size
        if total > left:
            axes.barh(place, total - left, left=left, height=0.62, color=COLOURS["unknown"], edgecolor="white")
        label(axes, f"{rest[place]}\nnot counted as arrested", (total, place), (5, 0), va="center")
    row_labels(axes, names, 26)
    axes.set_xlim(0, 1.54 * total)
    ticks = [*range(0, int(total) - 20, 50), total]
    axes.set_xticks(ticks, map(number, ticks))
    colours = {"arrest counted": COLOURS["arrested"], "no arrest counted": COLOURS["unknown"]}
    legend(axes, colours, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9)
    axes.set_xlabel("people who had returned")
    return chart.done(rows.drop(columns="arrests"))
