"""The ``analysis`` command: the verbs of the Makefile, with options. Each verb loads only the libraries that it needs."""

import argparse
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from analysis.evidence import paths
from analysis.evidence.problems import EvidenceError, ParameterError
from analysis.recorded import INDEX, NOTEBOOKS, NotebookError, all_findings, all_latest
from analysis.report.run import provenance
from analysis.report.run.provenance import file_lock


def command() -> None:
    """The process of the ``analysis`` command: it exits with the code of :func:`main`."""
    gc.set_threshold(100_000, 20, 20)  # by default Python looks for garbage a thousand times while it imports
    code = main()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: Ctrl-C while Python ends would look like a failure
    gc.freeze()  # else Python looks for garbage once more as it ends, for a fifth of a second
    sys.exit(code)


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 something is wrong with the data or a notebook, 2 cannot be
    done, 130 interrupted, 141 nobody reads the output any more."""
    options = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a letter that the terminal does not have is written as its code
            stream.reconfigure(errors="backslashreplace")
    try:
        _refuse_other_project()
        code = options.run(options)
        sys.stdout.flush()
        return int(code or 0)
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
    found = argparse.ArgumentParser(
        prog="analysis", description="What published reports tell about the Moroccans who left for Syria and Iraq."
    )
    verbs = found.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int | None], help: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help)
        made.set_defaults(run=run)
        return made

    verb("data", _data, "build data/curated from data/raw, and validate it")
    made = verb("verify", _verify, "check every quoted phrase against the texts, and list what was overlooked")
    made.add_argument(
        "--texts", type=Path, help="folder of the articles' texts (default: ARTICLE_TEXTS and data/raw/texts)"
    )
    add = verb("intake", _intake, "start a new source: its folder, and a list of the numbers in its text").add_argument
    add("text", type=Path, help="the source's text, a file in UTF-8")
    add("--id", required=True, help="name of the source's folder in data/raw: publisher and month")
    add("--url", default="", help="where a new source was published")
    add = verb("locate", _locate, "find a phrase in a source's text; draft a row, or complete rows").add_argument
    add("phrase", nargs="?", default="", help="words of the text, 8 at most, as printed")
    add("--source", required=True, help="the source's folder in data/raw")
    tables = ("claims", "explanations", "cases", "stages", "events", "positions", "dismissed")
    add("--table", default="", choices=tables, help="print a draft row of this table")
    add("--fill", action="store_true", help="complete the rows that have a phrase, but no place or id")
    verb("report", _report, "execute the notebooks, write figures/ and build/report/")
    made = verb("notebooks", _notebooks, "execute the notebooks and store them with their outputs in notebooks/")
    made.add_argument("names", nargs="*", help="which ones (default: all)")
    made = verb("sweep", _sweep, "evaluate all scenarios and the declared notebooks, into build/sweep/")
    made.add_argument("--to", default="", metavar="URL", help="write to this folder or URL (any that fsspec knows)")
    add = verb("findings", _findings, "list the findings, one a line").add_argument
    add("--id", help="show one finding in full: question, answer, arithmetic, assumptions")
    add("--json", action="store_true", help="print JSON, with the values behind each sentence")
    made = verb("trace", _trace, "show the printed words behind a finding or a claim")
    made.add_argument("name", help="the id of a finding or a claim")
    made = verb("why", _why, "show what a notebook or a figure was made from, and whether it is current")
    made.add_argument("file", type=Path, help="an executed notebook, or a file in figures/")
    made = verb("check", _check, "tell whether a sentence with a number follows, fits, or cannot be true")
    add, number = made.add_argument, made.add_mutually_exclusive_group(required=True).add_argument
    add("--measure", required=True, help="what is counted, by key or name (killed, returned, departed ...)")
    for name in ("exactly", "about", "at-least", "more-than", "at-most", "less-than"):
        number(f"--{name}", metavar="N", help=f"the number is {name.replace('-', ' ')} N")
    number("--between", nargs=2, metavar=("N", "M"), help="the number is between N and M")
    add("--of", default="", help="N is a share (0.5 or 50%%) of this measure, not a count of people")
    add("--as-of", default="", metavar="DATE", help="up to this day, month or year, as 2017-05")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="another choice, as record=articles+wider")
    add("--json", action="store_true", help="print JSON, with the rows behind the answer")
    add = verb("diff", _diff, "show each finding that differs between two states, and what moved it").add_argument
    add("old", help="a folder with a copy of the project, or a git revision")
    add("new", help="the same; . is the project as it is now")
    return found


def _refuse_other_project() -> None:
    """Raise ParameterError where the current folder is a copy of the project, and this command belongs to another."""
    here = Path.cwd()
    root = next((one for one in (here, *here.parents) if (one / "src/analysis/evidence").is_dir()), paths.ROOT)
    if root.resolve() != paths.ROOT:
        raise ParameterError(f"This command belongs to {paths.ROOT}, not to {root}. Run `make setup` here first.")


def _data(_: argparse.Namespace) -> None:
    with file_lock("data"):
        stamp = provenance.data_stamp()
        if not (why := stamp.stale()):
            print("data: current")
            return
        from analysis.evidence.curate import curate
        from analysis.report.defaults import not_followed

        print(f"building data/curated ({why})", file=sys.stderr)
        frames = curate(check=not_followed)
        stamp.write()
    print(", ".join(f"{name} {len(frame)}" for name, frame in frames.items()))


def _verify(options: argparse.Namespace) -> int:
    from analysis.evidence.intake.verify import STATUSES, verify

    result = verify(folders=[options.texts] if options.texts else None)
    for fault in result.faults:
        print(fault, file=sys.stderr)
    for source, counts in result.sources.items():
        summary = ", ".join(f"{counts[status]} {status}" for status in STATUSES)
        uncoded = f"{counts['uncoded']} numbers neither coded nor dismissed"
        other = "another capture than the coded one, so its numbers were not looked for"
        print(f"{source}: {summary}; {other if source in result.captured else uncoded}")
    summary = ", ".join(f"{count} {status}" for status, count in result.statuses.items()) or "no locator checked"
    print(f"locators: {summary}; {len(result.faults)} faults")
    if any(counts.keys() - {"found"} for counts in result.sources.values()):
        help = "`analysis intake TEXT --id ID` moves what moved and lists the rest in data/raw/ID/todo.csv"
        print(help, file=sys.stderr)
    if result.missing_texts:
        where = "put the texts into data/raw/texts/ or name their folder in ARTICLE_TEXTS"
        print(f"not checked, no text found: {', '.join(result.missing_texts)} ({where})", file=sys.stderr)
        for note in result.notes:
            print(note, file=sys.stderr)
    return 1 if result.faults else 0


def _intake(options: argparse.Namespace) -> None:
    from analysis.evidence.intake.worklist import intake

    print(intake(options.text, options.id, options.url))


def _locate(options: argparse.Namespace) -> None:
    from analysis.evidence.intake.locate import fill, locate_phrase

    if not options.fill and not options.phrase:
        raise ParameterError("locate: give a phrase, or --fill")
    print(fill(options.source) if options.fill else locate_phrase(options.phrase, options.source, options.table))


def _report(_: argparse.Namespace) -> None:
    with file_lock("notebooks"):
        stamp = provenance.report_stamp()
        if not (why := stamp.stale()):
            print(f"report: {paths.REPORT / 'index.html'} (current)")
            return
        print(f"building build/report ({why})", file=sys.stderr)
        from analysis.report.run.children import start_server

        start_server()  # it imports on one core what it needs, this process on another
        from analysis.report.build import report

        print(f"report: {report(stamp.now['the state of git'])}")
        stamp.write()


def _notebooks(options: argparse.Namespace) -> None:
    from analysis.report.records import write_records
    from analysis.report.run.notebooks import bring_up_to_date, store

    chosen = options.names or (*NOTEBOOKS, INDEX)
    with file_lock("notebooks"):
        if "6_sensitivity" in chosen:
            from analysis.report.run.sweep import evaluated  # here: it needs pandas

            evaluated()
        bring_up_to_date(chosen)
        store(chosen)
        write_records()


def _sweep(options: argparse.Namespace) -> int:
    from analysis.report.run.sweep import sweep

    with file_lock("sweep"):
        failures = sweep(options.to)
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"sweep: {options.to or paths.SWEEP}")
    return 1 if failures else 0


def _findings(options: argparse.Namespace) -> None:
    if silent := [path.stem for path in all_latest() if not all_findings([path])]:
        print(f"no findings are stored in {', '.join(silent)}: run `make report`", file=sys.stderr)
    findings = [one for one in all_findings() if options.id in (None, one.id)]
    if options.id and not findings:
        raise ParameterError(f"no finding is called {options.id}: `analysis findings` lists them")
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    elif options.id:
        print("\n".join(f"{heading}: {text}" for heading, text in findings[0].lines()))
    else:
        for finding in findings:
            print(f"{finding.id}: {finding.short}")


def _trace(options: argparse.Namespace) -> None:
    from analysis.evidence.record import Record
    from analysis.report.site.trace import Trace

    print(Trace(Record.load(), all_findings()).to_text(options.name))


def _why(options: argparse.Namespace) -> int:
    summary, current = provenance.why(options.file)
    print(summary)
    return 0 if current else 1


def _check(options: argparse.Namespace) -> None:
    from analysis.analyses.check import HEDGES
    from analysis.evidence.record import Record
    from analysis.lab import check

    choices = dict(one.partition("=")[::2] for one in options.set)
    if unnamed := [one for one in options.set if "=" not in one]:
        raise ParameterError(f"--set {unnamed[0]} names no value. Expected NAME=VALUE, as in count_1631=present_stock.")
    amount = {name: getattr(options, name) for name in HEDGES}
    answer = check(Record.load(**choices), options.measure, as_of=options.as_of, of=options.of, **amount)
    print(json.dumps(answer.data, indent=1, ensure_ascii=False) if options.json else answer)


def _diff(options: argparse.Namespace) -> None:
    from analysis.report.diff import opened, summary

    with opened(options.old) as old, opened(options.new) as new:
        print(summary(old, new))
