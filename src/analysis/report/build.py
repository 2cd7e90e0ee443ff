"""What does ``make report`` make? Executed notebooks, figures, the table of findings, and the site."""

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import nbformat
import pandas as pd

from analysis.evidence import paths
from analysis.evidence.record import WIDER_TOO, Record
from analysis.findings import accounting, deaths_by_year, evidence, pathways, returnees_and_arrests, wider_record
from analysis.findings.finding import Finding, Result, findings_table
from analysis.report.execute import NOTEBOOKS, execute
from analysis.report.sweep import evaluated, sensitivity_of

ANALYSES: dict[str, Callable[[Record], Result]] = {
    "evidence": evidence.analyse,
    "deaths_by_year": deaths_by_year.analyse,
    "returnees_and_arrests": returnees_and_arrests.analyse,
    "pathways": pathways.analyse,
    "accounting": accounting.analyse,
    "wider_record": wider_record.analyse,
    "sensitivity": sensitivity_of,
}


def all_findings(record: Record) -> tuple[Finding, ...]:
    """The findings of every analysis, in the order of the report."""
    return tuple(finding for name in ANALYSES for finding in findings_of(record, name))


def findings_of(record: Record, name: str) -> tuple[Finding, ...]:
    """The findings of one analysis."""
    found: tuple[Finding, ...] = record.once(
        ("findings", name, record.scenario), lambda: ANALYSES[name](record).findings
    )
    return found


def report() -> Path:
    """Execute the notebooks, publish figures and findings, build the site; returns its index page.

    Nothing is published unless every notebook has run. Raises NotebookError, and RuntimeError where the site fails.
    """
    record = Record.load()
    paths.BUILD.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=paths.BUILD) as folder:
        source, figures = Path(folder) / "source", Path(folder) / "figures"
        for name in NOTEBOOKS:
            if name == "sensitivity":
                evaluated()  # here its progress shows; the notebook finds it done
            execute(name, {}, source / f"{name}.ipynb", figures)
            _add_alt_text(source / f"{name}.ipynb")
        findings = all_findings(record)
        (source / "index.md").write_text(index_page(record, findings), encoding="utf-8")
        (source / "claims.md").write_text(claims_page(record, findings), encoding="utf-8")
        shutil.copy(paths.SITE_SOURCE / "conf.py", source)
        site = Path(folder) / "site"
        _sphinx(source, site)
        _publish(figures, findings_table(findings))
        shutil.rmtree(paths.REPORT, ignore_errors=True)
        site.replace(paths.REPORT)
    return paths.REPORT / "index.html"


def _add_alt_text(path: Path) -> None:
    """Tell MyST-NB the alt text of each figure, which is its plain form."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/svg+xml" in output.get("data", {}):
                cell.metadata["mystnb"] = {"image": {"alt": output.data["text/plain"]}}
    nbformat.write(notebook, path)


def _publish(figures: Path, findings: pd.DataFrame) -> None:
    """Bring ``figures/`` to what the notebooks drew; a figure that none draws any more goes."""
    drawn = {path.name: path.read_bytes() for path in sorted(figures.iterdir())}
    drawn["findings.csv"] = findings.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode()
    for name, content in drawn.items():
        paths.write(paths.FIGURES / name, content)
    for path in paths.FIGURES.iterdir():
        if path.name not in drawn:
            path.unlink()


def _sphinx(source: Path, site: Path) -> None:
    from sphinx.cmd.build import build_main  # here: no other command needs Sphinx

    print("site: ", end="", file=sys.stderr)
    if build_main(
        ["-q", "-W", "--keep-going", "-b", "html", "-d", str(source.parent / "doctrees"), str(source), str(site)]
    ):
        raise RuntimeError("the site could not be built; Sphinx says why above")
    print("built", file=sys.stderr)


def index_page(record: Record, findings: Iterable[Finding]) -> str:
    """The front page: each finding as question, answer and evidence, each claim a link to its words."""
    parts = ["# The Moroccans who left for Syria and Iraq: what the published record lets us say", ""]
    parts += [
        f"{len(record.sources)} articles, {len(record.claims)} claims. Bounds follow from the claims, the readings and the assumptions named.",
        "",
    ]
    parts += ["```{toctree}", ":hidden:", "", *NOTEBOOKS, "claims", "```", ""]
    for name in NOTEBOOKS:
        parts += [f"## [{name.replace('_', ' ').capitalize()}]({name}.ipynb)", ""]
        for finding in (item for item in findings if item.id.startswith(f"{name}.")):
            cited = ", ".join(f"[{claim}](#{anchor(claim)})" for claim in finding.claims)
            parts += [f"({anchor(finding.id)})=", f"### {_plain(finding.question)}", "", _plain(finding.answer), ""]
            parts += [f"- Readings: {', '.join(finding.readings)}"] if finding.readings else []
            parts += [f"- Assumes: {_plain(text)}" for text in finding.assumptions]
            parts += (
                [f"- Evidence: {cited}"]
                if len(finding.claims) <= 12
                else [f"- Evidence: [all {len(finding.claims)} claims](claims.md)"]
            )
            parts += ["" if finding.claims else f"- Evidence: the tables of [{name}]({name}.ipynb)", ""]
    return "\n".join(parts)


def claims_page(record: Record, findings: Iterable[Finding]) -> str:
    """Every claim with its words, its speaker and a link to the published page, and the findings that use it."""
    used: dict[str, list[str]] = {}
    for finding in findings:
        for claim in finding.claims:
            used.setdefault(claim, []).append(finding.id)
    sources = record.sources.set_index("source_id")
    parts = ["# Claims", ""]
    for source, claims in _with_wider(record).claims.groupby("source_id", sort=False):
        if source in sources.index:
            about = sources.loc[source]
            parts += [
                f"## {about['publisher']}, {about['published']}",
                "",
                _plain(about["title"] or "(no title in the stored text)"),
                "",
            ]
        else:
            parts += [
                "## Figures published elsewhere",
                "",
                "Read beside the articles, never mixed into their runs.",
                "",
            ]
        for claim in claims.to_dict("records"):
            where, page = published(record, claim)
            parts += [f"({anchor(claim['claim_id'])})=", f"### {claim['claim_id']}", ""]
            parts += [
                f"“{_plain(claim['phrase'])}”, {_plain(claim['attributed_to'])} ({claim['attribution_type']}), as of {claim['as_of']}.",
                "",
            ]
            parts += [
                f"- {claim['measure'].replace('_', ' ')}, {claim['kind']}, {claim['hedge'].replace('_', ' ')}; {_plain(where)}"
            ]
            parts += [f"- Ambiguities: {claim['ambiguity'].replace(';', ', ')}"] if claim["ambiguity"] else []
            parts += [f"- {_plain(claim['note'])}"] if claim["note"] else []
            parts += [f"- [the published page](<{page}>)"]
            parts += [
                f"- Used by: {', '.join(f'[{name}](#{anchor(name)})' for name in used.get(claim['claim_id'], []))}"
            ]
            parts += [""]
    return "\n".join(parts)


def _with_wider(record: Record) -> Record:
    return record.under(record.scenario.but(record=WIDER_TOO))


def published(record: Record, row: Mapping[str, Any]) -> tuple[str, str]:
    """Where a coded row was published and stands, in words, and the address of the page, its phrase highlighted."""
    if row["source_id"] == "wider":
        return f"{row['publisher']}, grade {row['grade']}", row["url"]
    about = record.reported["sources"].set_index("source_id").loc[row["source_id"]]
    where = (
        f"{about['publisher']} {about['published']}, characters {row['char_start']} to {row['char_end']} of the text"
    )
    return where, (about["url"] or about["stored_copy_url"]) + "#:~:text=" + quote(row["phrase"])


def anchor(name: str) -> str:
    """The anchor of a claim or a finding in the site."""
    return name.replace(".", "-").replace("_", "-")


def _plain(text: str) -> str:
    """``text`` as text: what Markdown or HTML would read as markup is escaped."""
    for sign in "\\`*_{}[]<>()#|$~":
        text = text.replace(sign, f"\\{sign}")
    return text


def trace(record: Record, name: str) -> str:
    """From a finding, a claim or another coded row to the printed words, their speaker, source and place in the text.

    Raises KeyError where ``name`` is none of them.
    """
    analysis = name.split(".")[0]
    findings = {finding.id: finding for finding in findings_of(record, analysis)} if analysis in ANALYSES else {}
    coded = {
        "claim_id": (_with_wider(record).claims, "attributed_to", "attribution_type"),
        "explanation_id": (record.explanations, "speaker", "speaker_role"),
        "case_id": (record.cases, "who", "told_by"),
        "event_id": (record.events, "attributed_to", "what"),
    }
    lines = []
    wanted: tuple[str, ...] = (name,)
    if name in findings:
        finding = findings[name]
        lines = [finding.question, finding.answer, *(f"reading {reading}" for reading in finding.readings)]
        wanted = finding.claims
        if not wanted:
            lines.append(f"evidence: the tables of notebooks/{analysis}.ipynb; trace their ids")
    for row_id in wanted:
        for key, (table, speaker, kind) in coded.items():
            for row in table[table[key].eq(row_id)].to_dict("records"):
                where, page = published(record, row)
                lines.append(f"{row_id}: '{row['phrase']}', {row[speaker]} ({row[kind]}); {where}, {page}")
    if not lines:
        known = (
            f"Findings of {analysis}: {', '.join(findings)}." if findings else "`analysis findings` lists the findings."
        )
        raise KeyError(f"no finding and no claim is called {name}. {known}")
    return "\n".join(lines)
