"""What holds of every analysis, finding and sentence."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import analyses
from analysis.account.assumptions import ASSUMPTIONS
from analysis.evidence import paths
from analysis.evidence.record import WIDER_TOO, Record
from analysis.notebook import Notebook
from analysis.wording import Wording, templates

PACKAGE = Path(analyses.__file__).parents[1]
QUICK = ["deaths_by_year", "returnees_and_arrests", "pathways"]
NAMES = [*QUICK, "accounting", "wider_record", "claims"]
"""All but sensitivity, whose findings need the grid."""

KEY = re.compile(r"\b(?:[a-z][a-z0-9]*-\d{4}(?:-\d{2})?|wider)\.[a-z]\d+[a-z]?\b|\b[a-z]+(?:_[a-z0-9]+)+\b|<NA>|\bnan\b|\bNone\b|\d\.\d{4}")  # fmt: skip


def analysed(record: Record, name: str) -> Any:
    return import_module(f"analysis.analyses.{name}").analyse(record)


def sentences(record: Record, name: str) -> Iterator[tuple[str, str]]:
    """Every sentence of an analysis, with the finding that it belongs to."""
    words = Wording(record, name)
    for finding in analysed(record, name).findings:
        worded = words.worded(finding)
        json.dumps(worded, allow_nan=False)  # it is recorded in a notebook
        for part in ("question", "answer", "arithmetic", "sure"):
            yield finding.id, worded[part]
        for assumed in worded["assumes"]:
            yield finding.id, assumed


@pytest.mark.parametrize("name", NAMES)
def test_no_key_reaches_a_reader(record: Record, name: str) -> None:
    for finding, sentence in sentences(record, name):
        assert not KEY.search(sentence), f"{finding}: {sentence}"


@pytest.mark.parametrize("name", NAMES)
def test_an_analysis_of_any_one_source_is_whole(record: Record, name: str) -> None:
    known = set(record.with_choices(record=WIDER_TOO).claims["claim_id"])
    for source in record.sources["source_id"]:
        chosen = record.with_choices(sources=source)
        assert Notebook(name, {"sources": source}, record).answer().text
        assert all(set(finding.claims) <= known for finding in analysed(chosen, name).findings)
        for finding, sentence in sentences(chosen, name):
            assert not KEY.search(sentence), f"{finding} of {source}: {sentence}"


@pytest.mark.parametrize("name", QUICK)
def test_every_sentence_can_be_said_under_every_choice(record: Record, name: str) -> None:
    takes = {*record.parameters_of(import_module(f"analysis.analyses.{name}"))} - {"sources"}  # the test above
    for parameter in record.scenario.parameters:
        if parameter.name in takes and not parameter.optional:
            for value in [0.0] if parameter.number else parameter.values:
                other = record.with_choices(**{parameter.name: value})
                assert all(sentence is not None for _, sentence in sentences(other, name))


@pytest.mark.parametrize("name", NAMES)
def test_no_template_is_dead(record: Record, name: str) -> None:
    found = {finding.id.split(".")[1] for finding in analysed(record, name).findings}
    assert found <= set(templates(name)["finding"])
    unused = set(templates(name)["finding"]) - found
    assert not unused, f"wording/{name}.toml: {unused}"


TYPED = re.compile(r"(?<![\w%#.])\d{2,}(?![\w%.:/-])")
"""A number of two digits or more, as text prints it."""

ALLOWED = {"100", "2010", "2015", "2018"}
"""People per hundred, and the years of publications."""


def texts(node: Any) -> Iterator[str]:
    """Every string of a file of templates."""
    if isinstance(node, str):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from texts(part)


@pytest.mark.parametrize("name", [*NAMES, "sensitivity"])
def test_no_number_is_typed_into_a_sentence(name: str) -> None:
    for text in texts(templates(name)):
        assert not set(TYPED.findall(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text))) - ALLOWED, text


def strings(path: Path) -> Iterator[str]:
    """The strings of a module that are no documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


@pytest.mark.parametrize("path", sorted(path for floor in ("account", "analyses", "figures", "wording") for path in (PACKAGE / floor).glob("*.py")), ids=lambda path: f"{path.parent.name}-{path.stem}")  # fmt: skip
def test_no_claim_and_no_ambiguity_is_typed_into_code(record: Record, path: Path) -> None:
    names = {
        *record.reported["readings"]["ambiguity"],
        *record.reported["claims"]["claim_id"],
        *record.reported["wider"]["claim_id"],
    }
    families = {*record.reported["claims"]["family"]} - names
    parameters = {name for name in strings(path) if name in names}
    assert not {one for one in strings(path) if one in families}
    assert not parameters, f"{path.name}: {parameters}"


def test_figures_have_their_data_and_alt_text() -> None:
    drawn = sorted(paths.FIGURES.glob("*/*.svg"))
    assert drawn
    for path in drawn:
        alt = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
        assert len(alt) > 40 and "aria-label" in path.read_text(encoding="utf-8")
        assert len(pd.read_csv(path.with_suffix(".csv"))) and path.with_suffix(".png").stat().st_size > 1000


def test_every_assumption_has_its_words() -> None:
    assert set(templates("claims")["words"]["assumption"]) == set(ASSUMPTIONS)
