"""The ``analysis`` command: the verbs of the Makefile, with options. Each verb imports only what it needs."""

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 something is wrong with the data or a notebook, 2 cannot be
    done, 130 interrupted, 141 nobody reads the output any more."""
    options = parser().parse_args(arguments)
    from analysis.evidence.problems import EvidenceError
    from analysis.evidence.scenario import ParameterError
    from analysis.report.run.provenance import NotebookError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a letter that the terminal does not have is written as its code
            stream.reconfigure(errors="backslashreplace")
    try:
        if other := _other_project():
            raise ParameterError(other)
        code = _run(options)
        sys.stdout.flush()
        return code
    except (EvidenceError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # as of `analysis findings | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The verbs and their options."""
    found = argparse.ArgumentParser(
        prog="analysis", description="What published reports tell about the Moroccans who left for Syria and Iraq."
    )
    verbs = found.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("data", help="build data/curated from data/raw, and validate it")
    verify = verbs.add_parser(
        "verify", help="check every quoted phrase against the texts, and list what was overlooked"
    )
    verify.add_argument(
        "--texts", type=Path, help="folder of the articles' texts (default: ARTICLE_TEXTS or data/raw/texts)"
    )
    intake = verbs.add_parser("intake", help="start a new source: its folder, and a list of the numbers in its text")
    intake.add_argument("text", type=Path, help="the source's text, a file in UTF-8")
    intake.add_argument("--id", required=True, help="name of the source's folder in data/raw: publisher and month")
    intake.add_argument("--url", default="", help="where a new source was published")
    locate = verbs.add_parser("locate", help="find a phrase in a source's text; draft a row, or complete rows")
    locate.add_argument("phrase", nargs="?", default="", help="words of the text, 8 at most, as printed")
    locate.add_argument("--source", required=True, help="the source's folder in data/raw")
    tables = ("claims", "explanations", "cases", "stages", "events", "positions", "dismissed")
    locate.add_argument("--table", default="", choices=tables, help="print a draft row of this table")
    locate.add_argument("--fill", action="store_true", help="complete the rows that have a phrase, but no place or id")
    verbs.add_parser("report", help="execute the notebooks, write figures/ and build/report/")
    store = verbs.add_parser("notebooks", help="execute the notebooks and store them with their outputs in notebooks/")
    store.add_argument("names", nargs="*", help="which ones (default: all)")
    swept = verbs.add_parser("sweep", help="evaluate all scenarios and the declared notebooks, into build/sweep/")
    swept.add_argument("--to", default="", metavar="URL", help="write to this folder or URL (any that fsspec knows)")
    findings = verbs.add_parser("findings", help="list the findings, one a line")
    findings.add_argument("--id", help="show one finding in full: question, answer, arithmetic, assumptions")
    findings.add_argument("--json", action="store_true", help="print JSON, with the values behind each sentence")
    trace = verbs.add_parser("trace", help="show the printed words behind a finding or a claim")
    trace.add_argument("name", help="the id of a finding or a claim")
    made = verbs.add_parser("why", help="show what a notebook or a figure was made from, and whether it is current")
    made.add_argument("file", type=Path, help="an executed notebook, or a file in figures/")
    checked = verbs.add_parser("check", help="tell whether a sentence with a number follows, fits, or cannot be true")
    checked.add_argument(
        "--measure", required=True, help="what is counted, by key or name (killed, returned, departed ...)"
    )
    amount = checked.add_mutually_exclusive_group(required=True)
    for name in ("exactly", "about", "at-least", "more-than", "at-most", "less-than"):
        amount.add_argument(f"--{name}", metavar="N", help=f"the number is {name.replace('-', ' ')} N")
    amount.add_argument("--between", nargs=2, metavar=("N", "M"), help="the number is between N and M")
    checked.add_argument("--of", default="", help="N is a share (0.5 or 50%%) of this measure, not a count of people")
    checked.add_argument("--as-of", default="", metavar="DATE", help="up to this day, month or year, as 2017-05")
    checked.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another choice, as record=articles+wider"
    )
    checked.add_argument("--json", action="store_true", help="print JSON, with the rows behind the answer")
    changed = verbs.add_parser("diff", help="show each finding that differs between two states, and what moved it")
    changed.add_argument("old", help="a folder with a copy of the project, or a git revision")
    changed.add_argument("new", help="the same; . is the project as it is now")
    return found


def _other_project() -> str:
    """What is wrong where the current folder is a copy of the project, and this command belongs to another; or nothing."""
    from analysis.evidence import paths

    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "src" / "analysis" / "evidence").is_dir():
            if folder.resolve() != paths.ROOT:
                return f"This command belongs to {paths.ROOT}, not to {folder}. Run `make setup` here first."
            break
    return ""


def _run(options: argparse.Namespace) -> int:
    match options.verb:
        case "data":
            return _data()
        case "verify":
            return _verify(options.texts)
        case "intake":
            from analysis.evidence.intake.worklist import intake

            print(intake(options.text, options.id, options.url))
        case "locate":
            from analysis.evidence.intake.locate import fill, locate_phrase

            if not options.fill and not options.phrase:
                print("locate: give a phrase, or --fill", file=sys.stderr)
                return 2
            print(
                fill(options.source) if options.fill else locate_phrase(options.phrase, options.source, options.table)
            )
        case "sweep":
            return _sweep(options.to)
        case "report":
            return _report()
        case "notebooks":
            return _notebooks(options.names)
        case "why":
            return _why(options.file)
        case "findings":
            return _findings(options.id, options.json)
        case "trace":
            return _trace(options.name)
        case "check":
            return _check(options)
        case "diff":
            from analysis.report.diff import opened, summary

            with opened(options.old) as old, opened(options.new) as new:
                print(summary(old, new))
    return 0


def _data() -> int:
    from analysis.report.run.provenance import data_parts, data_stamp, file_lock

    with file_lock("data"):
        stamp, now = data_stamp(), data_parts()
        if not (why := stamp.stale(now)):
            print("data: current")
            return 0
        from analysis.evidence.curate import curate

        print(f"data: {why}", file=sys.stderr)
        frames = curate()
        stamp.write(now)
    print(", ".join(f"{name} {len(frame)}" for name, frame in frames.items()))
    return 0


def _verify(texts: Path | None) -> int:
    from analysis.evidence.intake.verify import STATUSES, verify

    result = verify(folders=[texts] if texts else None)
    for fault in result.faults:
        print(fault, file=sys.stderr)
    for source, counts in result.sources.items():
        summary = ", ".join(f"{counts[status]} {status}" for status in STATUSES)
        print(f"{source}: {summary}; {counts['uncoded']} numbers neither coded nor dismissed")
    summary = ", ".join(f"{count} {status}" for status, count in result.statuses.items()) or "no locator checked"
    print(f"locators: {summary}; {len(result.faults)} faults")
    if any(counts.keys() - {"found"} for counts in result.sources.values()):
        print(
            "`analysis intake TEXT --id ID` moves what moved and lists the rest in data/raw/ID/todo.csv",
            file=sys.stderr,
        )
    if result.missing_texts:
        where = "put the texts into data/raw/texts/ or name their folder in ARTICLE_TEXTS"
        print(f"not checked, no text at hand: {', '.join(result.missing_texts)} ({where})", file=sys.stderr)
        for note in result.notes:
            print(note, file=sys.stderr)
    return 1 if result.faults else 0


def _why(file: Path) -> int:
    from analysis.report.run.provenance import why

    try:
        summary, current = why(file)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary)
    return 0 if current else 1


def _findings(name: str | None, as_json: bool) -> int:
    import json

    from analysis.report.run import NOTEBOOKS
    from analysis.report.run.recorded import all_findings, latest, read_findings

    findings = all_findings()
    if silent := [
        notebook for notebook in NOTEBOOKS if not latest(notebook).is_file() or not read_findings(latest(notebook))
    ]:
        print(f"no findings are stored in {', '.join(silent)}: run `make report`", file=sys.stderr)
    if name:
        findings = tuple(finding for finding in findings if finding.id == name)
        if not findings:
            print(f"no finding is called {name}: `analysis findings` lists them", file=sys.stderr)
            return 2
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    elif name:
        for heading, text in findings[0].lines():
            print(f"{heading}: {text}")
    else:
        for finding in findings:
            print(f"{finding.id}: {finding.short}")
    return 0


def _check(options: argparse.Namespace) -> int:
    import json

    from analysis.analyses.check import HEDGES
    from analysis.evidence.record import Record
    from analysis.evidence.scenario import ParameterError
    from analysis.lab import check

    choices = dict(one.partition("=")[::2] for one in options.set)
    if unnamed := [one for one in options.set if "=" not in one]:
        raise ParameterError(f"--set {unnamed[0]} names no value. Expected NAME=VALUE, as in count_1631=present_stock.")
    amount = {name: getattr(options, name) for name in HEDGES}
    answer = check(Record.load(**choices), options.measure, as_of=options.as_of, of=options.of, **amount)
    print(json.dumps(answer.data, indent=1, ensure_ascii=False) if options.json else answer)
    return 0


def _trace(name: str) -> int:
    from analysis.evidence.record import Record
    from analysis.report.run.recorded import all_findings
    from analysis.report.site.trace import Trace

    try:
        print(Trace(Record.load(), all_findings()).to_text(name))
    except KeyError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    return 0


def _sweep(url: str) -> int:
    from analysis.evidence import paths
    from analysis.report.run.provenance import file_lock
    from analysis.report.run.sweep import sweep

    with file_lock("sweep"):
        failures = sweep(url)
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"sweep: {url or paths.SWEEP}")
    return 1 if failures else 0


def _report() -> int:
    from analysis.evidence import paths
    from analysis.report.run.provenance import file_lock, report_parts, report_stamp

    with file_lock("notebooks"):
        stamp, now = report_stamp(), report_parts()  # before anything is read: what changes meanwhile is not current
        if not (why := stamp.stale(now)):
            print(f"report: {paths.REPORT / 'index.html'} (current)")
            return 0
        print(f"report: {why}", file=sys.stderr)
        from analysis.report.build import report

        try:
            print(f"report: {report(now['the state of git'])}")
        except RuntimeError as error:  # the site could not be built, or a process of the grid was killed
            print(error, file=sys.stderr)
            return 1
        stamp.write(now)
    return 0


def _notebooks(names: list[str]) -> int:
    from analysis.report.records import write_records
    from analysis.report.run import INDEX, NOTEBOOKS
    from analysis.report.run.notebooks import bring_up_to_date, store
    from analysis.report.run.provenance import file_lock
    from analysis.report.run.sweep import evaluated

    chosen = names or (*NOTEBOOKS, INDEX)
    with file_lock("notebooks"):
        if "6_sensitivity" in chosen:
            evaluated()
        bring_up_to_date(chosen)
        store(chosen)
        write_records()
    return 0
