"""The brief: two tagged pages of real text, whose numbers lead into the site, the same bytes every time."""

import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis.evidence.record import Record
from analysis.index import Index
from analysis.report.site.brief import brief
from analysis.report.site.pages import Pages, figures
from analysis.report.site.trace import Trace

STATE = "0.1.0, commit 0123456789ab"


def made(record: Record, index: Index, executed: Path, version: str = STATE) -> bytes:
    pages = Pages(Trace(record, index.findings.values()), index, figures(executed / "figures"))
    return brief(pages, executed / "figures", version)


@pytest.fixture(scope="module")
def typeset(record: Record, index: Index, executed: Path) -> bytes:
    return made(record, index, executed)


@pytest.fixture(scope="module")
def pdf(typeset: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(typeset))


def test_the_same_inputs_give_the_same_bytes(typeset: bytes, record: Record, index: Index, executed: Path) -> None:
    assert made(record, index, executed) == typeset
    assert made(record, index, executed, "0.1.0, commit ffffffffffff") != typeset


def test_it_is_two_pages_tagged_and_named(pdf: PdfReader) -> None:
    assert len(pdf.pages) == 2
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB" and pdf.metadata.title.startswith("Moroccans")


def test_it_has_the_words_of_the_site(pdf: PdfReader, record: Record, index: Index) -> None:
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for point in index.points:
        assert point.short in text
    assert STATE in text and "never averaged" in text
    assert all(publisher in text for publisher in record.sources["publisher"])


def test_its_numbers_lead_to_places_of_the_site_that_are_there(pdf: PdfReader, site: Path) -> None:
    document = BeautifulSoup((site / "findings.html").read_text(encoding="utf-8"), "html.parser")
    ids = {tag["id"] for tag in document.select("[id]")}
    links = {
        note.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    inside = {link.partition("#")[2] for link in links if link.startswith("findings.html#")}
    assert inside and inside <= ids
