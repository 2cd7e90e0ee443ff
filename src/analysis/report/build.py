"""What does ``make report`` make? Executed notebooks, figures, the table of findings, and the site."""

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import nbformat

from analysis.analyses import accounting, claims, deaths_by_year, pathways, returnees_and_arrests, wider_record
from analysis.analyses.finding import Finding, Result, findings_table, made_once
from analysis.analyses.headlines import Headline, headlines
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.figures import headlines as draw
from analysis.report.run.notebooks import NOTEBOOKS, bring_up_to_date, folder_of, serialised
from analysis.report.run.provenance import REPORT, digest, provenance, report_stamp
from analysis.report.run.sweep import evaluated, sensitivity_of
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
    "sensitivity": sensitivity_of,
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


def traced(record: Record, name: str) -> str:
    """From a finding or a coded row to the printed words. Raises KeyError where ``name`` is neither."""
    analysis = name.split(".")[0]
    return Trace(record, findings_of(record, analysis) if analysis in ANALYSES else ()).words(name)


def report() -> Path:
    """Bring the notebooks up to date, publish figures and findings, build the site and the brief; returns its first page.

    Nothing is published unless every notebook has run. Raises NotebookError, and RuntimeError where the site fails.
    """
    stamp, now = report_stamp()  # before anything is read: what changes meanwhile is not taken for built
    record = Record.load()
    evaluated()  # here its progress shows; the notebook finds it done
    with _beside() as found:
        bring_up_to_date(NOTEBOOKS)
        record.memo.update(found())
    with paths.unfinished(paths.BUILD) as folder:
        executed, drawn, built = (Path(folder) / name for name in ("executed", "figures", "site"))
        for name in NOTEBOOKS:
            shutil.copytree(folder_of(name), executed, dirs_exist_ok=True)
        shutil.move(executed / "figures", drawn)
        made = json.dumps(provenance(REPORT, {}))
        for headline in main_findings(record):
            if not headline.figure:
                draw.strip(record, headline).save(drawn, made)
        findings = findings_table(all_findings(record))
        paths.write(drawn / "findings.csv", findings.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
        site(record, executed, drawn, built, now["the state of git"])
        _publish(drawn)
        paths.exchange(built, paths.REPORT)
    stamp.put(now)
    return paths.REPORT / "index.html"


@contextmanager
def _beside() -> Iterator[Callable[[], dict[Any, Any]]]:
    """What :func:`_find` finds, made beside the notebooks, in a process that ends with this block.

    A thread would do, but a solver that is still at work when the command ends aborts it.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_find, args=(sender,), daemon=True)
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command; a process inherits this
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, interrupt)
    sender.close()

    def found() -> dict[Any, Any]:
        try:
            return dict(receiver.recv())
        except EOFError as error:
            raise RuntimeError("the findings could not be made: their process ended before they were") from error

    try:
        yield found
    finally:
        process.kill()
        process.join()


def _find(sender: Connection) -> None:
    """Send what the analyses of the record find, and the main findings, as :meth:`Record.once` keeps them."""
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    record = Record.load()
    main_findings(record)
    sender.send({key: made for key, made in record.memo.items() if key[0] in ("analysis", "headlines")})


def _end_with(parent: Any) -> None:
    parent.join()  # also where it was killed
    os._exit(1)


def _publish(drawn: Path) -> None:
    """Bring ``figures/`` to what was drawn; a figure that nothing draws any more goes."""
    new = {path.name: path.read_bytes() for path in sorted(drawn.iterdir())}
    for name, content in new.items():
        paths.write(paths.FIGURES / name, content)
    for path in paths.FIGURES.iterdir():
        if path.name not in new:
            path.unlink()


def main_findings(record: Record) -> tuple[Headline, ...]:
    """The headlines of the report."""
    found: tuple[Headline, ...] = record.once(
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
            paths.write(source / f"{name}.ipynb", serialised(notebook))
            for file, table in page.tables.items():
                paths.write(extra / "tables" / file, table)
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
            paths.write(source / f"{name}.md", text)
        paths.write(extra / "brief.pdf", brief(record, told, shown, drawn, scenarios, version))
        _sphinx(source, target)


def _datatables(static: Path) -> None:
    """DataTables as itables bundles it, as a plain script: a browser loads no module from a file."""
    bundle = resources.files("itables") / "html"
    script = (bundle / "dt_bundle.js").read_text(encoding="utf-8")
    table = re.search(r"export\{.*?(\w+) as ITable.*?\};?", script)
    if table is None:
        raise RuntimeError("itables no longer exports ITable from dt_bundle.js: adapt analysis.report.build")
    plain = script.replace(table[0], f"window.ITable={table[1]};")
    paths.write(static / "dt_bundle.js", f"(function(){{{plain}\n}})();\n")
    paths.write(static / "dt_bundle.css", (bundle / "dt_bundle.css").read_bytes())


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
    return f"SHA-256 {digest(paths.CURATED.glob('*.csv'))[:16]}"
