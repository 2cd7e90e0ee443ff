"""Every page opens from the file system, offline, light, without an error, and for every reader."""

from pathlib import Path
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ..conftest import pages

LIMIT = 2_000_000
"""Bytes that a page may load, with all that belongs to it."""

ALIKE = {"wider", "almonitor-2017-05", "raseef22-2017-03", "magharebia-2014-12"}
"""The long ones of the pages of the sources, which are made of the same few elements as the short ones."""


PHONE = {
    "index",
    "explorer",
    "claims",
    "2_returnees_and_arrests",
    "contradictions",
    "mwn-2017-07",
    "search",
    "data",
}
"""Pages of every kind, which are looked at in the dark and on a small screen as well."""


def test_every_page_opens_offline_without_an_error_is_light_has_alt_text_and_nothing_serious_for_axe(
    site: Path, browser: Browser
) -> None:
    faults: list[str] = []
    for path in pages(site):
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        faults += faults_of(site, path, page)
        if path.stem not in ALIKE:
            faults += serious(path, page, "light", 1280)
        page.close()
    assert faults == []


def test_axe_finds_nothing_serious_in_the_dark_and_on_a_phone(site: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, color_scheme="dark")
    page = context.new_page()
    faults: list[str] = []
    for path in pages(site):
        if path.stem in PHONE:
            page.goto(path.as_uri())
            faults += serious(path, page, "dark", 390)
    context.close()
    assert faults == []


def faults_of(site: Path, path: Path, page: Page) -> list[str]:
    """What is wrong with a page as it opens and all of its images are loaded."""
    faults: list[str] = []
    loaded: set[str] = set()
    page.on("console", lambda message: faults.append(f"{path.name}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{path.name}: {error}"))
    page.on("request", lambda request: loaded.add(request.url.partition("?")[0]))
    page.goto(path.as_uri())
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    bare = page.eval_on_selector_all("img", "all => all.filter(i => !i.alt || !i.naturalWidth).map(i => i.src)")
    inside = site.as_uri()
    faults += [f"{path.name} asks for {url}" for url in loaded if not url.startswith((inside, "data:", "blob:"))]
    files = [Path(unquote(url.removeprefix("file://"))) for url in loaded if url.startswith(inside)]
    weight = sum(file.stat().st_size for file in files)
    faults += [f"{path.name} loads {weight:,} bytes"] if weight > LIMIT else []
    return [*faults, *(f"{path.name}: no alt text, or no picture: {src}" for src in bare)]


def serious(path: Path, page: Page, scheme: str, width: int) -> list[str]:
    """What axe finds on a page that is open; and whether it is wider than the screen."""
    if path.stem == "index":
        page.locator("button.number").first.click()
    options = {"preload": False, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    faults = [f"{path.name}, {scheme}: {v['id']}" for v in found if v["impact"] in {"serious", "critical"}]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append(f"{path.name}: wider than a screen of {width}")
    return faults
