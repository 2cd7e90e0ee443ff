"""The figures of deaths by year."""

from analysis.analyses.finding import Result
from analysis.figures.chart import BACKED, COLOURS, GREY, INK, Chart, interval, label, nothing, row_labels
from analysis.wording import Wording
from analysis.wording.formats import amount, month, number, share


def series(result: Result, words: Wording) -> Chart:
    """Documented deaths by year as columns, each with its share; the shares that the article prints beside them."""
    frame = result.series
    if frame.empty:
        return nothing(words, "series", "The chosen articles print no shares of the dead by year.")
    listed = ", ".join(f"{row.deaths} in {row.label}" for row in frame.itertuples())
    values = {"last": frame.iloc[-1], "listed": listed}
    chart = Chart(words, "series", [*frame["claims"], *result.printed["claims"]], 3.0, values)
    axes = chart.figure.subplots()
    printed = {
        year: row["share"]
        for row in (result.printed["shares"].iloc[0] if len(result.printed) else [])
        for year in range(int(row["period"][:4]), int(row["period"].split("/")[-1][:4]) + 1)
    }
    for place, row in enumerate(frame.itertuples()):
        axes.bar(place, row.deaths, width=0.68, color=COLOURS["killed"])
        at = (place, row.deaths)
        label(axes, f"{row.deaths}", at, (0, 3), ha="center", fontsize=12, fontweight="bold")
        label(axes, share(row.share), at, (0, 18), ha="center", fontsize=9)
        if row.start.year in printed:
            quoted = f"article:\n{share(printed[row.start.year])}"
            label(axes, quoted, (place, 0), (0, -36), ha="center", va="top", color=GREY)
    axes.set_xticks(range(len(frame)), [row.label.replace(", ", "\n") for row in frame.itertuples()], fontsize=9)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, 1.3 * frame["deaths"].max())
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return chart.done(frame.drop(columns=["start", "end"]))


def pace(result: Result, words: Wording) -> Chart:
    """Ratios of deaths a month with exact intervals, on a logarithmic scale."""
    frame = result.pace
    if frame.empty:
        return nothing(words, "pace", "The chosen articles print no shares of the dead by year.")
    summary = (
        f"{row.later} {number(row.ratio)} ({number(row.low)} to {number(row.high)})" for row in frame.itertuples()
    )
    values = {"listed": "; ".join(summary), "year": frame["later"].iloc[-1][:4]}
    chart = Chart(words, "pace", frame["claims"], 0.5 + 0.5 * len(frame), values)
    axes = chart.figure.subplots()
    axes.axvline(1, color=GREY, lw=1, ls=":", zorder=0)
    for place, row in enumerate(frame.itertuples()):
        interval(axes, place, row.low, row.high, row.high, COLOURS["killed"])
        axes.plot([row.ratio], [place], marker="o", color=INK, markersize=6)
        label(axes, number(row.ratio), (row.ratio, place), (0, 8), ha="center", fontsize=9, bbox=BACKED)
    axes.set_xscale("log")
    axes.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16], ["¼", "½", "1", "2", "4", "8", "16 times"])
    axes.minorticks_off()
    row_labels(axes, [f"{row.later} against {row.earlier}" for row in frame.itertuples()], 26)
    return chart.done(frame)


def rates(result: Result, words: Wording) -> Chart:
    """Possible deaths per 100 person-years at risk between official totals."""
    frame = result.rates
    if frame.empty:
        return nothing(words, "rates", "The official totals give no rate.")
    name = lambda row: f"{month(f'{row.start:%Y-%m}')} to {month(f'{row.end:%Y-%m}')}"
    ends = [(name(row), round(row.rate_lower, 1), round(row.rate_upper, 1)) for row in frame.itertuples()]
    top = max(frame.itertuples(), key=lambda row: row.rate_lower)
    values = {
        "listed": "; ".join(f"{period} {amount(low, high)}" for period, low, high in ends),
        "top": top,
    }
    chart = Chart(words, "rates", frame["claims"], 0.5 + 0.5 * max(len(frame), 2), values)
    axes = chart.figure.subplots()
    for place, row in enumerate(frame.itertuples()):
        interval(axes, place, row.rate_lower, row.rate_upper, row.rate_upper, COLOURS["killed"])
        text = f"{number(row.rate_lower, 1)} to {number(row.rate_upper, 1)}"
        label(axes, text, ((row.rate_lower + row.rate_upper) / 2, place), (0, 8), ha="center", fontsize=9, bbox=BACKED)
    axes.set_xlim(0, 1.1 * frame["rate_upper"].max())
    axes.set_xlabel("deaths a year per 100 people")
    axes.grid(axis="x")
    row_labels(axes, [period for period, *_ in ends], 16)
    return chart.done(frame.drop(columns=["away_start", "away_end"]))


def half(result: Result, words: Wording) -> Chart:
    """The dead that "more than half" requires for each base, against the dead that were counted."""
    frame = result.half
    if frame.empty:
        return nothing(words, "half", "No chosen article says what share was killed.")
    name = lambda base: words.text(f"words.base.{base}")
    first = next(frame.itertuples())
    values = {
        "listed": "; ".join(f"{name(row.base)} {number(row.least_dead)}" for row in frame.itertuples()),
        "official": number(first.dead_official),
        "article": "" if first.dead_article is None else number(first.dead_article - 1),
    }
    chart = Chart(words, "half", frame["claims"], 0.6 + 0.5 * max(len(frame), 2), values)
    axes = chart.figure.subplots()
    for place, row in enumerate(frame.itertuples()):
        colour = COLOURS["unknown"] if row.verdict == "contradicted" else COLOURS["killed"]
        axes.barh(place, row.least_dead, height=0.6, color=colour)
        label(axes, f"at least {number(row.least_dead)}", (0, place), (6, 0), va="center", fontsize=10)
    axes.axvline(first.dead_official, color=INK, lw=1.5)
    label(
        axes, f"officials counted {values['official']}", (first.dead_official, -0.62), (4, 0), fontsize=9, va="bottom"
    )
    axes.set_xlim(0, 1.3 * frame["least_dead"].max())
    axes.set_xlabel("people killed")
    row_labels(axes, [name(row.base) for row in frame.itertuples()], 24)
    return chart.done(frame)
