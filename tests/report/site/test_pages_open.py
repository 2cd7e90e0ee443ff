"""Every page opens from the file system, offline, light, without an error, and for every reader."""

from pathlib import Path
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from ..conftest import pages

LIMIT = 2_000_000
"""Bytes that a page may load, with all that belongs to it."""

ALIKE = {"wider", "almonitor-2017-05", "raseef22-2017-03", "magharebia-2014-12"}
"""The long ones of the pages of the sources, which are made of the same few elements as the short ones."""


def test_every_page_opens_offline_without_an_error_is_light_and_every_image_has_alt_text(
    site: Path, browser: Browser
) -> None:
    faults = [fault for path in pages(site) for fault in faults_of(site, path, browser)]
    assert faults == []


def faults_of(site: Path, path: Path, browser: Browser) -> list[str]:
    """What is wrong with a page as it opens and is scrolled to its end."""
    faults: list[str] = []
    loaded: set[str] = set()
    page = browser.new_page()
    page.on("console", lambda message: faults.append(f"{path.name}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{path.name}: {error}"))
    page.on("request", lambda request: loaded.add(request.url.partition("?")[0]))
    page.goto(path.as_uri())
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    bare = page.eval_on_selector_all("img", "all => all.filter(i => !i.alt || !i.naturalWidth).map(i => i.src)")
    page.close()
    inside = site.as_uri()
    faults += [f"{path.name} asks for {url}" for url in loaded if not url.startswith((inside, "data:", "blob:"))]
    files = [Path(unquote(url.removeprefix("file://"))) for url in loaded if url.startswith(inside)]
    weight = sum(file.stat().st_size for file in files)
    faults += [f"{path.name} loads {weight:,} bytes"] if weight > LIMIT else []
    return faults + [f"{path.name}: no alt text, or no picture: {src}" for src in bare]


def test_axe_finds_nothing_serious(site: Path, browser: Browser) -> None:
    axe, faults = Axe(), []
    phone = {
        "index",
        "explorer",
        "claims",
        "2_returnees_and_arrests",
        "contradictions",
        "mwn-2017-07",
        "search",
        "data",
    }
    for scheme, width, names in (("light", 1280, None), ("dark", 390, phone)):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        for path in pages(site):
            if path.stem in ALIKE or (names is not None and path.stem not in names):
                continue
            page.goto(path.as_uri())
            if path.stem == "index":
                page.locator("button.number").first.click()
            found = axe.run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
            faults += [f"{path.name}, {scheme}: {v['id']}" for v in found if v["impact"] in {"serious", "critical"}]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{path.name}: wider than a screen of {width}")
        context.close()
    assert faults == []
