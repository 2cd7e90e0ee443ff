"""The site, built once from the notebooks and figures as they were last executed, and a real browser to read it with."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.index import Index
from analysis.recorded import INDEX, NOTEBOOKS, latest
from analysis.report.build import site as build_site
from analysis.report.run.provenance import report_stamp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pages(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The executed notebooks with their figures: those of the last report here, or the stored ones."""
    folder = tmp_path_factory.mktemp("executed")
    for name in (INDEX, *NOTEBOOKS):
        shutil.copy(latest(name), folder)
        drawn = latest(name).parent / "figures"
        shutil.copytree(drawn if drawn.is_dir() else paths.FIGURES, folder / "figures", dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def index(executed: Path) -> Index:
    return Index(sorted(executed.glob("*.ipynb")))


@pytest.fixture(scope="session")
def site(record: Record, executed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of the last `make report` where it is current, or built by the first process of the tests that needs it."""
    if not report_stamp().stale():
        return paths.REPORT
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "a report"
    if not shared.exists():
        folder = tmp_path_factory.mktemp("site") / "a report"
        folder.mkdir()
        build_site(record, executed, executed / "figures", folder / "report", "commit 0123456789ab")
        with suppress(OSError):  # another was faster
            folder.rename(shared)
    return shared / "report"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("no Chromium here: install Debian's package chromium (apt-get install chromium)")
        pytest.skip("no Chromium here; `make test-browser` says how to get one")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
