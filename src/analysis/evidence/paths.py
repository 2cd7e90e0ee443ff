"""Where is everything, and how is the whole cited? No other module names a folder of the project."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RAW = ROOT / "data" / "raw"
CURATED = ROOT / "data" / "curated"
NOTEBOOKS = ROOT / "notebooks"
FIGURES = ROOT / "figures"
FINDINGS = ROOT / "data" / "findings.csv"
SITE_SOURCE = ROOT / "src" / "analysis" / "report" / "site"
BUILD = ROOT / "build"
REPORT = BUILD / "report"
SWEEP = BUILD / "sweep"
GRID = BUILD / "grid"
SCENARIOS = ROOT / "scenarios.toml"


def texts() -> list[Path]:
    """The folders where the articles' texts may lie."""
    named, own = os.environ.get("ARTICLE_TEXTS"), RAW / "texts"
    return [Path(named), *([own] if own.is_dir() else [])] if named else [own]


def citation(root: Path = ROOT) -> dict[str, str]:
    """The fields of CITATION.cff that take one line; of several with one name the first."""
    lines = (root / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    return {key.strip(" -"): value.strip(' "') for key, _, value in (line.partition(":") for line in reversed(lines))}
