"""The labels of a chart: none touches another, none is cut."""

from importlib import import_module
from itertools import combinations

import pytest
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.evidence.record import Record
from analysis.figures.chart import style
from analysis.wording import Wording

FIGURES = {
    "deaths_by_year": ["series", "pace", "rates", "half"],
    "returnees_and_arrests": ["counts", "gap"],
    "pathways": ["courses", "codes", "directions", "reliability"],
    "claims": ["who"],
}


@pytest.mark.parametrize(("analysis", "name"), [(one, name) for one, names in FIGURES.items() for name in names])
def test_no_label_touches_another_or_the_edge(
    record: Record, monkeypatch: pytest.MonkeyPatch, analysis: str, name: str
) -> None:
    analyse = import_module(f"analysis.analyses.{analysis}").analyse
    result = record.cached(("drawn by the tests", analysis), lambda: analyse(record))
    draw_chart = getattr(import_module(f"analysis.figures.{analysis}"), name)
    with style():
        figure = draw_chart(result, Wording(record, analysis)).figure
    boxes: dict[Text, Bbox] = {}  # as drawn: figure.findobj would find ticks beyond the limits too
    draw = Text.draw

    def noted(text: Text, renderer: RendererBase) -> None:
        draw(text, renderer)
        if text.get_visible() and text.get_text() and not text.get_rotation() % 90:
            boxes[text] = text.get_window_extent(renderer)

    monkeypatch.setattr(Text, "draw", noted)
    with style():
        FigureCanvasAgg(figure).draw()
    assert len(boxes) > 3
    for text, box in boxes.items():
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, f"cut: {text.get_text()}"
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, f"cut: {text.get_text()}"
    for one, two in combinations(boxes, 2):
        assert not boxes[one].overlaps(boxes[two]), f"{one.get_text()} / {two.get_text()}"
