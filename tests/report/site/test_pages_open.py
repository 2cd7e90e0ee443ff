"""Every page opens from the file system, offline, light, without an error, and for every reader."""

from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ..conftest import pages

LIMIT = 2_000_000
"""Bytes that a page may load, with all that belongs to it."""

ALIKE = """() => {
    const kinds = new Map(), seen = new Set();
    for (const element of document.querySelectorAll('body *')) {
        const {color, backgroundColor, fontSize, fontWeight} = getComputedStyle(element);
        const own = [element.tagName, element.className.baseVal ?? element.className, element.getAttribute('role')];
        kinds.set(element, [...own, color, backgroundColor, fontSize, fontWeight].join());
    }
    for (const block of document.querySelectorAll('tr, li, dt, dd, p, section, svg g, .evidence')) {
        if (!block.isConnected) continue;
        const parts = new Set([block, ...block.querySelectorAll('*')].map(element => kinds.get(element)));
        const kind = [kinds.get(block.parentElement), ...[...parts].sort()].join('; ');
        if (seen.has(kind)) block.remove();
        seen.add(kind);
    }
}"""
"""Leaves of the blocks of a page, its rows and paragraphs, one of each kind: those made of the same elements in the same colours
and sizes are all alike to axe, which takes minutes for thousands of them."""

VIOLATIONS = "async options => (await axe.run(options)).violations.map(({id, impact}) => [id, impact])"
"""Runs axe, and hands over names only: its whole answer takes long to hand over."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_opens_offline_without_an_error_is_light_has_alt_text_and_nothing_serious_for_axe(
    site: Path, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    faults: list[str] = []
    loaded: set[str] = set()
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", lambda request: loaded.add(request.url.partition("?")[0]))
    for path in pages(site):
        loaded.clear()
        faults += open_fully(site, path, page, loaded)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path.name}: wider than a screen of {width}")
        faults += [f"{path.name}: {fault}" for fault in serious(page)]
    page.close()
    assert faults == []


def test_one_row_in_a_thousand_that_cannot_be_read_is_found(site: Path, page: Page) -> None:
    page.goto((site / "claims.html").as_uri())
    page.locator("#rows tbody tr").nth(77).locator("td").nth(1).evaluate("cell => { cell.style.color = '#eee'; }")
    assert serious(page) == ["color-contrast"]


def open_fully(site: Path, path: Path, page: Page, loaded: set[str]) -> list[str]:
    """Open a page with all of its images; returns what is wrong with these and with what was ``loaded``."""
    page.goto(path.as_uri())
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    bare = page.eval_on_selector_all("img", "all => all.filter(i => !i.alt || !i.naturalWidth).map(i => i.src)")
    inside = site.as_uri()
    faults = [f"{path.name} asks for {url}" for url in loaded if not url.startswith((inside, "data:", "blob:"))]
    files = [Path(unquote(url.removeprefix("file://"))) for url in loaded if url.startswith(inside)]
    weight = sum(file.stat().st_size for file in files)
    faults += [f"{path.name} loads {weight:,} bytes"] if weight > LIMIT else []
    return [*faults, *(f"{path.name}: no alt text, or no picture: {src}" for src in bare)]


def serious(page: Page) -> list[str]:
    """What axe finds on a page that is open, with the words behind its first number opened."""
    button = page.locator("button.number:visible").first
    if button.count():
        button.click()
    page.evaluate(ALIKE)
    page.evaluate(Axe().axe_script)
    found = page.evaluate(VIOLATIONS, {"preload": False, "resultTypes": ["violations"], "selectors": False})
    return [name for name, impact in found if impact in {"serious", "critical"}]
