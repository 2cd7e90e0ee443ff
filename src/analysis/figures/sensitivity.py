"""The figure of the sensitivity analysis."""

from analysis.analyses.finding import Result
from analysis.figures.chart import COLOURS, PALE, Chart, column_labels, nothing, row_labels
from analysis.wording import Wording

DOTS = {"little": 5, "some": 9, "lot": 14}
"""How large a dot is for a move."""


def moves(result: Result, words: Wording) -> Chart:
    """Which choice moves which main answer: a row a question, a column an answer, a dot as large as the widest move."""
    frame = result.moves
    if frame.empty:
        return nothing(words, "moves", "No single choice moves a main answer.")
    names = list(result.ranges["name"])
    widest = frame.sort_values("move", ascending=False, kind="stable").drop_duplicates(["parameter", "name"])
    order = widest.groupby("parameter", sort=False).agg(answers=("name", "size"), move=("move", "max"))
    parameters = list(order.sort_values(["answers", "move"], ascending=False, kind="stable").index)
    asked = {row.parameter: words.choice(row.parameter, row.choice)[0] for row in widest.itertuples()}
    listed = "; ".join(f"{asked[p]} {int(order.loc[p, 'answers'])}" for p in parameters)
    claims = next((item.claims for item in result.findings if item.id == "sensitivity.moves"), ())
    values = {"choices": len(parameters), "listed": listed}
    chart = Chart(words, "moves", claims, 1.2 + 0.33 * max(len(parameters), 2), values)
    axes = chart.figure.subplots()
    for place, parameter in enumerate(parameters):
        axes.axhline(place, color=PALE, lw=0.8, zorder=0)
        for row in widest[widest["parameter"].eq(parameter)].itertuples():
            dot = {"marker": "o", "ls": "", "markersize": DOTS[row.size], "color": COLOURS["articles"]}
            axes.plot(names.index(row.name), place, **dot)
    column_labels(axes, names)
    axes.set_xlim(-0.5, len(names) - 0.5)
    row_labels(axes, [asked[parameter] for parameter in parameters], 36)
    axes.tick_params(axis="y", labelsize=8)
    return chart.done(frame.drop(columns=["row", "then", "values"]))
