"""The site as its readers meet it: in a browser, from a folder of files, offline."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from analysis.evidence.record import Record
from analysis.findings import sensitivity
from analysis.findings.finding import in_words
from analysis.report.build import all_findings, main_findings
from analysis.report.build import site as build_site
from analysis.report.execute import NOTEBOOKS
from analysis.report.sweep import declared
from analysis.report.trace import TOKEN, anchor

from .conftest import pages


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_notebook_source_and_list_has_a_page(site: Path, record: Record) -> None:
    names = {path.relative_to(site).with_suffix("").as_posix() for path in pages(site)}
    sources = {f"sources/{name}" for name in [*record.sources["source_id"], "wider"]}
    lists = {"index", "findings", "explorer", "contradictions", "claims", "explanations", "sources", "search"}
    assert names == {*NOTEBOOKS, *sources, *lists}


def test_every_internal_link_and_anchor_resolves(site: Path) -> None:
    ids = {path: {tag["id"] for tag in soup(path).select("[id]")} for path in pages(site)}
    broken = []
    for path in pages(site):
        for tag in soup(path).select("a[href], img[src], link[href], script[src]"):
            target = tag.get("href") or tag.get("src")
            if re.match(r"[a-z]+:", target):
                continue
            file, fragment = urldefrag(target)
            place = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            if not place.is_file() or (fragment and place.suffix == ".html" and fragment not in ids[place]):
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_every_number_in_a_finding_opens_the_printed_words(site: Path, record: Record) -> None:
    checked = 0
    for name in ("findings.html", "index.html"):
        document = soup(site / name)
        assert len(document.select(".finding")) == (
            len(all_findings(record)) if name == "findings.html" else len(main_findings(record))
        )
        for block in document.select(".finding"):
            for text in block.select(".lead, .answer, .sure li"):
                for button in text.select("button.number"):
                    panel = document.find(id=button["popovertarget"])
                    assert panel is not None and panel.select(".entries li a.published")
                    checked += 1
                for linked in text.select("button, a"):
                    linked.decompose()
                left = [found[0] for found in TOKEN.finditer(text.get_text()) if found["number"]]
                assert left == [], f"{block['data-finding']}: {left} open nothing"
    assert checked > 500


def test_a_press_by_mouse_or_key_opens_the_words_and_leads_to_claim_and_published_page(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri() + "#main-accounting-killed")
    button = page.locator('[data-finding="accounting.killed"] .lead button').first
    button.click()
    panel = page.locator(f"#{button.get_attribute('popovertarget')}")
    assert panel.is_visible() and "more than 600 Moroccan jihadists killed" in panel.inner_text()
    published = panel.locator("a.published", has_text="published page").first.get_attribute("href")
    assert published and "#:~:text=" in published
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    panel.get_by_text("more than 600 Moroccan jihadists killed").click()
    page.wait_for_url("**/sources/raseef22-2017-03.html#raseef22-2017-03-c27")
    entry = page.locator("#raseef22-2017-03-c27")
    assert (
        entry.is_visible() and "accounting.killed" in entry.inner_text() and "accounting_bounds" in entry.inner_text()
    )


def test_from_a_claim_every_finding_that_uses_it(site: Path, record: Record) -> None:
    documents = {path.stem: soup(path) for path in (site / "sources").glob("*.html")}
    for finding in all_findings(record):
        for name in finding.evidence:
            entry = documents[name.rpartition(".")[0]].find(id=anchor(name))
            assert entry.find("a", string=finding.id) is not None, f"{name} does not name {finding.id}"


def test_every_table_and_figure_can_be_downloaded_and_its_numbers_open_words(site: Path) -> None:
    for name in NOTEBOOKS:
        document = soup(site / f"{name}.html")
        files = [link["href"] for link in document.select(".downloads a[download]")]
        tables = document.select(".cell_output .scroll table")
        assert len(tables) == len([f for f in files if f.endswith(".csv")])
        figures = document.select(".cell_output img")
        assert (
            len(figures)
            == len([f for f in files if f.endswith(".svg")])
            == len([f for f in files if f.endswith(".png")])
        )
        for cell in document.select(".scroll tbody td"):
            for linked in cell.select("button, a"):
                linked.decompose()
            assert not [found for found in TOKEN.finditer(cell.get_text()) if found["number"]], cell


def explorer_rows(page: Page) -> dict[str, str]:
    script = "all => all.map(r => [r.dataset.finding, r.querySelector('.now').textContent.replace('moved: ', '')])"
    return dict(page.eval_on_selector_all("#findings tbody tr[data-finding]", script))


def test_the_explorer_shows_what_the_findings_floor_finds(site: Path, page: Page, record: Record) -> None:
    seed = random.randrange(1_000_000)
    drawn = random.Random(seed).sample(sensitivity.grid(record, declared()), 12)
    page.goto((site / "explorer.html").as_uri())
    for name, choices in drawn:
        address = "&".join(f"{key}={value}" for key, value in choices.items())
        page.evaluate("address => { location.hash = address; }", address.replace("+", "%2B"))
        page.wait_for_timeout(30)
        shown = explorer_rows(page)
        analyse = sensitivity.ANALYSES[name][1]
        for item in analyse(record.under(record.scenario.but(**choices))).findings:
            expected = in_words(item.lower, item.upper, item.unit)
            assert shown[item.id] == expected, f"seed {seed}: {item.id} under {choices}"


def test_the_explorer_by_keyboard_says_what_moved_and_keeps_the_choice_in_its_address(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri())
    assert "0 choices changed: 0 of" in page.locator("#status").inner_text()
    page.locator("#p-count_1631").focus()
    page.keyboard.press("ArrowDown")
    assert page.url.endswith("#count_1631=present_stock")
    assert re.match(r"1 choice changed: [1-9]\d* of \d+ findings move", page.locator("#status").inner_text())
    assert "mwn-2017-07.c02" in page.locator("#changed").inner_text()
    assert page.locator("tr.moved[data-finding='accounting.killed']").count() == 1
    before = explorer_rows(page)
    page.reload()
    assert explorer_rows(page) == before
    page.locator("button[type=reset]").press("Enter")
    assert "0 choices changed" in page.locator("#status").inner_text() and page.url.endswith("#")
    page.goto((site / "explorer.html").as_uri() + "#count_1631=<img src=x onerror=alert(1)>&no_such=1")
    assert "0 choices changed" in page.locator("#status").inner_text()


def test_the_explorer_says_where_a_combination_was_not_evaluated(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri() + "#revision=0.0&same_date=0.0")
    assert "not in the grid" in page.locator("tr.missing").inner_text()
    assert "1 analysis was not evaluated" in page.locator("#status").inner_text()


def test_the_claims_can_be_searched_filtered_and_sorted(site: Path, page: Page, record: Record) -> None:
    page.goto((site / "claims.html").as_uri())
    total = int(re.search(r"of (\d+) entries", page.locator(".dt-info").inner_text())[1])  # type: ignore[index]
    assert total == len(record.reported["claims"]) + len(record.reported["wider"])
    page.get_by_label("Search:").fill("registered 199")
    rows = page.locator("#claims tbody tr")
    assert rows.count() == 1 and "raseef22-2017-03.c03" in rows.inner_text()
    page.get_by_label("Search:").fill("")
    page.locator("#claims thead th .dtcc-button_order").first.click()
    page.locator("#claims thead th .dtcc-button_order").first.click()
    first = page.locator("#claims tbody tr td:first-child").first.inner_text()
    assert first.startswith("wider.")
    page.locator("#claims thead th").nth(7).locator(".dtcc-button_dropdown").click()
    page.locator(".dtcc-dropdown input").last.fill("insider")
    page.keyboard.press("Enter")
    shown = set(page.eval_on_selector_all("#claims tbody tr td:nth-child(8)", "all => all.map(c => c.textContent)"))
    assert shown == {"insider"}


def test_the_search_finds_a_phrase(site: Path, page: Page) -> None:
    page.goto((site / "search.html").as_uri() + "?q=dismantled")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li").count() > 0


HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked=1'>`````\n\n[x](javascript:1) {{ 7*7 }} ````"


@pytest.fixture(scope="module")
def spoiled(site: Path, record: Record, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose notes, phrases, speakers and titles hold markup; its numbers are those of the true record."""
    from analysis.evidence import paths

    frames = dict(record.reported)
    for name, fields in {
        "claims": ("note", "phrase", "attributed_to"),
        "wider": ("note", "phrase", "publisher"),
        "explanations": ("gist", "speaker"),
        "cases": ("who",),
        "sources": ("title", "publisher", "authors"),
    }.items():
        frames[name] = frames[name].assign(**{field: frames[name][field] + HOSTILE for field in fields})
    kept = {key: value for key, value in record.memo.items() if key[0] in {"analysis", "headlines"}}
    folder = tmp_path_factory.mktemp("spoiled") / "report"
    build_site(Record(frames, record.scenario, kept), paths.NOTEBOOKS, paths.FIGURES, folder, "commit 0123456789ab")
    yield folder


def test_markup_in_the_data_is_shown_as_text(spoiled: Path, page: Page) -> None:
    for name in (
        "index",
        "findings",
        "claims",
        "explanations",
        "sources",
        "sources/raseef22-2017-03",
        "sources/wider",
        "explorer",
        "contradictions",
    ):
        page.goto((spoiled / f"{name}.html").as_uri())
        assert page.evaluate("window.hacked") is None, name
        assert page.locator("img[src=x]").count() == 0 and page.locator("a[href^='javascript']").count() == 0, name
    page.goto((spoiled / "sources" / "raseef22-2017-03.html").as_uri())
    told = page.locator("#raseef22-2017-03-c03").inner_text()
    for part in ("<script>window.hacked = 1</script>", "`````", "{{ 7*7 }}"):
        assert part in told, told


def test_the_explorers_data_are_plain_json(site: Path) -> None:
    data = json.loads(soup(site / "explorer.html").find(id="explorer-data").string)
    assert {analysis["name"] for analysis in data["analyses"]} == set(sensitivity.ANALYSES)
    crossed = {name: {p for p in takes} for name, (takes, _) in sensitivity.ANALYSES.items()}
    assert all(set(analysis["takes"]) <= crossed[analysis["name"]] for analysis in data["analyses"])
