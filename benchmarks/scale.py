"""How do curating, verifying and finding grow with the number of claims? One size and step a process.

A made-up record beside the real one: sources of 100 claims each and a text each, all true of one invented course of
events, so that what grows is the record and not its contradictions: of many dead by each month, "at least" a few.
"""

import csv
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.evidence import paths, schema
from analysis.evidence.text import Span, Text

from .measure import peak

SIZES = (1_000, 10_000, 100_000, 1_000_000)
EACH = 100
"""Claims a source."""

STEPS = ("curate", "verify", "load", "findings")
GROWTH, MEMORY = 12.0, 4096.0
"""The targets: times the time for ten times the claims, and MiB."""

TOML = """title = "Made up"
publisher = "Nobody"
authors = ""
published = "2018-01-01"
date_basis = "made up"
url = ""
stored_copy_url = "https://example.org/{name}"
reprint = false
text_sha256 = "{digest}"
"""


def make(folder: Path, claims: int) -> None:
    """Write ``folder``/raw, the real tables and ``claims`` made-up ones, and ``folder``/texts."""
    raw, texts = folder / "raw", folder / "texts"
    shutil.copytree(paths.RAW, raw, ignore=shutil.ignore_patterns("texts"))
    texts.mkdir()
    draw = random.Random(1)
    for number in range(claims // EACH):
        name = f"made-{number:05d}"
        (raw / name).mkdir()
        sentences, rows, at = [], [], 0
        for claim in range(EACH):
            count, year, month = draw.randint(2, 9), draw.randint(2012, 2016), draw.randint(1, 12)
            sentence = f"The paper wrote that at least {count} fighters had been killed, item {claim} of its list. "
            phrase = f"at least {count} fighters"
            start = at + sentence.index(phrase)
            rows.append((claim, start, phrase, count, f"{year}-{month:02d}"))
            sentences.append(sentence)
            at += len(sentence)
        content = "".join(sentences)
        (texts / f"{name}.txt").write_text(content, encoding="utf-8")
        text = Text(content)
        _table(raw / name, schema.TABLES["claims"], (_claim(name, text, *row) for row in rows))
        items = ((claim, content.index(f"item {claim} of")) for claim in range(EACH))
        _table(raw / name, schema.TABLES["dismissed"], (_dismissed(name, text, *item) for item in items))
        for table in schema.BY_SOURCE:
            if table not in (schema.TABLES["claims"], schema.TABLES["dismissed"]):
                _table(raw / name, table, ())
        digest = sha256(content.encode()).hexdigest()
        (raw / name / "source.toml").write_text(TOML.format(name=name, digest=digest), encoding="utf-8")


def _claim(name: str, text: Text, claim: int, start: int, phrase: str, count: int, as_of: str) -> dict[str, object]:
    span = Span(start, start + len(phrase))
    return {
        "claim_id": f"{name}.c{claim}", "label": f"{name}: item {claim}", "char_start": span.start, "char_end": span.end, "phrase": phrase,
        "sentence_sha256": text.sentence_hash(span), "measure": "killed", "hedge": "at_least", "value": count,
        "unit": "persons", "population": "moroccan_fighters", "origin": "morocco", "place": "syria_iraq", "group": "is",
        "kind": "cumulative", "as_of": as_of, "as_of_basis": "printed", "speaker": "telquel",
        "applies": "whole", "modality": "reported", "period": f"../{as_of}",
    }  # fmt: skip


def _dismissed(name: str, text: Text, claim: int, start: int) -> dict[str, object]:
    span = Span(start, start + len(f"item {claim}"))
    return {
        "dismissed_id": f"{name}.d{claim}", "char_start": span.start, "char_end": span.end, "phrase": f"item {claim}",
        "sentence_sha256": text.sentence_hash(span), "reason": "pronoun",
    }  # fmt: skip


def _table(folder: Path, table: schema.Table, rows: Iterable[dict[str, object]]) -> None:
    with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.raw_columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def step(name: str, folder: Path) -> dict[str, float]:
    """Do one step of the pipeline in this process: seconds, and the most memory held, in MiB."""
    from analysis.analyses import deaths_by_year, pathways, returnees_and_arrests
    from analysis.analyses.flags import flags
    from analysis.evidence.curate import curate
    from analysis.evidence.intake.verify import verify
    from analysis.evidence.record import Record

    began = time.perf_counter()
    if name == "curate":
        curate(folder / "raw", folder / "curated")
    elif name == "verify":
        found = verify(folder / "raw", [folder / "texts"])
        assert not found.faults, found.faults[:3]
    else:
        record = Record.load(folder / "curated")
        if name == "findings":
            began = time.perf_counter()
            for analysis in (deaths_by_year, returnees_and_arrests, pathways):
                analysis.analyse(record)
            flags(record)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "MiB": peak()}


def measure(sizes: Iterable[int] = SIZES) -> list[dict[str, Any]]:
    """A row a size and step."""
    rows: list[dict[str, Any]] = []
    for claims in sizes:
        with TemporaryDirectory() as folder:
            make(Path(folder), claims)
            for name in STEPS:
                command = [sys.executable, "-m", "benchmarks.scale", name, folder]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                rows.append({"claims": claims, "step": name} | json.loads(done.stdout))
                print(f"  {claims:,} claims, {name}: {rows[-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
    return rows


def section(results: list[dict[str, Any]]) -> list[str]:
    """A row a size, and the growth of the last step against the targets."""
    sizes = list(dict.fromkeys(row["claims"] for row in results))
    of = {(row["claims"], row["step"]): row for row in results}
    lines = [
        "## The pipeline, from a thousand claims to a million",
        "",
        f"Sources of {EACH} made-up claims each beside the real ones, each with a text. *curate*: raw tables to curated ones. *verify*:"
        " every locator and every number of every text. *load*: the curated tables read. *findings*: deaths by year,"
        " returnees and arrests, pathways, flags. What rests on the solver (contradictions, the accounting) is measured above.",
        "",
        f"| claims | sources | {' | '.join(STEPS)} | most memory |",
        f"|---:|---:|{'---:|' * len(STEPS)}---:|",
    ]
    for size in sizes:
        cells = " | ".join(f"{of[size, step]['seconds']:.1f} s" for step in STEPS)
        most = max(of[size, step]["MiB"] for step in STEPS)
        lines.append(f"| {size:,} | {size // EACH:,} | {cells} | {most:,.0f} MiB |")
    if len(sizes) > 1:
        last, before = sizes[-1], sizes[-2]
        times = {step: of[last, step]["seconds"] / of[before, step]["seconds"] for step in STEPS}
        whole = sum(of[last, step]["seconds"] for step in STEPS) / sum(of[before, step]["seconds"] for step in STEPS)
        told = ", ".join(f"{step} {value:.1f}" for step, value in times.items())
        most = max(of[last, step]["MiB"] for step in STEPS)
        met = "met" if whole <= GROWTH and most < MEMORY else "not met"
        lines += [
            "",
            f"{last / before:g} times the claims take {whole:.1f} times the time ({told}) and {most:,.0f} MiB at most;"
            f" the target of {GROWTH:g} times and {MEMORY:,.0f} MiB is {met}.",
        ]
    return lines


if __name__ == "__main__":
    print(json.dumps(step(sys.argv[1], Path(sys.argv[2]))))
