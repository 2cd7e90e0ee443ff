"""Which files were made, from what and by what? The records that others' tools read.

``codecheck.yml`` is the authors' part of a CODECHECK: what a checker has to reproduce. ``ro-crate-metadata.json`` describes
the same run as an RO-Crate of the Workflow Run profile. Both list every stored output with its SHA-256 and hold no time
and no place, so equal files give equal bytes. Whether an output is current is the question of ``report.run.provenance``.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.evidence import files, paths

CODECHECK, CRATE = "codecheck.yml", "ro-crate-metadata.json"

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"

INPUTS = ("data/raw", "scenarios.toml", "requirements.txt", "src/analysis")
OUTPUTS = {
    "data/curated": "a curated table",
    "data/findings.csv": "every finding under the default readings",
    "notebooks": "an executed notebook",
    "figures": "a figure, the data it plots, or its description in words",
}
"""Where the stored outputs are, and what is there. The site in build/ is made from them, and is not stored."""

TYPES = {
    ".csv": "text/csv",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
}


def write_records(root: Path = paths.ROOT) -> None:
    """Write both records at the root of the project."""
    about, made = _about(root), list(_outputs(root))
    files.write(root / CODECHECK, _codecheck(about, made))
    files.write(root / CRATE, json.dumps(_crate(root, about, made), indent=1, ensure_ascii=False) + "\n")


def _about(root: Path) -> dict[str, Any]:
    """Version, licence and description from pyproject.toml; title, author and date from CITATION.cff."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    field = lambda name: re.search(rf'^\s*-? ?{name}: "?(.*?)"?$', citation, re.MULTILINE)[1]  # type: ignore[index]
    return project | {"title": field("title"), "author": field("name"), "date": field("date-released")}


def _outputs(root: Path) -> Iterator[tuple[str, str, Path]]:
    """Every stored output: its path from the root, what it is, and the file."""
    for place, what in OUTPUTS.items():
        for file in _files(root / place):
            yield file.relative_to(root).as_posix(), what, file


def _files(place: Path) -> list[Path]:
    """The files at ``place``, but for the articles' texts and what programs leave there, which are not stored."""
    found = [place] if place.is_file() else place.rglob("*")
    left = lambda part: part.startswith((".", "__")) or part in ("texts", "todo.csv")
    return sorted(file for file in found if file.is_file() and not any(map(left, file.relative_to(place).parts)))


def _codecheck(about: dict[str, Any], made: list[tuple[str, str, Path]]) -> str:
    """The authors' part; a codechecker adds name, certificate and report."""
    quoted = lambda text: json.dumps(text, ensure_ascii=False)
    lines = [
        "---",
        "version: https://codecheck.org.uk/spec/config/2.0/",
        "paper:",
        f"  title: {quoted(about['title'])}",
        "  authors:",
        f"    - name: {quoted(about['author'])}",
        'summary: "Prepared by the authors for a check. No independent check has been made yet."',
        'instructions: "make report && make notebooks rewrites every file below; git diff then shows no difference."',
        "manifest:",
    ]
    for name, what, file in made:
        lines += [f"  - file: {quoted(name)}", f"    comment: {quoted(f'{what}; SHA-256 {_hash(file)}')}"]
    return "\n".join(lines) + "\n"


def _hash(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _crate(root: Path, about: dict[str, Any], made: list[tuple[str, str, Path]]) -> dict[str, Any]:
    read = [file for place in INPUTS[:-1] for file in _files(root / place)]
    inputs = [_file(root, file, "what the outputs are made from") for file in read]
    outputs = [_file(root, file, what) for _, what, file in made]
    ids = lambda entities: [{"@id": entity["@id"]} for entity in entities]
    author, language = {"@id": "#authors"}, {"@id": "#make"}
    papers = [
        {
            "@id": "README.md",
            "@type": "File",
            "name": "README",
            "encodingFormat": "text/markdown",
            "about": {"@id": "./"},
        },
        {
            "@id": "LICENSE",
            "@type": ["File", "CreativeWork"],
            "name": "MIT for the code, CC BY 4.0 for data and figures",
            "encodingFormat": "text/plain",
        },
    ]
    workflow = {
        "@id": "Makefile",
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "make report",
        "version": about["version"],
        "encodingFormat": "text/x-makefile",
        "conformsTo": {"@id": BIOSCHEMAS},
        "programmingLanguage": language,
        "description": "Curates the data, executes the notebooks, and writes figures, findings and site.",
    }
    package = {
        "@id": "src/analysis/",
        "@type": ["Dataset"],
        "name": "the Python package",
        "description": "The code of every step.",
    }
    run = {
        "@id": "#report",
        "@type": "CreateAction",
        "name": "make report, under the default readings",
        "description": "No time is recorded: equal inputs give equal bytes, whenever it runs.",
        "instrument": {"@id": workflow["@id"]},
        "agent": author,
        "object": ids([*inputs, package]),
        "result": ids(outputs),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    dataset = {
        "@id": "./",
        "@type": "Dataset",
        "name": about["title"],
        "description": about["description"],
        "version": about["version"],
        "datePublished": about["date"],
        "license": {"@id": "LICENSE"},
        "author": author,
        "publisher": author,
        "conformsTo": [{"@id": profile} for profile in PROFILES],
        "mainEntity": {"@id": workflow["@id"]},
        "mentions": {"@id": run["@id"]},
        "hasPart": ids([workflow, package, *papers, *inputs, *outputs]),
    }
    descriptor = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [{"@id": "https://w3id.org/ro/crate/1.1"}, {"@id": list(PROFILES)[-1]}],
    }
    context = [
        {"@id": "#authors", "@type": "Organization", "name": about["author"]},
        {"@id": "#make", "@type": "ComputerLanguage", "name": "GNU Make", "url": "https://www.gnu.org/software/make/"},
        {"@id": BIOSCHEMAS, "@type": "CreativeWork", "name": "ComputationalWorkflow", "version": "1.0"},
        *(
            {"@id": profile, "@type": "CreativeWork", "name": name, "version": version}
            for profile, (name, version) in PROFILES.items()
        ),
    ]
    graph = [descriptor, dataset, workflow, package, run, *papers, *context, *inputs, *outputs]
    return {"@context": CONTEXT, "@graph": graph}


def _file(root: Path, file: Path, what: str) -> dict[str, Any]:
    return {
        "@id": file.relative_to(root).as_posix(),
        "@type": "File",
        "name": file.name,
        "description": what,
        "encodingFormat": TYPES.get(file.suffix, "text/plain"),
        "contentSize": str(file.stat().st_size),
        "sha256": _hash(file),
    }
