"""How is a file or a folder written so that it is there whole or not at all?"""

import csv
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.evidence import paths


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


def table_beside(module: str) -> list[dict[str, str]]:
    """The rows of the CSV file that has the name of a ``module`` and lies beside it."""
    with Path(module).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def temp_dir(parent: Path) -> TemporaryDirectory[str]:
    """A folder in ``parent`` for what is not complete yet; removed at the end."""
    return TemporaryDirectory(dir=parent, prefix=".", suffix=f".{os.getpid()}.tmp")


def swap(new: Path, target: Path) -> None:
    """Put the folder ``new`` at ``target``, and what was there where ``new`` was; both moves take no time."""
    old = new.with_name(f"{new.name}.old")
    if target.exists():
        target.replace(old)
    new.replace(target)


def clear_temp_dirs() -> None:
    """Remove the temporary files and folders that killed commands left among the outputs, not those of running ones."""
    for folder in (paths.CURATED, paths.NOTEBOOKS, paths.FIGURES, paths.BUILD, *paths.BUILD.glob("*/")):
        for left in folder.glob(".*.tmp"):
            number = left.name.split(".")[-2]
            try:
                os.kill(int(number), 0)
            except ProcessLookupError:
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            except (OSError, ValueError):
                pass  # another's process, or no file of ours
