"""Where everything is. No other module names a folder of the project."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RAW = ROOT / "data" / "raw"
CURATED = ROOT / "data" / "curated"
NOTEBOOKS = ROOT / "notebooks"
FIGURES = ROOT / "figures"
SITE_SOURCE = ROOT / "src" / "analysis" / "report" / "site"
BUILD = ROOT / "build"
REPORT = BUILD / "report"
SWEEP = BUILD / "sweep"
SCENARIOS = ROOT / "scenarios.toml"


def texts() -> list[Path]:
    """The folders where the articles' texts may lie; the first is for whoever names one."""
    named = os.environ.get("ARTICLE_TEXTS")
    return [Path(named)] if named else [RAW / "texts"]


def write(path: Path, content: str | bytes) -> None:
    """Put ``content`` at ``path`` whole or not at all; a file that already holds it is not touched."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
