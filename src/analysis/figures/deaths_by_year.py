"""The figures of deaths by year."""

from analysis.analyses.deaths_by_year import DeathsByYear
from analysis.figures.chart import COLOURS, GREY, INK, Chart, Drawing, interval, row_labels
from analysis.wording import Wording
from analysis.wording.formats import amount, month, number, share


def _ids(*columns: object) -> list[str]:
    return [claim for column in columns for cell in column for claim in str(cell).split("; ")]  # type: ignore[attr-defined]


def series(result: DeathsByYear, words: Wording) -> Drawing:
    """Documented deaths by year as columns, each with its share; the shares that the article prints beside them."""
    frame = result.series
    listed = ", ".join(f"{row.deaths} in {row.label}" for row in frame.itertuples())
    values = {
        "last_deaths": sum(frame["deaths"].tail(1)),
        "n": sum(frame["n"].tail(1)),
        "year": "".join(frame["label"].tail(1).str[:4]),
        "months": sum(frame["months"].tail(1)),
        "listed": listed,
    }
    chart = Chart(words, "series", _ids(frame["claims"], result.printed["claims"]), 3.0, values)
    if frame.empty:
        return chart.empty("The chosen articles print no shares of the dead by year.")
    axes = chart.axes()
    printed = {
        year: row["share"]
        for row in (result.printed["shares"].iloc[0] if len(result.printed) else [])
        for year in range(int(row["period"][:4]), int(row["period"].split("/")[-1][:4]) + 1)
    }
    for place, row in enumerate(frame.itertuples()):
        axes.bar(place, row.deaths, width=0.68, color=COLOURS["killed"])
        for text, lift, size, weight, color in (
            (f"{row.deaths}", 3, 12, "bold", INK),
            (share(row.share), 18, 9, "normal", GREY),
        ):
            axes.annotate(text, (place, row.deaths), (0, lift), textcoords="offset points", ha="center", fontsize=size, fontweight=weight, color=color)  # fmt: skip
        if row.start.year in printed:
            quoted = f"article:\n{share(printed[row.start.year])}"
            axes.text(place, -4.6, quoted, ha="center", va="top", fontsize=8.5, color=GREY)
    axes.set_xticks(range(len(frame)), [row.label.replace(", ", "\n") for row in frame.itertuples()], fontsize=9)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, 1.3 * frame["deaths"].max())
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return chart.done(frame.drop(columns=["start", "end"]))


def pace(result: DeathsByYear, words: Wording) -> Drawing:
    """Ratios of deaths a month with exact intervals, on a logarithmic scale."""
    frame = result.pace
    listed = "; ".join(
        f"{row.later} {number(row.ratio)} ({number(row.low)} to {number(row.high)})" for row in frame.itertuples()
    )
    year = "".join(frame["later"].tail(1).str[:4])
    chart = Chart(
        words, "pace", _ids(frame["claims"]), 0.5 + 0.5 * max(len(frame), 2), {"listed": listed, "year": year}
    )
    if frame.empty:
        return chart.empty("The chosen articles print no shares of the dead by year.")
    axes = chart.axes()
    for place, row in enumerate(frame.itertuples()):
        interval(axes, place, row.low, row.high, row.high, COLOURS["killed"])
        axes.plot([row.ratio], [place], marker="o", color=INK, markersize=6)
        axes.text(row.ratio, place - 0.24, number(row.ratio), ha="center", fontsize=9)
    axes.set_xscale("log")
    axes.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["¼", "½", "1", "2", "4", "8", "16 times"])
    axes.minorticks_off()
    axes.axvline(1, color=GREY, lw=1, ls=":")
    row_labels(axes, [f"{row.later} against {row.earlier}" for row in frame.itertuples()], 26)
    return chart.done(frame)


def rates(result: DeathsByYear, words: Wording) -> Drawing:
    """Possible deaths per 100 person-years at risk between official totals."""
    frame = result.rates
    label = lambda row: f"{month(f'{row.start:%Y-%m}')} to {month(f'{row.end:%Y-%m}')}"
    listed = "; ".join(
        f"{label(row)} {amount(round(row.rate_lower, 1), round(row.rate_upper, 1))}" for row in frame.itertuples()
    )
    top = frame.loc[frame["rate_lower"].idxmax()] if len(frame) else {"start": "2000", "end": "2000"}
    span = {end: f"{top[end]:%Y-%m}" if len(frame) else "2000-01" for end in ("start", "end")}
    chart = Chart(
        words, "rates", _ids(frame["claims"]), 0.5 + 0.5 * max(len(frame), 2), {"listed": listed, "top": span}
    )
    if frame.empty:
        return chart.empty("The official totals give no rate.")
    axes = chart.axes()
    for place, row in enumerate(frame.itertuples()):
        interval(axes, place, row.rate_lower, row.rate_upper, row.rate_upper, COLOURS["killed"])
        text = f"{number(row.rate_lower, 1)} to {number(row.rate_upper, 1)}"
        axes.text((row.rate_lower + row.rate_upper) / 2, place - 0.24, text, ha="center", fontsize=9)
    axes.set_xlim(0, 1.1 * frame["rate_upper"].max())
    axes.set_xlabel("deaths per 100 people at risk and year")
    axes.grid(axis="x")
    row_labels(axes, [label(row) for row in frame.itertuples()], 16)
    return chart.done(frame.drop(columns=["away_start", "away_end"]))


def half(result: DeathsByYear, words: Wording) -> Drawing:
    """The dead that "more than half" requires for each base, against the dead that were counted."""
    frame = result.half
    name = lambda base: words.text(f"words.base.{base}")
    listed = "; ".join(f"{name(row.base)} {number(row.least_dead)}" for row in frame.itertuples())
    official, article = (number(frame[c].iloc[0]) if len(frame) else "" for c in ("dead_official", "dead_article"))
    if len(frame):
        article = number(frame["dead_article"].iloc[0] - 1)
    values = {"listed": listed, "official": official, "article": article}
    chart = Chart(words, "half", _ids(frame["claims"]), 0.6 + 0.5 * max(len(frame), 2), values)
    if frame.empty:
        return chart.empty("No chosen article says what share was killed.")
    axes = chart.axes()
    for place, row in enumerate(frame.itertuples()):
        colour = COLOURS["unknown"] if row.verdict == "contradicted" else COLOURS["killed"]
        axes.barh(place, row.least_dead, height=0.6, color=colour)
        axes.text(row.least_dead - 10, place, f"at least {number(row.least_dead)}", ha="right", va="center", color=INK)
    axes.axvline(frame["dead_official"].iloc[0], color=INK, lw=1.5)
    axes.text(frame["dead_official"].iloc[0] + 8, -0.62, f"officials counted {official}", fontsize=9, va="bottom")
    axes.set_xlim(0, 1.3 * frame["least_dead"].max())
    axes.set_xlabel("people killed")
    row_labels(axes, [name(row.base) for row in frame.itertuples()], 24)
    return chart.done(frame)
