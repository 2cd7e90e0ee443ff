"""What does an analyst send on? Two pages: main points, three charts, the figures in dispute, methods, references."""

import json
import re
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from analysis.evidence import paths
from analysis.recorded import Recorded
from analysis.report.site.pages import Pages
from analysis.report.site.trace import NUMBER, anchor
from analysis.wording import formats


def brief(pages: Pages, folder: Path, version: str) -> bytes:
    """The brief as PDF (PDF/UA-1: tagged); ``folder`` holds the figures' SVG. The same bytes for the same inputs."""
    import typst  # here: only a report typesets

    index = pages.index
    asked = [
        pages.question(chosen) for chosen in index.words.templates["question"] if chosen["analysis"] in index.answers
    ]
    conclusion = index.findings.get(index.words.templates["conclusion"])
    drawn = [one["figure"] for one in asked if one["figure"]]
    content = {
        "title": pages.title,
        "about": index.text("about"),
        "conclusion": linked(f"In short: {conclusion.short}", conclusion) if conclusion else [],
        "points": [linked(point.short, point) for point in index.points],
        "questions": [
            {
                "title": one["title"],
                "answer": [linked(finding.short, finding) for finding in one["findings"]],
                "sure": one["sure"],
                "figure": f"{place}.svg" if one["figure"] else "",
                "width": 0 if not one["figure"] else 46 if one["figure"].width > one["figure"].height else 34,
                "alt": one["figure"].alt if one["figure"] else "",
            }
            for place, one in enumerate(asked)
        ],
        "disputed": [[linked(one.question, one), linked(one.short, one)] for one in pages.disputed()],
        "methods": index.text("methods"),
        "references": _references(pages),
        "foot": f"{index.date} Version {version}. {index.text('licence')} Cite as: {index.cite()}",
    }
    with TemporaryDirectory() as work:
        for place, one in enumerate(asked):
            if one["figure"] in drawn:
                copy(folder / f"{one['figure'].name}.svg", f"{work}/{place}.svg")
        copy(paths.SITE_SOURCE / "brief.typ", work)
        Path(work, "brief.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        pdf = typst.compile(f"{work}/brief.typ", root=work, ignore_system_fonts=True, pdf_standards="ua-1")
    return bytes(pdf)


def linked(text: str, finding: Recorded) -> list[tuple[str, str | None]]:
    """``text`` in parts, each number with a link to its finding in the site."""
    page = f"findings.html#{anchor(finding.id)}"
    parts: list[tuple[str, str | None]] = []
    end = 0
    for found in NUMBER.finditer(text):
        if found["number"]:
            parts += [(text[end : found.start()], None), (found["number"], page)]
            end = found.end()
    return [part for part in [*parts, (text[end:], None)] if part[0]]


def _references(pages: Pages) -> list[dict[str, str]]:
    """The articles, and the works that the codebook's terms come from."""
    record = pages.trace.record
    articles = [
        {
            "text": f"{', '.join(filter(None, [row.authors, row.title, row.publisher, formats.window(row.published)]))}.",
            "url": row.url or row.stored_copy_url,
        }
        for row in record.sources.sort_values("published_start").itertuples()
    ]
    works = dict.fromkeys(record.reported["codebook"]["source"])
    return articles + [
        {"text": f"{work.rstrip('.')}.", "url": ""} for work in works if re.search(r"\b(19|20)\d\d\b", work)
    ]
