"""The figures of returnees and arrests."""

from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd

from analysis.analyses.returnees_and_arrests import ReturneesAndArrests
from analysis.figures.chart import COLOURS, INK, PALE, Chart, Drawing, row_labels
from analysis.wording import Wording
from analysis.wording.formats import amount, number


def counts(result: ReturneesAndArrests, words: Wording) -> Drawing:
    """Running totals of returns over time, and arrested returnees as bars over the periods they are counted for."""
    frame = result.returned
    official = frame[frame["elsewhere"] & frame["speaker_role"].eq("official") & frame["population"].eq("moroccan_returnees")]  # fmt: skip
    held = _arrests(result)
    iso = lambda when: f"{when:%Y-%m-%d}"
    ends = official if len(official) else frame
    values = {
        "first": number(ends["lower"].iloc[0]) if len(ends) else "",
        "first_day": iso(ends["day"].iloc[0]) if len(ends) else "2000",
        "last": number(ends["lower"].iloc[-1]) if len(ends) else "",
        "last_day": iso(ends["day"].iloc[-1]) if len(ends) else "2000",
        "listed": ", ".join(f"{number(row.lower)} {row.day:%Y-%m}" for row in ends.itertuples()),
        "bars": "; ".join(f"{amount(row['lower'], row['upper'])} to {row['end']:%Y}" for row in held),
    }
    cited = [*frame["claim_id"], *(row["claim"] for row in held)]
    chart = Chart(words, "counts", cited, 3.6, values)
    if frame.empty:
        return chart.empty("No chosen source counts those who returned.")
    axes = chart.axes()
    for row in held:
        left, right = mdates.date2num(row["start"]), mdates.date2num(row["end"])
        kind = (
            {"hatch": "///", "facecolor": "white"}
            if row["contested"]
            else {"facecolor": COLOURS["arrested"], "alpha": 0.75}
        )
        axes.bar(left, row["lower"], width=right - left, align="edge", edgecolor=COLOURS["arrested"], **kind)
        text = f"{amount(row['lower'], row['upper'])} arrested{'?' if row['contested'] else ''}"
        place, side = (left + 20, "left") if row["contested"] else (right - 20, "right")
        axes.text(place, row["lower"] - 4, text, ha=side, va="top", fontsize=8.5, color=INK)
    axes.plot(official["day"], official["lower"], color=COLOURS["returned"], marker="o", lw=1.8)
    for place, row in enumerate(official.itertuples()):
        if place in (0, len(official) - 1):
            axes.annotate(number(row.lower), (row.day, row.lower), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=9, color=COLOURS["returned"])  # fmt: skip
    if len(official):
        axes.annotate("returned (officials)", (official["day"].iloc[0], official["lower"].iloc[0]), xytext=(-8, 12), textcoords="offset points", ha="right", fontsize=9, color=COLOURS["returned"])  # fmt: skip
    for row in frame[~frame["elsewhere"]].itertuples():
        middle = (row.lower + row.upper) / 2
        axes.errorbar(
            row.day,
            middle,
            yerr=(row.upper - row.lower) / 2,
            color=COLOURS["articles"],
            marker="D",
            markersize=6,
            capsize=4,
        )
        axes.annotate(words.label(row.claim_id), (row.day, middle), xytext=(9, -10), textcoords="offset points", fontsize=8.5, color=COLOURS["articles"])  # fmt: skip
    axes.set_ylim(0, 1.12 * float(frame["upper"].max()))
    axes.set_xlim(pd.Timestamp(2011, 1, 1), frame["day"].max() + pd.Timedelta(days=420))
    axes.xaxis.set_major_locator(mdates.YearLocator())
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.set_ylabel("people")
    axes.grid(axis="y", color=PALE)
    return chart.done(frame.drop(columns=["phrase"]))


def _arrests(result: ReturneesAndArrests) -> list[dict[str, Any]]:
    """The numbered counts of arrests with a period, and the count that is printed as arrests and as returns."""
    rows: dict[str, dict[str, Any]] = {}
    for frame_row in result.arrested.itertuples():
        if frame_row.kind in ("flow", "cumulative") and not pd.isna(frame_row.lower) and not pd.isna(frame_row.start):
            rows[frame_row.claim_id] = {
                "claim": frame_row.claim_id, "start": frame_row.start, "end": frame_row.day,
                "lower": float(frame_row.lower), "upper": None if pd.isna(frame_row.upper) else float(frame_row.upper), "contested": False,
            }  # fmt: skip
    arrested = next((item for item in result.findings if item.id.endswith(".arrested")), None)
    for one in arrested.values["printed"] if arrested else ():
        rows[one["claim"]] = {
            "claim": one["claim"], "start": pd.Timestamp(one["start"]), "end": pd.Timestamp(one["day"]),
            "lower": one["lower"], "upper": one["upper"], "contested": True,
        }  # fmt: skip
    return list(rows.values())


def gap(result: ReturneesAndArrests, words: Wording) -> Drawing:
    """One count of returns split into counted arrests and the rest, under each reading and record."""
    frame = result.gap
    told = next((item.values for item in result.findings if item.id.endswith(".gap")), None)
    claim, contested = (told["claim"], number(told["contested"])) if told else (None, "")
    rows = frame[frame["returned"].eq(claim)]
    name = lambda row: (
        f"{contested} as {words.text(f'words.reading.{row.reading}')}, {words.text(f'words.record.{row.record}')}"
        if row.reading
        else words.text(f"words.record.{row.record}")
    )
    listed = "; ".join(
        f"{name(row)}: {amount(row.lower, row.upper)} not counted as arrested" for row in rows.itertuples()
    )
    total = float(rows["returned_lower"].iloc[0]) if len(rows) else 0.0
    when = result.returned.set_index("claim_id")["day"].get(claim)
    values = {
        "returned": number(total),
        "day": "2000" if when is None else f"{when:%Y-%m-%d}",
        "listed": listed,
        "contested": contested,
    }
    chart = Chart(
        words, "gap", [c for cell in rows["claims"] for c in cell.split("; ")], 0.5 + 0.62 * max(len(rows), 2), values
    )
    if rows.empty:
        return chart.empty("No chosen article counts those who returned.")
    axes = chart.axes()
    for place, row in enumerate(rows.itertuples()):
        left = 0.0
        for _, low, high, inside in row.arrests:
            size = min(low if inside else high, total - left)
            if size <= 0:
                continue
            kind = {} if inside else {"hatch": "...", "alpha": 0.5}
            axes.barh(place, size, left=left, height=0.62, color=COLOURS["arrested"], edgecolor="white", **kind)
            text = number(low) if inside else f"up to {number(size)}"
            axes.text(left + size / 2, place, text, ha="center", va="center", fontsize=9, color=INK)
            left += size
        if total > left:
            axes.barh(place, total - left, left=left, height=0.62, color=COLOURS["unknown"], edgecolor="white")
        rest = f"{amount(row.lower, row.upper)}\nnot counted as arrested"
        axes.text(total + 4, place, rest, va="center", fontsize=8.5, color=INK)
    row_labels(axes, [name(row) for row in rows.itertuples()], 26)
    axes.set_xlim(0, 1.42 * total)
    axes.set_xticks([0, 50, 100, 150, total], ["0", "50", "100", "150", number(total)])
    patches = [
        mpl.patches.Patch(color=COLOURS[key], label=text)
        for key, text in (("arrested", "arrest counted"), ("unknown", "no arrest counted"))
    ]
    axes.legend(handles=patches, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=9)
    axes.set_xlabel("people who had returned")
    return chart.done(rows.drop(columns="arrests"))
