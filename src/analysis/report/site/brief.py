"""What does an analyst send on? Two pages: main points, three charts, the figures in dispute, methods, references."""

import json
import re
from pathlib import Path

from analysis.evidence import paths
from analysis.recorded import Recorded
from analysis.report.site.pages import Pages
from analysis.report.site.trace import anchor, split_numbers
from analysis.wording import formats


def brief(pages: Pages, folder: Path, version: str) -> bytes:
    """The brief as PDF (PDF/UA-1: tagged); ``folder`` holds the figures' SVG. The same bytes for the same inputs."""
    import typst  # here: only a report typesets

    index = pages.index
    conclusion = index.findings.get(index.words.templates["conclusion"])
    sources = {"main.typ": (paths.SITE_SOURCE / "brief.typ").read_bytes()}
    questions = []
    for place, one in enumerate(pages.questions()):
        figure, drawn = one["figure"], {"figure": "", "width": 0, "alt": ""}
        if figure:
            width = 42 if figure.width > figure.height else 34
            drawn = {"figure": f"{place}.svg", "width": width, "alt": figure.alt}
            sources[f"{place}.svg"] = (folder / f"{figure.name}.svg").read_bytes()
        answer = [linked(finding.short, finding) for finding in one["findings"]]
        questions.append({"title": one["title"], "answer": answer, "sure": one["sure"], **drawn})
    content = {
        "title": pages.title,
        "about": index.text("about"),
        "conclusion": linked(f"In short: {conclusion.short}", conclusion) if conclusion else [],
        "points": [linked(point.short, point) for point in index.points],
        "questions": questions,
        "disputed": [[linked(one.question, one), linked(one.short, one)] for one in pages.disputed()],
        "methods": index.text("methods"),
        "references": _references(pages),
        "foot": f"{index.date} Version {version}. {index.text('licence')} Cite as: {index.text('cite')}",
    }
    sources["brief.json"] = json.dumps(content, ensure_ascii=False).encode()
    return bytes(typst.compile(sources, ignore_system_fonts=True, pdf_standards="ua-1"))  # type: ignore[call-overload]


def linked(text: str, finding: Recorded) -> list[tuple[str, str | None]]:
    """``text`` in parts, each number with a link to its finding in the site."""
    page = f"findings.html#{anchor(finding.id)}"
    return [(part, page if number else None) for part, number in split_numbers(text)]


def _references(pages: Pages) -> list[dict[str, str]]:
    """The articles, and the works that the codebook's terms come from."""
    record = pages.trace.record
    found = []
    for row in record.sources.sort_values("published_start").itertuples():
        parts = filter(None, [row.authors, row.title, row.publisher, formats.window(row.published)])
        found.append({"text": f"{', '.join(parts)}.", "url": row.url or row.stored_copy_url})
    works = [
        work for work in dict.fromkeys(record.reported["codebook"]["source"]) if re.search(r"\b(19|20)\d\d\b", work)
    ]
    return found + [{"text": f"{work.rstrip('.')}.", "url": ""} for work in works]
