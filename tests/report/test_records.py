"""The records that others' tools read list what is stored, with its hash, and say nothing else."""

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.evidence import paths
from analysis.report.records import CODECHECK, CRATE, OUTPUTS, write_records


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a copy") / "project"
    ignored = shutil.ignore_patterns(".git", ".venv", "build", ".*_cache", "__pycache__", ".hypothesis", "texts")
    shutil.copytree(paths.ROOT, folder, ignore=ignored)
    (folder / "data" / "raw" / "texts").mkdir()
    (folder / "data" / "raw" / "texts" / "article.txt").write_text("not to be listed", encoding="utf-8")
    (folder / "data" / "findings.csv").write_text("id,question\n", encoding="utf-8")
    write_records(folder)
    return folder


@pytest.fixture(scope="module")
def graph(root: Path) -> dict[str, Any]:
    return {entity["@id"]: entity for entity in json.loads((root / CRATE).read_text(encoding="utf-8"))["@graph"]}


def stored(root: Path) -> set[str]:
    files = {file for place in OUTPUTS for file in [root / place, *(root / place).rglob("*")] if file.is_file()}
    return {file.relative_to(root).as_posix() for file in files}


def test_each_stored_output_is_listed_with_its_hash(root: Path, graph: dict[str, Any]) -> None:
    listed = {entity["@id"] for entity in graph["#report"]["result"]}
    manifest = yaml.safe_load((root / CODECHECK).read_text(encoding="utf-8"))["manifest"]
    assert listed == {item["file"] for item in manifest} == stored(root)
    for name in listed:
        data = (root / name).read_bytes()
        assert graph[name]["sha256"] == sha256(data).hexdigest() and graph[name]["contentSize"] == str(len(data))
    assert all(item["comment"].endswith(graph[item["file"]]["sha256"]) for item in manifest)


def test_the_crate_is_a_workflow_run_crate(root: Path, graph: dict[str, Any]) -> None:
    """The rules that the RO-Crate validator calls required, for a run of a workflow; it needs the network itself."""
    dataset, run = graph["./"], graph["#report"]
    assert graph[CRATE]["about"] == {"@id": "./"}
    assert {"@id": "https://w3id.org/ro/crate/1.1"} in graph[CRATE]["conformsTo"]
    assert {"name", "description", "datePublished", "license", "mainEntity"} <= dataset.keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", dataset["datePublished"])
    workflow = graph[dataset["mainEntity"]["@id"]]
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow"} <= {*workflow["@type"]}
    assert run["@type"] == "CreateAction" and run["instrument"] == {"@id": workflow["@id"]}
    parts = {part["@id"] for part in dataset["hasPart"]}
    for name, entity in graph.items():
        types = entity["@type"] if isinstance(entity["@type"], list) else [entity["@type"]]
        if {"File", "Dataset"} & {*types} and name != "./":
            assert name in parts and (root / name).exists()
        for reference in re.findall(r'\{"@id": "([^"]+)"\}', json.dumps({**entity, "@id": ""})):
            assert reference in graph or reference.startswith("http"), reference


def test_the_records_are_the_same_each_time_and_hold_no_text_of_an_article(root: Path) -> None:
    before = [(root / name).read_bytes() for name in (CODECHECK, CRATE)]
    write_records(root)
    assert before == [(root / name).read_bytes() for name in (CODECHECK, CRATE)]
    assert not any(b"article.txt" in record or str(root).encode() in record for record in before)


def test_version_and_licence_are_the_same_everywhere() -> None:
    citation = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changelog = (paths.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{citation["version"]}"' in project
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == citation["version"]  # type: ignore[index]
    assert {"title", "authors", "abstract", "keywords", "date-released", "license"} <= citation.keys()
