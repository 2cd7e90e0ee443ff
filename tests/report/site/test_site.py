"""The site as its readers meet it: in a browser, from a folder of files, offline."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page, expect

from analysis.analyses import sensitivity
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.index import Index
from analysis.recorded import INDEX, NOTEBOOKS
from analysis.report.build import site as build_site
from analysis.report.site.trace import NUMBER, UNITS, Trace, anchor
from analysis.wording import formats

from ..conftest import pages


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_notebook_source_and_list_has_a_page(site: Path, record: Record) -> None:
    names = {path.relative_to(site).with_suffix("").as_posix() for path in pages(site)}
    sources = {f"sources/{name}" for name in [*record.sources["source_id"], "wider"]}
    lists = {"index", "findings", "explorer", "contradictions", "claims", "explanations", "sources", "data", "search"}
    assert names == {INDEX, *NOTEBOOKS, *sources, *lists}


def test_every_internal_link_and_anchor_resolves(site: Path) -> None:
    documents = {path: soup(path) for path in pages(site)}
    ids = {path: {tag["id"] for tag in document.select("[id]")} for path, document in documents.items()}
    broken = []
    for path, document in documents.items():
        for tag in document.select("a[href], img[src], link[href], script[src]"):
            target = tag.get("href") or tag.get("src")
            if re.match(r"[a-z]+:", target):
                continue
            file, fragment = urldefrag(target)
            place = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            if not place.is_file() or (fragment and place.suffix == ".html" and fragment not in ids[place]):
                broken.append(f"{path.name}: {target}")
    assert broken == []


def unlinked(element: Tag) -> list[str]:
    """The numbers in an element that open nothing; dates need not."""
    text = " ".join(part for part in element.find_all(string=True) if part.find_parent(["button", "a"]) is None)
    return [found["number"] for found in NUMBER.finditer(text) if found["number"]]


def test_every_number_opens_printed_words(site: Path) -> None:
    for path in pages(site):
        document = soup(path)
        panels = {panel["id"]: panel for panel in document.select(".evidence")}
        opened = {button["popovertarget"] for button in document.select("button.number")}
        assert set(panels) == opened, path.name
        assert all(panel.select(".entries li a") for panel in panels.values()), path.name


def test_every_number_in_a_finding_is_linked(site: Path, index: Index) -> None:
    blocks = soup(site / "findings.html").select(".finding")
    assert [block["data-finding"] for block in blocks] == list(index.findings)
    front = soup(site / "index.html").select("[data-finding]")
    assert len(front) >= 5
    for block in [*blocks, *front]:
        finding = index.findings[block["data-finding"]]
        texts = block.select(".answer") or [block]
        assert not finding.evidence or [unlinked(text) for text in texts] == [[]] * len(texts), finding.id


def test_a_table_row_opens_the_rows_it_names(site: Path) -> None:
    for name in NOTEBOOKS:
        for row in soup(site / f"{name}.html").select("tr[data-rows]"):
            assert unlinked(row) == [], f"{name}: {row.get_text(' ')}"


def test_a_press_opens_arithmetic_then_words_and_leads_to_row_and_published_page(
    site: Path, page: Page, index: Index
) -> None:
    finding = index.findings["deaths_by_year.half"]
    page.goto((site / "findings.html").as_uri())
    button = page.locator(f'[data-finding="{finding.id}"] .answer button').first
    button.click()
    panel = page.locator(f"#{button.get_attribute('popovertarget')}")
    assert panel.is_visible() and panel.locator("p").first.inner_text().endswith(finding.arithmetic)
    published = panel.locator("a.published", has_text="words highlighted").first.get_attribute("href")
    assert published and "#:~:text=" in published
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible()
    claim = next(claim for claim in finding.claims if claim.startswith("raseef22"))
    panel.locator(f"a[href$='#{anchor(claim)}']").click()
    page.wait_for_url(f"**/sources/raseef22-2017-03.html#{anchor(claim)}")
    row = page.locator(f"#{anchor(claim)}")
    assert finding.question in row.inner_text() and claim in row.inner_text()


def test_from_a_row_every_finding_that_uses_it(site: Path, index: Index) -> None:
    linked = {
        (path.stem, entry["id"]): {link["href"] for link in entry.select("a[href]")}
        for path in (site / "sources").glob("*.html")
        for entry in soup(path).select("[id]")
    }
    for finding in index.findings.values():
        for name in finding.evidence:
            links = linked[name.rpartition(".")[0], anchor(name)]
            assert f"../findings.html#{anchor(finding.id)}" in links, f"{name} does not name {finding.id}"


def test_every_finding_leads_to_printed_words_on_the_command_line(record: Record, index: Index) -> None:
    trace = Trace(record, index.findings.values())
    for finding in index.findings.values():
        words = trace.to_text(finding.id)
        assert all(f"{row}: “{trace.entries[row].phrase}”" in words for row in finding.evidence)


def test_every_figure_and_table_can_be_downloaded(site: Path) -> None:
    for name in NOTEBOOKS:
        document = soup(site / f"{name}.html")
        files = [link["href"] for link in document.select("a[download]")]
        assert len(document.select(".scroll table")) == sum(file.startswith("tables/") for file in files)
        figures = document.select("figure img")
        assert len(figures) == len([f for f in files if f.endswith(".svg")])
        assert all(caption.get_text(strip=True) for caption in document.select("figcaption, .scroll caption"))


def test_one_switch_shows_the_code(site: Path, page: Page) -> None:
    page.goto((site / f"{NOTEBOOKS[0]}.html").as_uri())
    code = page.locator("div.cell_input").first
    assert not code.is_visible()
    page.locator("#show-code").check()
    assert code.is_visible()


@pytest.mark.parametrize("asked", ["1,631", "1631", "558", "199"])
def test_the_search_finds_a_number_however_it_is_written(site: Path, page: Page, asked: str) -> None:
    page.goto((site / "search.html").as_uri() + f"?q={asked}")
    found = page.locator("#results li")
    assert found.count() > 0 and "Number" in page.locator("#results").inner_text()
    plain = asked.replace(",", "")
    assert all(re.search(rf"(?<!\d){plain}(?!\d)", text.replace(",", "")) for text in found.all_inner_texts())


def test_the_table_of_numbers_is_filtered_and_sorted(site: Path, page: Page, record: Record) -> None:
    page.goto((site / "claims.html").as_uri())
    rows = page.locator("#rows tbody tr:visible")
    expect(rows).to_have_count(len(record.reported["claims"]) + len(record.reported["wider"]))
    page.locator("#filter").fill("registered 199")
    expect(rows).to_have_count(1)
    page.locator("#filter").fill("")
    head = page.locator("#rows thead th").nth(2)
    for order in ("ascending", "descending"):
        head.locator("button").click()
        expect(head).to_have_attribute("aria-sort", order)


def explorer_rows(page: Page) -> dict[str, str]:
    """Each finding of the explorer with its answer under the choices."""
    script = "all => all.map(d => [d.dataset.finding, d.nextElementSibling.textContent.split(', instead of')[0]])"
    return dict(page.eval_on_selector_all("dt[data-finding]", script))


def test_the_explorer_shows_what_the_analyses_find(site: Path, page: Page, record: Record, index: Index) -> None:
    seed = random.randrange(1_000_000)
    known = [one for one in sensitivity.grid(record, sensitivity.declared()) if one[0] in index.answers]
    page.goto((site / "explorer.html").as_uri())
    for name, choices in random.Random(seed).sample(known, 6):
        address = "&".join(f"{key}={value}" for key, value in choices.items())
        page.evaluate("address => { location.hash = address; }", address.replace("+", "%2B"))
        for key, value in choices.items():
            expect(page.locator(f"#p-{key}")).to_have_value(str(value))
        shown = explorer_rows(page)
        for row in sensitivity.evaluate(record, (name, choices)):
            if row["unit"] in UNITS and row["finding"] in shown:
                words = formats.amount(row["lower"], row["upper"], UNITS[row["unit"]], row["unit"] == "share")
                assert shown[row["finding"]] == words, f"seed {seed}: {row['finding']} under {choices}"


def test_the_explorer_says_in_a_sentence_what_changed_and_keeps_it_in_the_address(site: Path, page: Page) -> None:
    page.goto((site / "explorer.html").as_uri())
    assert page.locator("#moved dt").count() == 0
    page.locator("#p-year_2016").focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("#year_2016=full_year$"))
    expect(page.locator("#status")).to_have_text(re.compile(r"is now answered: .*findings? changes?; \d+ stay"))
    before = explorer_rows(page)
    page.reload()
    assert explorer_rows(page) == before
    page.locator("button[type=reset]").press("Enter")
    expect(page.locator("#status")).to_contain_text("All questions have their default answers")
    page.goto((site / "explorer.html").as_uri() + "#year_2016=<img src=x onerror=alert(1)>&no_such=1")
    assert "default answers" in page.locator("#status").inner_text()


def test_the_explorer_tells_under_which_answers_a_number_is_possible(site: Path, page: Page, index: Index) -> None:
    finding = index.findings["accounting.killed"]
    page.goto((site / "explorer.html").as_uri())
    page.locator("#tested").select_option(finding.id)
    assert finding.lower and finding.upper
    for number, verdict in (
        (finding.lower - 1, "not possible"),
        (finding.lower, "possible"),
        (finding.upper, "possible"),
    ):
        page.locator("#number").fill(f"{number:.0f}")
        words = formats.amount(finding.lower, finding.upper, "people")
        expect(page.locator("#verdict")).to_contain_text(f"Under the default answers: {verdict} ({words}).")
    page.locator("#number").fill(f"{finding.lower:.0f}")
    assert "not possible" in page.locator("#turns").inner_text()


HOSTILE = "\n% ----\n1. </script><script>window.hacked = 1</script><img src=x onerror='window.hacked=1'>`````\n\n[x](javascript:1) {{ 7*7 }} ````"


@pytest.fixture(scope="module")
def spoiled(record: Record, executed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site whose data and recorded sentences hold markup."""
    frames = dict(record.reported)
    for name, fields in {
        "claims": ("note", "phrase", "label"),
        "wider": ("note", "phrase", "publisher"),
        "explanations": ("gist",),
        "speakers": ("short",),
        "sources": ("title", "publisher", "authors"),
    }.items():
        frames[name] = frames[name].assign(**{field: frames[name][field] + HOSTILE for field in fields})
    frames["wider"] = frames["wider"].assign(url="javascript:window.hacked=1")
    frames["sources"] = frames["sources"].assign(url="javascript:window.hacked=1", stored_copy_url="")
    folder = tmp_path_factory.mktemp("spoiled")
    notebooks = folder / "executed"
    notebooks.mkdir()
    for path in executed.glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
        for cell in document["cells"]:
            for output in cell.get("outputs", ()):
                for finding in output.get("data", {}).get("application/vnd.analysis.findings+json", {"findings": ()})[
                    "findings"
                ]:
                    finding |= {part: f"% {finding[part]}{HOSTILE}" for part in ("question", "short", "answer", "sure")}
        (notebooks / path.name).write_text(json.dumps(document), encoding="utf-8")
    build_site(replace(record, reported=frames), notebooks, executed / "figures", folder / "report", "commit 0")
    yield folder / "report"


def test_markup_in_the_data_is_shown_as_text(spoiled: Path, page: Page, index: Index) -> None:
    for name in ("index", "findings", "claims", "explanations", "sources", "sources/raseef22-2017-03", "sources/wider",
                 "explorer", "contradictions", "search"):  # fmt: skip
        page.goto((spoiled / f"{name}.html").as_uri() + ("?q=script" if name == "search" else ""))
        assert page.evaluate("window.hacked") is None, name
        assert page.locator("img[src=x]").count() == 0 and page.locator("a[href^='javascript']").count() == 0, name
    page.goto((spoiled / "findings.html").as_uri())
    heads = page.locator("h3").all_inner_texts()
    assert len(heads) == len(index.findings)
    assert all(head.startswith("% ") and "1. </script>" in head for head in heads)


def test_the_readme_says_what_the_notebooks_found(index: Index) -> None:
    readme = " ".join((paths.ROOT / "README.md").read_text(encoding="utf-8").split())
    assert index.points and [point.id for point in index.points if point.short not in readme] == []
