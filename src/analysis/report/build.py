"""What does ``make report`` make? Executed notebooks, figures, the table of findings, and the site."""

import re
import shutil
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from analysis.analyses import (
    accounting,
    claims,
    deaths_by_year,
    pathways,
    returnees_and_arrests,
    sensitivity,
    wider_record,
)
from analysis.analyses.finding import Finding, Result, made_once
from analysis.analyses.headlines import Headline, headlines
from analysis.evidence import files, paths
from analysis.evidence.record import Record
from analysis.figures import headlines as draw
from analysis.report.run.notebooks import NOTEBOOKS, bring_up_to_date, folder_of, serialised
from analysis.report.run.provenance import files_in, hash_files
from analysis.report.run.recorded import all_findings as recorded_findings
from analysis.report.run.recorded import as_csv
from analysis.report.run.sweep import evaluated
from analysis.report.site.brief import brief
from analysis.report.site.explorer import explorer
from analysis.report.site.notebook_pages import NotebookPage
from analysis.report.site.pages import Pages, figures
from analysis.report.site.trace import Trace, anchor

ANALYSES: dict[str, Callable[[Record], Result]] = {
    "deaths_by_year": deaths_by_year.analyse,
    "returnees_and_arrests": returnees_and_arrests.analyse,
    "pathways": pathways.analyse,
    "accounting": accounting.analyse,
    "wider_record": wider_record.analyse,
    "sensitivity": sensitivity.analyse,
    "claims": claims.analyse,
}


def all_findings(record: Record) -> tuple[Finding, ...]:
    """The findings of every analysis, in the order of the report."""
    return tuple(finding for name in ANALYSES for finding in findings_of(record, name))


def findings_of(record: Record, name: str) -> tuple[Finding, ...]:
    """The findings of one analysis."""
    found: tuple[Finding, ...] = analysed(record, name).findings
    return found


def analysed(record: Record, name: str) -> Any:
    """One analysis of the record, made once."""
    return made_once(record, ANALYSES[name])


def report(state: str) -> Path:
    """Bring the notebooks up to date, publish figures and findings, build the site and the brief; returns its first page.

    ``state`` is that of git, as the report prints it. Nothing is published unless every notebook has run. Raises
    NotebookError, and RuntimeError where the site fails.
    """
    evaluated()
    bring_up_to_date(NOTEBOOKS)
    record = Record.load()
    with files.temp_dir(paths.BUILD) as folder:
        executed, drawn, built = (Path(folder) / name for name in ("executed", "figures", "site"))
        for name in NOTEBOOKS:
            shutil.copytree(folder_of(name), executed, dirs_exist_ok=True)
        shutil.move(executed / "figures", drawn)
        for headline in main_findings(record):
            if not headline.figure:
                draw.strip(record, headline).save(drawn, "")
        site(record, executed, drawn, built, state)
        _publish(drawn)
        files.write(paths.FINDINGS, as_csv(recorded_findings(executed)))
        files.swap(built, paths.REPORT)
    return paths.REPORT / "index.html"


def _publish(drawn: Path) -> None:
    """Bring ``figures/`` to what was drawn, and remove what nothing draws any more."""
    new = {path.relative_to(drawn): path for path in files_in(drawn)}
    for name, path in new.items():
        files.write(paths.FIGURES / name, path.read_bytes())
    for path in files_in(paths.FIGURES):
        if path.relative_to(paths.FIGURES) not in new:
            path.unlink()
    for folder in paths.FIGURES.iterdir():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def main_findings(record: Record) -> tuple[Headline, ...]:
    """The headlines of the report."""
    found: tuple[Headline, ...] = record.cached(
        ("headlines", record.scenario),
        lambda: headlines(
            record,
            all_findings(record),
            analysed(record, "sensitivity"),
            analysed(record, "wider_record").stands,
        ),
    )
    return found


def site(record: Record, executed: Path, drawn: Path, target: Path, state: str) -> None:
    """Build the site and the brief into ``target``, from executed notebooks and the figures that they drew.

    ``state`` says of which state of the code. Raises RuntimeError where Sphinx finds fault.
    """
    findings, grid, told = all_findings(record), analysed(record, "sensitivity"), main_findings(record)
    shown = figures(drawn, Trace(record, findings))
    trace = Trace(record, findings, {name: figure.plotted for name, figure in shown.items()})
    pages = Pages(trace, shown, NOTEBOOKS)
    scenarios = int(grid.results.groupby("analysis")["scenario"].nunique().sum())
    version = f"{state}; data {data_hash()}"
    with TemporaryDirectory(dir=target.parent) as folder:
        source, extra = Path(folder), Path(folder) / "extra"
        shutil.copytree(drawn, extra / "figures")
        shutil.copytree(paths.CURATED, extra / "data")
        shutil.copytree(paths.SITE_SOURCE / "static", source / "_static")
        shutil.copy(paths.SITE_SOURCE / "conf.py", source)
        _datatables(source / "_static")
        places: dict[str, str] = {}
        for name in NOTEBOOKS:
            page = NotebookPage(
                name, pages, evidence=[row for one in findings_of(record, name[2:]) for row in one.evidence]
            )
            notebook = page.page(nbformat.read(executed / f"{name}.ipynb", as_version=4))
            files.write(source / f"{name}.ipynb", serialised(notebook))
            for file, table in page.tables.items():
                files.write(extra / "tables" / file, table)
            places |= {figure: f"{name}.html" for figure in page.shown}
        places |= {one.drawn: f"index.html#main-{anchor(one.finding.id)}" for one in told if not one.figure}
        texts = {
            "index": pages.index(told, scenarios, version),
            "findings": pages.findings(),
            "claims": pages.claims(),
            "explanations": pages.explanations(),
            "sources": pages.sources(),
            "contradictions": pages.contradictions(
                analysed(record, "claims").contradictions,
                analysed(record, "accounting").repairs,
                analysed(record, "wider_record").contradictions,
            ),
            "explorer": pages.explorer(explorer(trace, grid.results)),
            **{f"sources/{name}": text for name, text in pages.source_pages(places)},
        }
        for name, text in texts.items():
            files.write(source / f"{name}.md", text)
        files.write(extra / "brief.pdf", brief(record, told, shown, drawn, scenarios, version))
        _sphinx(source, target)


def _datatables(static: Path) -> None:
    """DataTables as itables bundles it, as a plain script: a browser loads no module from a file."""
    bundle = resources.files("itables") / "html"
    script = (bundle / "dt_bundle.js").read_text(encoding="utf-8")
    table = re.search(r"export\{.*?(\w+) as ITable.*?\};?", script)
    if table is None:
        raise RuntimeError("itables no longer exports ITable from dt_bundle.js: adapt analysis.report.build")
    plain = script.replace(table[0], f"window.ITable={table[1]};")
    files.write(static / "dt_bundle.js", f"(function(){{{plain}\n}})();\n")
    files.write(static / "dt_bundle.css", (bundle / "dt_bundle.css").read_bytes())


def _sphinx(source: Path, target: Path) -> None:
    from sphinx.cmd.build import build_main  # here: no other command needs Sphinx

    print("site: ", end="", file=sys.stderr)
    with TemporaryDirectory(dir=target.parent) as doctrees:
        if build_main(["-q", "-W", "--keep-going", "-b", "html", "-d", doctrees, str(source), str(target)]):
            raise RuntimeError("the site could not be built; Sphinx says why above")
    (target / ".buildinfo").unlink(missing_ok=True)
    print("built", file=sys.stderr)


def data_hash() -> str:
    """The first digits of the SHA-256 of the curated tables."""
    return f"SHA-256 {hash_files(paths.CURATED.glob('*.csv'))[:16]}"
