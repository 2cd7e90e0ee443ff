"""Run the benchmarks, or the parts that are named, and write benchmarks/results.md from all parts' results.

A part is a module with ``measure()``, which returns what JSON can hold, and ``section(results)``, which returns lines of
Markdown, its title first. What it measured is kept in benchmarks/results/, with the machine and the date.
"""

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from analysis.evidence import files

from .measure import machine

PARTS = ("targets", "execution", "imports", "scenarios", "solver", "scale", "site", "cells")
HERE = Path(__file__).parent


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"which ones (default: all): {', '.join(PARTS)}")
    chosen = parser.parse_args().parts or PARTS
    if unknown := [name for name in chosen if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}. Parts: {', '.join(PARTS)}.")
    for name in chosen:
        print(f"{name} ...", file=sys.stderr, flush=True)
        began = time.perf_counter()
        measured = {"on": machine(), "results": import_module(f"benchmarks.{name}").measure()}
        files.write(HERE / "results" / f"{name}.json", json.dumps(measured, indent=1) + "\n")
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print(page())


def page() -> Path:
    """Write benchmarks/results.md from what is kept of every part."""
    text = ["# Benchmarks", "", "Made by `make bench`. Seconds are of the machine named; ratios travel."]
    for name in PARTS:
        if (path := HERE / "results" / f"{name}.json").is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            part = import_module(f"benchmarks.{name}")
            title, *rest = part.section(kept["results"])
            text += ["", title, "", f"{kept['on']}.", *rest]
    files.write(HERE / "results.md", "\n".join(text) + "\n")
    return HERE / "results.md"


if __name__ == "__main__":
    main()
