"""How fast does a page of the site draw from disk, and how much does it load?"""

import shutil
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from analysis.evidence import paths

PAGES = ("index", "findings", "explorer", "claims", "5_wider_record", "sources/wider")
LOADS = 7


def measure() -> list[tuple[str, float, float, int]]:
    """A page each: milliseconds to the first paint with content and to the whole of it, medians over some loads in a new
    profile, and the bytes loaded. Nothing without Chromium and build/report."""
    chromium = shutil.which("chromium")
    if chromium is None or not paths.REPORT.is_dir():
        return []
    rows = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in PAGES:
            drawn, loaded, weight = [], [], 0
            for _ in range(LOADS):
                page = browser.new_context().new_page()
                files: set[str] = set()
                page.on("request", lambda request, files=files: files.add(request.url.partition("?")[0]))
                page.goto((paths.REPORT / f"{name}.html").as_uri(), wait_until="load")
                page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
                drawn.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
                loaded.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
                local = [url for url in files if url.startswith("file:")]
                weight = sum(Path(url.removeprefix("file://")).stat().st_size for url in local)
                page.context.close()
            rows.append((name, median(drawn), median(loaded), weight))
        browser.close()
    return rows


def section(results: list[tuple[str, float, float, int]]) -> list[str]:
    """A row a page."""
    title = ["## The site, from disk, in headless Chromium", ""]
    if not results:
        return [*title, "Not measured: it takes Chromium and `build/report`."]
    rows = [f"| {name} | {drawn:.0f} ms | {loaded:.0f} ms | {weight:,} |" for name, drawn, loaded, weight in results]
    return [*title, "| page | drawn | loaded | bytes loaded |", "|---|---:|---:|---:|", *rows]
