"""The ``analysis`` command: the verbs of the Makefile, with options. Each verb imports only what it needs."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 something is wrong with the data or a notebook, 2 cannot be
    done, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="analysis", description="What the published record says of the Moroccans who left for Syria and Iraq."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("data", help="data/raw to data/curated, validated")
    verify = verbs.add_parser("verify", help="every locator against the texts, and nothing overlooked")
    verify.add_argument(
        "--texts", type=Path, help="folder of the articles' texts (default: ARTICLE_TEXTS or data/raw/texts)"
    )
    intake = verbs.add_parser(
        "intake", help="a new source: its folder, and every number in its text waiting to be coded"
    )
    intake.add_argument("text", type=Path, help="the source's text, a file of UTF-8")
    intake.add_argument("--id", required=True, help="name of the source's folder in data/raw: publisher and month")
    intake.add_argument("--url", default="", help="where a new source was published")
    verbs.add_parser("report", help="execute the notebooks, write figures/ and build/report/")
    store = verbs.add_parser("notebooks", help="execute the notebooks and store them, outputs and all, in notebooks/")
    store.add_argument("names", nargs="*", help="which ones (default: all)")
    swept = verbs.add_parser("sweep", help="the grid of scenarios and the declared notebooks, into build/sweep/")
    swept.add_argument("--to", default="", metavar="URL", help="where to instead: a folder or a URL that fsspec knows")
    verbs.add_parser("findings", help="every finding of the default readings, one a line")
    trace = verbs.add_parser("trace", help="from a finding or a claim to the printed words")
    trace.add_argument("name", help="the id of a finding or a claim")
    made = verbs.add_parser(
        "why", help="what an executed notebook or a figure was made from, and whether it is current"
    )
    made.add_argument("file", type=Path, help="a notebook, an SVG or a PNG")
    options = parser.parse_args(arguments)
    from analysis.evidence.problems import EvidenceError
    from analysis.evidence.scenario import ParameterError
    from analysis.report.run.provenance import NotebookError

    try:
        return _run(options)
    except (EvidenceError, NotebookError) as error:
        print(error, file=sys.stderr)
        return 1
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the same command goes on where it was", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    match options.verb:
        case "data":
            return _data()
        case "verify":
            return _verify(options.texts)
        case "intake":
            from analysis.evidence.intake.worklist import intake

            print(intake(options.text, options.id, options.url))
        case "sweep":
            return _sweep(options.to)
        case "report" | "notebooks":
            try:
                return _execute(options)
            except RuntimeError as error:  # the site could not be built, or a process of the grid was ended
                print(error, file=sys.stderr)
                return 1
        case "why":
            return _why(options.file)
        case "findings":
            from analysis.evidence.record import Record
            from analysis.report.build import all_findings

            for finding in all_findings(Record.load()):
                print(f"{finding.id}\n  {finding.question}\n  {finding.answer}")
        case "trace":
            from analysis.evidence.record import Record
            from analysis.report.build import traced

            try:
                print(traced(Record.load(), options.name))
            except KeyError as error:
                print(error.args[0], file=sys.stderr)
                return 2
    return 0


def _data() -> int:
    from analysis.report.run.provenance import alone, data_stamp

    with alone("data"):
        stamp, now = data_stamp()
        if not (why := stamp.stale(now)):
            print("data: current")
            return 0
        from analysis.evidence.curate import curate

        print(f"data: {why}", file=sys.stderr)
        frames = curate()
        stamp.put(now)
    print(", ".join(f"{name} {len(frame)}" for name, frame in frames.items()))
    return 0


def _verify(texts: Path | None) -> int:
    from analysis.evidence.intake.verify import STATUSES, verify

    result = verify(folders=[texts] if texts else None)
    for fault in result.faults:
        print(fault, file=sys.stderr)
    for source, counts in result.sources.items():
        told = ", ".join(f"{counts[status]} {status}" for status in STATUSES)
        print(f"{source}: {told}; {counts['uncoded']} numbers neither coded nor dismissed")
    told = ", ".join(f"{count} {status}" for status, count in result.statuses.items()) or "no locator checked"
    print(f"locators: {told}; {len(result.faults)} faults")
    if any(counts.keys() - {"found"} for counts in result.sources.values()):
        print(
            "`analysis intake TEXT --id ID` moves what moved and lists the rest in data/raw/ID/todo.csv",
            file=sys.stderr,
        )
    if result.missing_texts:
        where = "put the texts into data/raw/texts/ or name their folder in ARTICLE_TEXTS"
        print(f"no text at hand for {', '.join(result.missing_texts)}: {where}", file=sys.stderr)
    return 1 if result.faults else 2 if result.missing_texts else 0


def _why(file: Path) -> int:
    from analysis.report.run.provenance import why

    try:
        told, current = why(file)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(told)
    return 0 if current else 1


def _sweep(url: str) -> int:
    from analysis.evidence import paths
    from analysis.report.run.provenance import alone
    from analysis.report.run.sweep import sweep

    with alone("sweep"):
        failures = sweep(url)
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"sweep: {url or paths.SWEEP}")
    return 1 if failures else 0


def _execute(options: argparse.Namespace) -> int:
    from analysis.evidence import paths
    from analysis.report.run.provenance import alone, report_stamp

    if options.verb == "report":
        with alone("notebooks"):
            stamp, now = report_stamp()
            if not (why := stamp.stale(now)):
                print(f"report: {paths.REPORT / 'index.html'} (current)")
                return 0
            print(f"report: {why}", file=sys.stderr)
            from analysis.report.build import report

            print(f"report: {report()}")
        return 0
    from analysis.report.run.notebooks import NOTEBOOKS, bring_up_to_date, store
    from analysis.report.run.sweep import evaluated

    names = options.names or NOTEBOOKS
    if "6_sensitivity" in names:
        evaluated()  # here its progress shows; the notebook finds it done
    with alone("notebooks"):
        bring_up_to_date(names)
        store(names)
    return 0
