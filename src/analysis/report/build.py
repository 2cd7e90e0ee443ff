"""What does ``make report`` make? Executed notebooks, figures, the table of findings, and the site."""

import json
import shutil
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pandas as pd

from analysis.evidence import files, paths
from analysis.evidence.record import Record
from analysis.index import Index
from analysis.recorded import INDEX, NAMES, NOTEBOOKS, NotebookError, Recorded, all_findings
from analysis.report.records import write_records
from analysis.report.run.notebooks import bring_up_to_date, folder_of, serialised
from analysis.report.run.provenance import files_in, hash_files
from analysis.report.run.sweep import evaluated
from analysis.report.site.brief import brief
from analysis.report.site.notebook_pages import NotebookPage
from analysis.report.site.pages import Pages, as_json, figures
from analysis.report.site.trace import Trace


def report(state: str) -> Path:
    """Bring the notebooks up to date, publish figures and findings, build the site and the brief; returns its first page.

    ``state`` is that of git, as the report prints it. Nothing is published unless every notebook has run. Raises
    NotebookError.
    """
    load_sphinx()
    evaluated()
    bring_up_to_date([*NOTEBOOKS, INDEX])
    record = Record.load()
    with files.temp_dir(paths.BUILD) as folder:
        executed, drawn, built = (Path(folder) / name for name in ("executed", "figures", "site"))
        for name in (*NOTEBOOKS, INDEX):
            shutil.copytree(folder_of(name), executed, dirs_exist_ok=True)
        shutil.move(executed / "figures", drawn)
        site(record, executed, drawn, built, state)
        _publish(drawn)
        files.write(paths.FINDINGS, as_csv(all_findings(sorted(executed.glob("*.ipynb")))))
        write_records()
        files.swap(built, paths.REPORT)
    return paths.REPORT / "index.html"


def as_csv(findings: Iterable[Recorded]) -> str:
    """Findings as a table, one a row, lists joined by ``; ``."""
    columns = [name for name in NAMES if name != "values"]
    rows = [[_cell(getattr(finding, name)) for name in columns] for finding in findings]
    return str(pd.DataFrame(rows, columns=columns).to_csv(index=False, lineterminator="\n"))


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _publish(drawn: Path) -> None:
    """Bring ``figures/`` to what was drawn, and remove what nothing draws any more."""
    new = {paths.FIGURES / path.relative_to(drawn): path for path in files_in(drawn)}
    for target, path in new.items():
        files.write(target, path.read_bytes())
    for path in {*files_in(paths.FIGURES)} - {*new}:
        path.unlink()


def site(record: Record, executed: Path, drawn: Path, target: Path, state: str) -> None:
    """Build the site and the brief into ``target``, from executed notebooks and the figures that they drew.

    ``state`` says of which state of the code. Nothing is analysed here: findings come from the notebooks, scenarios from
    the sweep. Raises NotebookError where Sphinx finds fault.
    """
    index, shown = Index(sorted(executed.glob("[0-9]_*.ipynb"))), figures(drawn)
    trace = Trace(record, index.findings.values(), {name: figure.drawn for name, figure in shown.items()})
    pages = Pages(trace, index, shown)
    with TemporaryDirectory(dir=target.parent) as folder:
        source, extra = Path(folder), Path(folder) / "extra"
        shutil.copytree(drawn, extra / "figures")
        shutil.copytree(paths.CURATED, extra / "data")
        shutil.copytree(paths.SITE_SOURCE / "static", source / "_static")
        shutil.copy(paths.SITE_SOURCE / "conf.py", source)
        places: dict[str, str] = {}
        for path in index.executed:
            files.write(extra / "notebooks" / path.name, path.read_bytes())
            page = NotebookPage(path.stem, pages)
            files.write(source / path.name, serialised(page.page(nbformat.read(path, as_version=4))))
            for file, table in page.tables.items():
                files.write(extra / "tables" / file, table)
            places |= {figure: f"{path.stem}.html" for figure in page.shown}
        data = f"data SHA-256 {hash_files(paths.CURATED.glob('*.csv'))[:16]}"
        version = f"{index.cited['version']}, {state}, {data}"
        for name, text in pages.texts(version, places).items():
            files.write(source / f"{name}.md", text)
        files.write(source / "descriptions.json", json.dumps(pages.descriptions()))
        files.write(source / "_static" / "searched.js", f"window.searched = {as_json(pages.searched())};\n")
        files.write(extra / "data" / "findings.csv", as_csv(index.findings.values()))
        files.write(extra / "brief.pdf", brief(pages, drawn, version))
        _sphinx(source, target)


def load_sphinx() -> None:
    """Import what builds the site: at the start of a report, while the server of children imports beside it."""
    for name in ("sphinx.application", "sphinx.builders.html", "myst_nb.sphinx_ext", "furo"):
        import_module(name)


def _sphinx(source: Path, target: Path) -> None:
    from sphinx.application import Sphinx  # here: no other command needs Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    print("site: ", end="", file=sys.stderr)
    nocolor()
    with TemporaryDirectory(dir=target.parent) as doctrees, patch_docutils(source), docutils_namespace():
        try:  # not its command line, which makes of Ctrl-C a fault of the site
            made = Sphinx(
                source, source, target, doctrees, "html", status=None, warning=sys.stderr, warningiserror=True
            )
            made.build()
        except SphinxError as error:
            raise NotebookError(f"the site could not be built: {error}") from error
        if made.statuscode:
            raise NotebookError("the site could not be built; Sphinx says why above")
    (target / ".buildinfo").unlink(missing_ok=True)
    print("built", file=sys.stderr)
