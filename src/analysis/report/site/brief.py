"""What does an analyst send on? Two to four pages: the main findings, how they were got, and what they rest on."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

from analysis.analyses.headlines import Headline
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.report.site.pages import TITLE, Figure
from analysis.report.site.trace import TOKEN, anchor

METHODS = (
    "Every quantitative statement of the articles is coded as an interval with its words, its speaker and its place in the "
    "text; “about” is the numbers that round to the one printed. Where a statement is unclear, each defensible reading is "
    "kept under a name, with its reason. Claims that repeat one statement count once. Totals follow from departed = killed + "
    "returned + away under nested assumptions, solved in whole numbers; the bounds are the set of values that the claims "
    "leave possible (partial identification), not confidence intervals. Claims that cannot all hold are shown as minimal "
    "sets with the least change that would mend them, never averaged. The main findings were evaluated under {scenarios} "
    "scenarios of readings and assumptions; “how sure” gives what came out. Explanations are counted as attributed "
    "statements, not as persons: nothing here is a prevalence of causes."
)


BOUNDS = "Manski 2003, Partial Identification of Probability Distributions (Springer)"
"""Where the method of the bounds comes from."""


def brief(
    record: Record,
    headlines: Iterable[Headline],
    figures: Mapping[str, Figure],
    folder: Path,
    scenarios: int,
    provenance: str,
) -> bytes:
    """The brief as PDF (PDF/UA-1: tagged); ``folder`` holds the figures' SVG. The same bytes for the same inputs."""
    import typst  # here: only a report typesets

    told = list(headlines)
    assumed = Counter(line for headline in told for line in headline.finding.assumptions)
    shared = [line for line, count in assumed.items() if count > 1]
    shown: set[str] = set()
    items = []
    for headline in told:
        items.append(_item(headline, figures[headline.drawn], shared, headline.drawn in shown))
        shown.add(headline.drawn)
    content = {
        "title": TITLE,
        "author": "The project’s developers",
        "description": "The main findings, with their intervals, assumptions and sources",
        "intro": f"{len(record.sources)} articles of 2014 to 2018, {len(record.claims)} claims. Each number is a link into the report in this folder, "
        "where it opens the printed words that it rests on.",
        "headlines": items,
        "methods": f"{METHODS.format(scenarios=f'{scenarios:,}')} Shared assumptions: {' '.join(shared)}",
        "references": [*_articles(record), *_elsewhere(record, told), *_literature(record)],
        "provenance": f"Built from {provenance}.",
    }
    with TemporaryDirectory() as work:
        for headline in told:
            copy(folder / f"{headline.drawn}.svg", work)
        copy(paths.SITE_SOURCE / "brief.typ", work)
        (Path(work) / "brief.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        pdf = typst.compile(f"{work}/brief.typ", root=work, ignore_system_fonts=True, pdf_standards="ua-1")
    return bytes(pdf)


def _item(headline: Headline, figure: Figure, shared: Sequence[str], again: bool) -> dict[str, Any]:
    """One finding; assumptions that several share are told once, and a figure is shown once."""
    own = [line for line in headline.finding.assumptions if line not in shared]
    own += ["what is assumed of all counts (see Methods)."] if len(own) < len(headline.finding.assumptions) else []
    page = f"index.html#main-{anchor(headline.finding.id)}"
    return {
        "question": headline.finding.question,
        "lead": linked(f"{headline.lead}.", page),
        "answer": linked(headline.rest, page),
        "sure": linked(" ".join(reason.text for reason in headline.sure), page),
        "assumes": " ".join(own),
        "figure": "" if again else headline.drawn,
        "alt": figure.alt,
        "width": 74 if not headline.figure else 78,
    }


def linked(text: str, page: str) -> list[tuple[str, str | None]]:
    """``text`` in parts, each number with a link to ``page``."""
    parts: list[tuple[str, str | None]] = []
    end = 0
    for found in TOKEN.finditer(text):
        if found["number"]:
            parts += [(text[end : found.start()], None), (found["number"], page)]
            end = found.end()
    return [part for part in [*parts, (text[end:], None)] if part[0]]


def _articles(record: Record) -> list[dict[str, str]]:
    return [
        {
            "text": ", ".join(
                filter(None, [row.authors, f"“{row.title}”" if row.title else "", row.publisher, row.published])
            )
            + ".",
            "url": row.url or row.stored_copy_url,
        }
        for row in record.sources.sort_values("published_start").itertuples()
    ]


def _elsewhere(record: Record, headlines: Iterable[Headline]) -> list[dict[str, str]]:
    """The figures published elsewhere that "how sure" speaks of, a publication each."""
    named = {claim for headline in headlines for reason in headline.sure for claim in reason.evidence}
    wider = record.reported["wider"]
    cited = wider[wider["claim_id"].isin(named)].drop_duplicates(["publisher", "url"])
    return [{"text": f"{row.publisher}.", "url": row.url} for row in cited.itertuples()]


def _literature(record: Record) -> list[dict[str, str]]:
    """The works that the codebook's terms come from, those with a year, and that of the bounds."""
    works = dict.fromkeys([*record.reported["codebook"]["source"], BOUNDS])
    return [{"text": f"{work.rstrip('.')}.", "url": ""} for work in works if re.search(r"\b(19|20)\d\d\b", work)]
