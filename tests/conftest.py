"""What the tests share: the record as curated, the texts where they are at hand, and throw-away projects."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from analysis.evidence import paths, schema
from analysis.evidence.record import Record
from analysis.recorded import NOTEBOOKS

# a mutant is killed by the first example that fails, and told apart by none that is smaller
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)


LONGEST = (
    "test_jupyterlab",
    "test_pages_open",
    "test_hostile",
    "test_sweep",
    "test_children",
    *NOTEBOOKS,
    "test_notebooks",
    "test_provenance",
    "test_walkthrough",
    "test_site",
)


def pytest_configure() -> None:
    """Ctrl-C is heard by the commands under test, also where the tests were started in the background with it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(100_000, 50, 100)  # by default looking for garbage takes a good part of the time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that both processes end together; pytest itself keeps no order of testpaths that overlap."""
    place = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


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
        shutil.copytree(paths.ROOT / name, root / name, ignore=shutil.ignore_patterns("texts"))
    for name in ("pyproject.toml", "scenarios.toml", "requirements.txt", "CITATION.cff"):
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


def launch(
    project: Path,
    *command: str,
    before: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
    stderr: int = subprocess.PIPE,
    **settings: Any,
) -> subprocess.Popen[str]:
    """``python -m COMMAND`` started in ``project``, with the project's own package, in a process group of its own."""
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
    """``raw``, made with the tables of one source, without readings, positions and figures published elsewhere."""
    kept = ("codebook", "measures", "speakers", "parameters")
    shutil.copytree(paths.RAW / source, raw / source)
    (raw / source / "positions.csv").write_text(",".join(schema.TABLES["positions"].raw_columns) + "\n")
    (raw / "wider").mkdir()
    for table in (*schema.SHARED, schema.TABLES["wider"]):
        name = "wider/figures.csv" if table is schema.TABLES["wider"] else f"{table.name}.csv"
        if table.name in kept:
            shutil.copy(paths.RAW / name, raw)
        else:
            (raw / name).write_text(",".join(table.raw_columns) + "\n")
    return raw


@pytest.fixture(scope="session")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of one source and two notebooks of one cell, whose commands take a second or two; `data` was run."""
    root = tmp_path_factory.mktemp("small") / "a project"
    for name in ("src", "share"):
        shutil.copytree(paths.ROOT / name, root / name)
    preload(root)
    for name in ("scenarios.toml", "requirements.txt", "pyproject.toml", "CITATION.cff"):
        shutil.copy(paths.ROOT / name, root)
    of_one_source(root / "data" / "raw", SOURCE)
    (root / "figures").mkdir()
    for name in SMALL:
        put(root, name, drawing("old"))
    made = run(root, "analysis", "data")
    assert made.returncode == 0, made.stderr
    return root


def preload(project: Path, *modules: str) -> None:
    """Let the children of a small project have these modules and no more: imports take most of a command's time."""
    lines = [f"import {name}" for name in ("nbformat", "analysis.report.run.shell", *modules)]
    lines.append("nbformat.validate(nbformat.v4.new_notebook())")
    (project / "src" / "analysis" / "report" / "run" / "preloaded.py").write_text("\n".join(lines))


@pytest.fixture
def small(curated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(curated, tmp_path / "a project"))


@pytest.fixture
def named(small: Path) -> Path:
    """A small project with a notebook that takes parameters as all do."""
    load = (
        "from types import SimpleNamespace as N; from analysis.evidence.record import Record\n"
        "takes = N(READS=(), CONVENTIONS=('about_width', 'sources'))\n"
        "Record.load().with_parameters(takes, globals()).scenario.changed()"
    )
    put(small, "3_pathways", "# defaults\nabout_width = 1.0\nsources = 'all'", load)
    return small


SOURCE = "mwn-2018-12"
SMALL = ("1_deaths_by_year", "3_pathways")


def put(project: Path, name: str, *cells: str) -> Path:
    """A notebook of these code cells; the first is that of the parameters where it says so."""
    document = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": {"tags": ["parameters"]} if source.startswith("# defaults") else {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"display_name": "a", "language": "python", "name": "analysis"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = project / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def drawing(word: str) -> str:
    """A cell that saves figures, long enough not to be written at a stroke."""
    return (
        "import os; from pathlib import Path; from analysis.evidence.files import write\n"
        f"for n in range(3): write(Path(os.environ['ANALYSIS_FIGURES']) / f'{{n}}.svg', '{word}' * 200_000)"
    )
