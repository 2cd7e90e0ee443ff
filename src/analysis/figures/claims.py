"""The figure of the claims."""

from analysis.analyses.finding import Result
from analysis.figures.chart import GREY, SPEAKERS, Chart, label, nothing, row_labels
from analysis.wording import Wording


def who(result: Result, words: Wording) -> Chart:
    """Claims by kind of speaker: with a number, and without."""
    frame = result.who
    if frame.empty:
        return nothing(words, "who", "The chosen articles make no claim.")
    name = lambda role: words.name("speaker_role", role)
    listed = ", ".join(f"{name(row.speaker_role)} {row[2]}" for row in frame.itertuples())
    counts = frame.set_index("speaker_role")["count"]
    values = {
        "all": int(counts.sum()),
        "unnamed": int(counts.get("journalist", 0)),
        "official": int(counts.get("official", 0)),
        "listed": listed,
    }
    chart = Chart(words, "who", frame["claims"], 0.4 + 0.4 * max(len(frame), 2), values)
    axes = chart.figure.subplots()
    for place, (role, count, numbers, _) in enumerate(frame.itertuples(index=False)):
        axes.barh(place, count, height=0.62, color=SPEAKERS.get(role, GREY), alpha=0.45)
        axes.barh(place, numbers, height=0.62, color=SPEAKERS.get(role, GREY))
        label(axes, f"{count}", (count, place), (4, 0), va="center", fontsize=9)
    axes.set_xlim(0, 1.12 * float(frame["count"].max()))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    row_labels(axes, [name(role) for role in frame["speaker_role"]])
    return chart.done(frame)
