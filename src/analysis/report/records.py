"""Which files were made, from what and by what? The records that others' tools read.

``codecheck.yml`` is the authors' part of a CODECHECK: what a checker has to reproduce. ``ro-crate-metadata.json`` describes
the same run as an RO-Crate of the Workflow Run profile. Both list every stored output with its SHA-256 and hold no time
and no place, so equal files give equal bytes. Whether an output is current is the question of ``report.run.provenance``.
"""

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.evidence import files, paths

CODECHECK, CRATE = "codecheck.yml", "ro-crate-metadata.json"

INPUTS = ("data/raw", "scenarios.toml", "requirements.txt")
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
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = paths.citation(root) | {"version": project["version"], "description": project["description"]}
    outputs = [_entity(root, file, what) for place, what in OUTPUTS.items() for file in _files(root / place)]
    files.write(root / CODECHECK, _codecheck(about, outputs))
    files.write(root / CRATE, json.dumps(_crate(root, about, outputs), indent=1, ensure_ascii=False) + "\n")


def _files(place: Path) -> list[Path]:
    """The files at ``place``, but for the articles' texts and what programs leave there, which are not stored."""
    found = [place] if place.is_file() else place.rglob("*")
    left = lambda part: part.startswith((".", "__")) or part in ("texts", "todo.csv")
    return sorted(file for file in found if file.is_file() and not any(map(left, file.relative_to(place).parts)))


def _entity(root: Path, file: Path, what: str) -> dict[str, str]:
    """A file as an RO-Crate has it."""
    return {
        "@id": file.relative_to(root).as_posix(),
        "@type": "File",
        "name": file.name,
        "description": what,
        "encodingFormat": TYPES.get(file.suffix, "text/plain"),
        "contentSize": str(file.stat().st_size),
        "sha256": sha256(file.read_bytes()).hexdigest(),
    }


def _codecheck(about: dict[str, str], outputs: list[dict[str, str]]) -> str:
    """The authors' part; a codechecker adds name, certificate and report."""
    quoted = lambda text: json.dumps(text, ensure_ascii=False)
    lines = [
        "---",
        "version: https://codecheck.org.uk/spec/config/2.0/",
        "paper:",
        f"  title: {quoted(about['title'])}",
        "  authors:",
        f"    - name: {quoted(about['name'])}",
        'summary: "Prepared by the authors for a check. No independent check has been made yet."',
        'instructions: "make report && make notebooks rewrites every file below; git diff then shows no difference."',
        "manifest:",
    ]
    for entity in outputs:
        comment = f"{entity['description']}; SHA-256 {entity['sha256']}"
        lines += [f"  - file: {quoted(entity['@id'])}", f"    comment: {quoted(comment)}"]
    return "\n".join(lines) + "\n"


def _crate(root: Path, about: dict[str, str], outputs: list[dict[str, str]]) -> dict[str, Any]:
    """``crate.json``, which describes the project, with what changes: version, title, inputs and outputs."""
    crate: dict[str, Any] = json.loads((Path(__file__).parent / "crate.json").read_text(encoding="utf-8"))
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    inputs = [
        _entity(root, file, "what the outputs are made from") for place in INPUTS for file in _files(root / place)
    ]
    ids = lambda entities: [{"@id": entity["@id"]} for entity in entities]
    package, papers = graph["src/analysis/"], (graph["README.md"], graph["LICENSE"])
    graph["#authors"]["name"] = about["name"]
    graph["Makefile"]["version"] = graph["./"]["version"] = about["version"]
    graph["./"] |= {
        "name": about["title"],
        "description": about["description"],
        "datePublished": about["date-released"],
    }
    graph["./"]["hasPart"] = ids([graph["Makefile"], package, *papers, *inputs, *outputs])
    graph["#report"] |= {"object": ids([*inputs, package]), "result": ids(outputs)}
    crate["@graph"] += [*inputs, *outputs]
    return crate
