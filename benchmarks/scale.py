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
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.evidence import paths, tables
from analysis.evidence.locators import Span, Text

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
        _table(raw / name, tables.CLAIMS, (_claim(name, text, *row) for row in rows))
        items = ((claim, content.index(f"item {claim} of")) for claim in range(EACH))
        _table(raw / name, tables.DISMISSED, (_dismissed(name, text, *item) for item in items))
        for table in tables.BY_SOURCE:
            if table not in (tables.CLAIMS, tables.DISMISSED):
                _table(raw / name, table, ())
        digest = sha256(content.encode()).hexdigest()
        (raw / name / "source.toml").write_text(TOML.format(name=name, digest=digest), encoding="utf-8")


def _claim(name: str, text: Text, claim: int, start: int, phrase: str, count: int, as_of: str) -> dict[str, object]:
    span = Span(start, start + len(phrase))
    return {
        "claim_id": f"{name}.c{claim}", "char_start": span.start, "char_end": span.end, "phrase": phrase,
        "sentence_sha256": text.sentence_hash(span), "measure": "killed", "hedge": "at_least", "value": count,
        "unit": "persons", "population": "moroccan_fighters", "origin": "morocco", "place": "syria_iraq", "group": "is",
        "kind": "cumulative", "as_of": as_of, "attributed_to": "the paper", "attribution_type": "journalist",
        "applies": "whole", "modality": "reported", "period": f"../{as_of}",
    }  # fmt: skip


def _dismissed(name: str, text: Text, claim: int, start: int) -> dict[str, object]:
    span = Span(start, start + len(f"item {claim}"))
    return {
        "dismissed_id": f"{name}.d{claim}", "char_start": span.start, "char_end": span.end, "phrase": f"item {claim}",
        "sentence_sha256": text.sentence_hash(span), "reason": "pronoun",
    }  # fmt: skip


def _table(folder: Path, table: tables.Table, rows: object) -> None:
    with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.raw_columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)  # type: ignore[arg-type]


def step(name: str, folder: Path) -> dict[str, float]:
    """Do one step of the pipeline in this process: seconds, and the most memory held, in MiB."""
    from analysis.evidence.curate import curate
    from analysis.evidence.record import Record
    from analysis.evidence.verify import verify
    from analysis.findings import deaths_by_year, evidence, returnees_and_arrests

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
            for analysis in (evidence, deaths_by_year, returnees_and_arrests):
                analysis.analyse(record)
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return {"seconds": seconds, "MiB": peak / 1024}


def measure(sizes: tuple[int, ...] = SIZES) -> list[dict[str, object]]:
    """A row a size and step."""
    rows: list[dict[str, object]] = []
    for claims in sizes:
        with TemporaryDirectory() as folder:
            make(Path(folder), claims)
            for name in STEPS:
                command = [sys.executable, "-m", "benchmarks.scale", name, folder]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                rows.append({"claims": claims, "sources": claims // EACH, "step": name} | json.loads(done.stdout))
                print(rows[-1], file=sys.stderr)
    return rows


if __name__ == "__main__":
    print(json.dumps(step(sys.argv[1], Path(sys.argv[2]))))
