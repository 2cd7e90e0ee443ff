"""The brief: two to four tagged pages of real text, whose numbers lead into the site, the same bytes every time."""

import io
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.report.build import data_hash, main_findings
from analysis.report.site.brief import brief
from analysis.report.site.pages import figures
from analysis.report.site.trace import Trace

STATE = "commit 0123456789ab; data SHA-256 0000"


def made(record: Record, provenance: str = STATE) -> bytes:
    shown = figures(paths.FIGURES, Trace(record))
    return brief(record, main_findings(record), shown, paths.FIGURES, 1177, provenance)


@pytest.fixture(scope="module")
def pdf(record: Record) -> PdfReader:
    return PdfReader(io.BytesIO(made(record)))


def test_the_same_inputs_give_the_same_bytes(record: Record) -> None:
    assert made(record) == made(record)
    assert made(record, "commit ffffffffffff; data SHA-256 0000") != made(record)


def test_it_is_short_tagged_and_named(pdf: PdfReader) -> None:
    assert 2 <= len(pdf.pages) <= 4
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB" and pdf.metadata.title.startswith("The Moroccans")


def test_it_holds_every_main_finding_its_basis_and_its_state_as_text(pdf: PdfReader, record: Record) -> None:
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for headline in main_findings(record):
        assert " ".join(headline.finding.question.split()) in text and headline.lead.lower() in text.lower()
    assert STATE in text and "not confidence intervals" in text
    assert all(publisher in text for publisher in record.sources["publisher"])
    assert len(data_hash()) == len("SHA-256 ") + 16


def test_its_numbers_lead_to_places_of_the_site_that_are_there(pdf: PdfReader, site: Path) -> None:
    ids = {
        tag["id"]
        for tag in BeautifulSoup((site / "index.html").read_text(encoding="utf-8"), "html.parser").select("[id]")
    }
    links = {
        note.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    inside = {link.removeprefix("index.html#") for link in links if link.startswith("index.html#")}
    assert len(inside) == 10 and inside <= ids
