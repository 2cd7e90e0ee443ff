"""Where everything is. No other module names a folder of the project."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

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
    except OSError as error:  # where the disk is full, it names no file
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def unfinished(parent: Path) -> TemporaryDirectory[str]:
    """A folder in ``parent`` for what is not whole yet."""
    return TemporaryDirectory(dir=parent, prefix=".", suffix=f".{os.getpid()}.tmp")


def exchange(new: Path, target: Path) -> None:
    """Put the folder ``new`` at ``target``, and what was there where ``new`` was; both moves take no time."""
    old = new.with_name(f"{new.name}.old")
    if target.exists():
        target.replace(old)
    new.replace(target)


def clear_unfinished() -> None:
    """Remove what commands that were killed left half made among the outputs. What runs keeps what it is making."""
    for folder in (CURATED, NOTEBOOKS, FIGURES, BUILD, BUILD / "notebooks", GRID, SWEEP):
        for left in folder.glob(".*.tmp"):
            number = left.name.split(".")[-2]
            try:
                os.kill(int(number), 0)
            except ProcessLookupError:
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            except (OSError, ValueError):
                pass  # another's process, or no file of ours
