"""What the tests share: the record as curated, the texts where they are at hand, and throw-away projects."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from analysis.evidence import paths, schema
from analysis.evidence.record import Record

# a mutant is killed by the first example that fails, and told apart by none that is smaller
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)


@pytest.fixture(scope="session")
def record() -> Record:
    return Record.load()


@pytest.fixture(scope="session")
def texts() -> list[Path]:
    folders = [folder for folder in paths.texts() if list(folder.glob("*.txt"))]
    if not folders:
        pytest.skip("the articles' texts are not at hand (data/raw/texts or ARTICLE_TEXTS)")
    return folders


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A copy of data/raw that a test may spoil."""
    return Path(shutil.copytree(paths.RAW, tmp_path / "raw", ignore=shutil.ignore_patterns("texts")))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A whole throw-away project in a folder whose name holds a space."""
    root = tmp_path / "a project"
    for name in ("src", "data", "notebooks", "figures", "tests"):
        shutil.copytree(paths.ROOT / name, root / name, ignore=shutil.ignore_patterns("texts", "__pycache__"))
    for name in ("pyproject.toml", "scenarios.toml", "requirements.txt"):
        shutil.copy(paths.ROOT / name, root)
    return root


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m COMMAND`` in ``project``, with the project's own package."""
    variables = os.environ | {"PYTHONPATH": str(project / "src"), "PYTEST_ADDOPTS": ""} | environment
    for name in list(variables):
        if name.startswith("PYTEST_XDIST"):
            del variables[name]
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=project, env=variables, capture_output=True, text=True, check=False
    )


def begun(
    project: Path,
    *command: str,
    before: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
    stderr: int = subprocess.PIPE,
    **settings: Any,
) -> subprocess.Popen[str]:
    """``python -m COMMAND`` begun in ``project``, with the project's own package, in a process group of its own."""
    return subprocess.Popen(
        [*before, sys.executable, "-m", *command],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")} | dict(variables or {}),
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
        start_new_session=True,
        **settings,
    )


def of_one_source(raw: Path, source: str) -> Path:
    """``raw``, made with the tables of one source, without readings and figures published elsewhere."""
    shutil.copytree(paths.RAW / source, raw / source)
    for name in ("codebook.csv", "measures.csv"):
        shutil.copy(paths.RAW / name, raw)
    for name, table in (("readings.csv", schema.READINGS), ("wider/figures.csv", schema.WIDER)):
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text(",".join(table.raw_columns) + "\n")
    return raw
