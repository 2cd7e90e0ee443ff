"""The site as its readers meet it: in a browser, from a folder of files, offline."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page, expect

from analysis.analyses import sensitivity
from analysis.analyses.finding import Finding, in_words
from analysis.evidence.record import Record
from analysis.report.build import all_findings, main_findings
from analysis.report.build import site as build_site
from analysis.report.run.notebooks import NOTEBOOKS
from analysis.report.run.sweep import declared
from analysis.report.site.trace import anchor

from .conftest import pages


def soup(path: Path) -> BeautifulSoup:
    return soup_of(path.read_text(encoding="utf-8"))


def soup_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


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


def unlinked(element: Tag) -> list[str]:
    """The numbers in an element that nothing opens: digits that are in no link and no part of a name."""
    copied = soup_of(str(element))
    for linked in copied.select("button, a"):
        linked.replace_with(" ")
    words = re.sub(r"\S*[A-Za-z_]\S*", " ", copied.get_text())
    return re.findall(r"\S*\d\S*", words)


def test_every_number_button_of_every_page_opens_printed_words(site: Path) -> None:
    for path in pages(site):
        document = soup(path)
        panels = {panel["id"]: panel for panel in document.select(".evidence")}
        buttons = document.select("button.number")
        assert all(panels[button["popovertarget"]].select(".entries li a") for button in buttons), path.name
        assert set(panels) == {button["popovertarget"] for button in buttons}, path.name
        if path.stem in (*NOTEBOOKS, "index", "findings", "contradictions"):
            assert len(buttons) > 20, path.name


def test_every_number_in_a_finding_is_linked(site: Path, record: Record) -> None:
    for name, count in (("findings.html", len(all_findings(record))), ("index.html", len(main_findings(record)))):
        blocks = soup(site / name).select(".finding")
        assert len(blocks) == count
        for block in blocks:
            for text in block.select(".lead, .answer, .sure li"):
                assert unlinked(text) == [], f"{block['data-finding']}: {text.get_text()}"
            assert block.select(".lead button, .answer button, .basis button, .answer a"), block["data-finding"]


def test_a_press_by_mouse_or_key_opens_the_words_and_leads_to_claim_and_published_page(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri() + "#main-accounting-killed")
    button = page.locator('[data-finding="accounting.killed"] .lead button').first
    button.click()
    panel = page.locator(f"#{button.get_attribute('popovertarget')}")
    assert panel.is_visible() and "More than half of the group’s jihadists" in panel.inner_text()
    published = panel.locator("a.published", has_text="published page").first.get_attribute("href")
    assert published and "#:~:text=" in published
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    panel.get_by_text("More than half of the group’s jihadists").click()
    page.wait_for_url("**/sources/raseef22-2017-03.html#raseef22-2017-03-c02")
    entry = page.locator("#raseef22-2017-03-c02")
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
        assert [cell for cell in document.select(".scroll tbody td") if unlinked(cell)] == []


def explorer_rows(page: Page) -> dict[str, list[str]]:
    """Each finding's answer under the choices, and whether it moved, is new, or is lost."""
    script = (
        "all => all.map(r => [r.dataset.finding, "
        "[r.querySelector('.now').textContent.replace(/^(moved|new): /, ''), r.className]])"
    )
    return dict(page.eval_on_selector_all("#findings tbody tr[data-finding]", script))


def test_the_explorer_shows_what_the_findings_floor_finds(site: Path, page: Page, record: Record) -> None:
    seed = random.randrange(1_000_000)
    drawn = random.Random(seed).sample(sensitivity.grid(record, declared()), 12)
    page.goto((site / "explorer.html").as_uri())
    for name, choices in drawn:
        address = "&".join(f"{key}={value}" for key, value in choices.items())
        page.evaluate("address => { location.hash = address; }", address.replace("+", "%2B"))
        for key, value in choices.items():
            expect(page.locator(f"#p-{key}")).to_have_value(str(value))
        shown = explorer_rows(page)
        analyse = sensitivity.ANALYSES[name][1]
        found = {item.id: item for item in analyse(record.under(record.scenario.with_choices(**choices))).findings}
        base = {item.id: item for item in analyse(record).findings}
        for item in found.values():
            expected = in_words(item.lower, item.upper, item.unit)
            assert shown[item.id][0] == expected, f"seed {seed}: {item.id} under {choices}"
            ends = (base[item.id].lower, base[item.id].upper) if item.id in base else None
            state = "new" if ends is None else "" if ends == (item.lower, item.upper) else "moved"
            assert shown[item.id][1] == state, f"seed {seed}: {item.id} under {choices}"
        for lost in set(base) - set(found):
            assert shown[lost][1] == "lost" and shown[lost][0].startswith("no answer"), f"seed {seed}: {lost}"


def test_the_explorer_opens_with_the_findings_of_the_report(site: Path, page: Page, record: Record) -> None:
    page.goto((site / "explorer.html").as_uri())
    shown, report = explorer_rows(page), {item.id: item for item in all_findings(record)}
    for name in set(shown) & set(report):
        assert shown[name] == [in_words(report[name].lower, report[name].upper, report[name].unit), ""]
    assert len(set(shown) & set(report)) > 12


def test_the_explorer_does_not_read_a_claim_another_way_that_a_choice_leaves_out(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri() + "#left_out=raseef22-300&about_width=0.0")
    told = page.locator("#changed").inner_text()
    assert told.count("raseef22-2017-03.c04") == 1 and "left out: “at around 300”" in told
    page.goto((site / "explorer.html").as_uri() + "#sources=raseef22-2017-03")
    assert "1,631 Moroccan fighters" in page.locator("#changed").inner_text()


def test_the_explorer_by_keyboard_says_what_moved_and_keeps_the_choice_in_its_address(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri())
    assert "0 choices changed: 0 of" in page.locator("#status").inner_text()
    page.locator("#p-count_1631").focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("#count_1631=present_stock$"))
    expect(page.locator("#status")).to_have_text(re.compile(r"1 choice changed: [1-9]\d* of \d+ findings move"))
    assert "mwn-2017-07.c02" in page.locator("#changed").inner_text()
    assert page.locator("tr.moved[data-finding='accounting.killed']").count() == 1
    before = explorer_rows(page)
    page.reload()
    assert explorer_rows(page) == before
    page.locator("button[type=reset]").press("Enter")
    expect(page).to_have_url(re.compile("#$"))
    expect(page.locator("#status")).to_contain_text("0 choices changed")
    page.goto((site / "explorer.html").as_uri() + "#count_1631=<img src=x onerror=alert(1)>&no_such=1")
    assert "0 choices changed" in page.locator("#status").inner_text()


def test_the_explorer_says_where_a_combination_was_not_evaluated(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri() + "#revision=0.0&same_date=0.0")
    assert "revision and same date together; set one of them back" in page.locator("tr.missing").inner_text()
    assert "1 analysis was not evaluated" in page.locator("#status").inner_text()
    assert explorer_rows(page)["accounting.killed"] == ["not evaluated", "lost"]


def test_the_claims_can_be_searched_filtered_and_sorted(site: Path, page: Page, record: Record) -> None:
    page.goto((site / "claims.html").as_uri())
    total = int(re.search(r"of (\d+) entries", page.locator(".dt-info").inner_text())[1])  # type: ignore[index]
    assert total == len(record.reported["claims"]) + len(record.reported["wider"])
    rows = page.locator("#claims tbody tr")
    page.get_by_label("Search:").fill("registered 199")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("raseef22-2017-03.c03")
    page.get_by_label("Search:").fill("")
    expect(rows).to_have_count(25)
    head = page.locator("#claims thead th").first
    for order in ("ascending", "descending"):
        head.locator(".dtcc-button_order").click()
        expect(head).to_have_attribute("aria-sort", order)
    expect(rows.first).to_contain_text("wider.")
    page.locator("#claims thead th").nth(7).locator(".dtcc-button_dropdown").click()
    page.locator(".dtcc-dropdown input").last.fill("insider")
    page.keyboard.press("Enter")
    expect(page.locator(".dt-info")).to_contain_text("filtered")
    shown = set(page.eval_on_selector_all("#claims tbody tr td:nth-child(8)", "all => all.map(c => c.textContent)"))
    assert shown == {"insider"}


def test_the_search_finds_a_phrase(site: Path, page: Page) -> None:
    page.goto((site / "search.html").as_uri() + "?q=dismantled")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li").count() > 0


HOSTILE = "\n% ----\n1. </script><script>window.hacked = 1</script><img src=x onerror='window.hacked=1'>`````\n\n[x](javascript:1) {{ 7*7 }} ````"


def spoil(finding: Finding) -> Finding:
    return replace(finding, question=f"% {finding.question}{HOSTILE}", answer=f"- {finding.answer}{HOSTILE}")


@pytest.fixture(scope="module")
def spoiled(site: Path, record: Record, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose notes, phrases, speakers and titles hold markup; its numbers are those of the true record."""
    from analysis.evidence import paths

    frames = dict(record.reported)
    for name, fields in {
        "claims": ("note", "phrase", "speaker"),
        "wider": ("note", "phrase", "publisher"),
        "explanations": ("gist", "speaker"),
        "cases": ("who",),
        "sources": ("title", "publisher", "authors"),
    }.items():
        frames[name] = frames[name].assign(**{field: frames[name][field] + HOSTILE for field in fields})
    frames["wider"] = frames["wider"].assign(url="javascript:window.hacked=1")
    frames["sources"] = frames["sources"].assign(url="javascript:window.hacked=1", stored_copy_url="")
    main_findings(record)  # so that all is in the memo
    kept = {
        key: replace(value, findings=tuple(spoil(finding) for finding in value.findings))
        for key, value in record.memo.items()
        if key[0] == "analysis" and key[2] == record.scenario
    }
    folder = tmp_path_factory.mktemp("spoiled") / "report"
    build_site(Record(frames, record.scenario, kept), paths.NOTEBOOKS, paths.FIGURES, folder, "commit 0123456789ab")
    yield folder


def test_markup_in_the_data_is_shown_as_text(spoiled: Path, page: Page, record: Record) -> None:
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
    page.goto((spoiled / "findings.html").as_uri())
    heads = page.locator("h3").all_inner_texts()
    assert len(heads) == len(all_findings(record)) and all(
        head.startswith("% ") and "1. </script>" in head for head in heads
    )
    page.goto((spoiled / "sources" / "raseef22-2017-03.html").as_uri())
    told = page.locator("#raseef22-2017-03-c03").inner_text()
    for part in ("<script>window.hacked = 1</script>", "`````", "{{ 7*7 }}"):
        assert part in told, told


def test_the_explorers_data_are_plain_json(site: Path) -> None:
    data = json.loads(soup(site / "explorer.html").find(id="explorer-data").string)
    assert {analysis["name"] for analysis in data["analyses"]} == set(sensitivity.ANALYSES)
    crossed = {name: {p for p in takes} for name, (takes, _) in sensitivity.ANALYSES.items()}
    assert all(set(analysis["takes"]) <= crossed[analysis["name"]] for analysis in data["analyses"])
